"""Hugging Face's HTTP API of paper pages over a library, so that its clients work on it.

GET /api/papers/search, /api/papers/{id}, /api/daily_papers and /papers/{id}.md. Errors are
{"error": …}, also in the header X-Error-Message, which those clients show. A parameter that is not
known is passed over, as that service does.
"""

from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..index.errors import InputError, LibraryBusy, PaperkinError, QueryError, UnknownPaper
from ..search.library import Library
from .huggingface_daily import Daily, period_of
from .huggingface_papers import listing, markdown, paper_info
from .jsontext import json_text
from .other_doors import in_header
from .problems import said

__all__ = ["add_huggingface"]

_MOST_FOUND, _MOST_LISTED = 120, 100
_FOUND, _LISTED = 20, 50
_LONGEST_NUMBER = 6
_UNLINKED = {
    "linkedModels": [],
    "numTotalModels": 0,
    "linkedDatasets": [],
    "numTotalDatasets": 0,
    "linkedSpaces": [],
}
"""What only that service knows."""
_SORTS = ("publishedAt", "trending")


def add_huggingface(app: FastAPI, library: Library) -> None:
    """Make the paths known to an application."""
    daily = Daily(library.store)

    def search(request: Request) -> Response:
        query = request.query_params.get("q", "").strip()
        limit = _whole(request.query_params, "limit", _FOUND, 1, _MOST_FOUND)
        hits = library.search(query, limit) if query else ()
        return _json([listing(hit.paper) for hit in hits])

    def info(request: Request) -> Response:
        return _json({**paper_info(library[request.path_params["id"]]), **_UNLINKED})

    def papers_of_days(request: Request) -> Response:
        return _daily(daily, request)

    def read(request: Request) -> Response:
        text = markdown(library[request.path_params["id"]])
        return Response(text, media_type="text/markdown; charset=utf-8")

    routes = [
        Route("/papers/search", search),
        Route("/papers/{id:path}", info),
        Route("/daily_papers", papers_of_days),
    ]
    handlers = {PaperkinError: _of_paperkin, HTTPException: _of_http, Exception: _of_bug}
    for path, there in (("/api", routes), ("/papers", [Route("/{id:path}.md", read)])):
        door = Starlette(routes=there, exception_handlers=handlers)
        door.state.folder = str(library.store.path.parent)
        app.mount(path, door)


def _daily(daily: Daily, request: Request) -> Response:
    params = request.query_params
    limit = _whole(params, "limit", _LISTED, 1, _MOST_LISTED)
    page = _whole(params, "p", 0, 0, 10**_LONGEST_NUMBER)
    sort = params.get("sort", _SORTS[0])
    if sort not in _SORTS:
        raise QueryError(f"{sort!r} is no order. Write sort=publishedAt or sort=trending.")
    period = period_of(params.get("date"), params.get("week"), params.get("month"))
    if params.get("submitter"):
        # No library knows who submitted a paper.
        return _json([])
    papers, total = daily.page(
        period, trending=sort == "trending", offset=page * limit, limit=limit
    )
    headers = {}
    if (page + 1) * limit < total:
        rest = [(name, value) for name, value in params.multi_items() if name != "p"]
        following = request.url.replace(query=urlencode([*rest, ("p", str(page + 1))]))
        headers["Link"] = f'<{following}>; rel="next"'
    return _json([listing(paper) for paper in papers], headers=headers)


def _whole(params: QueryParams, name: str, default: int, least: int, most: int) -> int:
    given = params.get(name)
    if given is None:
        return default
    good = given.isascii() and given.isdecimal() and len(given) <= _LONGEST_NUMBER
    if not good or not least <= int(given) <= most:
        raise QueryError(f"{name} must be a whole number from {least} to {most}, not {given!r}.")
    return int(given)


def _json(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json_text(document), status, headers, "application/json")


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    headers = {**(headers or {}), "X-Error-Message": in_header(message)}
    return _json({"error": message}, status, headers)


def _of_paperkin(request: Request, error: Exception) -> Response:
    if isinstance(error, UnknownPaper):
        return _error(404, f"Paper not found: {error}")
    if isinstance(error, InputError):
        return _error(400, str(error))
    headers = {"Retry-After": "5"} if isinstance(error, LibraryBusy) else None
    return _error(503, said(request, error), headers)


def _of_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(error.status_code, error.detail, dict(error.headers or {}))


def _of_bug(_: Request, __: Exception) -> Response:
    return _error(500, "Internal Server Error: what happened stands in the server's output.")

"""The paths of Semantic Scholar's API, and what is answered where something is wrong.

Errors are {"error": …}, and {"message": …} as well where the server cannot answer, as that
service's clients expect them. 503 means nothing to these: what cannot be answered is a 500.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...index.errors import InputError, PaperkinError, UnknownPaper
from ...index.paper import Paper
from ...index.snapshot import Snapshot
from ...search.completion import Titles
from ...search.library import Library
from ..jsontext import json_text
from ..other_doors import status_there
from ..problems import said
from .authors import Authors
from .bulk import bulk_page
from .documents import documents, find
from .fields import AUTHOR, PAPER, Fields, parse, project
from .parameters import Refused, body_of, filters_in, ids_in, page_in, whole
from .searches import completions, match_page, search_page, snippet_page

__all__ = ["add_semantic_scholar"]

_PAPER = ("paperId", "title")
_PERSON = ("authorId", "name")
_MOST_PAPERS, _MOST_AUTHORS = 500, 1000
_MOST_RECOMMENDED = 500

Answer = Callable[[Request], dict[str, Any] | list[Any]]


def add_semantic_scholar(app: FastAPI, library: Library, titles: Titles) -> None:
    """Make /graph/v1, /recommendations/v1 and /datasets/v1 known to an application."""
    door = _Door(library, titles)
    app.mount("/graph/v1", _application(library, door.graph()))
    app.mount("/recommendations/v1", _application(library, door.recommendations()))
    # A library has no releases of datasets.
    app.mount("/datasets/v1", _application(library, []))


def _application(library: Library, routes: list[Route]) -> Starlette:
    application = Starlette(
        routes=routes,
        exception_handlers={
            Refused: _refused,
            PaperkinError: _of_paperkin,
            HTTPException: _of_http,
            Exception: _of_bug,
        },
    )
    application.state.folder = str(library.store.path.parent)
    return application


def _json(document: object, status: int = 200) -> Response:
    return Response(json_text(document), status, media_type="application/json")


def _get(path: str, answer: Answer) -> Route:
    def endpoint(request: Request) -> Response:
        return _json(answer(request))

    return Route(path, endpoint)


def _post(path: str, answer: Callable[[QueryParams, dict[str, object]], Any]) -> Route:
    async def endpoint(request: Request) -> Response:
        body = await body_of(request)
        return _json(await run_in_threadpool(answer, request.query_params, body))

    return Route(path, endpoint, methods=["POST"])


class _Door:
    """Answers requests from one library."""

    def __init__(self, library: Library, titles: Titles) -> None:
        self._library = library
        self._titles = titles

    def graph(self) -> list[Route]:
        library, titles = self._library, self._titles
        return [
            _get("/paper/search", lambda request: search_page(library, request.query_params)),
            _get("/paper/search/bulk", lambda request: bulk_page(library, request.query_params)),
            _get("/paper/search/match", lambda request: match_page(library, request.query_params)),
            _get("/paper/autocomplete", lambda request: completions(titles, request.query_params)),
            _get("/snippet/search", lambda request: snippet_page(library, request.query_params)),
            _post("/paper/batch", self._papers),
            # An id may have slashes: a DOI has.
            _get("/paper/{id:path}/authors", self._paper_authors),
            _get("/paper/{id:path}/citations", self._linked),
            _get("/paper/{id:path}/references", self._linked),
            _get("/paper/{id:path}", self._paper),
            _get("/author/search", self._authors_named),
            _post("/author/batch", self._authors),
            _get("/author/{id}/papers", self._author_papers),
            _get("/author/{id}", self._author),
        ]

    def recommendations(self) -> list[Route]:
        return [
            _get("/papers/forpaper/{id:path}", self._related),
            _post("/papers", self._recommended),
            _post("/papers/", self._recommended),
        ]

    def _one(self, snapshot: Snapshot, id: str) -> Paper:
        number = find(snapshot, id)
        if number is None:
            raise Refused(404, f"Paper with id {id} not found")
        return snapshot.papers([number])[number]

    def _paper(self, request: Request) -> dict[str, Any]:
        fields = parse(request.query_params.get("fields"), PAPER, _PAPER)
        with self._library.store.read() as snapshot:
            paper = self._one(snapshot, request.path_params["id"])
            return documents(snapshot, [paper], fields)[0]

    def _papers(self, params: QueryParams, body: dict[str, object]) -> list[Any]:
        fields = parse(params.get("fields"), PAPER, _PAPER)
        ids = ids_in(body, "ids", _MOST_PAPERS)
        with self._library.store.read() as snapshot:
            numbers = [find(snapshot, each) for each in ids]
            known = sorted({number for number in numbers if number is not None})
            if not known:
                raise Refused(400, "No valid paper ids given")
            papers = snapshot.papers(known)
            told = documents(snapshot, [papers[number] for number in known], fields)
        by_number = dict(zip(known, told, strict=True))
        return [None if number is None else by_number[number] for number in numbers]

    def _paper_authors(self, request: Request) -> dict[str, Any]:
        fields = parse(request.query_params.get("fields"), AUTHOR, _PERSON)
        offset, limit = page_in(request.query_params, 1000)
        with self._library.store.read() as snapshot:
            paper = self._one(snapshot, request.path_params["id"])
            authors = Authors(snapshot)
            told = authors.of_paper(paper, list(fields))
            page = [
                self._person(snapshot, authors, each, fields)
                for each in told[offset : offset + limit]
            ]
        return _page(offset, page, len(told))

    def _person(
        self, snapshot: Snapshot, authors: Authors, person: dict[str, Any], fields: Fields
    ) -> dict[str, Any]:
        if "papers" in fields:
            papers = authors.papers(person["authorId"] or "")
            told = documents(snapshot, papers, fields["papers"], authors)
            person = {**person, "papers": told}
        found: dict[str, Any] = project(person, {**fields, "papers": {}})
        return found

    def _linked(self, request: Request) -> dict[str, Any]:
        """Citations and references: a library knows none."""
        params = request.query_params
        parse(params.get("fields"), _LINKED, _PAPER)
        offset, _ = page_in(params, 1000)
        with self._library.store.read() as snapshot:
            self._one(snapshot, request.path_params["id"])
        return {"offset": offset, "data": []}

    def _known_person(
        self, snapshot: Snapshot, authors: Authors, id: str, fields: Fields
    ) -> dict[str, Any] | None:
        person = authors.document(id)
        return None if person is None else self._person(snapshot, authors, person, fields)

    def _author(self, request: Request) -> dict[str, Any]:
        fields = parse(request.query_params.get("fields"), AUTHOR, _PERSON)
        id = request.path_params["id"]
        with self._library.store.read() as snapshot:
            person = self._known_person(snapshot, Authors(snapshot), id, fields)
        if person is None:
            raise Refused(404, f"Author with id {id} not found")
        return person

    def _authors(self, params: QueryParams, body: dict[str, object]) -> list[Any]:
        fields = parse(params.get("fields"), AUTHOR, _PERSON)
        ids = ids_in(body, "ids", _MOST_AUTHORS)
        with self._library.store.read() as snapshot:
            authors = Authors(snapshot)
            people = [self._known_person(snapshot, authors, each, fields) for each in ids]
        if not any(people):
            raise Refused(400, "No valid author ids given")
        return people

    def _authors_named(self, request: Request) -> dict[str, Any]:
        params = request.query_params
        fields = parse(params.get("fields"), AUTHOR, _PERSON)
        query = params.get("query", "").strip()
        if not query:
            raise Refused(400, "Unacceptable query params: [query=]")
        offset, limit = page_in(params, 1000)
        with self._library.store.read() as snapshot:
            authors = Authors(snapshot)
            ids = authors.named(query)
            page = [
                self._known_person(snapshot, authors, each, fields)
                for each in ids[offset : offset + limit]
            ]
        return {"total": len(ids), **_page(offset, page, len(ids))}

    def _author_papers(self, request: Request) -> dict[str, Any]:
        params = request.query_params
        fields = parse(params.get("fields"), PAPER, _PAPER)
        offset, limit = page_in(params, 1000)
        dates = str(filters_in(params).get("published") or "")
        id = request.path_params["id"]
        with self._library.store.read() as snapshot:
            authors = Authors(snapshot)
            if not authors.papers(id):
                raise Refused(404, f"Author with id {id} not found")
            papers = authors.papers(id, dates)
            page = documents(snapshot, papers[offset : offset + limit], fields, authors)
        return _page(offset, page, len(papers))

    def _related(self, request: Request) -> dict[str, Any]:
        params = request.query_params
        fields, limit = self._wanted(params)
        pool = params.get("from", "recent")
        if pool not in ("recent", "all-cs"):
            raise Refused(400, f"Unacceptable query params: [from={pool}]")
        with self._library.store.read() as snapshot:
            paper = self._one(snapshot, request.path_params["id"])
        hits = self._library.related(paper.id, limit) if limit else ()
        return self._recommendations([hit.paper for hit in hits], fields)

    def _recommended(self, params: QueryParams, body: dict[str, object]) -> dict[str, Any]:
        fields, limit = self._wanted(params)
        like = ids_in(body, "positivePaperIds", _MOST_PAPERS)
        unlike = ids_in(body, "negativePaperIds", _MOST_PAPERS, needed=False)
        with self._library.store.read() as snapshot:
            liked, disliked = self._known(snapshot, like), self._known(snapshot, unlike)
        if not liked:
            raise Refused(404, f"Input papers not found: [{', '.join(like)}]")
        if not limit:
            return self._recommendations([], fields)
        hits = self._library.recommend(liked, disliked, limit, files=False)
        return self._recommendations([hit.paper for hit in hits], fields)

    def _wanted(self, params: QueryParams) -> tuple[Fields, int]:
        fields = parse(params.get("fields"), PAPER, _PAPER)
        limit = whole(params, "limit", 100)
        if limit > _MOST_RECOMMENDED:
            raise Refused(400, f"Limit must be between 0 and {_MOST_RECOMMENDED}")
        return fields, limit

    def _known(self, snapshot: Snapshot, ids: list[str]) -> list[str]:
        """The library's ids of the papers that ids name; those of other papers are passed over."""
        numbers = [find(snapshot, each) for each in ids]
        names = snapshot.ids_of(number for number in numbers if number is not None)
        return [names[number] for number in dict.fromkeys(numbers) if number is not None]

    def _recommendations(self, papers: list[Paper], fields: Fields) -> dict[str, Any]:
        with self._library.store.read() as snapshot:
            return {"recommendedPapers": documents(snapshot, papers, fields)}


_LINKED: Fields = {
    **PAPER,
    "contexts": {},
    "intents": {},
    "contextsWithIntent": {},
    "isInfluential": {},
}


def _page(offset: int, page: list[Any], total: int) -> dict[str, Any]:
    end = offset + len(page)
    following = {"next": end} if page and end < total else {}
    return {"offset": offset, **following, "data": page}


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _json({"error": str(error)}, error.status)


def _of_paperkin(request: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, UnknownPaper) else 400
    if not isinstance(error, InputError):
        status = 500
    text = said(request, error)
    return _json({"error": text, "message": text}, status)


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    document = {"error": error.detail, "message": error.detail}
    status = status_there(request.url.path, error.status_code)
    return Response(json_text(document), status, error.headers, media_type="application/json")


def _of_bug(_: Request, __: Exception) -> Response:
    said = "Internal Server Error: what happened stands in the server's output."
    return _json({"error": said, "message": said}, 500)

"""The native HTTP API of a library, under /v1."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Depends, FastAPI, Query, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..index.errors import QueryError
from ..search.library import Library
from ..search.reranking import RERANKED
from .bodies import BoundedBodies
from .formats import WRITTEN, written
from .http_clusters import add_clusters
from .huggingface import add_huggingface
from .jsontext import json_text
from .map_wire import ARROW, arrow_map, asks_for_arrow, map_document, parse_box, parse_level
from .parameters import Fields, MapPart, Nothing, Related, Search, check_parameters
from .problems import install_problems, problem
from .recommendations import add_recommendations
from .semantic_scholar.app import add_semantic_scholar
from .warmup import Warmup
from .wire import answer_document, paper_document, parse_fields

__all__ = ["create_app"]

_PAPERS = "/v1/papers/"
_LEFT_ALONE = "%/:@!$&'()*+,;=~"
"""What may stand in a path as it is (RFC 3986); clients that send more are understood."""


def create_app(
    library: Library, *, warmup: Warmup | None = None, rerank: str | None = None
) -> FastAPI:
    """An ASGI application that answers from an open library, which it does not close.

    The library is warmed up when the application starts; until then /readyz answers 503. Errors
    are problem documents (RFC 9457), see `paperkin.api.problems`. `rerank` names the cross-encoder,
    or its folder, that requests may ask for; they cannot name another.
    """
    warming = warmup or Warmup(library, rerank)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        warming.start()
        yield

    app = FastAPI(
        title="Paperkin",
        summary="Search a library of papers by meaning.",
        version="1",
        lifespan=lifespan,
        # Their pages load scripts from elsewhere, and would tell that place who uses Paperkin.
        docs_url=None,
        redoc_url=None,
        # FastAPI's own takes any parameter.
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(check_parameters)],
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(_RawPaperPaths)
    app.add_middleware(BoundedBodies)
    install_problems(app, library.store.path)
    _add_answers(app, library, rerank)
    add_recommendations(app, library)
    _add_map(app, library)
    add_clusters(app, library)
    _add_health(app, library, warming)
    _add_description(app)
    add_huggingface(app, library)
    add_semantic_scholar(app, library)
    return app


def _json(document: dict[str, object]) -> Response:
    return Response(json_text(document), media_type="application/json")


def _add_answers(app: FastAPI, library: Library, reranker: str | None) -> None:
    # Functions without async run in a pool of threads: a search never holds up another request.

    @app.get("/v1/search", summary="Papers that answer a query", responses=WRITTEN)
    def search(asked: Annotated[Search, Query()]) -> Response:
        fields = parse_fields(asked.fields, hits=True)
        if asked.rerank and reranker is None:
            raise QueryError(
                "This server has no cross-encoder. Leave rerank out, or start the server with "
                "--rerank NAME."
            )
        hits = library.search(
            asked.text,
            asked.limit,
            offset=asked.offset,
            mode=asked.mode,
            exact=asked.exact,
            without=asked.without,
            explain=asked.explain,
            diversity=asked.diversity,
            sort=asked.sort,
            groups=asked.groups,
            quality=asked.quality,
            rerank=reranker if asked.rerank else None,
            rerank_top=asked.rerankTop or RERANKED,
            **asked.filters(),
        )
        return written(hits, asked.format) or _json(answer_document(hits, fields))

    @app.get(
        _PAPERS + "{paper_id:path}/related", summary="Papers nearest to a paper", responses=WRITTEN
    )
    def related(paper_id: str, asked: Annotated[Related, Query()]) -> Response:
        fields = parse_fields(asked.fields, hits=True)
        hits = library.related(
            unquote(paper_id),
            asked.limit,
            offset=asked.offset,
            exact=asked.exact,
            explain=asked.explain,
            diversity=asked.diversity,
            sort=asked.sort,
            groups=asked.groups,
            **asked.filters(),
        )
        return written(hits, asked.format) or _json(answer_document(hits, fields))

    @app.get(_PAPERS + "{paper_id:path}", summary="One paper, by any of its ids")
    def paper(paper_id: str, asked: Annotated[Fields, Query()]) -> Response:
        fields = parse_fields(asked.fields)
        return _json(paper_document(library[unquote(paper_id)], fields))


def _add_map(app: FastAPI, library: Library) -> None:
    @app.get("/v1/map", summary="Where papers stand on the map of the library")
    def map_(request: Request, asked: Annotated[MapPart, Query()]) -> Response:
        box = parse_box(asked.bbox)
        drawn = library.maps.current()
        if drawn is None:
            return problem(
                request,
                409,
                "There is no map yet",
                "The map of this library was not made yet. Make it on the machine that has it, "
                f"with: paperkin map {library.store.path.name}",
                kind="map-not-made",
            )
        level = parse_level(asked.level, drawn)
        either = {"Vary": "Accept"}
        if asks_for_arrow(request.headers.get("accept", "")):
            return Response(arrow_map(drawn, level, box), headers=either, media_type=ARROW)
        document = json_text(map_document(drawn, level, box))
        return Response(document, headers=either, media_type="application/json")


def _add_health(app: FastAPI, library: Library, warming: Warmup) -> None:
    @app.get("/livez", summary="Whether the server runs")
    def livez(_: Annotated[Nothing, Query()]) -> Response:
        return _json({"status": "alive"})

    @app.get("/readyz", summary="Whether the library can be searched")
    def readyz(request: Request, _: Annotated[Nothing, Query()]) -> Response:
        if warming.error is not None:
            raise warming.error
        if not warming.warm:
            return problem(
                request,
                503,
                "Not ready yet",
                "The model is being loaded. Ask again in some seconds.",
                kind="warming-up",
                headers={"Retry-After": "1"},
            )
        library.engine.ready()
        return _json({"status": "ready", "papers": len(library)})


def _add_description(app: FastAPI) -> None:
    @app.get("/openapi.json", include_in_schema=False)
    def openapi(_: Annotated[Nothing, Query()]) -> Response:
        return _json(app.openapi())


class _RawPaperPaths:
    """Routes /v1/papers/… by its path as it was sent, and leaves decoding to the endpoints.

    An id may hold slashes (a DOI does) and even end in "/related"; sent as %2F they belong to it,
    which cannot be told any more once the path is decoded.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_PAPERS):
            raw: bytes | None = scope.get("raw_path")
            # Servers need not tell what was sent; then a slash is a slash.
            sent = raw.partition(b"?")[0] if raw else None
            path = quote(scope["path"]) if sent is None else quote(sent, safe=_LEFT_ALONE)
            scope = {**scope, "path": path}
        await self._app(scope, receive, send)

"""The native HTTP API of a library, under /v1, and what every door beside it has in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from ..search.library import Library
from .bodies import BoundedBodies
from .http_clusters import add_clusters
from .http_health import add_health
from .http_map import add_map
from .http_papers import add_papers
from .http_search import add_search
from .parameters import check_parameters
from .problems import install_problems
from .raw_paths import RawPaperPaths
from .recommendations import add_recommendations
from .warmup import Warmup

__all__ = ["create_app"]


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
    app.state.folder = str(library.store.path.parent)
    app.add_middleware(RawPaperPaths)
    app.add_middleware(BoundedBodies)
    install_problems(app)
    add_search(app, library, rerank)
    add_papers(app, library)
    add_recommendations(app, library)
    add_map(app, library)
    add_clusters(app, library)
    add_health(app, library, warming)
    return app

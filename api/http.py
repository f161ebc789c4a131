"""The native HTTP API of a library, under /v1, and what every door beside it has in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI

from ..index import threads
from ..index.changes import Changes, Kept
from ..search.completion import Titles
from ..search.library import Library
from ..search.state import library_state
from .access import Access
from .bodies import BoundedBodies, check_names
from .etags import Tagged
from .heads import Heads
from .http_clusters import add_clusters
from .http_feed import add_feed
from .http_health import add_health
from .http_map import add_map
from .http_papers import add_papers
from .http_search import add_search
from .http_writing import add_writing
from .huggingface import add_huggingface
from .metrics import Metrics, add_metrics
from .origins import Origins
from .parameters import check_parameters
from .problems import install_problems
from .raw_paths import RawPaperPaths
from .recommendations import add_recommendations
from .requests import ID_HEADER, Requests
from .semantic_scholar.app import add_semantic_scholar
from .settings import Settings
from .warmup import Warmup

__all__ = ["create_app"]

_ASKED_WITH = ("Authorization", "X-API-Key", "Content-Type", "If-None-Match")


def create_app(
    library: Library,
    *,
    warmup: Warmup | None = None,
    rerank: str | None = None,
    settings: Settings | None = None,
    keyless: bool = True,
) -> FastAPI:
    """An ASGI application that answers from an open library, which it does not close.

    The library is warmed up when the application starts; until then /readyz answers 503. Errors
    are problem documents (RFC 9457), see `paperkin.api.problems`. `rerank` names the cross-encoder,
    or its folder, that requests may ask for; they cannot name another. `settings` say the same and
    more; where and what is listened on is not its business, so `keyless` says whether a library
    that has no keys may be read by whoever asks.
    """
    settings = settings or Settings(rerank=rerank or "")
    rerank = settings.rerank or None
    warming = warmup or Warmup(library, rerank)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Of this event loop: requests beyond these wait in line.
        current_default_thread_limiter().total_tokens = threads.policy().requests
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
        dependencies=[Depends(check_parameters), Depends(check_names)],
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.folder = str(library.store.path.parent)
    metrics = Metrics(library)
    # The last one added is the first to see a request.
    state = Kept(Changes(library.store), partial(library_state, library.store))
    app.add_middleware(Tagged, state=state, settings=settings.rerank)
    app.add_middleware(BoundedBodies, most=settings.body_limit)
    app.add_middleware(Access, store=library.store, rate=settings.rate, keyless=keyless)
    if settings.cors:
        app.add_middleware(
            Origins,
            allow_origins=settings.cors,
            allow_methods=["GET", "HEAD", "POST", "DELETE"],
            allow_headers=[*_ASKED_WITH, ID_HEADER],
            expose_headers=[ID_HEADER, "ETag", "Retry-After"],
        )
    app.add_middleware(Heads)
    app.add_middleware(Requests, metrics=metrics, queries=settings.log_queries)
    app.add_middleware(RawPaperPaths)
    install_problems(app)
    titles = Titles(library.store)
    add_search(app, library, rerank)
    add_writing(app, library)
    add_papers(app, library, titles)
    add_recommendations(app, library)
    add_map(app, library)
    add_clusters(app, library)
    add_feed(app, library)
    add_health(app, library, warming)
    add_metrics(app, metrics)
    add_huggingface(app, library)
    add_semantic_scholar(app, library, titles)
    return app

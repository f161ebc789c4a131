"""What a server tells of itself and of its library as a whole."""

from typing import Annotated

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from ..search.library import Library
from ..search.statistics import statistics
from .answers import Alive, Ready, Stats
from .documented import answers, described
from .examples import STATS
from .jsontext import json_response
from .parameters import Nothing
from .problem_kinds import KINDS
from .problems import problem
from .warmup import Warmup

__all__ = ["add_health"]


def add_health(app: FastAPI, library: Library, warming: Warmup) -> None:
    """Make the paths known to an application."""

    # Answered by the event loop itself: that all threads are at work is no death.
    @app.get(
        "/livez",
        summary="Whether the server runs",
        operation_id="livez",
        responses=answers(Alive, {"status": "alive"}, tagged=False),
    )
    async def livez(_: Annotated[Nothing, Query()]) -> Response:
        return json_response({"status": "alive"})

    @app.get(
        "/readyz",
        summary="Whether the library can be searched",
        operation_id="readyz",
        responses=answers(
            Ready,
            {"status": "ready", "papers": 691},
            "warming-up",
            "model-unavailable",
            tagged=False,
        ),
    )
    def readyz(request: Request, _: Annotated[Nothing, Query()]) -> Response:
        if warming.error is not None:
            raise warming.error
        if not warming.warm:
            kind = KINDS["warming-up"]
            return problem(
                request,
                kind.status,
                kind.title,
                kind.detail,
                kind=kind.type,
                headers={"Retry-After": "1"},
            )
        library.engine.ready()
        return json_response({"status": "ready", "papers": len(library)})

    @app.get(
        "/v1/stats",
        summary="The library in figures",
        operation_id="stats",
        responses=answers(Stats, STATS),
    )
    def stats(_: Annotated[Nothing, Query()]) -> Response:
        found = statistics(library.store)
        clusters = library.kept_clusters.current()
        name, dimension = found.model
        return json_response(
            {
                "papers": found.papers,
                "removed": found.removed,
                "withAbstract": found.with_abstract,
                "undated": found.undated,
                "years": [{"year": year, "papers": count} for year, count in found.by_year],
                "venues": _counts(found.venues),
                "categories": _counts(found.categories),
                "sources": _counts(found.sources),
                "clusters": None if clusters is None else len(clusters),
                "map": library.maps.current() is not None,
                "language": found.language,
                "model": {"name": name, "dimension": dimension},
                "commit": found.commit,
                "changed": found.changed or None,
            }
        )

    @app.get("/openapi.json", include_in_schema=False)
    def openapi(_: Annotated[Nothing, Query()]) -> Response:
        return json_response(described(app))


def _counts(pairs: tuple[tuple[str, int], ...]) -> list[dict[str, object]]:
    return [{"name": name, "papers": count} for name, count in pairs]

"""Figures of a server for Prometheus: requests, how long they took, and their stages."""

from typing import Annotated

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from ..index.errors import PaperkinError
from ..search.library import Library
from ..search.stages import STAGES, Stopwatch
from .documented import HEADERS, problems
from .parameters import Nothing

__all__ = ["Metrics", "add_metrics"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts and times requests. One for each application."""

    def __init__(self, library: Library) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self._requests = Counter(
            "paperkin_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "paperkin_request_seconds",
            "From a request's arrival to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "paperkin_stage_seconds",
            "A stage of an answer: encode, dense, keyword, fuse, fetch.",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        for name in STAGES:
            self._stages.labels(name)
        papers = Gauge(
            "paperkin_papers", "Papers of the library; NaN if unreadable.", registry=self.registry
        )
        papers.set_function(lambda: _papers(library))

    def answered(
        self, method: str, route: str, status: int, seconds: float, stages: Stopwatch
    ) -> None:
        """Count an answered request; `route` is the form of its path, never the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        for name, spent in stages.seconds.items():
            self._stages.labels(name).observe(spent)


def _papers(library: Library) -> float:
    try:
        return len(library)
    except PaperkinError:
        return float("nan")


def add_metrics(app: FastAPI, metrics: Metrics) -> None:
    """Make the path known to an application."""

    @app.get(
        "/metrics",
        summary="Figures of the server for Prometheus",
        operation_id="metrics",
        response_class=Response,
        responses={
            200: {
                "description": "The figures, as Prometheus reads them",
                "headers": dict(HEADERS),
                "content": {
                    "text/plain": {
                        "schema": {"type": "string"},
                        "example": 'paperkin_requests_total{method="GET",route="/v1/search",'
                        'status="200"} 12.0\n',
                    }
                },
            },
            **problems(
                "key-missing",
                "key-unknown",
                "scope-missing",
                "invalid-request",
                "too-many-requests",
                "bug",
                "library-unavailable",
            ),
        },
    )
    def metrics_(request: Request, _: Annotated[Nothing, Query()]) -> Response:
        from prometheus_client.exposition import generate_latest

        kind = "text/plain; version=0.0.4; charset=utf-8"
        return Response(generate_latest(metrics.registry), headers={"Content-Type": kind})

"""The clusters of a library over HTTP. A request never makes them: that takes too long."""

from typing import Annotated

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from ..index.errors import QueryError
from ..search.clusters import Cluster, Clusters
from ..search.library import Library
from .answers import ClusterList, ClusterPage
from .documented import answers
from .examples import PAPER
from .jsontext import json_response
from .parameters import Levels, Members
from .problems import problem
from .wire import paper_document, parse_fields

__all__ = ["add_clusters"]

_EXAMPLE = {
    "clusterId": 7,
    "level": 0,
    "parent": None,
    "label": "Baking bread",
    "keywords": ["sourdough", "yeast"],
    "size": 1,
    "typical": ["arXiv:2101.00001"],
    "years": [2021, 2021],
}


def add_clusters(app: FastAPI, library: Library) -> None:
    """Add the paths of clusters to an application."""

    @app.get(
        "/v1/clusters",
        summary="The subjects of the library",
        operation_id="clusters",
        responses=answers(
            ClusterList,
            {"levels": 1, "unclustered": 0, "later": 0, "data": [_EXAMPLE]},
            "clusters-not-made",
        ),
    )
    def clusters(request: Request, asked: Annotated[Levels, Query()]) -> Response:
        found = library.kept_clusters.current()
        if found is None:
            return _not_made(request, library)
        shown = list(found) if asked.level is None else found.level(asked.level)
        if not shown and asked.level:
            raise QueryError(
                f"There is no level {asked.level}. There are {found.levels}, counted from 0.",
                "level",
            )
        document: dict[str, object] = {
            "levels": found.levels,
            "unclustered": len(found.unclustered),
            "later": found.later,
            "data": [_document(each) for each in shown],
        }
        return json_response(document)

    @app.get(
        "/v1/clusters/{cluster_id}",
        summary="One subject of the library, and its papers",
        operation_id="cluster",
        responses=answers(
            ClusterPage,
            {**_EXAMPLE, "children": [], "total": 1, "offset": 0, "next": None, "data": [PAPER]},
            "unknown-cluster",
            "clusters-not-made",
        ),
    )
    def cluster(request: Request, cluster_id: str, asked: Annotated[Members, Query()]) -> Response:
        fields = parse_fields(asked.fields)
        # The papers as they were when they were clustered so: one may be gone a moment later.
        with library.store.read() as snapshot:
            found = library.kept_clusters.at(snapshot)
            if found is None:
                return _not_made(request, library)
            each = _named(found, cluster_id)
            if each is None:
                detail = f"No cluster has the id {cluster_id!r}. They are listed at /v1/clusters."
                return problem(request, 404, "No such cluster", detail, kind="unknown-cluster")
            end = asked.offset + asked.limit
            numbers = [snapshot.number_of(paper) for paper in each.papers[asked.offset : end]]
            papers = snapshot.papers(numbers)
        document: dict[str, object] = {
            **_document(each),
            "children": [child.id for child in found.children(each.id)],
            "total": each.size,
            "offset": asked.offset,
            "next": end if end < each.size else None,
            "data": [paper_document(papers[number], fields) for number in numbers],
        }
        return json_response(document)


def _named(clusters: Clusters, text: str) -> Cluster | None:
    # Not what int() takes: " 7", "+7" and "0_7" are no ids.
    if not (text.isascii() and text.isdigit()):
        return None
    return next((each for each in clusters if str(each.id) == text), None)


def _document(each: Cluster) -> dict[str, object]:
    return {
        "clusterId": each.id,
        "level": each.level,
        "parent": each.parent,
        "label": each.label,
        "keywords": list(each.keywords),
        "size": each.size,
        "typical": list(each.typical),
        "years": None if each.years is None else list(each.years),
    }


def _not_made(request: Request, library: Library) -> Response:
    detail = (
        "The clusters of this library were not made yet. Make them on the machine that has it, "
        f"with: paperkin clusters {library.store.path.name}"
    )
    return problem(request, 409, "There are no clusters yet", detail, kind="clusters-not-made")

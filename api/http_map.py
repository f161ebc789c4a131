"""The map of a library over HTTP. A request never makes it: that takes too long."""

from typing import Annotated

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from ..search.library import Library
from .answers import MapDocument
from .documented import answers
from .jsontext import json_response
from .map_wire import ARROW, arrow_map, asks_for_arrow, map_document, parse_level, parse_part
from .parameters import MapPart
from .problems import problem

__all__ = ["add_map"]

_EXAMPLE = {
    "total": 1,
    "levels": 1,
    "later": 0,
    "labels": [
        {
            "clusterId": 7,
            "parentId": None,
            "level": 0,
            "label": "Baking bread",
            "x": 0.25,
            "y": -0.5,
            "size": 1,
            "radius": 0.1,
        }
    ],
    "points": [{"paperId": "arXiv:2101.00001", "x": 0.25, "y": -0.5, "clusterId": 7}],
}
_RESPONSES = answers(MapDocument, _EXAMPLE, "map-not-made")
_RESPONSES[200]["content"][ARROW] = {"schema": {"type": "string", "format": "binary"}}


def add_map(app: FastAPI, library: Library) -> None:
    """Make the path known to an application."""

    @app.get(
        "/v1/map",
        summary="Where papers stand on the map of the library",
        operation_id="map",
        responses=_RESPONSES,
    )
    def map_(request: Request, asked: Annotated[MapPart, Query()]) -> Response:
        box = parse_part(asked.bbox, asked.tile)
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
        wanted = asked.format or (
            "arrow" if asks_for_arrow(request.headers.get("accept", "")) else "json"
        )
        if wanted == "arrow":
            return Response(arrow_map(drawn, level, box), headers=either, media_type=ARROW)
        return json_response(map_document(drawn, level, box), headers=either)

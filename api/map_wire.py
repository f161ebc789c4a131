"""The map as HTTP clients get it: a JSON document, or a stream of Arrow."""

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError
from .jsontext import json_text

if TYPE_CHECKING:
    from ..search.map import Label, Map

__all__ = [
    "ARROW",
    "BOX",
    "arrow_map",
    "asks_for_arrow",
    "map_document",
    "parse_level",
    "parse_part",
]

ARROW = "application/vnd.apache.arrow.stream"
_NUMBER = r"-?[0-9]{1,9}(\.[0-9]{1,18})?"
BOX = rf"^{_NUMBER}(,{_NUMBER}){{3}}$"
"""The form of a box: four numbers."""
_WORST, _BEST = 0.0, 1.0
_DEEPEST = 20
"""The zoom at which a tile is no wider than two points can be apart."""

Box = tuple[float, float, float, float]


def asks_for_arrow(accept: str) -> bool:
    """Whether an Accept header (RFC 9110) would rather have Arrow than JSON."""
    weights: dict[str, float] = {}
    for each in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        weight = _BEST
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = _WORST
        weights[kind] = weight
    wanted = weights.get(ARROW, _WORST)
    other = (weights.get(kind, _WORST) for kind in ("application/json", "application/*", "*/*"))
    return wanted > _WORST and wanted >= max(other)


def _parse_box(text: str | None) -> Box | None:
    """The part of the map that "-0.5,-0.5,0,0.25" names: least x and y, most x and y. Raises
    QueryError."""
    if text is None:
        return None
    if re.fullmatch(BOX, text):
        left, low, right, high = (float(each) for each in text.split(","))
        if left <= right and low <= high:
            return left, low, right, high
    raise QueryError(
        f"bbox is four numbers from -1 to 1, least x and y, then most x and y, like "
        f"-0.5,-0.5,0,0.25; not {text!r}.",
        "bbox",
    )


def parse_part(bbox: str | None, tile: str | None) -> Box | None:
    """The part of the map that a box or a tile names; None for all of it. Raises QueryError."""
    if bbox is not None and tile is not None:
        raise QueryError("Give either bbox or tile: both name a part of the map.", "tile")
    return _parse_box(bbox) if tile is None else _parse_tile(tile)


def _parse_tile(text: str) -> Box:
    """The part of the map that "2/1/3" names: zoom, column, row, each row further down. Tiles hold
    their edges, so that a paper on one is on both."""
    zoom, column, row = (int(each) for each in text.split("/"))
    if zoom > _DEEPEST or max(column, row) >= 2**zoom:
        raise QueryError(
            f"There is no tile {text!r}. A tile is zoom/column/row, like 2/1/3: the zoom from 0 to "
            f"{_DEEPEST}, column and row from 0 up to 2^zoom less one.",
            "tile",
        )
    side = 2.0 / 2**zoom
    left, top = -1 + column * side, 1 - row * side
    return left, top - side, left + side, top


def parse_level(level: int | None, drawn: "Map") -> int | None:
    """A level that the map has; None where none was asked for. Raises QueryError."""
    if level is not None and level >= max(drawn.levels, 1):
        raise QueryError(
            f"The map has no level {level}: "
            + (f"its levels are 0 to {drawn.levels - 1}." if drawn.levels else "it has no levels."),
            "level",
        )
    return level


def map_document(drawn: "Map", level: int | None, box: Box | None) -> dict[str, object]:
    """The papers of a part of the map and the names there, on one level or on all of them."""
    rows = _within(drawn, box)
    own = _clusters(drawn, level)
    points = zip(rows.tolist(), drawn.points[rows].tolist(), own[rows].tolist(), strict=True)
    return {
        "total": len(drawn),
        "levels": drawn.levels,
        "later": drawn.later,
        "labels": [_label(each) for each in _labels(drawn, level, box)],
        "points": [
            {"paperId": drawn.ids[row], "x": x, "y": y, "clusterId": each if each >= 0 else None}
            for row, (x, y), each in points
        ],
    }


def arrow_map(drawn: "Map", level: int | None, box: Box | None) -> bytes:
    """The same as an Arrow stream: columns paperId, x, y, clusterId; labels, levels, total and
    later are JSON in the metadata of its schema."""
    import pyarrow

    rows, own = _within(drawn, box), _clusters(drawn, level)
    said = {
        "total": len(drawn),
        "levels": drawn.levels,
        "later": drawn.later,
        "labels": [_label(each) for each in _labels(drawn, level, box)],
    }
    table = pyarrow.table(
        {
            "paperId": pyarrow.array([drawn.ids[row] for row in rows.tolist()], pyarrow.string()),
            "x": pyarrow.array(drawn.points[rows, 0]),
            "y": pyarrow.array(drawn.points[rows, 1]),
            "clusterId": pyarrow.array(own[rows], mask=own[rows] < 0),
        },
        metadata={name: json_text(value) for name, value in said.items()},
    )
    out = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return bytes(out.getvalue().to_pybytes())


def _within(drawn: "Map", box: Box | None) -> NDArray[np.int64]:
    if box is None:
        return np.arange(len(drawn))
    left, low, right, high = box
    x, y = drawn.points.T
    return np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))


def _clusters(drawn: "Map", level: int | None) -> NDArray[np.int64]:
    """Of each paper its cluster on a level, or the finest it is in; -1 for none."""
    return drawn.finest if level is None or not drawn.levels else drawn.clusters[:, level]


def _labels(drawn: "Map", level: int | None, box: Box | None) -> "list[Label]":
    left, low, right, high = box or (-1.0, -1.0, 1.0, 1.0)
    return [
        each
        for each in drawn.labels
        if level in (None, each.level) and left <= each.x <= right and low <= each.y <= high
    ]


def _label(each: "Label") -> dict[str, object]:
    said = each.as_dict()
    return {"clusterId": said.pop("cluster"), "parentId": said.pop("parent"), **said}

"""The map of a library: where its papers stand, which clusters they are in, and what they are
called at each level of zoom."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..index.paper import Paper
from .listing import counted

if TYPE_CHECKING:
    import os

    import pandas
    import polars
    import pyarrow

__all__ = ["Group", "Label", "Map", "draw_up", "worth_drawing"]

_BINS = 24
"""Parts of a cluster's box, along each side, in which its papers are counted to find its spot."""
_LISTED = 5
"""Labels that a Map shows as text."""


class Group(Protocol):
    """A cluster, as far as a map needs it."""

    @property
    def id(self) -> int: ...
    @property
    def level(self) -> int: ...
    @property
    def parent(self) -> int | None: ...
    @property
    def label(self) -> str: ...
    @property
    def papers(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a cluster and the spot on the map where most of its papers stand.

    Level 0 is the coarsest. `size` counts its papers on the map; `radius` is how far half of them
    are from the spot, at most.
    """

    cluster: int
    level: int
    parent: int | None
    label: str
    x: float
    y: float
    size: int
    radius: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """Where the papers of a library stand: near to each other where they are about the same.

    `ids` are the papers; `points` (float32, shape (n, 2)) their places in the square from -1 to 1,
    y pointing up; `clusters` (int64, shape (n, levels)) the cluster of each on each level, from the
    coarsest to the finest, -1 for none. `labels` are in the order of levels, the largest first.
    `later` counts the papers that came after the map was made, and `seed` is what it was made with.
    """

    ids: tuple[str, ...]
    points: NDArray[np.float32]
    clusters: NDArray[np.int64]
    labels: tuple[Label, ...]
    later: int = 0
    seed: int = 0
    papers: Callable[[], Iterable[Paper]] = field(default=tuple, repr=False)
    """Gives the papers of the library, for pictures that tell their titles."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def levels(self) -> int:
        """How many levels of clusters there are."""
        return int(self.clusters.shape[1])

    @property
    def finest(self) -> NDArray[np.int64]:
        """The finest cluster of each paper, int64, shape (n,); -1 for none."""
        found = np.full(len(self), -1, np.int64)
        for level in range(self.levels):
            own = self.clusters[:, level]
            found = np.where(own >= 0, own, found)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        rows = zip(self.ids, self.points.tolist(), self.clusters.tolist(), strict=True)
        return {
            "papers": len(self),
            "levels": self.levels,
            "later": self.later,
            "seed": self.seed,
            "labels": [each.as_dict() for each in self.labels],
            "points": [
                {
                    "id": id,
                    "x": x,
                    "y": y,
                    "clusters": [each if each >= 0 else None for each in own],
                }
                for id, (x, y), own in rows
            ],
        }

    def to_arrow(self) -> "pyarrow.Table":
        """One row a paper: id, x, y, and for each level cluster_0, …, null for none."""
        import pyarrow

        columns: dict[str, Any] = {
            "id": pyarrow.array(self.ids, pyarrow.string()),
            "x": pyarrow.array(np.ascontiguousarray(self.points[:, 0])),
            "y": pyarrow.array(np.ascontiguousarray(self.points[:, 1])),
        }
        for level in range(self.levels):
            own = np.ascontiguousarray(self.clusters[:, level])
            columns[f"cluster_{level}"] = pyarrow.array(own, mask=own < 0)
        return pyarrow.table(columns)

    def to_pandas(self) -> "pandas.DataFrame":
        """One row a paper, as `to_arrow` has them; needs pandas."""
        import pandas

        columns: dict[str, Any] = {
            "id": list(self.ids),
            "x": self.points[:, 0],
            "y": self.points[:, 1],
        }
        for level in range(self.levels):
            own = self.clusters[:, level]
            columns[f"cluster_{level}"] = pandas.arrays.IntegerArray(own.copy(), own < 0)
        return pandas.DataFrame(columns)

    def to_polars(self) -> "polars.DataFrame":
        """One row a paper, as `to_arrow` has them; needs polars."""
        import polars

        return polars.DataFrame(polars.from_arrow(self.to_arrow()))

    def save(
        self, path: "str | os.PathLike[str]", *, width: int | None = None, dark: bool = False
    ) -> Path:
        """Draw the map into a file, of the kind that its name ends in: .png and .svg are pictures,
        .html a page to move about in. `width` is that of a picture in pixels; on a page, `dark` is
        how it looks at first. Raises QueryError for another name or width, OSError.
        """
        from .pictures import save

        return save(self, path, width=width, dark=dark)

    def __repr__(self) -> str:
        names = ", ".join(each.label for each in self.labels[:_LISTED])
        more = ", …" if len(self.labels) > _LISTED else ""
        return f"Map({counted(len(self))}{': ' if names else ''}{names}{more})"

    def _repr_html_(self) -> str:
        """The picture, for notebooks."""
        from .pictures import inline

        return inline(self)


def draw_up(
    ids: Sequence[str],
    points: NDArray[np.float32],
    groups: Sequence[Group],
    *,
    later: int = 0,
    seed: int = 0,
    papers: Callable[[], Iterable[Paper]] = tuple,
) -> Map:
    """A Map of papers and their places, float32, shape (n, 2), and of their clusters; of those,
    papers that are not on the map are passed over."""
    row = {id: place for place, id in enumerate(ids)}
    levels = max((each.level for each in groups), default=-1) + 1
    clusters = np.full((len(ids), levels), -1, np.int64)
    labels = []
    for group in groups:
        rows = np.array([row[id] for id in group.papers if id in row], np.int64)
        if not len(rows):
            continue
        clusters[rows, group.level] = group.id
        x, y, radius = _spot(points[rows])
        place = (group.id, group.level, group.parent, group.label)
        labels.append(Label(*place, x, y, len(rows), radius))
    labels.sort(key=lambda label: (label.level, -label.size, label.cluster))
    return Map(tuple(ids), points, clusters, tuple(labels), later, seed, papers)


def worth_drawing(labels: Sequence[Label]) -> list[Label]:
    """Labels without those that say what a cluster around them says already."""
    of = {each.cluster: each for each in labels}

    def said(each: Label) -> bool:
        name, parent = each.label.casefold(), each.parent
        while parent is not None and parent in of:
            if of[parent].label.casefold() == name:
                return True
            parent = of[parent].parent
        return False

    return [each for each in labels if not said(each)]


def _spot(points: NDArray[np.float32]) -> tuple[float, float, float]:
    """Where most points stand close together, and how far half of them are from there at most.

    Not their mean, which of two crowds lies between both.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    cells = ((points - low) / np.maximum(high - low, 1e-9) * (_BINS - 1)).round().astype(np.int64)
    counts = np.zeros((_BINS + 2, _BINS + 2), np.int64)
    np.add.at(counts, (cells[:, 0] + 1, cells[:, 1] + 1), 1)
    sides = range(-1, 2)
    around = sum(np.roll(counts, (a, b), (0, 1)) for a in sides for b in sides)
    best = np.array(np.unravel_index(np.argmax(around), counts.shape)) - 1
    near = points[(np.abs(cells - best) <= 1).all(axis=1)]
    spot = near.mean(axis=0, dtype=np.float64)
    radius = float(np.median(np.linalg.norm(points - spot, axis=1)))
    return float(spot[0]), float(spot[1]), radius

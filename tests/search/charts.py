"""Maps made up for the tests of pictures, without a library."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paperkin.index.paper import Paper
from paperkin.search.map import Map, draw_up

__all__ = ["Region", "chart"]


@dataclass(frozen=True)
class Region:
    """A cluster as a map needs it."""

    id: int
    level: int
    parent: int | None
    label: str
    papers: tuple[str, ...]


def chart(
    count: int,
    names: Sequence[str] = ("Bread", "Salt marshes", "Old violins"),
    papers: Sequence[Paper] = (),
    inner: int = 4,
) -> Map:
    """`count` papers in crowds with these names, each of them parted into `inner` smaller ones.
    The first papers are those given."""
    random = np.random.default_rng(1)
    made = [*papers][:count]
    made += [
        Paper(f"pk:{n}", f"Title number {n}", "Said of it.", authors=(f"Ada Author{n}",), year=2020)
        for n in range(len(made), count)
    ]
    which = np.arange(count) % max(len(names), 1)
    centres = random.uniform(-0.7, 0.7, (max(len(names), 1), 2))
    points = centres[which] + random.normal(0, 0.1, (count, 2))
    ids = [paper.id for paper in made]
    regions = []
    for crowd, name in enumerate(names):
        own = np.flatnonzero(which == crowd)
        # The last of a crowd are in none.
        own = own[: max(1, len(own) * 9 // 10)]
        own = own[np.argsort(points[own, 0])]
        top = 1 + crowd * (inner + 1)
        regions.append(Region(top, 0, None, name, tuple(ids[row] for row in own)))
        for part, rows in enumerate(np.array_split(own, inner) if inner else ()):
            label = f"{name}, part {part}"
            regions.append(Region(top + 1 + part, 1, top, label, tuple(ids[row] for row in rows)))
    placed = np.clip(points, -1, 1).astype(np.float32)
    return draw_up(ids, placed, regions, papers=lambda: made)

"""The map of a library as it is kept: made once, read since, new papers placed beside the old."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.errors import LibraryDamaged
from ..index.paper import Paper
from ..index.place_rows import Places, places_made, read_places, write_places
from ..index.snapshot import Snapshot
from ..index.store import Store
from .layout import FEWEST, Watch, lay_out, place
from .map import Group, Map, draw_up

__all__ = ["Groups", "Maps", "Steps", "make_map"]

Groups = Callable[[Snapshot], Sequence[Group] | None]
"""The clusters of a library at one moment, None where it has none: the same object as long as they
are the same."""

_STEPS = 500
"""Of laying out, as many as of making clusters."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be done for a map, and who is told how far it is."""

    watch: Watch | None
    clusters: bool
    layout: bool

    def clustered(self, done: int, total: int) -> None:
        """So many papers are clustered."""
        self._tell(0, done, total)

    def laid_out(self, done: int, total: int) -> None:
        """So many steps of the layout are done."""
        self._tell(self.clusters, done, total)

    def _tell(self, before: int, done: int, total: int) -> None:
        if self.watch:
            whole = self.clusters + self.layout
            self.watch(before * _STEPS + _STEPS * done // max(total, 1), whole * _STEPS)


class Maps:
    """Gives the map of a Store as of now. May be used by many threads."""

    def __init__(self, store: Store, groups: Groups) -> None:
        self._store = store
        self._groups = groups
        self._lock = threading.Lock()
        self._known: tuple[object, ...] = ()
        self._drawn_with: Sequence[Group] | None = None
        self._map: Map | None = None

    def current(self) -> Map | None:
        """The map as it was made, with the papers that came since and without those that went; None
        where it was not made, none of its papers is left, or there were too few for a layout when
        it was made, and others came.

        Nothing is written. Raises LibraryDamaged.
        """
        with self._lock, self._store.read() as snapshot:
            known = (places_made(snapshot), snapshot.commit)
            groups = self._groups(snapshot)
            if self._known != known or self._drawn_with is not groups:
                self._map = _drawn(self._store, snapshot, groups or ())
                self._known, self._drawn_with = known, groups
            return self._map


def make_map(store: Store, *, seed: int | None = None, watch: Watch | None = None) -> None:
    """Lay a library out and keep its map in place of the one it had. Takes the writer's lock.

    Without a seed it is that of the map that was there, else 0. A map that is damaged is replaced.
    Raises LibraryBusy where another process writes, LibraryDamaged, LibraryFull.
    """
    with store.lock:
        with store.read() as snapshot:
            numbers, model = snapshot.live(), snapshot.model
            vectors = _vectors(snapshot, numbers)
            commit = snapshot.commit
            if seed is None:
                seed = _kept_seed(snapshot)
        points = lay_out(vectors, seed=seed, watch=watch)
        places = Places(numbers, points, commit, model.fingerprint, seed)
        with store.write() as connection:
            write_places(connection, places)


def _kept_seed(snapshot: Snapshot) -> int:
    """What the map that there is was made with, 0 where there is none to read."""
    try:
        before = read_places(snapshot)
    except LibraryDamaged:
        return 0
    return 0 if before is None else before.seed


def _vectors(snapshot: Snapshot, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Vectors of papers, float32, shape (n, dim); zeros where one has none."""
    return np.nan_to_num(snapshot.vectors(numbers, snapshot.model).astype(np.float32), copy=False)


def _drawn(store: Store, snapshot: Snapshot, groups: Sequence[Group]) -> Map | None:
    places = read_places(snapshot)
    if places is None:
        return None
    live = snapshot.live()
    kept = np.isin(places.numbers, live, assume_unique=True)
    numbers, points = places.numbers[kept], places.points[kept]
    later = np.setdiff1d(live, numbers, assume_unique=True)
    if len(later) and (len(places.numbers) < FEWEST or not len(numbers)):
        return None
    if len(later):
        old, new = _vectors(snapshot, numbers), _vectors(snapshot, later)
        points = np.concatenate([points, place(old, points, new)])
        numbers = np.concatenate([numbers, later])
        order = np.argsort(numbers)
        numbers, points = numbers[order], points[order]
    names = snapshot.ids_of(numbers)
    return draw_up(
        [names[number] for number in numbers.tolist()],
        points,
        groups,
        later=len(later),
        seed=places.seed,
        papers=lambda: _papers(store, numbers),
    )


def _papers(store: Store, numbers: NDArray[np.int64]) -> Iterator[Paper]:
    with store.read() as snapshot:
        for start in range(0, len(numbers), 512):
            yield from snapshot.papers(numbers[start : start + 512].tolist()).values()

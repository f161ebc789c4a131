"""Which rows of the dense index an answer may hold, worked out once for each filter."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["KeptPassing", "Passing", "among", "passing_of"]

_KEPT = 8
_ROWS_KEPT = 8_000_000
"""Of all filters together; one more than that is kept by itself."""
_SELECTIVE = 64
"""Of so many rows one: what fewer pass is scored whole, and needs no mask."""


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """Rows that count: `rows` (int64, ascending; None: all), how many they are (`count`), and a
    mask of them (bool, shape of the index; None: all, or few enough to be scored whole)."""

    count: int
    rows: NDArray[np.int64] | None
    mask: NDArray[np.bool_] | None


def passing_of(
    numbers: NDArray[np.int64], alive: NDArray[np.bool_], allowed: NDArray[np.int64] | None
) -> Passing:
    """Of rows with the papers `numbers` (int64, ascending), those that are alive (bool, the same
    shape) and `allowed` (numbers, int64, ascending; None: all)."""
    if allowed is None:
        if alive.all():
            return Passing(len(numbers), None, None)
        rows = np.flatnonzero(alive)
    elif not len(numbers):
        rows = np.zeros(0, np.int64)
    else:
        places = np.minimum(np.searchsorted(numbers, allowed), len(numbers) - 1)
        rows = places[(numbers[places] == allowed) & alive[places]]
    mask = None
    if len(rows) >= len(numbers) // _SELECTIVE:
        mask = np.zeros(len(numbers), bool)
        mask[rows] = True
    return Passing(len(rows), rows, mask)


def among(numbers: NDArray[np.int64], allowed: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    """Which of some papers are allowed: bool, shape of `numbers` (int64). `allowed` is ascending
    (int64); None allows all."""
    if allowed is None or not len(allowed):
        return np.full(len(numbers), allowed is None)
    places = np.minimum(np.searchsorted(allowed, numbers), len(allowed) - 1)
    found: NDArray[np.bool_] = allowed[places] == numbers
    return found


class KeptPassing:
    """What passes for the filters that were used last, of one view; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # The array itself is kept with it: otherwise another might come to stand at its place.
        self._kept: OrderedDict[int, tuple[NDArray[np.int64] | None, Passing]] = OrderedDict()

    def get(
        self,
        numbers: NDArray[np.int64],
        alive: NDArray[np.bool_],
        allowed: NDArray[np.int64] | None,
    ) -> Passing:
        """As `passing_of`, whose `numbers` and `alive` are the same at every call."""
        key = id(allowed)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        found = passing_of(numbers, alive, allowed)
        with self._lock:
            self._kept[key] = allowed, found
            while len(self._kept) > _KEPT or (len(self._kept) > 1 and self._held() > _ROWS_KEPT):
                self._kept.popitem(last=False)
        return found

    def _held(self) -> int:
        return sum(found.count for _, found in self._kept.values() if found.rows is not None)

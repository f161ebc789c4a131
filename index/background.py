"""How near papers of a library are to each other that have nothing to do with each other.

How much a difference between two cosines means depends on the model and on the field: where all
papers are near to each other, little makes one stand out. So such differences are measured by the
standard deviation of the cosines between papers of the library, taken from a sample of them.
"""

import heapq
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "SAMPLE", "Background", "Sampler", "background"]

SAMPLE = 1000
"""Papers in the sample."""
FEWEST = 10
"""Papers that tell anything about what is usual among them."""
_LEAST_DEVIATION = 0.002
"""Of papers that are all alike the spread is no measure: 16 bits a number alone move a cosine by
1e-4. Models whose cosines fill a small range only have ten times this."""


@dataclass(frozen=True, slots=True)
class Background:
    """What is usual among the papers of a library."""

    deviation: float
    """The standard deviation of the cosines between two of them. Their mean is not kept: it falls
    out of differences, and what a cosine means by itself is measured by questions."""


class Sampler:
    """Chooses papers as they come by: those whose vectors have the lowest checksums, so that the
    sample depends on the papers alone, not on their order, and changes little as they change."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, int]] = []
        self._seen = 0

    def see(self, vector: bytes) -> None:
        """Look at the vector of the next paper."""
        # The lowest checksums: the heap's first is the highest of those kept.
        entry = (-zlib.crc32(vector), -self._seen)
        if len(self._kept) < SAMPLE:
            heapq.heappush(self._kept, entry)
        elif entry > self._kept[0]:
            heapq.heapreplace(self._kept, entry)
        self._seen += 1

    def chosen(self) -> NDArray[np.int64]:
        """Places of the chosen among those seen, int64, shape (n,), ascending."""
        return np.array(sorted(-place for _, place in self._kept), np.int64)


def background(vectors: NDArray[np.float32]) -> Background | None:
    """What is usual among papers, from the unit vectors of some of them, float32, shape (n, dim).
    None for fewer than FEWEST, and for papers that are all alike, which tell nothing."""
    count = len(vectors)
    if count < FEWEST:
        return None
    pairs = (vectors @ vectors.T).astype(np.float64)[np.triu_indices(count, 1)]
    deviation = float(pairs.std())
    return Background(deviation) if deviation >= _LEAST_DEVIATION else None

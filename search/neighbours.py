"""Papers that are near to each other should have near scores.

F. Diaz, "Regularizing Query-Based Retrieval Scores", 2007; one step of it, among the papers on top:
a paper that answers is the more believable the better its nearest neighbours answer too.
"""

import numpy as np
from numpy.typing import NDArray

from ..index.snapshot import Snapshot
from .page import first_places
from .semantic import vectors_of
from .view import View

__all__ = ["smooth"]

PAPERS = 50
NEIGHBOURS = 5
WEIGHT = 0.2
_FOR_EACH = 6


def smooth(
    view: View, snapshot: Snapshot, numbers: NDArray[np.int64], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scores, float64 (n,), with those of the first PAPERS drawn towards their neighbours' among
    them. The first papers stay the first: none falls below the lowest of them.

    `numbers` (int64) and `scores` (float64), shape (n,), in any order.
    """
    # Of a handful, the first need not be about the query, nor be near to each other.
    count = min(PAPERS, len(numbers) // _FOR_EACH)
    if count <= NEIGHBOURS:
        return scores
    rows = first_places(snapshot, numbers, scores, count)
    vectors = vectors_of(view, numbers[rows]).astype(np.float64)
    # Not by BLAS, whose threads wait for each other longer than so little work takes.
    near = np.maximum(np.round(np.einsum("id,jd->ij", vectors, vectors), 6), 0.0)
    np.fill_diagonal(near, 0.0)
    # Ties with the last neighbour count as well, so that no order of papers decides.
    least = np.partition(near, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
    near[near < least] = 0.0
    total = near.sum(axis=1)
    own = scores[rows]
    lent = np.where(total > 0, near @ own / np.maximum(total, 1e-9), own)
    smoothed = scores.copy()
    smoothed[rows] = (1 - WEIGHT) * own + WEIGHT * lent
    return smoothed

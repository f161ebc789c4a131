"""Nearest papers to a vector: exactly, or by candidates that are scored exactly afterwards.

Both ways score the same stored vectors in double precision, so that they agree to the last digit
kept wherever they find the same papers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.dense import DenseIndex
from ..index.halves import widened
from .stages import stage
from .view import View

__all__ = ["POOL", "nearest", "scores_of", "vectors_of"]

POOL = 1000
"""Papers that the approximate plan ranks: any page within them comes from one and the same list."""
_DEPTH = 4
"""Candidates a paper of the pool: recall@10 against exact search stays above 0.99 with room."""
_DECIMALS = 6
_SLACK = 1e-5
"""More than float32 can be off in a sum of products of unit vectors."""


def _rounded(vectors: NDArray[Any], query: NDArray[np.float32]) -> NDArray[np.float64]:
    if vectors.dtype == np.float16:
        vectors = widened(vectors)
    exact: NDArray[np.float64] = vectors.astype(np.float64) @ query.astype(np.float64)
    return np.round(exact, _DECIMALS)


@stage("dense")
def nearest(
    view: View,
    query: NDArray[np.float32],
    k: int,
    *,
    allowed: NDArray[np.int64] | None = None,
    exact: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Papers nearest to a unit vector, float32 (dim,), by cosine.

    `allowed`: numbers (int64, ascending) that may be answered, None for all. Returns numbers
    (int64) and cosines (float64, higher is nearer), shape (n,): the best k and all that tie with
    the last of them, ordered by cosine. Fewer only where fewer are allowed.
    """
    numbers, scores = _published(view, query, k, allowed, exact)
    beside = view.beside_numbers
    if len(beside):
        kept = np.ones(len(beside), bool) if allowed is None else np.isin(beside, allowed)
        numbers = np.append(numbers, beside[kept])
        scores = np.append(scores, _rounded(view.beside_vectors[kept], query))
    order = np.argsort(-scores, kind="stable")
    if len(order) > k > 0:
        order = order[scores[order] >= scores[order[k - 1]]]
    return numbers[order], scores[order]


def _published(
    view: View,
    query: NDArray[np.float32],
    k: int,
    allowed: NDArray[np.int64] | None,
    exact: bool,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    dense = view.dense
    if dense is None or not len(dense):
        return np.zeros(0, np.int64), np.zeros(0)
    passing = view.dense_alive
    if allowed is not None:
        passing = passing & np.isin(dense.numbers, allowed, assume_unique=True)
    rows = np.flatnonzero(passing)
    products = dense.products(query)
    if products is not None:
        return dense.numbers[rows], np.round(products[rows], _DECIMALS)
    likely = None
    if not exact and dense.has_candidates and k <= POOL:
        likely = _likely(dense, query, k, passing, len(rows))
    found = _best(dense, query, k, rows if likely is None else likely)
    scores = _rounded(dense.vectors(found), query)
    return dense.numbers[found], scores


def _likely(
    dense: DenseIndex, query: NDArray[np.float32], k: int, passing: NDArray[np.bool_], count: int
) -> NDArray[np.int64] | None:
    """Rows that hold the nearest k almost surely; None where scoring all that pass is as quick."""
    if not count:
        return None
    # Among all rows, those that pass stand as thick as they are many: looking deeper by that
    # factor, and a fifth for chance, finds enough of them.
    depth = int(_DEPTH * POOL * len(dense) / count * 1.2)
    if depth > min(len(dense) // 4, count):
        return None
    rows = dense.candidates(query, depth)
    rows = rows[passing[rows]]
    # Fewer where what passes is far from the query: then nothing says that the nearest are here.
    return np.sort(rows) if len(rows) >= 2 * k else None


def _best(
    dense: DenseIndex, query: NDArray[np.float32], k: int, rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Those of some rows, ascending, that hold the nearest k of them for certain, and what ties
    with them."""
    if k >= len(rows):
        return rows
    rough = dense.scan(query, rows if len(rows) < len(dense) else None)
    least = np.partition(rough, len(rough) - k)[len(rough) - k]
    kept: NDArray[np.int64] = rows[rough >= least - _SLACK]
    return kept


def vectors_of(view: View, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Stored vectors of live papers: float32, shape (n, dim), unit rows."""
    vectors = np.zeros((len(numbers), view.model.dimension), np.float32)
    if view.dense is not None and len(view.dense):
        places = np.minimum(np.searchsorted(view.dense.numbers, numbers), len(view.dense) - 1)
        here = (view.dense.numbers[places] == numbers) & view.dense_alive[places]
        vectors[here] = widened(view.dense.vectors(places[here]))
    if len(view.beside_numbers):
        last = len(view.beside_numbers) - 1
        places = np.minimum(np.searchsorted(view.beside_numbers, numbers), last)
        here = view.beside_numbers[places] == numbers
        vectors[here] = view.beside_vectors[places[here]]
    return vectors


def scores_of(
    view: View, query: NDArray[np.float32], numbers: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Cosines (float64, shape (n,)) of live papers with a unit vector, float32 (dim,)."""
    if view.dense is not None and not len(view.beside_numbers):
        products = view.dense.products(query)
        if products is not None:
            places = np.searchsorted(view.dense.numbers, numbers)
            return np.round(products[places], _DECIMALS)
    return _rounded(vectors_of(view, numbers), query)

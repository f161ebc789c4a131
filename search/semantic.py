"""Nearest papers to a vector: exactly, or by candidates that are scored exactly afterwards.

Both ways score the same stored vectors in double precision, so that they agree to the last digit
kept wherever they find the same papers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.dense import DenseIndex
from ..index.half import widened
from .passing import among
from .stages import stage
from .view import View

__all__ = ["POOL", "nearest", "scores_of", "vectors_of"]

POOL = 1000
"""Papers that the approximate plan ranks: any page within them comes from one and the same list."""
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
        kept = among(beside, allowed)
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
    passing = view.passing.get(dense.numbers, view.dense_alive, allowed)
    products = dense.products(query)
    if products is not None:
        rows = slice(None) if passing.rows is None else passing.rows
        return dense.numbers[rows], np.round(products[rows], _DECIMALS)
    if (
        not exact
        and k <= POOL
        and passing.count
        and (passing.rows is None or passing.mask is not None)
    ):
        likely = dense.likeliest(query, k, passing.mask, passing.count)
        if likely is not None:
            rows, scores = likely
            return dense.numbers[rows], np.round(scores, _DECIMALS)
    found = _best(dense, query, k, passing.rows)
    return dense.numbers[found], np.round(dense.scores(query, found), _DECIMALS)


def _best(
    dense: DenseIndex, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """Those of some rows (int64, ascending; None: all) that hold the nearest k of them for certain,
    and what ties with them."""
    count = len(dense) if rows is None else len(rows)
    if k >= count:
        return np.arange(count) if rows is None else rows
    rough = dense.scan(query, rows)
    least = np.partition(rough, count - k)[count - k]
    kept = np.flatnonzero(rough >= least - _SLACK)
    return kept if rows is None else rows[kept]


def _rows(
    dense: DenseIndex, view: View, numbers: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The rows of papers in an index that is not empty, and which of them there are: a paper may
    have changed since, or lack its vector."""
    places = np.minimum(np.searchsorted(dense.numbers, numbers), len(dense) - 1)
    return places, (dense.numbers[places] == numbers) & view.dense_alive[places]


def vectors_of(view: View, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Stored vectors of live papers: float32, shape (n, dim), unit rows."""
    vectors = np.zeros((len(numbers), view.model.dimension), np.float32)
    if view.dense is not None and len(view.dense):
        places, here = _rows(view.dense, view, numbers)
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
    dense = view.dense
    if dense is not None and len(dense) and not len(view.beside_numbers):
        products = dense.products(query)
        if products is not None:
            places, here = _rows(dense, view, numbers)
            cosines = products[places]
            cosines[~here] = 0.0
            return np.round(cosines, _DECIMALS)
    return _rounded(vectors_of(view, numbers), query)

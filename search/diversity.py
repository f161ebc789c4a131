"""Answers whose papers differ: maximal marginal relevance.

J. Carbonell, J. Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and
Producing Summaries", 1998: one after another, the paper that is best by its relevance less its
likeness to the paper most like it among those chosen before.
"""

from numbers import Real

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError

__all__ = ["DIVERSIFIED", "check_diversity", "marginal"]

DIVERSIFIED = 200
"""The first papers of an answer, which are chosen among; those behind keep their order."""
_DECIMALS = 6
_AHEAD = 1e-6


def check_diversity(diversity: float) -> None:
    """Raise QueryError for what is no diversity."""
    number = isinstance(diversity, Real) and not isinstance(diversity, bool)
    if not number or not 0 <= diversity <= 1:
        raise QueryError(
            f"The diversity {diversity!r} makes no sense. Give a number from 0 (the best papers, "
            "however alike) to 1 (the first, then what differs most)."
        )


def marginal(
    vectors: NDArray[np.float32], scores: NDArray[np.float64], diversity: float, fixed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The order in which papers are chosen, and their marginal relevance.

    `vectors` (float32, shape (n, dim), unit rows) and `scores` (float64, shape (n,), descending)
    are of the papers; the first `fixed` of them stay where they are. Returns rows (int64) and
    values (float64, descending), shape (n,). Relevance is the score between the lowest (0) and the
    highest (1); likeness is how far a cosine is from the mean of all pairs (0, also below it) to 1.
    Models differ in both ranges, and a `diversity` should mean the same with each. Equal values
    keep the order that papers came in.
    """
    count = len(scores)
    span = float(np.ptp(scores)) if count else 0.0
    relevance = (scores - scores.min()) / span if span > 0 else np.ones(count)
    own = (1 - diversity) * relevance
    unit = vectors.astype(np.float64)
    mean = _mean_cosine(unit)
    closest = np.zeros(count)
    open_rows = np.ones(count, bool)
    order = np.zeros(count, np.int64)
    values = np.zeros(count)
    for place in range(count):
        value = np.round(own - diversity * closest, _DECIMALS)
        row = place if place < fixed else int(np.argmax(np.where(open_rows, value, -np.inf)))
        order[place], values[place] = row, value[row]
        open_rows[row] = False
        like = np.clip((unit @ unit[row] - mean) / max(1.0 - mean, 1e-6), 0.0, 1.0)
        closest = np.maximum(closest, np.round(like, _DECIMALS))
    for place in range(min(fixed, count - 1) - 1, -1, -1):
        values[place] = max(values[place], values[place + 1] + _AHEAD)
    return order, values


def _mean_cosine(unit: NDArray[np.float64]) -> float:
    """Of all pairs of different rows: the sum over all pairs is the square of the sum of rows."""
    pairs = len(unit) * (len(unit) - 1)
    total = unit.sum(axis=0)
    return float(total @ total - np.einsum("id,id->", unit, unit)) / pairs if pairs else 0.0

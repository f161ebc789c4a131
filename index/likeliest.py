"""The rows nearest to a query, from candidates that are scored until no other can be among them.

Candidates come best first by their codes. What cosines by the codes are to be expected of the
nearest is known of each query (Candidates.line), and how far they are off from that is about the
same for all, so scoring may stop where a candidate's is below it by more than a margin. An easy
question is settled by a hundred candidates, one that is far from all papers takes thousands: a
fixed number would be too many for the one or too few for the other.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidates
from .dense_manifest import Flat

__all__ = ["CERTAIN", "DEEPER", "Found", "likeliest"]

CERTAIN = 10
"""Places for which recall is promised."""
_SPARE = 4
"""Candidates that are scored at least, for each row that is asked for."""
_FIRST = 64
DEEPER = 4
"""How many times as many candidates are asked for where those before do not settle it."""
_CHANCE = 1.2

Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Rows, ascending, and their cosines in double precision."""


def likeliest(
    candidates: Candidates,
    score: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    query: NDArray[np.float32],
    k: int,
    plan: Flat,
    *,
    passing: NDArray[np.bool_] | None = None,
    passes: int | None = None,
) -> Found | None:
    """Rows that hold the nearest k to a query, float32 (dim,), of those that pass, and their
    cosines; None where scoring all that pass is as quick.

    `score` tells the true cosines of rows, `passing` which rows count (bool, shape (n,); None:
    all), `passes` how many those are.
    """
    count = len(candidates)
    if passes is None:
        passes = count
    if passes < k or not passes:
        return None
    least = _SPARE * k
    slope, offset = candidates.line(query)

    def bar_of(cosine: float) -> float:
        return offset + slope * cosine - plan.margin

    # Among all rows, those that pass stand as thick as they are many, more or less.
    thin = 1.0 if passing is None else _CHANCE * count / passes
    depth = int(max(least, plan.depth) * thin)
    while depth <= min(count // 4, passes):
        rows, coded = candidates.ask(query, depth)
        last = float(coded[-1]) if len(coded) else -np.inf
        if passing is not None:
            kept = passing[rows]
            rows, coded = rows[kept], coded[kept]
        scores, bar = _scored(rows, coded, score, least, bar_of)
        settled = len(scores) >= least and (len(scores) < len(rows) or last < bar)
        if settled:
            order = np.argsort(rows[: len(scores)])
            return rows[order], scores[order]
        depth *= DEEPER
    return None


def _scored(
    rows: NDArray[np.int64],
    coded: NDArray[np.float32],
    score: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    least: int,
    bar_of: Callable[[float], float],
) -> tuple[NDArray[np.float64], float]:
    """The cosines of as many of the rows as may be near, and the cosine by its code that another
    would have to have. `bar_of` tells that for the tenth best cosine."""
    scores = np.zeros(0)
    bar = -np.inf
    size = max(least, _FIRST)
    while len(scores) < len(rows):
        # Only what may still come up to the bar is worth a score.
        end = len(scores) + size
        if len(scores) >= least:
            hopeful = int(np.searchsorted(-coded, -bar, side="right"))
            end = min(end, hopeful)
            if end <= len(scores):
                break
        scores = np.concatenate([scores, score(rows[len(scores) : end])])
        place = min(CERTAIN, len(scores))
        bar = bar_of(float(np.partition(scores, len(scores) - place)[len(scores) - place]))
        size = len(scores)
    return scores, bar

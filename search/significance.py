"""How far a mean over queries can be trusted, and whether two rankings really differ.

The queries that were judged stand for all that could have been asked. The bootstrap (B. Efron,
"Bootstrap Methods: Another Look at the Jackknife", 1979) draws as many of them anew, with
replacement, again and again: the middle 95 % of the means so found is the interval (the percentile
method). It is a little narrow for few queries: below about fifty it holds the true mean less often
than it says.

The paired randomisation test (M. D. Smucker, J. Allan, B. Carterette, "A Comparison of Statistical
Significance Tests for Information Retrieval Evaluation", 2007) asks how often a difference of means
at least as large, in either direction, comes about if it is chance, for each query on its own,
which of both rankings has which value.

Both draw from a fixed seed: the same values give the same answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONFIDENCE", "RESAMPLES", "Comparison", "Interval", "compare", "intervals"]

CONFIDENCE = 0.95
"""How many intervals, of many, are to hold the mean over all queries that could be asked."""
RESAMPLES = 10_000
"""How often queries are drawn anew, and values exchanged."""

_SEED = 0
_BLOCK = 1 << 20
"""How many random values are held at a time."""
_ROUNDING = 1e-9


class Interval(NamedTuple):
    """The ends of a confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rankings by one measure: mean of the one less mean of the other, over the same queries.

    `interval` is that of the difference, None for a single query. `p` (0 to 1, two-sided) is how
    likely a difference as large would be if neither ranking were better; it is not corrected for
    the number of comparisons that are made.
    """

    difference: float
    interval: Interval | None
    p: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        ends = list(self.interval) if self.interval else None
        return {"difference": self.difference, "interval": ends, "p": self.p}


def intervals(values: NDArray[np.float64]) -> list[Interval | None]:
    """Bootstrap intervals of the means of columns, from the same resamples for all of them.

    `values` is float64, shape (queries, measures). None for each column where there are fewer than
    two queries: one says nothing about others. Values that are all equal give an interval without
    width.
    """
    count, columns = values.shape
    if count < 2:
        return [None] * columns
    means = np.concatenate([_times_drawn(drawn) @ values / count for drawn in _resamples(count)])
    tail = (1 - CONFIDENCE) / 2
    ends = np.quantile(means, [tail, 1 - tail], axis=0)
    return [Interval(float(low), float(high)) for low, high in ends.T]


def compare(values: NDArray[np.float64], others: NDArray[np.float64]) -> list[Comparison]:
    """Each column of `values` against the same one of `others`, query by query.

    Both are float64, shape (queries, measures), the rows in the same order, at least one. The p
    value is exact where few queries differ, else an estimate from RESAMPLES exchanges, and then at
    least 1 / (RESAMPLES + 1).
    """
    differences = values - others
    return [
        Comparison(float(mean), interval, p)
        for mean, interval, p in zip(
            differences.mean(axis=0), intervals(differences), _p_values(differences), strict=True
        )
    ]


def _resamples(count: int) -> Iterator[NDArray[np.int64]]:
    """RESAMPLES rows of `count` rows drawn with replacement, block by block."""
    random = np.random.default_rng(_SEED)
    for size in _blocks(count):
        yield random.integers(0, count, (size, count))


def _times_drawn(drawn: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each resample (row) has each query (column)."""
    size, count = drawn.shape
    # One number for each query of each resample, so that all are counted at once.
    numbered = drawn + np.arange(size)[:, None] * count
    return np.bincount(numbered.ravel(), minlength=size * count).reshape(size, count)


def _blocks(width: int) -> Iterator[int]:
    """Row counts that add up to RESAMPLES, each for a block of about _BLOCK values."""
    size = max(1, _BLOCK // width)
    for begin in range(0, RESAMPLES, size):
        yield min(size, RESAMPLES - begin)


def _p_values(differences: NDArray[np.float64]) -> list[float]:
    """The p value of each column."""
    # Exchanging equal values changes nothing.
    differing = [column[column != 0] for column in differences.T]
    few = [1 << len(column) <= RESAMPLES for column in differing]
    estimates = [0.0] * len(differing) if all(few) else _estimated(differences)
    return [
        _enumerated(column) if exact else estimate
        for column, exact, estimate in zip(differing, few, estimates, strict=True)
    ]


def _enumerated(column: NDArray[np.float64]) -> float:
    count = len(column)
    exchanged = np.arange(1 << count)[:, None] >> np.arange(count) & 1
    return float((np.abs(_signed(exchanged) @ column) >= _observed(column)).mean())


def _estimated(differences: NDArray[np.float64]) -> list[float]:
    count, columns = differences.shape
    observed = _observed(differences)
    reached = np.zeros(columns, np.int64)
    random = np.random.default_rng(_SEED)
    for size in _blocks(count):
        sums = _signed(random.integers(0, 2, (size, count))) @ differences
        reached += (np.abs(sums) >= observed).sum(axis=0)
    # What was observed is one of the outcomes (B. Phipson, G. K. Smyth, 2010).
    return [(int(each) + 1) / (RESAMPLES + 1) for each in reached]


def _observed(differences: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a sum has to reach; sums that are equal on paper differ in their last digits."""
    slack = _ROUNDING * np.abs(differences).sum(axis=0)
    return np.asarray(np.abs(differences.sum(axis=0)) - slack)


def _signed(exchanged: NDArray[np.int64]) -> NDArray[np.float64]:
    """1.0 where nothing is exchanged, -1.0 where it is."""
    return (1 - 2 * exchanged).astype(np.float64)

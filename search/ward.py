"""Which groups to join first: the hierarchy of J. Ward (1963), over points that have weights.

Each step joins the two groups whose union adds least to the sum of squared distances from the
centres. SciPy's has no weights, which points that each stand for many others need.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Joins", "ward"]


@dataclass(frozen=True, slots=True)
class Joins:
    """The joins of n points in their order: at each, the group of point `kept` takes in that of
    point `taken` (int64), which adds `cost` (float64, never falling), all of shape (n - 1,)."""

    kept: NDArray[np.int64]
    taken: NDArray[np.int64]
    cost: NDArray[np.float64]

    def groups(self, count: int) -> NDArray[np.int64]:
        """The group of each point, numbered from 0 in the order of their first points, when
        `count` groups (at least 1, at most n) are left: int64, shape (n,)."""
        points = len(self.kept) + 1
        into = np.arange(points)
        for kept, taken in zip(self.kept[: points - count], self.taken, strict=False):
            into[into == taken] = kept
        _, firsts, labels = np.unique(into, return_index=True, return_inverse=True)
        ranks = np.empty(len(firsts), np.int64)
        ranks[np.argsort(firsts)] = np.arange(len(firsts))
        return ranks[labels.reshape(-1)]

    def clearest(self, least: int, most: int) -> int:
        """The number of groups, from `least` to `most`, at which the next join costs most in
        proportion to the last one; never more than there are different points."""
        points = len(self.kept) + 1
        different = int((self.cost > 1e-9).sum()) + 1
        most = max(1, min(most, different))
        least = max(1, min(least, most))
        # With k groups left, join number n - k comes next, and n - k - 1 was the last.
        counts = np.arange(max(2, least), most + 1)
        if not len(counts):
            return least
        following = self.cost[points - counts]
        last = np.where(counts < points, self.cost[np.maximum(points - counts - 1, 0)], 0.0)
        return int(counts[np.argmax(following / np.maximum(last, following * 1e-3 + 1e-12))])


def ward(points: NDArray[np.floating], weights: NDArray[np.floating]) -> Joins:
    """Join points, shape (n, dim), n at least 1, of weights (n,), until one group is left. Takes
    memory for n squared distances."""
    centres = points.astype(np.float64)
    mass = np.maximum(weights.astype(np.float64), 1e-9)
    count = len(centres)
    squares = (centres**2).sum(axis=1)
    between = np.maximum(squares[:, None] + squares - 2 * centres @ centres.T, 0.0)
    between *= mass[:, None] * mass / (mass[:, None] + mass)
    np.fill_diagonal(between, np.inf)
    nearest = between.argmin(axis=1)
    cheapest = between[np.arange(count), nearest]
    kept: list[int] = []
    taken: list[int] = []
    cost: list[float] = []
    for _ in range(count - 1):
        first = int(cheapest.argmin())
        second = int(nearest[first])
        first, second = min(first, second), max(first, second)
        kept.append(first)
        taken.append(second)
        cost.append(max(float(between[first, second]), cost[-1] if cost else 0.0))
        total = mass[first] + mass[second]
        centres[first] = (mass[first] * centres[first] + mass[second] * centres[second]) / total
        mass[first] = total
        gone = np.isinf(between[first])
        row = ((centres - centres[first]) ** 2).sum(axis=1) * mass * total / (mass + total)
        row[gone] = np.inf
        row[[first, second]] = np.inf
        between[first], between[:, first] = row, row
        between[second], between[:, second] = np.inf, np.inf
        cheapest[second] = np.inf
        again = np.flatnonzero((nearest == first) | (nearest == second) | (row < cheapest))
        again = np.append(again[np.isfinite(cheapest[again])], first)
        nearest[again] = between[again].argmin(axis=1)
        cheapest[again] = between[again, nearest[again]]
    return Joins(np.array(kept, np.int64), np.array(taken, np.int64), np.array(cost, np.float64))

"""Which of the clusters that were there a cluster found anew is: the one it shares most with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NONE", "Match", "match"]

NONE = -1
"""Stands for no cluster, among labels and among matches."""
_LEAST = 0.2
"""Clusters that share less are different ones."""


@dataclass(frozen=True, slots=True)
class Match:
    """For each new cluster the old one that it is, or NONE (int64), and the Jaccard index of their
    members (float64), both of shape (new clusters,)."""

    old: NDArray[np.int64]
    jaccard: NDArray[np.float64]


def match(old: NDArray[np.int64], new: NDArray[np.int64]) -> Match:
    """Match the clusters of the same papers, labels from 0 or NONE (int64, shape (n,)): those that
    share most first, each at most once."""
    olds, news = (int(labels.max(initial=NONE)) + 1 for labels in (old, new))
    found = Match(np.full(news, NONE, np.int64), np.zeros(news))
    both = (old >= 0) & (new >= 0)
    pairs, shared = np.unique(np.stack([old[both], new[both]]), axis=1, return_counts=True)
    old_sizes = np.bincount(old[old >= 0], minlength=olds)
    new_sizes = np.bincount(new[new >= 0], minlength=news)
    jaccard = shared / (old_sizes[pairs[0]] + new_sizes[pairs[1]] - shared)
    taken: set[int] = set()
    for place in np.argsort(-jaccard, kind="stable").tolist():
        one, other = int(pairs[0, place]), int(pairs[1, place])
        if jaccard[place] < _LEAST:
            break
        if one not in taken and found.old[other] == NONE:
            taken.add(one)
            found.old[other] = one
            found.jaccard[other] = jaccard[place]
    return found

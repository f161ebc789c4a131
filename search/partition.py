"""A few groups among some dozens of vectors.

What all the vectors have in common is taken out, and what is left is looked at along its main
directions only: of papers that answer one question, most of the rest is noise. Ward's method
(J. Ward, 1963) joins them to groups, and their number is that at which members are clearly nearer
to their own group than to the next (silhouette: P. Rousseeuw, 1987).
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "MOST_GROUPS", "partition"]

FEWEST = 8
"""Vectors below which there is nothing to group."""
MOST_GROUPS = 6
_SMALLEST = 3
_DIRECTIONS = 8
_SPREAD = 1e-3
"""Mean squared distance from the middle, of unit vectors, from which they differ at all. Stored
vectors are rounded to about 5e-4."""
_NEARLY = 0.8
"""Part of the best mean silhouette at which more groups are taken: they tell more."""
_ROUNDS = 10
_DECIMALS = 6

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def partition(vectors: NDArray[np.float32]) -> Ints:
    """The group of each vector: int64, shape (n,), from 0 on in the order of their first members,
    -1 for what fits nowhere.

    `vectors`: float32, shape (n, dim), unit rows; rows of zeros fit nowhere. Groups have at least
    three members, and there are 2 to MOST_GROUPS of them or none: below FEWEST vectors, where they
    do not differ, and where they do not fall into groups.
    """
    labels = np.full(len(vectors), -1, np.int64)
    rows = np.flatnonzero(np.linalg.norm(vectors.astype(np.float64), axis=1) > 0.5)
    if len(rows) < FEWEST:
        return labels
    points = _directions(vectors[rows].astype(np.float64))
    if points is None:
        return labels
    distances = _distances(points, points)
    best: list[tuple[float, Ints]] = []
    for count, joined in _joined(points, min(MOST_GROUPS, len(rows) // _SMALLEST)):
        if count < 2:
            break
        settled = _settled(points, joined)
        fits = _silhouettes(distances, settled)
        kept = _large(np.where(fits > 0, settled, -1))
        if len(np.unique(kept[kept >= 0])) > 1:
            best.append((round(float(fits.mean()), _DECIMALS), kept))
    if not best:
        return labels
    enough = _NEARLY * max(score for score, _ in best)
    chosen = next(kept for score, kept in best if score >= enough)
    labels[rows] = _in_order(chosen)
    return labels


def _directions(vectors: Floats) -> Floats | None:
    """Vectors along the directions in which they differ most; None where they do not."""
    apart = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    if float((lengths**2).mean()) < _SPREAD:
        return None
    # Not the length: how far a paper is from the middle says nothing of what it is about.
    apart /= np.maximum(lengths, 1e-9)
    left, sizes, _ = np.linalg.svd(apart, full_matrices=False)
    found: Floats = left[:, :_DIRECTIONS] * sizes[:_DIRECTIONS]
    return np.round(found, _DECIMALS)


def _distances(one: Floats, other: Floats) -> Floats:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :] - 2 * one @ other.T
    found: Floats = np.sqrt(np.maximum(np.round(squares, _DECIMALS), 0.0))
    return found


def _joined(points: Floats, most: int) -> list[tuple[int, Ints]]:
    """The groups that Ward's method makes, from so many down to two."""
    count = len(points)
    labels = np.arange(count)
    sizes = np.ones(count)
    # The cost of joining two groups: what the squared distances to their middles grow by.
    cost = _distances(points, points) ** 2
    cost[np.diag_indices(count)] = np.inf
    found = [(count, labels.copy())] if count <= most else []
    for left in range(count - 1, 1, -1):
        one, other = divmod(int(np.argmin(cost)), count)
        both = sizes[one] + sizes[other]
        joined = (
            (sizes + sizes[one]) * cost[one]
            + (sizes + sizes[other]) * cost[other]
            - sizes * cost[one, other]
        ) / (sizes + both)
        joined[one] = np.inf
        cost[one] = cost[:, one] = joined
        cost[other] = cost[:, other] = np.inf
        sizes[one] = both
        labels[labels == other] = one
        if left <= most:
            found.append((left, np.unique(labels, return_inverse=True)[1]))
    return found


def _settled(points: Floats, labels: Ints) -> Ints:
    """The same groups after each point went to the nearest middle, some times over."""
    for _ in range(_ROUNDS):
        names = np.unique(labels)
        middles = np.stack([points[labels == name].mean(axis=0) for name in names])
        nearest = names[np.argmin(_distances(points, middles), axis=1)]
        if np.array_equal(nearest, labels):
            break
        labels = nearest
    return labels


def _silhouettes(distances: Floats, labels: Ints) -> Floats:
    """By point, from -1 (nearer to another group) to 1: float64, shape (n,)."""
    names = np.unique(labels)
    if len(names) < 2:
        return np.zeros(len(labels))
    own = labels[:, None] == names[None, :]
    sizes = own.sum(axis=0)
    sums = distances @ own
    inside = sums[own] / np.maximum(sizes[np.argmax(own, axis=1)] - 1, 1)
    outside = np.where(own, np.inf, sums / sizes).min(axis=1)
    fits: Floats = (outside - inside) / np.maximum(np.maximum(outside, inside), 1e-9)
    return np.where(sizes[np.argmax(own, axis=1)] > 1, fits, 0.0)


def _large(labels: Ints) -> Ints:
    names, sizes = np.unique(labels[labels >= 0], return_counts=True)
    return np.where(np.isin(labels, names[sizes >= _SMALLEST]), labels, -1)


def _in_order(labels: Ints) -> Ints:
    names = list(dict.fromkeys(labels[labels >= 0].tolist()))
    return np.array([names.index(each) if each >= 0 else -1 for each in labels.tolist()], np.int64)

"""From unit vectors to a tree of clusters, with what fits nowhere left out.

The finest clusters are found by Ward's hierarchy and then made exact by trimmed spherical k-means
(J. Cuesta-Albertos et al., 1997; I. Dhillon and D. Modha, 2001): centres are those of the papers
that clearly belong to one cluster, and only those count as its members. The coarser levels join
the finest by Ward's hierarchy again.

Clustering again starts from the clusters that were there, so that they stay what they are as far
as the papers allow; only clusters made up mostly of new papers are added.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ward import ward

__all__ = ["OUTSIDE", "Tree", "cluster"]

OUTSIDE = -1
"""The cluster of a paper that fits nowhere."""

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

_SMALLEST = 3
"""Two papers are a pair, and no subject of a library."""
_FEW = 8
"""Papers that are not worth parting."""
_DIRECT = 1500
"""Points that Ward's hierarchy takes at once: 18 MB, a second."""
_ROUNDS = 100
_MARGIN = 0.12
"""How much nearer a member is to its own centre than to the next, as a cosine. On the five pages
a fifth of the papers are not."""
_LOYAL = 0.1
"""How much nearer another centre must be for a paper to leave the cluster that it was in: small
changes of all the others must not move it. After 5 % new papers, 92 % stayed without this."""
_MOST_OUTSIDE = 0.2
"""The part of the papers that may be left out: those with the smallest margins."""
_AROUND = (0.85, 1.2)
"""Numbers of clusters that are looked at, in proportion to the one expected."""
_GROWN = 2.0
"""Times the clusters that so many papers should have: then those that were there do not fit."""
_NEW = 0.5
_AT_ONCE = 16384


@dataclass(frozen=True, slots=True)
class Tree:
    """`leaf` is the finest cluster of each paper, or OUTSIDE: int64, shape (n,). `above` says of
    each cluster of a level in which of the next coarser level it lies, from the finest level
    upwards; empty where there is one level only. Clusters of a level count from 0."""

    leaf: Labels
    above: tuple[Labels, ...] = ()

    def levels(self) -> list[Labels]:
        """The cluster of each paper on every level, the coarsest first."""
        found = [self.leaf]
        inside = self.leaf >= 0
        for parents in self.above:
            found.append(np.where(inside, parents[found[-1]] if len(parents) else 0, OUTSIDE))
        return found[::-1]


def cluster(
    rows: Floats,
    seed: int = 0,
    before: Tree | None = None,
    told: Callable[[float], None] = lambda _: None,
) -> Tree:
    """Papers as unit rows, float32, shape (n, dim), to a tree. Rows of zeros fit nowhere.

    `before` is the tree of an earlier time, over the same rows: papers new since then, and those
    that were left out, are OUTSIDE in it. The same arguments give the same tree.
    """
    count = len(rows)
    usable = np.flatnonzero(np.linalg.norm(rows, axis=1) > 0.5)
    leaf = np.full(count, OUTSIDE, np.int64)
    if len(usable) < _SMALLEST:
        return Tree(leaf)
    inside = rows[usable]
    fresh = _apart(inside, seed)
    told(0.5)
    known = None if before is None else before.leaf[usable]
    if known is None or not _still_fit(known, len(usable)):
        leaf[usable] = _compact(_refined(inside, fresh))
        return Tree(leaf, _parents(rows, leaf))
    assert before is not None
    start = _with_new(known, fresh)
    found = _refined(inside, start, known)
    old = int(known.max()) + 1
    kept = np.unique(found[found >= 0])
    leaf[usable] = _compact(found)
    return Tree(leaf, _parents_kept(rows, leaf, kept, old, before))


def _expected(count: int) -> float:
    return math.sqrt(count)


def _apart(rows: Floats, seed: int) -> Labels:
    """Papers in about as many groups as the square root of their number."""
    count = len(rows)
    if count < _FEW:
        return np.zeros(count, np.int64)
    points, weights, point_of = rows, np.ones(count), np.arange(count)
    if count > _DIRECT:
        points, weights, point_of = _small_groups(rows, seed)
    least, most = (round(each * _expected(count)) for each in _AROUND)
    joins = ward(points, weights)
    return joins.groups(joins.clearest(max(least, 2), most))[point_of]


def _small_groups(rows: Floats, seed: int) -> tuple[Floats, NDArray[np.float64], Labels]:
    """So many small groups of near papers that Ward's hierarchy can take: their centres, sizes,
    and the group of each paper."""
    import faiss

    centres: Floats
    # Equal rows would leave centres without any paper, about which FAISS complains.
    different = np.unique(rows, axis=0)
    if len(different) <= _DIRECT:
        centres = different
    else:
        maker = faiss.Kmeans(
            rows.shape[1], _DIRECT, niter=15, seed=seed + 1, spherical=True, verbose=False
        )
        maker.cp.min_points_per_centroid = 1
        maker.train(rows)
        centres = np.asarray(maker.centroids, np.float32)
    nearest = _nearest_two(rows, centres)[0]
    groups, found, sizes = np.unique(nearest, return_inverse=True, return_counts=True)
    found = found.reshape(-1)
    return _centres(rows, found, len(groups)), sizes.astype(np.float64), found


def _centres(rows: Floats, labels: Labels, count: int) -> Floats:
    """Means of the rows of each group, of unit length: float32, shape (count, dim)."""
    from scipy.sparse import csr_matrix

    inside = np.flatnonzero(labels >= 0)
    holds = csr_matrix(
        (np.ones(len(inside), np.float32), (labels[inside], inside)), (count, len(labels))
    )
    sums = np.asarray(holds @ rows)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    found: Floats = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 1e-6)
    return found


def _nearest_two(rows: Floats, centres: Floats) -> tuple[Labels, Floats, Floats]:
    """The nearest centre of each row, and its cosines with that and with the next nearest (-1
    where there is only one)."""
    count = len(rows)
    nearest = np.zeros(count, np.int64)
    best, next_best = np.zeros(count, np.float32), np.full(count, -1, np.float32)
    for start in range(0, count, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        cosines = np.round(rows[part] @ centres.T, 6)
        nearest[part] = cosines.argmax(axis=1)
        at = np.arange(len(cosines))
        best[part] = cosines[at, nearest[part]]
        if cosines.shape[1] > 1:
            cosines[at, nearest[part]] = -np.inf
            next_best[part] = cosines.max(axis=1)
    return nearest, best, next_best


def _refined(rows: Floats, labels: Labels, known: Labels | None = None) -> Labels:
    """Clusters moved until every member is clearly nearest to its own centre, or, where it was
    `known` to belong there, hardly farther than from another. Those that keep fewer members than
    the smallest may have are given up."""
    known = np.full(len(labels), OUTSIDE) if known is None else known
    labels = labels.copy()
    names = np.unique(labels[labels >= 0])
    for _ in range(_ROUNDS):
        row_of = np.searchsorted(names, labels)
        row_of[labels < 0] = OUTSIDE
        centres = _centres(rows, row_of, len(names))
        nearest, best, next_best = _nearest_two(rows, centres)
        loyal = _loyal(rows, centres, names, known, best)
        held = np.where(loyal, known, names[nearest])
        margin = best - next_best
        outside = margin < min(_MARGIN, float(np.quantile(margin, _MOST_OUTSIDE)))
        if len(names) == 1:
            outside = best <= 0
        held = np.where(outside & ~loyal, OUTSIDE, held)
        sizes = np.bincount(np.searchsorted(names, held[held >= 0]), minlength=len(names))
        if np.array_equal(held, labels) and sizes.min() >= _SMALLEST:
            break
        labels = held
        if sizes.min() < _SMALLEST:
            if len(names) == 1:
                return np.full(len(rows), OUTSIDE, np.int64)
            # One at a time: its members may make the next smallest large enough.
            lost = names[sizes.argmin()]
            names = names[names != lost]
            labels = np.where(labels == lost, OUTSIDE, labels)
            if not (labels >= 0).any():
                return labels
    return labels


def _loyal(
    rows: Floats, centres: Floats, names: Labels, known: Labels, best: Floats
) -> NDArray[np.bool_]:
    """Which papers stay where they were."""
    home = np.minimum(np.searchsorted(names, known), len(names) - 1)
    there = np.flatnonzero(names[home] == known)
    stays = np.zeros(len(rows), bool)
    own = np.einsum("ij,ij->i", rows[there], centres[home[there]])
    stays[there] = (own >= best[there] - _LOYAL) & (own > 0)
    return stays


def _compact(labels: Labels) -> Labels:
    """The same clusters, counted from 0 without gaps."""
    names = np.unique(labels[labels >= 0])
    return np.where(labels >= 0, np.searchsorted(names, labels), OUTSIDE)


def _still_fit(known: Labels, count: int) -> bool:
    """Whether there are about as many clusters as so many papers should have."""
    clusters = len(np.unique(known[known >= 0]))
    if not clusters:
        return False
    return 1 / _GROWN <= clusters / max(_expected(count), 1) <= _GROWN


def _with_new(known: Labels, fresh: Labels) -> Labels:
    """The known clusters, and those of the fresh ones that hold mostly papers that are in none of
    the known."""
    labels = known.copy()
    following = int(known.max()) + 1
    sizes = np.bincount(fresh)
    lacking = np.bincount(fresh[known < 0], minlength=len(sizes))
    for each in np.flatnonzero((lacking > _NEW * sizes) & (lacking >= _SMALLEST)):
        labels[(fresh == each) & (known < 0)] = following
        following += 1
    return labels


def _steps(clusters: int) -> list[float]:
    """How many clusters the coarser levels should have, the next coarser first."""
    if clusters < 6:
        return []
    if clusters <= 64:
        return [clusters**0.6]
    return [clusters**0.7, clusters**0.42]


def _parents(rows: Floats, leaf: Labels) -> tuple[Labels, ...]:
    """Levels above the finest clusters."""
    count = int(leaf.max()) + 1 if len(leaf) else 0
    steps = _steps(count)
    if not steps:
        return ()
    sizes = np.bincount(leaf[leaf >= 0], minlength=count)
    joins = ward(_centres(rows, leaf, count), sizes.astype(np.float64))
    above: list[Labels] = []
    finest = np.arange(count)
    for expected in steps:
        least, most = (round(each * expected) for each in _AROUND)
        groups = joins.groups(joins.clearest(max(least, 2), min(most, finest.max())))
        # Groups of the same joins lie in each other: any leaf tells where its own group lies.
        _, some = np.unique(finest, return_index=True)
        above.append(groups[some])
        finest = groups
    return tuple(above)


def _parents_kept(
    rows: Floats, leaf: Labels, names: Labels, old: int, before: Tree
) -> tuple[Labels, ...]:
    """The levels of an earlier tree above clusters of which those named below `old` were in it;
    the others join the nearest parents."""
    if len(before.above) != len(_steps(len(names))):
        return _parents(rows, leaf)
    above: list[Labels] = []
    labels, known = leaf, names
    for parents in before.above:
        earlier = known < old
        parent = np.full(len(known), OUTSIDE, np.int64)
        parent[earlier] = parents[known[earlier]]
        if not earlier.any():
            return _parents(rows, leaf)
        of_paper = np.where(labels >= 0, parent[labels], OUTSIDE)
        left = np.unique(parent[earlier])
        of_paper = np.where(of_paper >= 0, np.searchsorted(left, of_paper), OUTSIDE)
        if not earlier.all():
            own = _centres(rows, labels, len(known))
            nearest = _nearest_two(own, _centres(rows, of_paper, len(left)))[0]
            parent = np.where(earlier, parent, left[nearest])
        above.append(np.searchsorted(left, parent))
        labels = np.where(labels >= 0, above[-1][labels], OUTSIDE)
        known, old = left, int(parents.max()) + 1
    return tuple(above)

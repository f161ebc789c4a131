"""The clusters of a library as of now: as they were made, with the papers that came since."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..index.cluster_rows import ClusterRow, ClusterRows, clusters_made, read_clusters
from ..index.snapshot import Snapshot
from ..index.store import Store
from .cluster_features import unit
from .clusters import Cluster, Clusters
from .typical import TYPICAL

__all__ = ["KeptClusters", "clusters_of"]

Ints = NDArray[np.int64]

_AT_ONCE = 256
_VOTERS = 5
"""Members that a paper that came later is compared with."""


class KeptClusters:
    """Gives the clusters of a Store. May be used by many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: tuple[object, ...] = ()
        self._clusters: Clusters | None = None

    def current(self) -> Clusters | None:
        """The clusters as they were made, with the papers that came since put where they are
        nearest, and without those that went; None where they were not made, or made when the
        library had too few papers for any, and others came.

        Nothing is written. Raises LibraryDamaged, LibraryError.
        """
        with self._store.read() as snapshot:
            return self.at(snapshot)

    def at(self, snapshot: Snapshot) -> Clusters | None:
        """The same as a snapshot has it."""
        with self._lock:
            known = (clusters_made(snapshot), snapshot.commit, snapshot.model.fingerprint)
            if self._known != known:
                self._clusters = clusters_of(snapshot)
                self._known = known
            return self._clusters


def clusters_of(snapshot: Snapshot) -> Clusters | None:
    """See KeptClusters.current."""
    made = read_clusters(snapshot)
    if made is None or (not made.clusters and made.commit != snapshot.commit):
        return None
    live = snapshot.live()
    papers, leaves = _here(made, live)
    # Papers that were left out and did not change since still fit nowhere.
    _, changed = snapshot.changed_since(made.commit.seq)
    later = np.setdiff1d(changed, made.papers, assume_unique=True)
    new, homes = _placed(snapshot, made, papers, leaves, later)
    papers, leaves = np.append(papers, new), np.append(leaves, homes)
    order = np.argsort(papers)
    papers, leaves = papers[order], leaves[order]
    names = snapshot.ids_of(live)
    years: dict[int, int] = dict(
        snapshot.rows("SELECT paper, year FROM papers WHERE state = 0 AND year IS NOT NULL")
    )
    members = _members(made, papers, leaves)
    clusters = [
        _cluster(each, members[each.number], names, years, snapshot)
        for each in made.clusters
        if each.number in members
    ]
    clusters.sort(key=lambda each: (each.level, -each.size, each.id))
    titles = _titles(snapshot, clusters, names)
    outside = np.setdiff1d(live, papers, assume_unique=True).tolist()
    return Clusters(
        tuple(
            replace(each, titles={paper: titles[paper] for paper in each.typical})
            for each in clusters
        ),
        tuple(names[each] for each in outside),
        len(later),
        made.seed,
    )


def _titles(
    snapshot: Snapshot, clusters: Sequence[Cluster], names: dict[int, str]
) -> dict[str, str]:
    """Titles of the typical papers, by id."""
    typical = {paper for each in clusters for paper in each.typical}
    numbers = [number for number, paper in names.items() if paper in typical]
    return {paper.id: paper.title for paper in snapshot.papers(numbers).values()}


def _here(made: ClusterRows, live: Ints) -> tuple[Ints, Ints]:
    """Members that are still in the library, and their finest clusters."""
    here = np.isin(made.papers, live, assume_unique=True)
    return made.papers[here], made.leaves[here]


def _placed(
    snapshot: Snapshot, made: ClusterRows, papers: Ints, leaves: Ints, later: Ints
) -> tuple[Ints, Ints]:
    """Papers that came later and are near enough to members, and the clusters those are in."""
    if not len(later) or not len(papers):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    model = snapshot.model
    # Where the library changed its model, nobody knows how near is near.
    reach = made.reach if model.fingerprint == made.fingerprint else -1.0
    known = unit(snapshot.vectors(papers, model))
    most = min(_VOTERS, len(known))
    found: list[int] = []
    homes: list[int] = []
    for start in range(0, len(later), _AT_ONCE):
        part = later[start : start + _AT_ONCE]
        vectors = unit(snapshot.vectors(part, model))
        cosines = np.round(vectors @ known.T, 6)
        voters = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
        near = np.take_along_axis(cosines, voters, axis=1)
        order = np.lexsort((voters, -near), axis=1)
        voters, near = (np.take_along_axis(each, order, 1) for each in (voters, near))
        for row, number in enumerate(part.tolist()):
            if near[row, 0] >= reach and vectors[row].any():
                found.append(number)
                homes.append(_elected(leaves[voters[row]], near[row]))
    return np.array(found, np.int64), np.array(homes, np.int64)


def _elected(leaves: Ints, cosines: NDArray[np.float32]) -> int:
    """The cluster that the nearest members are in, weighted by how near they are."""
    votes: dict[int, float] = defaultdict(float)
    for leaf, cosine in zip(leaves.tolist(), cosines.tolist(), strict=True):
        votes[leaf] += max(cosine, 1e-6)
    return max(votes, key=lambda leaf: (votes[leaf], -leaf))


def _members(made: ClusterRows, papers: Ints, leaves: Ints) -> dict[int, Ints]:
    """The papers of each cluster that has any, ascending."""
    parent = {each.number: each.parent for each in made.clusters}
    order = np.argsort(leaves, kind="stable")
    ends = np.flatnonzero(np.diff(leaves[order])) + 1
    found: dict[int, list[Ints]] = defaultdict(list)
    for rows in np.split(order, ends) if len(order) else []:
        number: int | None = int(leaves[rows[0]])
        while number is not None:
            found[number].append(papers[rows])
            number = parent[number]
    return {number: np.sort(np.concatenate(parts)) for number, parts in found.items()}


def _cluster(
    row: ClusterRow,
    members: Ints,
    names: dict[int, str],
    years: dict[int, int],
    snapshot: Snapshot,
) -> Cluster:
    numbers = members.tolist()
    inside = set(numbers)
    typical = [each for each in row.typical if each in inside] or _central(snapshot, members)
    known = [years[each] for each in numbers if each in years]
    return Cluster(
        row.number,
        row.level,
        row.parent,
        row.label,
        row.keywords,
        tuple(names[each] for each in numbers),
        tuple(names[each] for each in typical),
        (min(known), max(known)) if known else None,
    )


def _central(snapshot: Snapshot, members: Ints) -> list[int]:
    """The members next to the centre, for a cluster whose typical papers are all gone."""
    vectors = unit(snapshot.vectors(members, snapshot.model))
    cosines = np.round(vectors @ vectors.mean(axis=0), 6)
    found: list[int] = members[np.argsort(-cosines, kind="stable")[:TYPICAL]].tolist()
    return found

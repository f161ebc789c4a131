"""Making the clusters of a library, and making them again: ids and names stay what they were."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.cluster_rows import (
    ClusterRow,
    ClusterRows,
    first_free,
    read_clusters,
    write_clusters,
)
from ..index.errors import LibraryDamaged
from ..index.snapshot import Snapshot, chunks, marks
from ..index.store import Store
from .cluster_features import describe, unit
from .cluster_matching import NONE, Match, match
from .clustering import OUTSIDE, Tree, cluster
from .naming import Name, conjunction, name_groups
from .typical import TYPICAL, spoken_of, typical_members

__all__ = ["Watch", "make_clusters"]

Watch = Callable[[int, int], None]
"""Hears how many of all papers are dealt with."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_SAME_NAME = 0.7
"""A cluster that shares so much with what it was (Jaccard) keeps its name."""
_NAMED_BY = (60, 400)
"""Members that a name is made from, at least and at most …"""
_READ = 30_000
"""… so that so many papers are read for all names of a level: about 1 ms each."""
_HELD = 0.25
"""A phrase names a coarser cluster where so many of its papers hold it."""
_BESIDE = (300, 1500)
"""Papers outside a group of siblings that tell what is usual; of all groups not many more than
_READ together."""
_REACH_FROM = 500
_REACH_QUANTILE = 0.05
"""Papers that come later belong to a cluster if they are as near to a member as all but this part
of its members are to another."""
_SHARES = (0.55, 0.8)
"""Of the work: where describing papers ends, and where clustering them does."""


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of new clusters: the cluster of each paper, the one each lies in (None at the top),
    and which of the old ones each is."""

    labels: Ints
    parents: Ints | None
    matched: Match
    old: Sequence[ClusterRow]

    def kept(self, each: int) -> ClusterRow | None:
        """The old cluster that a new one is."""
        place = int(self.matched.old[each])
        return None if place == NONE else self.old[place]

    def __len__(self) -> int:
        return len(self.matched.old)


def make_clusters(store: Store, *, seed: int | None = None, watch: Watch | None = None) -> None:
    """Cluster the papers of a library and keep that. Takes the writer's lock.

    Without a seed it is that of the clusters that were there, else 0. Clusters made by the same
    seed are the start of the new ones; of others, only ids and names are taken over. Where nothing
    changed since, nothing is done. Clusters that are damaged are replaced. Raises LibraryBusy,
    LibraryDamaged, LibraryFull.
    """
    with store.lock:
        with store.read() as snapshot:
            try:
                before = read_clusters(snapshot)
            except LibraryDamaged:
                before = None
            if seed is None:
                seed = 0 if before is None else before.seed
            if before is not None and (before.commit, before.fingerprint, before.seed) == (
                snapshot.commit,
                snapshot.model.fingerprint,
                seed,
            ):
                return
            made = _made(snapshot, before, seed, watch)
        with store.write() as connection:
            write_clusters(connection, made)


def _made(
    snapshot: Snapshot, before: ClusterRows | None, seed: int, watch: Watch | None
) -> ClusterRows:
    # In the order of their ids, so that the order in which papers came plays no part.
    numbers = snapshot.numbers("SELECT paper FROM papers WHERE state = 0 ORDER BY id")
    count, model = len(numbers), snapshot.model

    def told(start: float, end: float) -> Callable[[float], None]:
        def tell(share: float) -> None:
            if watch is not None:
                watch(round(count * (start + (end - start) * share)), count)

        return tell

    vectors = np.nan_to_num(snapshot.vectors(numbers, model))
    language = snapshot.setting("language", "en")
    texts = _texts(snapshot, numbers)
    rows = describe(vectors, texts, language, seed, told(0, _SHARES[0]))
    old, old_levels = _earlier(before, numbers)
    start = old if before is not None and before.seed == seed else None
    tree = cluster(rows, seed, start, told(*_SHARES))
    levels = _matched(tree, old_levels)
    centres = [_centres(rows, level.labels, len(level)) for level in levels]
    tell = told(_SHARES[1], 1)
    names = _names(snapshot, numbers, rows, levels, centres, language, tell)
    ids = _ids(levels, first_free(snapshot))
    labels = [[name.label for name in level] for level in names]
    typical = _typical(snapshot, numbers, rows, levels, centres, labels, language)
    found: list[ClusterRow] = []
    for depth, level in enumerate(levels):
        for each in range(len(level)):
            near = typical[depth][each]
            parent = None if level.parents is None else ids[depth - 1][int(level.parents[each])]
            name = names[depth][each]
            row = ClusterRow(
                ids[depth][each],
                depth,
                parent,
                name.label,
                name.keywords,
                tuple(numbers[near].tolist()),
            )
            found.append(row)
    inside = np.flatnonzero(tree.leaf >= 0)
    inside = inside[np.argsort(numbers[inside])]
    leaf_ids = np.array(ids[-1] if ids else [], np.int64)
    return ClusterRows(
        tuple(found),
        numbers[inside],
        leaf_ids[tree.leaf[inside]],
        snapshot.commit,
        model.fingerprint,
        seed,
        _reach(unit(vectors[inside]), seed),
    )


def _texts(snapshot: Snapshot, numbers: Ints) -> Iterator[tuple[str, str]]:
    """Titles and abstracts, in the order of the numbers."""
    for part in chunks(numbers.tolist()):
        query = f"SELECT paper, title, abstract FROM papers WHERE paper IN ({marks(part)})"
        said = {
            number: (title, abstract) for number, title, abstract in snapshot.rows(query, *part)
        }
        for number in part:
            yield said[number]


def _earlier(
    before: ClusterRows | None, numbers: Ints
) -> tuple[Tree | None, list[tuple[Ints, list[ClusterRow]]]]:
    """The clusters that were there as a tree over the papers there are now; and on each level, from
    the finest, the labels of the papers and the clusters they stand for."""
    if before is None or not before.clusters or not len(numbers):
        return None, []
    depth = 1 + max(each.level for each in before.clusters)
    rows = [[each for each in before.clusters if each.level == level] for level in range(depth)]
    place = [{each.number: row for row, each in enumerate(level)} for level in rows]
    above = tuple(
        np.array([place[level - 1][each.parent or 0] for each in rows[level]], np.int64)
        for level in range(depth - 1, 0, -1)
    )
    leaf = np.full(len(numbers), OUTSIDE, np.int64)
    if len(before.papers):
        at = np.minimum(np.searchsorted(before.papers, numbers), len(before.papers) - 1)
        known = before.papers[at] == numbers
        leaf[known] = [place[-1][each] for each in before.leaves[at[known]].tolist()]
    tree = Tree(leaf, above)
    return tree, list(zip(tree.levels()[::-1], rows[::-1], strict=True))


def _matched(tree: Tree, old: Sequence[tuple[Ints, list[ClusterRow]]]) -> list[_Level]:
    """The levels of a tree, the coarsest first, each matched with the old level that is as far from
    the finest."""
    found: list[_Level] = []
    for height, labels in enumerate(tree.levels()[::-1]):
        parents = tree.above[height] if height < len(tree.above) else None
        before, clusters = old[height] if height < len(old) else (np.full_like(labels, NONE), [])
        level = _Level(labels, parents, match(before, labels), clusters)
        if len(level):
            found.append(level)
    return found[::-1]


def _ids(levels: Sequence[_Level], free: int) -> list[list[int]]:
    """The id of each cluster on each level: that of the old one it is, or one never used."""
    found: list[list[int]] = []
    for level in levels:
        found.append([])
        for each in range(len(level)):
            kept = level.kept(each)
            found[-1].append(free if kept is None else kept.number)
            free += kept is None
    return found


def _centres(rows: Floats, labels: Ints, count: int) -> Floats:
    return unit(np.array([rows[labels == each].mean(axis=0) for each in range(count)]))


def _nearest_members(rows: Floats, labels: Ints, centres: Floats, each: int) -> tuple[Ints, Floats]:
    """The members of a cluster, the nearest to its centre first, and their cosines to it."""
    members = np.flatnonzero(labels == each)
    cosines = np.round(rows[members] @ centres[each], 5)
    order = np.argsort(-cosines, kind="stable")
    return members[order], cosines[order]


def _typical(
    snapshot: Snapshot,
    numbers: Ints,
    rows: Floats,
    levels: Sequence[_Level],
    centres: Sequence[Floats],
    labels: Sequence[Sequence[str]],
    language: str,
) -> list[list[list[int]]]:
    """The most typical members of each cluster of each level; those of a coarser one are the first
    of each of those in it: of those that it is called by, then of the largest."""

    def read(members: Ints) -> list[str]:
        return [f"{title}\n{text}" for title, text in _texts(snapshot, numbers[members])]

    found: list[list[list[int]]] = []
    for depth in range(len(levels) - 1, -1, -1):
        level = levels[depth]
        here: list[list[int]] = []
        for each, label in enumerate(labels[depth]):
            if not found:
                near = _nearest_members(rows, level.labels, centres[depth], each)
                here.append(typical_members(*near, label, read, language))
                continue
            inside = _children(levels[depth + 1], each)
            called = spoken_of(label, [labels[depth + 1][child] for child in inside], language)
            order = np.argsort(~called.any(axis=1), kind="stable").tolist()
            firsts = [found[-1][inside[row]][:2] for row in order]
            most = [some[place] for place in range(2) for some in firsts if place < len(some)]
            here.append(most[:TYPICAL])
        found.append(here)
    return found[::-1]


def _children(below: _Level, each: int) -> list[int]:
    """The clusters of the next finer level in one, the largest first."""
    assert below.parents is not None
    sizes = np.bincount(below.labels[below.labels >= 0], minlength=len(below))
    inside = np.flatnonzero(below.parents == each)
    found: list[int] = inside[np.argsort(-sizes[inside], kind="stable")].tolist()
    return found


def _names(
    snapshot: Snapshot,
    numbers: Ints,
    rows: Floats,
    levels: Sequence[_Level],
    centres: Sequence[Floats],
    language: str,
    told: Callable[[float], None],
) -> list[list[Name]]:
    """The names of clusters, level by level, the finest first. Siblings are named together."""
    found: list[list[Name]] = []
    for depth, level in reversed(list(enumerate(levels))):
        parents = np.zeros(len(level), np.int64) if level.parents is None else level.parents
        names: dict[int, Name] = {}
        for parent in np.unique(parents).tolist():
            siblings = np.flatnonzero(parents == parent).tolist()
            inside: dict[int, list[Name]] = {}
            if found:
                below = levels[depth + 1]
                inside = {s: [found[-1][c] for c in _children(below, s)] for s in siblings}
            names |= _sibling_names(
                snapshot, numbers, rows, level, centres[depth], siblings, language, inside
            )
            told((len(found) + len(names) / len(level)) / len(levels))
        found.append([names[each] for each in range(len(level))])
    return found[::-1]


def _sibling_names(
    snapshot: Snapshot,
    numbers: Ints,
    rows: Floats,
    level: _Level,
    centres: Floats,
    siblings: Sequence[int],
    language: str,
    inside: Mapping[int, Sequence[Name]],
) -> dict[int, Name]:
    known = {
        each: Name(kept.label, kept.keywords)
        for each in siblings
        if level.matched.jaccard[each] >= _SAME_NAME and (kept := level.kept(each)) is not None
    }
    if len(known) == len(siblings):
        return known
    groups = []
    for each in siblings:
        near, _ = _nearest_members(rows, level.labels, centres, each)
        most = min(len(near), _each_of(len(level), _NAMED_BY))
        # What lies next to the centre of many clusters is typical of none of them.
        spread = near[np.linspace(0, len(near) - 1, most).astype(np.int64)]
        read = spread if each in inside else near[:most]
        groups.append(list(_texts(snapshot, numbers[read])))
    others = np.flatnonzero(~np.isin(level.labels, siblings))
    sets = 1 if level.parents is None else len(np.unique(level.parents))
    beside = min(len(others), _each_of(sets, _BESIDE))
    some = others[np.linspace(0, len(others) - 1, beside).astype(np.int64)]
    new = name_groups(groups, language=language, rest=list(_texts(snapshot, numbers[some])))
    named = {
        each: _apt(name, group, inside.get(each, ()), conjunction(language))
        for each, name, group in zip(siblings, new, groups, strict=True)
    }
    return _unlike(named, known)


def _each_of(parts: int, bounds: tuple[int, int]) -> int:
    """How many papers are read for each of so many parts."""
    least, most = bounds
    return max(least, min(most, _READ // max(parts, 1)))


def _apt(
    name: Name, group: Sequence[tuple[str, str]], inside: Sequence[Name], joining: str
) -> Name:
    """A name that too few papers of a coarser cluster hold, or that is the name of one of the
    clusters in it, gives way to those of two clusters in it: the largest, or that one and the
    largest of the others, without a word in common if there is one."""
    said = name.label.casefold()
    held = sum(said in f"{title} {abstract}".casefold() for title, abstract in group)
    # The names in it may be of two parts as well.
    names = list(dict.fromkeys(each.label.partition(joining)[0] for each in inside))
    same = [each for each in names if each.casefold() == said]
    if len(names) < 2 or (held >= _HELD * len(group) and not same):
        return name
    first, *others = dict.fromkeys([*same, *names])
    words = set(first.casefold().split())
    apart = (each for each in others if not words & set(each.casefold().split()))
    second = next(apart, others[0])
    if second[1:] == second[1:].lower():
        second = second[:1].lower() + second[1:]
    keywords = dict.fromkeys(word for each in inside for word in each.keywords[:2])
    return Name(f"{first}{joining}{second}", tuple(keywords)[: max(len(name.keywords), 1)])


def _unlike(names: dict[int, Name], known: dict[int, Name]) -> dict[int, Name]:
    """Names of siblings, no two alike: those known stay, others give way."""
    taken = {name.label.casefold() for name in known.values()}
    found = dict(known)
    for each, name in names.items():
        if each in known:
            continue
        further = (f"{name.label}, {word}" for word in name.keywords if word not in name.label)
        numbered = (f"{name.label} ({count})" for count in range(2, len(names) + 2))
        labels = (name.label, *name.keywords, *further, *numbered)
        label = next(label for label in labels if label.casefold() not in taken)
        taken.add(label.casefold())
        found[each] = Name(label, name.keywords)
    return found


def _reach(vectors: Floats, seed: int) -> float:
    """See _REACH_QUANTILE. `vectors` are those of members: float32, shape (n, dim), unit rows."""
    count = len(vectors)
    if count < 2:
        return 1.0
    some = np.random.default_rng(seed).permutation(count)[:_REACH_FROM]
    cosines = vectors[some] @ vectors.T
    cosines[np.arange(len(some)), some] = -1
    return round(float(np.quantile(cosines.max(axis=1), _REACH_QUANTILE)), 6)

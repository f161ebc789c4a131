"""From records to works: links between pairs, taken the surest first, never over a conflict.

After J. Kruskal, "On the shortest spanning subtree of a graph" (1956): the links are taken in an
order that depends on the records alone, and one is refused where it would bring two records
together that are two works. So a record that fits two works that exclude each other goes to one of
them, always the same, and the outcome does not depend on the order in which the records came.
"""

from collections import Counter
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass

from .shingles import is_telling
from .works import (
    APART,
    BOUNDS,
    SHARED_ID,
    TEXT,
    Face,
    compare,
    evidence,
    id_keys,
    irreconcilable,
    resemblance,
)

__all__ = ["group"]

_RADIUS = 0.35
"""How far abstracts may be from the one that stands for them when works are compared."""


def group(
    faces: Iterable[Face],
    keys: Mapping[Face, Collection[int]] | None = None,
    lone: Collection[Face] = (),
) -> list[list[Face]]:
    """The works among distinct faces, each sorted by `Face.order`, as they are themselves by the
    first of each.

    `keys` holds the evidence of each (computed where not given): only faces that share a key are
    compared. `lone` tells what is known from before: any two of these were compared and are not
    linked, or exclude each other.
    """
    ordered = sorted(set(faces), key=lambda face: face.order)
    alone = [face in lone for face in ordered]
    forest = _Forest(ordered)
    forest.excluded = irreconcilable
    for a, b, bond in _pairs(forest, [face.ids for face in ordered], alone):
        if bond == SHARED_ID:
            forest.join(a, b)
        else:
            forest.refuse(a, b)
    forest.excluded = _exclude
    evident = [
        frozenset((keys or {}).get(face) or evidence(face)) - id_keys(face) for face in ordered
    ]
    weak: list[tuple[int, int, int]] = []
    for a, b, bond in _pairs(forest, evident, alone):
        if bond == TEXT:
            forest.join(a, b)
        elif bond is not None and bond > TEXT:
            weak.append((bond, a, b))
        elif bond == APART:
            forest.refuse(a, b)
    for _, a, b in sorted(weak):
        forest.join(a, b)
    return forest.works()


def _exclude(a: Face, b: Face) -> bool:
    return compare(a, b) == APART


@dataclass(slots=True)
class _Circle:
    """Faces of one set that exclude the same, but for how alike their abstracts are to others.

    The share of shingles that two texts do not have in common obeys the triangle inequality (M.
    Charikar, "Similarity estimation techniques from rounding algorithms", 2002): with all abstracts
    within `radius` of that of `faces[0]`, that one tells of all, where it is not too near a bound.
    """

    faces: list[Face]
    radius: float = 0.0

    def excludes(self, other: "_Circle", excluded: Callable[[Face, Face], bool]) -> bool:
        if excluded(self.faces[0], other.faces[0]):
            return True
        slack = self.radius + other.radius
        if not slack:
            return False
        alike = resemblance(self.faces[0], other.faces[0])
        if alike is None or all(abs(alike - bound) > slack for bound in BOUNDS):
            return False
        return any(excluded(face, each) for face in self.faces for each in other.faces)

    def absorb(self, other: "_Circle") -> bool:
        """Take the faces of another circle in, if they are near enough."""
        face, each = self.faces[0], other.faces[0]
        if _fields(face) != _fields(each):
            return False
        alike = resemblance(face, each)
        radius = 0.0 if alike is None else 1 - alike + other.radius
        if radius > _RADIUS:
            return False
        self.radius = max(self.radius, radius)
        if radius:
            self.faces += other.faces
        return True


def _fields(face: Face) -> tuple[object, ...]:
    # All that compare and irreconcilable look at to set two faces apart, but for how alike their
    # abstracts are; a short one is compared as it stands.
    remark = None if is_telling(face.abstract) else face.abstract
    return face.ids, face.title, face.authors, face.year, face.venue, remark


class _Forest:
    """Disjoint sets of faces, by their places in the order."""

    excluded: Callable[[Face, Face], bool]
    """Whether two faces may not come into one set."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self.faces = faces
        self._parent = list(range(len(faces)))
        self._members = {place: [place] for place in range(len(faces))}
        self._circles = {place: [_Circle([face])] for place, face in enumerate(faces)}
        # Sets that exclude each other do so however they grow. Forgotten when one is joined.
        self._refused: set[tuple[int, int]] = set()

    def root(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place

    def settled(self, a: int, b: int) -> bool:
        """Whether two faces are in one set, or in sets that are known to exclude each other."""
        left, right = self.root(a), self.root(b)
        return left == right or (min(left, right), max(left, right)) in self._refused

    def refuse(self, a: int, b: int) -> None:
        """Remember that the sets of two faces exclude each other; worth it where one is large."""
        left, right = self.root(a), self.root(b)
        if len(self._members[left]) > 1 or len(self._members[right]) > 1:
            self._refused.add((min(left, right), max(left, right)))

    def join(self, a: int, b: int) -> None:
        """Make one set of the sets of two faces, unless one has a member that excludes one of
        the other."""
        if self.settled(a, b):
            return
        large, small = self.root(a), self.root(b)
        circles, others = self._circles[large], self._circles[small]
        if any(one.excludes(other, self.excluded) for one in circles for other in others):
            self.refuse(a, b)
            return
        if len(self._members[large]) < len(self._members[small]):
            large, small = small, large
        self._parent[small] = large
        self._members[large] += self._members.pop(small)
        circles = self._circles[large]
        for each in self._circles.pop(small):
            if not any(one.absorb(each) for one in circles):
                circles.append(each)

    def works(self) -> list[list[Face]]:
        return [[self.faces[n] for n in one] for one in sorted(map(sorted, self._members.values()))]


def _pairs(
    forest: _Forest, keys: Sequence[Collection[Hashable]], alone: Sequence[bool]
) -> Iterator[tuple[int, int, int | None]]:
    """Pairs of faces that share a key, in order, with what they say of each other.

    Left out is what is together already, or known to stay apart; so among many copies of one
    record, all but the first are compared with that one alone.
    """
    often = Counter(key for own in keys for key in own)
    # Of each key, its holders by the set they are in: those not alone, and those alone.
    holders: tuple[dict[Hashable, dict[int, list[int]]], ...] = ({}, {})
    shared = [[key for key in own if often[key] > 1] for own in keys]
    for place, own in enumerate(shared):
        for key in own:
            sets = holders[alone[place]].setdefault(key, {})
            sets.setdefault(forest.root(place), []).append(place)
    for place, own in enumerate(shared):
        found: set[int] = set()
        home = forest.root(place)
        for each in holders[:1] if alone[place] else holders:
            for key in own:
                for root, others in _by_root(forest, each.get(key, {})).items():
                    if root != home:
                        found.update(others)
        for other in sorted(found):
            if other > place and not forest.settled(place, other):
                yield place, other, compare(forest.faces[place], forest.faces[other])


def _by_root(forest: _Forest, sets: dict[int, list[int]]) -> dict[int, list[int]]:
    """The holders of a key, brought up to date with the sets that were joined meanwhile."""
    for old in [root for root in sets if forest.root(root) != root]:
        sets.setdefault(forest.root(old), []).extend(sets.pop(old))
    return sets

"""Papers with almost the same abstract: one of them stands for all.

Works that a library rightly keeps apart (two ids, other authors, part I and II) may still have one
abstract, and ten of them would fill a page with one and the same text. So the best of them keeps
its place, and names the others, which follow behind all papers that say something else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..index.shingles import NEAR_IDENTICAL, band_keys, is_telling, jaccard, shingles
from ..index.snapshot import Snapshot, chunks, marks

__all__ = ["Distinct", "copies_of", "copies_of_texts"]


class Distinct:
    """A ranking read from its top, papers near-identical to an earlier one set aside.

    Two abstracts are near-identical from a resemblance of NEAR_IDENTICAL over their shingles,
    whatever the model says; those too short to tell (`is_telling`) never are. `kept` are the papers
    read so far that stand, `aside` by each of them those that it stands for, both in the order of
    the ranking. Neither depends on how far the ranking is read.
    """

    def __init__(self, snapshot: Snapshot, ranked: Sequence[int], named: Iterable[int]) -> None:
        self._snapshot = snapshot
        self._ranked = ranked
        self._place = {number: place for place, number in enumerate(ranked)}
        self._named = frozenset(named)
        self._gone: set[int] = set()
        self._next = 0
        self.kept: list[int] = []
        self.aside: dict[int, tuple[int, ...]] = {}

    def read(self, count: int) -> None:
        """Read on until `count` papers are kept, or all were read."""
        while len(self.kept) < count and self._next < len(self._ranked):
            end = min(self._next + count - len(self.kept), len(self._ranked))
            part = [each for each in self._ranked[self._next : end] if each not in self._gone]
            like = self._candidates(part)
            for number in part:
                if number in self._gone:
                    continue
                self.kept.append(number)
                found = self._near_identical(number, like[number])
                if found:
                    self.aside[number] = tuple(found)
                    self._gone.update(found)
            self._next = end

    def all_aside(self) -> list[int]:
        """Every paper set aside so far, in the order of the ranking."""
        return sorted(self._gone, key=self._place.__getitem__)

    def _candidates(self, numbers: Sequence[int]) -> dict[int, set[int]]:
        """By paper those of the ranking that may be near-identical to it."""
        found = _candidates(self._snapshot, _abstracts(self._snapshot, numbers))
        return {number: found[number] & self._place.keys() for number in numbers}

    def _near_identical(self, number: int, candidates: Iterable[int]) -> list[int]:
        """Those of some papers that come later than one, and say the same."""
        later = [
            other
            for other in candidates
            if self._place[other] > self._place[number]
            and other not in self._gone
            and other not in self._named
        ]
        if not later:
            return []
        texts = _abstracts(self._snapshot, [number, *later])
        found = (other for other in later if _same(texts[number], texts[other]))
        return sorted(found, key=self._place.__getitem__)


def copies_of(snapshot: Snapshot, numbers: Sequence[int]) -> list[int]:
    """The papers of a library, ascending, whose abstract is near-identical to one of these."""
    asked = _abstracts(snapshot, numbers)
    candidates = _candidates(snapshot, asked)
    others = _abstracts(snapshot, sorted(set().union(*candidates.values()) - asked.keys()))
    return sorted(
        {
            other
            for number, text in asked.items()
            for other in candidates[number] & others.keys()
            if _same(text, others[other])
        }
    )


def copies_of_texts(snapshot: Snapshot, texts: Sequence[str]) -> list[list[int]]:
    """For each abstract the live papers of a library, ascending, that have a near-identical one."""
    asked = dict(enumerate(texts))
    candidates = _candidates(snapshot, asked)
    others = _abstracts(snapshot, sorted(set().union(*candidates.values())))
    return [
        sorted(number for number in candidates[each] & others.keys() if _same(text, others[number]))
        for each, text in asked.items()
    ]


def _same(said: str, other: str) -> bool:
    return is_telling(other) and jaccard(_shingles(said), _shingles(other)) >= NEAR_IDENTICAL


def _candidates(snapshot: Snapshot, abstracts: Mapping[int, str]) -> dict[int, set[int]]:
    """By paper those of the library that may be near-identical to it."""
    of_key: dict[int, list[int]] = defaultdict(list)
    for number, text in abstracts.items():
        for key in _keys(text):
            of_key[key].append(number)
    found: dict[int, set[int]] = {number: set() for number in abstracts}
    for part in chunks(of_key):
        query = (
            "SELECT key, paper FROM evidence JOIN contents USING (content) "
            f"WHERE key IN ({marks(part)})"
        )
        for key, other in snapshot.rows(query, *part):
            for number in of_key[key]:
                found[number].add(other)
    return found


def _abstracts(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, str]:
    return {
        number: text
        for part in chunks(numbers)
        for number, text in snapshot.rows(
            f"SELECT paper, abstract FROM papers WHERE paper IN ({marks(part)})", *part
        )
    }


@lru_cache(maxsize=8192)
def _keys(abstract: str) -> tuple[int, ...]:
    return tuple(band_keys(_shingles(abstract))) if is_telling(abstract) else ()


@lru_cache(maxsize=2048)
def _shingles(abstract: str) -> NDArray[np.uint64]:
    return shingles(abstract)

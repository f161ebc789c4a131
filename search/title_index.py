"""Titles in the order of the alphabet, and where each of their words is."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import numpy as np
from numpy.typing import NDArray

__all__ = ["Match", "TitleIndex"]

Match = tuple[int, str, int]
"""Of a title: how it matches (0 the best), the title folded, and the number of its paper."""
_LAST = chr(0x10FFFF)
"""Comes after every letter."""


class TitleIndex:
    """Folded titles by the numbers of their papers. Does not change."""

    def __init__(self, folded: Mapping[int, str]) -> None:
        ordered = sorted((title, number) for number, title in folded.items())
        self._titles = [title for title, _ in ordered]
        self._numbers = [number for _, number in ordered]
        words = [title.split() for title in self._titles]
        flat = list(chain.from_iterable(words))
        self._words = sorted(set(flat))
        places = {word: place for place, word in enumerate(self._words)}
        said = np.fromiter(map(places.__getitem__, flat), np.int32, len(flat))
        rows = np.repeat(np.arange(len(words), dtype=np.int32), list(map(len, words)))
        order = np.argsort(said, kind="stable")
        # Rows of titles, ascending for each word; those of a word begin at its start.
        self._rows: NDArray[np.int32] = rows[order]
        self._starts = np.searchsorted(said[order], np.arange(len(self._words) + 1))

    def __len__(self) -> int:
        return len(self._titles)

    def matching(self, wanted: str) -> Iterator[Match]:
        """Titles that go on from a folded text, of each kind in the order of the alphabet: those
        that begin with it, those that have it further on, those that have all its words, the last
        of which may be unfinished. A title may come again as one of a later kind."""
        for row in range(bisect_left(self._titles, wanted), len(self._titles)):
            if not self._titles[row].startswith(wanted):
                break
            yield self._match(0, row)
        *whole, last = wanted.split()
        having = self._having(whole, last)
        inside = f" {wanted}"
        yield from (self._match(1, row) for row in having if inside in self._titles[row])
        if whole:
            yield from (self._match(2, row) for row in having)

    def _match(self, kind: int, row: int) -> Match:
        return kind, self._titles[row], self._numbers[row]

    def _having(self, whole: Iterable[str], last: str) -> list[int]:
        """Rows of the titles that have these words and one that begins like the last, ascending."""
        there = np.ones(len(self._titles), bool)
        for first, behind in (*((word, f"{word} ") for word in whole), (last, last + _LAST)):
            low, high = bisect_left(self._words, first), bisect_left(self._words, behind)
            found = np.zeros(len(self._titles), bool)
            found[self._rows[self._starts[low] : self._starts[high]]] = True
            there &= found
        rows: list[int] = np.flatnonzero(there).tolist()
        return rows

"""Titles that a person may be about to type."""

import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..index.names import fold_words
from ..index.paper import Paper
from ..index.snapshot import Snapshot
from ..index.store import Store

__all__ = ["Titles"]

_LONGEST = 500
"""Characters of what was typed that are looked at."""


class Titles:
    """The titles of a library in memory, about 80 bytes each. May be used by many threads; follows
    what is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen: tuple[int, str] = (0, "")
        self._folded: dict[int, str] = {}
        self._text = ""
        self._starts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._numbers: NDArray[np.int64] = np.zeros(0, np.int64)

    def complete(self, typed: str, most: int) -> list[Paper]:
        """At most so many papers whose titles go on from what was typed: first those that begin
        with it, then those that have it further on, then those that have its words in any order,
        the last of which may be unfinished. Case and accents do not count; of one kind, titles
        stand in the order of the alphabet. Raises LibraryDamaged, LibraryError."""
        wanted = fold_words(typed[:_LONGEST])
        if not wanted or most < 1:
            return []
        with self._store.read() as snapshot:
            with self._lock:
                self._follow(snapshot)
                text, starts, numbers = self._text, self._starts, self._numbers
            rows: dict[int, None] = {}
            for row in _rows(text, starts, wanted):
                rows[row] = None
                if len(rows) == most:
                    break
            found = [int(numbers[row]) for row in rows]
            papers = snapshot.papers(found)
        return [papers[number] for number in found]

    def _follow(self, snapshot: Snapshot) -> None:
        now = (snapshot.commit.seq, snapshot.commit.token)
        seq, token = self._seen
        if now == self._seen and seq:
            return
        # Another history, as after a backup was restored, has nothing in common with ours.
        if not seq or snapshot.token(seq) != token:
            seq, self._folded = 0, {}
        changed, live = snapshot.changed_since(seq)
        for number in changed.tolist():
            self._folded.pop(number, None)
        for number, paper in snapshot.papers(live).items():
            self._folded[number] = fold_words(paper.title)
        ordered = sorted(self._folded.items(), key=lambda item: (item[1], item[0]))
        lines = [f"\n {title}" for _, title in ordered]
        self._text = "".join(lines) + "\n"
        self._starts = np.cumsum([0, *map(len, lines)])[:-1].astype(np.int64)
        self._numbers = np.array([number for number, _ in ordered], np.int64)
        self._seen = now


def _rows(text: str, starts: NDArray[np.int64], wanted: str) -> Iterator[int]:
    """Rows of titles, those that fit best first; a row may come again."""
    yield from _containing(text, starts, f"\n {wanted}")
    yield from _containing(text, starts, f" {wanted}")
    *whole, last = wanted.split()
    if not whole:
        return
    needles = [*(f" {word} " for word in whole), f" {last}"]
    # The longest is in the fewest titles.
    for row in _containing(text, starts, max((f" {word}" for word in (*whole, last)), key=len)):
        begin = int(starts[row])
        line = text[begin + 1 : text.index("\n", begin + 1)] + " "
        if all(needle in line for needle in needles):
            yield row


def _containing(text: str, starts: NDArray[np.int64], needle: str) -> Iterator[int]:
    at = text.find(needle)
    while at >= 0:
        yield int(np.searchsorted(starts, at, side="right")) - 1
        # The rest of the title adds nothing.
        end = text.find("\n", at + 1)
        at = text.find(needle, end) if end >= 0 else -1

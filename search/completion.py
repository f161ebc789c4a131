"""Titles that a person may be about to type."""

import threading
from collections.abc import Iterable
from contextlib import ExitStack
from heapq import merge

from ..index.names import fold_words
from ..index.paper import Paper
from ..index.snapshot import Snapshot, chunks, marks
from ..index.store import Store
from .title_index import TitleIndex

__all__ = ["Titles"]

_LONGEST = 500
"""Characters of what was typed that are looked at."""
_LATE = 2000
"""Titles that may have come since most were put in order: to order all takes seconds."""


class Titles:
    """The titles of a library in memory, about 300 bytes each. May be used by many threads; follows
    what is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen: tuple[int, str] = (0, "")
        self._folded: dict[int, str] = {}
        self._since: set[int] = set()
        self._most, self._late = TitleIndex({}), TitleIndex({})

    def complete(self, typed: str, most: int) -> list[Paper]:
        """At most so many papers whose titles go on from what was typed: first those that begin
        with it, then those that have it further on, then those that have its words in any order,
        the last of which may be unfinished. Case and accents do not count; of one kind, titles
        stand in the order of the alphabet. Raises LibraryDamaged, LibraryError."""
        wanted = fold_words(typed[:_LONGEST])
        if not wanted or most < 1:
            return []
        with ExitStack() as opened:
            # Whoever comes later sees at least as much: no older state is ever followed.
            with self._lock:
                snapshot = opened.enter_context(self._store.read())
                self._follow(snapshot)
                index, since, late = self._most, self._since, self._late
            there = (each for each in index.matching(wanted) if each[2] not in since)
            found: dict[int, None] = {}
            for _, _, number in merge(there, late.matching(wanted)):
                found[number] = None
                if len(found) == most:
                    break
            papers = snapshot.papers(found)
        return [papers[number] for number in found]

    def _follow(self, snapshot: Snapshot) -> None:
        now = (snapshot.commit.seq, snapshot.commit.token)
        seq, token = self._seen
        if now == self._seen and seq:
            return
        # Another history, as after a backup was restored, has nothing in common with ours.
        if not seq or snapshot.token(seq) != token:
            seq, self._folded, self._since = 0, {}, set()
        changed, live = snapshot.changed_since(seq)
        for number in changed.tolist():
            self._folded.pop(number, None)
        self._folded.update(_folded_titles(snapshot, live.tolist()))
        # A new set: another thread may be asking by the old one.
        self._since = self._since.union(changed.tolist())
        if not seq or len(self._since) > _LATE:
            self._most, self._since = TitleIndex(self._folded), set()
        late = {number: self._folded[number] for number in self._since if number in self._folded}
        self._late = TitleIndex(late)
        self._seen = now


def _folded_titles(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, str]:
    """Titles alone: what is shown of the papers that are found is read, and checked, by itself."""
    found: dict[int, str] = {}
    for part in chunks(numbers):
        query = f"SELECT paper, title FROM papers WHERE paper IN ({marks(part)})"
        found.update((number, fold_words(title)) for number, title in snapshot.rows(query, *part))
    return found

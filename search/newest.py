"""The newest papers of a library, with when each came or last changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..index.filters import Filters, select
from ..index.paper import Paper
from ..index.snapshot import Snapshot, chunks, marks
from ..index.store import Store
from .constraints import newest

__all__ = ["Dated", "added_last", "changed_at", "published_last"]


@dataclass(frozen=True, slots=True)
class Dated:
    """A paper, and when the library last learned something of it: ISO 8601, UTC."""

    paper: Paper
    changed: str


def published_last(store: Store, most: int, filters: Filters) -> list[Dated]:
    """At most so many papers that pass filters, those with the latest dates first. Raises
    QueryError, LibraryDamaged, LibraryError."""
    with store.read() as snapshot:
        passing = select(snapshot, filters) if filters else snapshot.live()
        return _dated(snapshot, newest(snapshot, passing, np.zeros(0, np.int64), most, 0))


def added_last(store: Store, most: int, filters: Filters) -> list[Dated]:
    """At most so many papers that pass filters, those that came last first. Errors as above."""
    with store.read() as snapshot:
        passing = select(snapshot, filters) if filters else snapshot.live()
        # Numbers are given in the order in which papers come.
        return _dated(snapshot, np.sort(passing)[::-1][:most].tolist())


def changed_at(store: Store, ids: Sequence[str]) -> Mapping[str, str]:
    """When each of some papers last changed, by their own ids; those that are gone are left out."""
    found: dict[str, str] = {}
    with store.read() as snapshot:
        for part in chunks(ids):
            query = (
                "SELECT id, at FROM papers JOIN commits USING (seq) WHERE state = 0 "
                f"AND id IN ({marks(part)})"
            )
            found.update(snapshot.rows(query, *part))
    return found


def _dated(snapshot: Snapshot, numbers: Sequence[int]) -> list[Dated]:
    papers = snapshot.papers(numbers)
    when: dict[int, str] = {}
    for part in chunks(numbers):
        query = (
            f"SELECT paper, at FROM papers JOIN commits USING (seq) WHERE paper IN ({marks(part)})"
        )
        when.update(snapshot.rows(query, *part))
    return [Dated(papers[number], when[number]) for number in numbers]

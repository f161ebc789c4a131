"""Papers looked up by their ids, several at a time and all of one moment."""

from collections.abc import Sequence

from ..index.errors import UnknownPaper
from ..index.paper import Paper
from ..index.snapshot import Snapshot
from ..index.store import Store

__all__ = ["papers_named"]


def papers_named(store: Store, ids: Sequence[str]) -> list[Paper | None]:
    """The paper that each id names, in any spelling and in the order of the ids; None for an id
    that no live paper has. Raises LibraryDamaged, LibraryError."""
    with store.read() as snapshot:
        numbers = [_number(snapshot, each) for each in ids]
        papers = snapshot.papers(sorted({each for each in numbers if each is not None}))
    return [None if each is None else papers[each] for each in numbers]


def _number(snapshot: Snapshot, id: str) -> int | None:
    try:
        return snapshot.number_of(id)
    except UnknownPaper:
        return None

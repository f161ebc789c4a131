"""The papers that a person names by their ids, and what to say of ids that name none."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..index.errors import UnknownPaper
from ..index.record import Reject
from ..index.snapshot import Snapshot

__all__ = [
    "joined",
    "known_papers",
    "named_some",
    "outside_remark",
    "unknown_remark",
    "unread_remark",
]

_SHOWN = 3


def known_papers(
    snapshot: Snapshot, ids: Iterable[str], *, none_will_do: bool = False
) -> tuple[list[int], tuple[str, ...]]:
    """The numbers of the live papers that ids name, ascending and each once, and the ids that name
    none, in the order in which they were given.

    Raises UnknownPaper where all of them name none, unless that will do.
    """
    found: set[int] = set()
    unknown: dict[str, UnknownPaper] = {}
    for each in ids:
        try:
            found.add(snapshot.number_of(each))
        except UnknownPaper as error:
            unknown[each] = error
    if unknown and not found and not none_will_do:
        if len(unknown) == 1:
            raise next(iter(unknown.values()))
        raise UnknownPaper(
            f"No paper of this library has any of the {len(unknown):,} ids: "
            f"{named_some([repr(each) for each in unknown])}. Ids look like arXiv:2106.15928, "
            "DOI:10.1000/xyz, or pk:… as answers show them."
        )
    return sorted(found), tuple(unknown)


def named_some(names: Sequence[str]) -> str:
    """The first few of some names, and how many more there are."""
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


def unknown_remark(unknown: Sequence[str]) -> str | None:
    """That ids name no paper; None where there are none such."""
    if not unknown:
        return None
    said = "these ids, which are" if len(unknown) > 1 else "this id, which is"
    return f"No paper of the library has {said} left out: {named_some(unknown)}."


def outside_remark(titles: Sequence[str], many: int) -> str | None:
    """That papers of a file are not in the library; None where all are. `many` is how many the file
    has."""
    if not titles:
        return None
    are = "are" if len(titles) > 1 else "is"
    named = named_some([f"“{title}”" for title in titles])
    return (
        f"{len(titles):,} of the {many:,} papers of the file {are} not in the library and counted "
        f"by what the file says: {named}."
    )


def unread_remark(rejects: Sequence[Reject]) -> str | None:
    """That records of files could not be used; None where all could."""
    if not rejects:
        return None
    first = rejects[0]
    where = f"{Path(first.where.location).name}, {first.where.place}"
    said = f"{len(rejects):,} records" if len(rejects) > 1 else "One record"
    return (
        f"{said} could not be read and counted for nothing, the first at {where}: {first.reason}."
    )


def joined(*remarks: str | None) -> str | None:
    """Remarks as one; None where there is none."""
    return " ".join(filter(None, remarks)) or None

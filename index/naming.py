"""The ids of works, where several works claim one."""

from collections.abc import Sequence
from dataclasses import dataclass

from .ids import kind, preferred
from .works import Face

__all__ = ["Names", "claims", "name_works"]


@dataclass(frozen=True, slots=True)
class Names:
    """What a work is called."""

    id: str
    """The id that Paperkin answers with."""
    ids: tuple[str, ...]
    """Its outside ids, sorted."""
    own_ids: tuple[str, ...]
    """Ids that it has, or would have had before an outside id became known, sorted."""


def claims(face: Face) -> frozenset[str]:
    """The ids by which a record calls its work: the outside ones, or else the one it makes."""
    return face.ids or frozenset((face.own_id,))


def name_works(works: Sequence[Sequence[Face]]) -> list[Names]:
    """Names for works; each id goes to one work only.

    Chapters may have the DOI of their book, and records of two works the same title, author and
    year. Such an id belongs to the first work that claims it, in the order of grouping.group.
    Every work that claims an id of one of these must be among them.
    """
    owners: dict[str, int] = {}
    for index, work in enumerate(works):
        for face in work:
            for each in claims(face):
                owners.setdefault(each, index)
    owned: list[list[str]] = [[] for _ in works]
    for each, index in owners.items():
        owned[index].append(each)
    names = []
    for work, found in zip(works, owned, strict=True):
        outside = sorted(each for each in found if kind(each))
        own = sorted(each for each in found if not kind(each))
        chosen = preferred(outside) or next(iter(own), None)
        last = chosen or min(face.last_id for face in work)
        names.append(Names(last, tuple(outside), tuple(own)))
    return names

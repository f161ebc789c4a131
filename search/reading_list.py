"""Papers of somebody's own, from a file such as a bibliography, found again in a library."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..index.content import Content, content_digest, to_content
from ..index.errors import QueryError, SourceError, UnknownPaper
from ..index.ids import normalise_title, preferred
from ..index.names import family_name
from ..index.paper import Paper
from ..index.readers import read
from ..index.record import Reject
from ..index.snapshot import LIVE, Snapshot
from ..index.sources import find_sources
from ..index.titles import is_distinctive
from .copies import copies_of_texts
from .view import View

__all__ = ["MOST", "ReadingList", "found_in", "read_list"]

MOST = 2000
"""Papers that may be liked and disliked together: each of them is looked at by itself."""


@dataclass(frozen=True, slots=True)
class ReadingList:
    """Numbers of the library's papers that files speak of (ascending), and the papers that it does
    not have, by what they say themselves, in the files' order."""

    numbers: tuple[int, ...]
    outside: tuple[Paper, ...]


def read_list(
    files: Sequence[str | os.PathLike[str]],
) -> tuple[list[tuple[str, Content]], list[Reject]]:
    """The key and what is said of each record of files, in any format that a library can be built
    from, and the records that cannot be used.

    Raises SourceError for a file that cannot be read or holds no paper, QueryError for more papers
    than MOST.
    """
    said: list[tuple[str, Content]] = []
    rejects: list[Reject] = []
    for source in find_sources([os.fspath(file) for file in files]):
        found: list[tuple[str, Content]] = []
        for each in islice(read(source), MOST + 1 - len(said) - len(rejects)):
            if isinstance(each, Reject):
                rejects.append(each)
            elif (content := to_content(each, content_digest(each))) is not None:
                found.append((each.key, content))
        if not found:
            raise SourceError(
                f"{source.location} holds no paper with a title or an abstract. Give another file."
            )
        said += found
        if len(said) + len(rejects) > MOST:
            raise QueryError(
                f"{source.location} goes beyond {MOST:,} papers, more than can be liked at once. "
                "Give a part of them."
            )
    return said, rejects


def found_in(said: Sequence[tuple[str, Content]], snapshot: Snapshot, view: View) -> ReadingList:
    """Where the papers of files are in a library: by an outside id, by title, first author and
    year, by a telling title that no other author's paper has, or by their abstract."""
    numbers: set[int] = set()
    outside: dict[str, Paper] = {}
    by_text = copies_of_texts(snapshot, [each.abstract for _, each in said])
    for (key, each), copies in zip(said, by_text, strict=True):
        found = _by_ids(each, snapshot) or _by_title(each, snapshot, view) or copies
        numbers.update(found)
        if not found:
            paper = _outside(each, key)
            outside.setdefault(each.own_id, paper)
    return ReadingList(tuple(sorted(numbers)), tuple(outside.values()))


def _by_ids(said: Content, snapshot: Snapshot) -> list[int]:
    for id in (*said.ids, said.own_id):
        try:
            found = snapshot.find(id)
        except UnknownPaper:
            continue
        if found is not None and found[1] == LIVE:
            return [found[0]]
    return []


def _by_title(said: Content, snapshot: Snapshot, view: View) -> list[int]:
    title = normalise_title(said.title)
    if not said.title_given or not is_distinctive(title):
        return []
    numbers = np.asarray(view.lexicon.titled(title), np.int64).tolist()
    papers = snapshot.papers(numbers)
    families = {family_name(name) for name in said.authors}
    return [
        number
        for number in sorted(papers)
        if not families
        or not papers[number].authors
        or families & {family_name(name) for name in papers[number].authors}
    ]


def _outside(said: Content, key: str) -> Paper:
    return Paper(
        id=preferred(said.ids) or key or said.own_id,
        title=said.title,
        abstract=said.abstract,
        authors=said.authors,
        published=said.published,
        year=said.year,
        venue=said.venue,
        categories=said.categories,
        ids=said.ids,
        title_given=said.title_given,
    )

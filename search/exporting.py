"""Papers of a library in the formats of other programs: all of them, or some, into a file or piece
by piece."""

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Unpack, cast

from ..index.aside import check_place, written_aside
from ..index.errors import QueryError
from ..index.filters import select
from ..index.paper import Paper
from ..index.snapshot import Snapshot, chunks
from .arguments import filters_from, names, yes_or_no
from .clusters import Cluster
from .hits import Hit
from .options import FILTERS, FilterOptions

if TYPE_CHECKING:
    from ..index.writers.formats import Format
    from .library import Library

__all__ = ["Wanted", "export", "papers_of", "written"]

Wanted = str | Paper | Hit | Cluster | Iterable[str | Paper | Hit] | None
"""Papers, hits, ids, a cluster; None is the whole library."""


def export(
    self: "Library",
    path: str | os.PathLike[str],
    papers: Wanted = None,
    *,
    format: "Format | None" = None,
    abstracts: bool = True,
    force: bool = False,
    **filters: Unpack[FilterOptions],
) -> int:
    """Write papers into a file, and return how many they are.

    `papers` are hits of an answer, a cluster, ids, or papers; without them, it is the whole library
    or, with filters as in `search`, what passes them. They are written in their order, as one
    moment of the library has them, without holding them all. `format` is "bibtex", "ris",
    "csl-json", "csv", "jsonl", "parquet" or "markdown"; by default what the file's name ends in
    (.bib, .ris, .json, .csv, .jsonl, .parquet, .md). Without `abstracts`, these are left out. What
    each format carries stands in `docs/formats-out.md`.

    The file is written aside and then put in place: it is whole or not there. One that is there
    already is replaced only with `force`. Raises InputError for a format, a file or a folder that
    cannot be, UnknownPaper, QueryError, LibraryFull where the disk has no room, and LibraryError
    and its kinds.
    """
    from ..index.writers.formats import format_named, format_of

    chosen = format_of(path).name if format is None else format_named(format).name
    check_place(path, force=yes_or_no(force, "force"))
    count = 0

    def counted(found: Iterator[Paper]) -> Iterator[Paper]:
        nonlocal count
        for paper in found:
            count += 1
            yield paper

    with closing(papers_of(self, papers, filters)) as found:
        pieces = written(counted(found), chosen, abstracts=yes_or_no(abstracts, "abstracts"))
        with written_aside(path, force=force) as file:
            for piece in pieces:
                file.write(piece)
    return count


def written(
    papers: Iterable[Paper], format: "Format", *, abstracts: bool = True
) -> Iterator[bytes]:
    """A file of papers in a format, piece by piece. What is wrong with the first paper is raised
    here, before there is a piece of it."""
    from ..index.writers.formats import format_named

    several = iter(papers)
    first = list(next(([each] for each in several), []))
    shown = chain(first, several)
    return format_named(format).write(shown if abstracts else map(_without_abstract, shown))


def _without_abstract(paper: Paper) -> Paper:
    # Of a paper without a title, the first words of its abstract are all that is left.
    return replace(paper, abstract="", title_given=True)


def papers_of(
    library: "Library", wanted: Wanted, filters: FilterOptions
) -> Generator[Paper, None, None]:
    """The papers that are wanted, each once, in their order. Raises QueryError where filters come
    with papers, and UnknownPaper, when first iterated, for an id that no paper has."""
    if wanted is None:
        return _filtered(library, filters)
    if filters:
        raise QueryError(
            "Filters are for the whole library. Search with them, and export what is found."
        )
    if isinstance(wanted, Cluster):
        return _named(library, wanted.papers)
    several = [wanted] if isinstance(wanted, str | Paper | Hit) else list(wanted)
    if all(isinstance(each, Paper | Hit) for each in several):
        there = cast("list[Paper | Hit]", several)
        return (each.paper if isinstance(each, Hit) else each for each in there)
    ids = [
        each.id if isinstance(each, Paper | Hit) else each  # what is no id is refused there
        for each in several
    ]
    return _named(library, names(ids))


def _filtered(library: "Library", filters: FilterOptions) -> Generator[Paper, None, None]:
    values = (filters.get(name) for name in FILTERS)
    chosen = filters_from(*values)  # type: ignore[arg-type]
    with library.store.read() as snapshot:
        yield from _read(snapshot, select(snapshot, chosen).tolist())


def _named(library: "Library", ids: Iterable[str]) -> Generator[Paper, None, None]:
    with library.store.read() as snapshot:
        yield from _read(snapshot, dict.fromkeys(snapshot.number_of(each) for each in ids))


def _read(snapshot: Snapshot, numbers: Iterable[int]) -> Iterator[Paper]:
    for part in chunks(numbers):
        found = snapshot.papers(part)
        yield from (found[number] for number in part)

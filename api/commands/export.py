"""paperkin export: papers in the formats of other programs."""

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from ...index.writers.formats import FORMATS, Format, format_named, format_of
from ..arguments import CommandParser, Commands, add_command, add_filters, filters_of
from ..console import counted, plain

if TYPE_CHECKING:
    from ...search.exporting import Wanted
    from ...search.library import Library
    from ...search.options import FilterOptions

__all__ = ["add_to"]

_PAGE = 10
_CHOICES = ("query", "ids", "ids_from", "cluster")
_OF_SEARCH = ("k", "offset", "mode", "sort", "exact", "diversity", "without")


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "export",
        _run,
        help="write papers as BibTeX, RIS, CSL-JSON, CSV, JSON Lines, Parquet or Markdown",
        description=(
            "Write the papers of a library in the format of another program: all of them, those "
            "that pass filters, those that a query finds, some by their ids, or those of a "
            "cluster. paperkin build reads every format back but Markdown."
        ),
        example="paperkin export mylib --out new.bib --year 2020-",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        metavar="F",
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]} (default: by the ending of FILE)",
    )
    parser.add_argument("--out", metavar="FILE", help="write here (default: standard output)")
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there")
    parser.add_argument("--no-abstracts", action="store_true", help="leave the abstracts out")
    parser.add_argument("--query", metavar="QUERY", help="the papers that a search finds")
    parser.add_argument(
        "--ids", action="extend", nargs="+", default=[], metavar="ID", help="these papers"
    )
    parser.add_argument(
        "--ids-from", metavar="FILE", help="papers by the ids in a file, one a line; - is stdin"
    )
    parser.add_argument("--cluster", type=int, metavar="ID", help="the papers of a cluster")
    search = parser.add_argument_group("of a query")
    search.add_argument("-k", type=int, metavar="N", help=f"papers to find (default {_PAGE})")
    search.add_argument("--offset", type=int, metavar="N", help="papers to pass over")
    search.add_argument("--mode", choices=("hybrid", "semantic", "keyword"))
    search.add_argument("--sort", choices=("relevance", "newest", "oldest"))
    search.add_argument("--exact", action="store_true", default=None)
    search.add_argument("--diversity", type=float, metavar="D")
    search.add_argument("--without", action="append", metavar="ID", help="as if it were not there")
    add_filters(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...index.aside import check_place
    from ...search.exporting import export, papers_of, written
    from ...search.opening import open as open_library
    from ..exporting import check_terminal, to_stdout

    _check(arguments)
    out = None if arguments.out == "-" else arguments.out
    chosen = _format(arguments, out)
    if out is None:
        check_terminal(chosen)
    else:
        # Before a library is opened and a question answered.
        check_place(out, force=arguments.force)
    abstracts = not arguments.no_abstracts
    with open_library(arguments.library) as library:
        wanted, filters = _wanted(arguments, library)
        if out is None:
            with closing(papers_of(library, wanted, filters)) as papers:
                to_stdout(written(papers, chosen, abstracts=abstracts))
            return 0
        count = export(
            library,
            out,
            wanted,
            format=chosen,
            abstracts=abstracts,
            force=arguments.force,
            **filters,
        )
    print(f"{plain(out)}: {counted(count, 'paper')}.")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    parser: CommandParser = arguments.parser
    given = [name for name in _CHOICES if getattr(arguments, name) not in (None, [])]
    if len(given) > 1:
        several = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        parser.error(f"{several} do not go together: give one of them")
    for name in _OF_SEARCH:
        if "query" not in given and getattr(arguments, name) is not None:
            parser.error(f"{'-k' if name == 'k' else f'--{name}'} needs --query QUERY")
    if given and "query" not in given and any(filters_of(arguments).values()):
        parser.error(f"filters do not go with --{given[0].replace('_', '-')}")
    if arguments.force and arguments.out in (None, "-"):
        parser.error("--force needs --out FILE")


def _format(arguments: argparse.Namespace, out: str | None) -> Format:
    parser: CommandParser = arguments.parser
    if arguments.format is not None:
        return format_named(arguments.format).name
    if out is None:
        parser.error(f"give --format, one of {', '.join(FORMATS)}, or --out FILE")
    return format_of(out).name


def _wanted(arguments: argparse.Namespace, library: "Library") -> tuple["Wanted", "FilterOptions"]:
    filters = filters_of(arguments)
    if arguments.query is not None:
        given = {name: getattr(arguments, name) for name in _OF_SEARCH if name != "k"}
        options = {name: value for name, value in given.items() if value is not None}
        k = _PAGE if arguments.k is None else arguments.k
        hits = library.search(arguments.query, k, **options, **filters)
        if hits.remark:
            print(plain(hits.remark), file=sys.stderr)
        return hits, {}
    if arguments.cluster is not None:
        return _cluster(arguments.cluster, library), {}
    if arguments.ids_from is not None:
        return _ids_in(arguments.ids_from), {}
    if arguments.ids:
        return arguments.ids, {}
    given_filters: FilterOptions = {name: value for name, value in filters.items() if value}  # type: ignore[assignment]
    return None, given_filters


def _cluster(id: int, library: "Library") -> "Wanted":
    from ...index.errors import QueryError

    made = library.kept_clusters.current()
    if made is None:
        raise QueryError(
            "The clusters of this library were not made yet. Make them with: paperkin clusters "
            f"{library.path}"
        )
    return made.by_id(id)


def _ids_in(file: str) -> list[str]:
    """The ids of a file, one a line; empty lines, and what stands behind "# ", say nothing."""
    from ...index.errors import InputError

    try:
        if file == "-":
            text = sys.stdin.read()
        else:
            with open(file, encoding="utf-8-sig", errors="replace") as stream:
                text = stream.read()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}. Check the path.") from error
    lines = (line.strip() for line in text.splitlines())
    ids = [line for line in lines if line and not line.startswith("#")]
    if not ids:
        raise InputError(f"There are no ids in {file}. Write one a line.")
    return ids

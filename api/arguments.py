"""What several commands take: the library, filters, pages, --json."""

import argparse
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

from ..index.writers.formats import FORMATS

if TYPE_CHECKING:
    from ..search.options import FilterOptions, PageOptions

__all__ = [
    "CommandParser",
    "Commands",
    "add_answer_options",
    "add_command",
    "add_filters",
    "add_json",
    "filters_of",
    "options_of",
]

_HELP_WIDTH = 78
_DASHED = re.compile(r"-[^\W\d_]{2,}|-[\"“„«]")
"""What may be meant for a word that is excluded."""
_FILTERS = (
    ("year", "2021, 2019-2021, 2019- or -2021"),
    ("published", "the same with dates: 2021-03, 2021-03:2021-06-15, 2021-03: or :2021-06"),
    ("venue", "the whole name, in any case; a last * stands for any rest"),
    ("category", "the whole category, or cs.* for all that begin so"),
    ("author", "words of one author's name"),
    ("source", "the name of a source file"),
)


class CommandParser(argparse.ArgumentParser):
    """A parser that takes options before, between and after the other arguments.

    argparse alone refuses `build LIBRARY --format csv FILE`, because FILE… may be empty and is
    taken to be so once an option follows LIBRARY.
    """

    takes_dashes = False
    """Whether one of its arguments may hold words that begin with a dash."""
    _parsing = False
    _given: Sequence[str] = ()

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        if self._subparsers is not None or self._parsing:
            return super().parse_known_args(args, namespace)
        self._parsing = True
        self._given = sys.argv[1:] if args is None else args
        try:
            found, unknown = self.parse_known_intermixed_args(args, namespace)
        finally:
            self._parsing = False
        if unknown:
            # Here, and not where the command was found: with its own usage and its own hint.
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        before = takewhile(lambda each: each != "--", self._given)
        if self.takes_dashes and any(_DASHED.match(each) for each in before):
            message += ". Words that begin with a dash stand behind --, after all options"
        super().error(message)


Commands: TypeAlias = "argparse._SubParsersAction[CommandParser]"


def add_command(
    commands: Commands,
    name: str,
    run: Callable[[argparse.Namespace], int],
    help: str,
    description: str,
    example: str,
) -> CommandParser:
    """A command that takes a library first; `run` does it and returns the exit status."""
    parser = commands.add_parser(
        name,
        help=help,
        description=textwrap.fill(description, _HELP_WIDTH),
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("library", metavar="LIBRARY", help="the folder of the library")
    parser.set_defaults(run=run, parser=parser)
    return parser


def add_json(parser: CommandParser) -> None:
    """--json: one JSON document on stdout."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def add_answer_options(parser: CommandParser) -> None:
    """What every command takes that answers with a page of papers."""
    parser.add_argument("-k", type=int, default=10, metavar="N", help="papers to show (default 10)")
    parser.add_argument("--offset", type=int, default=0, metavar="N", help="papers to pass over")
    parser.add_argument(
        "--exact", action="store_true", help="compare with every vector, not likely ones only"
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say why each paper is there: the sentence closest to the query, the words found, "
        "and what the score is made of",
    )
    parser.add_argument(
        "--diversity",
        type=float,
        default=0.0,
        metavar="D",
        help="what a paper loses for being like those before it: 0, nothing (default), to 1",
    )
    parser.add_argument(
        "--sort",
        choices=("relevance", "newest", "oldest"),
        default="relevance",
        help="newest or oldest: the papers that answer, in the order of their dates",
    )
    parser.add_argument(
        "--groups",
        action="store_true",
        help="show in which groups the first 100 papers lie, and what sets each apart",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        metavar="F",
        help=f"write the papers as {', '.join(FORMATS[:-1])} or {FORMATS[-1]}",
    )
    add_filters(parser)
    add_json(parser)


def add_filters(parser: CommandParser) -> None:
    """The filters that papers have to pass."""
    rule = (
        "Each may be given several times: a paper passes if one of the values fits. A value that "
        "begins with ! excludes. Different filters all have to pass."
    )
    filters = parser.add_argument_group("filters", textwrap.fill(rule, _HELP_WIDTH - 2))
    for name, help in _FILTERS:
        filters.add_argument(
            f"--{name}", action="append", default=[], metavar=name.upper(), help=help
        )


def filters_of(arguments: argparse.Namespace) -> "FilterOptions":
    """The filters that were given, as Library.search takes them."""
    given = {name: getattr(arguments, name) for name, _ in _FILTERS}
    return cast("FilterOptions", given)


def options_of(arguments: argparse.Namespace) -> "PageOptions":
    """What `add_answer_options` lets be given, but for -k and how it is shown, as Library.search
    takes it."""
    return {
        "offset": arguments.offset,
        "exact": arguments.exact,
        "explain": arguments.explain,
        "diversity": arguments.diversity,
        "sort": arguments.sort,
        "groups": arguments.groups,
        **filters_of(arguments),
    }

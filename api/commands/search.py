"""paperkin search: the papers that answer a query."""

import argparse
import gc
from contextlib import closing, suppress

from ..arguments import CommandParser, Commands, add_answer_options, add_command, options_of

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "search",
        _run,
        help="find the papers that answer a query",
        description="Find the papers that answer a query best, by meaning and by words. A query "
        'may hold "a phrase", -excluded words, and title:, abstract:, author: or venue: before a '
        "word or a phrase; the id of a paper finds that paper and what is near it. A query that "
        "begins with a dash, or has a word that does, stands behind --: paperkin search mylib -- "
        "attention -survey",
        example="paperkin search mylib sparse attention for long documents --year 2023- -k 5",
    )
    parser.add_argument("query", metavar="QUERY", nargs="+", help="what the papers are about")
    parser.add_argument(
        "--mode",
        choices=("hybrid", "semantic", "keyword"),
        default="hybrid",
        help="meaning and words (hybrid, the default), or one of them",
    )
    parser.add_argument(
        "--quality",
        choices=("normal", "high"),
        default="normal",
        help="high reads the first 50 papers once more, token by token: a little better, slower",
    )
    parser.add_argument(
        "--rerank",
        metavar="NAME",
        help="order the first papers by this cross-encoder, a name or a folder",
    )
    parser.add_argument(
        "--rerank-top", type=int, metavar="N", help="papers to rerank (default 50, at most 1000)"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="ID",
        help="answer as if the library had no such paper (may be repeated)",
    )
    parser.takes_dashes = True
    add_answer_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    # Most of what is made until the first answer stays; to look through it for what does not takes
    # a tenth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _answer(arguments)
    finally:
        if collecting:
            gc.enable()


def _answer(arguments: argparse.Namespace) -> int:
    from ..exporting import check_format, show_hits

    parser: CommandParser = arguments.parser
    if arguments.rerank_top is not None and arguments.rerank is None:
        parser.error("--rerank-top needs --rerank NAME")

    check_format(arguments)
    if arguments.mode != "keyword":
        _load_early(arguments)
    from ...search.opening import open as open_library
    from ...search.reranking import RERANKED

    with open_library(arguments.library) as library:
        hits = library.search(
            " ".join(arguments.query),
            arguments.k,
            mode=arguments.mode,
            without=arguments.without,
            quality=arguments.quality,
            rerank=arguments.rerank,
            rerank_top=RERANKED if arguments.rerank_top is None else arguments.rerank_top,
            **options_of(arguments),
        )
    show_hits(arguments, hits)
    return 0


def _load_early(arguments: argparse.Namespace) -> None:
    """Begin to load the model before the modules of the search are."""
    from ...index.early import load_early
    from ...index.errors import PaperkinError
    from ...index.store import Store

    # What is wrong is said when the library is opened.
    with suppress(PaperkinError), closing(Store.open(arguments.library)) as store:
        load_early(store, " ".join(arguments.query))

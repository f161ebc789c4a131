"""paperkin recommend: what to read next, by papers that are liked and papers that are not."""

import argparse
from pathlib import Path

from ..arguments import CommandParser, Commands, add_answer_options, add_command, options_of

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "recommend",
        _run,
        help="find what to read next, by liked and disliked papers",
        description=(
            "Find what to read next: papers near to those that are liked, several interests taking "
            "turns, and not near to those that are disliked. Liked papers may come from a file of "
            "one's own, such as a bibliography; those that the library does not have count by what "
            "the file says of them."
        ),
        example="paperkin recommend mylib --like arXiv:2106.15928 --like-file refs.bib",
    )
    for name, metavar, help in (
        ("like", "ID", "papers of the library that are liked (may be repeated)"),
        ("unlike", "ID", "papers of the library that are disliked (may be repeated)"),
        ("like-file", "FILE", "files with liked papers: BibTeX, RIS, or any that build takes"),
    ):
        parser.add_argument(
            f"--{name}", action="extend", nargs="+", default=[], metavar=metavar, help=help
        )
    add_answer_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...search.opening import open as open_library
    from ..exporting import check_format, show_hits

    parser: CommandParser = arguments.parser
    if not arguments.like and not arguments.like_file:
        parser.error("give --like ID or --like-file FILE")

    check_format(arguments)
    with open_library(arguments.library) as library:
        hits = library.recommend(
            [*arguments.like, *map(Path, arguments.like_file)],
            arguments.unlike,
            arguments.k,
            files=True,
            **options_of(arguments),
        )
    show_hits(arguments, hits)
    return 0

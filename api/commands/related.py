"""paperkin related: the papers nearest to some papers."""

import argparse

from ..arguments import Commands, add_answer_options, add_command, options_of

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "related",
        _run,
        help="find the papers nearest to one or several papers",
        description=(
            "Find the papers nearest in meaning to one paper, or to several together. An id may be "
            "an arXiv id, a DOI, an ACL or PubMed id, a URL of one, or an id as answers show it."
        ),
        example="paperkin related mylib arXiv:2106.15928 10.1000/xyz --category 'cs.*'",
    )
    parser.add_argument("ids", metavar="ID", nargs="+", help="a paper of the library")
    add_answer_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...search.opening import open as open_library
    from ..exporting import check_format, show_hits

    check_format(arguments)
    with open_library(arguments.library) as library:
        hits = library.related(arguments.ids, arguments.k, **options_of(arguments))
    show_hits(arguments, hits)
    return 0

"""paperkin show: everything that is known of some papers."""

import argparse
from typing import TYPE_CHECKING

from ..arguments import Commands, add_command, add_json
from ..console import print_json

if TYPE_CHECKING:
    from ...index.paper import Paper

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "show",
        _run,
        help="show papers whole",
        description="Show everything that the library knows of one or several papers.",
        example="paperkin show mylib arXiv:2106.15928",
    )
    parser.add_argument("ids", metavar="ID", nargs="+", help="a paper of the library")
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...search.opening import open as open_library
    from ..text import paper_text

    with open_library(arguments.library) as library:
        papers = [library[each] for each in arguments.ids]
    if arguments.json:
        print_json({"papers": [_values(paper) for paper in papers]})
    else:
        print("\n\n".join(paper_text(paper) for paper in papers))
    return 0


def _values(paper: "Paper") -> dict[str, object]:
    return {
        "id": paper.id,
        "title": paper.title,
        "title_given": paper.title_given,
        "year": paper.year,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "url": paper.url,
        "published": paper.published,
        "venue": paper.venue,
        "categories": list(paper.categories),
        "doi": paper.doi,
        "arxiv_id": paper.arxiv_id,
        "language": paper.language,
        "ids": list(paper.ids),
        "sources": list(paper.sources),
        "extra": dict(paper.extra),
    }

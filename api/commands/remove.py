"""paperkin remove: take papers out of a library for good."""

import argparse

from ..arguments import Commands, add_command, add_json
from ..console import counted, plain, print_json

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "remove",
        _run,
        help="take papers out of a library",
        description=(
            "Take papers out of a library: all that are named, or none if an id is unknown. They "
            "stay removed when their sources are built again, unless with build --restore."
        ),
        example="paperkin remove mylib arXiv:2106.15928",
    )
    parser.add_argument("ids", metavar="ID", nargs="+", help="a paper of the library")
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...search.opening import open as open_library

    with open_library(arguments.library) as library:
        removed = library.remove(arguments.ids)
        left = len(library)
    if arguments.json:
        print_json({"removed": removed, "papers": left})
    else:
        names = ", ".join(plain(each) for each in removed)
        print(f"Removed {names}. The library holds {counted(left, 'paper')}.")
    return 0

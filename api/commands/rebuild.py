"""paperkin rebuild: the derived files anew, or another model."""

import argparse
import sys
from contextlib import closing

from ..arguments import Commands, add_command
from ..console import complain, counted, plain

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "rebuild",
        _run,
        help="make the indexes anew, or change the model",
        description=(
            "Make every file that is derived from library.db anew. With --model, encode every "
            "paper by that model first; the library answers by the old one until all is done. "
            "Stopped, the same command goes on."
        ),
        example="paperkin rebuild mylib --model BAAI/bge-small-en-v1.5",
    )
    parser.add_argument(
        "--model", metavar="NAME", help="a sentence-transformers model, by name or folder"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _run(arguments: argparse.Namespace) -> int:
    from ...index import threads
    from ...index.maintain import rebuild
    from ...search.opening import open as open_library
    from ...search.progress import EncodingProgress, display_on

    # Searches go first.
    threads.yield_to_others()
    with open_library(arguments.library) as library:
        try:
            with closing(display_on(sys.stderr, quiet=arguments.quiet)) as display:
                rebuild(library.store, arguments.model, progress=EncodingProgress(display))
        except KeyboardInterrupt:
            complain("Stopped; the library is as it was. The same command goes on from there.")
            return 1
        known = library.info()
    papers = counted(known["papers"], "paper")
    print(f"Made anew: {papers}, encoded by {plain(known['model']['name'])}.")
    return 0

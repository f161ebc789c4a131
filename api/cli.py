"""The command line: `paperkin COMMAND LIBRARY …`.

Exit status 0: done; 1: failed, with the reason on stderr; 2: wrong usage. Commands import the
library when they run, so that `paperkin --help` answers at once.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence

from .. import __version__
from ..index import threads
from ..index.errors import PaperkinError
from .arguments import CommandParser
from .commands import COMMANDS
from .console import close_quietly, complain, tolerant

__all__ = ["main"]

_EPILOG = """\
examples:
  paperkin build mylib refs.bib arxiv.jsonl.gz
  paperkin search mylib "sparse attention for long documents" --year 2023-
  paperkin related mylib arXiv:2106.15928
  paperkin serve mylib

Each command explains itself: paperkin COMMAND --help
"""


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="paperkin",
        description="Search your own collection of papers by meaning.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"paperkin {__version__}")
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND LIBRARY", required=True
    )
    for each in COMMANDS:
        each.add_to(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; `argv` as in sys.argv[1:], which is the default. Returns the exit status."""
    tolerant(sys.stdout)
    tolerant(sys.stderr)
    try:
        try:
            arguments = _parser().parse_args(argv)
            threads.bound()
            status: int = arguments.run(arguments)
        except SystemExit as wish:
            status = wish.code if isinstance(wish.code, int) else 0
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads the answer has seen enough of it.
        close_quietly()
        return 0
    except KeyboardInterrupt:
        complain("Stopped.")
        return 1
    except Exception as error:
        if os.environ.get("PAPERKIN_DEBUG"):
            traceback.print_exc()
        complain(_reason(error))
        return 1
    return status


def _reason(error: Exception) -> str:
    if isinstance(error, PaperkinError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        about = f"{error.filename}: " if error.filename else ""
        return f"{about}{error.strerror}."
    if isinstance(error, OSError):
        return str(error)
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"This is a bug of Paperkin ({said}). Please report it with what PAPERKIN_DEBUG=1 shows "
        "when it is set for the same command."
    )


if __name__ == "__main__":
    sys.exit(main())

"""Answers and papers on stdout, in the format that was asked for."""

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..index.errors import InputError
from ..index.writers.formats import Format, format_named
from .arguments import CommandParser
from .console import close_quietly, plain, print_json

if TYPE_CHECKING:
    from ..search.hits import Hits

__all__ = ["check_format", "check_terminal", "show_hits", "to_stdout"]


def check_format(arguments: argparse.Namespace) -> None:
    """Refuse what does not go with --format, before anything is looked for."""
    if arguments.format is None:
        return
    parser: CommandParser = arguments.parser
    for name in ("json", "explain", "groups"):
        if getattr(arguments, name):
            parser.error(f"--{name} does not go with --format: only the papers are written")
    check_terminal(arguments.format)


def check_terminal(format: Format) -> None:
    """Raise InputError for a format that is no sight, where stdout is a terminal."""
    if not format_named(format).text and sys.stdout.isatty():
        raise InputError(
            f"The format {format} is no text for a terminal. Send it to a file: behind the "
            "command, > FILE."
        )


def show_hits(arguments: argparse.Namespace, hits: "Hits") -> None:
    """An answer as a person reads it, as JSON, or its papers in a format; what there is to say of
    it stands on stderr then."""
    if arguments.format is not None:
        from ..search.exporting import written

        if hits.remark:
            print(plain(hits.remark), file=sys.stderr)
        to_stdout(written((hit.paper for hit in hits), arguments.format))
    elif arguments.json:
        print_json(hits.as_dict())
    else:
        from .text import hits_text

        print(hits_text(hits))


def to_stdout(pieces: Iterator[bytes]) -> None:
    """A file on stdout as it is, whatever the terminal's encoding.

    Raises InputError where it cannot be written there, BrokenPipeError where nobody reads on.
    """
    sys.stdout.flush()
    for piece in pieces:
        _put(piece)
    _put(b"")


def _put(piece: bytes) -> None:
    try:
        sys.stdout.buffer.write(piece)
        if not piece:
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is held back would be tried again at the end, and complained of once more.
        close_quietly()
        raise InputError(
            f"Not all could be written to standard output: {error.strerror}. What stands there is "
            "cut off."
        ) from error

"""The two streams of a command: answers on stdout, everything said about them on stderr."""

import contextlib
import os
import sys
from typing import TextIO

from ..index.characters import UNSEEN
from .jsontext import json_text

__all__ = ["close_quietly", "complain", "counted", "plain", "print_json", "tolerant"]


def plain(text: str) -> str:
    """One line of text that can do nothing to a terminal: control characters become spaces."""
    return UNSEEN.sub(" ", text)


def counted(count: int, noun: str) -> str:
    """ "1 paper", "1,200 papers"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def tolerant(stream: TextIO) -> None:
    """Let a stream escape what its encoding lacks, instead of failing at it."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def complain(message: object) -> None:
    """Say on stderr, in one paragraph, why a command failed."""
    lines = [plain(line) for line in str(message).splitlines()]
    print("paperkin: " + "\n".join(lines), file=sys.stderr)


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json_text(value, indent=2, ascii=not utf8))


def close_quietly() -> None:
    """Give up stdout after its reader went away, so that Python does not complain at exit."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)

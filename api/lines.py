"""Lines for a terminal: their width, and what stands out in them."""

import os
import sys
import unicodedata
from collections.abc import Iterator

__all__ = ["bold", "colours", "columns", "wrap"]


def colours() -> bool:
    """Whether text may stand out: on a terminal, unless NO_COLOR (no-color.org) is set."""
    return not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def bold(text: str) -> str:
    """Bold where text may stand out."""
    return f"\x1b[1m{text}\x1b[0m" if colours() and text else text


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns, wide characters counted twice.

    Broken at spaces, and inside what alone is longer than a line (scripts without spaces).
    """
    line, taken = "", 0
    for word in text.split():
        size = columns(word)
        if line and taken + 1 + size <= width:
            line, taken = f"{line} {word}", taken + 1 + size
            continue
        if line:
            yield line
        while size > width:
            end = _fitting(word, width)
            yield word[:end]
            word = word[end:]
            size = columns(word)
        line, taken = word, size
    if line:
        yield line


def _fitting(word: str, width: int) -> int:
    """How many characters of a word fit into `width` columns; at least one."""
    taken = 0
    for place, each in enumerate(word):
        taken += columns(each)
        if taken > width:
            return max(place, 1)
    return len(word)

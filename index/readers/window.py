"""A window that moves over the text of a source, for formats whose records are not lines."""

from ..errors import SourceError
from ..sources import Source
from .text import pieces

__all__ = ["Window"]

_STEP = 1 << 22  # the most that a window grows by at a time


class Window:
    """The text of a source with a window on it that moves forward and knows its line.

    `window` is the text at hand, `at` the place in it, `line` the 1-based line of that place,
    `passed` the characters of the source before it, and `fault` why nothing more can be read where
    the source is damaged.
    """

    def __init__(self, source: Source, *, encoding: str = "") -> None:
        self._pieces = pieces(source, encoding=encoding)
        self.window = ""
        self.at = 0
        self.line = 1
        self.passed = 0
        self.fault = ""

    def more(self) -> bool:
        """Lengthen the window, if there is more: to twice its size (the copying stays linear)."""
        added: list[str] = []
        wanted = min(max(1, len(self.window) - self.at), _STEP)
        try:
            while wanted > 0 and (piece := next(self._pieces, None)) is not None:
                added.append(piece)
                wanted -= len(piece)
        except SourceError as error:
            self.fault = str(error).removesuffix(".")
        if not added:
            return False
        self.window = "".join((self.window[self.at :], *added))
        self.at = 0
        return True

    def forward(self, to: int) -> None:
        """Move on to a place in the window."""
        self.line += self.window.count("\n", self.at, to)
        self.passed += to - self.at
        self.at = to

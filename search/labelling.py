"""Names on a picture of a map: broken into lines, measured, and set so that none touches another.

The measures are those of the fonts that matplotlib draws with. Names in scripts that its own font
lacks are drawn with a font of this machine that has them, where there is one.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..index.characters import UNSEEN

__all__ = ["APART", "Box", "Name", "Wish", "font", "fonts_for", "set_names", "shown"]

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = 64
_LINE = 20
"""Characters of a line, where a name has more than one."""
_LONGER = 4
"""Characters that lines may be the longer for it."""
_LEADING = 1.15
APART = 3.0
"""Pixels between two names."""
_EDGE = 6.0
_OWN_FONT = "DejaVu Sans"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, y pointing down."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box", apart: float = 0.0) -> bool:
        """Whether the two overlap, or are nearer to each other than `apart`."""
        return (
            self.left < other.right + apart
            and other.left < self.right + apart
            and self.top < other.bottom + apart
            and other.top < self.bottom + apart
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that wants to stand on a spot, and may move so many lines off as `far` says; or, where
    there is `clear`, beside a spot and so many pixels off."""

    text: str
    x: float
    y: float
    size: float
    """Height of the letters in pixels."""
    bold: bool
    colour: str
    far: float = 0.0
    clear: float = 0.0


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it stands: its lines, each with the width that it was measured to have."""

    lines: tuple[str, ...]
    widths: tuple[float, ...]
    box: Box
    size: float
    bold: bool
    colour: str

    def baselines(self) -> Iterator[tuple[str, float, float, float]]:
        """Each line with its middle, its baseline, and its width."""
        middle = (self.box.left + self.box.right) / 2
        for place, (line, width) in enumerate(zip(self.lines, self.widths, strict=True)):
            yield line, middle, self.box.top + self.size * (0.92 + _LEADING * place), width


def shown(text: str, longest: int = _LONGEST) -> str:
    """One line that is safe to show, of at most `longest` characters."""
    line = " ".join(_NO_XML.sub("", UNSEEN.sub(" ", text)).split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    words = cut.rpartition(" ")[0]
    return (words if len(words) > longest * 2 // 3 else cut).rstrip(" ,;:") + "…"


def set_names(
    wishes: Sequence[Wish], width: float, height: float, avoid: Sequence[Box] = ()
) -> list[Name]:
    """The names that find room within a picture, those of earlier wishes first; those that find
    none are left out. They keep clear of the boxes to avoid; a name that may stand on its spot does
    so before it is left out for them."""
    found: list[Name] = []
    for wish in wishes:
        lines = _lines(shown(wish.text))
        if not lines:
            continue
        widths = tuple(_width(line, wish.size, wish.bold) for line in lines)
        broad = max(widths)
        tall = wish.size * (1.2 + _LEADING * (len(lines) - 1))
        if broad > width - 2 * _EDGE or tall > height - 2 * _EDGE:
            continue
        taken = [name.box for name in found]
        boxes = [
            _within(x - broad / 2, y - tall / 2, broad, tall, width, height)
            for x, y in _spots(wish, broad, tall)
        ]
        best = _free(boxes, [*taken, *avoid])
        if best is None and avoid and not wish.clear:
            best = _free(boxes, taken)
        if best is not None:
            found.append(Name(lines, widths, best, wish.size, wish.bold, wish.colour))
    return found


def _within(left: float, top: float, broad: float, tall: float, width: float, height: float) -> Box:
    """A box moved into the picture."""
    left = min(max(left, _EDGE), width - _EDGE - broad)
    top = min(max(top, _EDGE), height - _EDGE - tall)
    return Box(left, top, left + broad, top + tall)


def _free(boxes: Sequence[Box], taken: Sequence[Box]) -> Box | None:
    """The first box that none of the others touches."""
    for box in boxes:
        if not any(box.meets(other, APART) for other in taken):
            return box
    return None


def _spots(wish: Wish, broad: float, tall: float) -> Iterator[tuple[float, float]]:
    """Where the middle of a name may be: on its spot, else above or below, else to the sides as
    well; or around it."""
    if wish.clear:
        yield wish.x, wish.y + wish.clear + tall / 2
        yield wish.x, wish.y - wish.clear - tall / 2
        yield wish.x + wish.clear + broad / 2, wish.y
        yield wish.x - wish.clear - broad / 2, wish.y
        return
    yield wish.x, wish.y
    steps = round(wish.far * 2)
    for step in range(1, steps + 1):
        off = step * wish.size / 2
        for across in (0.0, -1.5, 1.5):
            for up in (-1.0, 1.0):
                yield wish.x + across * off, wish.y + up * off
        for across in (-3.0, 3.0):
            yield wish.x + across * off, wish.y


def _lines(text: str) -> tuple[str, ...]:
    if len(text) <= _LINE:
        return (text,) if text else ()
    # Lines of about equal length; a little longer where that saves one with an "and" alone.
    count = -(-len(text) // _LINE)
    broad = max(_LINE * 2 // 3, -(-len(text) // count) + 3)
    tried = [textwrap.wrap(text, broad + more, break_on_hyphens=False) for more in range(_LONGER)]
    fewest = min(tried, key=len)
    return tuple(fewest)


@lru_cache(maxsize=4096)
def _width(text: str, size: float, bold: bool) -> float:
    from matplotlib.textpath import TextToPath

    width, _, _ = TextToPath().get_text_width_height_descent(text, font(text, size, bold), False)
    return float(width)


def font(text: str, size: float, bold: bool) -> Any:
    """The font that a text is measured and drawn with, `size` pixels high."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(
        family=list(fonts_for(text)), size=size, weight="bold" if bold else "normal"
    )


def fonts_for(text: str) -> tuple[str, ...]:
    """Families that have the characters of a text, the usual one first."""
    lacking = frozenset(each for each in text if ord(each) > 0x24F)
    return (_OWN_FONT, *(_others(lacking) if lacking else ()))


@lru_cache(maxsize=1024)
def _others(characters: frozenset[str]) -> tuple[str, ...]:
    lacking = {each for each in characters if not _has(_own_path(), each)}
    found: list[str] = []
    for family, path in _families() if lacking else ():
        having = {each for each in lacking if _has(path, each)}
        if having:
            found.append(family)
            lacking -= having
            if not lacking:
                break
    return tuple(found)


@lru_cache(maxsize=1)
def _own_path() -> str:
    from matplotlib.font_manager import FontProperties, findfont

    return str(findfont(FontProperties(family=[_OWN_FONT])))


@lru_cache(maxsize=1)
def _families() -> tuple[tuple[str, str], ...]:
    """Fonts of this machine that draw texts, one of each family."""
    from matplotlib.font_manager import fontManager

    plain = {
        each.name: each.fname
        for each in sorted(fontManager.ttflist, key=lambda each: (each.name, each.fname))
        if each.style == "normal" and each.name != "Last Resort"
    }
    return tuple(sorted(plain.items()))


@lru_cache(maxsize=64)
def _face(path: str) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(path)


def _has(path: str, character: str) -> bool:
    return bool(_face(path).get_char_index(ord(character)))

"""Answers as text for a terminal. No control character of a paper ever reaches it."""

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

from ..index.paper import Paper
from ..search.hits import Hit, Hits
from .console import plain

__all__ = ["hits_text", "paper_text", "wrap"]

_INDENT = "    "
_ABSTRACT_LINES = 2
_AUTHORS_SHOWN = 3


def _line_width() -> int:
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def _bold(text: str) -> str:
    """Bold on a terminal, unless NO_COLOR (no-color.org) is set."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return f"\x1b[1m{text}\x1b[0m"


def _columns(text: str) -> int:
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
        size = _columns(word)
        if line and taken + 1 + size <= width:
            line, taken = f"{line} {word}", taken + 1 + size
            continue
        if line:
            yield line
        while size > width:
            end = _fitting(word, width)
            yield word[:end]
            word = word[end:]
            size = _columns(word)
        line, taken = word, size
    if line:
        yield line


def _fitting(word: str, width: int) -> int:
    """How many characters of a word fit into `width` columns; at least one."""
    taken = 0
    for place, each in enumerate(word):
        taken += _columns(each)
        if taken > width:
            return max(place, 1)
    return len(word)


def _shortened(text: str, width: int, most: int) -> list[str]:
    lines = wrap(text, width)
    kept = [line for line, _ in zip(lines, range(most), strict=False)]
    if next(lines, None) is not None:
        last = kept[-1]
        kept[-1] = (last if _columns(last) < width else last[:-2].rstrip()) + "…"
    return kept


def _byline(paper: Paper) -> str:
    names = [plain(name) for name in paper.authors]
    who = ", ".join(names[:_AUTHORS_SHOWN]) + (" et al." if len(names) > _AUTHORS_SHOWN else "")
    when = str(paper.year) if paper.year is not None else ""
    return " · ".join(part for part in (who, when, plain(paper.venue)) if part)


def _address(paper: Paper) -> str:
    return " · ".join(plain(part) for part in (paper.id, paper.url) if part)


def hits_text(hits: Hits) -> str:
    """A page of an answer: how the query was understood, where its words were misspelled, each hit
    in a few lines, then where the page stands."""
    said = list(_understood(hits))
    if not hits:
        return "\n".join([*said, _nothing(hits)])
    width = _line_width()
    blocks = ["\n".join(_hit_lines(hit, width)) for hit in hits]
    first, last = hits[0].rank, hits[-1].rank
    more = f" Go on with --offset {hits.next}." if hits.next is not None else ""
    return "\n\n".join([*said, *blocks, f"Places {first} to {last} of {hits.total:,}.{more}"])


def _understood(hits: Hits) -> Iterator[str]:
    if hits.corrected is not None:
        yield f"Showing results for: {plain(hits.corrected)}"
    if hits.suggestion is not None:
        yield f"Did you mean: {plain(hits.suggestion)}"


def _nothing(hits: Hits) -> str:
    if hits.total:
        return f"The answer ends at place {hits.total:,}; --offset {hits.offset} is beyond it."
    if hits.mode == "keyword":
        return "No paper that passes the filters holds a word of the query."
    if hits.ids is None:
        return "No paper passes the filters and meets all that the query demands or excludes."
    return "There is no paper that passes the filters."


def _hit_lines(hit: Hit, width: int) -> Iterator[str]:
    number = f"{hit.rank:>2}. "
    inside = width - len(_INDENT)
    title = list(wrap(plain(hit.title), inside))
    for place, line in enumerate(title):
        yield (_INDENT if place else number) + _bold(line)
    # An id or address is for copying: it is never broken.
    byline = _byline(hit.paper)
    for line in [*wrap(byline, inside), _address(hit.paper)]:
        yield _INDENT + line
    for line in _shortened(plain(hit.paper.abstract), inside, _ABSTRACT_LINES):
        yield _INDENT + line


def paper_text(paper: Paper) -> str:
    """Everything a person may want to know of one paper."""
    width = _line_width()
    lines = [_bold(line) for line in wrap(plain(paper.title), width)]
    rows: Sequence[tuple[str, str]] = (
        ("authors", ", ".join(paper.authors)),
        ("published", paper.published or (str(paper.year) if paper.year is not None else "")),
        ("venue", paper.venue),
        ("categories", ", ".join(paper.categories)),
        ("id", paper.id),
        ("also", ", ".join(each for each in paper.ids if each != paper.id)),
        ("url", paper.url),
        ("sources", ", ".join(paper.sources)),
    )
    for name, value in rows:
        if value:
            first, *rest = wrap(plain(value), width - 12)
            lines.append(f"{name:<12}{first}")
            lines += [" " * 12 + each for each in rest]
    if paper.abstract:
        lines += ["", *wrap(plain(paper.abstract), width)]
    return "\n".join(lines)

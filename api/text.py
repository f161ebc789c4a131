"""Answers as text for a terminal. No control character of a paper ever reaches it."""

import shutil
from collections.abc import Iterator, Sequence

from ..index.paper import Paper
from ..search.groups import Group
from ..search.hits import Hit, Hits
from ..search.listing import called
from .console import plain
from .lines import bold, colours, columns, wrap
from .reasons import marked_excerpt, why_lines

__all__ = ["hits_text", "paper_text", "wrap"]

_INDENT = "    "
_ABSTRACT_LINES = 2
_AUTHORS_SHOWN = 3
_COPIES_SHOWN = 3


def _line_width() -> int:
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def _shortened(text: str, width: int, most: int) -> list[str]:
    lines = wrap(text, width)
    kept = [line for line, _ in zip(lines, range(most), strict=False)]
    if next(lines, None) is not None:
        last = kept[-1]
        kept[-1] = (last if columns(last) < width else last[:-2].rstrip()) + "…"
    return kept


def _byline(paper: Paper) -> str:
    names = [plain(name) for name in paper.authors]
    who = ", ".join(names[:_AUTHORS_SHOWN]) + (" et al." if len(names) > _AUTHORS_SHOWN else "")
    when = str(paper.year) if paper.year is not None else ""
    return " · ".join(part for part in (who, when, plain(paper.venue)) if part)


def _address(hit: Hit) -> str:
    sure = "" if hit.confidence is None else f"{hit.confidence:.0%} sure"
    return " · ".join(plain(part) for part in (hit.id, hit.paper.url, sure) if part)


def hits_text(hits: Hits) -> str:
    """A page of an answer: how the query was understood, where its words were misspelled, each hit
    in a few lines, then where the page stands."""
    said = list(_understood(hits))
    if not hits:
        return "\n".join(said)
    width = _line_width()
    blocks = ["\n".join(_hit_lines(hit, hits, width)) for hit in hits]
    first, last = hits[0].rank, hits[-1].rank
    groups = ["\n".join(_group_lines(each, width)) for each in hits.groups or ()]
    more = f" Go on with --offset {hits.next}." if hits.next is not None else ""
    places = f"Places {first} to {last} of {hits.total:,}.{more}"
    return "\n\n".join([*said, *groups, *blocks, "\n".join([*_reranked(hits), places])])


def _understood(hits: Hits) -> Iterator[str]:
    if hits.corrected is not None:
        yield f"Showing results for: {plain(hits.corrected)}"
    if hits.suggestion is not None:
        yield f"Did you mean: {plain(hits.suggestion)}"
    if hits.remark is not None:
        yield plain(hits.remark)


def _reranked(hits: Hits) -> Iterator[str]:
    if hits.reranked is not None:
        yield f"Reranked by {plain(hits.reranked.model)} down to place {hits.reranked.top}."


def _group_lines(group: Group, width: int) -> Iterator[str]:
    inside = width - len(_INDENT)
    years = "" if group.years is None else f", {_span(*group.years)}"
    label = list(wrap(plain(group.label), inside))
    yield from (bold(line) for line in label)
    for line in (f"{group.size} papers{years}", plain(group.sentence)):
        for part in wrap(line, inside):
            yield _INDENT + part
    for hit in group.best:
        number = f"{hit.rank}. "
        for place, part in enumerate(wrap(plain(hit.title), inside - len(number))):
            yield _INDENT + (" " * len(number) if place else number) + part


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _hit_lines(hit: Hit, hits: Hits, width: int) -> Iterator[str]:
    number = f"{hit.rank:>2}. "
    inside = width - len(_INDENT)
    title = list(wrap(plain(hit.title), inside))
    for place, line in enumerate(title):
        yield (_INDENT if place else number) + bold(line)
    # An id or address is for copying: it is never broken.
    byline = _byline(hit.paper)
    for line in [*wrap(byline, inside), _address(hit)]:
        yield _INDENT + line
    abstract = hit.paper.abstract
    if hit.why is None or hit.why.sentence is None or not colours():
        lines = _shortened(plain(abstract), inside, _ABSTRACT_LINES)
    else:
        lines = list(marked_excerpt(abstract, hit.why.sentence, inside, _ABSTRACT_LINES))
    for line in [*lines, *(why_lines(hit, inside) if hit.why is not None else ())]:
        yield _INDENT + line
    if hit.because_of:
        for line in wrap(f"Because of {plain(called(hit.because_of, hits))}", inside):
            yield _INDENT + line
    if hit.near_identical:
        shown = ", ".join(plain(each) for each in hit.near_identical[:_COPIES_SHOWN])
        rest = len(hit.near_identical) - _COPIES_SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        yield f"{_INDENT}Almost the same abstract: {shown}{more}"


def paper_text(paper: Paper) -> str:
    """Everything a person may want to know of one paper."""
    width = _line_width()
    lines = [bold(line) for line in wrap(plain(paper.title), width)]
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

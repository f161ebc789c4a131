"""A paper as a person sees it: a card in a notebook, lines in a terminal.

In HTML everything of a paper is escaped. Colours are those of the page, made fainter, or shine
through to it, so that what is shown fits light and dark notebooks alike, whatever theme they have.
"""

import textwrap
from html import escape

from .characters import UNSEEN
from .ids import url_of
from .paper import Paper
from .web import is_web

__all__ = ["STYLE", "byline", "framed", "linked", "paper_card", "paper_text", "safe", "titled"]

STYLE = """<style>
.paperkin{font-size:.95em;line-height:1.45;max-width:60em;text-align:left;
overflow-wrap:break-word}
.paperkin p{margin:.2em 0 .5em}
.paperkin .pk-title{font-weight:600}
.paperkin .pk-faint{opacity:.72;font-size:.92em}
.paperkin .pk-parts{white-space:nowrap}
.paperkin .pk-id{font-family:monospace;font-size:.92em}
.paperkin mark{background:rgba(255,190,0,.32);color:inherit;border-radius:2px;padding:0 .1em}
.paperkin .pk-bar{display:block;width:4.5em;height:.45em;border-radius:.25em;margin:.35em 0 .1em;
background:rgba(128,128,128,.28);overflow:hidden}
.paperkin .pk-bar span{display:block;height:100%;background:#3a9d68}
.paperkin table{border-collapse:collapse;border:0;width:100%;margin:.3em 0;table-layout:auto}
.paperkin th,.paperkin td{text-align:left!important;vertical-align:top;white-space:normal;
border:0;border-top:1px solid rgba(128,128,128,.35);padding:.45em .7em .45em 0;
background:transparent;max-width:none}
.paperkin td:nth-child(2){overflow-wrap:anywhere}
.paperkin thead th{border-top:0}
.paperkin td.pk-number{opacity:.72;text-align:right!important;width:1.5em}
.paperkin .pk-card{border:1px solid rgba(128,128,128,.45);border-radius:6px;padding:.7em 1em}
.paperkin summary{cursor:pointer}
.paperkin details{margin:.25em 0}
.paperkin details details{margin-left:1.4em}
.paperkin ul{margin:.2em 0 .5em;padding-left:1.6em}
</style>"""
"""One for all that is shown, scoped by its class; a page that drops it shows plain tables."""

_AUTHORS = 12
_LINE = 88


def safe(text: str) -> str:
    """A text that is a text in HTML, whatever stands in it."""
    return escape(UNSEEN.sub(" ", text))


def framed(inside: str) -> str:
    """HTML as an output of a notebook."""
    return f'{STYLE}<div class="paperkin">{inside}</div>'


def linked(text: str, url: str) -> str:
    """HTML as a link, where the URL leads to a page."""
    if not is_web(url):
        return text
    return f'<a href="{safe(url)}" target="_blank" rel="noopener noreferrer">{text}</a>'


def titled(paper: Paper) -> str:
    """The title in HTML, clickable where the paper has a page."""
    title = f'<bdi dir="auto">{safe(paper.title)}</bdi>'
    return f'<span class="pk-title">{linked(title, paper.url)}</span>'


def byline(paper: Paper, authors: int, *, when: str = "") -> str:
    """Authors (so many of them), venue and year (or `when`), as one line of text."""
    names = ", ".join(paper.authors[:authors])
    if len(paper.authors) > authors:
        names += " et al."
    year = "" if paper.year is None else str(paper.year)
    return " · ".join(part for part in (names, paper.venue, when or year) if part)


def paper_card(paper: Paper, above: str = "", abstract: str | None = None) -> str:
    """HTML of one paper; `above` stands before it, `abstract` (HTML) instead of its own."""
    if abstract is None:
        abstract = "<br><br>".join(map(safe, paper.abstract.split("\n\n")))
    lines = [above, titled(paper), safe(byline(paper, _AUTHORS, when=paper.published))]
    ids = [linked(f'<span class="pk-id">{safe(each)}</span>', url_of(each)) for each in _ids(paper)]
    lines.append(" · ".join(ids))
    if paper.categories:
        lines.append(f'<span class="pk-faint">{safe(", ".join(paper.categories))}</span>')
    head = "<br>".join(line for line in lines if line)
    body = f"<p>{abstract}</p>" if abstract else ""
    sources = f'<span class="pk-faint">from {safe(", ".join(paper.sources))}</span>'
    return framed(
        f'<div class="pk-card"><p>{head}</p>{body}{sources if paper.sources else ""}</div>'
    )


def _ids(paper: Paper) -> list[str]:
    return [paper.id, *(each for each in paper.ids if each != paper.id)]


def paper_text(paper: Paper) -> str:
    """One paper in lines of text, without control characters."""
    head = [paper.title, byline(paper, _AUTHORS, when=paper.published)]
    head.append(" · ".join([*_ids(paper), *([paper.url] if paper.url else [])]))
    lines = [UNSEEN.sub(" ", line) for line in head if line]
    for paragraph in filter(None, paper.abstract.split("\n\n")):
        said = UNSEEN.sub(" ", paragraph)
        lines += ["", textwrap.fill(said, _LINE, break_long_words=False, break_on_hyphens=False)]
    return "\n".join(lines)

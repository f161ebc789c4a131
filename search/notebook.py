"""An answer as a table in a notebook.

Everything of a paper is escaped, and no colour is set but that of highlighted text together with
its background, so that the table fits light and dark notebooks.
"""

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..index.characters import UNSEEN
from ..index.paper import Paper
from .why import Sentence, Why

if TYPE_CHECKING:
    from .hits import Hit, Hits

__all__ = ["hits_table"]

_EXCERPT = 300
"""Characters of an abstract that are shown, or around its closest sentence."""
_AUTHORS = 3
_COLUMNS = ("", "title", "authors", "year", "venue", "score", "abstract")
_LEFT = ' style="text-align:left;vertical-align:top"'
_MARKED = "background:#ffe58a;color:#1f1f1f"


def hits_table(hits: "Hits") -> str:
    """An HTML table: a row a hit, above it what the answer is to."""
    asked = hits.query if hits.ids is None else ", ".join(hits.ids)
    said = [f"{_text(asked or '')} ({len(hits):,} of {hits.total:,}, {_text(hits.mode)})"]
    if hits.corrected is not None:
        said.append(f"Showing results for: {_text(hits.corrected)}")
    if hits.suggestion is not None:
        said.append(f"Did you mean: {_text(hits.suggestion)}")
    if hits.remark is not None:
        said.append(_text(hits.remark))
    head = "".join(f"<th{_LEFT}>{name}</th>" for name in _COLUMNS)
    rows = "".join(_row(hit) for hit in hits)
    return (
        f"<div><p>{'<br>'.join(said)}</p><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(hit: "Hit") -> str:
    paper, why = hit.paper, hit.why
    more = " et al." if len(paper.authors) > _AUTHORS else ""
    cells = (
        str(hit.rank),
        _title(paper),
        _text(", ".join(paper.authors[:_AUTHORS])) + more,
        "" if paper.year is None else str(paper.year),
        _text(paper.venue),
        _score(hit),
        _excerpt(paper.abstract, why.sentence if why else None) + (_words(why) if why else ""),
    )
    return "<tr>" + "".join(f"<td{_LEFT}>{cell}</td>" for cell in cells) + "</tr>"


def _text(text: str) -> str:
    return escape(UNSEEN.sub(" ", text))


def _title(paper: Paper) -> str:
    title = f'<bdi dir="auto">{_text(paper.title)}</bdi>'
    if not _is_web(paper.url):
        return title
    return f'<a href="{_text(paper.url)}" target="_blank" rel="noopener noreferrer">{title}</a>'


def _is_web(url: str) -> bool:
    """Whether a URL leads to a page: others ("javascript:…") may do anything."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    clean = not UNSEEN.search(url) and not any(map(str.isspace, url))
    return clean and parts.scheme in ("http", "https") and bool(parts.netloc)


def _score(hit: "Hit") -> str:
    parts = hit.why.parts if hit.why else {}
    lines = [] if hit.confidence is None else [f"{hit.confidence:.0%} sure"]
    lines += [f"{_text(name.replace('_', ' '))}&nbsp;{part:+.4f}" for name, part in parts.items()]
    said = f"<br><small>{'<br>'.join(lines)}</small>" if lines else ""
    return f"{hit.score:.4f}{said}"


def _excerpt(abstract: str, sentence: Sentence | None) -> str:
    if sentence is None:
        return _text(abstract[:_EXCERPT]) + ("…" if len(abstract) > _EXCERPT else "")
    start, end = sentence.start, sentence.end
    begin = max(0, start - _EXCERPT // 2)
    last = min(len(abstract), end + _EXCERPT // 2)
    score = "" if sentence.score is None else f' title="cosine {sentence.score:.3f}"'
    return (
        ("…" if begin else "")
        + _text(abstract[begin:start])
        + f'<mark style="{_MARKED}"{score}>{_text(abstract[start:end])}</mark>'
        + _text(abstract[end:last])
        + ("…" if last < len(abstract) else "")
    )


def _words(why: Why) -> str:
    lines = []
    found = dict.fromkeys(each.text.lower() for each in why.words)
    if found:
        lines.append(f"found: {_text(', '.join(found))}")
    if why.missing:
        lines.append(f"not found: {_text(', '.join(why.missing))}")
    return f"<br><small>{'; '.join(lines)}</small>" if lines else ""

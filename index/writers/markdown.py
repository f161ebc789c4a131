"""Papers as a reading list in Markdown (CommonMark), for people: it is not read back."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ..ids import url_of
from ..paper import Paper

__all__ = ["write_markdown"]

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!$&])")
_START = re.compile(r"^(\d{1,9})([.)])|^([-+=])")
"""What would begin a list or a heading."""
_WEB = re.compile(r"https?://", re.IGNORECASE)
_IN_URL = "%/:?#@!$&'*+,;=~._-"
_AUTHORS = 8
"""Authors that are named; of more, the first ones and the last."""


def write_markdown(papers: Iterable[Paper]) -> Iterator[str]:
    """An item a paper: the title, which leads to the paper, authors, venue and date, id, and the
    abstract where there is one. No text of a paper is taken for markup, or for HTML."""
    for count, paper in enumerate(papers):
        yield ("\n" if count else "") + "\n".join(_lines(paper)) + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield f"- **{_linked(paper)}**" + ("  " if _said(paper) else "")
    if said := _said(paper):
        yield f"  {said}"
    for paragraph in paper.abstract.split("\n\n") if paper.abstract else ():
        yield ""
        yield f"  {_START.sub(_kept, _plain(paragraph))}"


def _linked(paper: Paper) -> str:
    title = _plain(paper.title)
    # What a source gives as an address may be anything, a script included.
    address = paper.url if _WEB.match(paper.url) else url_of(paper.id)
    return f"[{title}]({quote(address, safe=_IN_URL)})" if address else title


def _said(paper: Paper) -> str:
    shown = list(paper.authors)
    if len(shown) > _AUTHORS:
        shown = [*shown[: _AUTHORS - 1], "…", shown[-1]]
    venue = f"*{_plain(paper.venue)}*" if paper.venue else ""
    date = paper.published or ("" if paper.year is None else str(paper.year))
    id = "" if paper.id.startswith("pk:") else _plain(paper.id)
    said = " · ".join(filter(None, (_plain(", ".join(shown)), venue, date, id)))
    return _START.sub(_kept, said)


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _kept(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"

"""Papers as RIS, which reference managers take, and the library's own reader.

Dates are written YYYY/MM/DD/, names "Family, Given, Suffix", and those of organisations without a
comma, as Zotero and EndNote expect them. A line is a field, however long; the further paragraphs
of an abstract stand indented on lines of their own.
"""

import re
from collections.abc import Iterable, Iterator

from ..ids import parse_ids, url_of
from ..names import clean_name
from ..paper import Paper
from ..readers.ris import CATEGORIES
from .extras import bibliographic, keywords, listed
from .kinds import is_only_arxiv, kind_of
from .people import family_first, parted_name

__all__ = ["write_ris"]

_PARAGRAPH = "      "
"""What the further paragraphs of an abstract begin with, so that none looks like a field."""

_TYPES = {
    "article": "JOUR",
    "inproceedings": "CONF",
    "incollection": "CHAP",
    "book": "BOOK",
    "phdthesis": "THES",
    "mastersthesis": "THES",
    "techreport": "RPRT",
    "proceedings": "CONF",
    "unpublished": "UNPB",
}
_PAGES = re.compile(r"(\S+?)\s*[-–—]+\s*(\S+)")
_KEPT = {"volume": "VL", "number": "IS", "edition": "ET", "series": "T3"}
_HOUSES = ("publisher", "school", "institution")
_END = "\r\n"


def write_ris(papers: Iterable[Paper]) -> Iterator[str]:
    """One record a paper, from TY to ER, with the line ends that RIS has (CR LF)."""
    for paper in papers:
        lines = [f"{tag}  - {_line(value)}" for tag, value in _fields(paper) if value]
        yield _END.join([*lines, *_abstract(paper.abstract), "ER  - ", "", ""])


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    preprint = "UNPB" if is_only_arxiv(paper) else "GEN"
    yield "TY", _TYPES.get(kind_of(paper), preprint)
    yield "ID", paper.id
    yield "TI", paper.title
    for name in paper.authors:
        yield "AU", _author(name)
    yield "PY", paper.published[:4]
    if "-" in paper.published:
        yield "DA", (paper.published.replace("-", "/") + "//")[: len("2021/06/30/")]
    yield "T2", paper.venue
    kept = bibliographic(paper.extra)
    for name, tag in _KEPT.items():
        yield tag, kept.get(name, "")
    pages = kept.get("pages", "")
    parts = _PAGES.fullmatch(pages)
    yield "SP", parts[1] if parts else pages
    yield "EP", parts[2] if parts else ""
    yield "PB", next((kept[name] for name in _HOUSES if name in kept), "")
    yield "SN", kept.get("issn") or kept.get("isbn", "")
    yield "DO", paper.doi
    yield "AN", f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else ""
    yield from (("UR", url) for url in _urls(paper))
    yield "LA", paper.language
    yield from (("KW", each) for each in keywords(paper.extra))
    yield "C1", CATEGORIES + listed(paper.categories) if paper.categories else ""


def _author(name: str) -> str:
    person = parted_name(name)
    turned = family_first(person) if person else name
    # A name that would come back another way is left in its own order.
    return turned if clean_name(turned) == name else name


def _urls(paper: Paper) -> Iterator[str]:
    """The paper's address, and those of the ids that nothing else tells."""
    yield paper.url
    claims = (paper.url, f"DOI:{paper.doi}", f"arXiv:{paper.arxiv_id}", paper.id)
    told = {each for claim in claims for each in parse_ids(claim)}
    yield from (url_of(each) for each in paper.ids if each not in told)


def _abstract(text: str) -> list[str]:
    first, *further = (_line(each) for each in text.split("\n\n"))
    lines = (line for each in further for line in ("", f"{_PARAGRAPH}{each}"))
    return [f"AB  - {first}", *lines] if text else []


def _line(text: str) -> str:
    return " ".join(text.split())

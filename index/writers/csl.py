"""Papers as CSL-JSON, which Zotero, Pandoc, citeproc and the library's own reader take.

The items are those of the CSL data schema. What it has no field for, the ids beyond one DOI, PMID
and PMCID and what sources say beyond a paper's fields, stands in the place that it leaves for such
things, `custom`, under "paperkin".
"""

import json
from collections.abc import Iterable, Iterator

from ..paper import Paper
from ..readers.fields import OWN
from ..record import Json
from .extras import bibliographic, keywords
from .kinds import kind_of
from .people import parted_name

__all__ = ["write_csl"]

_TYPES = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "incollection": "chapter",
    "book": "book",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "techreport": "report",
    "proceedings": "book",
    "unpublished": "manuscript",
}
_KEPT = {
    "volume": "volume",
    "number": "issue",
    "pages": "page",
    "publisher": "publisher",
    "series": "collection-title",
    "edition": "edition",
    "issn": "ISSN",
    "isbn": "ISBN",
}


def write_csl(papers: Iterable[Paper]) -> Iterator[str]:
    """A JSON array of items, one a line."""
    before = "[\n"
    for paper in papers:
        yield f"{before}{json.dumps(_item(paper), ensure_ascii=False)}"
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _item(paper: Paper) -> dict[str, Json]:
    date: list[Json] = [int(part) for part in paper.published.split("-") if part]
    outside = {each.partition(":")[0]: each.partition(":")[2] for each in reversed(paper.ids)}
    kept = bibliographic(paper.extra)
    # Preprints are "article" to CSL, and have their number where Zotero puts it.
    kind = _TYPES.get(kind_of(paper), "article" if paper.arxiv_id else "document")
    fields: dict[str, Json] = {
        "title": paper.title,
        "author": [_name(each) for each in paper.authors],
        "issued": {"date-parts": [date]} if date else None,
        "container-title": paper.venue,
        **{_KEPT[name]: value for name, value in kept.items() if name in _KEPT},
        "DOI": paper.doi,
        "PMID": outside.get("PMID", ""),
        "PMCID": outside.get("PMCID", ""),
        "number": f"arXiv:{paper.arxiv_id}" if kind == "article" else "",
        "URL": paper.url,
        "language": paper.language,
        "keyword": ", ".join(keywords(paper.extra)),
        "categories": list(paper.categories),
        "abstract": paper.abstract,
        "custom": {OWN: _own(paper)},
    }
    filled = {name: value for name, value in fields.items() if value not in ("", None, [])}
    return {"id": paper.id, "type": kind, **filled}


def _own(paper: Paper) -> dict[str, Json]:
    own: dict[str, Json] = {"ids": list(paper.ids), "extra": dict(paper.extra)}
    return own if paper.title_given else {**own, "title_given": False}


def _name(name: str) -> dict[str, Json]:
    person = parted_name(name)
    if person is None:
        return {"literal": name}
    parts: dict[str, Json] = {
        "family": person.family,
        "given": person.given,
        "non-dropping-particle": person.particle,
        "suffix": person.suffix,
    }
    return {part: value for part, value in parts.items() if value}

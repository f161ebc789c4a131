"""Papers as Semantic Scholar tells them.

What a library does not know is told as the service tells it of a paper of which it does not know
it: text is null (a venue ""), counts are 0, lists are empty. Counts of citations, publication types
and summaries are told where a source had them.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ...index.ids import kind
from ...index.names import fold
from ...index.paper import Paper
from ...index.record import Json
from ..wire import OUTSIDE

__all__ = [
    "ABSENT",
    "VALUES",
    "categories_of_field",
    "citation_count",
    "external_ids",
    "open_pdf",
    "paper_id",
    "publication_types",
]

_DAY = len("2021-06-30")
_FIELDS_OF_STUDY = (
    "Computer Science, Medicine, Chemistry, Biology, Materials Science, Physics, Geology, "
    "Psychology, Art, History, Geography, Sociology, Business, Political Science, Economics, "
    "Philosophy, Mathematics, Engineering, Environmental Science, Agricultural and Food Sciences, "
    "Education, Law, Linguistics"
).split(", ")
_BY_NAME = {fold(name): name for name in _FIELDS_OF_STUDY}
_ARCHIVES = {
    "cs": "Computer Science",
    "econ": "Economics",
    "eess": "Engineering",
    "math": "Mathematics",
    "q-bio": "Biology",
    "q-fin": "Economics",
    "stat": "Mathematics",
    **dict.fromkeys(
        "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics "
        "quant-ph".split(),
        "Physics",
    ),
}
"""The fields of study of arXiv's archives."""
_GAPS = re.compile("[^a-z]+")


def paper_id(paper: Paper) -> str:
    """What a paper is called by here: Semantic Scholar's own id where it is known, else the
    library's."""
    hashes = [id.partition(":")[2] for id in paper.ids if kind(id) == "S2"]
    return hashes[0] if hashes else paper.id


def external_ids(paper: Paper) -> dict[str, object]:
    """One id of each kind: the paper's own where it has several."""
    found: dict[str, object] = {}
    own = (paper.id, f"arXiv:{paper.arxiv_id}", f"DOI:{paper.doi}")
    for each in (*(id for id in own if id in paper.ids), *paper.ids):
        name, value = OUTSIDE.get(kind(each)), each.partition(":")[2]
        if name == "CorpusId":
            found.setdefault(name, int(value))
        elif name is not None:
            found.setdefault(name, value.removeprefix("PMC") if kind(each) == "PMCID" else value)
    return found


def _extra(paper: Paper, *names: str) -> Json:
    """What a source says under one of these names, in any case and with any marks between."""
    for said, value in paper.extra.items():
        if _GAPS.sub("", said.lower()) in names:
            return value
    return None


def _count(paper: Paper, *names: str) -> int:
    value = _extra(paper, *names)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        value = int(value)
    if isinstance(value, float) and math.isfinite(value):
        value = int(value)
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else 0


def citation_count(paper: Paper) -> int:
    """How often a paper is cited, as far as a source says so; else 0."""
    return _count(
        paper, "citationcount", "citedbycount", "isreferencedbycount", "timescited", "citedby"
    )


def publication_types(paper: Paper) -> list[str] | None:
    """The publication types that a source names ("JournalArticle"); None where none does."""
    value = _extra(paper, "publicationtypes")
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and each] or None


def open_pdf(paper: Paper) -> dict[str, object] | None:
    """Where a paper's PDF is free for all to read: with arXiv, or in the ACL Anthology."""
    for each in paper.ids:
        name, _, value = each.partition(":")
        if name == "arXiv":
            url = f"https://arxiv.org/pdf/{value}"
        elif name == "ACL":
            url = f"https://aclanthology.org/{value}.pdf"
        else:
            continue
        return {"url": url, "status": None, "license": None, "disclaimer": None}
    return None


def categories_of_field(field: str) -> list[str]:
    """Values of the filter on categories for a field of study: its name, and arXiv's archives."""
    archives = [name for name, of in _ARCHIVES.items() if fold(of) == fold(field)]
    return [field, *archives, *(f"{name}.*" for name in archives)]


def _fields_of_study(paper: Paper) -> list[str]:
    named = (
        _BY_NAME.get(fold(category)) or _ARCHIVES.get(category.partition(".")[0].lower())
        for category in paper.categories
    )
    return list(dict.fromkeys(name for name in named if name))


def _journal(paper: Paper) -> dict[str, object] | None:
    volume, pages = _extra(paper, "volume"), _extra(paper, "pages")
    known = {"name": paper.venue, "volume": volume, "pages": pages}
    plain = {name: str(value) for name, value in known.items() if isinstance(value, str | int)}
    return {name: value for name, value in plain.items() if value} or None


def _tldr(paper: Paper) -> dict[str, object] | None:
    said = _extra(paper, "tldr")
    if isinstance(said, Mapping):
        text, model = said.get("text"), said.get("model")
    else:
        text, model = said, None
    if not isinstance(text, str) or not text:
        return None
    return {"model": model if isinstance(model, str) else "unknown", "text": text}


VALUES: Mapping[str, Callable[[Paper], Any]] = {
    "paperId": paper_id,
    "corpusId": lambda paper: external_ids(paper).get("CorpusId"),
    "externalIds": external_ids,
    "url": lambda paper: paper.url or None,
    "title": lambda paper: paper.title,
    "abstract": lambda paper: paper.abstract or None,
    "venue": lambda paper: paper.venue,
    "publicationVenue": lambda paper: None,
    "year": lambda paper: paper.year,
    "referenceCount": lambda paper: _count(paper, "referencecount", "referencescount"),
    "citationCount": citation_count,
    "influentialCitationCount": lambda paper: _count(paper, "influentialcitationcount"),
    "isOpenAccess": lambda paper: open_pdf(paper) is not None,
    "openAccessPdf": open_pdf,
    "fieldsOfStudy": lambda paper: _fields_of_study(paper) or None,
    "s2FieldsOfStudy": lambda paper: [
        {"category": name, "source": "external"} for name in _fields_of_study(paper)
    ],
    "publicationTypes": publication_types,
    "publicationDate": lambda paper: paper.published if len(paper.published) == _DAY else None,
    "journal": _journal,
    "citationStyles": lambda paper: {"bibtex": paper.to_bibtex()},
    "tldr": _tldr,
    "textAvailability": lambda paper: "abstract" if paper.abstract else "none",
    # A library knows no citations.
    "citations": lambda paper: [],
    "references": lambda paper: [],
}
"""What is told of a paper itself, by field; its authors and its vector come from the library."""

ABSENT: Mapping[str, Any] = {"affiliations": [], "externalIds": {}, "homepage": None, "url": None}
"""What no library knows of an author."""

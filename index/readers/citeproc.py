"""Works as Crossref's API gives them, and items of CSL-JSON, which has much of the same shape.

Crossref: https://github.com/CrossRef/rest-api-doc; CSL-JSON: https://citeproc-js.readthedocs.io and
the schema csl-data.json. Crossref writes titles as lists and marks abstracts up in JATS.
"""

import re
from collections.abc import Mapping

from ..record import Json
from .values import date_of, text_of

__all__ = ["citeproc_fields", "is_citeproc"]

Object = Mapping[str, Json]

_NAMES = frozenset({"family", "given", "literal"})
_CREATORS = ("author", "editor", "translator")
_OWN = frozenset(
    {"container-title", "is-referenced-by-count", "citation-key", "short-container-title"}
)
# Of a work that is in print and online "issued" is the earlier; "created" is when the DOI was.
_DATES = ("issued", "published", "published-online", "published-print", "posted", "original-date")
_PLAIN = {
    "type": "type",
    "publisher": "publisher",
    "volume": "volume",
    "page": "pages",
    "edition": "edition",
    "note": "note",
    "is-referenced-by-count": "cited_by_count",
    "subtitle": "subtitle",
    "ISBN": "isbn",
    "ISSN": "issn",
}
_HEADED = re.compile(
    r"<jats:title[^<>]*>\s*([^<>]{1,60}?)\s*[:.]?\s*</jats:title>\s*<jats:p(?=[\s>])([^<>]*)>",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"(?:abstract|summary)\Z", re.IGNORECASE)
_TWICE = re.compile(
    r"(<(?:jats:)?tex-math\b[^<>]*>.*?</(?:jats:)?tex-math>\s*)<mml:math\b.*?</mml:math>",
    re.IGNORECASE | re.DOTALL,
)
_OF_CROSSREF = frozenset({"indexed", "deposited", "prefix", "member"})
"""What only Crossref has; the rest of what it says of a work beside it is of the deposit."""
_MAPPED = frozenset(
    "title abstract author container-title event event-title subject categories keyword DOI PMID "
    "PMCID id URL language issue number editor subtitle ISSN ISBN institution group-title resource "
    "reference updated-by accessed".split()
)
_EXTRA_ID = re.compile(r"^\s*(DOI|arXiv|PMID|PMCID)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_RETRACTIONS = frozenset({"retraction", "removal", "withdrawal"})


def is_citeproc(value: Object) -> bool:
    """Whether an object is a work of Crossref or an item of CSL-JSON."""
    if "title" not in value and "DOI" not in value:
        return False
    if isinstance(value.get("type"), str) and ("DOI" in value or isinstance(value.get("id"), str)):
        if isinstance(value.get("issued"), dict) or isinstance(value.get("title"), list):
            return True
        if any(_is_people(value.get(name)) for name in _CREATORS):
            return True
    return not _OWN.isdisjoint(value) or _has_date_parts(value.get("issued"))


def _is_people(value: Json) -> bool:
    people = value if isinstance(value, list) else []
    return any(isinstance(each, dict) and not _NAMES.isdisjoint(each) for each in people)


def _has_date_parts(value: Json) -> bool:
    return isinstance(value, dict) and "date-parts" in value


def citeproc_fields(item: Object) -> dict[str, object]:
    """The fields of a work or an item, by names that `record_of` knows."""
    note = text_of(item.get("note"))
    claims = [(kind.lower(), found) for kind, found in _EXTRA_ID.findall(note)]
    issn = item.get("ISSN")
    rest: Object = {} if not _OF_CROSSREF.isdisjoint(item) else item
    mapped = _MAPPED.union(_PLAIN, _DATES)
    fields: dict[str, object] = {
        **{name: value for name, value in rest.items() if name not in mapped},
        "title": _first(item.get("title")),
        "abstract": _abstract(text_of(item.get("abstract"))),
        "authors": _people(item.get("author")),
        "published": next((d for name in _DATES if (d := date_of(item.get(name)))), ""),
        "venue": _first(item.get("container-title"))
        or text_of(item.get("event-title"))
        or _event(item.get("event"))
        or _posted_at(item),
        "categories": item.get("subject") or item.get("categories"),
        "keywords": item.get("keyword"),
        "doi": item.get("DOI"),
        "pmid": item.get("PMID"),
        "pmcid": item.get("PMCID"),
        "external ids": dict(reversed(claims)),
        "id": item.get("id") or item.get("DOI"),
        "url": _urls(item),
        "language": item.get("language"),
        "issue": item.get("issue") or item.get("number"),
        "editor": [*_people(item.get("editor"))],
        **{name: item.get(theirs) for theirs, name in _PLAIN.items()},
    }
    fields["subtitle"] = _first(item.get("subtitle"))
    fields["issn"] = issn if isinstance(issn, str) else _listed(issn)
    isbn = item.get("ISBN")
    fields["isbn"] = isbn if isinstance(isbn, str) else _listed(isbn)
    if _is_retracted(item):
        fields["retracted"] = True
    return fields


def _first(value: Json) -> str:
    return text_of(value)


def _listed(value: Json) -> str:
    return ", ".join(text_of(each) for each in value) if isinstance(value, list) else ""


def _event(value: Json) -> str:
    return text_of(value.get("name")) if isinstance(value, dict) else text_of(value)


def _posted_at(item: Object) -> str:
    """Where a preprint lies: Crossref has no container for it, but names its server."""
    institutions = item.get("institution")
    named = text_of(institutions) if item.get("type") == "posted-content" else ""
    return named or (text_of(item.get("group-title")) and text_of(item.get("publisher")))


def _urls(item: Object) -> list[str]:
    resource = item.get("resource")
    primary = resource.get("primary") if isinstance(resource, dict) else None
    found = (
        text_of(item.get("URL")),
        text_of(primary.get("URL")) if isinstance(primary, dict) else "",
    )
    return [url for url in found if url]


def _people(value: Json) -> list[str]:
    """Names as they are written: "Vincent van Gogh", whichever part the particle belongs to."""
    people = value if isinstance(value, list) else []
    return [name for each in people if (name := _name(each))]


def _name(person: Json) -> str:
    if not isinstance(person, dict):
        return text_of(person)
    parts = [
        text_of(person.get(part))
        for part in ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    ]
    whole = " ".join(part.strip() for part in parts if part.strip())
    return (
        whole
        if text_of(person.get("family"))
        else text_of(person.get("literal")) or (text_of(person.get("name")) or whole)
    )


def _abstract(text: str) -> str:
    """An abstract whose headings stand before their paragraphs, and whose formulas, which JATS has
    as TeX and as MathML, are there once."""
    if "<" not in text:
        return text
    return _HEADED.sub(_headed, _TWICE.sub(r"\1", text))


def _headed(match: re.Match[str]) -> str:
    label = "" if _ABSTRACT.match(match[1]) else f"{match[1]}: "
    return f"<jats:p{match[2]}>{label}"


def _is_retracted(item: Object) -> bool:
    updates = item.get("updated-by")
    return any(
        isinstance(each, dict) and text_of(each.get("type")).lower() in _RETRACTIONS
        for each in (updates if isinstance(updates, list) else ())
    )

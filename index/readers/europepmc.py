"""Records as Europe PMC's web service gives them: resultList.result, "lite" or "core", in JSON or,
unless it is asked for another format, in XML.

Shape: https://europepmc.org/RestfulWebService.
"""

import re
from collections.abc import Mapping

from ..record import Json
from .values import text_of
from .xmltree import Element, plain, readable

__all__ = [
    "EUROPE_PMC_ELEMENTS",
    "RETRACTED",
    "europe_pmc_fields",
    "fields_of",
    "is_europe_pmc",
]

Object = Mapping[str, Json]

_OWN = frozenset(
    {"abstractText", "authorString", "journalInfo", "firstPublicationDate", "pubTypeList"}
)
_HEADING = re.compile(r"<h4>\s*([^<>]{1,60}?)\s*[:.]?\s*</h4>\s*", re.IGNORECASE)
RETRACTED = "retracted publication"
EUROPE_PMC_ELEMENTS = ("result",)
_MARKED_UP = frozenset({"title", "abstractText"})


def is_europe_pmc(value: Object) -> bool:
    """Whether an object is a record of Europe PMC."""
    return "title" in value and not _OWN.isdisjoint(value)


def fields_of(record: Element) -> dict[str, object]:
    """The fields of a record in XML, by names that `record_of` knows."""
    return europe_pmc_fields(_object(record))


def _object(element: Element) -> dict[str, Json]:
    """An element as the object that it is in JSON: what a list holds is one there even if alone."""
    found: dict[str, list[Json]] = {}
    for child in element:
        inner: Json = plain(child)
        if child.tag in _MARKED_UP:
            inner = readable(child)
        elif len(child):
            inner = _object(child)
        found.setdefault(child.tag, []).append(inner)
    listed = element.tag.endswith("List")
    return {name: each if listed or len(each) > 1 else each[0] for name, each in found.items()}


def europe_pmc_fields(value: Object) -> dict[str, object]:
    """The fields of a record, by names that `record_of` knows."""
    journal, book = _inner(value, "journalInfo"), _inner(value, "bookOrReportDetails")
    types = _texts(value, "pubTypeList", "pubType")
    source, own = text_of(value.get("source")), text_of(value.get("id"))
    fields: dict[str, object] = {
        "title": value.get("title"),
        "abstract": _HEADING.sub(_labelled, text_of(value.get("abstractText"))),
        "authors": _authors(value),
        "published": value.get("firstPublicationDate")
        or journal.get("printPublicationDate")
        or text_of(journal.get("yearOfPublication"))
        or value.get("pubYear"),
        "venue": text_of(_inner(journal, "journal").get("title"))
        or text_of(value.get("journalTitle"))
        or text_of(book.get("comprisingTitle"))
        or (text_of(book.get("publisher")) if source == "PPR" else ""),
        "keywords": _texts(value, "keywordList", "keyword"),
        "doi": value.get("doi"),
        "pmid": value.get("pmid") or (own if source == "MED" else None),
        "pmcid": value.get("pmcid"),
        "key": f"{source}/{own}".strip("/"),
        "url": f"https://europepmc.org/article/{source}/{own}" if source and own else "",
        "language": value.get("language"),
        "type": "; ".join(types) or text_of(value.get("pubType")),
        "volume": text_of(journal.get("volume")) or value.get("journalVolume"),
        "issue": text_of(journal.get("issue")) or value.get("issue"),
        "pages": value.get("pageInfo"),
        "issn": _inner(journal, "journal").get("issn") or value.get("journalIssn"),
        "publisher": book.get("publisher"),
        "cited_by_count": value.get("citedByCount"),
        "mesh": _mesh(value),
    }
    if any(each.lower() == RETRACTED for each in types):
        fields["retracted"] = True
    return fields


def _labelled(heading: re.Match[str]) -> str:
    """The heading of a part of an abstract as its label: a paragraph that begins "Methods: "."""
    return f"<p>{heading[1]}: "


def _inner(value: Object, name: str) -> Object:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _texts(value: Object, around: str, name: str) -> list[str]:
    found = _inner(value, around).get(name)
    several = found if isinstance(found, list) else [found]
    return [text for each in several if (text := text_of(each))]


def _authors(value: Object) -> list[str] | str:
    """Full names where there are any; else the string of them, family names first."""
    listed = _inner(value, "authorList").get("author")
    names: list[str] = []
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict):
            continue
        first, last = text_of(each.get("firstName")), text_of(each.get("lastName"))
        group = text_of(each.get("collectiveName"))
        initials = text_of(each.get("initials"))
        if last:
            names.append(f"{last}, {first or initials}".strip(", "))
        elif group or text_of(each.get("fullName")):
            names.append(group or text_of(each.get("fullName")))
    return names or text_of(value.get("authorString"))


def _mesh(value: Object) -> list[str]:
    found = _inner(value, "meshHeadingList").get("meshHeading")
    headings = found if isinstance(found, list) else []
    return [
        text for e in headings if isinstance(e, dict) and (text := text_of(e.get("descriptorName")))
    ]

"""arXiv's answers to the Open Archives' protocol (OAI-PMH), in its formats arXiv and arXivRaw."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..dates import parse_date
from .xmltree import Element, plain, readable

__all__ = ["OAI_ELEMENTS", "fields_of", "names_in"]

OAI_ELEMENTS = ("record", "error")
"""What is read of an answer; a record's name is one that other files have as well."""

_PARENTHESIS = re.compile(r"([()])")
_NEXT_NAME = re.compile(r"\s*;\s*|\s*,\s*(?:and\s+|&\s*)?|\s+and\s+")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.IGNORECASE)
_ALSO = ("comments", "license", "report-no", "msc-class", "acm-class", "submitter")


def fields_of(record: Element) -> dict[str, Any]:
    """The values of a record by their names (index/readers/fields.py).

    The paper's date is that of its first version, "update_date" that of the latest.

    Raises ValueError, with the reason, where the record was deleted or has another format, and
    for an error that stands in place of records.
    """
    if record.tag == "error":
        said = (record.get("code", ""), plain(record))
        raise ValueError(f"arXiv answered with an error: {': '.join(filter(None, said))}")
    header = record.find("header")
    claimed = plain(record.find("header/identifier"))
    if header is not None and header.get("status", "").lower() == "deleted":
        when = plain(record.find("header/datestamp"))
        raise ValueError(f"arXiv deleted it{f' on {when}' if when else ''} ({claimed or 'no id'})")
    metadata = next(iter(record.find("metadata") or ()), None)
    if metadata is None:
        raise ValueError(f"it has no metadata ({claimed or 'no id'})")
    if metadata.tag not in ("arXiv", "arXivRaw"):
        raise ValueError(
            f"its metadata are in the format {metadata.tag!r}: harvest them with "
            "metadataPrefix=arXiv or arXivRaw"
        )
    identifier = plain(metadata.find("id")) or claimed.rpartition(":")[2]
    first, latest, version = _dates(metadata)
    return {
        "title": readable(metadata.find("title")),
        "abstract": readable(metadata.find("abstract")),
        "authors": _authors(metadata.find("authors")),
        "published": first or latest,
        "venue": plain(metadata.find("journal-ref")) or "arXiv",
        "categories": plain(metadata.find("categories")),
        "doi": plain(metadata.find("doi")),
        "arxiv_id": identifier,
        "id": identifier,
        "update_date": latest if latest != first else "",
        "version": version,
        **{name: plain(metadata.find(name)) for name in _ALSO},
    }


def _dates(metadata: Element) -> tuple[str, str, str]:
    """The dates of the first and of the latest version, and the name of that ("v2")."""
    versions: list[tuple[int, str]] = []
    for each in metadata.findall("version"):
        number = each.get("version", "").removeprefix("v")
        date = parse_date(plain(each.find("date")))
        if number.isdecimal() and date:
            versions.append((int(number), date))
    if not versions:
        created, updated = (parse_date(plain(metadata.find(n))) for n in ("created", "updated"))
        return created, updated or created, ""
    (_, first), (last, latest) = min(versions), max(versions)
    return first, latest, f"v{last}"


def _authors(element: Element | None) -> list[str]:
    if element is None:
        return []
    if len(element):
        return [name for each in element.findall("author") if (name := _name(each))]
    return names_in(plain(element))


def _name(author: Element) -> str:
    parts = (plain(author.find(name)) for name in ("forenames", "keyname", "suffix"))
    return " ".join(part for part in parts if part)


def names_in(text: str) -> list[str]:
    """The names in arXiv's lists of them, whose affiliations in parentheses may nest."""
    outside: list[str] = []
    depth = 0
    for part in _PARENTHESIS.split(text):
        if part in ("(", ")"):
            depth = max(0, depth + (1 if part == "(" else -1))
        elif not depth:
            outside.append(part)
    parts = _NEXT_NAME.split(" ".join(" ".join(outside).split()))
    return list(_joined(part.strip() for part in parts))


def _joined(parts: Iterable[str]) -> Iterator[str]:
    name = ""
    for part in parts:
        if name and _SUFFIX.fullmatch(part):
            name = f"{name} {part}"
        elif part:
            if name:
                yield name
            name = part
    if name:
        yield name

"""RIS files, read record by record, and those that PubMed and Web of Science write in tags of their
own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..record import Record, Reject
from ..sources import Source
from .medline import MEDLINE_START, read_medline
from .tagged import Place, read_tagged
from .text import Line, sample
from .webofscience import WEB_OF_SCIENCE_START, read_web_of_science

__all__ = ["CATEGORIES", "RIS_START", "read_ris"]

_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9]) {1,2}-(?:\s|$)")
RIS_START = re.compile(r"^TY {1,2}-", re.MULTILINE)
_YEAR = re.compile(r"\d{4}")
CATEGORIES = "Categories: "
"""What the custom field begins with in which Paperkin writes categories: RIS has no field for
them."""
_ABSTRACT = ("AB", "N2")
_PARAGRAPH = "\u2029"
"""Stands between two paragraphs of an abstract while its lines are one for rispy."""


def read_ris(source: Source) -> Iterator[Record | Reject]:
    """Records of a RIS file (TY … ER), each given to rispy by itself.

    A record whose ER is missing ends where the next one starts. A file of PubMed's (.nbib) or of
    Web of Science's (.ciw) is read by its own tags.
    """
    head = sample(source).text
    if WEB_OF_SCIENCE_START.match(head):
        yield from read_web_of_science(source)
        return
    if MEDLINE_START.search(head) and not RIS_START.search(head):
        yield from read_medline(source)
        return
    yield from read_tagged(source, _place, _fields, start="TY")


def _place(line: Line) -> Place:
    tag = _TAG.match(line.text)
    if tag is None:
        return Place.REST
    return {"TY": Place.START, "ER": Place.END}.get(tag[1], Place.OWN)


def _fields(block: list[str]) -> Mapping[str, object]:
    import rispy

    plain: list[str] = []
    parted = " "
    for line in block:
        if tag := _TAG.match(line):
            plain.append(f"{tag[1]}  - {line[tag.end() :]}")
        elif line.strip():
            plain[-1] += f"{parted}{line.strip()}"  # a value goes on until the next tag
        parted = " " if line.strip() or not plain[-1].startswith(_ABSTRACT) else _PARAGRAPH
    parser = rispy.RisParser(delimiter_tags_mapping={})
    found: dict[str, Any] = parser.parse_lines(iter([*plain, "ER  - "]))[0]
    unknown = found.pop("unknown_tag", {})
    fields = {**found, **unknown}
    # A1 and AU are the same to most programs; some write both.
    first = found.get("first_authors", [])
    fields.pop("first_authors", None)
    fields["authors"] = [*first, *(each for each in found.get("authors", ()) if each not in first)]
    for name in ("abstract", "notes_abstract"):
        if name in fields:
            fields[name] = fields[name].replace(_PARAGRAPH, "\n\n")
    if str(fields.get("custom1", "")).startswith(CATEGORIES):
        fields["categories"] = fields.pop("custom1").removeprefix(CATEGORIES)
    for name in ("date", "year", "publication_year"):
        if name in fields:
            fields[name] = fields[name].strip().rstrip("/")
    if not _YEAR.search(fields.get("date", "")):
        fields.pop("date", None)  # a day without its year; PY has the year
    return fields

"""Web of Science's own format (plain text, .txt or .ciw): tags of two letters without a dash."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ..record import Record, Reject
from ..sources import Source
from .tagged import Place, read_tagged
from .text import Line

__all__ = ["WEB_OF_SCIENCE_START", "read_web_of_science"]

WEB_OF_SCIENCE_START = re.compile(
    r"\A\ufeff?\s*(?:FN [^\n]*\n\s*VR \d|PT [A-Z]\r?\n(?:A[UF]|[BC]A|TI) )"
)

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: |$)")
_PLACES = {"PT": Place.START, "ER": Place.END}
_PLACES |= dict.fromkeys(("FN", "VR", "EF"), Place.REST)  # around the records of a file
_ONE = {"TI": "title", "AB": "abstract", "SO": "journal", "DI": "doi", "PM": "pmid"}
_ONE |= {"UT": "accession number", "LA": "language", "CT": "conference"}
_SEMICOLON = re.compile(r";\s*")
_YEAR = re.compile(r"\d{4}")


def read_web_of_science(source: Source) -> Iterator[Record | Reject]:
    """Records of a file (PT … ER) that Web of Science saved. A record whose ER is missing ends
    where the next one starts."""
    return read_tagged(source, _place, _fields, start="PT")


def _place(line: Line) -> Place:
    tag = _TAG.match(line.text.removeprefix("\ufeff"))
    return Place.REST if tag is None else _PLACES.get(tag[1], Place.OWN)


def _fields(block: Iterable[str]) -> Mapping[str, object]:
    values: dict[str, list[str]] = {}
    last: list[str] = []
    for line in block:
        line = line.removeprefix("\ufeff")
        if tag := _TAG.match(line):
            last = values.setdefault(tag[1], [])
            line = line[tag.end() :]
        if line.strip():
            last.append(line.strip())
    fields: dict[str, object] = {
        name: " ".join(values[tag]) for tag, name in _ONE.items() if tag in values
    }
    # Full names before initials, people before groups, authors of chapters before those of books.
    named = (values[tag] for tag in ("AF", "AU", "CA", "BF", "BA") if tag in values)
    fields["authors"] = next(named, None)
    fields["date"] = _date(values)
    fields["keywords"] = _split(values.get("DE", ()))
    fields["categories"] = _split(values.get("WC", ()))
    return fields


def _split(values: Iterable[str]) -> list[str]:
    return [each for each in _SEMICOLON.split(" ".join(values)) if each]


def _date(values: Mapping[str, list[str]]) -> str:
    """ "2020 JUN 15" of a year and a day; what is only online yet has neither, but a month."""
    year, day = (" ".join(values.get(tag, ())) for tag in ("PY", "PD"))
    if not year:
        return " ".join(values.get("EA", ()))
    return year if _YEAR.search(day) else f"{year} {day}".strip()

"""Web of Science's own format (plain text, .txt or .ciw): tags of two letters without a dash."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ..record import Record, Reject, Where
from ..sources import Source
from .fields import record_of
from .text import MAX_RECORD, Line, beginning, lines

__all__ = ["WEB_OF_SCIENCE_START", "read_web_of_science"]

WEB_OF_SCIENCE_START = re.compile(
    r"\A\ufeff?\s*(?:FN [^\n]*\n\s*VR \d|PT [A-Z]\r?\n(?:A[UF]|[BC]A|TI) )"
)

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: |$)")
_AROUND = ("FN", "VR", "EF")
_ONE = {"TI": "title", "AB": "abstract", "SO": "journal", "DI": "doi", "PM": "pmid"}
_ONE |= {"UT": "accession number", "LA": "language", "CT": "conference"}
_SEMICOLON = re.compile(r";\s*")
_YEAR = re.compile(r"\d{4}")


def read_web_of_science(source: Source) -> Iterator[Record | Reject]:
    """Records of a file (PT … ER) that Web of Science saved. A record whose ER is missing ends
    where the next one starts."""
    for count, block in enumerate(_blocks(source), 1):
        where = Where(source.location, block[0].number, count)
        text = "\n".join(line.text for line in block)
        fault = next((line.fault for line in block if line.fault), "")
        if not fault and _tag(block[0]) != "PT":
            fault = "it stands outside of a record: a record starts with PT"
        if not fault and len(text) > MAX_RECORD:
            fault = f"it is longer than {MAX_RECORD >> 20} MiB, the most that one record may have"
        if fault:
            yield Reject(where, fault, beginning(text))
        else:
            yield record_of(where, _fields(line.text for line in block), text)


def _tag(line: Line) -> str:
    tag = _TAG.match(line.text.removeprefix("\ufeff"))
    return tag[1] if tag else ""


def _blocks(source: Source) -> Iterator[list[Line]]:
    """The lines of each record, its ER left out; lines elsewhere only where they have a tag."""
    block: list[Line] = []
    held = 0
    for line in lines(source):
        tag = _tag(line)
        if tag in ("PT", "ER") or (tag in _AROUND and not block):
            if block:
                yield block
            block = [line] if tag == "PT" else []
            held = len(line.text)
        elif block or tag or line.fault:
            held += len(line.text)
            # What is beyond the limit is counted by its first lines; the record is rejected.
            if held <= MAX_RECORD + (1 << 20) or line.fault:
                block.append(line)
    if block and not (len(block) == 1 and _tag(block[0]) == "EF"):
        yield block


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

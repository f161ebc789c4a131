"""RIS files, read record by record, and those that PubMed and Web of Science write in tags of their
own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..record import Record, Reject, Where
from ..sources import Source
from .fields import record_of
from .medline import MEDLINE_START, read_medline
from .text import MAX_RECORD, Line, beginning, lines, sample
from .webofscience import WEB_OF_SCIENCE_START, read_web_of_science

__all__ = ["RIS_START", "read_ris"]

_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9]) {1,2}-(?:\s|$)")
RIS_START = re.compile(r"^TY {1,2}-", re.MULTILINE)
_YEAR = re.compile(r"\d{4}")


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
    for count, block in enumerate(_blocks(source), 1):
        where = Where(source.location, block[0].number, count)
        fault = next((line.fault for line in block if line.fault), "")
        text = "\n".join(line.text for line in block)
        if not fault and not _is_start(block[0]):
            fault = "it stands outside of a record: a record starts with TY"
        if not fault and len(text) > MAX_RECORD:
            fault = f"it is longer than {MAX_RECORD >> 20} MiB, the most that one record may have"
        if fault:
            yield Reject(where, fault, beginning(text))
        else:
            yield record_of(where, _fields([line.text for line in block]), text)


def _is_start(line: Line) -> bool:
    tag = _TAG.match(line.text)
    return tag is not None and tag[1] == "TY"


def _blocks(source: Source) -> Iterator[list[Line]]:
    """The lines of each record, its ER left out; lines elsewhere only where they have a tag."""
    block: list[Line] = []
    held = 0
    for line in lines(source):
        tag = _TAG.match(line.text)
        if tag is not None and tag[1] in ("TY", "ER"):
            if block:
                yield block
            block = [line] if tag[1] == "TY" else []
            held = len(line.text)
        elif block or tag is not None or line.fault:
            held += len(line.text)
            # What is beyond the limit is counted by its first lines; the record is rejected.
            if held <= MAX_RECORD + (1 << 20) or line.fault:
                block.append(line)
    if block:
        yield block


def _fields(block: list[str]) -> Mapping[str, object]:
    import rispy

    plain: list[str] = []
    for line in block:
        if tag := _TAG.match(line):
            plain.append(f"{tag[1]}  - {line[tag.end() :]}")
        elif line.strip():
            plain[-1] += f" {line.strip()}"  # a value goes on until the next tag
    parser = rispy.RisParser(delimiter_tags_mapping={})
    found: dict[str, Any] = parser.parse_lines(iter([*plain, "ER  - "]))[0]
    unknown = found.pop("unknown_tag", {})
    fields = {**found, **unknown}
    # A1 and AU are the same to most programs; some write both.
    authors = [*found.get("first_authors", ()), *found.get("authors", ())]
    fields.pop("first_authors", None)
    fields["authors"] = list(dict.fromkeys(authors))
    for name in ("date", "year", "publication_year"):
        if name in fields:
            fields[name] = fields[name].strip().rstrip("/")
    if not _YEAR.search(fields.get("date", "")):
        fields.pop("date", None)  # a day without its year; PY has the year
    return fields

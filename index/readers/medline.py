"""PubMed's own format (.nbib): RIS's elder sister, with tags of up to four letters."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ..record import Record, Reject, Where
from ..sources import Source
from .fields import record_of
from .text import MAX_RECORD, Line, beginning, lines

__all__ = ["MEDLINE_START", "read_medline"]

MEDLINE_START = re.compile(r"^PMID- \d", re.MULTILINE)

_TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?")
_DOI = re.compile(r"(10\.\S+) \[doi\]")
_ONE = {"TI": "title", "BTI": "booktitle", "DP": "date", "PMC": "pmcid", "PMID": "pmid"}
_ONE |= {"JT": "journal", "LA": "language"}


def read_medline(source: Source) -> Iterator[Record | Reject]:
    """Records of a file that PubMed saved; each starts with its PMID."""
    for count, block in enumerate(_blocks(source), 1):
        where = Where(source.location, block[0].number, count)
        text = "\n".join(line.text for line in block)
        fault = next((line.fault for line in block if line.fault), "")
        if not fault and len(text) > MAX_RECORD:
            fault = f"it is longer than {MAX_RECORD >> 20} MiB, the most that one record may have"
        if fault:
            yield Reject(where, fault, beginning(text))
        else:
            yield record_of(where, _fields(line.text for line in block), text)


def _blocks(source: Source) -> Iterator[list[Line]]:
    block: list[Line] = []
    held = 0
    for line in lines(source):
        if MEDLINE_START.match(line.text.removeprefix("\ufeff")):
            if block:
                yield block
            block, held = [], 0
        elif not block and not line.fault and not line.text.strip():
            continue
        held += len(line.text)
        # What is beyond the limit is counted by its first lines; the record is rejected.
        if held <= MAX_RECORD + (1 << 20) or line.fault:
            block.append(line)
    if block:
        yield block


def _fields(block: Iterable[str]) -> Mapping[str, object]:
    values: dict[str, list[str]] = {}
    last: list[str] = []
    for line in block:
        tag = _TAG.match(line.removeprefix("\ufeff"))
        if tag is not None:
            last = values.setdefault(tag[1], [])
            last.append(line.removeprefix("\ufeff")[tag.end() :].strip())
        elif last and line.strip():
            last[-1] += f" {line.strip()}"  # a value goes on until the next tag
    fields: dict[str, object] = {
        name: values[tag][0] for tag, name in _ONE.items() if tag in values
    }
    fields["abstract"] = "\n".join(values.get("AB", ()))
    fields["authors"] = values.get("FAU") or values.get("AU")
    fields["keywords"] = values.get("OT")
    named = " ".join(values.get("LID", []) + values.get("AID", []))
    if doi := _DOI.search(named):
        fields["doi"] = doi[1]
    return fields

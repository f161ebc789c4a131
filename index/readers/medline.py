"""PubMed's own format (.nbib): RIS's elder sister, with tags of up to four letters."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ..record import Record, Reject
from ..sources import Source
from .europepmc import RETRACTED
from .tagged import Place, read_tagged
from .text import Line

__all__ = ["MEDLINE_START", "read_medline"]

MEDLINE_START = re.compile(r"^PMID- \d", re.MULTILINE)

_TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?")
_DOI = re.compile(r"(10\.\S+) \[doi\]")
_ONE = {"TI": "title", "BTI": "booktitle", "DP": "date", "PMC": "pmcid", "PMID": "pmid"}
_ONE |= {"JT": "journal", "LA": "language", "VI": "volume", "IP": "issue", "PG": "pages"}


def read_medline(source: Source) -> Iterator[Record | Reject]:
    """Records of a file that PubMed saved; each starts with its PMID."""
    return read_tagged(source, _place, _fields)


def _place(line: Line) -> Place:
    if MEDLINE_START.match(line.text.removeprefix("\ufeff")):
        return Place.START
    return Place.OWN if line.text.strip() else Place.REST


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
    # A heading, and what of it: "*Kites/history".
    headings = (each.partition("/")[0].lstrip("*") for each in values.get("MH", ()))
    fields["mesh"] = list(dict.fromkeys(headings))
    kinds = values.get("PT", ())
    fields["type"] = "; ".join(kinds)
    if any(each.lower() == RETRACTED for each in kinds):
        fields["retracted"] = True
    named = " ".join(values.get("LID", []) + values.get("AID", []))
    if doi := _DOI.search(named):
        fields["doi"] = doi[1]
    return fields

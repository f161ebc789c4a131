"""BibTeX and BibLaTeX files, read entry by entry."""

import logging
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..clean import clean_title
from ..record import Record, Reject, Where
from ..sources import Source
from .fields import record_of
from .literal import literal
from .text import MAX_RECORD, TOO_LONG, beginning, lines

__all__ = ["read_bibtex"]

_START = re.compile(r"\s*@\s*([A-Za-z]+)\s*(?:[{(]|$)")
_NEW_ENTRY = re.compile(r"@\s*[A-Za-z]+\s*[{(]")
_MARK = re.compile(r'(?<!\\)[{}()"]')
_CROSSREF = re.compile(r"\bcrossref\s*=\s*[{\"]\s*([^{}\"\s,]+)", re.IGNORECASE)
_KEY = re.compile(r"\s*@\s*[A-Za-z]+\s*[{(]\s*([^\s,{}]+)\s*,")
_AT_LINE_START = re.compile(r"\n\s*@")
_ARXIV = re.compile(r"(?i)\barxiv[:.]\s*(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[a-z]{2})?/\d{7})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CORR = re.compile(r"abs/(\S+)")
_LITERAL = frozenset(
    {"arxiv", "arxivid", "doi", "eprint", "isbn", "issn", "pmc", "pmcid", "pmid", "url"}
)
"""Fields whose values are no text: nothing of LaTeX is meant in them."""
_CLEANED = ("categories", "keywords", "publisher", "series", "school", "institution", "edition")
"""Texts that nothing cleans later, and that are compared and shown with those of other formats."""
_INHERITED = ("year", "date", "month", "publisher", "editor")

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Block:
    """An entry, @string, @comment or @preamble as it stands, and why it cannot be used."""

    line: int
    kind: str
    text: str
    fault: str = ""


def read_bibtex(source: Source) -> Iterator[Record | Reject]:
    """Records of a BibTeX file. LaTeX is left as it stands but in categories, keywords and names of
    publishers, which nothing cleans later; @string macros are put in.

    An entry that cannot be read is a Reject with its line, and the next one is read. An entry
    with a crossref takes the title of the collection, and a missing year, from that entry.
    """
    macros: dict[str, str] = dict(zip(_MONTHS, _MONTHS, strict=True))
    parents = _parents(source)
    count = 0
    for block in _blocks(source):
        if block.kind == "string" and not block.fault:
            macros.update(_macro(block, macros))
        if block.kind in ("string", "comment", "preamble") and not block.fault:
            continue
        count += 1
        where = Where(source.location, block.line, count)
        try:
            kind, fields = _entry(block, macros)
        except ValueError as error:
            yield Reject(where, str(error), beginning(block.text))
            continue
        parent = parents.get(fields.get("crossref", "").lower(), {})
        yield _record(where, kind, fields, parent, block.text)


def _blocks(source: Source) -> Iterator[_Block]:
    open_: _Open | None = None
    for line in lines(source):
        text = line.text
        if open_ is not None and (_NEW_ENTRY.match(text) or line.fault):
            yield open_.block(line.fault or "its closing brace is missing")
            open_ = None
            if line.fault:
                continue
        elif line.fault:
            yield _Block(line.number, "", text, line.fault)
            continue
        while text:
            if open_ is None:
                start = _START.match(text.removeprefix("\ufeff"))
                if start is None:
                    break  # between entries BibTeX takes anything for a comment
                open_ = _Open(line.number, start[1].lower())
            text = open_.take(text)
            if open_.closed:
                yield open_.block("")
                open_ = None
    if open_ is not None:
        yield open_.block("its closing brace is missing")


class _Open:
    """A block whose end has not been seen yet."""

    def __init__(self, line: int, kind: str) -> None:
        self.closed = False
        self._line = line
        self._kind = kind
        self._parts: list[str] = []
        self._size = 0
        self._depth = 0
        self._closing = ""
        self._quoted = False

    def take(self, text: str) -> str:
        """Take a line up to where the block closes, and give back the rest of it."""
        for mark in _MARK.finditer(text):
            character = mark[0]
            if not self._closing:
                if character in "{(":
                    self._closing = "}" if character == "{" else ")"
                    self._depth = 1 if character == "{" else 0
            elif character == '"':
                self._quoted ^= self._depth == 0
            elif character == "{":
                self._depth += 1
            elif character == "}":
                self._depth -= 1
                self.closed = self._closing == "}" and self._depth == 0
            elif character == ")" == self._closing:
                self.closed = self._depth == 0 and not self._quoted
            if self.closed:
                self._keep(text[: mark.end()])
                return text[mark.end() :].lstrip(" \t,")
        self._keep(text + "\n")
        return ""

    def _keep(self, text: str) -> None:
        self._size += len(text)
        if self._size <= MAX_RECORD:
            self._parts.append(text)

    def block(self, fault: str) -> _Block:
        if self._size > MAX_RECORD:
            fault = TOO_LONG
        return _Block(self._line, self._kind, "".join(self._parts), fault)


@cache
def _parser() -> Any:
    """The parser; it would write to the log what is said in a Reject."""
    import bibtexparser

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    return bibtexparser


def _parsed(text: str) -> Any:
    # A line of an abstract that starts with @ would look like the next entry to the parser.
    return _parser().parse_string(_AT_LINE_START.sub(" @", text.strip()), parse_stack=[])


def _macro(block: _Block, macros: Mapping[str, str]) -> Fields:
    return {s.key.lower(): _value(s.value, macros) for s in _parsed(block.text).strings}


def _entry(block: _Block, macros: Mapping[str, str]) -> tuple[str, Fields]:
    """The type of an entry and its fields by lower-case name, the citation key under "key".

    Raises ValueError where it cannot be read.
    """
    if block.fault:
        raise ValueError(block.fault)
    library = _parsed(block.text)
    entries = list(library.entries)
    for failed in library.failed_blocks:
        # A field given twice is no reason to lose an entry: the first counts, as in BibTeX.
        entry = getattr(failed, "ignore_error_block", None)
        if entry is None:
            reason = getattr(failed.error, "abort_reason", None) or str(failed.error)
            raise ValueError(f"it is not BibTeX: {' '.join(reason.split())}")
        entries.append(entry)
    if not entries:
        raise ValueError("it is not BibTeX: no entry is found in it")
    fields: Fields = {}
    for field in entries[0].fields:
        name = field.key.lower()
        value = _value(str(field.value), macros)
        if name not in ("author", "editor"):
            value = _unwrapped(value)
        fields.setdefault(name, literal(value) if name in _LITERAL else value)
    fields["key"] = entries[0].key
    return str(entries[0].entry_type), fields


def _value(raw: str, macros: Mapping[str, str]) -> str:
    """A field's value: its strings without what encloses them, macros put in, # joined."""
    parts: list[str] = []
    at = 0
    while at < len(raw):
        character = raw[at]
        if character in "# \t\r\n":
            at += 1
        elif character in '{"':
            end = _closing(raw, at)
            parts.append(raw[at + 1 : end])
            at = end + 1
        else:
            end = raw.find("#", at)
            word = raw[at : end if end >= 0 else len(raw)].strip()
            parts.append(macros.get(word.lower(), word))
            at = end if end >= 0 else len(raw)
    return "".join(parts)


def _unwrapped(value: str) -> str:
    """A value without braces around the whole of it: "{{10.1/x}}" has two pairs in its file."""
    inner = value.strip()
    while inner.startswith("{") and _closing(inner, 0) == len(inner) - 1:
        inner = inner[1:-1].strip()
        value = inner
    return value


def _closing(raw: str, at: int) -> int:
    depth = 0
    for mark in _MARK.finditer(raw, at):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
        if depth == 0 and mark.start() > at and mark[0] == ("}" if raw[at] == "{" else '"'):
            return mark.start()
    return len(raw)


def _parents(source: Source) -> dict[str, Fields]:
    """The entries that others refer to; they stand after those, so the file is read ahead."""
    wanted = {key.lower() for block in _blocks(source) for key in _CROSSREF.findall(block.text)}
    if not wanted:
        return {}
    macros: dict[str, str] = {}
    parents: dict[str, Fields] = {}
    for block in _blocks(source):
        if block.fault:
            continue
        if block.kind == "string":
            macros.update(_macro(block, macros))
        key = _KEY.match(block.text)
        if key is not None and key[1].lower() in wanted:
            try:
                parents.setdefault(key[1].lower(), _entry(block, macros)[1])
            except ValueError:
                continue  # reported when it is read for itself
    return parents


def _record(where: Where, kind: str, fields: Fields, parent: Fields, text: str) -> Record | Reject:
    values: dict[str, object] = {name: value for name, value in fields.items() if value.strip()}
    if parent:
        values.setdefault("booktitle", parent.get("booktitle") or parent.get("title", ""))
        for name in _INHERITED:
            if parent.get(name):
                values.setdefault(name, parent[name])
    values["authors"] = _people(str(values.pop("author", "")))
    values["published"] = _date(values)
    eprint = str(values.pop("eprint", "")).strip()
    archive = str(values.get("archiveprefix") or values.get("eprinttype") or "")
    if eprint:
        if archive.lower() == "arxiv":
            values["arxiv id"] = eprint
        else:
            values["eprint"] = eprint
    elif "arxiv" not in values:
        corr = _CORR.fullmatch(str(values.get("volume", "")))
        if corr and values.get("journal") == "CoRR":
            values["arxiv id"] = corr[1]
        named = " ".join(str(values.get(name, "")) for name in ("journal", "note", "howpublished"))
        if not corr and (found := _ARXIV.search(named)):
            values["arxiv id"] = found[1]
    for name in _CLEANED:
        if "\\" in str(values.get(name, "")):
            values[name] = clean_title(str(values[name]))
    values["language"] = values.pop("langid", "") or values.get("language", "")
    values["entry_type"] = kind
    return record_of(where, values, text)


def _people(text: str) -> list[str]:
    """Names, separated by "and" outside of braces."""
    inner = _unwrapped(text)
    if inner != text and all(part.count(",") == 1 for part in re.split(r"\sand\s", inner)):
        text = inner  # all of them in braces, and no name of one organisation
    names = [""]
    depth = 0
    for word in text.split():
        if depth == 0 and word.lower() == "and":
            names.append("")
        else:
            names[-1] = f"{names[-1]} {word}".strip()
            depth += word.count("{") - word.count("}")
    return [name for name in names if name and name.lower() != "others"]


def _date(values: Mapping[str, object]) -> str:
    date = str(values.get("date", "")).strip()
    year = str(values.get("year", "")).strip()
    month = str(values.get("month", "")).strip().lower()
    day = str(values.get("day", "")).strip()
    if date or not year or not month:
        return date or year
    if month[:3] in _MONTHS:
        number = _MONTHS.index(month[:3]) + 1
    elif month.isdecimal() and 1 <= int(month) <= 12:
        number = int(month)
    else:
        return year
    exact = day.isdecimal() and 1 <= int(day) <= monthrange(2000, number)[1]
    return f"{year}-{number:02d}-{int(day):02d}" if exact else f"{year}-{number:02d}"

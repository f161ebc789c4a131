"""Tables: CSV and TSV as spreadsheets, databases and reference managers write them."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence

from ..errors import SourceError
from ..formulas import unguarded
from ..record import Record, Reject, Where
from ..sources import Source
from .fields import TITLE_NAMES, holds_paper, record_of, role_of
from .text import MAX_RECORD, Line, beginning, lines

__all__ = ["header_of", "is_preamble", "read_csv", "read_tsv"]

DELIMITERS = ",;\t|"
# How Excel notes the delimiter, and what Dimensions writes above its header.
_PREAMBLE = re.compile(r'\ufeff?"?(?:sep=.|about the data\b)', re.IGNORECASE)
_WEB_OF_SCIENCE = {
    "AB": "abstract",
    "AF": "authors",
    "AU": "author",
    "DE": "keywords",
    "DI": "doi",
    "ID": "keyword",
    "LA": "language",
    "PM": "pmid",
    "PY": "year",
    "SO": "journal",
    "TI": "title",
    "UT": "accession number",
    "WC": "category",
}
"""What its two letters mean: they are names of fields only in the company of each other."""
_GUARDED = frozenset({"ids", "arxiv_id", "extra"})
"""Columns of a table that Paperkin wrote, which guards its cells: elsewhere "'-omics'" is text."""
_ABSENT = frozenset({"", "nan", "NaN", "null", "NULL", "None", "<NA>"})

Row = list[str]


def read_csv(source: Source) -> Iterator[Record | Reject]:
    """Records of a table with a header; the delimiter is found among , ; tab and |.

    Raises SourceError where no column is known for a title.
    """
    return _read(source, DELIMITERS)


def read_tsv(source: Source) -> Iterator[Record | Reject]:
    """Records of a table with a header and tabs between its columns.

    Raises SourceError where no column is known for a title.
    """
    return _read(source, "\t")


def header_of(line: str, delimiters: str = DELIMITERS) -> tuple[str, Row]:
    """The delimiter and the columns of a header line: those that make the most known columns."""
    line = line.replace("\r", " ")  # which csv does not take within a line
    candidates = [
        (mark, _named(next(csv.reader([line], delimiter=mark), []))) for mark in delimiters
    ]
    return max(candidates, key=lambda found: (_known(found[1]), len(found[1])))


def is_preamble(line: str) -> bool:
    """Whether a line above the header is none of the table's."""
    return not line.strip() or _PREAMBLE.match(line) is not None


def _named(columns: Row) -> Row:
    """The columns of a header, those of the Web of Science by what they hold."""
    plain = [column.strip("\ufeff ") for column in columns]
    if not {"PT", "AU", "TI", "SO"} <= set(plain):
        return columns
    return [_WEB_OF_SCIENCE.get(column, column) for column in plain]


def _known(columns: Sequence[str]) -> int:
    return sum(role_of(column) is not None for column in columns)


class _Lines:
    """Lines for csv.reader: counts them, and takes back those that a stray quote swallowed."""

    def __init__(self, source: Source) -> None:
        self._lines = lines(source)
        self._back: deque[Line] = deque()
        self.taken: list[Line] = []
        self._held = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self._held += len(line.text)
        self.taken.append(line)
        if line.fault or self._held > MAX_RECORD:
            raise _Unusable
        return line.text + "\n"

    def start(self) -> None:
        self.taken = []
        self._held = 0

    def give_back(self, count: int) -> None:
        """Take the last `count` lines back, to be read again."""
        self._back.extendleft(reversed(self.taken[len(self.taken) - count :]))


class _Unusable(Exception):
    """Stops csv.reader at a line, or after lines, that cannot be part of a row."""


def _read(source: Source, delimiters: str) -> Iterator[Record | Reject]:
    # The limit is one for the whole process; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    text = _Lines(source)
    header: Row = []
    mark = ""
    count = 0
    while True:
        text.start()
        fault = ""
        row: Row | None = None
        try:
            if not mark:
                mark, header = _header(source, text, delimiters)
                continue
            row = next(csv.reader(text, delimiter=mark))
        except StopIteration:
            return
        except _Unusable:
            fault = text.taken[-1].fault
        except csv.Error as error:
            fault = str(error)
        if not fault and row is not None and (not any(row) or not text.taken):
            continue
        count += 1
        first = text.taken[0]
        if row is None or len(row) != len(header):
            row, fault = _mended(text, row, mark, len(header), fault)
        where = Where(source.location, first.number, count)
        if row is None:
            yield Reject(where, fault, beginning(first.text))
        else:
            yield _record(where, header, row, first.text)


def _header(source: Source, text: _Lines, delimiters: str) -> tuple[str, Row]:
    for line in text:
        if is_preamble(line):
            text.start()
            continue
        mark, header = header_of(line, delimiters)
        break
    else:
        raise SourceError(f"{source.location} has no header: its first line must name columns.")
    header = [column.strip() for column in header]
    if not holds_paper(header, plainly=False, role="title"):
        found = ", ".join(repr(column[:40]) for column in header[:20])
        names = ", ".join(TITLE_NAMES)
        raise SourceError(
            f"{source.location} has no column for a title. Its columns are: {found}. Give the "
            f"title's column one of these names: {names}."
        )
    return mark, header


def _mended(
    text: _Lines, row: Row | None, mark: str, width: int, fault: str
) -> tuple[Row | None, str]:
    """A row again whose first line may have a quote that opens nothing; the rest is read anew."""
    taken = text.taken
    if len(taken) > 1:
        first = taken[0].text.replace("\r", " ")
        alone = next(csv.reader([first], delimiter=mark, quoting=csv.QUOTE_NONE), [])
        if row is not None and len(row) < width and len(alone) != width and _is_quoted(taken, mark):
            return row + [""] * (width - len(row)), ""
        text.give_back(len(taken) - 1)
        if len(alone) == width:
            return alone, ""
        return None, fault or "it opens a quote that is not closed where the row ends"
    if row is None:
        return None, fault
    if len(row) == width + 1 and not row[-1]:
        return row[:-1], ""  # a delimiter at the end of the line
    if len(row) < width:
        return row + [""] * (width - len(row)), ""  # spreadsheets leave out what is empty
    return None, f"it has {len(row)} fields where the header has {width}"


def _is_quoted(taken: Sequence[Line], mark: str) -> bool:
    """Whether the quotes in the lines of one row open and close as they should."""
    rows = csv.reader([line.text + "\n" for line in taken], delimiter=mark, strict=True)
    try:
        return next(rows, None) is not None and next(rows, None) is None
    except csv.Error:
        return False


def _record(where: Where, header: Row, row: Row, text: str) -> Record | Reject:
    fields: dict[str, str] = {}
    guarded = _GUARDED.issubset(header)
    for column, value in zip(header, row, strict=True):
        if column and value.strip() not in _ABSENT and column not in fields:
            fields[column] = unguarded(value) if guarded else value
    return record_of(where, fields, text)

"""Papers as a table (CSV, RFC 4180), for spreadsheets, scripts and the library's own reader."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO

from ..formulas import guarded
from ..paper import Paper
from ..readers.values import categories_of, ids_of, is_absent, names_of
from ..record import Json
from .rows import COLUMNS, row_of

__all__ = ["write_csv"]

_BOM = "\ufeff"
"""Without it, Excel takes UTF-8 for the encoding of the country."""
_READ: dict[str, Callable[[object], Iterable[str]]] = {
    "authors": names_of,
    "categories": categories_of,
    "ids": ids_of,
}


def write_csv(papers: Iterable[Paper]) -> Iterator[str]:
    """A header and one row a paper, every cell in quotes, with a byte order mark.

    Several values of a cell are parted by "; ", or stand as a JSON list where they would not come
    back as they were. What a spreadsheet would run has an apostrophe before it
    (`paperkin.index.formulas`), which the library's own reader takes away.
    """
    yield _BOM + _line(COLUMNS)
    for paper in papers:
        row = row_of(paper)
        yield _line([_cell(name, row[name]) for name in COLUMNS])


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue()


def _cell(name: str, value: Json) -> str:
    if isinstance(value, list):
        return guarded(_several(name, [str(each) for each in value]))
    if isinstance(value, dict):
        return guarded(json.dumps(value, ensure_ascii=False)) if value else ""
    return "" if value is None else guarded(str(value))


def _several(name: str, values: list[str]) -> str:
    joined = "; ".join(values)
    plain = joined.isprintable() and not is_absent(joined)
    same = plain and list(_READ[name](joined)) == values
    return joined if same or not values else json.dumps(values, ensure_ascii=False)

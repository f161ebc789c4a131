"""Bulk search: every paper that a query is true of, a thousand at a time.

A page ends with a token that says after which paper, in which order and of which question the next
one begins. It goes on working when the library changes in between, in this server or in another:
papers that came since are told where they belong, if that is still to come.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.datastructures import QueryParams

from ...index.snapshot import Snapshot, chunks, marks
from ...search.arguments import filters_from
from ...search.boolean import matching
from ...search.library import Library
from .documents import documents
from .fields import BULK, parse
from .papers import citation_count
from .parameters import Keep, Refused, filters_in, keep_in

__all__ = ["bulk_page"]

_PAGE = 1000
_ASKED = (
    "query",
    "sort",
    "year",
    "publicationDateOrYear",
    "venue",
    "fieldsOfStudy",
    "publicationTypes",
    "minCitationCount",
    "openAccessPdf",
)
_LONGEST_TOKEN = 10_000

_Row = tuple[bool, Any, str, int]
"""Of a paper: whether what it is sorted by is unknown, that, its id and its number."""


def bulk_page(library: Library, params: QueryParams) -> dict[str, object]:
    """The page that a request asks for. Raises Refused, QueryError, LibraryError and its kinds."""
    fields = parse(params.get("fields"), BULK, ("paperId", "title"))
    field, descending = _order(params.get("sort"))
    after = _after(params)
    said = filters_in(params)
    filters = filters_from(
        said.get("year"), said.get("published"), said.get("venue"), said.get("category"), None, None
    )
    keep = keep_in(params)
    numbers = matching(library.engine.views, params.get("query", ""), filters)
    with library.store.read() as snapshot:
        rows = list(_rows(snapshot, numbers.tolist(), field, keep))
        ordered = _sorted(rows, descending)
        begin = 0 if after is None else _place(ordered, after, descending)
        page = ordered[begin : begin + _PAGE]
        papers = snapshot.papers(number for *_, number in page)
        data = documents(snapshot, [papers[number] for *_, number in page], fields)
    token = None
    if begin + _PAGE < len(ordered):
        token = _token(params, page[-1])
    return {"total": len(ordered), "token": token, "data": data}


def _rows(
    snapshot: Snapshot, numbers: Sequence[int], field: str, keep: Keep | None
) -> Iterator[_Row]:
    for part in chunks(numbers):
        if keep is None and field != "citationCount":
            query = "SELECT paper, id, published FROM papers WHERE state = 0 AND paper IN ({})"
            said = list(snapshot.rows(query.format(marks(part)), *part))
        else:
            said = [
                (number, paper.id, citation_count(paper) if counted else paper.published)
                for counted in (field == "citationCount",)
                for number, paper in snapshot.papers(part).items()
                if keep is None or keep(paper)
            ]
        for number, id, value in said:
            if field == "paperId":
                yield False, id, id, number
            else:
                yield value == "", value, id, number


def _order(sort: str | None) -> tuple[str, bool]:
    field, _, order = (sort or "paperId").partition(":")
    if field not in ("paperId", "publicationDate", "citationCount") or order not in (
        "",
        "asc",
        "desc",
    ):
        raise Refused(400, f"Unacceptable query params: [sort={sort}]")
    return field, order == "desc"


def _sorted(rows: Sequence[_Row], descending: bool) -> list[_Row]:
    """In order, ties by id; what has nothing to be sorted by comes last either way."""
    ordered = sorted(rows, key=lambda row: row[2])
    ordered.sort(key=lambda row: row[1], reverse=descending)
    ordered.sort(key=lambda row: row[0])
    return ordered


def _place(ordered: Sequence[_Row], after: tuple[bool, Any, str], descending: bool) -> int:
    """The first row behind a place, whether or not a paper is still there."""

    def behind(row: _Row) -> bool:
        if row[0] != after[0]:
            return row[0]
        if row[1] != after[1]:
            return bool(row[1] < after[1]) if descending else bool(row[1] > after[1])
        return row[2] > after[2]

    return next((place for place, row in enumerate(ordered) if behind(row)), len(ordered))


def _question(params: QueryParams) -> str:
    asked = [[name, params.get(name)] for name in _ASKED]
    return hashlib.blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()


def _token(params: QueryParams, last: _Row) -> str:
    said = json.dumps([_question(params), *last[:3]], separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _after(params: QueryParams) -> tuple[bool, Any, str] | None:
    token = params.get("token")
    if not token:
        return None
    try:
        padded = token[:_LONGEST_TOKEN] + "=" * (-len(token[:_LONGEST_TOKEN]) % 4)
        question, unknown, value, id = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, RecursionError):
        raise _wrong(token) from None
    kinds = int if _order(params.get("sort"))[0] == "citationCount" else str
    good = isinstance(unknown, bool) and isinstance(id, str) and isinstance(value, kinds)
    if not good or question != _question(params):
        raise _wrong(token)
    return unknown, value, id


def _wrong(token: str) -> Refused:
    return Refused(400, f"Unacceptable query params: [token={token[:100]}]")

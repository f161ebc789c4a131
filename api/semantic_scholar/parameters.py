"""Parameters and bodies as Semantic Scholar takes them, and how it refuses them.

A parameter that it does not know is passed over, as the service does. A wrong value is an error
with its status and its words, as far as they are known: clients look at them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.requests import Request

from ...index.paper import Paper
from ...index.record import as_text
from ...search.options import FilterOptions
from .papers import categories_of_field, citation_count, open_pdf, publication_types

__all__ = ["Keep", "Refused", "body_of", "filters_in", "ids_in", "keep_in", "page_in", "whole"]

Keep = Callable[[Paper], bool]
"""Whether a paper passes what the library itself has no filter for."""

_YEARS = re.compile(r"[0-9]{4}(?:-(?:[0-9]{4})?)?|-[0-9]{4}")
_DATE = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
_DATES = re.compile(rf"(?:{_DATE})?(?::(?:{_DATE})?)?")
_LONGEST_NUMBER = 9
_FURTHEST = 10_000
"""Of lists that belong to one paper or author: offset and limit together stay below."""


class Refused(Exception):
    """A request that is answered with an error: `status`, and what it says."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _unacceptable(name: str, value: str) -> Refused:
    return Refused(400, f"Unacceptable query params: [{name}={value}]")


def whole(params: QueryParams, name: str, default: int, least: int = 0) -> int:
    """A whole number that a parameter gives. Raises Refused."""
    given = params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal()):
        raise _unacceptable(name, given)
    number = int(given[-_LONGEST_NUMBER:]) if len(given) <= _LONGEST_NUMBER else 10**9
    if number < least:
        raise _unacceptable(name, given)
    return number


def page_in(params: QueryParams, most: int, furthest: int = _FURTHEST) -> tuple[int, int]:
    """The offset and the limit of a page, 100 by default. Raises Refused for a limit over `most`,
    and for both together where they reach `furthest`."""
    offset, limit = whole(params, "offset", 0), whole(params, "limit", 100, 1)
    if limit > most:
        raise Refused(400, f"'limit' must be <= {most}")
    if offset + limit >= furthest:
        raise Refused(400, f"offset + limit must be < {furthest}")
    return offset, limit


def _listed(params: QueryParams, name: str) -> list[str]:
    return [each.strip() for each in params.get(name, "").split(",") if each.strip()]


def filters_in(params: QueryParams) -> FilterOptions:
    """The filters that the library has itself. Raises Refused."""
    found: FilterOptions = {}
    if year := params.get("year", "").strip():
        if not _YEARS.fullmatch(year):
            raise _unacceptable("year", year)
        found["year"] = year
    if dates := params.get("publicationDateOrYear", "").strip():
        if not _DATES.fullmatch(dates):
            raise _unacceptable("publicationDateOrYear", dates)
        if dates != ":":
            found["published"] = dates
    if venues := _listed(params, "venue"):
        found["venue"] = venues
    if fields := _listed(params, "fieldsOfStudy"):
        found["category"] = [name for field in fields for name in categories_of_field(field)]
    return found


def keep_in(params: QueryParams) -> Keep | None:
    """What else papers have to pass; None where nothing else was asked for. Raises Refused."""
    types = {each.lower() for each in _listed(params, "publicationTypes")}
    cited = whole(params, "minCitationCount", 0)
    free = "openAccessPdf" in params
    if not (types or cited or free):
        return None
    return _Wanted(types, cited, free)


@dataclass(frozen=True, slots=True)
class _Wanted:
    types: set[str]
    cited: int
    free: bool

    def __call__(self, paper: Paper) -> bool:
        return (
            (not self.types or any(t.lower() in self.types for t in publication_types(paper) or ()))
            and citation_count(paper) >= self.cited
            and (not self.free or open_pdf(paper) is not None)
        )


async def body_of(request: Request) -> dict[str, object]:
    """The JSON object that a request sends. Raises Refused."""
    try:
        document = await request.json()
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Refused(400, "The body is no JSON object.")
    return document


def ids_in(body: dict[str, object], name: str, most: int, *, needed: bool = True) -> list[str]:
    """A list of ids in a body. Raises Refused where it is none, empty though needed, or too
    long."""
    given = body.get(name)
    if given is None and not needed:
        return []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Refused(400, f"'{name}' must be a list of strings")
    if needed and not given:
        raise Refused(400, f"'{name}' must not be empty")
    if len(given) > most:
        raise Refused(400, f"'{name}' must hold at most {most} ids")
    # JSON can hold halves of characters, which no answer can.
    return [as_text(each) for each in given]

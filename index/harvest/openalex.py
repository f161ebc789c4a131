"""OpenAlex by its API: works by a filter or a search, in pages by cursors
(https://developers.openalex.org/guides/page-through-results)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode

from ..errors import SourceError
from ..readers.fields import record_of
from ..readers.jsontext import decode
from ..readers.openalex import openalex_fields
from ..readers.text import beginning
from ..record import Json, Record, Reject, Where
from .fetch import Answer, Damaged
from .service import Page, TokenRefused, Window, day

__all__ = ["OpenAlex"]

_ADDRESS = "https://api.openalex.org/works"
_INTERVAL = 1.0
_PER_PAGE = "100"
_FIRST = "*"
_OVERLAPS = {
    "published": timedelta(days=90),
    "created": timedelta(days=2),
    "updated": timedelta(days=2),
}
"""Works are known to OpenAlex some time after they were published; the other dates are its own."""
_FILTERS = {
    "published": "from_publication_date",
    "created": "from_created_date",
    "updated": "from_updated_date",
}
_WANTED = (
    "id,ids,doi,title,display_name,publication_date,publication_year,language,type,is_retracted,"
    "primary_location,locations,authorships,abstract_inverted_index,topics,keywords,biblio,"
    "cited_by_count"
)
"""What is read of a work; the whole ones are several times as large."""


@dataclass(frozen=True, slots=True)
class OpenAlex:
    """What is wanted of OpenAlex: the works that a filter and a search find, published on the days
    from `since` to `until`.

    `new_by` says which date tells what is new once all was read: "published" (works of the last 90
    days are asked for again), or "created" or "updated", for which OpenAlex wants a paid key. `key`
    and `mailto` are told to the service alone, and neither kept nor shown.
    """

    filter: str = ""
    search: str = ""
    since: str = ""
    until: str = ""
    new_by: Literal["published", "created", "updated"] = "published"
    mailto: str = ""
    key: str = field(default="", repr=False)
    address: str = _ADDRESS

    def __post_init__(self) -> None:
        since, until = day(self.since, "The first day"), day(self.until, "The last day")
        if since and until and since > until:
            raise SourceError(f"The days run backwards, from {since} until {until}. Swap them.")
        if not (self.filter.strip() or self.search.strip()):
            raise SourceError(
                "OpenAlex has hundreds of millions of works. Give a filter or a search; for all of "
                "it, get its snapshot and build a library from that."
            )

    @property
    def name(self) -> str:
        return "OpenAlex"

    @property
    def format(self) -> str:
        return "json"

    @property
    def interval(self) -> float:
        return _INTERVAL

    @property
    def location(self) -> str:
        asked = {"filter": self.filter.strip(), "search": self.search.strip()}
        return f"{self.address}?{urlencode({name: each for name, each in asked.items() if each})}"

    @property
    def window(self) -> Window:
        return Window(self.since, self.until)

    def news(self, complete: str) -> Window | None:
        since = (date.fromisoformat(complete) - _OVERLAPS[self.new_by]).isoformat()
        if self.new_by != "published":
            return Window(since, self.until)
        since = max(since, self.since)
        return None if self.until and self.until < since else Window(since, self.until)

    def request(self, window: Window, token: str) -> Mapping[str, str]:
        again = window != self.window
        days = {_FILTERS[self.new_by if again else "published"]: window.since}
        if again and self.new_by != "published":
            days["from_publication_date"] = self.since
        days["to_publication_date"] = window.until
        filters = [self.filter.strip(), *(f"{name}:{each}" for name, each in days.items() if each)]
        asked = {
            "filter": ",".join(filter(None, filters)),
            "search": self.search.strip(),
            "select": _WANTED,
            "per_page": _PER_PAGE,
            "cursor": token or _FIRST,
            "mailto": self.mailto,
            "api_key": self.key,
        }
        return {name: value for name, value in asked.items() if value}

    def read(self, answer: Answer, token: str, first: int) -> Page:
        text = answer.body.decode("utf-8", "replace").lstrip("\ufeff")
        if answer.status >= 400:
            self._refuse(answer.status, text, token)
        try:
            page = decode(text)
        except ValueError as error:
            raise Damaged(f"the page cannot be read ({error})") from error
        meta = page.get("meta") if isinstance(page, dict) else None
        works = page.get("results") if isinstance(page, dict) else None
        if not isinstance(meta, dict) or not isinstance(works, list):
            raise Damaged("what came is no list of works")
        following, count = meta.get("next_cursor"), meta.get("count")
        return Page(
            tuple(self._made(each, first + place) for place, each in enumerate(works)),
            # A page without works is the last one, whatever its cursor.
            following if works and isinstance(following, str) else "",
            (),
            count if isinstance(count, int) else None,
            answer.today,
        )

    def _made(self, work: Json, number: int) -> Record | Reject:
        where = Where(self.location, None, number)
        if not isinstance(work, dict):
            return Reject(where, "it is no object", beginning(str(work)))
        return record_of(where, openalex_fields(work), beginning(str(work)))

    def _refuse(self, status: int, text: str, token: str) -> None:
        try:
            answer = decode(text)
        except ValueError:
            answer = None
        said = answer.get("message") or answer.get("error") if isinstance(answer, dict) else text
        reason = " ".join(str(said).split())
        if self.key:
            reason = reason.replace(self.key, "…")
        reason = beginning(reason)
        if token and status in (400, 404, 410, 422) and "cursor" in reason.lower():
            raise TokenRefused(f"{self.address} does not know its own cursor any more ({reason}).")
        todo = "Check the filter and the search."
        if status in (401, 403):
            todo = (
                "Set OPENALEX_API_KEY to a key of yours, which is free at "
                "https://openalex.org/settings/api; asking by created or updated takes a paid one."
            )
        raise SourceError(
            f"{self.address} refuses the request with status {status}: {reason!r}. {todo}"
        )

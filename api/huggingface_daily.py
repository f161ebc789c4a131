"""The papers of a day, a week or a month."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from datetime import datetime as moment

from ..index.errors import QueryError
from ..index.paper import Paper
from ..index.snapshot import Snapshot
from ..index.store import Store
from .huggingface_papers import listed_day, votes

__all__ = ["Daily", "Period", "period_of"]

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_TRENDING = timedelta(days=30)
_LAST_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included, as ISO dates."""

    first: str = ""
    last: str = _LAST_DAY


def period_of(
    day: str | None, week: str | None, month: str | None, today: date | None = None
) -> Period:
    """What a date ("2025-10-29"), a week ("2025-W09") and a month ("2025-02") have in common.

    Raises QueryError for what is none of these, and for a day that is still to come.
    """
    today = today or moment.now(UTC).date()
    first, last = "", _LAST_DAY
    for begin, end in _spans(day, week, month):
        first, last = max(first, begin.isoformat()), min(last, end.isoformat())
        # Somewhere on Earth it may be tomorrow.
        if begin > today + timedelta(days=1):
            raise QueryError(f"{begin} is still to come. Ask for a day until {today}.")
    return Period(first, last)


def _spans(day: str | None, week: str | None, month: str | None) -> Iterator[tuple[date, date]]:
    try:
        if day is not None:
            found = _DATE.fullmatch(day)
            at = date.fromisoformat(found[1]) if found else None
            if at is None:
                raise ValueError
            yield at, at
    except ValueError:
        raise QueryError(f"{day!r} is no date. Write it like 2025-10-29.") from None
    try:
        if week is not None:
            found = _WEEK.fullmatch(week)
            if found is None:
                raise ValueError
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            yield monday, monday + timedelta(days=6)
    except (ValueError, OverflowError):
        raise QueryError(f"{week!r} is no week. Write it like 2025-W09.") from None
    try:
        if month is not None:
            found = _MONTH.fullmatch(month)
            if found is None:
                raise ValueError
            begin = date(int(found[1]), int(found[2]), 1)
            yield begin, (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise QueryError(f"{month!r} is no month. Write it like 2025-02.") from None


@dataclass(frozen=True, slots=True)
class _Listed:
    day: str
    votes: int
    id: str
    number: int


class Daily:
    """The days of a library's papers, in memory; follows what is committed. May be used by many
    threads. A paper's day is that on which its source listed it (`listed_on`), else that of its
    publication, as far as the day is known; a paper without one is on no list."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen = ""
        self._listed: tuple[_Listed, ...] = ()

    def page(
        self, period: Period, *, trending: bool, offset: int, limit: int
    ) -> tuple[list[Paper], int]:
        """Papers of a period and how many it has: the newest first, those of one day by their
        votes; or, `trending`, by their votes. Where the period has no beginning, only papers of the
        last 30 days that the library knows of are trending. Raises LibraryError and its kinds."""
        with self._store.read() as snapshot:
            with self._lock:
                self._follow(snapshot)
                listed = self._listed
            first = period.first
            if trending and not first and listed:
                first = (date.fromisoformat(listed[0].day) - _TRENDING).isoformat()
            found = [each for each in listed if first <= each.day <= period.last]
            if trending:
                found.sort(key=lambda each: -each.votes)
            page = [each.number for each in found[offset : offset + limit]]
            papers = snapshot.papers(page)
        return [papers[number] for number in page], len(found)

    def _follow(self, snapshot: Snapshot) -> None:
        if self._seen == snapshot.commit.token and self._seen:
            return
        rows = snapshot.rows(
            "SELECT paper, id, published, json_extract(data, '$.extra.listed_on'), "
            "json_extract(data, '$.extra.upvotes') FROM papers WHERE state = 0"
        )
        found = []
        for number, id, published, listed, upvotes in rows:
            day = listed_day(listed) or listed_day(published)
            if _exists(day):
                found.append(_Listed(day, votes(upvotes), id, number))
        found.sort(key=lambda each: each.id)
        found.sort(key=lambda each: (each.day, each.votes), reverse=True)
        self._listed, self._seen = tuple(found), snapshot.commit.token


def _exists(day: str) -> bool:
    try:
        return bool(day and date.fromisoformat(day))
    except ValueError:
        return False

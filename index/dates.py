"""Dates as sources write them, turned into ISO dates no more precise than what was written."""

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, date, datetime

__all__ = ["interval", "parse_date", "year_of"]

_EARLIEST = 1000
_YEARS_AHEAD = 5
_LONGEST = 200
"""Characters of a date that are looked at; no source writes longer ones."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))

_EPOCH = re.compile(r"([0-9]{10})(?:[0-9]{3})?(?:\.[0-9]*)?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_FIRST = re.compile(
    r"(?<![0-9])([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?(?![0-9]|[-/.][0-9])"
)
_YEAR_LAST = re.compile(r"(?<![0-9])([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?![0-9])")
_MONTH_YEAR = re.compile(r"(?<![0-9/.-])(0?[1-9]|1[0-2])[-/]([0-9]{4})(?![0-9])")
_ZONE = re.compile(r"(?<=[0-9])\s?[+-][0-9]{4}(?![0-9])")
_CJK = re.compile(r"([0-9]{4})年\s*(?:([0-9]{1,2})月)?\s*(?:([0-9]{1,2})日)?")
_MONTH_NAME = re.compile(rf"(?<![^\W0-9_])({_NAME})(?![^\W0-9_])")
_DAY = re.compile(r"(?<![0-9:.])([0-9]{1,2})(?:st|nd|rd|th)?(?![0-9:]|\.[0-9])")
_YEAR = re.compile(r"(?<![0-9])([0-9]{4})(?![0-9])")


def _iso(year: int, month: int = 0, day: int = 0) -> str:
    if not _EARLIEST <= year <= datetime.now(UTC).year + _YEARS_AHEAD:
        return ""
    if not 1 <= month <= 12:
        return f"{year:04}"
    if not 1 <= day <= monthrange(year, month)[1]:
        return f"{year:04}-{month:02}"
    return f"{year:04}-{month:02}-{day:02}"


def _of_epoch(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return _iso(moment.year, moment.month, moment.day)


def _numeric(text: str) -> str | None:
    if match := _COMPACT.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _iso(year, month, day)
    if match := _EPOCH.fullmatch(text):
        return _of_epoch(int(match[1]))
    if match := _CJK.search(text):
        return _iso(*(int(part or 0) for part in match.groups()))
    if match := _YEAR_FIRST.search(text):
        return _iso(*(int(part or 0) for part in match.groups()))
    if match := _YEAR_LAST.search(text):
        first, second, year = map(int, match.groups())
        if first == second or second > 12:
            return _iso(year, first, second)
        # 03/04/2021 is a day in March here and a day in April there.
        return _iso(year, second, first) if first > 12 else _iso(year)
    if match := _MONTH_YEAR.search(text):
        return _iso(int(match[2]), int(match[1]))
    return None


def parse_date(raw: str) -> str:
    """The date in `raw` as ISO, as precise as is certain: "2021-06-30", "2021-06", "2021" or "".

    Reads ISO dates and timestamps (the day as written, whatever the time zone), month names in
    English, PubMed's and RIS's forms, e-mail dates, and seconds or milliseconds since 1970 (UTC)
    as plain numbers of 10 or 13 digits. Where day and month cannot be told apart, or a range spans
    several months, only the year is returned; a day that its month does not have is left out.
    Years run from 1000 to five years ahead; anything else gives "". Never raises.
    """
    text = unicodedata.normalize("NFKC", raw[:_LONGEST]).strip().lower()
    found = _numeric(text)
    if found is not None:
        return found
    if ":" in text:
        text = _ZONE.sub(" ", text)
    year = _YEAR.search(text)
    if year is None:
        return ""
    names = {_MONTHS[name] for name in _MONTH_NAME.findall(text)}
    if len(names) != 1 or len(set(_YEAR.findall(text))) > 1:
        return _iso(int(year[1]))
    days = {int(day) for day in _DAY.findall(text[: year.start()] + " " + text[year.end() :])}
    return _iso(int(year[1]), names.pop(), days.pop() if len(days) == 1 else 0)


def year_of(iso: str) -> int | None:
    """The year of an ISO date, or None for ""."""
    return int(iso[:4]) if iso else None


def interval(iso: str) -> tuple[str, str]:
    """The first and the last day an ISO date can mean: "2021-06" is 2021-06-01 to 2021-06-30.

    ("", "") for "".
    """
    if not iso:
        return "", ""
    year, month, day = (int(part) for part in (*iso.split("-"), "0", "0")[:3])
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    last = date(year, last_month, day or monthrange(year, last_month)[1])
    return first.isoformat(), last.isoformat()

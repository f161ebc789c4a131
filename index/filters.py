"""Filters on papers, and the papers that pass them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .dates import interval, parse_date
from .errors import QueryError
from .names import fold, name_words
from .snapshot import Snapshot

__all__ = ["Filters", "select"]

_MOST_VALUES = 100
"""Values of one filter, and words of an author: what SQLite takes in one statement has bounds."""
_KNOWN = {"published": "published <> '' AND "}
_ISO = re.compile(r"\d{4}(?:-\d{1,2}){1,2}")
_YEARS = re.compile(r"\s*(?:(\d{4})|(\d{4})?\s*-\s*(\d{4})?)\s*")


@dataclass(frozen=True, slots=True)
class Filters:
    """What an answer may hold. Fields are combined with AND, the values of one field with OR; a
    value that starts with "!" excludes.

    `year`: "2021", "2019-2021", "2019-", "-2021". `published`: the same with dates,
    "2021-03:2021-06-15" (a date known only roughly passes when all of it lies inside).
    `venue`, `category` and `source` match the whole value in any case, "cs.*" any that begins so.
    `author` matches all given words within one name, accents folded.
    """

    year: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.year, self.published, self.venue, self.category, self.author, self.source))


@dataclass(slots=True)
class _Clause:
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    values: dict[str, list[object]] = field(default_factory=lambda: {"in": [], "out": []})

    def add(self, excluded: bool, condition: str, values: Sequence[object]) -> None:
        (self.exclude if excluded else self.include).append(condition)
        self.values["out" if excluded else "in"].extend(values)


def select(snapshot: Snapshot, filters: Filters) -> NDArray[np.int64]:
    """Numbers of the live papers that pass, int64, ascending. Raises QueryError for a value that
    makes no sense."""
    conditions = ["state = 0"]
    parameters: list[object] = []
    for name, condition in (
        ("year", _year),
        ("published", _published),
        ("venue", _term),
        ("category", _term),
        ("author", _term),
        ("source", _term),
    ):
        clause = _Clause()
        given = getattr(filters, name)
        if len(given) > _MOST_VALUES:
            raise QueryError(
                f"The filter {name} has {len(given):,} values; it takes at most {_MOST_VALUES}.",
                name,
            )
        for value in given:
            excluded = value.startswith("!")
            bare = value[1:] if excluded else value
            if not bare.strip():
                raise QueryError(
                    f"The filter {name} is empty. Give a value, or leave it out.", name
                )
            clause.add(excluded, *condition(name, bare))
        if clause.include:
            conditions.append("(" + " OR ".join(clause.include) + ")")
            parameters += clause.values["in"]
        # What has no year or date fails these filters, an excluding one too: it might be the one.
        conditions += [_KNOWN.get(name, "") + f"NOT {each}" for each in clause.exclude]
        parameters += clause.values["out"]
    query = f"SELECT paper FROM papers WHERE {' AND '.join(conditions)} ORDER BY paper"
    return snapshot.numbers(query, *parameters)


def _year(name: str, value: str) -> tuple[str, list[object]]:
    match = _YEARS.fullmatch(value)
    only, first, last = match.groups() if match else (None, None, None)
    if not (only or first or last):
        raise QueryError(
            f"{value!r} is no year or range of years. Write 2021, 2019-2021, 2019- or -2021.", name
        )
    low, high = int(only or first or 0), int(only or last or 9999)
    if low > high:
        raise QueryError(f"The years {value!r} run backwards. Write {high}-{low}.", name)
    return "(year BETWEEN ? AND ?)", [low, high]


def _published(name: str, value: str) -> tuple[str, list[object]]:
    first, colon, last = value.partition(":")
    low, high = parse_date(first), parse_date(last if colon else first)
    wrong = (
        (first.strip() and not low)
        or (colon and last.strip() and not high)
        or any(_impossible(each) for each in (first, last))
    )
    if wrong or not (low or high):
        raise QueryError(
            f"{value!r} is no date or range of dates. Write 2021-06-30, 2021-03:2021-06, 2021-03: "
            "or :2021-06.",
            name,
        )
    start = interval(low)[0] if low else "0000"
    end = _padded(interval(high)[1]) if high else "9999-12-31"
    if start > end:
        raise QueryError(f"The dates {value!r} run backwards. Write the earlier one first.", name)
    # "2021" stands for its whole year: the first day is compared with the start, the last with
    # the end.
    return (
        "(published <> '' AND published || substr('-01-01', length(published) - 3) >= ? "
        "AND published || substr('-12-31', length(published) - 3) <= ?)",
        [start, end],
    )


def _impossible(given: str) -> bool:
    """Whether a date has a month or a day that there is none of: a source's would be cut short."""
    match = _ISO.fullmatch(given.strip())
    return bool(match) and parse_date(given).count("-") < given.count("-")


def _padded(last: str) -> str:
    # Rough dates are padded with the 31st below, whatever the month; so is the end of a month.
    return f"{last[:7]}-31" if interval(last[:7])[1] == last else last


def _term(kind: str, value: str) -> tuple[str, list[object]]:
    if kind == "author":
        words = name_words(value)
        if not 0 < len(words) <= _MOST_VALUES:
            raise QueryError(
                f"The author {value!r} holds no name, or too long a one. Give some words of it.",
                kind,
            )
        both = " INTERSECT ".join(["SELECT term FROM term_words WHERE word = ?"] * len(words))
        terms, values = both, list[object](words)
    elif value.endswith("*"):
        start = fold(value[:-1])
        terms = "SELECT term FROM terms WHERE kind = ? AND substr(value, 1, ?) = ?"
        values = [kind, len(start), start]
    else:
        terms, values = "SELECT term FROM terms WHERE kind = ? AND value = ?", [kind, fold(value)]
    return f"paper IN (SELECT paper FROM paper_terms WHERE term IN ({terms}))", values

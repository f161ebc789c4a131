"""Which papers pass a filter."""

from pathlib import Path

import pytest

import paperkin
from paperkin.index.errors import QueryError
from paperkin.index.filters import Filters, select
from paperkin.search.library import Library
from small import write_papers


def passing(library: Library, **fields: tuple[str, ...]) -> set[str]:
    with library.store.read() as snapshot:
        numbers = select(snapshot, Filters(**fields))
        return {paper.title.split()[0] for paper in snapshot.papers(numbers).values()}


EVERY = {"Bread", "Wild", "Salt", "Letting", "Why", "Sleep", "Hearing", "A"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, EVERY),
        ({"year": ("2021",)}, {"Bread", "Sleep"}),
        ({"year": ("2019-2020",)}, {"Wild", "Salt"}),
        ({"year": ("2021-",)}, {"Bread", "Sleep", "Letting"}),
        ({"year": ("-2019",)}, {"Wild", "Why"}),
        ({"year": ("2017", "2022")}, {"Why", "Letting"}),
        ({"year": ("!2021",)}, {"Wild", "Salt", "Letting", "Why"}),
        ({"year": ("2019-", "!2021")}, {"Wild", "Salt", "Letting"}),
        ({"published": ("2020-07",)}, {"Salt"}),
        ({"published": ("2020-06-15:2020-07-31",)}, {"Salt"}),
        ({"published": ("2020-07-02:2020-07-31",)}, set()),
        ({"published": ("2020-01:2021-06",)}, {"Salt", "Bread"}),
        ({"published": ("2021:2021",)}, {"Bread", "Sleep"}),
        ({"published": ("2021-01-05:",)}, {"Letting"}),
        ({"published": (":2019-12-31",)}, {"Wild", "Why"}),
        ({"published": ("!2021",)}, {"Wild", "Salt", "Letting", "Why"}),
        ({"venue": ("coasts",)}, {"Salt", "Letting"}),
        ({"venue": ("coast",)}, set()),
        ({"venue": ("!Coasts",)}, EVERY - {"Salt", "Letting"}),
        ({"category": ("PSYCH",)}, {"Bread", "Why", "Sleep"}),
        ({"category": ("food.*",)}, {"Bread", "Wild"}),
        ({"category": ("FOOD.*",)}, {"Bread", "Wild"}),
        ({"category": ("psych", "!food.*")}, {"Why", "Sleep"}),
        ({"category": ("psych",), "year": ("2021",)}, {"Bread", "Sleep"}),
        ({"author": ("reed",)}, {"Salt", "Letting"}),
        ({"author": ("wei zhang",)}, {"Wild"}),
        ({"author": ("Zhang",)}, {"Wild", "Letting", "Why"}),
        ({"author": ("Cyril Og",)}, {"Wild"}),
        ({"author": ("ost",)}, {"Sleep"}),
        ({"author": ("reed", "hall")}, {"Salt", "Letting", "Hearing"}),
        ({"author": ("!reed",)}, EVERY - {"Salt", "Letting"}),
        ({"source": ("PAPERS.jsonl",)}, EVERY),
        ({"source": ("other",)}, set()),
        ({"venue": ("psych",)}, set()),
        ({"venue": ("food.*",)}, set()),
        ({"venue": ("coasts",) * 100}, {"Salt", "Letting"}),
    ],
)
def test_filters(
    small_library: Library, fields: dict[str, tuple[str, ...]], expected: set[str]
) -> None:
    assert passing(small_library, **fields) == expected


def test_a_month_passes_up_to_its_last_day_however_long_it_is(tmp_path: Path) -> None:
    months = [
        {"title": f"Tides of {word}", "published": f"2021-{month}"}
        for month, word in (("02", "February"), ("04", "April"), ("05", "May"))
    ]
    source = write_papers(tmp_path / "months.jsonl", months)
    with paperkin.build(tmp_path / "library", source) as library:
        for published, count in (
            (":2021-02-28", 1),
            (":2021-02-27", 0),
            ("2021-02:2021-04-30", 2),
            ("2021-02:2021-04-29", 1),
            ("2021-04:2021-05-31", 2),
            ("2021-04-02:", 1),
        ):
            assert library.search("tides", published=published).total == count


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"year": ("2021-2019",)}, "backwards"),
        ({"year": ("soon",)}, "no year"),
        ({"year": ("",)}, "empty"),
        ({"published": ("2021-06:2020",)}, "backwards"),
        ({"published": ("yesterday",)}, "no date"),
        ({"published": ("2020-13",)}, "no date"),
        ({"published": ("2020-02:2020-02-30",)}, "no date"),
        ({"author": ("!",)}, "empty"),
        ({"author": ("?!",)}, "no name"),
        ({"author": ("word " * 600,)}, "too long"),
        ({"venue": ("x",) * 101}, "at most 100"),
        ({"year": ("20192021",)}, "no year"),
        ({"year": ("19-21",)}, "no year"),
    ],
)
def test_a_filter_that_makes_no_sense_says_so(
    small_library: Library, fields: dict[str, tuple[str, ...]], said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        passing(small_library, **fields)

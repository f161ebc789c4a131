"""Queries that are true or false of a paper."""

import pytest

from paperkin.index.filters import Filters
from paperkin.search.boolean import matching
from paperkin.search.library import Library

MARSHES = {"Salt marshes slow the waves of storms", "Letting the tide back in"}
YEAST = "Wild yeast in sourdough starters"
DOUGH = "Bread dough judged by hand"


def found(library: Library, query: str, **filters: tuple[str, ...]) -> set[str]:
    numbers = matching(library.engine.views, query, Filters(**filters))
    with library.store.read() as snapshot:
        return {paper.title for paper in snapshot.papers(numbers.tolist()).values()}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("marsh", MARSHES),
        ("marsh storm", {"Salt marshes slow the waves of storms"}),
        ("marsh + storm", {"Salt marshes slow the waves of storms"}),
        ("marsh -storm", {"Letting the tide back in"}),
        ("marsh + -storm", {"Letting the tide back in"}),
        ("marsh -(storm | nowhere)", {"Letting the tide back in"}),
        ("yeast | dough", {YEAST, DOUGH}),
        ("(yeast | dough) bacteria", {YEAST}),
        ("yeast | dough bacteria", {YEAST}),
        ('"wild yeast"', {YEAST}),
        ('"yeast wild"', set()),
        ('"wild sourdough"', set()),
        ('"wild sourdough"~2', {YEAST}),
        ("-marsh -yeast sourdough", set()),
        ("sourd*", {YEAST}),
        ("sourduogh~", {YEAST}),
        ("sourduough~1", {YEAST}),
        ("sourduogh~0", set()),
        ("((yeast", {YEAST}),
        ("yeast))", {YEAST}),
        ("yeast |", {YEAST}),
        ("sourdough-starters", {YEAST}),
        ("| + ( ~ *", set()),
    ],
)
def test_operators(small_library: Library, query: str, titles: set[str]) -> None:
    assert found(small_library, query) == titles


def test_an_empty_query_is_true_of_all_and_filters_hold(small_library: Library) -> None:
    assert len(found(small_library, "")) == len(small_library) == 8
    assert found(small_library, "marsh", year=("2022",)) == {"Letting the tide back in"}
    assert found(small_library, "-marsh", venue=("Coasts",)) == set()


def test_no_text_is_too_wild(small_library: Library) -> None:
    for query in ("(" * 5000 + "yeast", "yeast " * 5000, '"' * 999, "\0\ud800", "a*" * 300):
        matching(small_library.engine.views, query, Filters())

"""Answers whose first papers come in groups."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import paperkin
from paperkin.index.errors import QueryError
from paperkin.index.paper import Paper
from paperkin.search.groups import Group, _apart, _of_years, groups_remark
from paperkin.search.library import Library
from small import write_papers

_PLACES = ("Ribe", "Husum", "Sylt", "Texel", "Emden", "Leer", "Jever", "Aurich", "Norden", "Esens")
_TOPICS = {
    "old": "Salt marshes of {} take the force out of storm waves before they reach the dike.",
    "new": "Sourdough starters of {} hold wild yeast, which makes the loaf rise and taste sour.",
}


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Ten papers on marshes, from around 1990, and ten on bread, from around 2020."""
    folder = tmp_path_factory.mktemp("coast")
    papers = [
        {
            "id": f"{age}-{number}",
            "title": f"{place} {'dikes' if age == 'old' else 'loaves'}",
            "abstract": text.format(place),
            "published": str((1990 if age == "old" else 2020) + number % 2),
            "venue": "Coasts" if age == "old" else "Kitchens",
        }
        for age, text in _TOPICS.items()
        for number, place in enumerate(_PLACES)
    ]
    with paperkin.build(
        folder / "library", write_papers(folder / "papers.jsonl", papers)
    ) as library:
        yield library


def _named(groups: tuple[Group, ...] | None) -> dict[str, Group]:
    assert groups is not None
    return {group.label: group for group in groups}


def _venues(library: Library, group: Group) -> set[str]:
    return {library[id].venue for id in group.ids}


def test_a_search_tells_the_kinds_of_papers_it_found(coast: Library) -> None:
    hits = coast.search("bread and the sea", groups=True)
    assert hits.groups is not None
    bread, marsh = sorted(hits.groups, key=lambda each: sorted(_venues(coast, each)), reverse=True)
    assert (_venues(coast, bread), _venues(coast, marsh)) == ({"Kitchens"}, {"Coasts"})
    assert (bread.size, marsh.size) == (10, 10)
    assert bread.years == (2020, 2021)
    assert "sourdough starters" in (bread.label.lower(), *bread.keywords)
    assert "salt marshes" in (marsh.label.lower(), *marsh.keywords)
    assert "(in all 10 papers, in none of the 10 others)" in bread.sentence
    assert "Of its papers 10 have the venue “Kitchens”, of the others none." in bread.sentence
    assert bread.sentence.endswith(
        "It is newer: the middle year of its papers is 2020, of the others 1990."
    )
    assert "It is older" in marsh.sentence


def test_groups_are_in_the_order_of_the_answer(coast: Library) -> None:
    whole = coast.search("bread and the sea", k=20, groups=True)
    places = {hit.id: hit.rank for hit in whole}
    assert whole.groups is not None
    for group in whole.groups:
        assert list(group.ids) == sorted(group.ids, key=places.__getitem__)
        assert [(hit.rank, hit.id) for hit in group.best] == [
            (places[id], id) for id in group.ids[:3]
        ]
    firsts = [group.best[0].rank for group in whole.groups]
    assert firsts == sorted(firsts)
    assert firsts[0] == 1


@pytest.mark.parametrize(
    "settings", [{}, {"mode": "semantic"}, {"mode": "keyword"}, {"diversity": 0.6}]
)
def test_groups_change_nothing_else(coast: Library, settings: dict[str, object]) -> None:
    for offset in (0, 3):
        plain = coast.search("bread loaves and dikes", 4, offset=offset, **settings)  # type: ignore[arg-type]
        grouped = coast.search("bread loaves and dikes", 4, offset=offset, groups=True, **settings)  # type: ignore[arg-type]
        assert plain.groups is None
        assert "groups" not in plain.as_dict()
        assert {**grouped.as_dict(), "groups": 0} == {**plain.as_dict(), "groups": 0}


def test_every_page_tells_the_same_groups(coast: Library) -> None:
    first = coast.search("sour bread", 2, groups=True).groups
    assert first
    assert coast.search("sour bread", 2, offset=6, groups=True).groups == first


def test_related_papers_come_in_groups(coast: Library) -> None:
    hits = coast.related("old-3", 3, groups=True)
    groups = _named(hits.groups)
    assert sorted(len(group.ids) for group in groups.values()) == [9, 10]
    assert all(coast["old-3"].id not in group.ids for group in groups.values())
    assert _venues(coast, next(iter(groups.values()))) == {"Coasts"}
    assert [hit.id for hit in hits] == [hit.id for hit in coast.related("old-3", 3)]


def test_filters_hold_in_groups(coast: Library) -> None:
    hits = coast.search("bread and the sea", year="-2000", groups=True)
    for group in hits.groups or ():
        assert _venues(coast, group) == {"Coasts"}
    # A list by date, which no question ranks.
    listed = coast.search("venue:Kitchens", groups=True)
    assert listed.groups is not None
    for group in listed.groups:
        assert _venues(coast, group) == {"Kitchens"}


@pytest.mark.parametrize(
    ("year", "remark"),
    [
        ("1800", "No paper passes the filters."),
        ("1990", "The answer has 5 papers: groups are made of 8 or more."),
    ],
)
def test_too_few_papers_have_no_groups(coast: Library, year: str, remark: str) -> None:
    hits = coast.search("salt marshes", year=year, groups=True)
    assert hits.groups == ()
    assert (hits.remark or "").endswith(remark)


def test_equal_papers_do_not_fall_into_groups(tmp_path: Path) -> None:
    text = "Copper kettles boil water in the kitchens of the coast."
    papers = [{"id": f"k{n}", "title": f"Kettle {n}", "abstract": text} for n in range(20)]
    with paperkin.build(
        tmp_path / "library", write_papers(tmp_path / "p.jsonl", papers)
    ) as library:
        hits = library.search("kettles", groups=True)
        assert hits.total > 8
        assert hits.groups == ()
        assert "do not fall into groups" in (hits.remark or "")


def test_groups_are_asked_for_by_true_or_false(coast: Library) -> None:
    with pytest.raises(QueryError, match="groups is True or False, not 'no'"):
        coast.search("bread", groups="no")  # type: ignore[arg-type]


def test_groups_of_a_larger_answer_are_of_its_first_papers(demo_library: Library) -> None:
    hits = demo_library.search("how things change", k=100, groups=True)
    first = {hit.id for hit in hits}
    groups = _named(hits.groups)
    members = [id for group in groups.values() for id in group.ids]
    assert len(hits.groups or ()) == len(groups) >= 2
    assert len(members) == len(set(members))
    assert set(members) <= first
    places = {hit.id: hit.rank for hit in hits}
    assert 90 < max(places[id] for id in members) <= 100
    assert hits.groups == demo_library.search("how things change", groups=True).groups


def test_sentences_say_what_sets_a_group_apart(demo_library: Library) -> None:
    said = re.compile(
        r"“[^”]+” \(in (?:all (\d+)|(\d+) of its (\d+)) papers, "
        r"in (none|\d+) of the (\d+) others\)"
    )
    parts, several = 0, 0
    for query in ("how things change", "stars", "what people learn"):
        for group in demo_library.search(query, groups=True).groups or ():
            found = said.search(group.sentence)
            if found is None:
                continue
            whole, part, of, outside, others = found.groups()
            assert int(whole or of) == group.size
            assert int(others) == 100 - group.size
            inside = int(whole or part)
            elsewhere = 0 if outside == "none" else int(outside)
            assert 2 <= inside <= group.size
            assert inside / group.size >= 1.5 * elsewhere / int(others)
            parts += whole is None
            several += group.sentence.count("” (") > 1
    assert parts
    assert several


@pytest.mark.parametrize(
    ("total", "remark"),
    [
        (0, None),
        (1, "The answer has one paper: groups are made of 8 or more."),
        (7, "The answer has 7 papers: groups are made of 8 or more."),
        (8, "The first papers of the answer do not fall into groups."),
    ],
)
def test_who_asked_for_groups_is_told_why_there_are_none(total: int, remark: str | None) -> None:
    assert groups_remark((), total) == remark


def test_what_stands_in_one_paper_or_hardly_more_often_sets_no_group_apart() -> None:
    assert _apart(2, 10, 0, 90)
    assert not _apart(1, 3, 0, 97)
    assert not _apart(2, 14, 0, 86)
    assert _apart(3, 10, 18, 90)
    assert not _apart(3, 10, 19, 90)


def test_years_tell_groups_apart_only_where_most_papers_have_one() -> None:
    def dated(*years: int | None) -> list[Paper]:
        return [Paper(f"pk:{n}", "T", year=year) for n, year in enumerate(years)]

    old = dated(*[1990] * 9, None)
    assert "newer" in _of_years(dated(*[1994] * 4, None), old)
    assert _of_years(dated(*[1994] * 3, None, None), old) == ""
    assert _of_years(dated(*[1993] * 5), old) == ""
    assert "older" in _of_years(dated(*[1980] * 5), old)
    assert _of_years(dated(*[1994] * 5), dated(*[1990] * 7, None, None, None)) == ""
    assert _of_years(dated(1994), []) == ""

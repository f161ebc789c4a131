"""Answers: order, pages, filters and modes, on a small library."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paperkin
from paperkin.index.errors import QueryError, UnknownPaper
from paperkin.search.library import Library
from paperkin.search.question import Mode
from small import PAPERS, write_papers


def ids(hits: paperkin.Hits) -> list[str]:
    return [hit.id for hit in hits]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("why does my loaf taste acidic", "Wild yeast in sourdough starters"),
        (
            "wetland grasses break the surge before it hits land",
            "Salt marshes slow the waves of storms",
        ),
        ("are antique instruments better", "Why old violins are hard to tell from new ones"),
        ("memory consolidation at night", "Sleep settles what was learned by day"),
        ("acoustic emission damage detection", "Hearing cracks in steel bridges"),
        ("rain protection", "A short history of the umbrella"),
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_meaning_finds_the_paper_without_its_words(
    small_library: Library, query: str, title: str, mode: Mode
) -> None:
    hits = small_library.search(query, mode=mode)
    assert hits[0].title == title
    assert hits.total == len(hits) == 8
    assert [hit.rank for hit in hits] == list(range(1, 9))
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_hybrid_scores_weigh_cosines_and_words(small_library: Library) -> None:
    for query in ("storms", "the violins of Zhang baked bread", "quasar"):
        by = {
            mode: {hit.id: hit.score for hit in small_library.search(query, mode=mode)}
            for mode in ("hybrid", "semantic", "keyword")
        }
        most = max(by["keyword"].values(), default=1.0)
        nearest = max(by["semantic"].values())
        assert by["hybrid"] == pytest.approx(
            {
                paper: 0.8 * (cosine + 1) / (nearest + 1) + 0.2 * by["keyword"].get(paper, 0) / most
                for paper, cosine in by["semantic"].items()
            },
            abs=2e-6,
        )


@pytest.mark.parametrize("beside", [False, True], ids=["published", "beside"])
def test_a_paper_found_by_its_words_alone_has_its_cosine_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    """The best two papers are found also where only the first two of either kind are looked at."""
    files = [
        write_papers(tmp_path / "most.jsonl", PAPERS[:6]),
        write_papers(tmp_path / "rest.jsonl", PAPERS[6:]),
    ]
    query = "remembering at night after practice, sensors glued"
    with paperkin.build(tmp_path / "library", files[:1] if beside else files) as library:
        if beside:
            library.add(files[1])
        expected = library.search(query, 2)
        bridge = library["bridge-1"].id
        assert bridge in ids(expected)
        assert bridge not in ids(library.search(query, 2, mode="semantic"))
        monkeypatch.setattr("paperkin.search.scoring.POOL", 2)
        monkeypatch.setattr("paperkin.search.arrangement.ARRANGED", 2)
        found = library.search(query, 2, explain=True)
        assert ids(found) == ids(expected)
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected])
        assert all(hit.why is not None and hit.why.parts["meaning"] > 0.5 for hit in found)


def test_equal_scores_are_ordered_by_id(tmp_path: Path) -> None:
    # One source each, so that they are numbered in another order than that of their ids.
    sources = [
        write_papers(tmp_path / f"{n}.jsonl", [{"title": f"Marsh number {n}"}]) for n in range(12)
    ]
    with paperkin.build(tmp_path / "library", sources) as library:
        every = sorted(paper.id for paper in library)
        assert every != [paper.id for paper in library]
        assert ids(library.search("marsh", mode="keyword", k=12)) == every
        assert ids(library.search("marsh", mode="keyword", k=3, offset=4)) == every[4:7]


def test_keyword_mode_answers_only_papers_that_hold_a_word(small_library: Library) -> None:
    hits = small_library.search("the violins of Zhang baked bread", mode="keyword")
    assert [hit.title.split()[0] for hit in hits] == ["Bread", "Why"]
    assert hits.total == 2
    assert small_library.search("quasar", mode="keyword").total == 0


def test_words_are_stemmed_and_accents_folded(small_library: Library) -> None:
    (hit,) = small_library.search("breách the fàrmlands", mode="keyword", k=1)
    assert hit.title == "Letting the tide back in"


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
def test_papers_that_are_left_out_are_not_there(small_library: Library, mode: Mode) -> None:
    query = "storms at the coast, and the marshes"
    whole = small_library.search(query, mode=mode)
    without = small_library.search(query, mode=mode, without=["marsh-1", "arXiv:2101.00001"])
    gone = {small_library["marsh-1"].id, "arXiv:2101.00001"}
    assert gone & set(ids(whole))
    assert ids(without) == [each for each in ids(whole) if each not in gone]
    assert without.total == len(without)
    with pytest.raises(UnknownPaper):
        small_library.search(query, without="nobody")


def test_pages_continue_each_other(small_library: Library) -> None:
    for mode in ("hybrid", "semantic", "keyword"):
        whole = small_library.search("what storms and dikes do to the shore", 8, mode=mode)
        pages = []
        offset: int | None = 0
        while offset is not None:
            page = small_library.search(
                "what storms and dikes do to the shore", 3, offset=offset, mode=mode
            )
            pages += [(hit.rank, hit.id, hit.score) for hit in page]
            offset = page.next
        assert pages == [(hit.rank, hit.id, hit.score) for hit in whole]


def test_filters_fill_the_page_and_count(small_library: Library) -> None:
    hits = small_library.search("bread", 2, category="psych")
    assert hits.total == 3
    assert len(hits) == 2
    assert hits.next == 2
    assert hits[0].title == "Bread dough judged by hand"
    assert {hit.title.split()[0] for hit in small_library.search("x", category="psych")} == {
        "Bread",
        "Why",
        "Sleep",
    }
    # The words stand in others; these stay outside.
    others = small_library.search("storms violins crack steel", category="psych")
    assert len(others) == others.total == 3
    none = small_library.search("bread", venue="Nowhere")
    assert (len(none), none.total, none.next) == (0, 0, None)
    words = small_library.search("dough storms marsh", mode="keyword", venue="Coasts")
    assert words.total == 2


def test_the_same_query_gives_the_same_answer(small_library: Library) -> None:
    first = small_library.search("storms")
    with paperkin.open(small_library.path) as again:
        assert again.search("storms").as_dict() == first.as_dict()


def test_related_leaves_the_asked_papers_out(small_library: Library) -> None:
    hits = small_library.related("arXiv:2101.00001")
    assert hits[0].title == "Wild yeast in sourdough starters"
    assert "arXiv:2101.00001" not in ids(hits)
    assert hits.total == 7
    both = small_library.related(["marsh-1", "10.1000/yeast.2"], k=3)
    assert not set(ids(both)) & set(both.ids or ())
    assert [hit.title.split()[0] for hit in both[:2]] == ["Letting", "Bread"]
    # What both are near to, in the middle between their vectors.
    with small_library.store.read() as snapshot:
        numbers = [snapshot.number_of(each) for each in ("marsh-1", "10.1000/yeast.2")]
        one, two = snapshot.vectors(np.array(numbers), snapshot.model).astype(float)
        live = snapshot.live()
        cosines = snapshot.vectors(live, snapshot.model).astype(float) @ (one + two)
        cosines /= np.linalg.norm(one + two)
    explained = small_library.related(["marsh-1", "10.1000/yeast.2"], 8, explain=True)
    best = max(cosines[~np.isin(live, numbers)])
    with small_library.store.read() as snapshot:
        for hit in explained:
            (own,) = cosines[live == snapshot.number_of(hit.id)]
            assert hit.why is not None
            assert hit.why.parts["meaning"] == pytest.approx(0.8 * (own + 1) / (best + 1), abs=1e-3)
    old = small_library.related("marsh-1", year="-2019")
    assert {hit.paper.year for hit in old} == {2019, 2017}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"query": "  "}, "empty"),
        ({"query": "x", "k": 0}, "at least one"),
        ({"query": "x", "k": -1}, "at least one"),
        ({"query": "x", "k": 10**9}, "10,000"),
        ({"query": "x", "offset": -5}, "negative"),
        ({"query": "x", "offset": 9_999}, "10,000"),
        ({"query": "x", "mode": "magic"}, "no mode"),
    ],
)
def test_what_makes_no_sense_is_refused(
    small_library: Library, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        small_library.search(**arguments)  # type: ignore[arg-type]


def test_an_answer_ends_at_the_ten_thousandth_place(small_library: Library) -> None:
    last = small_library.search("dough", 1, offset=9_999)
    assert (len(last), last.total, last.next) == (0, 8, None)
    hits = tuple(small_library.search("dough", 2))
    assert paperkin.Hits(hits, 20_000, 9_996, "hybrid").next == 9_998
    assert paperkin.Hits(hits, 20_000, 9_998, "hybrid").next is None


def test_only_papers_can_be_said_to_fit_badly(small_library: Library) -> None:
    nothing = small_library.search("goalkeepers at penalty kicks")
    assert nothing.verdict == "nothing"
    assert (nothing.remark or "").startswith("Nothing here matches the query.")
    none = small_library.search("dough", year="1800")
    assert (none.verdict, none.remark) == ("nothing", "No paper passes the filters.")


def test_ids_of_papers_are_in_the_library(small_library: Library) -> None:
    assert "arxiv:2101.00001v2" in small_library
    assert "nobody" not in small_library
    assert 5 not in small_library


def test_numbers_of_numpy_are_numbers(small_library: Library) -> None:
    plain = small_library.search("dough", 3, offset=2, diversity=0.5)
    same = small_library.search("dough", np.int64(3), offset=np.int64(2), diversity=np.float32(0.5))
    assert same.as_dict() == plain.as_dict()
    assert json.loads(json.dumps(same.as_dict())) == plain.as_dict()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"query": None}, "The query is a text, not None"),
        ({"query": b"dough"}, "The query is a text"),
        ({"k": 2.5}, r"The number of hits k is a whole number, not 2\.5"),
        ({"k": "10"}, "whole number, not '10'"),
        ({"k": True}, "whole number, not True"),
        ({"k": float("nan")}, "whole number, not nan"),
        ({"offset": None}, "The offset is a whole number, not None"),
        ({"year": 20.5}, r"A filter cannot be 20\.5"),
        ({"without": None}, "None is no id of a paper"),
        ({"without": [5]}, "5 is no id of a paper"),
        ({"explain": "maybe"}, "explain is True or False, not 'maybe'"),
        ({"explain": None}, "explain is True or False, not None"),
        ({"exact": "no"}, "exact is True or False, not 'no'"),
        ({"author": True}, "A filter cannot be True"),
    ],
)
def test_arguments_of_another_type_are_refused(
    small_library: Library, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(QueryError, match=reason):
        small_library.search(**{"query": "dough", **arguments})


def test_what_is_no_id_has_no_related_papers(small_library: Library) -> None:
    for ids in (None, 5, ["sleep-1", None]):
        with pytest.raises(QueryError, match="is no id of a paper"):
            small_library.related(ids)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="whole number"):
        small_library.related("sleep-1", 1.5)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="exact is True or False, not 'yes'"):
        small_library.related("sleep-1", exact="yes")  # type: ignore[arg-type]
    assert len(small_library.related("sleep-1", 1, exact=np.True_))  # type: ignore[arg-type]


def test_unknown_ids_are_named(small_library: Library) -> None:
    with pytest.raises(UnknownPaper, match="nothing-here"):
        small_library.related(["nothing-here"])
    with pytest.raises(QueryError, match="No paper"):
        small_library.related([])


@pytest.mark.parametrize("query", ["the of and", "?!…", "🍞", "面包怎么做", '"', "a" * 100_000])
def test_strange_queries_are_answered(small_library: Library, query: str) -> None:
    assert len(small_library.search(query, 3)) == 3


def test_hits_are_a_sequence_and_a_table(small_library: Library) -> None:
    hits = small_library.search("bread", 4)
    assert [hit.id for hit in hits[1:3]] == ids(hits)[1:3]
    frame = hits.to_pandas()
    assert list(frame["id"]) == ids(hits)
    assert hits.as_dict()["query"] == "bread"
    assert hits[0].as_dict()["confidence"] == hits[0].confidence

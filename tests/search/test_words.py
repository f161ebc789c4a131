"""Conditions, ids, titles, acronyms and misspellings: which papers come, which comes first."""

import json
import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kettles import MODES, every, ids

from paperkin.index.analysis import query_terms, terms
from paperkin.index.demo import demonstration
from paperkin.index.errors import QueryError
from paperkin.index.names import fold_words, name_words
from paperkin.index.paper import Paper
from paperkin.search import hybrid
from paperkin.search.acronyms import Synonyms, synonyms
from paperkin.search.library import Library
from paperkin.search.page import first_places
from paperkin.search.semantic import POOL, nearest


@pytest.fixture
def library(kettles_library: Library) -> Library:
    return kettles_library


@pytest.fixture
def behind(kettles_behind: Library) -> Library:
    return kettles_behind


def holds(text: str, phrase: str) -> bool:
    """Whether analysed words stand side by side, by plain comparison."""
    return f" {' '.join(terms(phrase, 'en'))} " in f" {' '.join(terms(text, 'en'))} "


def meets(paper: Paper, field: str, text: str) -> bool:
    """A condition of a query, computed from the paper alone."""
    if field == "author":
        return any(set(name_words(text)) <= set(name_words(name)) for name in paper.authors)
    if field == "venue":
        return f" {fold_words(text)} " in f" {fold_words(paper.venue)} "
    parts = {"title": [paper.title], "abstract": [paper.abstract]}
    return any(holds(each, text) for each in parts.get(field, [paper.title, paper.abstract]))


def some_words(papers: list[Paper], draw: random.Random, field: str) -> str:
    paper = draw.choice(papers)
    said = {"title": paper.title, "author": draw.choice(paper.authors or ("nobody",))}
    said["venue"] = paper.venue or "nowhere"
    words = re.findall(r"[^\W_]+", said.get(field, paper.abstract))
    start = draw.randrange(len(words))
    return " ".join(words[start : start + draw.choice((1, 1, 2, 3))])


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 10**9))
def test_what_is_answered_is_what_meets_the_conditions(
    library: Library, behind: Library, seed: int
) -> None:
    draw = random.Random(seed)
    papers = list(library)
    query, wanted = [], papers
    for _ in range(draw.choice((1, 1, 2, 3))):
        field = draw.choice(("", "title", "abstract", "author", "venue"))
        text = some_words(papers, draw, field)
        out = draw.random() < 0.4
        query.append("-" * out + f"{field}:" * bool(field) + f'"{text}"')
        wanted = [paper for paper in wanted if meets(paper, field, text) != out]
    if draw.random() < 0.5:
        query.insert(draw.randrange(len(query) + 1), "water and the time")
    year = draw.choice((None, "2010-", "-2015"))
    if year:
        low, high = (2010, 9999) if year == "2010-" else (0, 2015)
        wanted = [paper for paper in wanted if low <= (paper.year or -1) <= high]
    expected = {paper.id for paper in wanted}
    for lib in (library, behind):
        for mode in ("hybrid", "semantic", "keyword"):
            hits = every(lib, " ".join(query), mode, **({"year": year} if year else {}))
            found = ids(hits)
            assert len(set(found)) == len(found) == hits.total
            if mode == "keyword" and (text := " ".join(query)) and set(found) != expected:
                # Papers that pass, but hold no word of the text.
                assert set(found) < expected
                ranked = query_terms(plain_words(text), "en")
                for paper in wanted:
                    has = set(ranked) & set(terms(f"{paper.title} {paper.abstract}", "en"))
                    assert bool(has) == (paper.id in found)
            else:
                assert set(found) == expected


def plain_words(query: str) -> str:
    """The words of a query that stand outside of exclusions and fields."""
    return re.sub(r'-?(?:\w+:)"[^"]*"|-"[^"]*"', " ", query)


def test_a_phrase_is_neither_its_words_nor_across_title_and_abstract(library: Library) -> None:
    assert ids(every(library, '"thermal expansion valve"', "hybrid"))[0] in {
        library[f"short-{n}"].id for n in (1, 2, 3)
    }
    assert every(library, '"thermal expansion valve"', "hybrid").total == 3
    # "… whistle" ends the title and "A thermal …" begins the abstract.
    assert every(library, '"whistle a thermal"', "hybrid").total == 0
    assert every(library, 'title:"valves in old" -abstract:worn', "keyword").total == 0
    assert ids(every(library, "title:kettle -title:whistle", "semantic")) == [library["short-2"].id]


def test_without_words_to_rank_by_the_newest_come_first(library: Library) -> None:
    for mode in MODES:
        hits = every(library, 'abstract:txv -"nothing like it"', mode)
        assert [hit.paper.published[:4] for hit in hits] == ["2023", "2021", "2020"]
        assert (hits.total, hits.next) == (3, None)
        page = library.search("abstract:txv", 2, offset=1, mode=mode)  # type: ignore[arg-type]
        assert (ids(page), page.next) == (ids(hits)[1:3], None)
        assert [hit.rank for hit in page] == [2, 3]
    undated = ids(every(library, "-tea", "hybrid"))[-1]
    assert library[undated].published == ""
    assert every(library, "title:tea", "hybrid", author="quill").total == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "query",
    [
        "https://doi.org/10.5555/KETTLE",
        "10.5555/kettle",
        "doi: 10.5555/kettle",
        " DOI:10.5555/kettle ",
    ],
)
def test_an_id_finds_its_paper_first(library: Library, query: str, mode: str) -> None:
    hits = every(library, query, mode)
    assert hits[0].title == "Steam at altitude"
    assert hits[0].score > hits[1].score
    if mode != "keyword":
        if mode == "hybrid":
            assert ids(hits)[1:] == ids(library.related("10.5555/kettle", 200))
        assert hits.total == len(library)


def test_ids_as_they_are_copied(library: Library) -> None:
    for query in (
        "2003.00007",
        "arXiv:2003.00007v2 [cs.CL] 5 Mar 2020",
        "https://arxiv.org/pdf/2003.00007v1",
        library["twin-1"].id,
    ):
        assert library.search(query, 1)[0].id == library[query.split(" ")[0]].id
    passing = library.search("2003.00007", 3, year="2015-")
    assert library["2003.00007"].id not in ids(passing)
    assert all((hit.paper.year or 0) >= 2015 for hit in passing)
    # In a sentence, an id is words.
    hits = library.search("kettles that boil, as in arXiv:2003.00007", 3)
    assert hits[0].title != "A spoon"
    assert len(hits) == 3
    assert len(library.search("10.5555/nobody", 3)) == 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "query",
    ["naive tea: a study", "Naïve Tea: A Study.", '\\textbf{Na{\\"\\i}ve} tea -- a {S}tudy'],
)
def test_papers_of_the_title_come_first(library: Library, query: str, mode: str) -> None:
    hits = every(library, query, mode)
    assert set(ids(hits)[:2]) == {library["twin-1"].id, library["twin-2"].id}
    assert hits[1].score > hits[2].score
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert ids(every(library, query, mode, author="zoe quill")) == [library["twin-2"].id]


def test_a_title_comes_first_whatever_the_scores_say(
    library: Library, behind: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lib in (library, behind):
        for paper in list(lib)[::7]:
            for mode in MODES:
                first = every(lib, paper.title.upper() + ".", mode)[0]
                assert fold_words(first.title) == fold_words(paper.title)
    # Also where the paper is not among those that were scored at all.
    monkeypatch.setattr("paperkin.search.scoring.POOL", 1)
    hits = library.search("Naive tea: a study", 5)
    assert set(ids(hits)[:2]) == {library["twin-1"].id, library["twin-2"].id}
    assert len(set(ids(hits))) == 5


def test_ordinary_queries_are_answered_as_the_methods_answer_them(library: Library) -> None:
    """The query's own words and vector, nothing added and nothing changed, but for those few that
    name what papers have an acronym for."""
    engine = library.engine
    asked = [
        json.loads(line)["text"]
        for line in (demonstration() / "queries.jsonl").read_text("utf-8").splitlines()
    ]
    with engine._views.current() as (snapshot, view):
        lexicon = view.lexicon
        asked = [each for each in asked if synonyms(each, "en", lexicon) == Synonyms({}, {})]
        assert len(asked) > 100
        misspelled = set()
        for query in asked:
            words = dict(query_terms(query, "en"))
            found = view.keyword.search(
                words, POOL, live=len(view.live), stale=view.stale, pending=view.pending
            )
            vector = engine._encoding.query(query, view)
            closest = nearest(view, vector, POOL)
            ranking = hybrid.combine(view, snapshot, vector, closest, found[:2])
            hits = library.search(query, 10)
            if hits.corrected is not None:
                misspelled.add(query)
                continue
            rows = first_places(snapshot, ranking.numbers, ranking.scores, 10)
            named = snapshot.ids_of(ranking.numbers[rows])
            best = zip(ranking.numbers[rows].tolist(), ranking.scores[rows], strict=True)
            assert [(hit.id, hit.score) for hit in hits] == [(named[n], score) for n, score in best]
            _, scores, total = view.keyword.search(
                words, 10, live=150, stale=view.stale, pending=view.pending, count=True
            )
            found_by_words = library.search(query, 10, mode="keyword")
            assert [hit.score for hit in found_by_words] == scores[:10].tolist()
            assert found_by_words.total == total
            near = closest[1][:5].tolist()
            assert [hit.score for hit in library.search(query, 5, mode="semantic")] == near
    assert misspelled == set()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "query",
    [
        "the of and",
        "?!… -- ::",
        "🍞 -🍞",
        "面包怎么做",
        "хлеб и вода",
        '"unbalanced',
        'a " b " " c',
        "colour:red",
        "title:",
        "x" * 100_000,
        "word " * 20_000,
        "-" * 100_000,
        '"a" ' * 25_000,
        "(LSTM) " * 10_000,
        "\x00\ud800",
    ],
)
def test_strange_queries_have_an_answer(library: Library, query: str, mode: str) -> None:
    hits = library.search(query, 3, mode=mode)  # type: ignore[arg-type]
    if mode != "keyword":
        assert len(hits) == 3
    assert hits.total <= len(library)


def test_what_cannot_be_asked_is_refused(library: Library) -> None:
    for query in ("", "  ", "\n"):
        with pytest.raises(QueryError, match="empty"):
            library.search(query)
    for k in (0, -1, 10**9):
        with pytest.raises(QueryError):
            library.search("-survey", k)

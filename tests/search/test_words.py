"""Conditions, ids, titles, acronyms and misspellings: which papers come, which comes first."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paperkin
from paperkin.index import keyword_files
from paperkin.index.analysis import query_terms, terms
from paperkin.index.demo import demonstration
from paperkin.index.errors import QueryError
from paperkin.index.names import fold_words, name_words
from paperkin.index.paper import Paper
from paperkin.search import hybrid
from paperkin.search.acronyms import Synonyms, synonyms
from paperkin.search.hits import Hits
from paperkin.search.library import Library
from paperkin.search.rank import cut_page
from paperkin.search.semantic import POOL, nearest
from paperkin.search.spelling import distance

MODES = ("hybrid", "semantic", "keyword")

MORE = [
    {
        "id": "short-1",
        "title": "Kettles that whistle",
        "abstract": "A thermal expansion valve (TXV) opens when the kettle boils.",
        "published": "2020-01-01",
    },
    {
        "id": "short-2",
        "title": "Valves in old kettles",
        "abstract": "We open sixty of them. TXV (thermal expansion valve) parts were worn in most.",
        "published": "2021-01-01",
    },
    {
        "id": "short-3",
        "title": "On lukewarm tea",
        "abstract": "Every thermal expansion valve closes too early, and copper ones close first.",
        "published": "2022-01-01",
    },
    {
        "id": "short-4",
        "title": "A pot of one's own",
        "abstract": "Tin, enamel and clay. Where the TXV sticks, a spoon helps.",
        "published": "2023-01-01",
    },
    {
        "id": "short-5",
        "title": "Two meanings, one of them here",
        "abstract": "A movable image thing (MIT) is no mild iron tube (MIT), as everybody knows.",
    },
    {
        "id": "short-6",
        "title": "The movable image thing in print",
        "abstract": "It moves. Valve makers call it something else, and expansion is thermal.",
    },
    {"id": "twin-1", "title": "Naïve tea: a study", "abstract": "Of leaves, water and patience."},
    {
        "id": "twin-2",
        "title": "NAIVE TEA -- A STUDY",
        "abstract": "Cats and gravel. No one in it speaks of the matter that the name promises.",
        "authors": ["Zoe Quill"],
        "published": "1999",
    },
    {
        "id": "10.5555/kettle",
        "title": "Steam at altitude",
        "abstract": "Water boils early on a mountain, and tea brewed there tastes of hurry.",
    },
    {"id": "arXiv:2003.00007", "title": "A spoon", "abstract": "Stirring, clockwise and not."},
]


def written(folder: Path) -> Path:
    """The demonstration papers and MORE, as one file."""
    lines = (demonstration() / "papers.jsonl").read_text("utf-8").splitlines()
    path = folder / "papers.jsonl"
    path.write_text("\n".join([*lines, *map(json.dumps, MORE)]) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("words")
    with paperkin.build(folder / "library", written(folder)) as library:
        yield library


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The same library, with every third paper not in its indexes yet."""
    folder = tmp_path_factory.mktemp("behind")
    with paperkin.build(folder / "library", written(folder)) as library:
        with library.store.lock, library.store.write() as connection:
            connection.execute(
                "INSERT INTO commits SELECT max(seq) + 1, 'x', '', 'test', 0 FROM commits"
            )
            connection.execute(
                "UPDATE papers SET seq = (SELECT max(seq) FROM commits) WHERE paper % 3 = 0"
            )
        yield library


def ids(hits: Hits) -> list[str]:
    return [hit.id for hit in hits]


def every(library: Library, query: str, mode: str, **filters: str) -> Hits:
    return library.search(query, 200, mode=mode, **filters)  # type: ignore[arg-type]


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
        nearest_papers = library.related("10.5555/kettle", 200)
        assert ids(hits)[1:] == ids(nearest_papers)
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
    # An id in a sentence, and one that no paper has, are words.
    for query in ("kettles that boil, as in arXiv:2003.00007", "10.5555/nobody"):
        hits = library.search(query, 3, mode="hybrid")
        assert hits[0].title != "A spoon"
        assert len(hits) == 3


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


def test_an_acronym_finds_what_it_stands_for(library: Library) -> None:
    four = {library[f"short-{n}"].id for n in (1, 2, 3, 4)}
    for query in ("TXV", "txv", "TXVs"):
        assert set(ids(every(library, query, "keyword"))) == four
    # The words of the query count more than what they stand for.
    assert ids(every(library, "TXV", "keyword"))[-1] == library["short-3"].id
    hits = every(library, "thermal expansion valve", "keyword")
    assert library["short-4"].id in ids(hits)
    assert library["short-4"].id not in ids(every(library, "thermal valve", "keyword"))


def test_an_acronym_of_two_meanings_finds_neither(library: Library) -> None:
    assert ids(every(library, "MIT", "keyword")) == [library["short-5"].id]


def test_definitions_go_with_their_papers(tmp_path: Path) -> None:
    with paperkin.build(tmp_path / "library", written(tmp_path)) as library:
        assert len(every(library, "TXV", "keyword")) == 4
        library.remove(["short-1", "short-2"])
        assert ids(every(library, "TXV", "keyword")) == [library["short-4"].id]
        assert library.search("wistle", mode="keyword").corrected is None
        with library.store.lock:
            keyword_files.catch_up(library.store, anew=True)
        assert ids(every(library, "TXV", "keyword")) == [library["short-4"].id]
        assert library.search("wistle", mode="keyword").corrected is None


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
            page = cut_page(snapshot, ranking.numbers, ranking.scores, 10, 0)
            named = snapshot.ids_of(number for number, _ in page)
            assert [(hit.id, hit.score) for hit in hits] == [(named[n], score) for n, score in page]
            _, scores, total = view.keyword.search(
                words, 10, live=150, stale=view.stale, pending=view.pending, count=True
            )
            found_by_words = library.search(query, 10, mode="keyword")
            assert [hit.score for hit in found_by_words] == scores[:10].tolist()
            assert found_by_words.total == total
            near = closest[1][:5].tolist()
            assert [hit.score for hit in library.search(query, 5, mode="semantic")] == near
    assert misspelled == set()


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("sourdugh", None),
        ("lukewrm tea", "lukewarm tea"),
        ("Kettels that wistle", "Kettles that whistle"),
        ("thremal expansoin valve", "thermal expansion valve"),
        ('"lukewrm tea"', None),
        ("title:lukewrm", None),
        ('-"tin pot" lukewrm', '-"tin pot" lukewarm'),
        ("enamle2 enam_le e/enamle x.enamle ENAMLE", None),
        ("elephant umbrella guitar", None),
        ("面包怎么做", None),
    ],
)
def test_unknown_words_are_matched_to_those_of_the_papers(
    library: Library, query: str, corrected: str | None
) -> None:
    for mode in MODES:
        hits = every(library, query, mode)
        assert hits.corrected == corrected
        assert hits.query == query
        if corrected:
            meant = every(library, corrected, mode)
            assert [(hit.id, hit.score) for hit in hits] == [(h.id, h.score) for h in meant]
            assert hits.total == meant.total


def test_a_name_is_no_misspelling(library: Library) -> None:
    # An author is called Quill; no text has the word.
    assert every(library, "quill", "keyword").corrected is None


def test_a_rare_word_is_only_questioned(tmp_path: Path) -> None:
    papers = [
        {"title": f"Lukewarm kettle {n}", "abstract": f"Of lukewarm tea in cup {n}."}
        for n in range(60)
    ]
    papers.append({"title": "A typing mistake", "abstract": "Tea stays lukwarm in it."})
    (tmp_path / "p.json").write_text(json.dumps(papers), "utf-8")
    with paperkin.build(tmp_path / "library", tmp_path / "p.json") as library:
        hits = library.search("lukwarm tea", mode="keyword")
        assert (hits.corrected, hits.suggestion) == (None, "lukewarm tea")
        assert hits[0].title == "A typing mistake"
        assert library.search("lukewarm tea").suggestion is None
        hits = library.search("lukwarrm tea")
        assert hits.corrected == "lukewarm tea"


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [("", "ab", 2), ("abc", "abc", 0), ("abcd", "acbd", 1), ("abc", "ca", 3), ("kitten", "sit", 4)],
)
def test_distance(a: str, b: str, apart: int) -> None:
    assert distance(a, b) == distance(b, a) == apart


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


def test_the_definitions_in_the_index_do_not_depend_on_how_it_came_there(
    library: Library, tmp_path: Path
) -> None:
    lines = written(tmp_path).read_text("utf-8").splitlines()
    (tmp_path / "one.jsonl").write_text("\n".join(lines[:145]), "utf-8")
    with paperkin.build(tmp_path / "library", tmp_path / "one.jsonl") as other:
        other.add(tmp_path / "papers.jsonl")
        for query in ("TXV", "thermal expansion valve", "MIT"):
            assert set(ids(every(other, query, "keyword"))) == set(
                ids(every(library, query, "keyword"))
            )
    assert np.all(np.diff([hit.score for hit in every(library, "TXV", "keyword")]) <= 0)

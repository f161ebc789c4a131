"""Acronyms and misspelled words of a query, by what the papers of the library say."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from kettles import MODES, every, ids, written

import paperkin
from paperkin.index import keyword_files
from paperkin.search.acronyms import Synonyms, synonyms
from paperkin.search.library import Library
from paperkin.search.spelling import distance
from paperkin.search.view import Views


@pytest.fixture
def library(kettles_library: Library) -> Library:
    return kettles_library


def test_an_acronym_finds_what_it_stands_for(library: Library) -> None:
    four = {library[f"short-{n}"].id for n in (1, 2, 3, 4)}
    for query in ("TXV", "txv", "TXVs"):
        assert set(ids(every(library, query, "keyword"))) == four
    # The words of the query count more than what they stand for.
    assert ids(every(library, "TXV", "keyword"))[-1] == library["short-3"].id
    hits = every(library, "thermal expansion valve", "keyword")
    assert library["short-4"].id in ids(hits)
    assert library["short-4"].id not in ids(every(library, "thermal valve", "keyword"))


def test_a_query_that_says_both_needs_no_synonym(library: Library) -> None:
    with Views(library.store).current() as (_, view):
        both = synonyms("a TXV is a thermal expansion valve", "en", view.lexicon)
        assert both == Synonyms({}, {})
        one = synonyms("a TXV", "en", view.lexicon)
        assert one == Synonyms({}, {("thermal", "expans", "valv"): 0.3})


def test_an_acronym_of_two_meanings_finds_neither(library: Library) -> None:
    assert ids(every(library, "MIT", "keyword")) == [library["short-5"].id]


def test_an_acronym_that_is_mostly_another_word_is_one_in_capitals_only(tmp_path: Path) -> None:
    papers = [{"title": f"Town {n}", "abstract": f"A map of town {n}."} for n in range(30)]
    papers.append({"title": "Guesses", "abstract": "The maximum a posteriori (MAP) guess."})
    papers.append({"title": "Priors", "abstract": "Maximum a posteriori guesses are good."})
    (tmp_path / "p.json").write_text(json.dumps(papers), "utf-8")
    with paperkin.build(tmp_path / "library", tmp_path / "p.json") as library:
        assert "Priors" not in {hit.title for hit in library.search("map", 40, mode="keyword")}
        assert "Priors" in {hit.title for hit in library.search("MAP", 40, mode="keyword")}


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


def test_a_name_is_no_misspelling(tmp_path: Path) -> None:
    papers = [
        {"id": "one", "title": "Kettles that whistle", "abstract": "Steam, and the sound of it."},
        {"id": "two", "title": "Tea", "authors": ["Ann Kettels"], "venue": "Annals of Wistling"},
    ]
    (tmp_path / "p.json").write_text(json.dumps([papers[0], {"title": "Whistling"}]), "utf-8")
    (tmp_path / "q.json").write_text(json.dumps(papers[1:]), "utf-8")
    meant = {"kettels": "kettles", "wistling": "whistling"}
    with paperkin.build(tmp_path / "library", tmp_path / "p.json") as library:
        for word, other in meant.items():
            assert library.search(word, mode="keyword").corrected == other
        # An author, and a word of a venue; no text has them.
        library.add(tmp_path / "q.json")
        for word in meant:
            assert library.search(word, mode="keyword").corrected is None
        library.remove("two")
        for word, other in meant.items():
            assert library.search(word, mode="keyword").corrected == other


def test_capitals_are_kept_in_a_correction_and_of_one_word_are_an_acronym(
    library: Library,
) -> None:
    assert library.search("LUKEWRM TEA", mode="keyword").corrected == "LUKEWARM TEA"
    assert library.search("Lukewrm tea", mode="keyword").corrected == "Lukewarm tea"
    assert library.search("LUKEWRM tea", mode="keyword").corrected is None


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


DEPTH = [
    {"title": f"Molecular kettles {n}", "abstract": f"Range of a molecular lid, and of model {n}."}
    for n in range(30)
] + [
    {"title": f"Depth of pot {n}", "abstract": f"An image of the depth, estimated by pot {n}."}
    for n in range(30)
]


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "p.json").write_text(json.dumps(DEPTH), "utf-8")
    with paperkin.build(folder / "library", folder / "p.json") as library:
        yield library


@pytest.mark.parametrize(
    "query",
    [
        "monocular depth of an image",  # not molecular, two letters away
        "Runge-Kutta kettles",  # not Range-Kutta
        "depth by an image of Runge",
    ],
)
def test_a_word_that_may_be_right_stays(foreign: Library, query: str) -> None:
    assert foreign.search(query, mode="keyword").corrected is None


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("moleculra kettles", "molecular kettles"),
        ("molecular ketles", "molecular kettles"),
        ("molecqlar kettles", "molecular kettles"),
        ("estimatde depht", "estimated depth"),
    ],
)
def test_what_is_no_word_is_corrected(foreign: Library, query: str, corrected: str) -> None:
    assert foreign.search(query, mode="keyword").corrected == corrected


def test_of_words_as_near_the_one_that_begins_so_and_is_frequent_is_meant(tmp_path: Path) -> None:
    said = {"battle": 3, "beetle": 2, "deaths": 5, "earths": 1}
    papers = [
        {"title": f"{word} {n}", "abstract": f"{word}, {n} times."}
        for word, many in said.items()
        for n in range(many)
    ]
    (tmp_path / "p.json").write_text(json.dumps(papers), "utf-8")
    with paperkin.build(tmp_path / "library", tmp_path / "p.json") as library:
        assert library.search("bettle", mode="keyword").corrected == "battle"
        assert library.search("eaths", mode="keyword").corrected == "earths"


@pytest.mark.parametrize(("many", "suggestion"), [(49, None), (50, "lukewarm tea")])
def test_what_is_meant_instead_is_fifty_times_as_frequent(
    tmp_path: Path, many: int, suggestion: str | None
) -> None:
    papers = [{"title": f"Lukewarm {n}", "abstract": f"Cup {n}."} for n in range(many)]
    papers.append({"title": "Lukwarm", "abstract": "A typing mistake."})
    (tmp_path / "p.json").write_text(json.dumps(papers), "utf-8")
    with paperkin.build(tmp_path / "library", tmp_path / "p.json") as library:
        assert library.search("lukwarm tea", mode="keyword").suggestion == suggestion


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [("", "ab", 2), ("abc", "abc", 0), ("abcd", "acbd", 1), ("abc", "ca", 3), ("kitten", "sit", 4)],
)
def test_distance(a: str, b: str, apart: int) -> None:
    assert distance(a, b) == distance(b, a) == apart


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

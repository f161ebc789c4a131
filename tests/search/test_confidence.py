"""How sure answers are: of their papers, and of there being one."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paperkin
from paperkin.index.demo import demonstration
from paperkin.search import confidence
from paperkin.search.calibration import Calibration
from paperkin.search.evaluate import evaluate
from paperkin.search.judgements import read_collection, read_qrels, read_queries
from paperkin.search.library import Library
from paperkin.search.question import Mode, Question
from paperkin.search.view import View
from small import PAPERS, write_papers

MODES: tuple[Mode, ...] = ("hybrid", "semantic", "keyword")
ELSEWHERE = (
    "compactification of heterotic strings on orbifolds",
    "quarterly dividends of container shipping companies",
    "goalkeeper positioning at penalty kicks in handball",
    "lubrication of marine diesel crankshafts",
    "crochet patterns for baby blankets",
    "how to file a visa application for a student exchange",
    "firmware update bricks my wireless printer",
    "stain removal for suede shoes",
    "best opening against the Sicilian in blitz chess",
    "tuning a carburettor on a two-stroke moped",
    "celebrity wedding photographs from last summer",
    "cheap flights to Lisbon in March",
)
"""Queries that none of the demonstration papers is about."""


@pytest.fixture(scope="module")
def demo(demo_library: Library) -> Library:
    return demo_library


@pytest.fixture(scope="module")
def asked() -> list[str]:
    lines = (demonstration() / "queries.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def told_apart(own: list[paperkin.Hits], foreign: list[paperkin.Hits]) -> Calibration:
    sure = [hits.confidence or 0.0 for hits in [*own, *foreign]]
    return Calibration(sure, [True] * len(own) + [False] * len(foreign))


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_what_no_paper_is_about_is_told_from_what_one_is(
    demo: Library, asked: list[str], mode: Mode
) -> None:
    own = [demo.search(query, mode=mode) for query in asked]
    foreign = [demo.search(query, mode=mode) for query in ELSEWHERE]
    sure = [hits.confidence for hits in [*own, *foreign]]
    assert all(each is not None and 0 <= each <= 1 for each in sure)
    told = told_apart(own, foreign)
    assert told.auc is not None
    assert told.auc >= 0.95
    assert np.mean([hits.verdict == "nothing" for hits in own]) <= 0.05
    assert np.mean([hits.verdict == "good" for hits in foreign]) <= 0.1
    assert {hits.verdict for hits in foreign} >= {"nothing"}
    # No paper is a likelier answer than that there is one.
    for hits in [*own, *foreign]:
        assert all((hit.confidence or 0) <= (hits.confidence or 0) for hit in hits)


@pytest.mark.parametrize("mode", MODES)
def test_relevant_papers_have_the_higher_confidence(demo: Library, mode: Mode) -> None:
    folder = demonstration()
    queries, qrels = read_queries(folder / "queries.jsonl"), read_qrels(folder / "qrels.tsv")
    found = evaluate(demo, queries, qrels, modes=(mode,)).calibrations[mode]
    # Of the first ten papers; few of a query's words may stand in fewer.
    assert 1000 < len(found.confidence) <= 10 * len(queries)
    assert mode == "keyword" or len(found.confidence) == 10 * len(queries)
    assert all(0 <= each <= 1 for each in found.confidence)
    assert found.auc is not None
    assert found.auc >= (0.8 if mode == "keyword" else 0.85)
    constant = Calibration([found.share] * len(found.relevant), found.relevant)
    assert found.brier < constant.brier


def test_confidence_does_not_depend_on_the_page(demo: Library) -> None:
    query = "why do people remember things that did not happen"
    whole = [hit.confidence for hit in demo.search(query, 30)]
    assert [hit.confidence for hit in demo.search(query, 10, offset=20)] == whole[20:]
    assert max(each or 0 for each in whole[20:]) < (whole[0] or 0)


@pytest.mark.parametrize("mode", MODES)
def test_a_filter_that_leaves_nothing_fitting_is_no_answer(demo: Library, mode: Mode) -> None:
    query = "accelerating expansion of the universe seen in exploding stars"
    free = demo.search(query, mode=mode)
    assert free.verdict == "good"
    within = demo.search(query, mode=mode, category="astronomy")
    assert within[0].id == free[0].id
    # Judged against the whole library, and not only against what passes.
    assert within[0].confidence == free[0].confidence
    outside = demo.search(query, mode=mode, category="!astronomy")
    assert (outside.confidence or 0) < (free.confidence or 0)
    assert (outside[0].confidence or 0) < (free[0].confidence or 0) / 2


@pytest.mark.parametrize("mode", MODES)
def test_a_paper_that_is_left_out_is_no_evidence_under_a_filter_either(
    demo: Library, mode: Mode
) -> None:
    query = "accelerating expansion of the universe seen in exploding stars"
    best = demo.search(query, 1, mode=mode)[0].id
    free = demo.search(query, mode=mode, without=best)
    within = demo.search(query, mode=mode, without=best, category="astronomy")
    assert within[0].id == free[0].id
    assert within[0].confidence == free[0].confidence


def test_what_a_query_names_is_certain(demo: Library) -> None:
    paper = next(iter(demo))
    for query in (paper.id, paper.title):
        for mode in MODES:
            hits = demo.search(query, mode=mode)
            assert (hits.verdict, hits.confidence) == ("good", 1.0)
            assert hits[0].confidence == 1.0
            assert all((hit.confidence or 0) < 1 for hit in hits[1:])
        # Not when it is not in the answer.
        hits = demo.search(query, without=paper.id)
        assert all((hit.confidence or 0) < 1 for hit in hits)


def test_papers_near_one_that_is_named_are_judged_by_meaning_alone(demo: Library) -> None:
    name = next(iter(demo)).id
    hybrid, semantic = (demo.search(name, mode=mode, without=name) for mode in MODES[:2])
    assert (hybrid[0].confidence or 0) > 0.01
    # Where both have the same paper at the same place.
    same = [(a, b) for a, b in zip(hybrid, semantic, strict=True) if a.id == b.id]
    assert len(same) > 2
    assert [a.confidence for a, _ in same] == [b.confidence for _, b in same]


def test_a_name_in_a_title_is_an_answer_whatever_the_model_knows_of_it(
    demo: Library, tmp_path: Path
) -> None:
    shutil.copytree(demo.path, tmp_path / "library")
    coined = {"title": "Brizzlefract: tiles for kitchens", "abstract": "Brizzlefract lays tiles."}
    with paperkin.open(tmp_path / "library") as library:
        assert library.search("Brizzlefract").verdict == "nothing"
        library.add(write_papers(tmp_path / "new.jsonl", [coined]))
        hits = library.search("Brizzlefract")
        assert hits[0].title == coined["title"]
        assert hits.verdict == "good"
        assert library.search("Brizzlefract of lunar regolith basalts").verdict != "good"


@pytest.mark.parametrize("mode", MODES)
def test_words_without_a_subject_have_no_answer(demo: Library, mode: Mode) -> None:
    hits = demo.search("the of and to", mode=mode)
    assert hits
    assert hits.verdict == "nothing"


def test_answers_that_were_not_ranked_by_a_query(demo: Library) -> None:
    none = demo.search("supernovae", year="1700")
    assert (len(none), none.confidence, none.verdict) == (0, 0.0, "nothing")
    listed = demo.search('"neural network"')
    assert listed.verdict == "good"
    beyond = demo.search("title:supernovae")
    assert beyond.total
    assert (beyond.verdict, beyond.confidence) == ("good", None)
    assert {hit.confidence for hit in beyond} == {None}
    assert demo.search("title:zzyzx").verdict == "nothing"
    related = demo.related(next(iter(demo)).id)
    assert (related.verdict, related.confidence) == (None, None)
    assert {hit.confidence for hit in related} == {None}


@pytest.mark.parametrize("mode", MODES)
def test_a_library_of_a_handful_is_judged_by_its_words(tmp_path: Path, mode: Mode) -> None:
    few = PAPERS[:5]
    with paperkin.build(tmp_path / "library", write_papers(tmp_path / "p.jsonl", few)) as library:
        title = str(few[0]["title"])
        hits = library.search(f"about {title}, again", mode=mode)
        assert hits[0].title == title
        assert hits.verdict in ("good", "weak")
        assert (hits[0].confidence or 0) > 0.2
        assert all((hit.confidence or 0) < (hits[0].confidence or 0) for hit in hits[1:])
        assert library.search("carburettor mopeds", mode=mode).verdict == "nothing"


@pytest.mark.parametrize("mode", MODES)
def test_of_a_handful_too_a_filter_may_leave_nothing_fitting(tmp_path: Path, mode: Mode) -> None:
    few = PAPERS[:5]
    with paperkin.build(tmp_path / "library", write_papers(tmp_path / "p.jsonl", few)) as library:
        assert library.search("old violins and listeners", mode=mode).verdict == "good"
        within = library.search("old violins and listeners", mode=mode, category="food.bio")
        assert within.verdict == "nothing"


@pytest.mark.parametrize("mode", MODES)
def test_papers_that_are_all_alike_are_judged_by_their_words(tmp_path: Path, mode: Mode) -> None:
    abstract = 2 * (
        "We study how neural networks remember the order of notes in long melodies, with recurrent "
        "units and attention over bars, on folk songs from several countries and times. "
    )
    alike = [
        {"id": f"m-{n}", "title": f"Melodies {n}", "abstract": abstract, "authors": [f"A B{n}"]}
        for n in range(20)
    ]
    with paperkin.build(tmp_path / "library", write_papers(tmp_path / "p.jsonl", alike)) as library:
        assert len(library) == 20
        hits = library.search("how networks remember melodies", mode=mode)
        assert hits.verdict == "good"
        assert all((hit.confidence or 0) > 0.1 for hit in hits)
        assert library.search("crankshaft lubrication", mode=mode).verdict == "nothing"


def test_pages_behind_those_that_are_arranged_have_their_own_words(
    demo: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "how people learn, remember and forget"
    whole = demo.search(query, 40, mode="keyword")
    assert len(whole) > 30
    monkeypatch.setattr("paperkin.search.scoring.POOL", 20)
    monkeypatch.setattr("paperkin.search.arrangement.ARRANGED", 20)
    page = demo.search(query, 10, offset=25, mode="keyword")
    assert [(hit.id, hit.confidence) for hit in page] == [
        (hit.id, hit.confidence) for hit in list(whole)[25:35]
    ]
    assert page.confidence == whole.confidence


def test_the_library_is_looked_at_once_for_all_pages_and_filters_of_a_question(
    demo: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Mode] = []

    def weigh(question: Question, view: View, by: Mode, **how: Any) -> confidence.Evidence:
        looked.append(by)
        return original(question, view, by, **how)

    original = confidence.weigh
    monkeypatch.setattr(confidence, "weigh", weigh)
    shutil.copytree(demo.path, tmp_path / "library")
    query = "accelerating expansion of the universe seen in exploding stars"
    with paperkin.open(tmp_path / "library") as library:
        for _ in range(2):
            for mode in MODES:
                for category in ("astronomy", "!astronomy"):
                    whole = library.search(query, mode=mode, category=category)
                    page = library.search(query, 5, offset=5, mode=mode, category=category)
                    assert page.confidence == whole.confidence
                    assert [hit.confidence for hit in page] == [
                        hit.confidence for hit in list(whole)[5:]
                    ]
        assert looked == list(MODES)
        library.search(query, exact=True, category="astronomy")
        library.search(f"{query} again", category="astronomy")
        assert len(looked) == len(MODES) + 2

        before = library.search(query, category="astronomy")
        rivals = [{"title": f"{query}: {n}", "abstract": f"{n} {query}"} for n in ("I", "VII")]
        library.add(write_papers(tmp_path / "rivals.jsonl", rivals))
        after = library.search(query, category="astronomy")
        assert after[0].id == before[0].id
        assert (after[0].confidence or 0) < (before[0].confidence or 0)
        with paperkin.open(tmp_path / "library") as fresh:
            assert fresh.search(query, category="astronomy") == after


def test_papers_beside_the_index_are_judged_as_well(demo: Library, tmp_path: Path) -> None:
    shutil.copytree(demo.path, tmp_path / "library")
    new = {"title": "Carburettors of mopeds", "abstract": "Tuning a two-stroke carburettor."}
    query = "tuning a carburettor on a two-stroke moped"
    with paperkin.open(tmp_path / "library") as library:
        assert library.search(query).verdict != "good"
        library.add(write_papers(tmp_path / "new.jsonl", [new]))
        hits = library.search(query)
        assert hits[0].title == "Carburettors of mopeds"
        assert hits.verdict == "good"
        assert (hits[0].confidence or 0) > 2 * (hits[1].confidence or 0)


def test_fields_of_real_collections_are_told_apart(shared: Path, tmp_path: Path) -> None:
    """Questions of medicine asked of computing, and the other way round."""
    given = {name: read_collection(shared / "collections" / name) for name in ("cacm", "pubmedqa")}
    queries = {
        name: [each.queries[query] for query in sorted(each.qrels)][:60]
        for name, each in given.items()
    }
    for name, other in (("cacm", "pubmedqa"), ("pubmedqa", "cacm")):
        corpus = given[name].corpus
        with paperkin.build(tmp_path / name, corpus, format="beir") as library:
            own = [library.search(query) for query in queries[name]]
            foreign = [library.search(query) for query in queries[other]]
        assert (told_apart(own, foreign).auc or 0) >= 0.95
        assert np.mean([hits.verdict != "good" for hits in foreign]) >= 0.9
        assert np.mean([hits.verdict == "nothing" for hits in own]) <= 0.05

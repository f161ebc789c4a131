"""Figures against values computed by hand, what is left out or counted, floors on real data."""

import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from math import log2
from pathlib import Path

import pytest

import paperkin
from paperkin.index.demo import demonstration
from paperkin.index.errors import QueryError, SourceError
from paperkin.search.evaluate import EvaluationProgress, evaluate, evaluate_folder
from paperkin.search.evaluation import Evaluation, JudgedRun
from paperkin.search.figures import MEASURES, Figures
from paperkin.search.judgements import read_collection, read_qrels, read_queries
from paperkin.search.library import Library
from paperkin.search.question import Mode
from paperkin.search.runs import Run, read_run, write_run
from small import PAPERS

LOAF = "why does my loaf taste acidic"
MARSH = next(paper for paper in PAPERS if paper["id"] == "marsh-1")
MARSH_TEXT = f"{MARSH['title']}. {MARSH['abstract']}"
SEMANTIC: tuple[Mode, ...] = ("semantic",)


class Notes(EvaluationProgress):
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.steps: list[tuple[int, int]] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def searching(self, done: int, total: int) -> None:
        self.steps.append((done, total))


def of_mode(found: Evaluation, mode: Mode = "semantic") -> Figures:
    return found.by_mode[mode]


def figures(*rows: tuple[float, float, float, float], unjudged: float = 0.0) -> Figures:
    """Figures of queries "0", "1", …, from what each reached by each measure."""
    values = {
        measure: {str(query): row[column] for query, row in enumerate(rows)}
        for column, measure in enumerate(MEASURES)
    }
    return Figures(values, unjudged)


def test_figures_are_those_computed_by_hand(small_library: Library) -> None:
    mixed = "bread dough, storms on the marsh, sleep at night, bridges and violins"
    place = [hit.id for hit in small_library.search(mixed, mode="semantic")]
    assert len(place) == 8
    queries = {"a": mixed, "b": "quasars"}
    # Relevant at places 2 and 4, with grades 2 and 1; a third one is not in the library.
    qrels = {
        "a": {place[0]: 0, place[1]: 2, place[3]: 1, "nowhere": 1},
        "b": {small_library.search("quasars", mode="semantic")[2].id: 1},
    }
    found = evaluate(small_library, queries, qrels, modes=("semantic", "keyword"))
    ndcg = (2 / log2(3) + 1 / log2(5)) / (2 / log2(2) + 1 / log2(3) + 1 / log2(4))
    by_hand = {
        "ndcg@10": {"a": ndcg, "b": 1 / log2(4)},
        "recall@100": {"a": 2 / 3, "b": 1},
        "mrr@10": {"a": 1 / 2, "b": 1 / 3},
        "map": {"a": (1 / 2 + 2 / 4) / 3, "b": 1 / 3},
    }
    assert of_mode(found).values == {name: pytest.approx(each) for name, each in by_hand.items()}
    means = {name: pytest.approx((each["a"] + each["b"]) / 2) for name, each in by_hand.items()}
    assert of_mode(found).means() == means
    assert of_mode(found).unjudged_10 == pytest.approx((5 + 7) / 16)
    # No paper has the word: a query without answers counts, and counts 0.
    alone = evaluate(small_library, queries, {"a": qrels["a"]}, modes=("keyword",))
    assert of_mode(alone, "keyword").ndcg_10 > 0
    assert of_mode(found, "keyword").ndcg_10 == pytest.approx(of_mode(alone, "keyword").ndcg_10 / 2)
    assert found.queries == 2
    assert found.unknown_papers == 1


def test_only_the_first_ten_places_count_for_ndcg_and_mrr(demo: Library) -> None:
    query = "why do we think the universe is expanding faster and faster"
    place = [hit.id for hit in demo.search(query, 100, mode="semantic")]
    tenth = evaluate(demo, {"q": query}, {"q": {place[9]: 1}}, modes=SEMANTIC)
    assert of_mode(tenth).ndcg_10 == pytest.approx(1 / log2(11))
    assert of_mode(tenth).mrr_10 == pytest.approx(1 / 10)
    assert of_mode(tenth).unjudged_10 == pytest.approx(9 / 10)
    eleventh = evaluate(demo, {"q": query}, {"q": {place[10]: 1}}, modes=SEMANTIC)
    assert list(of_mode(eleventh).means().values()) == [0.0, 1.0, 0.0, pytest.approx(1 / 11)]
    assert of_mode(eleventh).unjudged_10 == 1.0
    hundredth = evaluate(demo, {"q": query}, {"q": {place[99]: 1}}, modes=SEMANTIC)
    assert of_mode(hundredth).recall_100 == 1.0
    assert of_mode(hundredth).map == pytest.approx(1 / 100)
    shallow = evaluate(demo, {"q": query}, {"q": {place[99]: 1}}, modes=SEMANTIC, depth=99)
    assert of_mode(shallow).recall_100 == of_mode(shallow).map == 0.0


def test_the_dictionary_has_the_promised_names(small_library: Library) -> None:
    found = evaluate(small_library, {"a": LOAF}, {"a": {"10.1000/yeast.2": 1}, "z": {"x": 1}})
    said = found.as_dict()
    assert list(said) == [
        *("ndcg@10", "recall@100", "mrr@10", "map"),
        *("queries", "by_mode", "unknown_queries", "unknown_papers", "own_papers"),
        *("queries_without_relevant", "quality"),
        *("by_run", "comparisons", "calibration"),
    ]
    assert list(said["by_mode"]) == ["hybrid", "semantic", "keyword"]
    merits = {"ndcg@10": 1.0, "recall@100": 1.0, "mrr@10": 1.0, "map": 1.0}
    # One query says nothing about others.
    unknown = dict.fromkeys(merits)
    assert said["by_mode"]["hybrid"] == {**merits, "unjudged@10": 7 / 8, "intervals": unknown}
    assert [(each["mode"], each["against"]) for each in said["comparisons"]] == [
        ("hybrid", "semantic"),
        ("hybrid", "keyword"),
    ]
    assert said["by_run"] == {}
    assert {name: said[name] for name in merits} == merits
    assert (said["queries"], said["unknown_queries"], said["unknown_papers"]) == (1, 1, 1)
    assert json.loads(json.dumps(said)) == said


def test_the_top_figures_are_those_of_hybrid_or_of_the_first_mode() -> None:
    best, worst = figures((0.9, 0.9, 0.9, 0.9)), figures((0.2, 0.2, 0.2, 0.2))
    assert Evaluation({"keyword": worst, "hybrid": best}, 1).as_dict()["map"] == 0.9
    assert Evaluation({"keyword": worst, "semantic": best}, 1).as_dict()["map"] == 0.2


def test_the_table_is_markdown_and_says_what_was_left_out() -> None:
    hybrid = figures((0.71649, 0.9, 0.7, 0.65), unjudged=0.25)
    run = JudgedRun(figures((0.5, 0.9, 0.75, 0.4), unjudged=0.5), 5, 6, 7, 8)
    found = Evaluation({"hybrid": hybrid}, 1234, 2, 3, 4, {"a|b.run": run})
    bootstrap, test = found.table().splitlines()[-2:]
    assert "95 % bootstrap intervals" in bootstrap
    assert "paired randomisation test" in test
    assert found.table().splitlines()[:-2] == [
        "| mode | nDCG@10 | recall@100 | MRR@10 | MAP | unjudged@10 |",
        "|---|---:|---:|---:|---:|---:|",
        "| hybrid | 0.716 | 0.900 | 0.700 | 0.650 | 0.250 |",
        "| a\\|b.run | 0.500 | 0.900 | 0.750 | 0.400 | 0.500 |",
        "",
        "| hybrid against | measure | difference | interval | p |",
        "|---|---|---:|---:|---:|",
        "| a\\|b.run | nDCG@10 | +0.216 | – | 1.0000 |",
        "| a\\|b.run | recall@100 | +0.000 | – | 1.0000 |",
        "| a\\|b.run | MRR@10 | -0.050 | – | 1.0000 |",
        "| a\\|b.run | MAP | +0.250 | – | 1.0000 |",
        "",
        "Judged queries: 1,234.",
        "Queries that are papers themselves, these left out: 4.",
        "Judged queries without a text, left out: 2.",
        "Judged papers that are not in the library: 3.",
        "Judged queries without a ranking in a|b.run: 6.",
        "Queries of a|b.run that are not judged, left out: 7.",
        "Ids in a|b.run that no paper of the library has: 5.",
        "Queries of a|b.run with ranks that differ from their scores: 8.",
    ]


def test_intervals_and_comparisons_stand_in_the_table_and_the_dictionary() -> None:
    # Means of three values of 0 and 1 are 0, 1/3, 2/3 or 1; 0 and 1 come once in 27 and 8 in 27.
    hybrid = figures((1, 1, 0, 1), (1, 1, 1, 1), (0, 1, 1, 0.5))
    keyword = figures((0, 1, 0, 1), (1, 1, 1, 1), (0, 1, 1, 0.5))
    found = Evaluation({"keyword": keyword, "hybrid": hybrid}, 3)
    rows = found.table().splitlines()
    assert rows[3].startswith("| hybrid | 0.667 [0.000, 1.000] | 1.000 [1.000, 1.000] | 0.667 [")
    assert "| keyword | nDCG@10 | +0.333 | +0.000 to +1.000 | 1.0000 |" in rows
    said = found.as_dict()
    assert said["by_mode"]["hybrid"]["intervals"]["ndcg@10"] == [0.0, 1.0]
    (compared,) = said["comparisons"]
    assert (compared["mode"], compared["against"]) == ("hybrid", "keyword")
    assert compared["by_measure"]["ndcg@10"] == {
        "difference": pytest.approx(1 / 3),
        "interval": [0.0, 1.0],
        "p": 1.0,
    }
    assert compared["by_measure"]["map"] == {"difference": 0.0, "interval": [0.0, 0.0], "p": 1.0}
    assert json.loads(json.dumps(said)) == said


def test_runs_are_compared_with_each_other() -> None:
    hybrid, half = figures((1, 1, 1, 1), (1, 1, 1, 1)), figures((0.5, 1, 1, 1), (0.5, 1, 1, 1))
    none = figures((0, 0, 0, 0), (0, 0, 0, 0))
    runs = {"half.run": JudgedRun(half), "none.run": JudgedRun(none)}
    found = Evaluation({"hybrid": hybrid}, 2, by_run=runs)
    compared = {
        (each["mode"], each["against"]): each["by_measure"]["ndcg@10"]["difference"]
        for each in found.as_dict()["comparisons"]
    }
    assert compared == {
        ("hybrid", "half.run"): 0.5,
        ("hybrid", "none.run"): 1.0,
        ("half.run", "none.run"): 0.5,
    }
    rows = found.table().splitlines()
    assert rows.index("| half.run against | measure | difference | interval | p |") > rows.index(
        "| none.run | nDCG@10 | +1.000 | +1.000 to +1.000 | 0.5000 |"
    )
    assert rows.count("| none.run | nDCG@10 | +0.500 | +0.500 to +0.500 | 0.5000 |") == 1


def test_figures_of_other_queries_are_not_compared() -> None:
    one, two = figures((1, 1, 1, 1)), figures((1, 1, 1, 1), (0, 0, 0, 0))
    with pytest.raises(QueryError, match="same judged queries: 1 are of one of them alone"):
        one.compared(two)


def test_values_are_compared_query_by_query_whatever_their_order() -> None:
    one = figures((1, 1, 1, 1), (0, 0, 0, 0))
    turned = {measure: dict(reversed(each.items())) for measure, each in one.values.items()}
    compared = one.compared(Figures(turned, 0.0))
    assert all(each.interval == (0, 0) and each.p == 1 for each in compared.values())


TWO = {"a": LOAF, "b": "waves and storms"}
TWO_QRELS = {"a": {"10.1000/yeast.2": 2, "no such paper": 1}, "b": {"marsh-1": 1, "marsh-2": 0}}


def test_a_run_is_judged_beside_the_modes(small_library: Library) -> None:
    yeast, marsh = (small_library[each].id for each in ("10.1000/yeast.2", "marsh-1"))
    ranked = {
        # Two names of one paper, a judged paper that the library lacks, a paper nobody knows.
        "a": {"DOI:10.1000/YEAST.2": 9.0, "violin-1": 8.0, yeast: 7.0, "no such paper": 6.0},
        "other": {"violin-1": 1.0},
    }
    notes = Notes()
    run = Run("other.run", {**ranked, "b": {"nobody's": 2.0}}, misranked=1)
    found = evaluate(small_library, TWO, TWO_QRELS, runs=[run], progress=notes)
    judged = found.by_run["other.run"]
    assert (judged.unknown_papers, judged.unanswered, judged.unjudged_queries) == (2, 0, 1)
    assert judged.figures.values["map"] == {"a": pytest.approx((1 + 2 / 3) / 2), "b": 0.0}
    assert judged.figures.unjudged_10 == pytest.approx(2 / 4)
    assert notes.notes[1:] == [
        "2 ids in other.run are of no paper of the library (the first: 'no such paper').",
        "1 queries of other.run have ranks that differ from the order of their scores: the "
        "scores count.",
    ]
    compared = found.comparisons()["other.run"]["map"]
    reached = of_mode(found, "hybrid").values["map"]
    assert compared.difference == pytest.approx((reached["a"] + reached["b"] - 5 / 6) / 2)
    assert found.as_dict()["by_run"]["other.run"]["misranked"] == 1
    # As deep as the modes, and a query that it does not answer counts 0.
    alone = evaluate(small_library, TWO, TWO_QRELS, depth=2, runs=[Run("x", {"b": {marsh: 1.0}})])
    assert alone.by_run["x"].unanswered == 1
    assert alone.by_run["x"].figures.values["mrr@10"] == {"a": 0.0, "b": 1.0}
    shallow = evaluate(small_library, TWO, TWO_QRELS, depth=2, runs=[Run("x", ranked)])
    assert shallow.by_run["x"].figures.values["map"]["a"] == pytest.approx(1 / 2)


def test_a_run_may_not_find_the_query_itself_either(small_library: Library) -> None:
    run = Run("x", {"marsh-1": {"marsh-1": 2.0, "marsh-2": 1.0}})
    queries, qrels = {"marsh-1": MARSH_TEXT}, {"marsh-1": {"marsh-2": 1}}
    found = evaluate(small_library, queries, qrels, runs=[run])
    assert found.by_run["x"].figures.mrr_10 == 1.0
    assert found.by_run["x"].figures.unjudged_10 == 0.0


def test_what_a_mode_answered_can_be_written_and_judged_again(
    small_library: Library, tmp_path: Path
) -> None:
    first = evaluate(small_library, TWO, TWO_QRELS)
    for mode, run in first.rankings.items():
        write_run(tmp_path / f"{mode}.run", run)
    lines = (tmp_path / "hybrid.run").read_text().splitlines()
    # By the id that it was judged by, or else by the paper's own.
    assert lines[0].split()[:4] == ["a", "Q0", "10.1000/yeast.2", "1"]
    assert lines[0].split()[5] == "paperkin-hybrid"
    ids = [line.split()[2] for line in lines]
    assert len(ids) == 16
    assert {"marsh-1", "marsh-2", small_library["violin-1"].id} <= set(ids)
    runs = [read_run(tmp_path / f"{mode}.run") for mode in first.rankings]
    again = evaluate(small_library, TWO, TWO_QRELS, runs=runs)
    for mode, figures in first.by_mode.items():
        assert again.by_run[f"{mode}.run"] == JudgedRun(figures)
    same = again.comparisons()["hybrid.run"]
    assert {(each.difference, each.interval, each.p) for each in same.values()} == {(0, (0, 0), 1)}


def test_a_paper_is_written_by_the_name_that_the_same_query_judges_highest(
    small_library: Library,
) -> None:
    names = ["arXiv:2101.00001", "2101.00001", "https://arxiv.org/abs/2101.00001"]
    for best in names:
        here = {name: 2 if name == best else 1 for name in names}
        found = evaluate(
            small_library, {"a": LOAF, "b": LOAF}, {"a": here, "b": {"violin-1": 1}}, modes=SEMANTIC
        )
        assert best in found.rankings["semantic"].ranked["a"]
        assert min(names) in found.rankings["semantic"].ranked["b"]
        assert len(found.rankings["semantic"].ranked["a"]) == 8


def test_runs_that_cannot_be_judged_are_refused(small_library: Library) -> None:
    qrels = {"a": {"marsh-1": 1}}
    strange = Run("strange.run", {"q7": {"marsh-1": 1.0}})
    with pytest.raises(SourceError, match=r"strange\.run ranks papers for none .*'a'.*'q7'"):
        evaluate(small_library, {"a": LOAF}, qrels, runs=[strange])
    good = Run("good.run", {"a": {"marsh-1": 1.0}})
    with pytest.raises(QueryError, match=r"Two rankings are called 'good\.run'"):
        evaluate(small_library, {"a": LOAF}, qrels, runs=[good, good])
    with pytest.raises(QueryError, match="Two rankings are called 'keyword'"):
        evaluate(small_library, {"a": LOAF}, qrels, runs=[Run("keyword", good.ranked)])


def test_several_names_of_one_paper_count_once_with_the_highest_grade(
    small_library: Library,
) -> None:
    once = evaluate(small_library, {"a": LOAF}, {"a": {"arXiv:2101.00001": 2, "violin-1": 1}})
    assert once.as_dict()["recall@100"] == 1.0
    for first, second in ((1, 2), (2, 1)):
        names = {"2101.00001": first, "https://arxiv.org/abs/2101.00001v2": second, "violin-1": 1}
        several = evaluate(small_library, {"a": LOAF}, {"a": names})
        assert several.as_dict() == once.as_dict()


def test_unknown_ids_are_counted_and_told(small_library: Library) -> None:
    notes = Notes()
    qrels = {
        "a": {"10.1000/yeast.2": 1, "paper-y": 1, "paper-x": 0},
        "no-text": {"paper-y": 1, "marsh-1": 1},
    }
    found = evaluate(
        small_library, {"a": LOAF, "unjudged": "bread"}, qrels, modes=SEMANTIC, progress=notes
    )
    assert (found.queries, found.unknown_queries, found.unknown_papers) == (1, 1, 2)
    assert of_mode(found).recall_100 == pytest.approx(1 / 2)
    assert notes.notes == [
        "1 judged queries have no text and are left out (the first: 'no-text').",
        "2 judged papers are not in the library: they are never found (the first: 'paper-x').",
    ]
    assert notes.steps == [(1, 1)]


@pytest.mark.parametrize(
    "text", [MARSH_TEXT, MARSH["title"], MARSH["abstract"], MARSH_TEXT.upper()]
)
def test_a_query_that_is_a_paper_does_not_find_itself(small_library: Library, text: str) -> None:
    assert small_library.search(text, mode="semantic")[0].title == MARSH["title"]
    ranked = small_library.search(text, mode="semantic")
    qrels = {"marsh-1": {ranked[1].id: 1}}
    for depth in (1, 100):
        found = evaluate(small_library, {"marsh-1": text}, qrels, modes=SEMANTIC, depth=depth)
        assert found.own_papers == 1
        assert of_mode(found).ndcg_10 == of_mode(found).recall_100 == 1.0
        assert of_mode(found).unjudged_10 == (0 if depth == 1 else pytest.approx(6 / 7))


def test_the_own_paper_by_another_name_is_no_answer_either(small_library: Library) -> None:
    marsh = small_library["marsh-1"].id
    qrels = {"marsh-1": {marsh: 1, "marsh-2": 1}}
    found = evaluate(small_library, {"marsh-1": MARSH_TEXT}, qrels, modes=SEMANTIC)
    assert found.own_papers == 1
    assert of_mode(found).recall_100 == of_mode(found).map == 1.0


def test_related_papers_are_judged_where_queries_are_papers(small_library: Library) -> None:
    related = small_library.related("marsh-1")
    qrels = {"marsh-1": {related[1].id: 1, "marsh-1-absent": 1}}
    found = evaluate(small_library, {"marsh-1": MARSH_TEXT}, qrels)
    assert list(found.by_mode) == ["hybrid", "semantic", "keyword", "related"]
    assert found.by_mode["related"].mrr_10 == found.by_mode["related"].recall_100 == 0.5
    assert "| related | " in found.table()
    assert list(found.rankings["related"].ranked["marsh-1"]) == [hit.id for hit in related]
    assert "related" not in found.calibrations
    more = {"marsh-1": MARSH_TEXT, "a": LOAF}
    judged = {**qrels, "a": {"marsh-1": 1}}
    assert "related" not in evaluate(small_library, more, judged).by_mode
    with pytest.raises(QueryError, match="Only 1 of the 2 judged queries are papers"):
        evaluate(small_library, more, judged, modes=("related",))


def test_equal_ids_alone_leave_no_paper_out(small_library: Library) -> None:
    queries = {"violin-1": "coastal protection by plants"}
    found = evaluate(small_library, queries, {"violin-1": {"marsh-1": 1}}, modes=SEMANTIC)
    assert found.own_papers == 0
    assert of_mode(found).unjudged_10 == 7 / 8


@pytest.mark.parametrize(
    ("query", "judged"), [("marsh-1", "marsh-1"), ("2101.00001", "arXiv:2101.00001v3")]
)
def test_a_paper_that_is_judged_the_answer_to_its_own_title_stays(
    small_library: Library, query: str, judged: str
) -> None:
    title = small_library[query].title
    found = evaluate(small_library, {query: title}, {query: {judged: 1}}, modes=SEMANTIC)
    assert found.own_papers == 0
    assert of_mode(found).mrr_10 == 1.0


def test_what_makes_no_sense_is_refused(small_library: Library) -> None:
    queries, qrels = {"a": LOAF}, {"a": {"marsh-1": 1}}
    with pytest.raises(QueryError, match="magic"):
        evaluate(small_library, queries, qrels, modes=("magic",))  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="modes"):
        evaluate(small_library, queries, qrels, modes=())
    for depth in (0, 10_000):
        with pytest.raises(QueryError, match="9,999"):
            evaluate(small_library, queries, qrels, depth=depth)
    with pytest.raises(SourceError, match=r"None of the 1 judged queries .*'b'.* queries .*'a'"):
        evaluate(small_library, queries, {"b": {"marsh-1": 1}})


def test_a_grade_below_zero_is_as_good_as_zero(small_library: Library) -> None:
    figures = [
        evaluate(small_library, {"a": LOAF}, {"a": {"marsh-1": 1, "10.1000/yeast.2": grade}})
        for grade in (0, -2)
    ]
    assert figures[0].as_dict() == figures[1].as_dict()


def test_queries_without_a_relevant_paper_are_counted_and_told(small_library: Library) -> None:
    class Noted(EvaluationProgress):
        said = ""

        def note(self, text: str) -> None:
            self.said += text

    queries = {"a": LOAF, "b": "waves", "c": "tides"}
    qrels = {"a": {"10.1000/yeast.2": 1}, "b": {"marsh-1": 0}, "c": {"marsh-1": -1, "x": 0}}
    noted = Noted()
    found = evaluate(small_library, queries, qrels, modes=("keyword",), progress=noted)
    assert (found.queries, found.queries_without_relevant) == (3, 2)
    assert found.as_dict()["queries_without_relevant"] == 2
    assert "2 judged queries have no relevant paper, and count 0 (the first: 'b')." in noted.said
    assert "Judged queries without a relevant paper, which count 0: 2." in found.table()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection in BEIR's layout, packed, of the papers in tests/small.py."""
    corpus = [
        {"_id": f"d{n}", "title": paper["title"], "text": paper.get("abstract", "")}
        for n, paper in enumerate(PAPERS)
    ]
    (tmp_path / "tiny" / "qrels").mkdir(parents=True)
    place = tmp_path / "tiny"
    rows = "".join(json.dumps(row) + "\n" for row in corpus)
    (place / "corpus.jsonl.gz").write_bytes(gzip.compress(rows.encode()))
    (place / "queries.jsonl").write_text(json.dumps({"_id": "d0", "text": LOAF}) + "\n")
    (place / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\nd0\td6\t1\n")
    (place / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nd0\td1\t1\n")
    return place


def test_a_folder_is_evaluated_and_leaves_nothing_behind(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    found = evaluate_folder(folder)
    assert found.queries == 1
    assert found.as_dict()["ndcg@10"] == found.as_dict()["map"] == 1.0
    assert (found.own_papers, found.unknown_papers) == (0, 0)
    assert of_mode(found).unjudged_10 == 7 / 8
    assert list((tmp_path / "temporary").iterdir()) == []


def test_test_judgements_go_before_dev_and_train(folder: Path) -> None:
    assert read_collection(folder).qrels == {"d0": {"d1": 1}}
    (folder / "qrels" / "test.tsv.gz").write_bytes(gzip.compress(b"d0 0 d2 1\n"))
    assert read_collection(folder).qrels == {"d0": {"d2": 1}}
    for name in ("dev.tsv", "test.tsv.gz"):
        (folder / "qrels" / name).unlink()
    assert read_collection(folder).qrels == {"d0": {"d6": 1}}


@pytest.mark.parametrize("missing", ["corpus.jsonl.gz", "queries.jsonl", "qrels/dev.tsv"])
def test_a_folder_that_lacks_a_part_is_refused(folder: Path, missing: str) -> None:
    (folder / "qrels" / "train.tsv").unlink()
    (folder / missing).unlink()
    with pytest.raises(SourceError, match=missing.removesuffix(".gz")):
        evaluate_folder(folder)


def test_the_script_prints_a_table_and_keeps_libraries(folder: Path, tmp_path: Path) -> None:
    script = Path(__file__).resolve().parents[2] / "scripts" / "evaluate"
    report = tmp_path / "report.json"
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    second = {"_id": "d1", "text": "the waves of storms"}
    with (again / "queries.jsonl").open("a") as queries:
        queries.write(json.dumps(second) + "\n")
    (again / "qrels" / "dev.tsv").write_text("d0\td1\t1\nd1\td2\t1\n")
    command = [script, folder, tmp_path / "absent", again, "--keep", tmp_path / "kept"]
    command += ["--json", report, "--markdown", tmp_path / "table.md"]
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "| collection | keyword nDCG@10 | semantic nDCG@10 | hybrid nDCG@10 | hybrid recall@100 "
        "| related nDCG@10 | related recall@100 | recommended nDCG@10 | recommended recall@100 |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
        "| tiny | 1.000 | 1.000 | 1.000 | 1.000 | – | – | – | – |",
        "| again | 1.000 | 1.000 | 1.000 | 1.000 | – | – | – | – |",
        "| mean of 2 | 1.000 | 1.000 | 1.000 | 1.000 | – | – | – | – |",
    ]
    assert (tmp_path / "table.md").read_text() == done.stdout
    assert done.returncode == 1
    assert f"{tmp_path / 'absent'} has no corpus.jsonl" in done.stderr
    said = json.loads(report.read_text())
    assert list(said["collections"]) == ["tiny", "again"]
    assert said["collections"]["tiny"]["queries"] == 1
    intervals = [each["by_mode"]["hybrid"]["intervals"] for each in said["collections"].values()]
    assert intervals == [dict.fromkeys(MEASURES), {name: [1.0, 1.0] for name in MEASURES}]
    assert said["mean"]["keyword"]["recall@100"] == 1.0
    keyword = [each["by_mode"]["keyword"]["ndcg@10"] for each in said["collections"].values()]
    assert said["mean"]["keyword"]["ndcg@10"] == pytest.approx(sum(keyword) / 2)
    with paperkin.open(tmp_path / "kept" / "tiny") as library:
        assert len(library) == len(PAPERS)


@pytest.fixture
def demo(demo_library: Library) -> Library:
    return demo_library


def test_meaning_is_ahead_of_words_on_the_demonstration(demo: Library) -> None:
    queries = read_queries(demonstration() / "queries.jsonl")
    qrels = read_qrels(demonstration() / "qrels.tsv")
    found = evaluate(demo, queries, qrels)
    assert found.queries == len(queries)
    assert (found.unknown_queries, found.unknown_papers, found.own_papers) == (0, 0, 0)
    keyword = of_mode(found, "keyword").ndcg_10
    assert of_mode(found, "semantic").ndcg_10 > keyword
    assert of_mode(found, "hybrid").ndcg_10 > keyword


def test_the_same_library_gives_the_same_figures(demo: Library) -> None:
    queries = dict(list(read_queries(demonstration() / "queries.jsonl").items())[:5])
    qrels = read_qrels(demonstration() / "qrels.tsv")
    with paperkin.open(demo.path) as again:
        assert evaluate(again, queries, qrels) == evaluate(demo, queries, qrels)


def test_scientific_claims_are_answered_as_well_as_they_were(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    collection = read_collection(shared / "collections" / "scifact-train")
    place = tmp_path_factory.mktemp("scifact") / "library"
    with paperkin.build(place, collection.corpus) as library:
        found = evaluate(library, collection.queries, collection.qrels)
    assert found.queries == 809
    assert (found.unknown_queries, found.unknown_papers, found.own_papers) == (0, 0, 0)
    assert of_mode(found, "hybrid").ndcg_10 >= 0.716
    assert of_mode(found, "keyword").ndcg_10 >= 0.690
    assert of_mode(found, "semantic").ndcg_10 >= 0.655

"""Figures against values computed by hand, what is left out or counted, floors on real data."""

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from math import log2
from pathlib import Path

import pytest

import paperkin
from paperkin.index.demo import demonstration
from paperkin.index.errors import QueryError, SourceError
from paperkin.search.engine import Mode
from paperkin.search.evaluate import (
    Evaluation,
    EvaluationProgress,
    Figures,
    evaluate,
    evaluate_folder,
    read_collection,
    read_qrels,
    read_queries,
)
from paperkin.search.library import Library
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


def test_figures_are_those_computed_by_hand(small_library: Library) -> None:
    place = [hit.id for hit in small_library.search(LOAF, mode="semantic")]
    assert len(place) == 8
    queries = {"a": LOAF, "b": "quasars"}
    # Relevant at places 2 and 4, with grades 2 and 1; a third one is not in the library.
    qrels = {
        "a": {place[0]: 0, place[1]: 2, place[3]: 1, "nowhere": 1},
        "b": {small_library.search("quasars", mode="semantic")[2].id: 1},
    }
    found = evaluate(small_library, queries, qrels, modes=("semantic", "keyword"))
    ndcg = (2 / log2(3) + 1 / log2(5)) / (2 / log2(2) + 1 / log2(3) + 1 / log2(4))
    assert of_mode(found) == Figures(
        ndcg_10=pytest.approx((ndcg + 1 / log2(4)) / 2),
        recall_100=pytest.approx((2 / 3 + 1) / 2),
        mrr_10=pytest.approx((1 / 2 + 1 / 3) / 2),
        map=pytest.approx(((1 / 2 + 2 / 4) / 3 + 1 / 3) / 2),
        unjudged_10=pytest.approx((5 + 7) / 16),
    )
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
    assert of_mode(eleventh) == Figures(0.0, 1.0, 0.0, pytest.approx(1 / 11), 1.0)
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
        *("queries", "by_mode", "unknown_queries", "unknown_papers"),
    ]
    assert list(said["by_mode"]) == ["hybrid", "semantic", "keyword"]
    merits = {"ndcg@10": 1.0, "recall@100": 1.0, "mrr@10": 1.0, "map": 1.0}
    assert said["by_mode"]["hybrid"] == {**merits, "unjudged@10": 7 / 8}
    assert {name: said[name] for name in merits} == merits
    assert (said["queries"], said["unknown_queries"], said["unknown_papers"]) == (1, 1, 1)
    assert json.loads(json.dumps(said)) == said


def test_the_top_figures_are_those_of_hybrid_or_of_the_first_mode() -> None:
    best, worst = Figures(0.9, 0.9, 0.9, 0.9, 0.1), Figures(0.2, 0.2, 0.2, 0.2, 0.8)
    assert Evaluation({"keyword": worst, "hybrid": best}, 1).as_dict()["map"] == 0.9
    assert Evaluation({"keyword": worst, "semantic": best}, 1).as_dict()["map"] == 0.2


def test_the_table_is_markdown_and_says_what_was_left_out() -> None:
    found = Evaluation({"hybrid": Figures(0.71649, 0.9, 0.7, 0.65, 0.25)}, 1234, 2, 3, 4)
    assert found.table().splitlines() == [
        "| mode | nDCG@10 | recall@100 | MRR@10 | MAP | unjudged@10 |",
        "|---|---:|---:|---:|---:|---:|",
        "| hybrid | 0.716 | 0.900 | 0.700 | 0.650 | 0.250 |",
        "",
        "Judged queries: 1,234.",
        "Queries that are papers themselves, these left out: 4.",
        "Judged queries without a text, left out: 2.",
        "Judged papers that are not in the library: 3.",
    ]


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


def test_queries_are_read_plain_and_packed(tmp_path: Path) -> None:
    text = '{"_id": "q1", "text": "dough"}\r\n\n{"_id": 2, "text": "Öl", "metadata": {}}'
    (tmp_path / "plain.jsonl").write_bytes(text.encode())
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    expected = {"q1": "dough", "2": "Öl"}
    assert read_queries(tmp_path / "plain.jsonl") == expected
    assert read_queries(str(tmp_path / "packed.jsonl.gz")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "query-id\tcorpus-id\tscore\nq1\td 1\t1\nq1\td2\t0\nquery\td3\t2\n",
        "q1\td 1\t1\r\nq1\td2\t0\r\n\r\nquery\td3\t2",
        "qid\titer\tdocno\trel\nq1\t0\td 1\t1\nq1\t0\td2\t0\nquery\tQ0\td3\t2\n",
    ],
)
def test_judgements_are_read_in_both_forms(tmp_path: Path, text: str) -> None:
    (tmp_path / "qrels.tsv").write_bytes(gzip.compress(text.encode()))
    assert read_qrels(tmp_path / "qrels.tsv") == {"q1": {"d 1": 1, "d2": 0}, "query": {"d3": 2}}


def test_judgements_of_trec_are_read(tmp_path: Path) -> None:
    (tmp_path / "qrels.txt").write_text("301 0 FT-1 1\n301 0  FT-2 -2\nquery 0 FT-1 3\n")
    assert read_qrels(tmp_path / "qrels.txt") == {
        "301": {"FT-1": 1, "FT-2": -2},
        "query": {"FT-1": 3},
    }


def test_a_grade_below_zero_is_as_good_as_zero(small_library: Library) -> None:
    figures = [
        evaluate(small_library, {"a": LOAF}, {"a": {"marsh-1": 1, "10.1000/yeast.2": grade}})
        for grade in (0, -2)
    ]
    assert figures[0].as_dict() == figures[1].as_dict()


GOOD = '{"_id": "a", "text": "dough"}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no queries"),
        ("\n \n", "holds no queries"),
        (GOOD + "dough\n", "line 2: it is not JSON"),
        (GOOD + '["b", "dough"]\n', "line 2: this is no query with an _id"),
        (GOOD + '{"text": "dough"}\n', "line 2: this is no query with an _id"),
        (GOOD + '{"_id": true, "text": "dough"}\n', "line 2: this is no query with an _id"),
        (GOOD + '\n{"_id": "b"}\n', "line 3: the query 'b' has no text"),
        (GOOD + '{"_id": "b", "text": " "}\n', "line 2: the query 'b' has no text"),
        (GOOD + '{"_id": "a", "text": "yeast"}\n', "line 2: the query 'a' stands above"),
    ],
)
def test_unusable_queries_are_refused_with_their_place(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text(text)
    with pytest.raises(SourceError) as raised:
        read_queries(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no judgements"),
        ("query-id\tcorpus-id\tscore\n", "holds no judgements"),
        ("a\td1\t1\na\td2\n", "line 2: 'a\\td2' is no judgement"),
        ("a\td1\t1\na\t\t1\n", "line 2: 'a\\t\\t1' is no judgement"),
        ("a\td1\thigh\n", "line 1: the grade 'high' is no whole number"),
        ("a\td1\t1\n\nqid\td2\tscore\n", "line 3: the grade 'score' is no whole number"),
        ("a\td1\t0.5\n", "line 1: the grade '0.5' is no whole number"),
        ("a\td1\t1\na\td1\t2\n", "line 2: the paper 'd1' stands above with another grade"),
    ],
)
def test_unusable_judgements_are_refused_with_their_place(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text(text)
    with pytest.raises(SourceError) as raised:
        read_qrels(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.tsv"):
        read_qrels(tmp_path / "absent.tsv")
    with pytest.raises(SourceError, match="directory"):
        read_queries(tmp_path)
    cut = gzip.compress(GOOD.encode() * 1000)[:-20]
    (tmp_path / "queries.jsonl.gz").write_bytes(cut)
    with pytest.raises(SourceError, match=r"queries\.jsonl\.gz.*damaged"):
        read_queries(tmp_path / "queries.jsonl.gz")


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
    command = [script, folder, tmp_path / "absent", "--keep", tmp_path / "kept", "--json", report]
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "| collection | keyword nDCG@10 | semantic nDCG@10 | hybrid nDCG@10 | hybrid recall@100 |",
        "|---|---:|---:|---:|---:|",
        # By its words alone the query finds "why" first.
        "| tiny | 0.631 | 1.000 | 1.000 | 1.000 |",
    ]
    assert done.returncode == 1
    assert f"{tmp_path / 'absent'} has no corpus.jsonl" in done.stderr
    assert json.loads(report.read_text())["tiny"]["queries"] == 1
    with paperkin.open(tmp_path / "kept" / "tiny") as library:
        assert len(library) == len(PAPERS)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of the demonstration collection. Tests must not change it."""
    place = tmp_path_factory.mktemp("demo") / "library"
    with paperkin.build(place, demonstration() / "papers.jsonl") as library:
        yield library


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

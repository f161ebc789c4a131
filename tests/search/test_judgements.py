"""Queries and judgements from files: both forms, and what is refused, with its place."""

import gzip
from pathlib import Path

import pytest

from paperkin.index.errors import SourceError
from paperkin.search.judgements import judged_queries, read_qrels, read_queries


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
    with pytest.raises(SourceError, match=r"^There is no file .*absent\.tsv\. Check the path"):
        read_qrels(tmp_path / "absent.tsv")
    with pytest.raises(SourceError, match="directory"):
        read_queries(tmp_path)
    cut = gzip.compress(GOOD.encode() * 1000)[:-20]
    (tmp_path / "queries.jsonl.gz").write_bytes(cut)
    with pytest.raises(SourceError, match=r"queries\.jsonl\.gz.*damaged"):
        read_queries(tmp_path / "queries.jsonl.gz")


@pytest.mark.parametrize("qrels", [{}, {"a": {}}])
def test_no_judgements_at_all_is_said(qrels: dict[str, dict[str, int]]) -> None:
    with pytest.raises(SourceError, match="no judgements to measure by"):
        judged_queries({"a": "dough"}, qrels)

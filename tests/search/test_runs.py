"""Run files: what is read is what was written, and what is refused, with its place."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from paperkin.index.errors import SourceError
from paperkin.search.runs import Run, read_run, write_run


def test_a_run_is_read_by_scores_and_then_by_ranks(tmp_path: Path) -> None:
    text = (
        "q1 Q0 d1 2 0.5 tag\r\n"
        "q2\tQ0\ta paper\t0\t-3\tmy tag\r\n"
        "\n"
        "q1  Q0  d2  1  5e-1  tag\n"
        "q1 Q0 d3 3 0.75 tag"
    )
    (tmp_path / "bm25.run.gz").write_bytes(gzip.compress(text.encode()))
    run = read_run(tmp_path / "bm25.run.gz")
    assert run == Run(
        "bm25.run.gz", {"q1": {"d3": 0.75, "d2": 0.5, "d1": 0.5}, "q2": {"a paper": -3}}, 1
    )
    assert list(run.ranked["q1"]) == ["d3", "d2", "d1"]


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    ranked = {
        "q 1": {"a paper": 12.5, "d2": 12.5, "d3": 12.25, "DOI:10.1/x;y": -1e300, "d5": -1e300},
        "q2": {"d3": 1e300, "d2": 1e300, "é": 0.0, "d4": 0.0, "d5": 0.0},
    }
    write_run(tmp_path / "x.run", Run("my system", ranked))
    again = read_run(tmp_path / "x.run")
    assert {query: list(found) for query, found in again.ranked.items()} == {
        query: list(found) for query, found in ranked.items()
    }
    assert again.misranked == 0
    for query, found in again.ranked.items():
        # Other programs read single precision, and order equal scores by a rule of their own.
        scores = np.array(list(found.values()), np.float32)
        assert (np.diff(scores) < 0).all()
        if query == "q 1":
            assert scores[:3] == pytest.approx([12.5, 12.5, 12.25], rel=1e-6)
    lines = (tmp_path / "x.run").read_text("utf-8").splitlines()
    assert lines[0] == "q 1\tQ0\ta paper\t1\t12.5\tmy_system"
    assert lines[-3].split(" ") == ["q2", "Q0", "é", "3", "0.0", "my_system"]


def test_trec_eval_finds_the_papers_in_the_same_order(tmp_path: Path) -> None:
    import ir_measures

    names = [f"d{n:02}" for n in range(12)]
    write_run(tmp_path / "x.run", Run("x", {"q": dict.fromkeys(names, 0.25)}))
    measures = [ir_measures.RR]
    for place, name in enumerate(names, start=1):
        docs = list(ir_measures.read_trec_run(str(tmp_path / "x.run")))
        qrels = {"q": {name: 1}}
        assert ir_measures.calc_aggregate(measures, qrels, docs) == {ir_measures.RR: 1 / place}


GOOD = "q1 Q0 d1 1 2.5 tag\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no ranking"),
        ("\n  \n", "holds no ranking"),
        (GOOD + "q1 Q0 d2 2 2.5\n", "line 2: 'q1 Q0 d2 2 2.5' is no line of a run"),
        (GOOD + "\nq1 Q0 d2 2 2.5 tag more\n", "line 3: "),
        (GOOD + "q1\tQ0\t\t2\t2.5\ttag\n", "line 2: "),
        (GOOD + "q1 Q0 d2 second 2.5 tag\n", "line 2: the rank 'second' is no number"),
        (GOOD + "q1 Q0 d2 1.5 2.5 tag\n", "line 2: the rank '1.5' is no whole number"),
        (GOOD + "q1 Q0 d2 2 high tag\n", "line 2: the score 'high' is no number"),
        (GOOD + "q1 Q0 d2 2 nan tag\n", "line 2: the score 'nan' is no number"),
        (GOOD + "q1 Q0 d2 2 inf tag\n", "line 2: the score 'inf' is no number"),
        (GOOD + "q2 Q0 d1 1 2.5 t\nq1 Q0 d1 2 1 t\n", "line 3: the paper 'd1' stands above"),
    ],
)
def test_unusable_runs_are_refused_with_their_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.run"
    path.write_text(text)
    with pytest.raises(SourceError) as raised:
        read_run(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize("name", ["a\tb", "a\nb", " ", ""])
def test_ids_that_no_line_can_hold_are_refused(tmp_path: Path, name: str) -> None:
    for ranked in ({name: {"d": 1.0}}, {"q": {name: 1.0}}):
        with pytest.raises(SourceError, match="A run cannot hold the id"):
            write_run(tmp_path / "x.run", Run("x", ranked))
        assert not (tmp_path / "x.run").exists()

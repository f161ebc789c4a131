"""The command line as a person or a script meets it: output, messages, exit status."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from paperkin.api.cli import main
from paperkin.api.commands import COMMANDS, info
from paperkin.index.readers import FORMATS
from paperkin.search.library import Library
from small import PAPERS, write_papers

NAMES = [each.__name__.rpartition(".")[2] for each in COMMANDS]
YEAST = "DOI:10.1000/yeast.2"


class Shell:
    """Runs commands inside this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._capsys.readouterr()
        status = main([str(each) for each in arguments])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    def json(self, *arguments: object) -> Any:
        status, out, _ = self(*arguments, "--json")
        assert status == 0
        return json.loads(out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def made(run: Shell, tmp_path: Path) -> Path:
    """A library of its own for a test that changes it."""
    write_papers(tmp_path / "papers.jsonl", PAPERS[:3])
    assert run("build", tmp_path / "library", tmp_path / "papers.jsonl")[0] == 0
    return tmp_path / "library"


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    program = (
        "import sys; from paperkin.api.cli import main; status = main(['--help']); "
        "heavy = {'numpy', 'torch', 'fastapi', 'tantivy', 'faiss', 'tqdm', 'sqlite3'}; "
        "sys.exit(f'loaded {heavy & set(sys.modules)}' if heavy & set(sys.modules) else status)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    listed = re.findall(r"^    ([a-z]+) ", done.stdout, re.MULTILINE)
    assert listed == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself_with_an_example(run: Shell, name: str) -> None:
    status, out, err = run(name, "--help")
    assert (status, err) == (0, "")
    assert "LIBRARY" in out
    assert f"example:\n  paperkin {name} mylib" in out


def test_help_of_build_names_every_format(run: Shell) -> None:
    words = run("build", "--help")[1].split("--format FORMAT")[-1].split("--model")[0]
    assert set(FORMATS) <= set(re.findall("[a-z]+", words))


def test_version(run: Shell) -> None:
    assert re.fullmatch(r"paperkin \d+\.\d+\.\d+\n", run("--version")[1])


def test_search_shows_the_best_paper_first(run: Shell, small_library: Library) -> None:
    status, out, err = run("search", small_library.path, "why", "is", "my", "loaf", "acidic")
    assert (status, err) == (0, "")
    # So small a library is judged by words, and no paper has these.
    remark, empty, *lines = out.splitlines()
    assert (remark[:20], empty) == ("Nothing here matches", "")
    assert lines[:2] == [
        " 1. Wild yeast in sourdough starters",
        "    Cyril Óg, Wei Zhang · 2019 · Journal of Ferments",
    ]
    address, sure = lines[2].rsplit(" · ", 1)
    assert address == "    DOI:10.1000/yeast.2 · https://doi.org/10.1000/yeast.2"
    assert re.fullmatch(r"\d{1,2}% sure", sure)
    assert out.endswith("\n\nPlaces 1 to 8 of 8.\n")


def test_search_and_related_explain(run: Shell, small_library: Library) -> None:
    asked = ("search", small_library.path, "storms", "shore", "-k", 1, "--explain")
    status, out, err = run(*asked)
    assert (status, err) == (0, "")
    assert "): Storms feed the marsh with mud" in out
    assert "    found: storms (title and abstract)\n    not found: shore\n    score " in out
    (hit,) = run.json(*asked)["hits"]
    assert sum(hit["why"]["parts"].values()) == pytest.approx(hit["score"], abs=1e-5)
    out = run("related", small_library.path, "marsh-1", "-k", 1, "--explain")[1]
    assert "    found: marsh (abstract), dikes (abstract)\n" in out


def test_search_as_json_is_one_document(run: Shell, small_library: Library) -> None:
    asked = ("search", small_library.path, "waves of storms", "-k", 1, "--category", "earth.*")
    found = run.json(*asked)
    assert list(found) == [
        *("query", "total", "offset", "next", "mode", "sort", "verdict", "confidence"),
        *("corrected", "suggestion", "remark", "reranked", "fingerprint", "hits"),
    ]
    assert (found["query"], found["total"], found["next"]) == ("waves of storms", 2, 1)
    (hit,) = found["hits"]
    assert (hit["rank"], hit["title"]) == (1, "Salt marshes slow the waves of storms")
    assert (hit["authors"], hit["year"]) == (["Dora Reed"], 2020)
    assert 0 < hit["confidence"] <= found["confidence"] <= 1
    assert found["verdict"] in ("good", "weak")


def test_options_may_stand_anywhere_and_filters_repeat(run: Shell, small_library: Library) -> None:
    found = run.json(
        "search",
        "--mode",
        "keyword",
        small_library.path,
        "--author=zhang",
        "--year=2019",
        "--year",
        "-2017",
        "violins",
        "--author",
        "!cyril",
        "yeasts",
    )
    assert found["query"] == "violins yeasts"
    assert [hit["title"] for hit in found["hits"]] == [
        "Why old violins are hard to tell from new ones"
    ]


def test_a_query_may_begin_with_a_dash(run: Shell, small_library: Library) -> None:
    asked = ("search", "--mode=keyword", "--json", small_library.path, "--", "-sourdough")
    _, out, _ = run(*asked)
    found = {hit["id"] for hit in json.loads(out)["hits"]}
    assert found == {paper.id for paper in small_library} - {YEAST}


def test_a_misspelled_word_is_corrected_and_the_answer_says_so(
    run: Shell, small_library: Library
) -> None:
    asked = ("search", small_library.path, "sourdugh startres", "--mode=keyword")
    status, out, _ = run(*asked)
    assert status == 0
    assert out.startswith("Showing results for: sourdough starters\n\n 1. Wild yeast")
    found = run.json(*asked)
    assert (found["query"], found["corrected"]) == ("sourdugh startres", "sourdough starters")
    assert found["suggestion"] is None
    assert run.json("search", small_library.path, "sourdough")["corrected"] is None


def test_no_answer_says_so(run: Shell, small_library: Library) -> None:
    lib = small_library.path
    status, out, _ = run("search", lib, "quasar", "--mode", "keyword")
    assert (status, out) == (0, "No paper holds a word of the query.\n")
    status, out, _ = run("related", lib, YEAST, "--year", "1999")
    assert (status, out) == (0, "No paper passes the filters.\n")
    status, out, _ = run("search", lib, "--", "-yeast", "title:yeast")
    said = "No paper meets all that the query demands or excludes.\n"
    assert (status, out) == (0, said)
    status, out, _ = run("related", lib, YEAST, "--offset", "50")
    assert (status, out) == (0, "The answer ends at place 7; offset 50 is beyond it.\n")


def test_words_with_a_dash_are_told_where_to_stand(run: Shell, small_library: Library) -> None:
    hint = ". Words that begin with a dash stand behind --, after all options\n"
    for query in (["-yeast"], ["bread", "-yeast"], ["-ketchup"], ["x", '-"sour"']):
        status, out, err = run("search", small_library.path, *query)
        assert (status, out) == (2, "")
        assert err.startswith("usage: paperkin search ")
        assert err.endswith(hint)
    for wrong in (["bread", "--colour", "red"], ["-k", "x", "bread"], ["--year"]):
        status, _, err = run("search", small_library.path, *wrong)
        assert (status, "stand behind --" in err) == (2, False)
    assert run("search", small_library.path, "--", "-yeast")[0] == 0


def test_search_without_some_papers(run: Shell, small_library: Library) -> None:
    asked = ("search", small_library.path, "sourdough", "yeast")
    first, second = run.json(*asked)["hits"][:2]
    found = run.json(*asked, "--without", first["id"], "--without", "marsh-1")
    assert (found["hits"][0]["id"], found["total"]) == (second["id"], 6)
    status, out, err = run(*asked, "--without", "nobody")
    assert (status, out) == (1, "")
    assert "No paper of this library has the id 'nobody'" in err


def test_related_leaves_out_the_paper_itself(run: Shell, small_library: Library) -> None:
    found = run.json("related", small_library.path, "https://doi.org/10.1000/YEAST.2", "-k", 2)
    assert (found["ids"], found["total"], found["next"]) == ([YEAST], 7, 2)
    assert found["hits"][0]["title"] == "Bread dough judged by hand"


def test_show_tells_everything(run: Shell, small_library: Library) -> None:
    _, out, _ = run("show", small_library.path, YEAST)
    assert out.splitlines()[:2] == [
        "Wild yeast in sourdough starters",
        "authors     Cyril Óg, Wei Zhang",
    ]
    assert "warmth decide which of them win" in " ".join(out.split())
    (paper,) = run.json("show", small_library.path, "10.1000/yeast.2")["papers"]
    assert (paper["doi"], paper["published"]) == ("10.1000/yeast.2", "2019")
    assert paper["categories"] == ["food.bio"]


def test_info(run: Shell, small_library: Library) -> None:
    known = run.json("info", small_library.path)
    assert (known["papers"], known["years"]) == (8, [2017, 2022])
    _, out, _ = run("info", small_library.path)
    assert re.search(r"^papers    8$", out, re.MULTILINE)


def test_a_library_through_its_life(run: Shell, made: Path, tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl", [*PAPERS[:4], {"title": "", "abstract": ""}])
    report = run.json("build", made, source)
    del report["seconds"]
    assert report == {
        "library": str(made),
        "papers": 4,
        "read": 5,
        "added": 1,
        "updated": 0,
        "unchanged": 3,
        "merged": 0,
        "removed": 0,
        "rejected": 1,
        "encoded": 1,
        "sources": ["papers.jsonl"],
        "skipped": [],
        "rejects": str(made / "rejects.jsonl"),
        "first_rejects": report["first_rejects"],
        # So few are compared one by one; the fourth stands beside them.
        "dense": {"kind": "exact", "papers": 3, "recall": {}, "settings": {}, "target": 0.99},
    }
    assert report["first_rejects"][0].startswith(f"{source}, line 5: ")

    assert run("remove", made, YEAST) == (
        0,
        f"Removed {YEAST}. The library holds 3 papers.\n",
        "",
    )
    status, _, err = run("show", made, YEAST)
    assert status == 1
    assert "was removed from this library" in err

    status, out, _ = run("build", made, source)
    assert status == 0
    lines = out.splitlines()
    assert re.fullmatch(
        r"Read 5 records in [0-9.]+ s: 0 added, 0 updated, 3 unchanged, 0 merged, 1 removed, "
        r"1 rejected; 0 encoded\.",
        lines[0],
    )
    assert lines[1] == f"{made} holds 3 papers."
    assert lines[2].endswith("--restore brings those papers back.")
    assert lines[3] == "Rejected:"
    assert lines[4].startswith(f"  {source}, line 5: ")
    assert lines[5] == f"All rejected records are in {made / 'rejects.jsonl'}"

    assert run.json("build", made, source, "--restore")["papers"] == 4
    assert run("show", made, YEAST)[0] == 0
    assert run("doctor", made) == (0, f"{made} is sound.\n", "")
    status, out, _ = run("rebuild", made, "--quiet")
    assert (status, out.partition(",")[0]) == (0, "Made anew: 4 papers")


def test_doctor_fails_where_something_is_wrong(run: Shell, made: Path) -> None:
    connection = sqlite3.connect(made / "library.db")
    connection.execute("DELETE FROM vectors WHERE paper = 1")
    connection.commit()
    connection.close()
    status, out, err = run("doctor", made)
    assert status == 1
    assert out.splitlines()[:2] == [
        "error: Papers without a vector of their present text: 1.",
        f"  Encode what is missing: paperkin rebuild {made}",
    ]
    assert re.fullmatch(rf"paperkin: {re.escape(str(made))} has \d+ errors?\.\n", err)
    status, out, _ = run("doctor", made, "--json")
    said = json.loads(out)
    assert (status, said["library"], said["sound"]) == (1, str(made), False)
    assert said["findings"][0] == {
        "severity": "error",
        "what": "Papers without a vector of their present text: 1.",
        "mend": f"Encode what is missing: paperkin rebuild {made}",
    }
    assert run("rebuild", made, "--quiet")[0] == 0
    assert run("doctor", made)[0] == 0


def test_the_demonstration_is_built_and_evaluated(run: Shell, tmp_path: Path) -> None:
    assert run("build", tmp_path / "demo", "--demo")[0] == 0
    found = run.json("evaluate", tmp_path / "demo", "--demo")
    by_mode = {mode: figures["ndcg@10"] for mode, figures in found["by_mode"].items()}
    assert found["queries"] >= 40
    assert (found["unknown_queries"], found["unknown_papers"]) == (0, 0)
    assert by_mode["hybrid"] > by_mode["keyword"] + 0.1
    assert by_mode["semantic"] > by_mode["keyword"] + 0.1


def test_evaluate(run: Shell, small_library: Library, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"_id": "q1", "text": "sour bread and yeast"}\n')
    (tmp_path / "r.tsv").write_text("query-id\tcorpus-id\tscore\nq1\t10.1000/yeast.2\t1\n")
    asked = ("evaluate", small_library.path, tmp_path / "q.jsonl", tmp_path / "r.tsv", "--quiet")
    measured = run.json(*asked)
    assert (measured["ndcg@10"], measured["mrr@10"], measured["queries"]) == (1, 1, 1)
    assert list(measured["by_mode"]) == ["hybrid", "semantic", "keyword"]
    assert "| hybrid | 1.000 |" in run(*asked)[1]


def test_evaluate_builds_a_folder_by_the_model_that_is_named(run: Shell, tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d", "title": "Bread", "text": "Dough."}\n')
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "bread"}\n')
    (tmp_path / "qrels" / "test.tsv").write_text("q\td\t1\n")
    status, out, err = run("evaluate", tmp_path, "--model", tmp_path / "nowhere", "--quiet")
    assert (status, out) == (1, "")
    assert f"There is no folder {tmp_path / 'nowhere'}" in err


def test_evaluate_writes_runs_and_judges_runs(
    run: Shell, small_library: Library, tmp_path: Path
) -> None:
    texts = {"q1": "sour bread and yeast", "q2": "why old violins sound as they do"}
    queries = "".join(
        json.dumps({"_id": name, "text": text}) + "\n" for name, text in texts.items()
    )
    (tmp_path / "q.jsonl").write_text(queries)
    (tmp_path / "r.tsv").write_text("q1\t10.1000/yeast.2\t1\nq2\tviolin-1\t1\n")
    asked = ("evaluate", small_library.path, tmp_path / "q.jsonl", tmp_path / "r.tsv", "--quiet")
    written = run.json(*asked, "--write-runs", tmp_path / "new" / "runs")
    files = sorted(path.name for path in (tmp_path / "new" / "runs").iterdir())
    assert files == ["hybrid.run", "keyword.run", "semantic.run"]
    first = (tmp_path / "new" / "runs" / "hybrid.run").read_text().splitlines()[0].split()
    assert (first[:4], first[5]) == (["q1", "Q0", "10.1000/yeast.2", "1"], "paperkin-hybrid")
    (tmp_path / "bad.run").write_text("q1 Q0 bridge-1 1 2.0 x\nq1 Q0 nowhere 2 1.0 x\n")
    judged = run.json(
        *asked,
        *("--run", tmp_path / "new" / "runs" / "keyword.run"),
        *("--run", tmp_path / "bad.run"),
    )
    again = judged["by_run"]["keyword.run"]
    assert {name: again[name] for name in written["by_mode"]["keyword"]} == written["by_mode"][
        "keyword"
    ]
    bad = judged["by_run"]["bad.run"]
    assert (bad["mrr@10"], bad["unknown_papers"], bad["unanswered"]) == (0, 1, 1)
    against = {
        each["against"]: each["by_measure"]
        for each in judged["comparisons"]
        if each["mode"] == "hybrid"
    }
    assert list(against) == ["semantic", "keyword", "keyword.run", "bad.run"]
    assert against["keyword.run"] == against["keyword"]
    assert against["bad.run"]["mrr@10"] == {"difference": 1.0, "interval": [1.0, 1.0], "p": 0.5}
    out = run(*asked, "--run", tmp_path / "bad.run")[1]
    assert "| bad.run | MRR@10 | +1.000 | +1.000 to +1.000 | 0.5000 |" in out
    assert judged["comparisons"][-1]["mode"] == "keyword.run"
    status, out, err = run(*asked, "--write-runs", tmp_path / "bad.run")
    assert (status, out) == (1, "")
    assert "bad.run (File exists). Give --write-runs another folder." in err
    status, out, err = run(*asked, "--model", "some/model")
    assert (status, out) == (2, "")
    assert "a library is measured by its own model" in err
    (tmp_path / "empty.run").write_text("")
    status, out, err = run(*asked, "--run", tmp_path / "empty.run")
    assert (status, out) == (1, "")
    assert "empty.run holds no ranking" in err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("search", "LIB", " "), "The query is empty. Say what the papers should be about."),
        (("search", "LIB", "bread", "-k", "0"), "at least one place; 0 were asked for."),
        (("search", "LIB", "bread", "--offset", "10000"), "goes down to place 10,000"),
        (("search", "LIB", "bread", "--year", "2021-2019"), "'2021-2019' run backwards"),
        (("search", "LIB", "bread", "--year", "soon"), "'soon' is no year or range of years"),
        (("search", "LIB", "bread", "--author", ""), "The filter author is empty"),
        (("related", "LIB", "arXiv:2999.12345"), "has the id 'arXiv:2999.12345'"),
        (("show", "LIB", YEAST, "nothing"), "No paper of this library has the id 'nothing'"),
        (("remove", "LIB", YEAST, "nothing"), "No paper of this library has the id 'nothing'"),
        (("search", "MISSING", "bread"), "There is no library at MISSING. Make one with: paperkin"),
        (("info", "FOLDER"), "FOLDER is no library: it holds no library.db."),
        (("doctor", "FOLDER"), "FOLDER is no library: it holds no library.db."),
        (("serve", "MISSING", "--port", "0"), "There is no library at MISSING."),
        (("build", "FOLDER", "FILE"), "FOLDER is a folder with other files in it"),
        (("build", "MISSING", "nowhere.bib"), "There is no file or folder at 'nowhere.bib'"),
        (("build", "MISSING", "FILE", "--model", "/no/such/model"), "/no/such/model"),
        (("evaluate", "FOLDER"), "FOLDER has no corpus.jsonl"),
        (("evaluate", "LIB", "none.jsonl", "none.tsv"), "none.jsonl"),
    ],
)
def test_what_cannot_be_done_is_one_reason_and_status_1(
    run: Shell,
    small_library: Library,
    tmp_path: Path,
    arguments: tuple[str, ...],
    reason: str,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    places = {
        "LIB": small_library.path,
        "MISSING": str(tmp_path / "missing"),
        "FOLDER": str(folder),
        "FILE": str(write_papers(folder / "papers.jsonl", PAPERS[:1])),
    }
    status, out, err = run(*(places.get(each, each) for each in arguments))
    for name, place in places.items():
        reason = reason.replace(name, place)
    assert (status, out) == (1, "")
    assert err.startswith("paperkin: ")
    assert reason in err
    assert err.count("\n") == 1
    assert not (tmp_path / "missing").exists()
    assert len(small_library) == 8


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("serch", "lib", "bread"), "invalid choice: 'serch'"),
        (("search", "lib"), "the following arguments are required: QUERY"),
        (("search", "lib", "bread", "-k", "many"), "invalid int value: 'many'"),
        (("search", "lib", "bread", "--mode", "magic"), "invalid choice: 'magic'"),
        (("search", "lib", "bread", "--colour", "red"), "unrecognized arguments: --colour"),
        (("build", "lib", "x.csv", "--format", "docx"), "there is no format 'docx' (choose from"),
        (("build", "lib"), "give at least one SOURCE"),
        (("serve", "lib", "--port", "70000"), "'70000' is no value for --port. It may"),
        (("serve", "lib", "--host", "0.0.0.0"), "0.0.0.0 can be reached from other machines"),
        (("evaluate", "lib", "queries.jsonl"), "give QRELS.tsv after QUERIES.jsonl"),
    ],
)
def test_wrong_usage_is_status_2(run: Shell, arguments: tuple[str, ...], reason: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: paperkin")
    assert reason in err


def test_a_bug_is_called_one(
    run: Shell,
    small_library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(_: object) -> str:
        raise KeyError("years")

    monkeypatch.delenv("PAPERKIN_DEBUG", raising=False)
    monkeypatch.setattr(info, "_text", broken)
    status, out, err = run("info", small_library.path)
    assert (status, out) == (1, "")
    assert err.startswith("paperkin: This is a bug of Paperkin (KeyError: 'years').")
    assert err.count("\n") == 1
    monkeypatch.setenv("PAPERKIN_DEBUG", "1")
    assert main(["info", small_library.path]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_closed_pipe_ends_quietly(small_library: Library, paperkin_command: list[str]) -> None:
    command = [*paperkin_command, "info", small_library.path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_titles_are_bold_on_a_terminal_unless_no_color(
    small_library: Library, paperkin_command: list[str]
) -> None:
    command = [*paperkin_command, "show", small_library.path, YEAST]
    bold = b"\x1b[1mWild yeast in sourdough starters\x1b[0m"
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    assert bold in _on_terminal(command, environment)
    plain = _on_terminal(command, {**environment, "NO_COLOR": "1"})
    assert b"\x1b" not in plain
    assert plain.startswith(b"Wild yeast in sourdough starters")


def _on_terminal(command: list[str], environment: dict[str, str]) -> bytes:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdout=theirs, env=environment)
    os.close(theirs)
    output = b"".join(_blocks(ours))
    os.close(ours)
    assert process.wait() == 0
    return output


def _blocks(terminal: int) -> Any:
    try:
        while block := os.read(terminal, 4096):
            yield block
    except OSError:  # how Linux says that the other side is closed
        return


def test_ctrl_c_stops_a_build_that_can_go_on(
    run: Shell, made: Path, paperkin_command: list[str]
) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    command = [*paperkin_command, "build", str(made), "--demo"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    seen = b""
    for block in _blocks(ours):
        seen += block
        if b"%|" in seen and process.poll() is None:
            process.send_signal(signal.SIGINT)
            break
    seen += b"".join(_blocks(ours))
    os.close(ours)
    assert process.stdout is not None
    assert (process.stdout.read(), process.wait()) == (b"", 1)
    process.stdout.close()
    assert b"[1/1] papers.jsonl:" in seen
    said = b"paperkin: Stopped; 3 papers are in the library. The same command goes on from there."
    assert said in seen
    assert b"Traceback" not in seen
    assert run("doctor", made)[0] == 0

"""Exports from the command line and over HTTP."""

import csv
import io
import json
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from paperkin.api.cli import main
from paperkin.index.writers.formats import FORMATS, format_named
from paperkin.search.library import Library
from small import PAPERS

YEAST = "DOI:10.1000/yeast.2"


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_gets_the_format_of_its_name(
    small_library: Library,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    format: str,
) -> None:
    file = tmp_path / f"all{format_named(format).endings[0]}"
    assert main(["export", small_library.path, "--out", str(file)]) == 0
    assert capsysbinary.readouterr() == (f"{file}: 8 papers.\n".encode(), b"")
    written = file.read_bytes()
    assert main(["export", small_library.path, "--format", format]) == 0
    assert capsysbinary.readouterr() == (written, b"")
    if format == "parquet":
        assert pq.read_table(file).column("title").to_pylist() == [each["title"] for each in PAPERS]
    else:
        assert written.decode("utf-8").count("Why old violins") == 1


def test_what_is_exported_is_chosen(
    small_library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def titles(*arguments: str) -> list[str]:
        capsys.readouterr()
        assert main(["export", small_library.path, "--format", "jsonl", *arguments]) == 0
        return [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()]

    assert titles("--year", "2020-", "--category", "earth.*") == [
        "Salt marshes slow the waves of storms",
        "Letting the tide back in",
    ]
    assert titles("--query", "storms at the shore", "-k", "1", "--venue", "coasts") == [
        "Salt marshes slow the waves of storms"
    ]
    assert titles("--query", "tide", "--mode", "keyword", "--offset", "1") == []
    listed = tmp_path / "ids.txt"
    listed.write_text(f"# to read\n{YEAST}\n\nmarsh-2\n", "utf-8")
    assert titles("--ids-from", str(listed)) == titles("--ids", YEAST, "marsh-2")
    assert titles("--ids", "violin-1") == ["Why old violins are hard to tell from new ones"]
    assert '"abstract": ""' in _said(
        capsys, small_library, "--format", "jsonl", "--ids", YEAST, "--no-abstracts"
    )


def _said(capsys: pytest.CaptureFixture[str], library: Library, *arguments: str) -> str:
    capsys.readouterr()
    assert main(["export", library.path, *arguments]) == 0
    return capsys.readouterr().out


def test_what_cannot_be_is_said_in_a_sentence(
    small_library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine", "utf-8")
    for arguments, status, said in (
        (["--out", str(there)], 1, "exists already"),
        (["--out", str(there), "--force", "--ids", YEAST, "nope"], 1, "has the id 'nope'"),
        (["--out", str(tmp_path / "x.doc")], 1, "does not tell in which format"),
        (["--format", "xml"], 2, "invalid choice: 'xml'"),
        ([], 2, "give --format"),
        (["--format", "ris", "-k", "3"], 2, "-k needs --query"),
        (["--format", "ris", "--ids", "x", "--cluster", "3"], 2, "do not go together"),
        (["--format", "ris", "--ids", "x", "--year", "2020"], 2, "filters do not go with --ids"),
        (["--format", "ris", "--force"], 2, "--force needs --out"),
        (["--format", "ris", "--cluster", "3"], 1, "paperkin clusters"),
        (["--format", "ris", "--ids-from", str(tmp_path / "no")], 1, "cannot be read"),
    ):
        capsys.readouterr()
        assert main(["export", small_library.path, *arguments]) == status, arguments
        out, err = capsys.readouterr()
        assert out == ""
        assert said in err
        assert "Traceback" not in err
    assert there.read_text("utf-8") == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["there.csv"]


def test_answers_in_a_format(small_library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["search", small_library.path, "storms at the shore", "-k", "2", "--format", "ris"]
    assert main(asked) == 0
    out, err = capsys.readouterr()
    assert out.count("TY  - ") == 2
    assert out.splitlines()[2] == "TI  - Salt marshes slow the waves of storms"
    assert not err.startswith("paperkin:")
    assert main(["related", small_library.path, "marsh-1", "-k", "1", "--format", "csv"]) == 0
    assert "Letting the tide back in" in capsys.readouterr().out
    for other in ("--json", "--explain", "--groups"):
        assert main([*asked, other]) == 2
        assert f"{other} does not go with --format" in capsys.readouterr().err


def test_a_closed_pipe_and_a_full_disk(small_library: Library, paperkin_command: list[str]) -> None:
    export = [*paperkin_command, "export", small_library.path, "--format", "csl-json"]
    with subprocess.Popen(export, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0
    with open("/dev/full", "wb") as full:
        done = subprocess.run(export, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "paperkin: Not all could be written to standard output: No space left on device. What "
        "stands there is cut off.\n"
    )


def got(client: TestClient, path: str, **more: str) -> Any:
    return client.get("".join([path, *(f"&{name}={value}" for name, value in more.items())]))


@pytest.mark.parametrize("format", FORMATS)
def test_format_over_http(client: TestClient, format: str) -> None:
    chosen = format_named(format)

    def liked(**more: str) -> Any:
        return client.post("/v1/recommendations", json={"like": ["marsh-1"], "limit": 2, **more})

    for ask in (
        partial(got, client, "/v1/search?q=storms+at+the+shore&limit=2"),
        partial(got, client, "/v1/papers/marsh-1/related?limit=2"),
        liked,
    ):
        answer = ask(format=format)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == chosen.media_type
        name = f'attachment; filename="papers{chosen.endings[0]}"'
        assert answer.headers["content-disposition"] == name
        assert answer.headers["x-content-type-options"] == "nosniff"
        ids = [hit["paperId"] for hit in ask().json()["data"]]
        assert len(ids) == 2
        if format == "csv":
            rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            assert [row["id"] for row in rows] == ids
        elif format == "parquet":
            assert pq.read_table(io.BytesIO(answer.content)).column("id").to_pylist() == ids
        elif format == "csl-json":
            assert [item["id"] for item in answer.json()] == ids
    paths = client.get("/openapi.json").json()["paths"]
    for operation in (paths["/v1/search"]["get"], paths["/v1/recommendations"]["post"]):
        assert chosen.media_type.partition(";")[0] in operation["responses"]["200"]["content"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("format=xml", "'bibtex', 'ris'"),
        ("format=ris&fields=title", "fields does not go with format=ris."),
        ("format=ris&explain=true", "explain does not go with format=ris."),
        ("format=ris&groups=true", "groups does not go with format=ris."),
        ("format=ris&format=csv", "given 2 times"),
    ],
)
def test_formats_that_cannot_be_over_http(client: TestClient, asked: str, said: str) -> None:
    answer = client.get(f"/v1/search?q=tea&{asked}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]

"""What a search loads: nothing that only others need, and the model beside everything else."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from paperkin.api.cli import main
from paperkin.index import early
from paperkin.index.errors import ModelError
from paperkin.search.library import Library

HEAVY = (
    "fastapi",
    "huggingface_hub",
    "openvino.tools",
    "paperkin.index.ingest",
    "paperkin.index.readers.bibtex",
    "pandas",
    "scipy",
    "sentence_transformers",
    "sklearn",
    "torch",
    "transformers",
    "urllib.request",
)
PROGRAM = """\
import json, sys
from paperkin.api.cli import main

status = main(sys.argv[2:])
print(json.dumps([name for name in sys.argv[1].split() if name in sys.modules]), file=sys.stderr)
sys.exit(status)
"""


def test_a_search_loads_nothing_that_it_does_not_need(small_library: Library) -> None:
    # The model was compiled when the library was made; the first search keeps what is measured.
    wanted = small_library.search("salt marshes")
    asked = [sys.executable, "-c", PROGRAM, " ".join(HEAVY)]
    said = subprocess.run(
        [*asked, "search", "--json", small_library.path, "salt marshes"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(said.stderr.splitlines()[-1]) == []
    found = json.loads(said.stdout)
    assert [hit["id"] for hit in found["hits"]] == [hit.id for hit in wanted]
    assert [hit["score"] for hit in found["hits"]] == pytest.approx([h.score for h in wanted])
    assert found["hits"][0]["confidence"] == pytest.approx(wanted[0].confidence, abs=1e-3)


def test_the_model_is_loaded_early_only_for_what_encodes(
    small_library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = []
    monkeypatch.setattr("paperkin.index.early._begun", set())
    monkeypatch.setattr("paperkin.index.early._load", lambda store, text: begun.append(text))
    assert main(["search", small_library.path, "salt", "marshes", "--mode", "keyword"]) == 0
    assert begun == []
    assert main(["search", small_library.path, "salt", "marshes"]) == 0
    assert main(["search", small_library.path, "bread"]) == 0
    capsys.readouterr()
    assert begun == ["salt marshes"]


def test_what_goes_wrong_early_is_said_once_where_it_is_needed(
    small_library: Library, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def gone(store: object) -> object:
        raise ModelError("The model is nowhere.")

    monkeypatch.setattr("paperkin.index.early._begun", set())
    monkeypatch.setattr("paperkin.index.early.library_model", gone)
    monkeypatch.setattr("paperkin.search.encoding.library_model", gone)
    assert main(["search", small_library.path, "salt marshes"]) == 1
    for thread in threading.enumerate():
        if thread.name == "paperkin-model":
            thread.join()
    assert capfd.readouterr().err == "paperkin: The model is nowhere.\n"


def test_no_library_is_said_by_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(tmp_path / "none"), "salt"]) == 1
    assert "There is no library" in capsys.readouterr().err
    assert not early._begun & {tmp_path / "none"}

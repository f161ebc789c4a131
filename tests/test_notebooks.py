"""The notebooks in docs/ run from start to end, on the demonstration papers, without a warning."""

import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "notebooks"
PATIENCE = 300
"""Seconds that a cell may take on a busy machine."""


def run(name: str, tmp_path: Path) -> list[Any]:
    """The outputs of each cell of code."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    notebook = nbformat.read(tmp_path / name, as_version=4)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3", resources=where).execute()
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    # Warnings, and whatever else a library says on the side, would stand there.
    said = [out.text for cell in outputs for out in cell if out.get("name") == "stderr"]
    assert said == []
    return outputs


def html(outputs: list[Any]) -> str:
    return "".join(each.get("data", {}).get("text/html", "") for each in outputs)


def printed(outputs: list[Any]) -> str:
    return "".join(each.get("text", "") for each in outputs)


def test_every_notebook_is_tested_and_kept_without_outputs() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.ipynb")) == [
        "reading-list.ipynb",
        "tour.ipynb",
    ]
    for path in FOLDER.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)


def test_the_tour(tmp_path: Path) -> None:
    outputs = run("tour.ipynb", tmp_path)
    built = html(outputs[0])
    assert "<progress" in built
    assert "140 papers" in built
    assert "years</td><td>1998–2024" in built
    assert "While We Sleep" in html(outputs[1])
    explained = html(outputs[3])
    assert "Songs Before Surgery" in explained
    assert explained.count("<mark") == 3
    assert "Nothing here matches the query." in html(outputs[4])
    assert "How We Came to Know That Cigarettes Cause Lung Cancer (2012)" in printed(outputs[5])


def test_from_a_bibtex_file_to_a_reading_list(tmp_path: Path) -> None:
    outputs = run("reading-list.ipynb", tmp_path)
    assert "refs.bib, line 65: it has neither a title nor an abstract" in printed(outputs[1])
    mine = html(outputs[2])
    assert (mine.count("<td>True</td>"), mine.count("<td>False</td>")) == (7, 2)
    assert "Distributing practice over time" in html(outputs[3])
    found = html(outputs[4])
    assert found.count("Because of") == 8
    assert found.count("Journal of Musical Understanding") >= 2
    written = (tmp_path / "reading-list.bib").read_text(encoding="utf-8")
    assert written.count("@article{") == 6

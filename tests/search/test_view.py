"""What a search sees of a library: all live papers, whatever the derived indexes have of them."""

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index import dense
from paperkin.index.beside import worth_publishing
from paperkin.search.library import Library
from paperkin.search.semantic import scores_of
from small import write_papers


def live(library: Library) -> list[int]:
    with library.engine.views.current() as (snapshot, view):
        expected = [row[0] for row in snapshot.rows("SELECT paper FROM papers WHERE state = 0")]
        assert view.live.dtype == np.int64
        assert view.live.tolist() == sorted(expected) == snapshot.live().tolist()
        assert snapshot.count() == len(expected)
    return sorted(expected)


def test_live_papers_follow_what_is_removed_and_added(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl")
    with paperkin.build(tmp_path / "library", source) as library:
        first = live(library)
        removed = library.search("salt marshes")[0].paper.id
        library.remove(removed)
        assert len(live(library)) == len(first) - 1
        library.add(source, restore=True)
        assert live(library) == first


def test_a_paper_without_its_vector_is_live(small_library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    shutil.copytree(small_library.path, folder)
    with sqlite3.connect(folder / "library.db") as connection:
        (paper,) = connection.execute("SELECT max(paper) FROM vectors").fetchone()
        connection.execute("DELETE FROM vectors WHERE paper = ?", (paper,))
    connection.close()
    with paperkin.open(folder) as library:
        with library.store.lock:
            dense.publish(library.store)
        with library.engine.views.current() as (_, view):
            assert view.dense is not None
            assert paper not in view.dense.numbers
            # The last of all, so that there is no row where it would stand.
            others = view.dense.numbers[-2:]
            query = view.dense.vectors(np.array([len(view.dense) - 1]))[0].astype(np.float32)
            cosines = scores_of(view, query, np.append(others, paper))
            assert cosines[1] == pytest.approx(1, abs=1e-3)
            assert cosines[0] < 0.9
            assert cosines[2] == 0
        assert paper in live(library)
        with library.store.read() as snapshot:
            name = snapshot.ids_of([paper])[paper]
        assert library.search(library[name].title, mode="hybrid")[0].id == name


@pytest.mark.parametrize(
    ("changed", "papers", "meanwhile", "worth"),
    [
        (1, 10, False, False),
        (65, 10, False, True),
        (1_000, 240_000, False, False),
        (2_401, 240_000, False, True),
        (2_401, 240_000, True, False),
        (10_000_000 // 32 + 1, 10_000_000, False, True),
    ],
)
def test_vectors_are_published_when_enough_changed(
    changed: int, papers: int, meanwhile: bool, worth: bool
) -> None:
    assert worth_publishing(changed, papers, meanwhile=meanwhile) is worth

"""The map of a library: made once, kept, followed by new papers, and never guessed."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.doctor import examine
from paperkin.index.errors import LibraryBusy, LibraryDamaged, QueryError
from paperkin.index.store import Store
from paperkin.search.library import Library
from paperkin.search.map import draw_up
from small import PAPERS, write_papers

LATER = {
    "id": "later-1",
    "title": "Solved problems spare beginners effort",
    "abstract": "Learners who study worked examples carry less load in memory than those who solve "
    "problems on their own, and remember how it is done.",
}


@pytest.fixture(scope="module")
def mapped(demo_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demonstration papers with a map. Tests copy it."""
    folder = tmp_path_factory.mktemp("mapped") / "library"
    shutil.copytree(demo_library.path, folder)
    with paperkin.open(folder) as library:
        library.map()
    return folder


@pytest.fixture
def library(mapped: Path, tmp_path: Path) -> Iterator[Library]:
    """A library with a map, to change at will."""
    shutil.copytree(mapped, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        yield library


def stored(library: Library) -> list[tuple[object, ...]]:
    with library.store.read() as snapshot:
        return list(snapshot.rows("SELECT * FROM places ORDER BY paper"))


def test_a_map_tells_where_each_paper_is_and_in_which_clusters(library: Library) -> None:
    found = library.map()
    assert sorted(found.ids) == sorted(paper.id for paper in library)
    assert found.points.shape == (len(library), 2)
    assert found.points.dtype == np.float32
    assert np.abs(found.points).max() == 1.0
    assert found.clusters.shape == (len(library), found.levels)
    clusters = {each.id: each for each in library.clusters()}
    assert {label.cluster for label in found.labels} == clusters.keys()
    for label in found.labels:
        cluster = clusters[label.cluster]
        own = found.clusters[:, label.level] == label.cluster
        assert {found.ids[row] for row in np.flatnonzero(own)} == set(cluster.papers)
        assert (label.label, label.level, label.size) == (cluster.label, cluster.level, own.sum())
        # Its name stands where papers of it are.
        spot = np.array([label.x, label.y])
        assert np.linalg.norm(found.points[own] - spot, axis=1).min() < 0.25
    assert list(found.labels) == sorted(found.labels, key=lambda each: (each.level, -each.size))


def test_papers_about_the_same_stand_near_to_each_other(library: Library) -> None:
    found = library.map()
    row = {id: place for place, id in enumerate(found.ids)}
    apart = np.linalg.norm(found.points[:, None] - found.points[None], axis=2)
    usual = float(np.median(apart))
    related = [
        apart[row[paper.id], row[library.related(paper.id, 1)[0].id]]
        for paper, _ in zip(library, range(40), strict=False)
    ]
    assert np.median(related) < usual / 4


def test_a_map_is_kept_and_made_again_only_when_asked(library: Library) -> None:
    before, told = library.map(), []
    assert library.map() is before
    with paperkin.open(library.path) as again:
        assert np.array_equal(again.map().points, before.points)
        fresh = again.map(refresh=True, progress=lambda *steps: told.append(steps))
        assert np.array_equal(fresh.points, before.points)
        other = again.map(refresh=True, seed=7)
    assert told[0] == (0, 500)
    assert told[-1] == (500, 500)
    assert not np.array_equal(other.points, before.points)
    assert library.map().seed == 7
    with pytest.raises(QueryError, match=r"seed 7.*refresh"):
        library.map(seed=0)
    for wrong in (-1, 1.5, "0", True):
        with pytest.raises(QueryError, match="seed"):
            library.map(seed=wrong)  # type: ignore[arg-type]


def test_later_papers_join_their_neighbours_and_no_other_moves(
    library: Library, tmp_path: Path
) -> None:
    before, rows = library.map(), stored(library)
    nearest = [hit.id for hit in library.search(f"{LATER['title']} {LATER['abstract']}", 3)]
    library.add(write_papers(tmp_path / "later.jsonl", [LATER]))
    found = library.map()
    assert (found.later, len(found)) == (1, len(before) + 1)
    place = dict(zip(found.ids, found.points.tolist(), strict=True))
    assert {id: place[id] for id in before.ids} == dict(
        zip(before.ids, before.points.tolist(), strict=True)
    )
    (new,) = set(found.ids) - set(before.ids)
    apart = [np.hypot(*np.subtract(place[new], place[id])) for id in nearest]
    usual = np.median(np.linalg.norm(found.points - np.array(place[new]), axis=1))
    assert min(apart) < usual / 3
    # Reading writes nothing.
    assert stored(library) == rows
    library.remove([new, before.ids[0]])
    assert library.map().ids == before.ids[1:]
    assert library.map().later == 0
    assert not [each for each in examine(library.store) if each.severity == "error"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE places SET x = x + 0.01 WHERE paper = 3",
        "UPDATE places SET y = 'east' WHERE paper = 3",
        "DELETE FROM places WHERE paper = 3",
        "DELETE FROM places",
        "DELETE FROM settings WHERE name = 'map'",
        "UPDATE settings SET value = '{' WHERE name = 'map'",
        "UPDATE settings SET value = '[]' WHERE name = 'map'",
    ],
)
def test_a_damaged_map_is_told_and_mended(library: Library, damage: str) -> None:
    before = library.map()
    connection = sqlite3.connect(library.store.database)
    with connection:
        connection.execute(damage)
    connection.close()
    with paperkin.open(library.path) as again:
        with pytest.raises(LibraryDamaged, match=r"paperkin map .*library --refresh"):
            again.map()
        (finding,) = examine(again.store)
        assert finding.mend == f"paperkin map {again.path} --refresh"
        if damage == "DELETE FROM places":
            assert np.array_equal(again.map(refresh=True).points, before.points)
            assert not examine(again.store)


def test_a_map_is_not_made_while_another_process_writes(library: Library) -> None:
    other = Store.open(library.path)
    with other.lock:
        assert len(library.map()) == len(library)
        with pytest.raises(LibraryBusy):
            library.map(refresh=True)
    other.close()


@pytest.mark.parametrize("count", [1, 2])
def test_a_library_of_few_papers_has_a_map(tmp_path: Path, count: int) -> None:
    path = write_papers(tmp_path / "papers.jsonl", PAPERS[:count])
    with paperkin.build(tmp_path / "library", path) as library:
        found = library.map()
        assert len(found) == count
        assert len(np.unique(found.points, axis=0)) == count
        assert found.save(tmp_path / "map.svg").stat().st_size > 100
        library.remove(found.ids)
        empty = library.map()
        assert len(empty) == 0
        assert empty.points.shape == (0, 2)
        for name in ("map.png", "map.svg", "map.html"):
            assert empty.save(tmp_path / name).stat().st_size > 100
        assert "0 papers" in repr(empty)


def test_a_ring_of_few_papers_gives_way_to_a_map_of_more(tmp_path: Path) -> None:
    first = write_papers(tmp_path / "first.jsonl", PAPERS[:4])
    with paperkin.build(tmp_path / "library", first) as library:
        assert len(library.map()) == 4
        library.add(write_papers(tmp_path / "papers.jsonl"))
        assert library.maps.current() is None
        assert (len(library.map()), library.map().later) == (len(PAPERS), 0)


def test_a_map_as_a_table(library: Library) -> None:
    found = library.map()
    table = found.to_arrow()
    names = ["id", "x", "y", *(f"cluster_{level}" for level in range(found.levels))]
    assert table.column_names == names
    assert tuple(table["id"].to_pylist()) == found.ids
    assert table["x"].to_pylist() == found.points[:, 0].tolist()
    finest = table[names[-1]].to_pylist()
    assert [each if each is not None else -1 for each in finest] == found.clusters[:, -1].tolist()
    frame = found.to_pandas()
    assert list(frame.columns) == names
    assert frame["cluster_0"].isna().sum() == (found.clusters[:, 0] < 0).sum()
    polars = pytest.importorskip("polars", reason="polars is not installed")
    assert polars.DataFrame(found.to_polars()).columns == names
    said = json.loads(json.dumps(found.as_dict()))
    assert [each["id"] for each in said["points"]] == list(found.ids)
    assert f"{len(found):,} papers" in repr(found)
    assert "<svg" in found._repr_html_()
    assert "<script" not in found._repr_html_()


def test_papers_that_are_not_on_the_map_are_passed_over_in_clusters() -> None:
    class Group:
        id, level, parent, label = 4, 0, None, "Bread"
        papers = ("a", "gone")

    found = draw_up(["a", "b"], np.array([[0.5, 0.5], [-1, -1]], np.float32), [Group()])
    assert found.clusters.tolist() == [[4], [-1]]
    (label,) = found.labels
    assert (label.size, label.x, label.y, label.radius) == (1, 0.5, 0.5, 0.0)

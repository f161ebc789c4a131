"""The map of a library: made once, kept, followed by new papers, and never guessed."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from charts import Region, chart

import paperkin
from paperkin.index.doctor import examine
from paperkin.index.errors import LibraryBusy, LibraryDamaged, QueryError
from paperkin.index.store import Store
from paperkin.search.library import Library
from paperkin.search.map import Label, draw_up, worth_drawing
from small import PAPERS, write_papers

LATER = {
    "id": "later-1",
    "title": "Solved problems spare beginners effort",
    "abstract": "Learners who study worked examples carry less load in memory than those who solve "
    "problems on their own, and remember how it is done.",
}


def stored(library: Library) -> list[tuple[object, ...]]:
    with library.store.read() as snapshot:
        return list(snapshot.rows("SELECT * FROM places ORDER BY paper"))


def test_a_map_tells_where_each_paper_is_and_in_which_clusters(made: Library) -> None:
    found = made.map()
    assert sorted(found.ids) == sorted(paper.id for paper in made)
    assert found.points.shape == (len(made), 2)
    assert found.points.dtype == np.float32
    assert np.abs(found.points).max() == 1.0
    assert found.clusters.shape == (len(made), found.levels)
    clusters = {each.id: each for each in made.clusters()}
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


def test_papers_about_the_same_stand_near_to_each_other(made: Library) -> None:
    found = made.map()
    row = {id: place for place, id in enumerate(found.ids)}
    apart = np.linalg.norm(found.points[:, None] - found.points[None], axis=2)
    usual = float(np.median(apart))
    related = [
        apart[row[paper.id], row[made.related(paper.id, 1)[0].id]]
        for paper, _ in zip(made, range(40), strict=False)
    ]
    assert np.median(related) < usual / 4


def test_a_map_is_kept_and_made_again_only_when_asked(made: Library) -> None:
    before, told = made.map(), []
    assert made.map() is before
    with paperkin.open(made.path) as again:
        assert np.array_equal(again.map().points, before.points)
        fresh = again.map(refresh=True, progress=lambda *steps: told.append(steps))
        assert np.array_equal(fresh.points, before.points)
        other = again.map(refresh=True, seed=7)
    assert told[0] == (0, 500)
    assert told[-1] == (500, 500)
    assert not np.array_equal(other.points, before.points)
    assert made.map().seed == 7
    # Laid out anew, it stays the one of its seed.
    again = made.map(refresh=True)
    assert again.seed == 7
    assert np.array_equal(again.points, other.points)
    with pytest.raises(QueryError, match=r"seed 7.*refresh"):
        made.map(seed=0)
    for wrong in (-1, 1.5, "0", True):
        with pytest.raises(QueryError, match="seed"):
            made.map(seed=wrong)  # type: ignore[arg-type]


def test_later_papers_join_their_neighbours_and_no_other_moves(
    made: Library, tmp_path: Path
) -> None:
    before, rows = made.map(), stored(made)
    nearest = [hit.id for hit in made.search(f"{LATER['title']} {LATER['abstract']}", 3)]
    made.add(write_papers(tmp_path / "later.jsonl", [LATER]))
    found = made.map()
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
    assert stored(made) == rows
    made.remove([new, before.ids[0]])
    assert made.map().ids == before.ids[1:]
    assert made.map().later == 0
    assert not [each for each in examine(made.store) if each.severity == "error"]


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
def test_a_damaged_map_is_told_and_mended(made: Library, damage: str) -> None:
    before = made.map()
    connection = sqlite3.connect(made.store.database)
    with connection:
        connection.execute(damage)
    connection.close()
    with paperkin.open(made.path) as again:
        with pytest.raises(LibraryDamaged, match=r"paperkin map .*library --refresh"):
            again.map()
        (finding,) = examine(again.store)
        assert finding.mend == f"paperkin map {again.path} --refresh"
        if damage == "DELETE FROM places":
            assert np.array_equal(again.map(refresh=True).points, before.points)
            assert not examine(again.store)


def test_a_map_is_not_made_while_another_process_writes(made: Library) -> None:
    other = Store.open(made.path)
    with other.lock:
        assert len(made.map()) == len(made)
        with pytest.raises(LibraryBusy):
            made.map(refresh=True)
    other.close()


@pytest.mark.parametrize("count", [1, 2])
def test_a_library_of_few_papers_has_a_map(tmp_path: Path, count: int) -> None:
    path = write_papers(tmp_path / "papers.jsonl", PAPERS[:count])
    with paperkin.build(tmp_path / "library", path) as library:
        found = library.map()
        assert len(found) == count
        assert repr(library).endswith(f", {count} paper{'s' * (count > 1)})")
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


def test_a_map_as_a_table(made: Library) -> None:
    found = made.map()
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
    groups = [Region(4, 0, None, "Bread", ("a", "gone")), Region(5, 1, 4, "Rye", ("gone",))]
    found = draw_up(["a", "b"], np.array([[0.5, 0.5], [-1, -1]], np.float32), groups)
    assert found.clusters.tolist() == [[4, -1], [-1, -1]]
    assert found.finest.tolist() == [4, -1]
    assert [each["clusters"] for each in found.as_dict()["points"]] == [[4, None], [None, None]]
    (label,) = found.labels
    assert (label.size, label.x, label.y, label.radius) == (1, 0.5, 0.5, 0.0)


def test_a_name_stands_where_most_of_its_papers_are() -> None:
    random = np.random.default_rng(0)
    crowd = random.normal((0.5, -0.5), 0.03, (40, 2))
    few = random.uniform(-1, 1, (15, 2))
    points = np.concatenate([few, crowd]).astype(np.float32)
    ids = [str(row) for row in range(55)]
    found = draw_up(ids, points, [Region(1, 0, None, "Bread", tuple(ids))])
    (label,) = found.labels
    assert np.hypot(label.x - 0.5, label.y + 0.5) < 0.1
    assert 0.01 < label.radius < 0.1
    assert found.finest.tolist() == [1] * 55


def test_a_name_is_not_said_again_further_in() -> None:
    names = ((1, 0, None, "Bread"), (2, 1, 1, "Rye"), (3, 2, 2, "bread"), (4, 2, 2, "Dough"))
    labels = [Label(*each, 0.0, 0.0, 3, 0.1) for each in names]
    assert [each.cluster for each in worth_drawing(labels)] == [1, 2, 4]


def test_a_map_shows_its_first_names_as_text() -> None:
    assert repr(chart(90, ["Bread", "Marshes"], inner=2)).startswith("Map(90 papers: Bread, Marsh")
    assert repr(chart(90, ["Bread", "Marshes"], inner=2)).endswith(", …)")
    assert repr(chart(90, ["Bread", "Marshes"], inner=0)) == "Map(90 papers: Bread, Marshes)"

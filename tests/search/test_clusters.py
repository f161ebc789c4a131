"""The clusters that a library keeps: whole, steady, and never silently wrong."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.cluster_rows import read_clusters, write_clusters
from paperkin.index.demo import demonstration
from paperkin.index.doctor import examine
from paperkin.index.errors import LibraryBusy, LibraryDamaged, LibraryTooNew, QueryError
from paperkin.search.clusters import Clusters
from paperkin.search.library import Library
from small import PAPERS, write_papers
from tiny_models import write_static_model


@pytest.fixture
def library(demo_library: Library, tmp_path: Path) -> Iterator[Library]:
    """A library of the demonstration papers that a test may change."""
    shutil.copytree(demo_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as found:
        yield found


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Clusters, Clusters, Clusters]:
    """A library of the demonstration papers but for some: its clusters, the same once the others
    were added, and the clusters made again."""
    folder = tmp_path_factory.mktemp("grown")
    lines = (demonstration() / "papers.jsonl").read_text("utf-8").splitlines()
    new = lines[::20]
    (folder / "old.jsonl").write_text("\n".join(each for each in lines if each not in new), "utf-8")
    (folder / "new.jsonl").write_text("\n".join(new), "utf-8")
    with paperkin.build(folder / "library", folder / "old.jsonl") as library:
        before = library.clusters()
        library.add(folder / "new.jsonl")
        meanwhile = library.clusters()
        after = library.clusters(refresh=True)
    return folder / "library", before, meanwhile, after


def check_whole(clusters: Clusters, library: Library) -> None:
    """What holds of any clusters."""
    every = {paper.id for paper in library}
    finest = [paper for each in clusters.level(clusters.levels - 1) for paper in each.papers]
    assert len(finest) == len(set(finest))
    assert {*finest, *clusters.unclustered} == every
    assert list(clusters) == sorted(clusters, key=lambda each: (each.level, -each.size, each.id))
    assert not set(finest) & set(clusters.unclustered)
    for each in clusters:
        assert each.size == len(each.papers) > 0
        assert each.label.strip() == each.label != ""
        assert set(each.typical) <= set(each.papers)
        children = clusters.children(each.id)
        if each.level < clusters.levels - 1:
            inside = [paper for child in children for paper in child.papers]
            assert sorted(inside) == sorted(each.papers)
        else:
            assert not children
        known = [year for paper in each.papers if (year := library[paper].year) is not None]
        assert each.years == ((min(known), max(known)) if known else None)
    for parent in {each.parent for each in clusters}:
        labels = Counter(each.label.casefold() for each in clusters if each.parent == parent)
        assert set(labels.values()) == {1}


def test_clusters_are_made_when_first_asked_for_and_then_kept(library: Library) -> None:
    assert library.kept_clusters.current() is None
    told: list[tuple[int, int]] = []
    clusters = library.clusters(progress=lambda done, total: told.append((done, total)))
    assert clusters.levels == 2
    assert 8 <= len(clusters.level(1)) <= 15
    check_whole(clusters, library)
    assert told == sorted(told)
    assert told[-1] == (len(library), len(library))
    assert library.clusters() is clusters
    with paperkin.open(library.path) as again:
        assert again.clusters().as_dict() == clusters.as_dict()
    assert examine(library.store) == []


def test_plain_values_and_a_table(made: Library) -> None:
    clusters = made.clusters()
    document = clusters.as_dict()
    assert set(document) == {"clusters", "unclustered"}
    assert json.loads(json.dumps(document)) == document
    first = document["clusters"][0]
    assert list(first)[:7] == ["id", "level", "parent", "label", "keywords", "size", "papers"]
    assert (first["id"], first["level"], first["parent"]) == (clusters[0].id, 0, None)
    table = clusters.to_pandas()
    assert table["size"].tolist() == [each.size for each in clusters]
    assert Clusters(()).to_pandas().columns.tolist() == list(first)
    with pytest.raises(QueryError, match="no cluster 999999"):
        clusters.by_id(999999)
    assert len(clusters[:2]) == 2


def test_ids_and_names_stay_when_papers_are_added(
    grown: tuple[Path, Clusters, Clusters, Clusters],
) -> None:
    path, before, meanwhile, after = grown
    with paperkin.open(path) as library:
        check_whole(meanwhile, library)
        check_whole(after, library)
    assert (before.later, meanwhile.later, after.later) == (0, 7, 0)
    known = {each.id: each for each in before}
    for level in range(before.levels):
        was, now = (
            {paper: each.id for each in clusters.level(level) for paper in each.papers}
            for clusters in (before, after)
        )
        assert np.mean([now.get(paper) == home for paper, home in was.items()]) >= 0.9
    kept = 0
    for each in after:
        if each.id in known:
            old, new = set(known[each.id].papers), set(each.papers)
            if len(old & new) >= 0.7 * len(old | new):
                assert each.label == known[each.id].label
                kept += 1
    assert kept >= 0.8 * len(before)


def test_papers_that_came_later_are_put_beside_those_they_are_near(
    grown: tuple[Path, Clusters, Clusters, Clusters],
) -> None:
    _, before, meanwhile, after = grown
    assert {each.id: each.label for each in meanwhile} == {each.id: each.label for each in before}
    was = {paper: each.id for each in before.level(1) for paper in each.papers}
    now = {paper: each.id for each in meanwhile.level(1) for paper in each.papers}
    assert was.items() <= now.items()
    new = now.keys() - was.keys()
    assert len(new) >= 5
    final = {paper: each.id for each in after.level(1) for paper in each.papers}
    assert sum(final.get(paper) == now[paper] for paper in new) >= 0.7 * len(new)


def test_reading_writes_nothing_and_a_removed_paper_is_gone(made: Library) -> None:
    clusters = made.clusters()
    gone = clusters.level(1)[0].typical[0]
    made.remove(gone)
    bytes_before = _rows(made)
    now = made.clusters()
    assert _rows(made) == bytes_before
    assert gone not in {paper for each in now for paper in (*each.papers, *each.typical)}
    assert gone not in now.unclustered
    check_whole(now, made)
    check_whole(made.clusters(refresh=True), made)


def test_a_cluster_whose_typical_papers_are_gone_shows_others(made: Library) -> None:
    cluster = made.clusters().level(0)[0]
    made.remove(list(cluster.typical))
    found = made.clusters().by_id(cluster.id)
    assert len(found.typical) == 5
    assert set(found.typical) <= set(found.papers)
    assert found.titles == {each: made[each].title for each in found.typical}
    check_whole(made.clusters(), made)


def test_others_that_stand_for_a_cluster_are_those_in_its_middle(made: Library) -> None:
    cluster = made.clusters().level(0)[0]
    made.remove(list(cluster.typical))
    found = made.clusters().by_id(cluster.id)
    with made.store.read() as snapshot:
        numbers = [snapshot.number_of(each) for each in found.papers]
        rows = snapshot.vectors(np.array(numbers, np.int64), snapshot.model).astype(np.float64)
    cosines = dict(zip(found.papers, rows @ rows.mean(axis=0), strict=True))
    assert set(found.typical) == set(sorted(found.papers, key=lambda each: -cosines[each])[:5])


def test_a_clustered_paper_that_says_something_new_counts_once(
    made: Library, tmp_path: Path
) -> None:
    before = made.clusters()
    records = (demonstration() / "papers.jsonl").read_text("utf-8").splitlines()
    said = next(
        each for each in map(json.loads, records) if made[each["id"]].id not in before.unclustered
    )
    said["abstract"] += " We say more about it now."
    made.add(write_papers(tmp_path / "again.jsonl", [said]))
    assert made[said["id"]].abstract.endswith("now.")

    now = made.clusters()

    assert now.later == 0
    assert [each.papers for each in now] == [each.papers for each in before]
    check_whole(now, made)


def test_a_restored_paper_is_put_where_it_is_near(made: Library) -> None:
    cluster = made.clusters().level(1)[0]
    paper = cluster.typical[0]
    made.remove(paper)
    made.clusters(refresh=True)
    made.add(demonstration() / "papers.jsonl", restore=True)
    now = made.clusters()
    assert now.later == 1
    (home,) = [each for each in now.level(1) if paper in each.papers]
    assert home.id == cluster.id
    check_whole(now, made)


def test_a_later_paper_that_is_near_to_none_is_in_none(made: Library, tmp_path: Path) -> None:
    odd = {
        "id": "odd",
        "title": "Umbrella stand auction prices",
        "abstract": "Umbrella stands of brass, what they were sold for, and who bought them.",
    }
    made.add(write_papers(tmp_path / "odd.jsonl", [odd]))
    clusters = made.clusters()
    assert clusters.later == 1
    assert made["odd"].id in clusters.unclustered


def test_nothing_is_done_where_nothing_changed(made: Library) -> None:
    clusters = made.clusters()
    rows = _rows(made)
    assert made.clusters(refresh=True).as_dict() == clusters.as_dict()
    assert _rows(made) == rows


def test_another_seed_begins_anew_but_keeps_ids(made: Library) -> None:
    clusters = made.clusters()
    other = made.clusters(refresh=True, seed=7)
    assert other.seed == 7
    check_whole(other, made)
    assert {each.id for each in other} & {each.id for each in clusters}
    back = made.clusters(refresh=True, seed=0)
    groups = [{frozenset(each.papers) for each in found} for found in (clusters, back)]
    assert groups[0] == groups[1]


def test_without_a_seed_they_keep_the_one_they_had(made: Library, tmp_path: Path) -> None:
    made.clusters(refresh=True, seed=7)
    made.add(write_papers(tmp_path / "more.jsonl", PAPERS[:3]))
    assert made.clusters(refresh=True).seed == 7


def test_what_became_another_cluster_gets_another_name(made: Library) -> None:
    with made.store.read() as snapshot:
        rows = read_clusters(snapshot)
    assert rows is not None
    renamed = [replace(each, label=f"Old {each.number}") for each in rows.clusters]
    with made.store.lock, made.store.write() as connection:
        write_clusters(connection, replace(rows, clusters=tuple(renamed)))
    before = {each.id: each for each in made.clusters()}
    after = made.clusters(refresh=True, seed=7)

    shares = {
        each.id: len(set(each.papers) & set(old.papers)) / len(set(each.papers) | set(old.papers))
        for each in after
        if (old := before.get(each.id)) is not None
    }
    for each in after:
        kept = shares.get(each.id, 0.0) >= 0.7
        assert (each.label == f"Old {each.id}") == kept, (each.label, shares.get(each.id))
        assert each.label.startswith("Old ") == kept
    assert 0 < sum(share >= 0.7 for share in shares.values()) < len(after)


def test_with_another_model_nobody_knows_how_near_is_near(made: Library, tmp_path: Path) -> None:
    made.clusters()
    with made.store.read() as snapshot:
        rows = read_clusters(snapshot)
    assert rows is not None
    with made.store.lock, made.store.write() as connection:
        # Nothing is as near as that.
        write_clusters(connection, replace(rows, reach=1.0))
    made.rebuild(str(write_static_model(tmp_path / "static")))
    odd = {
        "id": "odd",
        "title": "Umbrella stand auction",
        "abstract": "Brass stands of bees, sold.",
    }
    made.add(write_papers(tmp_path / "odd.jsonl", [odd]))
    clusters = made.clusters()
    assert clusters.later == 1
    assert made["odd"].id not in clusters.unclustered


@pytest.mark.parametrize("count", [1, 2, 5])
def test_libraries_of_few_papers(tmp_path: Path, count: int) -> None:
    with paperkin.build(
        tmp_path / "few", write_papers(tmp_path / "x.jsonl", PAPERS[:count])
    ) as few:
        clusters = few.clusters()
        check_whole(clusters, few)
        if count < 3:
            assert len(clusters) == 0
            assert len(clusters.unclustered) == count
            # Few papers were too few; with more of them, clusters are made.
            few.add(write_papers(tmp_path / "y.jsonl", PAPERS))
            check_whole(few.clusters(), few)
            assert few.clusters().later == 0


def test_one_abstract_a_hundred_times(tmp_path: Path) -> None:
    papers = [
        {"id": f"10.1000/tea.{n}", "title": "Tea", "abstract": "On the boiling of water."}
        for n in range(100)
    ]
    with paperkin.build(tmp_path / "same", write_papers(tmp_path / "x.jsonl", papers)) as library:
        clusters = library.clusters()
        assert [each.size for each in clusters] in ([len(library)], [])
        check_whole(clusters, library)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE members SET cluster = (SELECT max(cluster) FROM clusters) WHERE cluster <> "
        "(SELECT max(cluster) FROM clusters)",
        "DELETE FROM members WHERE paper = (SELECT min(paper) FROM members)",
        "UPDATE clusters SET label = 'Umbrellas' WHERE level = 0",
        "UPDATE clusters SET data = 'x'",
        "UPDATE clusters SET parent = NULL",
        "DELETE FROM clusters",
        "DELETE FROM settings WHERE name = 'clusters'",
        "UPDATE settings SET value = '[]' WHERE name = 'clusters'",
    ],
)
def test_damage_is_found_and_mended(made: Library, change: str) -> None:
    ids = {each.id for each in made.clusters()}
    with sqlite3.connect(Path(made.path) / "library.db") as connection:
        connection.execute(change)
    connection.close()
    with paperkin.open(made.path) as damaged:
        with pytest.raises(LibraryDamaged, match=r"clusters in library\.db are not as they were"):
            damaged.clusters()
        assert [each.severity for each in examine(damaged.store)] == ["error"]
        check_whole(mended := damaged.clusters(refresh=True), damaged)
        # What was damaged may not lend its ids to other clusters.
        assert not ids & {each.id for each in mended}
        assert examine(damaged.store) == []


def test_clusters_of_a_newer_paperkin_are_left_alone(made: Library) -> None:
    made.clusters()
    with sqlite3.connect(Path(made.path) / "library.db") as connection:
        connection.execute(
            "UPDATE settings SET value = replace(value, '\"version\": 1', '\"version\": 2') "
            "WHERE name = 'clusters'"
        )
    connection.close()
    with paperkin.open(made.path) as newer:
        for refresh in (False, True):
            with pytest.raises(LibraryTooNew, match="newer Paperkin"):
                newer.clusters(refresh=refresh)
        assert [each.mend for each in examine(newer.store)] == ["Install a newer Paperkin."]


def test_while_another_writes_clusters_are_read_but_not_made(library: Library) -> None:
    with paperkin.open(library.path) as other, other.store.lock, pytest.raises(LibraryBusy):
        library.clusters()
    made = library.clusters()
    with paperkin.open(library.path) as other, other.store.lock:
        assert library.clusters() is made
        with pytest.raises(LibraryBusy):
            library.clusters(refresh=True)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 1.5}, {"refresh": "no"}])
def test_wrong_arguments_are_refused(made: Library, wrong: dict[str, object]) -> None:
    with pytest.raises(QueryError, match=next(iter(wrong))):
        made.clusters(**wrong)  # type: ignore[arg-type]


def _rows(library: Library) -> list[object]:
    with library.store.read() as snapshot:
        return [
            list(snapshot.rows(f"SELECT * FROM {table}"))
            for table in ("clusters", "members", "settings", "commits")
        ]

"""From vectors to a tree of clusters, on vectors made up for it."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from paperkin.search.cluster_features import describe, unit
from paperkin.search.cluster_matching import NONE, match
from paperkin.search.clustering import OUTSIDE, Tree, cluster
from paperkin.search.ward import ward

SIZES = (60, 45, 40, 30, 25, 20, 15, 12, 10, 8, 8, 7)


def planted(seed: int = 0, noise: int = 20) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Papers of subjects of different sizes, and some about nothing in particular (-1)."""
    rng = np.random.default_rng(seed)
    subjects = unit(rng.normal(size=(len(SIZES), 32)))
    of = np.repeat(np.arange(len(SIZES)), SIZES)
    rows = unit(subjects[of] + 0.09 * rng.normal(size=(len(of), 32)))
    rows = np.concatenate([rows, unit(rng.normal(size=(noise, 32)))])
    of = np.append(of, np.full(noise, -1))
    order = rng.permutation(len(of))
    return rows[order], of[order]


def agreement(labels: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    from sklearn.metrics import adjusted_mutual_info_score

    kept = (labels >= 0) & (truth >= 0)
    return float(adjusted_mutual_info_score(truth[kept], labels[kept]))


def test_subjects_of_different_sizes_are_found_and_noise_is_left_out() -> None:
    rows, truth = planted()
    tree = cluster(rows)
    assert agreement(tree.leaf, truth) >= 0.9
    left_out = tree.leaf == OUTSIDE
    assert left_out.mean() <= 0.2
    assert left_out[truth < 0].mean() >= 0.35
    assert left_out[truth >= 0].mean() <= 0.05
    coarse, fine = tree.levels()
    assert 1 < coarse.max() < fine.max()
    for each in range(int(fine.max()) + 1):
        assert len(np.unique(coarse[fine == each])) == 1


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_papers_for_a_cluster(count: int) -> None:
    rows = describe(np.eye(3, dtype=np.float32)[:count], [("a", "b")] * count, "en")
    assert cluster(rows).leaf.tolist() == [OUTSIDE] * count


def test_five_papers_about_one_thing_are_one_cluster() -> None:
    vectors = unit(np.ones((5, 16)) + 0.2 * np.random.default_rng(0).normal(size=(5, 16)))
    tree = cluster(describe(vectors, [("tea", "on tea")] * 5, "en"))
    assert tree.leaf.tolist() == [0] * 5
    assert tree.above == ()


@pytest.mark.parametrize("count", [100, 2000])
def test_one_paper_many_times_is_one_cluster(count: int) -> None:
    vectors = np.full((count, 16), 0.25, np.float32)
    tree = cluster(describe(vectors, [("tea", "on tea")] * count, "en"))
    assert tree.leaf.tolist() == [0] * count


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_papers_without_a_vector_fit_nowhere(value: float) -> None:
    rows, _ = planted()
    rows[:30] = value
    leaf = cluster(describe(rows, [("", "")] * len(rows), "en")).leaf
    assert set(leaf[:30].tolist()) == {OUTSIDE}
    assert leaf.max() >= 5
    rows[:] = value
    assert (cluster(describe(rows, [("", "")] * len(rows), "en")).leaf == OUTSIDE).all()


def test_words_tell_papers_apart_that_a_model_does_not() -> None:
    rng = np.random.default_rng(0)
    texts = [
        (f"kettle{each % 10} violin{each % 10}", " ".join(f"word{n}" for n in rng.choice(150, 8)))
        for each in range(150)
    ]
    alike = np.ones((150, 8), np.float32) / np.sqrt(8)
    assert agreement(cluster(describe(alike, texts, "en")).leaf, np.arange(150) % 10) >= 0.8


def test_clusters_stay_when_papers_are_added_and_a_new_subject_becomes_one() -> None:
    rows, truth = planted(noise=40)
    new = (np.arange(len(rows)) % 20 == 0) | (truth == 8)
    before = cluster(rows[~new])
    known = np.full(len(rows), OUTSIDE, np.int64)
    known[~new] = before.leaf
    after = cluster(rows, before=Tree(known, before.above))
    same = match(known, after.leaf)
    inside = known >= 0
    stayed = same.old[after.leaf[inside]] == known[inside]
    assert (stayed & (after.leaf[inside] >= 0)).mean() >= 0.97
    home = np.bincount(after.leaf[(truth == 8) & (after.leaf >= 0)]).argmax()
    assert same.old[home] == NONE
    assert (truth[after.leaf == home] == 8).mean() >= 0.8
    again = cluster(rows, before=after)
    assert np.array_equal(again.leaf, after.leaf)


def test_two_processes_find_the_same_tree() -> None:
    code = (
        "import numpy as np\n"
        "from paperkin.search import clustering\n"
        "from paperkin.search.cluster_features import describe, unit\n"
        "clustering._DIRECT = 100  # as large libraries are clustered\n"
        "rng = np.random.default_rng(5)\n"
        "rows = unit(rng.normal(size=(600, 24)) + np.repeat(rng.normal(size=(20, 24)), 30, 0))\n"
        "texts = [(f'subject{n // 30}', f'word{n % 97} thing{n % 31}') for n in range(600)]\n"
        "tree = clustering.cluster(describe(rows, texts, 'en', 3), 3)\n"
        "print([level.tolist() for level in tree.levels()])\n"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert first.stdout == second.stdout
    assert len(first.stdout) > 600


def test_joins_are_those_of_scipy_and_weights_stand_for_so_many_points() -> None:
    from scipy.cluster.hierarchy import fcluster, linkage

    points = np.random.default_rng(2).normal(size=(60, 4))
    joins = ward(points, np.ones(60))
    for count in (1, 2, 7, 30, 60):
        expected = fcluster(linkage(points, "ward"), count, "maxclust")
        assert agreement(joins.groups(count), expected - 1) == pytest.approx(1)
        assert joins.groups(count).max() == count - 1
    heavy = ward(points[:20], np.arange(1, 21)).groups(5)
    spread = ward(np.repeat(points[:20], np.arange(1, 21), axis=0), np.ones(210)).groups(5)
    assert agreement(spread, np.repeat(heavy, np.arange(1, 21))) == pytest.approx(1)


def test_the_clearest_number_of_groups_is_the_one_that_was_planted() -> None:
    rng = np.random.default_rng(1)
    points = np.repeat(10 * rng.normal(size=(6, 5)), 10, axis=0) + rng.normal(size=(60, 5))
    assert ward(points, np.ones(60)).clearest(3, 12) == 6


def test_clusters_are_matched_by_what_they_share() -> None:
    old = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, -1, -1])
    new = np.array([1, 1, 1, 0, 0, 0, 0, -1, 2, 2, 2])
    found = match(old, new)
    assert found.old.tolist() == [1, 0, 2]
    assert found.jaccard.tolist() == [3 / 4, 3 / 4, 1 / 4]
    assert match(old, np.full(11, NONE)).old.tolist() == []

"""A few groups among some dozens of vectors."""

import numpy as np
import pytest
from numpy.typing import NDArray

from paperkin.search.partition import FEWEST, MOST_GROUPS, partition


def bunches(*sizes: int, noise: float = 0.25, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around middles that are orthogonal to each other, all with something in
    common."""
    rng = np.random.default_rng(seed)
    common = np.eye(64)[63]
    rows = [
        common + np.eye(64)[place] + noise * rng.standard_normal(64) / 8
        for place, size in enumerate(sizes)
        for _ in range(size)
    ]
    found = np.array(rows, np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.mark.parametrize("sizes", [(5, 5), (30, 10, 20), (4, 40, 6, 10), (10, 10, 10, 10, 10, 10)])
def test_bunches_are_found(sizes: tuple[int, ...]) -> None:
    expected = np.repeat(np.arange(len(sizes)), sizes)
    np.testing.assert_array_equal(partition(bunches(*sizes)), expected)


def test_groups_are_counted_in_the_order_of_their_first_members() -> None:
    vectors = bunches(10, 10, 10, 10)
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(40)
        labels = partition(vectors[order]).tolist()
        assert list(dict.fromkeys(labels)) == [0, 1, 2, 3]
        bunch = [set((order[np.array(labels) == label] // 10).tolist()) for label in range(4)]
        assert all(len(each) == 1 for each in bunch)


def test_what_fits_nowhere_is_left_out() -> None:
    vectors = bunches(15, 15)
    between = (vectors[0] + vectors[20]) / np.linalg.norm(vectors[0] + vectors[20])
    empty = np.zeros(64, np.float32)
    labels = partition(np.vstack([vectors, empty[None], between[None]]))
    np.testing.assert_array_equal(labels[:30], np.repeat([0, 1], 15))
    assert labels[30] == -1
    zeros = np.zeros((10, 64), np.float32)
    labels = partition(np.vstack([bunches(10, 10), zeros]))
    np.testing.assert_array_equal(labels, np.repeat([0, 1, -1], 10))
    labels = partition(bunches(15, 15, 2))
    np.testing.assert_array_equal(labels[:30], np.repeat([0, 1], 15))
    assert 2 not in labels


@pytest.mark.parametrize(
    "vectors",
    [
        np.zeros((0, 8), np.float32),
        np.zeros((40, 8), np.float32),
        np.tile(np.eye(8, dtype=np.float32)[0], (40, 1)),
        bunches(40, noise=0.02),
        bunches(4, FEWEST - 5),
        np.eye(1, dtype=np.float32),
        np.full((30, 8), np.nan, np.float32),
    ],
    ids=["none", "zeros", "equal", "nearly equal", "few", "one", "not numbers"],
)
def test_no_groups(vectors: NDArray[np.float32]) -> None:
    assert (partition(vectors) == -1).all()


def test_noise_gives_at_most_so_many_groups_none_of_them_small() -> None:
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((100, 48)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = partition(vectors)
    assert labels.max() < MOST_GROUPS
    names, sizes = np.unique(labels[labels >= 0], return_counts=True)
    assert len(names) != 1
    assert (sizes >= 3).all()
    np.testing.assert_array_equal(labels, partition(vectors))

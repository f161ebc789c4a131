"""Vectors to places: neighbours stay neighbours, whatever the vectors are."""

import numpy as np
import pytest
from numpy.typing import NDArray

from paperkin.search import layout
from paperkin.search.layout import lay_out, neighbours, place

Vectors = NDArray[np.float32]


def unit(vectors: NDArray[np.float64]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)


def crowds(each: int, count: int = 3, dimension: int = 24) -> tuple[Vectors, NDArray[np.int64]]:
    """Papers about so many subjects, and the subject of each."""
    random = np.random.default_rng(5)
    centres = np.repeat(random.normal(size=(count, dimension)), each, axis=0)
    vectors = centres + 0.6 * random.normal(size=centres.shape)
    return unit(vectors), np.repeat(np.arange(count), each)


def closest(points: NDArray[np.float32]) -> float:
    """The least distance between two places."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(apart.min())


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 9, 10, 20])
def test_few_papers_all_have_a_place_of_their_own(count: int) -> None:
    points = lay_out(crowds(8)[0][:count])
    assert points.shape == (count, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    if count > 1:
        assert np.abs(points).max() == 1.0
        assert closest(points) > 0.01


@pytest.mark.parametrize(
    "vectors",
    [
        np.ones((60, 8), np.float32) / np.float32(np.sqrt(8)),
        np.zeros((60, 8), np.float32),
        np.concatenate([np.zeros((30, 24), np.float32), crowds(12)[0], crowds(1)[0].repeat(30, 0)]),
    ],
    ids=["all equal", "all zero", "some zero, some equal"],
)
def test_equal_papers_do_not_cover_each_other(vectors: Vectors) -> None:
    points = lay_out(vectors)
    assert np.isfinite(points).all()
    assert np.abs(points).max() == 1.0
    assert closest(points) > 1e-6


@pytest.mark.parametrize("rounding", [0, 1e-4])
def test_of_equal_papers_none_is_driven_off(rounding: float) -> None:
    random = np.random.default_rng(1)
    same = np.tile(random.normal(size=32), (20, 1))
    same[-1] += rounding * random.normal(size=32)
    points = lay_out(unit(same))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1)
    assert nearest.max() < 3 * nearest.min()
    assert np.abs(points).max() == 1.0


def test_papers_of_one_subject_stand_together() -> None:
    vectors, subjects = crowds(60)
    points = lay_out(vectors)
    near = neighbours(points, 10)[0]
    assert (subjects[near] == subjects[:, None]).mean() > 0.97
    # And the nearest within it are kept better than chance would (10 of 59).
    kept = [
        len(set(a) & set(b)) / 10 for a, b in zip(near, neighbours(vectors, 10)[0], strict=True)
    ]
    assert np.mean(kept) > 0.35


def test_a_seed_always_gives_the_same_map_and_another_seed_another() -> None:
    vectors, _ = crowds(20)
    told: list[tuple[int, int]] = []
    points = lay_out(vectors, seed=3, watch=lambda done, total: told.append((done, total)))
    assert np.array_equal(points, lay_out(vectors, seed=3))
    assert not np.array_equal(points, lay_out(vectors, seed=4))
    assert told[0] == (0, 500)
    assert told[-1] == (500, 500)
    assert told == sorted(told)


def test_neighbours_are_the_nearest_others(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.concatenate([crowds(200)[0], crowds(1)[0].repeat(20, axis=0)])
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest, distances = neighbours(vectors, 12)
    # Among equal papers any may come first; the distances are the same.
    assert np.allclose(distances, np.sort(apart, axis=1)[:, :12], atol=2e-3)
    assert (nearest != np.arange(len(vectors))[:, None]).all()
    monkeypatch.setattr(layout, "_EXACT_BELOW", 100)
    found = neighbours(vectors, 12)[1]
    assert np.isfinite(found).all()
    assert np.isclose(found, distances, atol=2e-3).mean() > 0.95


def test_interpolation_keeps_subjects_together_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_TREE_BELOW", 100)
    monkeypatch.setattr(layout, "_EARLY", 50)
    monkeypatch.setattr(layout, "_LATE", 100)
    vectors, subjects = crowds(50)
    near = neighbours(lay_out(vectors), 10)[0]
    assert (subjects[near] == subjects[:, None]).mean() > 0.97


def test_a_new_paper_goes_among_its_neighbours() -> None:
    vectors, subjects = crowds(60)
    old = np.arange(len(vectors)) % 10 > 0
    points = lay_out(vectors[old])
    found = place(vectors[old], points, vectors[~old])
    assert np.abs(found).max() <= 1.0
    for spot, subject in zip(found, subjects[~old], strict=True):
        nearest = np.argsort(np.linalg.norm(points - spot, axis=1))[:5]
        assert (subjects[old][nearest] == subject).all()
    # What else is new plays no part, nor does its order.
    again = [place(vectors[old], points, vectors[[row]])[0] for row in np.flatnonzero(~old)]
    assert np.array_equal(found, again)


def test_one_neighbour_far_off_hardly_moves_a_new_paper() -> None:
    vectors = unit(np.ones((11, 4)) + 1e-3 * np.random.default_rng(0).normal(size=(11, 4)))
    points = np.full((11, 2), 0.5, np.float32)
    points[3] = -1.0
    (spot,) = place(vectors, points, vectors[:1])
    assert np.linalg.norm(spot - 0.5) < 0.05


@pytest.mark.parametrize("count", [1, 2, 5])
def test_new_papers_find_a_place_beside_few(count: int) -> None:
    vectors, _ = crowds(8)
    points = lay_out(vectors[:count])
    found = place(vectors[:count], points, np.concatenate([vectors, np.zeros((2, 24), np.float32)]))
    assert np.isfinite(found).all()
    assert np.allclose(found[0], points[0], atol=0.05)

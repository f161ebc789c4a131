"""What is usual between two papers of a library, and which papers tell it."""

import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from paperkin.index import background as module
from paperkin.index.background import FEWEST, Background, Sampler, background


def units(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_mean_and_deviation_are_over_pairs_of_different_papers() -> None:
    vectors = units(FEWEST)
    pairs = [float(vectors[a] @ vectors[b]) for a in range(FEWEST) for b in range(a)]
    found = background(vectors)
    assert found is not None
    assert found.mean == pytest.approx(np.mean(pairs), abs=1e-6)
    assert found.deviation == pytest.approx(np.std(pairs), abs=1e-6)
    assert found.above(found.mean + 2 * found.deviation) == pytest.approx(2)
    assert Background(0.5, 0.1).above(0.3) == pytest.approx(-2)


def test_too_few_papers_and_papers_that_are_all_alike_tell_nothing() -> None:
    assert background(units(FEWEST - 1)) is None
    alike = np.repeat(units(1), 30, axis=0) + 1e-4 * units(30, seed=1)
    assert background(alike.astype(np.float16).astype(np.float32)) is None


def test_cosines_in_a_small_range_tell_as_much_as_in_a_wide_one() -> None:
    """A model whose vectors all lie in a narrow cone says the same in other numbers."""
    wide = units(200)
    query = units(1, seed=2)[0]
    # One more dimension that all vectors share moves every cosine to (c + 16) / 17.
    cone = np.column_stack([wide, np.full(len(wide), 4.0)]) / np.sqrt(17)
    plain, narrow = background(wide), background(cone.astype(np.float32))
    assert plain is not None
    assert narrow is not None
    assert narrow.mean > 0.9
    cosine = float((wide @ query).max())
    assert narrow.above((cosine + 16) / 17) == pytest.approx(plain.above(cosine), rel=1e-3)


def test_the_sample_does_not_depend_on_the_order_of_papers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SAMPLE", 7)
    papers = [f"vector {n}".encode() for n in range(100)]
    expected = sorted(papers, key=zlib.crc32)[:7]
    for order in (papers, papers[::-1], papers[50:] + papers[:50]):
        sampler = Sampler()
        for each in order:
            sampler.see(each)
        chosen = sampler.chosen()
        assert chosen.dtype == np.int64
        assert list(chosen) == sorted(chosen)
        assert {order[place] for place in chosen} == set(expected)
    few = Sampler()
    for each in papers[:3]:
        few.see(each)
    assert few.chosen().tolist() == [0, 1, 2]

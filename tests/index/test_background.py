"""What is usual among the papers of a library."""

from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.background import FEWEST, SAMPLE, Background, Sampler, background
from paperkin.index.dense import DenseIndex
from small import write_papers


def unit(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def sampled(vectors: np.ndarray) -> np.ndarray:
    sampler = Sampler()
    for vector in vectors:
        sampler.see(vector.tobytes())
    chosen = sampler.chosen()
    assert (np.diff(chosen) > 0).all()
    return vectors[chosen]


def test_the_sample_depends_on_the_papers_and_not_on_their_order() -> None:
    vectors = unit(3 * SAMPLE)
    one = sampled(vectors)
    assert len(one) == SAMPLE
    order = np.random.default_rng(1).permutation(len(vectors))
    other = sampled(vectors[order])
    assert {row.tobytes() for row in one} == {row.tobytes() for row in other}
    # One paper less changes one paper of the sample at most.
    fewer = {row.tobytes() for row in sampled(vectors[1:])}
    assert len(fewer - {row.tobytes() for row in one}) <= 1
    assert len(sampled(vectors[: SAMPLE - 1])) == SAMPLE - 1


def test_mean_and_deviation_are_those_of_all_pairs() -> None:
    vectors = unit(200)
    cosines = [float(vectors[i] @ vectors[j]) for i in range(200) for j in range(i)]
    found = background(vectors)
    assert found is not None
    assert found.mean == pytest.approx(np.mean(cosines), abs=1e-6)
    assert found.deviation == pytest.approx(np.std(cosines), abs=1e-6)
    assert found.above(found.mean + 2 * found.deviation) == pytest.approx(2)


def test_too_few_tell_nothing_and_copies_do_not_divide_by_nothing() -> None:
    assert background(unit(FEWEST - 1)) is None
    assert background(unit(FEWEST)) is not None
    alike = background(np.repeat(unit(1), 20, axis=0))
    assert alike == Background(pytest.approx(1.0, abs=1e-6), 0.01)


def test_a_library_keeps_it_with_its_vectors(tmp_path: Path) -> None:
    subjects = (
        "kelp violins granite sleep tariffs moss optics verbs rust bees clocks ferries".split()
    )
    papers = [{"title": f"On {each}", "abstract": f"We look at {each}."} for each in subjects]
    found = []
    for name, given in (("one", papers), ("other", papers[::-1])):
        file = write_papers(tmp_path / f"{name}.jsonl", given)
        with paperkin.build(tmp_path / name, file) as library:
            with library.store.read() as snapshot:
                model = snapshot.model
                vectors = snapshot.vectors(snapshot.live(), model).astype(np.float32)
            dense = DenseIndex.open(library.store, model.fingerprint)
        assert dense is not None
        assert dense.background is not None
        assert dense.background == background(vectors)
        found.append(dense.background)
    # Vectors depend a little on the batch that they were made in.
    assert found[0].mean == pytest.approx(found[1].mean, abs=1e-3)
    assert found[0].deviation == pytest.approx(found[1].deviation, abs=1e-3)

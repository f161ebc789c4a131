"""What is usual between two papers of a library, and which papers tell it."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import paperkin
from paperkin.index import background as module
from paperkin.index.background import FEWEST, Background, Sampler, background
from paperkin.index.dense import DenseIndex
from paperkin.index.files import read_sealed, write_sealed
from small import write_papers


def units(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_deviation_is_over_pairs_of_different_papers() -> None:
    vectors = units(FEWEST)
    pairs = [float(vectors[a] @ vectors[b]) for a in range(FEWEST) for b in range(a)]
    found = background(vectors)
    assert found is not None
    assert found.deviation == pytest.approx(np.std(pairs), abs=1e-6)


def test_too_few_papers_and_papers_that_are_all_alike_tell_nothing() -> None:
    assert background(units(FEWEST - 1)) is None
    alike = np.repeat(units(1), 30, axis=0) + 1e-4 * units(30, seed=1)
    assert background(alike.astype(np.float16).astype(np.float32)) is None


def test_cosines_in_a_small_range_tell_as_much_as_in_a_wide_one() -> None:
    """A model whose vectors all lie in a narrow cone says the same in other numbers."""
    wide = units(200)
    # One more dimension that all vectors share moves every cosine to (c + 16) / 17.
    cone = np.column_stack([wide, np.full(len(wide), 4.0)]) / np.sqrt(17)
    assert (cone @ cone.T).min() > 0.85
    plain, narrow = background(wide), background(cone.astype(np.float32))
    assert plain is not None
    assert narrow is not None
    # Differences of cosines count by this: 17 times as small, and measured by as much less.
    assert narrow.deviation == pytest.approx(plain.deviation / 17, rel=1e-2)


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


SUBJECTS = "kelp violins granite sleep tariffs moss optics verbs rust bees clocks ferries".split()
ABOUT = [{"title": f"On {each}", "abstract": f"We look at {each}."} for each in SUBJECTS]


def kept(library: paperkin.Library) -> tuple[Background | None, NDArray[np.float16]]:
    """What a library has as its background, and its vectors."""
    with library.store.read() as snapshot:
        model = snapshot.model
        vectors = snapshot.vectors(snapshot.live(), model)
    dense = DenseIndex.open(library.store, model.fingerprint)
    assert dense is not None
    return dense.background, vectors


def test_a_library_keeps_it_with_its_vectors(tmp_path: Path) -> None:
    found = []
    for name, given in (("one", ABOUT), ("other", ABOUT[::-1])):
        file = write_papers(tmp_path / f"{name}.jsonl", given)
        with paperkin.build(tmp_path / name, file) as library:
            usual, vectors = kept(library)
        assert usual is not None
        assert usual == background(vectors.astype(np.float32))
        found.append(usual)
        # The first libraries of this format have a mean as well, which nothing asks for.
        path = tmp_path / name / "dense" / "manifest.json"
        fields = read_sealed(path)
        assert fields is not None
        assert fields["background"].keys() == {"deviation"}
        write_sealed(path, {**fields, "background": {"mean": 0.1, **fields["background"]}})
        with paperkin.open(tmp_path / name) as library:
            assert kept(library)[0] == usual
    # Vectors depend a little on the batch that they were made in.
    assert found[0].deviation == pytest.approx(found[1].deviation, abs=1e-3)


def test_of_many_papers_a_sample_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", FEWEST)
    with paperkin.build(
        tmp_path / "library", write_papers(tmp_path / "papers.jsonl", ABOUT)
    ) as library:
        usual, vectors = kept(library)
    order = sorted(range(len(vectors)), key=lambda row: zlib.crc32(vectors[row].tobytes()))
    sample = sorted(order[:FEWEST])
    assert len(sample) < len(vectors)
    assert usual == background(vectors[sample].astype(np.float32))

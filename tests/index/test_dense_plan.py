"""The dense index of many papers: its recall, with and without filters, and that what it says of
itself was measured."""

import hashlib
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

import paperkin
from paperkin.index import dense, target
from paperkin.index.candidates import Candidates, coded
from paperkin.index.dense import DenseIndex, write_generation
from paperkin.index.dense_manifest import (
    Flat,
    Manifest,
    read_manifest,
    write_manifest,
)
from paperkin.index.errors import InputError, LibraryDamaged
from paperkin.index.files import write_sealed
from paperkin.index.snapshot import Commit, ModelRow
from paperkin.search.semantic import POOL, nearest
from paperkin.search.view import View

COUNT, DIMENSION = 24_000, 96
QUERIES = 60
STEP = 3
"""Between the numbers of papers."""


def like_papers(count: int, seed: int) -> NDArray[np.float16]:
    """Unit vectors, float16, that lie together as papers do: in topics within fields, with a
    spectrum that falls."""
    chance = np.random.default_rng(0)
    spectrum = (1 / np.sqrt(1 + np.arange(DIMENSION) / 8)).astype(np.float32)
    fields = chance.standard_normal((20, DIMENSION))
    topics = fields[chance.integers(0, 20, 400)] + chance.standard_normal((400, DIMENSION))
    chance = np.random.default_rng(seed)
    own = chance.standard_normal((count, DIMENSION))
    vectors = (topics[chance.integers(0, 400, count)] + 1.2 * own) * spectrum
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float16]:
    return like_papers(COUNT, 1)


@pytest.fixture(scope="module")
def queries(rows: NDArray[np.float16]) -> NDArray[np.float32]:
    """New papers, and some that are moved far off, as a few words are."""
    found = like_papers(QUERIES, 2).astype(np.float32)
    noise = np.random.default_rng(3).standard_normal((QUERIES // 2, DIMENSION))
    found[::2] += 0.12 * noise
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def written(
    folder: Path, rows: NDArray[np.float16], recall: float = 0.99, before: Manifest | None = None
) -> Manifest:
    vectors = ((STEP * n, row.tobytes()) for n, row in enumerate(rows))
    model = ModelRow(1, "fingerprint", "", "", rows.shape[1])
    return write_generation(folder, Commit(1, "token"), model, vectors, recall, before)


@pytest.fixture(scope="module")
def generation(rows: NDArray[np.float16], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("generation")
    return folder, written(folder, rows)


def view_of(index: DenseIndex, dead: NDArray[np.int64] | None = None) -> View:
    alive = np.ones(len(index), bool)
    if dead is not None:
        alive[dead] = False
    nothing: Any = cast(Any, None)
    return View(
        commit=index.commit,
        model=nothing,
        language="en",
        live=index.numbers[alive],
        dense=index,
        dense_alive=alive,
        beside_numbers=np.zeros(0, np.int64),
        beside_vectors=np.zeros((0, DIMENSION), np.float16),
        keyword=nothing,
        stale=np.zeros(0, np.int64),
        pending=(),
        lexicon=nothing,
    )


def recall(
    view: View, queries: NDArray[np.float32], allowed: NDArray[np.int64] | None, k: int = 10
) -> float:
    """Of the nearest ten, against the plain product of the stored vectors; pages are full."""
    assert view.dense is not None
    index = view.dense
    passing = view.dense_alive.copy()
    if allowed is not None:
        passing &= np.isin(index.numbers, allowed)
    rows = np.flatnonzero(passing)
    vectors = index.vectors(rows).astype(np.float64)
    shares = []
    for query in queries:
        true = np.round(vectors @ query.astype(np.float64), 6)
        numbers, scores = nearest(view, query, k, allowed=allowed)
        assert len(numbers) >= min(k, len(rows))
        assert np.isin(numbers, index.numbers[rows]).all()
        assert (np.diff(scores) <= 0).all()
        places = np.searchsorted(index.numbers[rows], numbers)
        assert scores == pytest.approx(true[places], abs=1e-6)
        least = np.sort(true)[-min(10, len(rows))]
        shares.append((scores[:10] >= least - 1e-6).sum() / min(10, len(rows)))
    return float(np.mean(shares))


def test_recall_with_and_without_filters(
    generation: tuple[Path, Manifest], queries: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = DenseIndex(*generation)
    asked: list[int] = []
    ask = Candidates.ask
    monkeypatch.setattr(Candidates, "ask", lambda *a: (asked.append(a[2]), ask(*a))[1])
    view = view_of(index)
    chance = np.random.default_rng(4)
    for share, codes in ((None, True), (0.5, True), (0.1, False), (0.01, False), (0.001, False)):
        asked.clear()
        size = round((share or 1) * COUNT)
        allowed = None if share is None else np.sort(chance.choice(index.numbers, size, False))
        assert recall(view, queries, allowed) >= 0.99, share
        # Not by comparing with all, and not by candidates where few pass.
        assert bool(asked) == codes, share
    assert recall(view, queries[:20], None, k=POOL) >= 0.99
    # A filter that goes against the question passes nothing of what is near to it.
    far = index.numbers[index.scan(queries[0]) < 0.2]
    assert COUNT // 3 < len(far) < COUNT
    assert recall(view, queries[:1], far) >= 0.99


def test_the_nearest_are_the_beginning_of_the_pool(
    generation: tuple[Path, Manifest], queries: NDArray[np.float32]
) -> None:
    view = view_of(DenseIndex(*generation))
    for query in queries[:20]:
        numbers, scores = nearest(view, query, POOL)
        assert len(set(numbers.tolist())) == len(numbers) >= POOL
        for k in (1, 10, 100):
            first, own = nearest(view, query, k)
            assert len(set(first[:k]) & set(numbers[:k])) >= 0.9 * k
            assert own[0] == scores[0]


def test_removed_papers_are_never_found(
    generation: tuple[Path, Manifest], queries: NDArray[np.float32]
) -> None:
    index = DenseIndex(*generation)
    dead = np.unique(np.concatenate([np.argsort(-index.scan(q))[:5] for q in queries]))
    view = view_of(index, dead)
    assert recall(view, queries, None) >= 0.99
    assert recall(view, queries, index.numbers[: COUNT // 2]) >= 0.99


def test_settings_are_those_that_were_measured(
    rows: NDArray[np.float16], generation: tuple[Path, Manifest]
) -> None:
    _, manifest = generation
    plan = manifest.plan
    assert plan is not None
    assert manifest.target == 0.99
    assert min(manifest.reached.values()) >= 0.99
    candidates = Candidates(*coded(rows))
    sample = np.arange(0, COUNT, COUNT // 500)
    # Too narrow a margin is noticed, and made wider until it does.
    narrow = Flat(margin=0.0, depth=plan.depth)
    settled = target.settle(rows, candidates, sample, 0.99, first=narrow)
    assert settled is not None
    assert settled.flat.margin > 0.01
    assert min(settled.reached.values()) >= 0.99
    # A lower target is content with less.
    less = target.settle(rows, candidates, sample, 0.6)
    assert less is not None
    assert less.flat.margin < plan.margin


def test_where_codes_are_no_good_every_search_is_exact(
    rows: NDArray[np.float16],
    queries: NDArray[np.float32],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dense, "coded", lambda given: coded(given[::-1]))
    manifest = written(tmp_path, rows)
    assert manifest.plan is None
    assert not list(tmp_path.glob("*.faiss"))
    index = DenseIndex(tmp_path, manifest)
    assert not index.has_candidates
    assert recall(view_of(index), queries[:5], None) == 1.0


def test_a_recall_of_one_is_exact_search(rows: NDArray[np.float16], tmp_path: Path) -> None:
    manifest = written(tmp_path, rows[:6000], recall=1.0)
    assert manifest.plan is None
    assert manifest.target == 1.0


def test_generations_of_the_format_before_are_read(
    rows: NDArray[np.float16], queries: NDArray[np.float32], tmp_path: Path
) -> None:
    import faiss

    manifest = written(tmp_path, rows)
    path = tmp_path / f"{manifest.generation}.faiss"
    old = faiss.IndexRaBitQFastScan(DIMENSION, faiss.METRIC_INNER_PRODUCT)
    old.train(rows.astype(np.float32))
    old.add(rows.astype(np.float32))
    faiss.write_index(old, str(path))
    fields = asdict(manifest)
    for name in ("flat", "target", "reached"):
        del fields[name]
    fields["format"] = 2
    del fields["sizes"]["usual"], fields["digests"]["usual"]
    fields["sizes"]["faiss"] = path.stat().st_size
    fields["digests"]["faiss"] = hashlib.sha256(path.read_bytes()).hexdigest()
    write_sealed(tmp_path / "manifest.json", fields)
    read = read_manifest(tmp_path / "manifest.json")
    assert read is not None
    assert read.plan is not None
    assert recall(view_of(DenseIndex(tmp_path, read)), queries, None) >= 0.99


@pytest.mark.parametrize("flat", [{"margin": 0.1}, {"margin": 0.1, "deep": 1}, 3])
def test_a_manifest_with_other_settings_is_named(
    generation: tuple[Path, Manifest], tmp_path: Path, flat: Any
) -> None:
    path = tmp_path / "library" / "dense" / "manifest.json"
    path.parent.mkdir(parents=True)
    write_manifest(path, replace(generation[1], flat=flat))
    with pytest.raises(LibraryDamaged, match=f"{path}.*paperkin rebuild {path.parent.parent}"):
        read_manifest(path)


@pytest.mark.parametrize("name", ["numbers", "vectors", "faiss", "usual"])
def test_damage_to_each_file_is_named(
    generation: tuple[Path, Manifest], tmp_path: Path, name: str
) -> None:
    folder, manifest = generation
    for path in folder.iterdir():
        data = bytearray(path.read_bytes())
        if path.name.endswith(name):
            data[len(data) // 2] ^= 1
        (tmp_path / path.name).write_bytes(data)
    said = f"{manifest.generation}.{name} is not what was written"
    with pytest.raises(LibraryDamaged, match=said):
        DenseIndex(tmp_path, manifest).scan(np.ones(DIMENSION, np.float32))


def test_a_library_keeps_the_recall_that_it_is_to_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_library: paperkin.Library
) -> None:
    shutil.copytree(small_library.path, tmp_path / "library")
    monkeypatch.setattr(dense, "FAISS_FROM", 1)
    source = tmp_path / "one.csv"
    source.write_text("title,abstract\nSalt marshes in spring,How marshes grow.\n")
    with paperkin.build(tmp_path / "library", source, recall=0.9) as library:
        told = library.info()["dense"]
        assert (told["kind"], told["target"]) == ("codes", 0.9)
        assert set(told["recall"]) == {"papers", "near", "words"}
        library.rebuild()
        assert library.info()["dense"]["target"] == 0.9
    with paperkin.build(tmp_path / "library", source, recall=1) as library:
        assert library.info()["dense"]["kind"] == "exact"
    with paperkin.build(tmp_path / "library", source) as library:
        assert library.info()["dense"]["target"] == 1.0
    for wrong in (0.2, 1.5, float("nan")):
        with pytest.raises(InputError, match="number from"):
            paperkin.build(tmp_path / "library", source, recall=wrong)


def test_the_settings_of_the_generation_before_are_tried_first(
    rows: NDArray[np.float16],
    generation: tuple[Path, Manifest],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where they do, no others are looked for; where they do not, they are made to."""
    _, before = generation
    assert before.flat is not None
    monkeypatch.setattr(target, "_fitting", lambda *_: pytest.fail("settings were looked for"))
    part = rows[: COUNT - COUNT // 20]
    after = written(tmp_path, part, before=before)
    assert after.flat == before.flat
    assert min(after.reached.values()) >= 0.99
    narrow = replace(before, flat={**before.flat, "margin": 0.0})
    after = written(tmp_path, part, before=narrow)
    assert after.flat is not None
    assert after.flat["margin"] > 0.01
    assert min(after.reached.values()) >= 0.99
    monkeypatch.undo()
    fewer = written(tmp_path, rows[: COUNT // 2], before=narrow)
    assert fewer.plan is not None
    assert fewer.plan.margin not in (0.0, after.flat["margin"])

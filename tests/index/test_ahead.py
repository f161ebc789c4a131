"""Encoding beside the thread that plans and commits: the library is that of one batch after the
other, and whatever goes wrong ends the build where it would have ended."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paperkin
from paperkin.index import batch, ingest
from paperkin.index.build import build
from paperkin.index.doctor import examine
from paperkin.index.encoder import Encoder
from paperkin.index.errors import LibraryError, ModelError, SourceError
from paperkin.index.record import Record, Reject
from paperkin.index.report import Progress
from small import write_papers
from tiny_models import WORDS, write_model

COUNT = 70


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "BATCH", 8)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Papers of which every seventh comes again in a later batch, with another abstract."""
    random = np.random.default_rng(5)
    papers: list[dict[str, Any]] = []
    for number in range(COUNT):
        words = " ".join(random.choice(WORDS, size=12))
        papers.append(
            {
                "id": f"10.1000/made.{number}",
                "title": f"On the {words} number {number}",
                "abstract": " ".join(random.choice(WORDS, size=random.integers(5, 60))),
                "authors": ["Ada Miller"],
                "published": "2021",
            }
        )
    again = [{**each, "abstract": f"{each['abstract']} Longer now."} for each in papers[::7]]
    return write_papers(tmp_path / "papers.jsonl", papers + again)


def texts_and_vectors(path: Path) -> dict[str, tuple[paperkin.Paper, np.ndarray[tuple[int]]]]:
    with paperkin.open(path) as library, library.store.read() as snapshot:
        numbers = snapshot.live()
        papers = snapshot.papers(numbers)
        vectors = snapshot.vectors(numbers, snapshot.model)
        return {
            papers[int(number)].id: (papers[int(number)], vector)
            for number, vector in zip(numbers, vectors, strict=True)
        }


def encoding_threads() -> list[str]:
    return [each.name for each in threading.enumerate() if "paperkin-ahead" in each.name]


def held(path: Path) -> int:
    with paperkin.open(path) as library:
        return len(library)


def test_it_gives_the_library_of_one_batch_after_the_other(
    source: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = build(tmp_path / "ahead", [source], model=str(model), precision="float32")
    with monkeypatch.context() as patch:
        patch.setattr(ingest.Ingest, "_begin", lambda self, each: ingest._Begun(each))
        alone = build(tmp_path / "alone", [source], model=str(model), precision="float32")

    assert (ahead.read, ahead.outcomes, ahead.encoded) == (
        alone.read,
        alone.outcomes,
        alone.encoded,
    )
    one, other = texts_and_vectors(tmp_path / "ahead"), texts_and_vectors(tmp_path / "alone")
    assert one.keys() == other.keys()
    for name, (paper, vector) in one.items():
        assert paper == other[name][0]
        np.testing.assert_allclose(vector, other[name][1], atol=1e-4)
    with paperkin.open(tmp_path / "ahead") as library:
        assert examine(library.store) == []
    assert encoding_threads() == []


def test_the_next_batch_is_encoded_before_one_is_committed(
    source: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun, second = Encoder.encode_documents, threading.Lock(), threading.Event()
    calls = 0
    beside: list[bool] = []

    def waiting(self: Encoder, *given: Any, **named: Any) -> Any:
        nonlocal calls
        with begun:
            calls += 1
            if calls == 2:
                second.set()
        found = real(self, *given, **named)
        # Its texts are encoded, but nobody has been told.
        beside.append(second.wait(20))
        return found

    monkeypatch.setattr(Encoder, "encode_documents", waiting)
    report = build(tmp_path / "library", [source], model=str(model))

    assert report.papers == COUNT
    assert all(beside), "the second batch never came beside the first"


def test_an_error_in_reading_comes_after_what_was_read(
    source: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ingest.read

    def failing(*given: Any, **named: Any) -> Iterator[Record | Reject]:
        for number, record in enumerate(real(*given, **named)):
            if number == 21:
                raise SourceError("The disk went away.")
            if number == 19:
                yield Reject(record.where, "it was a test", "its text")
            yield record

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "read", failing)
        with pytest.raises(SourceError, match="The disk went away"):
            build(tmp_path / "library", [source], model=str(model))

    assert held(tmp_path / "library") == 16
    assert "it was a test" in (tmp_path / "library" / "rejects.jsonl").read_text("utf-8")
    assert encoding_threads() == []


def test_an_error_in_encoding_comes_in_its_place(
    source: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Encoder.encode_documents

    def failing(self: Encoder, texts: list[str], **named: Any) -> Any:
        for place, text in enumerate(texts):
            if "number 18." in text:
                raise ModelError(f"no usable vector for text {place + 1} of {len(texts)}")
        return real(self, texts, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Encoder, "encode_documents", failing)
        with pytest.raises(ModelError, match="no usable vector for text 3 of 8"):
            build(tmp_path / "library", [source], model=str(model))
    assert held(tmp_path / "library") == 16
    assert encoding_threads() == []

    report = build(tmp_path / "library", [source], model=str(model))
    assert report.papers == COUNT
    assert report.outcomes["unchanged"] == 16


def test_an_error_in_committing_loses_only_what_was_not_committed(
    source: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = ingest.write_plan, 0

    def failing(*given: Any) -> Any:
        nonlocal written
        written += 1
        if written == 4:
            raise LibraryError("The disk is full.")
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "write_plan", failing)
        with pytest.raises(LibraryError, match="The disk is full"):
            build(tmp_path / "library", [source], model=str(model))

    assert held(tmp_path / "library") == 24
    assert encoding_threads() == []
    assert build(tmp_path / "library", [source], model=str(model)).papers == COUNT


class Interrupted(Progress):
    """Somebody who presses Ctrl-C once some texts are encoded."""

    def __init__(self, after: int) -> None:
        self._after = after
        self.told: list[tuple[int, int]] = []

    def encoding(self, done: int, total: int) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.told.append((done, total))
        if len(self.told) == self._after:
            raise KeyboardInterrupt


def test_an_interrupted_build_ends_and_goes_on(source: Path, model: Path, tmp_path: Path) -> None:
    watch = Interrupted(after=4)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "library", [source], model=str(model), progress=watch)
    assert encoding_threads() == []
    left = held(tmp_path / "library")
    assert left < COUNT

    report = build(tmp_path / "library", [source], model=str(model))

    assert report.papers == COUNT
    assert report.outcomes["unchanged"] == left


def test_each_batch_tells_how_far_it_is_encoded(source: Path, model: Path, tmp_path: Path) -> None:
    watch = Interrupted(after=-1)
    build(tmp_path / "library", [source], model=str(model), progress=watch)

    assert [total for done, total in watch.told if done == total][:8] == [8] * 8
    assert all(0 < done <= total for done, total in watch.told)


def test_what_is_known_is_neither_encoded_nor_is_the_model_loaded(
    source: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "library", [source], model=str(model))

    def never(*_: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(Encoder, "_runtime", never)
    report = build(tmp_path / "library", [source])

    assert report.encoded == 0
    assert report.read == COUNT + COUNT // 7

"""Models that run compiled: trusted only where they agree with the original, and made again where
they are damaged."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from paperkin.index import compiled, compiled_runtime, compiling, encoder
from paperkin.index.compiled_runtime import CompiledRuntime
from paperkin.index.encoder import Encoder
from paperkin.index.errors import ModelError
from paperkin.index.models import Model, resolve_model
from paperkin.index.torch_runtime import TorchRuntime
from tiny_models import WORDS, write_model, write_static_model

TEXTS = ["bees honey", "the long river", "sparse attention for a graph network", "steel"]


@pytest.fixture(autouse=True)
def new_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of each test's own; nothing in memory from another."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(compiled.RUNTIME, raising=False)
    encoder._shared.cache_clear()
    yield tmp_path / "cache"
    encoder._shared.cache_clear()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return resolve_model(str(write_model(folder, prompts={"query": "query: "})))


def runtime_of(model: Model) -> object:
    return Encoder(model, device="cpu")._runtime("query")


def original(model: Model, monkeypatch: pytest.MonkeyPatch) -> np.ndarray[tuple[int, int]]:
    with monkeypatch.context() as patch:
        patch.setenv(compiled.RUNTIME, "torch")
        assert isinstance(runtime_of(model), TorchRuntime)
        return Encoder(model, device="cpu").encode_queries(TEXTS)


def test_a_model_is_compiled_once_and_gives_the_same_vectors(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = original(tiny, monkeypatch)
    first = Encoder(tiny, device="cpu").encode_queries(TEXTS)
    kept = compiled.found(tiny)
    encoder._shared.cache_clear()
    monkeypatch.setattr(compiling, "compile_model", None)

    again = Encoder(tiny, device="cpu").encode_queries(TEXTS)

    assert isinstance(runtime_of(tiny), CompiledRuntime)
    assert kept is not None
    assert not kept.refused
    assert kept.agreement > 0.99999
    np.testing.assert_allclose(first, expected, atol=1e-5)
    np.testing.assert_array_equal(again, first)


def test_what_disagrees_is_not_used_and_not_tried_again(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = CompiledRuntime.encode

    def off(self: CompiledRuntime, *given: object, **named: object) -> Iterator[object]:
        for batch, encoded in real(self, *given, **named):  # type: ignore[arg-type]
            yield batch, encoded + np.float32(0.05)

    expected = original(tiny, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(CompiledRuntime, "encode", off)
        vectors = Encoder(tiny, device="cpu").encode_queries(TEXTS)
    kept = compiled.found(tiny)

    assert kept is not None
    assert kept.refused.startswith("cosine 0.9")
    np.testing.assert_array_equal(vectors, expected)
    encoder._shared.cache_clear()
    monkeypatch.setattr(compiling, "compile_model", None)
    assert isinstance(runtime_of(tiny), TorchRuntime)


def test_other_tokens_are_a_reason_not_to_trust_it(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = CompiledRuntime.ids
    monkeypatch.setattr(CompiledRuntime, "ids", lambda self, text: real(self, text.upper() + "x"))

    assert isinstance(runtime_of(tiny), TorchRuntime)
    kept = compiled.found(tiny)
    assert kept is not None
    assert kept.refused.startswith("other tokens of")


@pytest.mark.parametrize("name", [compiled.GRAPH, compiled.WEIGHTS, compiled.TOKENIZER])
def test_what_is_damaged_is_made_again(tiny: Model, name: str) -> None:
    whole = Encoder(tiny, device="cpu").encode_queries(TEXTS)
    file = compiled.place(tiny) / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    encoder._shared.cache_clear()

    assert compiled.found(tiny) is None
    np.testing.assert_allclose(Encoder(tiny).encode_queries(TEXTS), whole, atol=1e-6)
    assert compiled.found(tiny) is not None


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"inputs": 3}', "{"])
def test_a_manifest_that_says_nothing_is_none(tiny: Model, text: str) -> None:
    folder = compiled.place(tiny)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(text, encoding="utf-8")

    assert compiled.found(tiny) is None
    assert isinstance(runtime_of(tiny), CompiledRuntime)


def test_a_model_of_word_vectors_stays_in_torch(tmp_path: Path) -> None:
    model = resolve_model(str(write_static_model(tmp_path / "static")))

    near, far = Encoder(model).encode_documents(["bees honey", "steel"]) @ Encoder(
        model
    ).encode_query("honey")

    assert near > far
    kept = compiled.found(model)
    assert kept is not None
    assert kept.refused


def test_a_cache_that_cannot_be_written_is_done_without(
    tiny: Model, new_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_cache.write_text("a file", encoding="utf-8")

    vectors = Encoder(tiny, device="cpu").encode_queries(TEXTS)

    np.testing.assert_array_equal(vectors, original(tiny, monkeypatch))


def test_whoever_was_quicker_is_believed(tiny: Model) -> None:
    runtime = TorchRuntime(tiny, "cpu")
    assert compiling.compile_model(tiny, runtime) is not None
    stamp = (compiled.place(tiny) / compiled.GRAPH).stat().st_mtime_ns

    assert compiling.compile_model(tiny, runtime) is not None

    assert (compiled.place(tiny) / compiled.GRAPH).stat().st_mtime_ns == stamp
    assert [each.name for each in compiled.place(tiny).parent.iterdir()] == [
        compiled.place(tiny).name
    ]


def test_what_another_version_compiled_goes(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(compiled, "_version", lambda: "2019.1")
        old = compiled.place(tiny)
        runtime_of(tiny)
        assert old.is_dir()
    encoder._shared.cache_clear()

    runtime_of(tiny)

    assert compiled.place(tiny).is_dir()
    assert not old.exists()


def test_threads_do_not_wait_for_each_other(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_runtime, "_TOKENS", 40)
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(WORDS, size=random.integers(1, 30))) for _ in range(120)]
    shared = Encoder(tiny, device="cpu", precision="float32")
    expected = shared.encode_documents(texts)
    answers: list[np.ndarray[tuple[int, int]]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(shared.encode_documents(texts)), daemon=True)
        for _ in range(6)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(answers) == 6
    for answer in answers:
        np.testing.assert_allclose(answer, expected, atol=1e-5)


def test_whoever_stops_in_between_leaves_the_others_what_it_had(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_runtime, "_TOKENS", 1)
    runtime = runtime_of(tiny)
    assert isinstance(runtime, CompiledRuntime)

    for _ in range(10):
        some = runtime.encode(TEXTS, "", "document", low=False)
        next(some)
        some.close()  # type: ignore[attr-defined]

    assert runtime._requests(False).qsize() == runtime._cores


def test_it_says_what_to_do_where_it_cannot_be_run(tiny: Model) -> None:
    runtime_of(tiny)
    encoder._shared.cache_clear()
    folder = compiled.place(tiny)
    (folder / compiled.GRAPH).write_text("<net/>", encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = []
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    with pytest.raises(ModelError, match=r"cannot be run: .* set PAPERKIN_RUNTIME=torch"):
        runtime_of(tiny)


def test_a_search_needs_no_torch(tmp_path: Path, new_cache: Path) -> None:
    import paperkin
    from paperkin.index.demo import demonstration

    with paperkin.build(tmp_path / "library", demonstration() / "papers.jsonl") as library:
        expected = [hit.id for hit in library.search("how bees find flowers")]
    program = (
        "import sys, paperkin\n"
        "with paperkin.open(sys.argv[1]) as library:\n"
        "    print(*[hit.id for hit in library.search('how bees find flowers')])\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "library")],
        env={**os.environ, "XDG_CACHE_HOME": str(new_cache)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == expected

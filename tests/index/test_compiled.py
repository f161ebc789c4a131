"""Models that run compiled: trusted only where they agree with the original, and made again where
they are damaged."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from paperkin.index import compiled, compiled_runtime, compiling, encoder, running
from paperkin.index.compiled_runtime import CompiledRuntime
from paperkin.index.encoder import Encoder
from paperkin.index.errors import ModelError
from paperkin.index.models import Model, resolve_model
from paperkin.index.torch_runtime import TorchRuntime
from tiny_models import WORDS, edit_json, write_model, write_static_model

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


def test_what_nobody_ran_for_long_goes(tiny: Model, tmp_path: Path) -> None:
    other = resolve_model(str(write_model(tmp_path / "other", hidden=16)))
    recent = resolve_model(str(write_model(tmp_path / "recent", hidden=24)))
    for each in (other, recent):
        runtime_of(each)
    left = compiled.aside()
    for path, days in ((compiled.place(other) / "manifest.json", 61), (left, 2)):
        then = path.stat().st_mtime - days * 86_400
        os.utime(path, (then, then))
    kept = compiled.aside()

    runtime_of(tiny)

    names = {path.name for path in kept.parent.iterdir()}
    assert names == {kept.name, compiled.place(tiny).name, compiled.place(recent).name}


def test_what_is_kept_may_go_while_it_runs(tiny: Model) -> None:
    queries = Encoder(tiny, device="cpu").encode_queries(TEXTS)
    shutil.rmtree(compiled.place(tiny))

    documents = Encoder(tiny, device="cpu").encode_documents([f"query: {each}" for each in TEXTS])

    assert np.einsum("ij,ij->i", queries, documents).min() > 0.999


def test_a_full_disk_is_no_reason_to_refuse_a_model(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise RuntimeError("basic_ios::clear: iostream error")

    with monkeypatch.context() as patch:
        patch.setattr(compiled.openvino(), "save_model", full)
        assert isinstance(runtime_of(tiny), TorchRuntime)
    assert compiled.found(tiny) is None
    assert not list(compiled.place(tiny).parent.iterdir())
    encoder._shared.cache_clear()

    assert isinstance(runtime_of(tiny), CompiledRuntime)


def test_nobody_needs_a_home(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", none)

    assert isinstance(runtime_of(tiny), TorchRuntime)


def test_what_cannot_be_kept_still_runs(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise OSError("the folder is another's")

    expected = original(tiny, monkeypatch)
    monkeypatch.setattr("paperkin.index.compiled.os.replace", busy)

    assert isinstance(runtime_of(tiny), CompiledRuntime)
    vectors = Encoder(tiny, device="cpu").encode_queries(TEXTS)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_a_prompt_that_is_left_out_of_the_mean_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = "the long river of honey and steel bridge music: "
    folder = write_model(tmp_path / "apart", prompts={"query": prompt, "document": ""})
    edit_json(folder / "1_Pooling" / "config.json", include_prompt=False)
    model = resolve_model(str(folder))

    expected = original(model, monkeypatch)

    vectors = Encoder(model, device="cpu").encode_queries(TEXTS)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_papers_run_compiled_where_torch_finds_no_accelerator(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("there is an accelerator")
    monkeypatch.setattr(encoder, "_accelerated", lambda: True)

    assert isinstance(Encoder(tiny)._runtime("document"), CompiledRuntime)


def test_threads_do_not_wait_for_each_other(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_runtime, "_BUDGET", 40)
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


def test_whoever_stops_in_between_holds_up_nobody(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_runtime, "_BUDGET", 1)
    runtime = runtime_of(tiny)
    assert isinstance(runtime, CompiledRuntime)
    monkeypatch.setattr(runtime, "_cores", 4)
    expected = Encoder(tiny, device="cpu").encode_queries(TEXTS)

    def failing(error: type[BaseException]) -> Callable[..., object]:
        def fail(*_: object) -> object:
            raise error

        return fail

    def encode_all() -> None:
        list(runtime.encode(TEXTS * 3, "", "document", low=False))

    for _ in range(10):
        some = runtime.encode(TEXTS * 3, "", "document", low=False)
        next(some)
        some.close()  # type: ignore[attr-defined]
        for name, error in (("_inputs", MemoryError), ("_ended", KeyboardInterrupt)):
            with monkeypatch.context() as patch:
                patch.setattr(runtime, name, failing(error))
                with pytest.raises(error):
                    encode_all()

    vectors = Encoder(tiny, device="cpu").encode_queries(TEXTS)
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_many_texts_are_cut_into_tokens_some_at_a_time(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Encoder(tiny, device="cpu", precision="float32").encode_documents(TEXTS * 5)
    assert isinstance(runtime_of(tiny), CompiledRuntime)
    monkeypatch.setattr(compiled_runtime, "_AT_ONCE", 3)

    vectors = Encoder(tiny, device="cpu", precision="float32").encode_documents(TEXTS * 5)

    np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_it_says_what_to_do_where_it_cannot_be_run(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime_of(tiny)
    manifest = compiled.found(tiny)
    encoder._shared.cache_clear()
    (compiled.place(tiny) / compiled.GRAPH).write_text("<net/>", encoding="utf-8")
    monkeypatch.setattr(compiled, "found", lambda _: manifest)

    with pytest.raises(ModelError, match=r"cannot be run: .* set PAPERKIN_RUNTIME=torch"):
        runtime_of(tiny)


def failing_with(cause: Exception) -> Callable[..., object]:
    def fail(*_: object) -> object:
        try:
            raise cause
        except Exception as error:
            raise ModelError("It cannot be run.") from error

    return fail


def test_a_graph_that_cannot_be_run_is_not_tried_again(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(compiling, "CompiledRuntime", failing_with(RuntimeError("no  kernel")))
        assert isinstance(runtime_of(tiny), TorchRuntime)
    encoder._shared.cache_clear()
    monkeypatch.setattr(compiling, "compile_model", None)

    assert isinstance(runtime_of(tiny), TorchRuntime)
    assert compiled.refusal(tiny.fingerprint) == "it cannot be run: no kernel"


def test_too_little_memory_is_no_reason_to_refuse_a_model(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(compiling, "CompiledRuntime", failing_with(MemoryError()))
        assert isinstance(runtime_of(tiny), TorchRuntime)
    encoder._shared.cache_clear()

    assert compiled.refusal(tiny.fingerprint) is None
    assert isinstance(runtime_of(tiny), CompiledRuntime)
    assert compiled.refusal(tiny.fingerprint) == ""


def test_a_person_is_told_that_it_is_compiled_and_why_it_is_not_used(
    tiny: Model, tmp_path: Path
) -> None:
    word_vectors = resolve_model(str(write_static_model(tmp_path / "static")))
    told: dict[str, list[list[str]]] = {"tiny": [], "static": []}
    for model in (tiny, word_vectors):
        for _ in range(2):
            notes: list[str] = []
            Encoder(model, device="cpu").load(notes.append)
            told[model.folder.name].append(notes)

    assert told["tiny"] == [["Compiling the model for this processor, once …"], []]
    (compiling_it, refused), (again,) = told["static"]
    assert compiling_it == told["tiny"][0][0]
    assert refused == again
    assert refused.startswith(f"The model {word_vectors.name} runs in torch, and not compiled: it")


def test_a_library_tells_why_its_model_is_not_compiled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import paperkin
    from paperkin.api.cli import main
    from small import write_papers

    model = write_static_model(tmp_path / "static")
    path = tmp_path / "library"
    with paperkin.build(path, write_papers(tmp_path / "a.jsonl"), model=str(model)) as library:
        reason = library.info()["model"]["not_compiled"]

    assert reason == compiled.refusal(resolve_model(str(model)).fingerprint)
    assert reason
    assert main(["info", str(path)]) == 0
    assert f"runs in   torch, not compiled: {reason}" in capsys.readouterr().out


def test_fewer_instructions_make_another_model(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cached in (running.instructions, running.has_bfloat16):
        cached.cache_clear()
    place = compiled.place(tiny)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "avx2")
    for cached in (running.instructions, running.has_bfloat16):
        cached.cache_clear()
    try:
        assert not running.has_bfloat16("cpu")
        assert running.instructions().endswith("AVX2")
        assert compiled.place(tiny) != place
        runtime = runtime_of(tiny)
        assert isinstance(runtime, CompiledRuntime)
        # The processor may have it all the same: it is not to be used.
        assert not runtime.quick_in_bfloat16
    finally:
        for cached in (running.instructions, running.has_bfloat16):
            cached.cache_clear()


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


def test_queries_of_many_threads_have_the_vectors_that_each_has_alone(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(4)
    texts = [" ".join(chance.choice(WORDS, size=1 + n % 23)) for n in range(96)]
    own = Encoder(tiny, device="cpu")
    alone = [own.encode_query(text) for text in texts]
    together: list[int] = []
    plain = CompiledRuntime._encode_queries

    def counted(self: CompiledRuntime, ids: list[np.ndarray[tuple[int]]]) -> np.ndarray[tuple[int]]:
        together.append(len(ids))
        return plain(self, ids)

    encoder._shared.cache_clear()
    monkeypatch.setattr(CompiledRuntime, "_encode_queries", counted)
    shared = Encoder(tiny, device="cpu")
    shared.encode_query("one that loads it")
    found: dict[int, np.ndarray[tuple[int]]] = {}
    begin = threading.Barrier(16)

    def ask(first: int) -> None:
        begin.wait()
        for number in range(first, len(texts), 16):
            found[number] = shared.encode_query(texts[number])

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    # To the last bit: no answer depends on what others ask at the same time.
    for number, vector in enumerate(alone):
        np.testing.assert_array_equal(found[number], vector)
    assert sum(together) == len(texts) + 1
    assert len(together) < len(texts)

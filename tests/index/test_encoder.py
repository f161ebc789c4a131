"""Texts become unit vectors: the right ones, in the right order, whatever the batches."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from paperkin.index import compiled, compiled_runtime, compiling, encoder, torch_runtime
from paperkin.index.encoder import Encoder, document_text
from paperkin.index.errors import ModelError
from paperkin.index.models import resolve_model
from tiny_models import WORDS, edit_json, write_model, write_static_model, write_transformer

PAPERS = [
    "How honey bees find new flowers. We followed marked bees of three hives over two summers and "
    "asked when a scout stops trusting what it knows and looks for something else.",
    "Cheaper attention for long inputs. Each word looks at its neighbours and at a few words "
    "chosen by hashing, so that the cost grows with the length and not with its square.",
    "Cracks in steel bridges under heavy traffic. Strain was measured at forty joints for a year.",
    "Dwarf galaxies without dark matter? A survey of faint companions of nearby spirals finds two.",
    "A short note.",
    "Sleep and the consolidation of motor skills in older adults: a randomised trial with naps, "
    "quiet rest and a walk, in which napping helped those who had practised in the morning.",
]


@pytest.fixture(scope="module", params=["compiled", "torch"], autouse=True)
def runtime(request: pytest.FixtureRequest) -> Iterator[str]:
    """What runs the models: everything here holds for both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(compiled.RUNTIME, request.param)
        yield request.param


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_runtime, "_TOKENS_ON_CPU", 100)
    monkeypatch.setattr(compiled_runtime, "_BUDGET", 100)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(
        tmp_path_factory.mktemp("models") / "tiny",
        prompts={"query": "query: ", "document": "passage: "},
    )


@pytest.fixture
def tiny_model(written: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(written, tmp_path / "tiny"))


@pytest.fixture(scope="module")
def tiny_encoder(written: Path) -> Encoder:
    return Encoder(resolve_model(str(written)), device="cpu", precision="float32")


@pytest.fixture(scope="module")
def default_encoder() -> Encoder:
    return Encoder(resolve_model(), device="cpu", precision="float32")


def texts_of_many_lengths(count: int) -> list[str]:
    random = np.random.default_rng(0)
    return [" ".join(random.choice(WORDS, size=random.integers(1, 90))) for _ in range(count)]


def without_prompts(encoder: Encoder) -> Encoder:
    model = replace(encoder.model, query_prompt="", document_prompt="")
    return Encoder(model, device="cpu", precision="float32")


@pytest.mark.parametrize(
    ("title", "abstract", "text"),
    [
        ("A title", "An abstract.", "A title. An abstract."),
        ("Is it a title?", "An abstract.", "Is it a title? An abstract."),
        (" A title.  ", "\nAn abstract. ", "A title. An abstract."),
        ("一个标题。", "摘要", "一个标题。 摘要"),
        ("A title", "", "A title"),
        ("", "An abstract.", "An abstract."),
        ("", " ", ""),
    ],
)
def test_a_paper_is_encoded_as_its_title_and_its_abstract(
    title: str, abstract: str, text: str
) -> None:
    assert document_text(title, abstract) == text


def test_vectors_are_unit_rows_of_float32(tiny_encoder: Encoder) -> None:
    documents = tiny_encoder.encode_documents(PAPERS)
    query = tiny_encoder.encode_query("steel bridge")

    assert documents.dtype == query.dtype == np.float32
    assert documents.shape == (len(PAPERS), 32)
    assert query.shape == (32,)
    np.testing.assert_allclose(np.linalg.norm(documents, axis=1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(query, tiny_encoder.encode_queries(["steel bridge"])[0])


def test_what_runs_is_what_is_tested(tiny_encoder: Encoder, runtime: str) -> None:
    kind = {"compiled": compiled_runtime.CompiledRuntime, "torch": torch_runtime.TorchRuntime}
    assert isinstance(tiny_encoder._runtime("document"), kind[runtime])


def test_no_texts_give_no_rows(tiny_encoder: Encoder) -> None:
    assert tiny_encoder.encode_documents([]).shape == (0, 32)


def test_rows_keep_the_order_of_the_texts_and_do_not_depend_on_batches(
    tiny_encoder: Encoder, request: pytest.FixtureRequest
) -> None:
    texts = texts_of_many_lengths(60)
    alone = np.vstack([tiny_encoder.encode_documents([text]) for text in texts])

    together = tiny_encoder.encode_documents(texts)
    request.getfixturevalue("small_batches")
    in_small_batches = tiny_encoder.encode_documents(texts)

    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(in_small_batches, alone, atol=1e-5)
    # The rows are so different that a wrong order could not pass.
    likeness = alone @ alone.T - 2 * np.eye(len(texts), dtype=np.float32)
    assert likeness.max() < 0.999


@pytest.mark.usefixtures("small_batches")
def test_progress_counts_the_texts_that_are_done(tiny_encoder: Encoder) -> None:
    counts: list[int] = []

    tiny_encoder.encode_documents(texts_of_many_lengths(40), progress=counts.append)

    assert len(counts) > 5
    assert counts == sorted(set(counts))
    assert counts[-1] == 40


def test_documents_and_queries_get_their_prompts(tiny_encoder: Encoder) -> None:
    bare = without_prompts(tiny_encoder)
    text = "sparse attention for long passage"

    document = tiny_encoder.encode_documents([text])[0]
    query = tiny_encoder.encode_query(text)

    expected = bare.encode_documents([f"passage: {text}", f"query: {text}", text])
    np.testing.assert_allclose(document, expected[0], atol=1e-6)
    np.testing.assert_allclose(query, expected[1], atol=1e-6)
    assert not np.allclose(document, expected[2], atol=1e-3)


def test_the_vectors_are_those_of_sentence_transformers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folders = [
        write_model(tmp_path / "joined", pooling=("cls", "max"), dense=20),
        write_model(tmp_path / "cut", truncate_dim=12),
        tmp_path / "plain",
    ]
    write_transformer(tmp_path / "plain")
    for folder in folders:
        theirs = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        expected = theirs.encode_document(PAPERS, normalize_embeddings=True)

        ours = Encoder(resolve_model(str(folder)), precision="float32").encode_documents(PAPERS)

        np.testing.assert_allclose(ours, expected, atol=1e-5, err_msg=str(folder))


def test_the_default_model_puts_a_paraphrase_nearer_than_an_unrelated_sentence(
    default_encoder: Encoder,
) -> None:
    query = default_encoder.encode_query("When do bees stop trusting the food sources they know?")
    documents = default_encoder.encode_documents(
        [
            "How foraging honeybees decide to abandon familiar flowers and explore",
            "Fatigue cracks in welded steel bridges under heavy traffic",
        ]
    )

    paraphrase, unrelated = documents @ query

    assert query.shape == (384,)
    assert paraphrase > 0.5
    assert unrelated < 0.2


def test_bfloat16_agrees_with_float32(default_encoder: Encoder) -> None:
    low = Encoder(default_encoder.model, device="cpu", precision="bfloat16")

    exact = default_encoder.encode_documents(PAPERS)
    rounded = low.encode_documents(PAPERS)

    assert np.einsum("ij,ij->i", exact, rounded).min() >= 0.999
    assert np.abs(exact - rounded).max() > 1e-5, "bfloat16 was not used"


def test_queries_are_float32_whatever_documents_are(written: Path, tiny_encoder: Encoder) -> None:
    low = Encoder(resolve_model(str(written)), device="cpu", precision="bfloat16")

    np.testing.assert_array_equal(low.encode_queries(PAPERS), tiny_encoder.encode_queries(PAPERS))
    assert np.abs(low.encode_documents(PAPERS) - tiny_encoder.encode_documents(PAPERS)).max() > 0


@pytest.mark.parametrize("in_hardware", [True, False])
def test_auto_takes_bfloat16_where_the_hardware_has_it(
    written: Path, monkeypatch: pytest.MonkeyPatch, in_hardware: bool
) -> None:
    for module in (compiling, torch_runtime):
        monkeypatch.setattr(module, "has_bfloat16", lambda device: in_hardware)
    instructions = "avx512_bf16" if in_hardware else "avx2"
    monkeypatch.setattr(compiled, "instructions", lambda: instructions)
    encoder._shared.cache_clear()
    model = resolve_model(str(written))
    same: Literal["bfloat16", "float32"] = "bfloat16" if in_hardware else "float32"

    auto = Encoder(model, device="cpu").encode_documents(PAPERS)

    expected = Encoder(model, device="cpu", precision=same).encode_documents(PAPERS)
    encoder._shared.cache_clear()
    np.testing.assert_array_equal(auto, expected)


def test_an_unknown_precision_is_refused(written: Path) -> None:
    with pytest.raises(ModelError, match="'float8' is no precision: choose one of auto,"):
        Encoder(resolve_model(str(written)), precision="float8")  # type: ignore[arg-type]


def test_an_empty_text_has_a_vector(default_encoder: Encoder) -> None:
    vectors = default_encoder.encode_documents(["", "   ", PAPERS[0]])

    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_a_text_longer_than_the_model_reads_is_cut(tiny_encoder: Encoder) -> None:
    start = " ".join(["river"] * 70)

    first, second = without_prompts(tiny_encoder).encode_documents(
        [f"{start} whales", f"{start} galaxies and steel"]
    )

    np.testing.assert_allclose(first, second, atol=1e-6)


def test_a_static_model_encodes_also_a_text_it_knows_no_word_of(tmp_path: Path) -> None:
    encoder = Encoder(resolve_model(str(write_static_model(tmp_path / "static"))))

    near, far = encoder.encode_documents(["bees honey", "steel"]) @ encoder.encode_query("honey")

    assert near > far
    texts = ["bees", "", "a long river of honey", "["]
    vectors = encoder.encode_documents(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[1], encoder.encode_documents(["steel", ""])[1])
    assert abs(vectors[1] @ vectors[3]) < 0.9
    with pytest.raises(ModelError, match=r"no usable vector .* for text 1 of 1, ''"):
        encoder.encode_query("")


def change_weights(folder: Path, name: str, value: float | None) -> None:
    """Fill the tensor of this name with `value`, or take it out of the file."""
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    if value is None:
        del weights[name]
    else:
        weights[name].fill_(value)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_weights_that_are_lacking_are_not_made_up(tiny_model: Path) -> None:
    change_weights(tiny_model, "encoder.layer.1.output.dense.bias", None)

    with pytest.raises(
        ModelError, match=r"lacks weights .*\(encoder\.layer\.1\.output\.dense\.bias"
    ):
        Encoder(resolve_model(str(tiny_model))).encode_query("bees")


def test_a_pooler_that_is_not_used_may_be_lacking(tiny_model: Path, tiny_encoder: Encoder) -> None:
    change_weights(tiny_model, "pooler.dense.weight", None)

    vector = Encoder(resolve_model(str(tiny_model)), device="cpu").encode_query("bees")

    np.testing.assert_allclose(vector, tiny_encoder.encode_query("bees"), atol=1e-6)


def test_a_vector_that_is_not_finite_is_never_returned(tiny_model: Path) -> None:
    change_weights(tiny_model, "encoder.layer.1.output.dense.bias", float("nan"))

    with pytest.raises(ModelError, match=r"zero or not finite\) for text 1 of 1, 'bees'"):
        Encoder(resolve_model(str(tiny_model))).encode_documents(["bees"])


def test_weights_that_do_not_fit_the_settings_are_an_error(tiny_model: Path) -> None:
    edit_json(tiny_model / "config.json", hidden_size=64)

    with pytest.raises(ModelError, match="cannot be loaded"):
        Encoder(resolve_model(str(tiny_model))).encode_query("bees")


def test_vectors_of_another_length_than_the_files_say_are_an_error(written: Path) -> None:
    model = replace(resolve_model(str(written)), dimension=31)

    with pytest.raises(ModelError, match="vectors of 32 numbers where its files say 31"):
        Encoder(model).encode_query("bees")


def test_threads_may_share_an_encoder(written: Path, tiny_encoder: Encoder) -> None:
    expected = tiny_encoder.encode_documents(PAPERS)
    shared = Encoder(resolve_model(str(written)), device="cpu", precision="float32")
    answers: list[np.ndarray[tuple[int, int], np.dtype[np.float32]]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(shared.encode_documents(PAPERS)))
        for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    for answer in answers:
        np.testing.assert_allclose(answer, expected, atol=1e-6)


def test_it_loads_late_says_nothing_and_reports_nothing_home(written: Path, runtime: str) -> None:
    Encoder(resolve_model(str(written))).encode_query("bees")
    program = (
        "import os, sys, socket\n"
        "def refuse(*args): raise AssertionError('the network was tried')\n"
        "socket.getaddrinfo = socket.socket.connect = refuse\n"
        "from paperkin.index.models import resolve_model\n"
        "from paperkin.index.encoder import Encoder\n"
        "encoder = Encoder(resolve_model(sys.argv[1]))\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'}\n"
        "assert not heavy & set(sys.modules)\n"
        "encoder.encode_documents(['bees', 'honey ' * 500])\n"
        "if sys.argv[2] == 'torch':\n"
        "    from huggingface_hub import constants\n"
        "    assert constants.HF_HUB_DISABLE_TELEMETRY\n"
        "    assert os.environ['DO_NOT_TRACK'] == '1'\n"
        "else:\n"
        "    assert not (heavy | {'huggingface_hub'}) & set(sys.modules)\n"
        "    assert 'openvino' in sys.modules\n"
        "    assert not sys.modules.get('openvino_telemetry')\n"
        "assert os.environ['TOKENIZERS_PARALLELISM'] == 'false'\n"
    )
    settings = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DO_NOT_TRACK", "HF_", "TOKENIZERS_"))
    }

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(written), runtime],
        env=settings,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

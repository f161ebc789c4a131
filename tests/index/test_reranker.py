"""Cross-encoders: found by name or folder, refused with a reason, scoring pairs."""

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from paperkin.index.errors import ModelError
from paperkin.index.reranker import Reranker
from paperkin.index.reranker_models import resolve_reranker
from tiny_models import edit_json, write_cross_encoder, write_model, write_transformer

TEXTS = ["a steel bridge", "honey of bees in the river", "", "steel " * 3000, "sparse attention"]


@pytest.fixture(scope="module")
def liking_honey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("cross") / "likes-honey", liked="honey")


@pytest.fixture
def copied(liking_honey: Path, tmp_path: Path) -> Path:
    """A copy of that model, to be broken."""
    return Path(shutil.copytree(liking_honey, tmp_path / "copied"))


def test_scores_are_those_of_sentence_transformers_in_the_order_of_the_texts(
    liking_honey: Path,
) -> None:
    from sentence_transformers import CrossEncoder

    reranker = Reranker(resolve_reranker(str(liking_honey)))
    given = reranker.scores("long whales " * 2000, TEXTS)
    assert given.dtype == np.float64
    assert int(np.argmax(given)) == 1
    assert given[1] > 0.9 > 0.1 > given[[0, 2, 3, 4]].max()
    theirs = CrossEncoder(str(liking_honey), device="cpu")
    pairs = [("long whales " * 2000, text) for text in TEXTS]
    assert np.abs(theirs.predict(pairs) - given).max() < 2e-5
    assert len(reranker.scores("honey", [])) == 0
    assert reranker.machine.startswith(("cpu", "cuda", "mps"))


def test_many_threads_get_the_same_scores(liking_honey: Path) -> None:
    model = resolve_reranker(str(liking_honey))
    expected = Reranker(model).scores("river", TEXTS)
    found: list[np.ndarray] = []

    def score() -> None:
        found.append(Reranker(model).scores("river", TEXTS))

    threads = [threading.Thread(target=score) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(np.array_equal(each, expected) for each in found)


def test_a_plain_transformers_classifier_with_one_label_works(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path / "model")
    plain = resolve_reranker(str(tmp_path / "model-plain"))
    assert np.isfinite(Reranker(plain).scores("bees", TEXTS)).all()
    assert plain.label == "model-plain"


def test_the_fingerprint_is_of_what_a_model_computes(liking_honey: Path, copied: Path) -> None:
    first = resolve_reranker(str(liking_honey)).fingerprint
    edit_json(copied / "config.json", transformers_version="99")
    assert resolve_reranker(str(copied)).fingerprint == first
    edit_json(copied / "config_sentence_transformers.json", activation_fn="torch.nn.Identity")
    assert resolve_reranker(str(copied)).fingerprint != first


def test_it_is_found_in_the_cache_by_its_name(
    liking_honey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "models--cross-encoder--tiny"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    shutil.copytree(liking_honey, repository / "snapshots" / ("0" * 40))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(tmp_path), raising=False)
    found = resolve_reranker("tiny")
    assert (found.name, found.label) == ("cross-encoder/tiny", "cross-encoder/tiny")
    assert found.fingerprint == resolve_reranker(str(liking_honey)).fingerprint


def test_an_encoder_is_refused(tmp_path: Path) -> None:
    encoder = write_model(tmp_path / "encoder")
    for folder in (encoder, tmp_path / "encoder-plain"):
        with pytest.raises(ModelError, match="it has no classification head"):
            resolve_reranker(str(folder))


def test_several_labels_are_refused(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path / "nli", labels=3)
    for name in ("nli", "nli-plain"):
        with pytest.raises(ModelError, match="a classifier with 3 labels"):
            resolve_reranker(str(tmp_path / name))


def test_a_head_that_was_never_trained_is_refused(tmp_path: Path) -> None:
    write_transformer(tmp_path / "bare")
    edit_json(
        tmp_path / "bare" / "config.json",
        architectures=["BertForSequenceClassification"],
        id2label={"0": "LABEL_0"},
        label2id={"LABEL_0": 0},
    )
    with pytest.raises(ModelError, match=r"lacks weights that its scores depend on .*classifier"):
        Reranker(resolve_reranker(str(tmp_path / "bare"))).scores("bees", ["honey"])


def test_what_could_run_code_is_refused(copied: Path) -> None:
    settings = copied / "config_sentence_transformers.json"
    edit_json(settings, activation_fn="os.system")
    with pytest.raises(ModelError, match=r"remote code \(the activation os.system\)"):
        resolve_reranker(str(copied))
    edit_json(settings, activation_fn=None)
    edit_json(copied / "config.json", auto_map={"AutoModel": "evil--model.Model"})
    with pytest.raises(ModelError, match="has auto_map"):
        resolve_reranker(str(copied))
    edit_json(copied / "config.json", auto_map=None)
    modules = copied / "modules.json"
    modules.write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]))
    with pytest.raises(ModelError, match="remote code"):
        resolve_reranker(str(copied))


def test_weights_that_are_missing_cut_short_or_a_pickle_are_refused(copied: Path) -> None:
    weights = copied / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-100])
    with pytest.raises(ModelError, match="not a safetensors file"):
        resolve_reranker(str(copied))
    weights.unlink()
    with pytest.raises(ModelError, match="has no weights"):
        resolve_reranker(str(copied))
    (copied / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError, match="only there as pickle"):
        resolve_reranker(str(copied))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"architectures": 5}, "a model without a head"),
        ({"architectures": {"a": 1}}, "a model without a head"),
        ({"architectures": "BertForSequenceClassification"}, "a model without a head"),
        ({"id2label": 5}, "a classifier with 2 labels"),
        ({"id2label": "x"}, "a classifier with 2 labels"),
    ],
)
def test_settings_of_another_shape_are_refused(
    copied: Path, settings: dict[str, object], reason: str
) -> None:
    edit_json(copied / "config.json", **settings)
    with pytest.raises(ModelError, match=reason):
        resolve_reranker(str(copied))


@pytest.mark.parametrize("shards", [5, ["model.safetensors"]])
def test_a_list_of_shards_of_another_shape_is_no_weights(copied: Path, shards: object) -> None:
    (copied / "model.safetensors").unlink()
    edit_json(copied / "model.safetensors.index.json", weight_map=shards)
    with pytest.raises(ModelError, match="has no weights"):
        resolve_reranker(str(copied))


def test_settings_that_are_nested_without_end_cannot_be_read(copied: Path) -> None:
    (copied / "config.json").write_text("[" * 100_000)
    with pytest.raises(ModelError, match=r"config.json cannot be read: .*Get the model again"):
        resolve_reranker(str(copied))


def test_scores_that_are_no_numbers_are_an_error(copied: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(copied / "model.safetensors")
    weights["classifier.bias"] = np.full_like(weights["classifier.bias"], np.nan)
    save_file(weights, copied / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match="no finite numbers"):
        Reranker(resolve_reranker(str(copied))).scores("bees", ["honey"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "name is empty"),
        ("/nowhere/at/all", "There is no folder"),
        ("no-such-cross-encoder", "cross-encoder/no-such-cross-encoder was not found"),
        ("a b/c", "neither a folder nor a name"),
    ],
)
def test_a_name_of_nothing_says_where_it_was_looked_for(name: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        resolve_reranker(name)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no config.json, so it holds no model"):
        resolve_reranker(str(tmp_path))

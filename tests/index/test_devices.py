"""Models on several devices, and in half precision. Where there is no GPU, processors stand for
them: what is tested is what runs there, but for the speed."""

import multiprocessing
from collections.abc import Iterator

import numpy as np
import pytest

from paperkin.index import encoder, pool_runtime
from paperkin.index.encoder import Encoder
from paperkin.index.errors import ModelError
from paperkin.index.models import Model, resolve_model
from paperkin.index.pool_runtime import PoolRuntime
from paperkin.index.torch_runtime import TorchRuntime, in_half_precision
from tiny_models import WORDS, write_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return resolve_model(str(write_model(folder, prompts={"document": "the paper: "})))


@pytest.fixture
def texts() -> list[str]:
    random = np.random.default_rng(2)
    return [" ".join(random.choice(WORDS, size=random.integers(1, 40))) for _ in range(300)]


@pytest.fixture(autouse=True)
def nothing_in_memory() -> Iterator[None]:
    encoder._shared.cache_clear()
    yield
    encoder._shared.cache_clear()


def test_two_devices_give_the_vectors_of_one(
    tiny: Model, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_runtime, "_ALONE", 100)
    monkeypatch.setattr(pool_runtime, "TOKENS_ON_ACCELERATOR", 512)
    one = Encoder(tiny, device="cpu", precision="float32")
    both = Encoder(tiny, device="cpu,cpu", precision="float32")
    runtime = both._runtime("document")
    assert isinstance(runtime, PoolRuntime)

    few = both.encode_documents(texts[:40])
    assert not multiprocessing.active_children()
    many = both.encode_documents(texts)

    working = multiprocessing.active_children()
    assert len(working) == 2
    np.testing.assert_allclose(many, one.encode_documents(texts), atol=1e-5)
    np.testing.assert_allclose(few, many[:40], atol=1e-5)
    np.testing.assert_allclose(
        both.encode_queries(texts[:3]), one.encode_queries(texts[:3]), atol=1e-5
    )

    # One that dies is told of, and the next time all begin anew.
    for each in working:
        each.kill()
        each.join()
    with pytest.raises(ModelError, match=r"failed on cpu, cpu: .*died"):
        both.encode_documents(texts)
    assert not multiprocessing.active_children()
    runtime.close()


def test_half_precision_agrees_with_the_original(tiny: Model, texts: list[str]) -> None:
    import torch

    original = TorchRuntime(tiny, "cpu").loaded
    half = in_half_precision(original)

    assert half is not None
    assert next(half.parameters()).dtype == torch.float16
    assert next(original.parameters()).dtype == torch.float32
    one, other = (each.encode(texts, normalize_embeddings=True) for each in (original, half))
    assert np.einsum("ij,ij->i", one.astype(np.float64), other).min() > 0.999


def test_numbers_too_large_for_float16_are_halved_otherwise_or_not_at_all(tiny: Model) -> None:
    import torch

    loaded = TorchRuntime(tiny, "cpu").loaded
    with torch.no_grad():
        # The word vectors pass a norm that takes such a factor out again.
        for name, weights in loaded.named_parameters():
            if "embeddings" in name and "LayerNorm" not in name:
                weights *= 1e7
    half = in_half_precision(loaded)

    assert half is None or next(half.parameters()).dtype == torch.bfloat16

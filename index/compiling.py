"""Compiling a model that torch has loaded, and comparing what it gives to the original."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import compiled
from .compiled import GRAPH, INPUTS, TOKENIZER, Manifest
from .compiled_runtime import CompiledRuntime
from .models import Model
from .running import has_bfloat16, quiet
from .torch_runtime import TorchRuntime

__all__ = ["compile_model"]

_AGREEMENT = 0.99999
"""The least cosine to the original in float32: what is left is the order of additions."""
_LOW_AGREEMENT = 0.999
_SAMPLE = (
    "bees",
    "why sleep helps memory",
    "  White  space\n in\tthe text, and before it ",
    "Cheaper attention for long inputs. Each word looks at its neighbours and at a few words "
    "chosen by hashing, so that the cost grows with the length and not with its square.",
    "Cracks in STEEL bridges (1994-2021): 40 joints; 3.5% failed, p < 0.05, R^2 = .81",
    "$\\mathcal{O}(n \\log n)$ bounds for $k$-means++ – “a naïve façade”",
    "Études sur l'apprentissage; Über größere Änderungen; Žluťoučký kůň",
    "深層学習による論文検索 — поиск статей — البحث عن الأوراق",
    "🙂 \u200b\ufeff e\u0301 ﬁne-tuning",
    "",
    "of the and in a",
    "sparse attention. " * 400,
    "A survey of dwarf galaxies finds two faint companions without dark matter. " * 12,
    "x" * 300,
)


def compile_model(model: Model, runtime: TorchRuntime) -> CompiledRuntime | None:
    """Compile a model, compare, and keep it; None where it cannot be compiled, or agrees too
    little, which is kept as well, or where nothing can be kept."""
    try:
        folder = compiled.aside()
    except OSError:
        return None
    try:
        try:
            manifest = _written(runtime, folder)
            made = CompiledRuntime(model, folder, manifest)
            manifest = _compared(manifest, model, runtime, made)
        except Exception as error:
            # Whatever torch and OpenVINO raise for a model that they cannot make a graph of.
            manifest = Manifest(refused=f"{type(error).__name__}: {error}"[:500])
        if manifest.refused:
            for path in folder.iterdir():
                path.unlink()
        kept = compiled.keep(model, folder, manifest)
        if kept is None or kept.refused:
            return None
        return CompiledRuntime(model, compiled.place(model), kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _written(runtime: TorchRuntime, folder: Path) -> Manifest:
    """Write the graph and the tokenizer of a model. Raises whatever torch and OpenVINO raise."""
    from tokenizers import Tokenizer

    loaded = runtime.loaded
    tokenizer: Any = loaded.tokenizer
    own = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    own.no_padding()
    if loaded.max_seq_length:
        own.enable_truncation(loaded.max_seq_length, direction=tokenizer.truncation_side)
    else:
        own.no_truncation()
    own.save(str(folder / TOKENIZER))
    features: Any = loaded.preprocess(["a few words", "one"])
    names = tuple(name for name in INPUTS if name in features)
    other = {name for name, value in features.items() if hasattr(value, "shape")} - set(names)
    if other or names[:2] != INPUTS[:2]:
        raise ValueError(f"it reads {', '.join(sorted(features))}")
    module = compiled.openvino()
    # Tracing warns of every branch that it takes.
    with quiet():
        graph = module.convert_model(
            _whole(loaded, names), example_input=tuple(features[name] for name in names)
        )
    module.save_model(graph, str(folder / GRAPH), compress_to_fp16=False)
    return Manifest(
        inputs=names,
        padding=int(tokenizer.pad_token_id or 0),
        marks=tuple(int(each) for each in tokenizer.all_special_ids),
    )


def _whole(loaded: Any, names: Sequence[str]) -> Any:
    """A module of torch from what the tokenizer gives to the vectors of texts and of tokens."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.loaded = loaded

        def forward(self, *given: Any) -> tuple[Any, Any]:
            features = self.loaded(dict(zip(names, given, strict=True)))
            # What sentence-transformers cuts, it cuts outside of the model.
            return features["sentence_embedding"][:, : loaded.truncate_dim], features[
                "token_embeddings"
            ]

    return Whole().eval()


def _compared(
    manifest: Manifest, model: Model, original: TorchRuntime, made: CompiledRuntime
) -> Manifest:
    """How well a compiled model agrees with the original."""
    texts = [
        f"{prompt}{text}"
        for prompt in sorted({"", model.query_prompt, model.document_prompt})
        for text in _SAMPLE
    ]
    for text in texts:
        if not np.array_equal(original.ids(text), made.ids(text)):
            return replace(manifest, refused=f"other tokens of {text[:60]!r}")
    wanted = _vectors(original, texts, low=False)
    agreement = _least(wanted, _vectors(made, texts, low=False))
    first, second = (each.tokens(texts[3], "", "query", low=False) for each in (original, made))
    assert second is not None
    if first is None or first.vectors.shape != second.vectors.shape:
        return replace(manifest, refused="no vectors of tokens")
    agreement = min(agreement, _least(first.vectors, second.vectors))
    if not agreement >= _AGREEMENT:
        return replace(manifest, refused=f"cosine {agreement:.6f} to the original")
    low = -1.0
    if has_bfloat16("cpu"):
        low = _least(wanted, _vectors(made, texts, low=True))
    return replace(
        manifest, agreement=agreement, low_agreement=low if low >= _LOW_AGREEMENT else -1.0
    )


def _vectors(
    runtime: TorchRuntime | CompiledRuntime, texts: Sequence[str], *, low: bool
) -> NDArray[np.float32]:
    """float32, shape (n, dim)."""
    batches = list(runtime.encode(texts, "", "document", low=low))
    order = np.argsort(np.concatenate([batch for batch, _ in batches]))
    vectors: NDArray[np.float32] = np.concatenate([encoded for _, encoded in batches])[order]
    return vectors


def _least(some: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """The least cosine of rows; not a number where one is zero or not finite."""
    products = np.einsum("ij,ij->i", some.astype(np.float64), others)
    with np.errstate(invalid="ignore", divide="ignore"):
        norms = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
        return float((products / norms).min())

"""Compiling a model that torch has loaded, and comparing what it gives to the original."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import compiled
from .agreement import AGREEMENT, LOW_AGREEMENT, SAMPLE, least_cosine
from .compiled import GRAPH, INPUTS, TOKENIZER, Manifest
from .compiled_runtime import CompiledRuntime
from .models import Model
from .running import has_bfloat16, quiet
from .runtime import Task
from .torch_runtime import TorchRuntime

__all__ = ["compile_model"]


class _Refused(Exception):
    """The model cannot be compiled, or does not agree; the message says why."""


def compile_model(model: Model, runtime: TorchRuntime) -> CompiledRuntime | None:
    """Compile a model, compare it, and keep it; None where there is nowhere to write it, or where
    it cannot be compiled or does not agree, which is kept as well."""
    try:
        folder = compiled.aside()
    except OSError:
        return None
    try:
        try:
            manifest = _written(runtime, folder)
            with _refusing():
                made = CompiledRuntime(model, folder, manifest)
            manifest = _compared(manifest, runtime, made)
        except _Refused as reason:
            for path in folder.iterdir():
                path.unlink()
            compiled.keep(model, folder, Manifest(refused=str(reason)[:500]))
            return None
        # What it was compared as runs on, whether it can be kept or not.
        made.manifest = manifest
        compiled.keep(model, folder, manifest)
        return made
    except Exception:
        # A full disk, or too little memory: another time it may go well.
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _refusing() -> Iterator[None]:
    """What OpenVINO cannot do with the graph it made, it cannot do another time either; too little
    memory, or a full disk, is another matter."""
    try:
        yield
    except Exception as error:
        if isinstance(error, (MemoryError, OSError)) or isinstance(
            error.__cause__, (MemoryError, OSError)
        ):
            raise
        raise _Refused(
            f"it cannot be run: {' '.join(str(error.__cause__ or error).split())}"
        ) from (error)


def _written(runtime: TorchRuntime, folder: Path) -> Manifest:
    """Write the graph and the tokenizer of a model. Raises _Refused, and what writing raises."""
    from tokenizers import Tokenizer

    loaded = runtime.loaded
    tokenizer: Any = loaded.tokenizer
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise _Refused("it has no tokenizer of the library tokenizers")
    own = Tokenizer.from_str(backend.to_str())
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
        raise _Refused(f"it reads {', '.join(sorted(features))}")
    module = compiled.openvino()
    # Tracing warns of every branch that it takes.
    with quiet():
        try:
            graph = module.convert_model(
                _whole(loaded, names), example_input=tuple(features[name] for name in names)
            )
        except (MemoryError, OSError):
            raise
        except Exception as error:
            # Whatever torch and OpenVINO raise for a model that they cannot make a graph of.
            raise _Refused(f"{type(error).__name__}: {error}") from error
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


def _compared(manifest: Manifest, original: TorchRuntime, made: CompiledRuntime) -> Manifest:
    """How well a compiled model agrees with the original, asked as it will be. Raises _Refused."""
    tasks: tuple[tuple[Task, str], ...] = (
        ("query", made.model.query_prompt),
        ("document", made.model.document_prompt),
    )
    agreement, low_agreement = 1.0, 1.0
    for task, prompt in tasks:
        for text in SAMPLE:
            said = f"{prompt}{text}"
            if not np.array_equal(original.ids(said), made.ids(said)):
                raise _Refused(f"other tokens of {said[:60]!r}")
        wanted = _vectors(original, SAMPLE, prompt, task)
        with _refusing():
            together = _vectors(made, SAMPLE, prompt, task)
            alone = np.concatenate([_vectors(made, [text], prompt, task) for text in SAMPLE])
        agreement = min(agreement, least_cosine(wanted, together), least_cosine(wanted, alone))
        # A text with words: of an empty one there may be no tokens.
        first, second = (
            each.tokens(SAMPLE[3], prompt, task, low=False) for each in (original, made)
        )
        assert second is not None
        if first is None or first.vectors.shape != second.vectors.shape:
            raise _Refused("no vectors of tokens")
        agreement = min(agreement, least_cosine(first.vectors, second.vectors))
        if not agreement >= AGREEMENT:
            raise _Refused(f"cosine {agreement:.6f} to the original")
        if has_bfloat16("cpu"):
            with _refusing():
                low = least_cosine(wanted, _vectors(made, SAMPLE, prompt, task, low=True))
            low_agreement = min(low_agreement, low)
    use = has_bfloat16("cpu") and low_agreement >= LOW_AGREEMENT
    return replace(manifest, agreement=agreement, low_agreement=low_agreement if use else -1.0)


def _vectors(
    runtime: TorchRuntime | CompiledRuntime,
    texts: Sequence[str],
    prompt: str,
    task: Task,
    *,
    low: bool = False,
) -> NDArray[np.float32]:
    """float32, shape (n, dim)."""
    batches = list(runtime.encode(texts, prompt, task, low=low))
    order = np.argsort(np.concatenate([batch for batch, _ in batches]))
    vectors: NDArray[np.float32] = np.concatenate([encoded for _, encoded in batches])[order]
    return vectors

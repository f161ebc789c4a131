"""Texts to unit vectors, with the model that sentence-transformers makes of a resolved folder."""

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from . import compiled
from .compiled_runtime import CompiledRuntime
from .errors import ModelError, QueryError
from .models import Model
from .pool_runtime import PoolRuntime
from .running import LOADING, give_back_memory
from .runtime import Runtime, Task
from .torch_runtime import TorchRuntime

__all__ = ["Encoder", "Precision", "Task", "Tokens", "document_text"]

Precision = Literal["auto", "bfloat16", "float32"]

_SENTENCE_ENDS = tuple(".!?:;…。！？：；")
_SHORTEST_VECTOR = 1e-12
_KEPT = 4
"""Models in memory: of two libraries that are used in turn, for queries and for documents."""
_ACCELERATORS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""What Linux has where torch may find a GPU."""


def document_text(title: str, abstract: str) -> str:
    """The text that is encoded for a paper: its title as a sentence, then its abstract.

    A title that does not end with a punctuation mark gets a full stop. An absent part is left out.
    """
    title, abstract = title.strip(), abstract.strip()
    if not title or not abstract:
        return title or abstract
    return f"{title} {abstract}" if title.endswith(_SENTENCE_ENDS) else f"{title}. {abstract}"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a text: their numbers in the model's vocabulary, int64 (n,), and their vectors,
    float16 (n, hidden), unit rows."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float16]

    @property
    def nbytes(self) -> int:
        """Memory that both take, in bytes."""
        return self.ids.nbytes + self.vectors.nbytes


class Encoder:
    """Encodes texts with one model, which is loaded when the first text is encoded.

    `device` is one of torch's ("cpu", "cuda", "cuda:1", "mps"), or several, with commas between
    them; None takes the accelerators that there are for documents, and the processor for queries.
    On the processor a model runs compiled, where it can be (`compiled`), and in torch otherwise.
    `precision` is that of documents: "auto" multiplies matrices in bfloat16 where the hardware
    does, and in float32 elsewhere; the weights and everything between the matrices stay float32,
    but on GPUs of NVIDIA's, where all of it has 16 bits. Queries are always encoded in float32. The
    vectors of both precisions agree to cosine 0.999.

    The models last used stay in memory and are shared by all their encoders, which may be used by
    many threads.
    """

    def __init__(
        self, model: Model, *, device: str | None = None, precision: Precision = "auto"
    ) -> None:
        if precision not in get_args(Precision):
            raise ModelError(
                f"{precision!r} is no precision: choose one of {', '.join(get_args(Precision))}."
            )
        self.model = model
        self._device = device
        self._precision = precision

    def load(self, note: Callable[[str], None] | None = None) -> None:
        """Load the model for documents now. `note` is told what a person should know of it: that
        it is compiled, which takes a while, and why one that was compiled is not used. Raises
        ModelError where it cannot be loaded."""
        note = note or (lambda said: None)
        compiles = compiled.wanted() and self._place("document") == "cpu"
        if compiles and compiled.refusal(self.model.fingerprint) is None:
            note("Compiling the model for this processor, once …")
        self._runtime("document")
        if compiles and (refused := compiled.refusal(self.model.fingerprint)):
            note(f"The model {self.model.name} runs in torch, and not compiled: {refused}.")

    def encode_documents(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Encode documents, with the model's document prompt.

        Returns float32, shape (len(texts), dimension), unit rows in the order of `texts`. After
        every batch `progress` is called with the number of texts encoded so far. A text for which
        the model gives the zero vector (it knows none of the words) gets a direction of its own,
        drawn from its bytes and almost at right angles to all others: it is found by its words
        alone. Raises ModelError if the model cannot be loaded or gives a non-finite vector.
        """
        return self._encode(texts, "document", progress)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode queries, with the model's query prompt.

        Returns float32, shape (len(texts), dimension), unit rows in the order of `texts`. Raises
        ModelError as `encode_documents` does, and for the zero vector.
        """
        return self._encode(texts, "query", None)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Encode one query: float32, shape (dimension,), unit length. Errors as above."""
        vector: NDArray[np.float32] = self.encode_queries([text])[0]
        return vector

    def encode_tokens(self, text: str, task: Task) -> Tokens:
        """The tokens of one text, each as the model reads it in its place, behind the prompt of
        `task`. The prompt itself, the marks that a tokenizer puts around every text and words that
        it does not know are left out.

        One text at a time, and documents in `precision`, so that the same text gives the same
        numbers whatever else is asked for. Raises QueryError where the model has no vectors of
        tokens, and ModelError where it cannot be loaded, or gives one that is not finite.
        """
        runtime = self._runtime(task)
        found = runtime.tokens(text, self._prompt(task), task, low=self._low(runtime, task))
        if found is None:
            raise QueryError(
                f"The model {self.model.name} gives no vectors of tokens, which a search of high "
                "quality reads. Search with normal quality."
            )
        marks = runtime.marks
        # The space behind a prompt goes to the next word in some tokenizers.
        prompt = self._prompt(task).rstrip()
        said = _telling(runtime.ids(prompt), marks) if prompt else np.zeros(0, np.int64)
        ids = _telling(found.ids, marks)
        vectors = found.vectors[~np.isin(found.ids, marks)]
        # What no paper says, as a prompt, would weigh more than all that was asked for.
        own = _common_start(ids, said)
        ids, vectors = ids[own:], vectors[own:]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all():
            raise ModelError(
                f"The model {self.model.name} gives a vector that is not finite for a token of "
                f"{text[:60]!r}: get the model again, or use another."
            )
        return Tokens(ids, (vectors / np.maximum(lengths, _SHORTEST_VECTOR)).astype(np.float16))

    def _encode(
        self,
        texts: Sequence[str],
        task: Task,
        progress: Callable[[int], None] | None,
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.model.dimension), dtype=np.float32)
        if not texts:
            return vectors
        runtime = self._runtime(task)
        low = self._low(runtime, task)
        done = 0
        for batch, encoded in runtime.encode(texts, self._prompt(task), task, low=low):
            if task == "document":
                encoded = _with_directions(encoded, texts, batch)
            vectors[batch] = self._unit(encoded, texts, batch)
            done += len(batch)
            if progress is not None:
                progress(done)
        if task == "document":
            give_back_memory()
        return vectors

    def _prompt(self, task: Task) -> str:
        return self.model.query_prompt if task == "query" else self.model.document_prompt

    def _low(self, runtime: Runtime, task: Task) -> bool:
        """Whether matrices are multiplied in bfloat16."""
        if task == "query":
            return False
        if self._precision == "auto":
            return runtime.quick_in_bfloat16
        return self._precision == "bfloat16"

    def _unit(
        self, encoded: NDArray[np.float32], texts: Sequence[str], batch: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        if encoded.shape != (len(batch), self.model.dimension):
            raise ModelError(
                f"The model {self.model.name} gives vectors of {encoded.shape[-1]} numbers where "
                f"its files say {self.model.dimension}: get the model again."
            )
        lengths = np.linalg.norm(encoded, axis=1, keepdims=True)
        usable = np.isfinite(lengths[:, 0]) & (lengths[:, 0] > _SHORTEST_VECTOR)
        if not usable.all():
            position = int(batch[int(np.argmin(usable))])
            raise ModelError(
                f"The model {self.model.name} gives no usable vector (zero or not finite) for "
                f"text {position + 1} of {len(texts)}, {texts[position][:60]!r}: leave the text "
                "out, or use another model."
            )
        vectors: NDArray[np.float32] = encoded / lengths
        return vectors

    @property
    def machine(self) -> str:
        """What it computes queries on, as far as results depend on it. Loads the model."""
        return self._runtime("query").machine

    def _place(self, task: Task) -> str | None:
        """The device for a task; None where torch has to be asked."""
        if self._device is None and (task == "query" or not _accelerated()):
            return "cpu"
        return self._device

    def _runtime(self, task: Task) -> Runtime:
        device = self._place(task)
        with LOADING:
            runtime = _shared(self.model, device, compiled.wanted())
            low = task == "document" and self._precision == "bfloat16"
            if low and not runtime.quick_in_bfloat16:
                # Torch does it without the hardware as well.
                return _shared(self.model, device, False)
            return runtime


@lru_cache(maxsize=_KEPT)
def _shared(model: Model, device: str | None, may_compile: bool) -> Runtime:
    """The model in memory, for every Encoder of it."""
    devices = _gpus() if device is None else device.split(",")
    if len(devices) > 1:
        return PoolRuntime(model, devices)
    if not may_compile:
        return TorchRuntime(model, device)
    if device is None:
        runtime = TorchRuntime(model, device)
        # Torch found no accelerator after all.
        return _shared(model, "cpu", True) if runtime.device == "cpu" else runtime
    if device != "cpu":
        return TorchRuntime(model, device)
    manifest = compiled.found(model)
    if manifest is not None and not manifest.refused:
        return CompiledRuntime(model, compiled.place(model), manifest)
    original = TorchRuntime(model, device)
    if manifest is not None:
        return original
    from .compiling import compile_model

    return compile_model(model, original) or original


def _gpus() -> list[str]:
    """NVIDIA's GPUs, as torch calls them. Imports torch."""
    import torch

    return [f"cuda:{number}" for number in range(torch.cuda.device_count())]


@lru_cache(maxsize=1)
def _accelerated() -> bool:
    """Whether torch may have an accelerator here: to ask it, it would have to be imported."""
    return sys.platform != "linux" or any(map(os.path.exists, _ACCELERATORS))


def _telling(ids: NDArray[np.int64], marks: NDArray[np.int64]) -> NDArray[np.int64]:
    """The tokens that are no marks."""
    return ids[~np.isin(ids, marks)]


def _common_start(ids: NDArray[np.int64], others: NDArray[np.int64]) -> int:
    """How many tokens both begin with."""
    shorter = min(len(ids), len(others))
    differ = np.flatnonzero(ids[:shorter] != others[:shorter])
    return int(differ[0]) if len(differ) else shorter


def _with_directions(
    encoded: NDArray[np.float32], texts: Sequence[str], batch: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Vectors, float32, shape (n, dim), with random ones in place of zeros."""
    for row in np.flatnonzero(~encoded.any(axis=1)):
        said = hashlib.blake2b(texts[batch[row]].encode("utf-8", "replace"), digest_size=8).digest()
        encoded = encoded.copy()
        encoded[row] = np.random.default_rng(list(said)).standard_normal(encoded.shape[1])
    return encoded

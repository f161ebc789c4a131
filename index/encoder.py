"""Texts to unit vectors, with the model that sentence-transformers makes of a resolved folder."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError, QueryError
from .models import Model
from .running import (
    LOADING,
    batches,
    estimated_tokens,
    give_back_memory,
    load,
    machine,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["Encoder", "Precision", "Task", "Tokens", "document_text"]

Precision = Literal["auto", "bfloat16", "float32"]
Task = Literal["query", "document"]

# Activations of more tokens than this fall out of a core's cache, and cost page faults: measured
# with MiniLM on two cores, 4096 are slower than 2048, and 1024 are as fast.
_TOKENS_ON_CPU = 2_048
_TOKENS_ON_ACCELERATOR = 65_536
_CPU_FLAGS = {"amx_bf16", "avx512_bf16"}
_SENTENCE_ENDS = tuple(".!?:;…。！？：；")
_SHORTEST_VECTOR = 1e-12


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

    `device` is one of torch's ("cpu", "cuda", "cuda:1", "mps"); None takes an accelerator where
    there is one. `precision` is that of documents: "auto" multiplies matrices in bfloat16 where
    the hardware does (AVX512_BF16 or AMX of a CPU, a GPU of NVIDIA's Ampere generation or later)
    and in float32 elsewhere; the weights and everything between the matrices stay float32.
    Queries are always encoded in float32. The vectors of both precisions agree to cosine 0.999.

    The model last used stays in memory and is shared by all its encoders, which may be used by
    many threads: they take turns, batch by batch.
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
        loaded, turn = self._load()
        with turn, self._multiplying(loaded, task):
            found: Any = loaded.encode(
                [text],
                prompt=self._prompt(task),
                output_value=None,
                show_progress_bar=False,
                task=task,
            )
            said = _ids_of(loaded, self._prompt(task))
        (given,) = found
        if "token_embeddings" not in given or "input_ids" not in given:
            raise QueryError(
                f"The model {self.model.name} gives no vectors of tokens, which a search of high "
                "quality reads. Search with normal quality."
            )
        ids = np.asarray(given["input_ids"].cpu(), np.int64)
        vectors = np.asarray(given["token_embeddings"].float().cpu(), np.float32)
        kept = _telling(loaded, ids)
        # What no paper says, as a prompt, would weigh more than all that was asked for.
        kept = kept[_common_start(ids[kept], said[_telling(loaded, said)]) :]
        ids, vectors = ids[kept], vectors[kept]
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
        loaded, turn = self._load()
        on_cpu = loaded.device.type == "cpu"
        budget = _TOKENS_ON_CPU if on_cpu else _TOKENS_ON_ACCELERATOR
        lengths = estimated_tokens(texts, self.model.max_length)
        done = 0
        for batch in batches(lengths, budget):
            with turn, self._multiplying(loaded, task):
                # Named here, the prompt is used as it is, be it empty.
                encoded = loaded.encode(
                    [texts[i] for i in batch],
                    prompt=self._prompt(task),
                    batch_size=len(batch),
                    show_progress_bar=False,
                    task=task,
                )
            encoded = np.asarray(encoded, dtype=np.float32)
            if task == "document":
                encoded = _with_directions(encoded, texts, batch)
            vectors[batch] = self._unit(encoded, texts, batch)
            done += len(batch)
            if progress is not None:
                progress(done)
        give_back_memory()
        return vectors

    def _prompt(self, task: Task) -> str:
        return self.model.query_prompt if task == "query" else self.model.document_prompt

    def _multiplying(
        self, loaded: "SentenceTransformer", task: Task
    ) -> contextlib.AbstractContextManager[object]:
        """Inside, matrices are multiplied in the precision of queries or documents."""
        import torch

        low = self._precision == "bfloat16" or (
            self._precision == "auto" and _has_bfloat16(str(loaded.device))
        )
        if task == "query" or not low:
            return contextlib.nullcontext()
        return torch.autocast(loaded.device.type, torch.bfloat16)

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
        """What it computes on (`running.machine`). Loads the model."""
        return machine(str(self._load()[0].device))

    def _load(self) -> tuple["SentenceTransformer", threading.Lock]:
        with LOADING:
            return _shared(self.model, self._device)


@lru_cache(maxsize=1)
def _shared(model: Model, device: str | None) -> tuple["SentenceTransformer", threading.Lock]:
    """The model in memory, for every Encoder of it, and the lock by which they take turns."""
    # Poolers are often lacking, and are not used.
    loaded = load(_sentence_transformer, model, device, gives="vectors", unused="pooler")
    return loaded, threading.Lock()


def _sentence_transformer() -> type["SentenceTransformer"]:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer


def _ids_of(loaded: "SentenceTransformer", prompt: str) -> NDArray[np.int64]:
    """The tokens of a prompt, int64 (n,), as they stand before a text."""
    # The space behind it goes to the next word in some tokenizers.
    prompt = prompt.rstrip()
    made: Any = loaded.preprocess([prompt]) if prompt else {}
    return np.asarray(made["input_ids"][0].cpu() if "input_ids" in made else [], np.int64)


def _telling(loaded: "SentenceTransformer", ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """The places of the tokens that are no marks."""
    return np.flatnonzero(~np.isin(ids, np.array(loaded.tokenizer.all_special_ids, np.int64)))


def _common_start(ids: NDArray[np.int64], others: NDArray[np.int64]) -> int:
    """How many tokens both begin with."""
    shorter = min(len(ids), len(others))
    differ = np.flatnonzero(ids[:shorter] != others[:shorter])
    return int(differ[0]) if len(differ) else shorter


@lru_cache(maxsize=8)
def _has_bfloat16(device: str) -> bool:
    """Whether the device multiplies matrices of bfloat16 in hardware, not by emulation."""
    import torch

    kind = device.partition(":")[0]
    if kind == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if kind != "cpu":
        return False
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            flags = next((line for line in file if line.startswith("flags")), "")
    except OSError:
        return False
    return not _CPU_FLAGS.isdisjoint(flags.split())


def _with_directions(
    encoded: NDArray[np.float32], texts: Sequence[str], batch: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Vectors, float32, shape (n, dim), with random ones in place of zeros."""
    for row in np.flatnonzero(~encoded.any(axis=1)):
        said = hashlib.blake2b(texts[batch[row]].encode("utf-8", "replace"), digest_size=8).digest()
        encoded = encoded.copy()
        encoded[row] = np.random.default_rng(list(said)).standard_normal(encoded.shape[1])
    return encoded

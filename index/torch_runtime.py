"""A model that runs in torch, as sentence-transformers has it: on any device."""

import contextlib
import copy
import os
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .agreement import LOW_AGREEMENT, SAMPLE, least_cosine
from .models import Model
from .running import batches, estimated_tokens, has_bfloat16, load, machine
from .runtime import ReadTokens, Task

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["TOKENS_ON_ACCELERATOR", "TorchRuntime", "in_half_precision"]

# Activations of more tokens than this fall out of a core's cache, and cost page faults: measured
# with MiniLM on two cores, 4096 are slower than 2048, and 1024 are as fast.
_TOKENS_ON_CPU = 2_048
TOKENS_ON_ACCELERATOR = 65_536


class TorchRuntime:
    """Loads a model and runs it (`Runtime`); its threads take turns, batch by batch. `device` is
    one of torch's; None takes an accelerator where there is one. Raises ModelError.

    On a GPU of NVIDIA's, low precision is a copy of the model in 16 bits, where that agrees with
    the original; elsewhere it is matrices that are multiplied in bfloat16."""

    def __init__(self, model: Model, device: str | None) -> None:
        # Poolers are often lacking, and are not used.
        self.loaded: SentenceTransformer = load(
            _sentence_transformer, model, device, gives="vectors", unused="pooler"
        )
        self._model = model
        self._turn = threading.Lock()
        self._half: SentenceTransformer | None = None
        if self._on_cuda:
            # One core cuts a text into tokens in the time a GPU encodes several.
            os.environ["TOKENIZERS_PARALLELISM"] = "true"
            self._half = in_half_precision(self.loaded)

    @property
    def device(self) -> str:
        """As torch calls it."""
        return str(self.loaded.device)

    @property
    def machine(self) -> str:
        return machine(self.device)

    @property
    def _on_cuda(self) -> bool:
        return self.loaded.device.type == "cuda"

    @property
    def quick_in_bfloat16(self) -> bool:
        return self._half is not None if self._on_cuda else has_bfloat16(self.device)

    def running(self, *, low: bool) -> "SentenceTransformer":
        """The model itself, or its copy in half precision where there is one and it is wanted."""
        return self._half if low and self._half is not None else self.loaded

    def encode(
        self, texts: Sequence[str], prompt: str, task: Task, *, low: bool
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        on_cpu = self.loaded.device.type == "cpu"
        budget = _TOKENS_ON_CPU if on_cpu else TOKENS_ON_ACCELERATOR
        lengths = estimated_tokens(texts, self._model.max_length)
        for batch in batches(lengths, budget):
            with self._turn, self._multiplying(low):
                # Named here, the prompt is used as it is, be it empty.
                encoded = self.running(low=low).encode(
                    [texts[i] for i in batch],
                    prompt=prompt,
                    batch_size=len(batch),
                    show_progress_bar=False,
                    task=task,
                )
            yield batch, np.asarray(encoded, dtype=np.float32)

    def tokens(self, text: str, prompt: str, task: Task, *, low: bool) -> ReadTokens | None:
        with self._turn, self._multiplying(low):
            found: Any = self.loaded.encode(
                [text], prompt=prompt, output_value=None, show_progress_bar=False, task=task
            )
        (given,) = found
        if "token_embeddings" not in given or "input_ids" not in given:
            return None
        return ReadTokens(
            np.asarray(given["input_ids"].cpu(), np.int64),
            np.asarray(given["token_embeddings"].float().cpu(), np.float32),
        )

    def ids(self, text: str) -> NDArray[np.int64]:
        made: Any = self.loaded.preprocess([text])
        return np.asarray(made["input_ids"][0].cpu() if "input_ids" in made else [], np.int64)

    @property
    def marks(self) -> NDArray[np.int64]:
        return np.array(self.loaded.tokenizer.all_special_ids, np.int64)

    def _multiplying(self, low: bool) -> contextlib.AbstractContextManager[object]:
        """Inside, matrices are multiplied in bfloat16 where that is wanted."""
        import torch

        if not low or self._half is not None:
            return contextlib.nullcontext()
        return torch.autocast(self.loaded.device.type, torch.bfloat16)


def in_half_precision(loaded: "SentenceTransformer") -> "SentenceTransformer | None":
    """A copy of a model with weights and all else in float16, or in bfloat16 where numbers are too
    large for that; None where neither agrees with the original on the sample."""
    import torch

    wanted = _of_sample(loaded)
    for kind in (torch.float16, torch.bfloat16):
        made = copy.deepcopy(loaded).to(kind)
        if least_cosine(wanted, _of_sample(made)) >= LOW_AGREEMENT:
            return made
    return None


def _of_sample(loaded: "SentenceTransformer") -> NDArray[np.float32]:
    found = loaded.encode([each or " " for each in SAMPLE], prompt="", show_progress_bar=False)
    return np.asarray(found, np.float32)


def _sentence_transformer() -> type["SentenceTransformer"]:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer

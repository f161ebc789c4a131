"""Scores of a query and a text together, with the model that sentence-transformers makes of a
resolved folder."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .reranker_models import RerankerModel
from .running import (
    LOADING,
    batches,
    estimated_tokens,
    give_back_memory,
    load,
    machine,
)

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = ["Reranker"]

_TOKENS_ON_CPU = 4_096
_TOKENS_ON_ACCELERATOR = 65_536
_DECIMALS = 5
"""The last digits of a float32 depend on what a pair is computed beside."""


class Reranker:
    """Scores texts by one cross-encoder, which is loaded when the first text is scored.

    `device` as for an Encoder. The model last used stays in memory and is shared by all its
    rerankers, which may be used by many threads: they take turns, batch by batch.
    """

    def __init__(self, model: RerankerModel, *, device: str | None = None) -> None:
        self.model = model
        self._device = device

    @property
    def machine(self) -> str:
        """What it computes on (`running.machine`). Loads the model."""
        return machine(str(self._load()[0].device))

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """How well texts answer a query: float64, shape (len(texts),), higher is better, as the
        model gives it (its own activation included), to five decimals.

        What is longer than the model reads is cut by its tokenizer, the longer of the two first.
        Raises ModelError if the model cannot be loaded, or gives a number that is not finite.
        """
        found = np.empty(len(texts))
        if not texts:
            return found
        loaded, turn = self._load()
        budget = _TOKENS_ON_CPU if loaded.device.type == "cpu" else _TOKENS_ON_ACCELERATOR
        longest = loaded.max_seq_length or 0
        lengths = estimated_tokens([f"{query} {text}" for text in texts], longest)
        for batch in batches(lengths, budget):
            pairs = [(query, texts[row]) for row in batch]
            with turn:
                try:
                    given = loaded.predict(pairs, batch_size=len(pairs), show_progress_bar=False)
                except Exception as error:
                    raise ModelError(
                        f"The model {self.model.name} cannot score a query and a text: {error}. "
                        "Use another."
                    ) from error
            found[batch] = self._checked(given, len(pairs))
        give_back_memory()
        return np.round(found, _DECIMALS)

    def _checked(self, given: object, count: int) -> NDArray[np.float64]:
        scores = np.asarray(given, np.float64)
        if scores.shape != (count,):
            raise ModelError(
                f"The model {self.model.name} gives scores of shape {scores.shape} for {count} "
                "texts, not one for each. Use a cross-encoder with one label."
            )
        if not np.isfinite(scores).all():
            raise ModelError(
                f"The model {self.model.name} gives scores that are no finite numbers: its weights "
                "are broken. Get the model again, or use another."
            )
        return scores

    def _load(self) -> tuple["CrossEncoder", threading.Lock]:
        with LOADING:
            return _shared(self.model, self._device)


@lru_cache(maxsize=1)
def _shared(model: RerankerModel, device: str | None) -> tuple["CrossEncoder", threading.Lock]:
    """The model in memory, for every Reranker of it, and the lock by which they take turns."""
    loaded = load(_cross_encoder, model, device, gives="scores")
    return loaded, threading.Lock()


def _cross_encoder() -> type["CrossEncoder"]:
    from sentence_transformers import CrossEncoder

    kind: type[CrossEncoder] = CrossEncoder
    return kind

"""What runs a model: torch, or the same weights compiled for this machine's processor."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["ReadTokens", "Runtime", "Task"]

Task = Literal["query", "document"]


class ReadTokens(NamedTuple):
    """Tokens of a text as a model reads them: their numbers in its vocabulary, int64 (n,), and
    their vectors, float32 (n, hidden)."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


class Runtime(Protocol):
    """Runs one model. May be used by many threads."""

    @property
    def machine(self) -> str:
        """What it computes on, as far as results depend on it."""
        ...

    @property
    def quick_in_bfloat16(self) -> bool:
        """Whether its hardware multiplies matrices of bfloat16, and well enough."""
        ...

    def encode(
        self, texts: Sequence[str], prompt: str, task: Task, *, low: bool
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """The vectors of texts, each behind a prompt, batch by batch: the positions of its texts,
        (n,), and the model's vectors of them, (n, dim), of any length. `low`: matrices are
        multiplied in bfloat16."""
        ...

    def tokens(self, text: str, prompt: str, task: Task, *, low: bool) -> ReadTokens | None:
        """The tokens of one text behind a prompt; None where the model has no vectors of them."""
        ...

    def ids(self, text: str) -> NDArray[np.int64]:
        """The tokens of a text with the marks around it, int64 (n,)."""
        ...

    @property
    def marks(self) -> NDArray[np.int64]:
        """The tokens that are marks of the tokenizer's, and no words: int64 (n,)."""
        ...

"""A model that runs on several devices at once, in sentence-transformers' pool of processes."""

import copy
import threading
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .models import Model
from .running import batches, estimated_tokens
from .runtime import ReadTokens, Task
from .torch_runtime import TOKENS_ON_ACCELERATOR, TorchRuntime

__all__ = ["PoolRuntime"]

_ALONE = 4_096
"""Papers that the first device encodes by itself: the processes take some seconds to start."""
_QUEUED = 2
"""Batches for each device at a time: the second is there when the first is done."""


class PoolRuntime:
    """Runs a model on several of torch's devices (`Runtime`): papers, once there are many, on all
    of them, each in a process of its own; everything else on the first. Raises ModelError."""

    def __init__(self, model: Model, devices: Sequence[str]) -> None:
        self._model = model
        self._devices = list(devices)
        self._first = TorchRuntime(model, self._devices[0])
        self._asked = 0
        self._turn = threading.Lock()
        self._pools: dict[bool, tuple[Any, Any]] = {}
        self._ends: list[weakref.finalize[..., PoolRuntime]] = []

    @property
    def machine(self) -> str:
        return self._first.machine

    @property
    def quick_in_bfloat16(self) -> bool:
        return self._first.quick_in_bfloat16

    def encode(
        self, texts: Sequence[str], prompt: str, task: Task, *, low: bool
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        with self._turn:
            self._asked += len(texts) if task == "document" else 0
            alone = task == "query" or self._asked <= _ALONE
        if alone:
            yield from self._first.encode(texts, prompt, task, low=low)
            return
        lengths = estimated_tokens(texts, self._model.max_length)
        parts = _QUEUED * len(self._devices)
        for batch in batches(lengths, parts * TOKENS_ON_ACCELERATOR):
            size = -(-len(batch) // parts)
            # What comes out of the pool is told apart by nothing but its turn.
            with self._turn:
                encoded = self._in_pool([texts[i] for i in batch], prompt, task, size, low)
            yield batch, encoded

    def _in_pool(
        self, texts: Sequence[str], prompt: str, task: Task, size: int, low: bool
    ) -> NDArray[np.float32]:
        try:
            model, pool = self._pool(low)
            encoded = model.encode(
                list(texts),
                prompt=prompt,
                batch_size=size,
                chunk_size=size,
                pool=pool,
                show_progress_bar=False,
                task=task,
            )
        except Exception as error:
            self.close()
            raise ModelError(
                f"The model {self._model.name} failed on {', '.join(self._devices)}: {error} Run "
                "the command again, and with CUDA_VISIBLE_DEVICES=0 to use one GPU alone."
            ) from error
        except BaseException:
            # Answers to what was asked would come to whoever asks next.
            self.close()
            raise
        return np.asarray(encoded, np.float32)

    def _pool(self, low: bool) -> tuple[Any, Any]:
        if low not in self._pools:
            # The pool takes the model that it is given off its device.
            model: Any = copy.deepcopy(self._first.running(low=low))
            pool = model.start_multi_process_pool(self._devices)
            self._pools[low] = model, pool
            # Also where the process ends without another word.
            self._ends.append(weakref.finalize(self, _stop, model, pool))
        return self._pools[low]

    def close(self) -> None:
        """End the processes; they are started again when they are needed."""
        self._pools.clear()
        while self._ends:
            self._ends.pop()()

    def tokens(self, text: str, prompt: str, task: Task, *, low: bool) -> ReadTokens | None:
        return self._first.tokens(text, prompt, task, low=low)

    def ids(self, text: str) -> NDArray[np.int64]:
        return self._first.ids(text)

    @property
    def marks(self) -> NDArray[np.int64]:
        return self._first.marks


def _stop(model: Any, pool: dict[str, Any]) -> None:
    # It may have been stopped already.
    if pool["processes"]:
        model.stop_multi_process_pool(pool)
        pool["processes"] = []

"""A model that runs compiled for this machine's processor, without torch."""

import functools
import os
import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiled import GRAPH, INPUTS, TOKENIZER, Manifest, openvino
from .models import Model
from .running import batches, quiet_tokenizers
from .runtime import ReadTokens, Task

__all__ = ["CompiledRuntime"]

_TOKENS = 2_048
"""In a batch: with more, activations fall out of a core's cache."""
_STEP = 8
"""Lengths are rounded up to a multiple of it: code is made for each shape of a matrix."""
_VECTORS, _TOKEN_VECTORS = 0, 1
"""Outputs of the graph."""


class CompiledRuntime:
    """Runs what is kept of a model in a folder (`Runtime`); each thread that asks has a core of its
    own. Raises ImportError or RuntimeError where it cannot be run."""

    def __init__(self, model: Model, folder: Path, manifest: Manifest) -> None:
        quiet_tokenizers()
        from tokenizers import Tokenizer

        self._model = model
        self._folder = folder
        self._manifest = manifest
        self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self._lock = threading.Lock()
        self._cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        self._cores = self._cores or os.cpu_count() or 1
        self._made: dict[bool, queue.SimpleQueue[Any]] = {}
        # Compiled now, so that an error is one of loading.
        self._requests(False)

    @property
    def machine(self) -> str:
        return f"compiled for {_processor()}"

    @property
    def quick_in_bfloat16(self) -> bool:
        return self._manifest.low_agreement > 0

    def encode(
        self, texts: Sequence[str], prompt: str, task: Task, *, low: bool
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        made = self._tokenizer.encode_batch([f"{prompt}{text}" for text in texts])
        ids = [each.ids for each in made]
        lengths = np.array([len(each) for each in ids], np.intp)
        requests = self._requests(low)
        running: deque[tuple[Any, NDArray[np.intp]]] = deque()
        try:
            for batch in batches(-(-lengths // _STEP) * _STEP, _TOKENS):
                while not (request := _free(requests, wait=not running)):
                    yield _ended(requests, running)
                request.start_async(self._inputs([ids[i] for i in batch]))
                running.append((request, batch))
            while running:
                yield _ended(requests, running)
        finally:
            # Whoever stops in between leaves the others what it had.
            while running:
                _ended(requests, running)

    def tokens(self, text: str, prompt: str, task: Task, *, low: bool) -> ReadTokens | None:
        ids = self._tokenizer.encode(f"{prompt}{text}").ids
        requests = self._requests(low)
        request = requests.get()
        try:
            request.infer(self._inputs([ids]))
            read = request.get_output_tensor(_TOKEN_VECTORS).data[0, : len(ids)]
            vectors = np.array(read, np.float32)
        finally:
            requests.put(request)
        return ReadTokens(np.array(ids, np.int64), vectors)

    def ids(self, text: str) -> NDArray[np.int64]:
        return np.array(self._tokenizer.encode(text).ids, np.int64)

    @property
    def marks(self) -> NDArray[np.int64]:
        return np.array(self._manifest.marks, np.int64)

    def _inputs(self, ids: Sequence[Sequence[int]]) -> dict[int, NDArray[np.int64]]:
        """What the model reads of a batch, int64 (n, longest): padded to the right, and masked."""
        longest = max(map(len, ids))
        width = min(-(-longest // _STEP) * _STEP, self._model.max_length or longest)
        width = max(width, longest)
        given = {name: np.zeros((len(ids), width), np.int64) for name in INPUTS}
        for row, each in enumerate(ids):
            given["input_ids"][row, : len(each)] = each
            given["input_ids"][row, len(each) :] = self._manifest.padding
            given["attention_mask"][row, : len(each)] = 1
        return {place: given[name] for place, name in enumerate(self._manifest.inputs)}

    def _requests(self, low: bool) -> "queue.SimpleQueue[Any]":
        """What can compute, one a core, in float32 or bfloat16."""
        with self._lock:
            if low not in self._made:
                settings = {
                    "INFERENCE_PRECISION_HINT": "bf16" if low else "f32",
                    "NUM_STREAMS": self._cores,
                    "INFERENCE_NUM_THREADS": self._cores,
                    # Two processes would be pinned to the same cores.
                    "ENABLE_CPU_PINNING": False,
                }
                core = openvino().Core()
                compiled = core.compile_model(str(self._folder / GRAPH), "CPU", settings)
                made: queue.SimpleQueue[Any] = queue.SimpleQueue()
                for _ in range(self._cores):
                    made.put(compiled.create_infer_request())
                self._made[low] = made
            return self._made[low]


def _free(requests: "queue.SimpleQueue[Any]", *, wait: bool) -> Any:
    """One that computes nothing; None where there is none and it is not to be waited for: those who
    have some would wait for each other."""
    try:
        return requests.get(block=wait)
    except queue.Empty:
        return None


def _ended(
    requests: "queue.SimpleQueue[Any]", running: deque[tuple[Any, NDArray[np.intp]]]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The batch that was begun first, and its vectors."""
    request, batch = running.popleft()
    try:
        request.wait()
        return batch, np.array(request.get_output_tensor(_VECTORS).data, np.float32)
    finally:
        requests.put(request)


@functools.cache
def _processor() -> str:
    name: str = openvino().Core().get_property("CPU", "FULL_DEVICE_NAME")
    return name

"""A model that runs compiled for this machine's processor, without torch."""

import functools
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import threads
from .compiled import GRAPH, INPUTS, RUNTIME, TOKENIZER, Manifest, openvino
from .errors import ModelError
from .gathering import Gathering
from .models import Model
from .running import batches, estimated_tokens, quiet_tokenizers
from .runtime import ReadTokens, Task

__all__ = ["CompiledRuntime"]

_BUDGET = 2_048
"""Tokens in a batch: with more, activations fall out of a core's cache."""
_STEP = 8
"""Lengths are rounded up to a multiple of it: code is made for each shape. Queries are encoded with
others of the same width only: so each has the same vector, to the last bit, alone and among others.
"""
_QUERIES = 16
"""Queries of different callers that are encoded in one batch."""
_AT_ONCE = 512
"""Texts that are cut into tokens before the first of them is encoded."""
_VECTORS, _TOKEN_VECTORS = 0, 1
"""Outputs of the graph."""


class _Network:
    """A graph that was compiled in one precision, and requests that run it, for any thread.

    Whoever has one puts it back once it is done; one that is not put back is only made again.
    """

    def __init__(self, graph: Any, *, low: bool, streams: int, cores: int) -> None:
        settings = {
            "INFERENCE_PRECISION_HINT": "bf16" if low else "f32",
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": cores,
            # Two processes would be pinned to the same cores.
            "ENABLE_CPU_PINNING": False,
        }
        self._compiled = openvino().Core().compile_model(graph, "CPU", settings)
        self._idle: deque[Any] = deque(maxlen=2 * cores)

    def take(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return self._compiled.create_infer_request()

    def put_back(self, request: Any) -> None:
        self._idle.append(request)


class CompiledRuntime:
    """Runs what was compiled of a model into a folder (`Runtime`): queries on all cores together,
    papers in batches that have a core each. `manifest` says what it is. The folder may go
    meanwhile. Raises ModelError where it cannot be run."""

    def __init__(self, model: Model, folder: Path, manifest: Manifest) -> None:
        self.model = model
        self._folder = folder
        self.manifest = manifest
        self._lock = threading.Lock()
        self._cores = threads.policy().encoder
        self._networks: dict[tuple[bool, Task], _Network] = {}
        self._queries: Gathering[NDArray[np.int64], NDArray[np.float32]] = Gathering(
            self._encode_queries, _QUERIES
        )
        try:
            quiet_tokenizers()
            from tokenizers import Tokenizer

            self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
            self._graph = openvino().Core().read_model(str(folder / GRAPH))
        except Exception as error:
            raise self._failed(error) from error
        # Compiled now, so that an error is one of loading.
        self._network(False, "query")

    @property
    def machine(self) -> str:
        return f"compiled for {_processor()}"

    @property
    def quick_in_bfloat16(self) -> bool:
        return self.manifest.low_agreement > 0

    def encode(
        self, texts: Sequence[str], prompt: str, task: Task, *, low: bool
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        if task == "query" and not low and len(texts) == 1:
            query = self.ids(f"{prompt}{texts[0]}")
            yield np.zeros(1, np.intp), self._queries.ask(self._width([query]), query)[None]
            return
        network = self._network(low, task)
        running: deque[tuple[Any, NDArray[np.intp]]] = deque()
        for batch, ids in self._batches(texts, prompt):
            if len(running) == self._cores:
                yield self._ended(network, *running.popleft())
            request = network.take()
            request.start_async(self._inputs(ids))
            running.append((request, batch))
        while running:
            yield self._ended(network, *running.popleft())

    def _encode_queries(self, ids: Sequence[NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        network = self._network(False, "query")
        request = network.take()
        request.infer(self._inputs(ids))
        return list(self._ended(network, request, np.zeros(0, np.intp))[1])

    def tokens(self, text: str, prompt: str, task: Task, *, low: bool) -> ReadTokens | None:
        ids = self.ids(f"{prompt}{text}")
        network = self._network(low, task)
        request = network.take()
        request.infer(self._inputs([ids], len(ids)))
        read = request.get_output_tensor(_TOKEN_VECTORS).data[0, : len(ids)]
        vectors = np.array(read, np.float32)
        network.put_back(request)
        return ReadTokens(ids, vectors)

    def ids(self, text: str) -> NDArray[np.int64]:
        return np.array(self._tokenizer.encode(text).ids, np.int64)

    @property
    def marks(self) -> NDArray[np.int64]:
        return np.array(self.manifest.marks, np.int64)

    def _batches(
        self, texts: Sequence[str], prompt: str
    ) -> Iterator[tuple[NDArray[np.intp], list[NDArray[np.int64]]]]:
        """Positions of texts that are encoded together, and their tokens; the longest first."""
        order = np.argsort(-estimated_tokens(texts, 0), kind="stable")
        for start in range(0, len(order), _AT_ONCE):
            part = order[start : start + _AT_ONCE]
            made = self._tokenizer.encode_batch([f"{prompt}{texts[i]}" for i in part])
            ids = [np.array(each.ids, np.int64) for each in made]
            del made
            widths = np.array([self._width([each]) for each in ids], np.intp)
            for batch in batches(widths, _BUDGET):
                yield part[batch], [ids[row] for row in batch]

    def _ended(
        self, network: _Network, request: Any, batch: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        request.wait()
        vectors = np.array(request.get_output_tensor(_VECTORS).data, np.float32)
        network.put_back(request)
        return batch, vectors

    def _inputs(
        self, ids: Sequence[NDArray[np.int64]], width: int | None = None
    ) -> dict[int, NDArray[np.int64]]:
        """What the model reads of a batch, int64 (n, width): padded to the right, and masked."""
        width = self._width(ids) if width is None else max(1, width)
        given = {name: np.zeros((len(ids), width), np.int64) for name in INPUTS}
        for row, each in enumerate(ids):
            given["input_ids"][row, : len(each)] = each
            given["input_ids"][row, len(each) :] = self.manifest.padding
            given["attention_mask"][row, : len(each)] = 1
        return {number: given[name] for number, name in enumerate(self.manifest.inputs)}

    def _width(self, ids: Sequence[NDArray[np.int64]]) -> int:
        """Tokens that each text of a batch is padded to."""
        longest = max(1, max(map(len, ids)))
        rounded = -(-longest // _STEP) * _STEP
        return max(longest, min(rounded, self.model.max_length or rounded))

    def _network(self, low: bool, task: Task) -> _Network:
        # One query is answered soonest by all cores together; many papers by each for itself.
        streams = 1 if task == "query" else self._cores
        with self._lock:
            if (low, task) not in self._networks:
                try:
                    made = _Network(self._graph, low=low, streams=streams, cores=self._cores)
                except Exception as error:
                    raise self._failed(error) from error
                self._networks[low, task] = made
            return self._networks[low, task]

    def _failed(self, error: Exception) -> ModelError:
        said = " ".join(str(error).split())
        return ModelError(
            f"The model {self.model.name}, compiled in {self._folder}, cannot be run: {said} "
            f"Delete that folder, or set {RUNTIME}=torch."
        )


@functools.cache
def _processor() -> str:
    name: str = openvino().Core().get_property("CPU", "FULL_DEVICE_NAME")
    return name

"""Encoding beside the thread that reads, plans and writes, so that the processor's cores, or a GPU,
are kept busy all the while."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .encoder import Encoder

__all__ = ["Ahead", "Encoding", "begun_ahead"]

Item = TypeVar("Item")
Begun = TypeVar("Begun")

_AT_ONCE = 2
"""Batches that are encoded side by side: while the last texts of one are in work, and leave cores
idle, those of the next are cut into tokens and fill them."""
_CLOSING = 0.75
"""The part of a batch that is encoded before the next one begins: what a kill costs is little more
than one of them."""

_WAITING = 2
"""Batches that are begun beside the one that is waited for."""


def begun_ahead(items: Iterable[Item], begin: Callable[[Item], Begun]) -> Iterator[Begun]:
    """What `begin` makes of each item, in their order, each given out once the next ones are begun.
    What was begun is given out before an error in what comes after it."""
    waiting: deque[Begun] = deque()
    trouble: Exception | None = None
    try:
        for item in items:
            waiting.append(begin(item))
            if len(waiting) > _WAITING:
                yield waiting.popleft()
    except Exception as error:
        trouble = error
    while waiting:
        yield waiting.popleft()
    if trouble is not None:
        raise trouble


class _Stopped(Exception):
    """Nobody waits for the vectors any more."""


class Encoding:
    """Texts, by what stands for them, that are being encoded."""

    def __init__(self, texts: Mapping[bytes, str], after: "Encoding | None") -> None:
        self.texts = dict(texts)
        self._after = after
        self._closing = threading.Event()
        self._said: SimpleQueue[int | NDArray[np.float32] | None] = SimpleQueue()

    def run(self, encoder: Encoder, stopping: threading.Event) -> None:
        """Encode them, in whatever thread."""

        def advance(count: int) -> None:
            if stopping.is_set():
                raise _Stopped
            if count >= _CLOSING * len(self.texts):
                self._closing.set()
            self._said.put(count)

        vectors: NDArray[np.float32] | None = None
        try:
            if self._after is not None:
                self._after._closing.wait()
                self._after = None
            vectors = encoder.encode_documents(list(self.texts.values()), progress=advance)
        except Exception:
            # Whoever needs the vectors encodes anew, and meets the error in its place.
            vectors = None
        finally:
            self._closing.set()
            self._said.put(vectors)

    def wait(self, progress: Callable[[int, int], None]) -> dict[bytes, NDArray[np.float32]]:
        """Their vectors, float32, shape (dim,), unit length, once they are there; none where they
        could not be encoded. Meanwhile `progress` is told how many of how many are done, in the
        thread that waits."""
        while isinstance(said := self._said.get(), int):
            progress(said, len(self.texts))
        return {} if said is None else dict(zip(self.texts, said, strict=True))


class Ahead:
    """Threads that encode, as long as its `with` block; at its end they leave what nobody waited
    for, after the few texts that are in work."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._stopping = threading.Event()
        self._last: Encoding | None = None
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="paperkin-ahead")

    def begin(self, texts: Mapping[bytes, str]) -> Encoding:
        """Let texts be encoded after those that came before."""
        # The threads take them in their order, so that nobody waits for what never runs.
        begun = self._last = Encoding(texts, self._last)
        self._threads.submit(begun.run, self._encoder, self._stopping)
        return begun

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

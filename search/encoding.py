"""The library's model at work for searches: queries, sentences, tokens."""

import hashlib
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..index.early import load_early
from ..index.encoder import Encoder, Task, Tokens
from ..index.errors import LibraryDamaged
from ..index.own_model import library_model
from ..index.snapshot import Snapshot
from ..index.store import Store
from .recent import Recent
from .stages import stage
from .view import View
from .yardstick import Yardstick, yardstick_of

__all__ = ["Encoding", "Together"]

_QUERIES_KEPT = 256
_BYTES_KEPT = 100_000_000
"""Of the tokens of texts: of 500 texts with 256 tokens of 384 dimensions, of fewer with more."""


@dataclass(frozen=True, slots=True)
class Together:
    """Vectors of texts that were encoded as queries together, by text: float32 (dim,), unit length.
    `digest` stands for the texts: equal ones were encoded in the same batches."""

    vectors: Mapping[str, NDArray[np.float32]]
    digest: str


class _Key(NamedTuple):
    """A query that is being encoded: by a process, whose threads a fork of it has not, by a model's
    fingerprint."""

    process: int
    model: str
    text: str


class Encoding:
    """Makes vectors with the model of a library, loaded when first asked for. May be used by many
    threads. `machine` says on what kind of device it was, "" before the first time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()
        self._queries: Recent[NDArray[np.float32]] = Recent(_QUERIES_KEPT)
        self._yardsticks: dict[str, Yardstick] = {}
        self._begun: dict[_Key, Future[NDArray[np.float32]]] = {}
        self._tokens: Recent[Tokens] = Recent(_BYTES_KEPT, lambda each: each.nbytes)
        self.machine = ""

    def load_early(self, text: str) -> None:
        """Before the first query: begin to load the model, while the caller opens the library."""
        with self._lock:
            if self._encoder is None:
                load_early(self._store, text)

    def begin(self, text: str, view: View) -> None:
        """Encode a query meanwhile, in another thread: `query` will be asked for it soon. Where it
        is not, the work was in vain, and nothing else."""
        key = _Key(os.getpid(), view.model.fingerprint, text)
        if key[1:] in self._queries or key in self._begun:
            return
        begun: Future[NDArray[np.float32]] = Future()
        self._begun[key] = begun
        try:
            threading.Thread(
                target=self._fulfil, args=(key, begun, view), name="paperkin-encoding"
            ).start()
        except RuntimeError as error:
            # There can be no more threads, as at the end of a process.
            del self._begun[key]
            begun.set_exception(error)

    def _fulfil(self, key: "_Key", begun: "Future[NDArray[np.float32]]", view: View) -> None:
        try:
            make = partial(self._encoded, key.text, view)
            begun.set_result(self._queries.get(key[1:], make))
        except BaseException as error:
            begun.set_exception(error)
        finally:
            self._begun.pop(key, None)

    @stage("encode")
    def query(self, text: str, view: View) -> NDArray[np.float32]:
        """float32, shape (dim,), unit length. Raises ModelError, ModelMismatch."""
        key = _Key(os.getpid(), view.model.fingerprint, text)
        begun = self._begun.get(key)
        if begun is not None:
            # What is the matter with another thread is not with this one.
            with suppress(RuntimeError):
                return begun.result()
        return self._queries.get(key[1:], partial(self._encoded, text, view))

    @stage("encode")
    def together(self, texts: Iterable[str], view: View) -> Together:
        """The vectors of several queries, which is quicker than one by one; they agree to 1e-5.
        None is kept: those of `query` must not depend on what came before. Errors as above."""
        ordered = sorted(set(texts))
        encoder = self.encoder(view)
        vectors = encoder.encode_queries(ordered)
        self.machine = encoder.machine
        said = hashlib.blake2b(digest_size=8)
        for text in ordered:
            said.update(hashlib.blake2b(text.encode("utf-8", "replace")).digest())
        return Together(dict(zip(ordered, vectors, strict=True)), said.hexdigest())

    def yardstick(self, view: View) -> Yardstick:
        """What cosines of the model mean, told when first asked for. Errors as above."""
        key = view.model.fingerprint
        with self._lock:
            if key not in self._yardsticks:
                self._yardsticks[key] = yardstick_of(self._ready(view))
            return self._yardsticks[key]

    @stage("encode")
    def documents(self, texts: Sequence[str], view: View) -> NDArray[np.float32]:
        """float32, shape (n, dim), unit rows. Errors as above."""
        with self._lock:
            encoder = self._ready(view)
        return encoder.encode_documents(texts)

    @stage("encode")
    def tokens(self, texts: Sequence[str], task: Task, view: View) -> list[Tokens]:
        """The tokens of texts, each as it is read in its place. Errors as above."""
        with self._lock:
            encoder = self._ready(view)
        return [
            self._tokens.get(
                (view.model.fingerprint, task, text), partial(encoder.encode_tokens, text, task)
            )
            for text in texts
        ]

    def papers(self, numbers: Sequence[int], snapshot: Snapshot, view: View) -> NDArray[np.float32]:
        """The direction in which papers lie together: float32, shape (dim,), unit length. Raises
        LibraryDamaged where one has no vector."""
        vectors = snapshot.vectors(np.array(numbers, np.int64), view.model).astype(np.float32)
        if not np.isfinite(vectors).all():
            raise LibraryDamaged(
                f"{self._store.database} lacks the vector of a paper. Encode what is missing "
                f"with: paperkin rebuild {self._store.path}"
            )
        centre = vectors.mean(axis=0)
        # Opposite vectors may cancel each other out; any direction is as good then.
        chosen = centre if float(np.linalg.norm(centre)) > 1e-6 else vectors[0]
        unit: NDArray[np.float32] = chosen / np.linalg.norm(chosen)
        return unit

    def _encoded(self, text: str, view: View) -> NDArray[np.float32]:
        # Not under the lock: queries of several threads are encoded together.
        encoder = self.encoder(view)
        vector = encoder.encode_query(text)
        self.machine = encoder.machine
        return vector

    def encoder(self, view: View) -> Encoder:
        """The encoder of the library as it is seen, loaded now if it was not. Errors as above."""
        with self._lock:
            return self._ready(view)

    def _ready(self, view: View) -> Encoder:
        if self._encoder is None or self._encoder.model.fingerprint != view.model.fingerprint:
            self._encoder = Encoder(library_model(self._store))
        return self._encoder

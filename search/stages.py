"""How long the stages of an answer take: encode, dense, keyword, fuse, fetch.

Whoever wants to know opens a `Stopwatch`; where nobody does, a stage costs nothing worth telling.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

__all__ = ["STAGES", "Stage", "Stopwatch", "stage", "timed"]

Stage = Literal["encode", "dense", "keyword", "fuse", "fetch"]
STAGES: tuple[Stage, ...] = ("encode", "dense", "keyword", "fuse", "fetch")


class Stopwatch:
    """Seconds of each stage so far. A stage inside of another counts for itself alone."""

    def __init__(self) -> None:
        self.seconds: dict[Stage, float] = {}
        self._inside: list[float] = []

    def begin(self) -> float:
        """A stage begins; returns when."""
        self._inside.append(0.0)
        return time.perf_counter()

    def end(self, name: Stage, begun: float) -> None:
        """The stage that began last ends."""
        whole = time.perf_counter() - begun
        own = whole - self._inside.pop()
        self.seconds[name] = self.seconds.get(name, 0.0) + own
        if self._inside:
            self._inside[-1] += whole


_WATCH: ContextVar[Stopwatch | None] = ContextVar("paperkin_stages", default=None)


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Inside, and in threads that take this context over, stages are timed."""
    watch = Stopwatch()
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """What happens inside is one stage of an answer. Also for decorating a function."""
    watch = _WATCH.get()
    if watch is None:
        yield
        return
    begun = watch.begin()
    try:
        yield
    finally:
        watch.end(name, begun)

"""Callers of many threads that are served together, without any of them waiting for others to come.

Whoever finds nobody at work does the work at once. Who comes meanwhile waits in line, and the first
in line works next, for all that wait with work of its kind. So one caller is served as soon as
alone, and the more there are the fewer rounds each costs.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

__all__ = ["Gathering"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Waiting(Generic[Item, Result]):
    __slots__ = ("error", "item", "kind", "results", "turn")

    def __init__(self, kind: Hashable, item: Item) -> None:
        self.kind = kind
        self.item = item
        self.turn = threading.Event()
        """Set once there is a result or an error; or else once this one is to do the work."""
        self.results: list[Result] = []
        self.error: BaseException | None = None


class Gathering(Generic[Item, Result]):
    """Runs `work` on items of one kind at a time, at most `most` of them together, from any thread.
    `work` gives the results in the order of the items; what it raises, each of them raises."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        self._line: list[_Waiting[Item, Result]] = []
        self._busy = False

    def ask(self, kind: Hashable, item: Item) -> Result:
        """The result of an item, which may be worked on with others of its kind."""
        own: _Waiting[Item, Result] = _Waiting(kind, item)
        with self._lock:
            self._line.append(own)
            waits, self._busy = self._busy, True
        if waits:
            own.turn.wait()
        if not own.results and own.error is None:
            self._lead(own)
        if own.error is not None:
            raise own.error
        return own.results[0]

    def _lead(self, own: _Waiting[Item, Result]) -> None:
        with self._lock:
            # Who leads is the first in line, and so of its kind.
            together = [each for each in self._line if each.kind == own.kind][: self._most]
            self._line = [each for each in self._line if each not in together]
        try:
            results = self._work([each.item for each in together])
            for each, result in zip(together, results, strict=True):
                each.results.append(result)
        except BaseException as error:
            for each in together:
                each.error = error
        finally:
            with self._lock:
                self._busy = bool(self._line)
                following = self._line[:1]
            for each in (*together, *following):
                each.turn.set()

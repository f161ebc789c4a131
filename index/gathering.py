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
        self.error: Exception | None = None


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
            try:
                own.turn.wait()
            except BaseException:
                # As by Ctrl-C: whoever comes after must not wait for one that has left.
                self._leave(own)
                raise
        if not own.results and own.error is None:
            self._lead(own)
        if own.error is not None:
            raise own.error
        return own.results[0]

    def _leave(self, own: _Waiting[Item, Result]) -> None:
        with self._lock:
            if own not in self._line:
                return
            self._line.remove(own)
            if own.turn.is_set():
                # It was to lead.
                self._pass_on()

    def _pass_on(self) -> None:
        """Have the first in line work next; under the lock."""
        self._busy = bool(self._line)
        for each in self._line[:1]:
            each.turn.set()

    def _lead(self, own: _Waiting[Item, Result]) -> None:
        with self._lock:
            # Who leads is the first in line, and so of its kind.
            together = [each for each in self._line if each.kind == own.kind][: self._most]
            self._line = [each for each in self._line if each not in together]
        served = together
        try:
            results = self._work([each.item for each in together])
            for each, result in zip(together, results, strict=True):
                each.results.append(result)
        except Exception as error:
            for each in together:
                each.error = error
        except BaseException:
            # Ctrl-C is meant for this thread alone.
            again = [each for each in together if each is not own and not each.results]
            served = [each for each in together if each not in again]
            with self._lock:
                self._line[:0] = again
            raise
        finally:
            with self._lock:
                self._pass_on()
            for each in served:
                each.turn.set()

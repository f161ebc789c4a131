"""What was worked out for the last questions, kept for when they are asked again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Recent"]

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values of the keys that were asked for last, of all together at most the size `most`;
    without `size`, that is their number. May be used by many threads; no one may change a value."""

    def __init__(self, most: int, size: Callable[[Value], int] = lambda _: 1) -> None:
        self._most = most
        self._size = size
        self._held = 0
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not kept. What `make` raises is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        # Two threads may make the same value at once: neither waits for what takes long.
        value = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = value
                self._held += self._size(value)
            while self._held > self._most:
                self._held -= self._size(self._kept.popitem(last=False)[1])
        return value

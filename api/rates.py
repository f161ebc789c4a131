"""How many requests somebody gets answered: a bucket of tokens that fills again with time."""

import time
from collections import OrderedDict

__all__ = ["Rates"]

_MOST = 10_000
"""Clients that are remembered: those that asked last."""


class Rates:
    """At most `rate` requests a minute for each client, that many at once. Not for threads: it is
    asked from one event loop."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """Take a token: 0 if there was one, else the seconds until there is; `now` is a time in
        seconds, of any clock."""
        now = time.monotonic() if now is None else now
        tokens, then = self._buckets.pop(client, (float(self.rate), now))
        tokens = min(float(self.rate), tokens + (now - then) * self.rate / 60)
        short = tokens < 1
        self._buckets[client] = (tokens if short else tokens - 1, now)
        if len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return (1 - tokens) * 60 / self.rate if short else 0.0

"""One request at a time, with pauses between them, and more patience than haste when one fails."""

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from ..errors import SourceError

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Damaged", "Fetcher", "Manners"]

Read = TypeVar("Read")

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses that may be others the next time."""
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_LARGEST = 256_000_000
"""Bytes of an unpacked page; a page of a thousand records has some millions."""
_SHOWN = 200
_UNNAMED = 3
"""How often a service is asked whose name leads nowhere, and that has not answered before: it is a
wrong name, or there is no network."""


class Damaged(Exception):
    """A page that did not come whole, or is none: asking again may help."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a service is asked.

    `interval`: seconds between an answer and the next request; None leaves it to the service, and
    less than the service wants counts only for one on this machine.
    `timeout`: seconds without a byte, `longest`: seconds for a whole page. A request that fails is
    repeated after `backoff` seconds, then after twice as many and so on, up to `tries` times. A
    service may ask for longer waits, up to `patience` seconds.
    """

    interval: float | None = None
    timeout: float = 60.0
    longest: float = 900.0
    tries: int = 8
    backoff: float = 5.0
    patience: float = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the status, the unpacked body, and the day the service says it is, ISO."""

    status: int
    body: bytes
    today: str


class Fetcher:
    """Asks one address, again and again. `agent` says who asks; `tell` is told why it waits."""

    def __init__(
        self,
        address: str,
        agent: str,
        manners: Manners,
        interval: float,
        tell: Callable[[str], None],
    ) -> None:
        import httpx2

        self._address = address
        self._manners = manners
        self._tell = tell
        self._free = 0.0
        self._answered = False
        self.requests = 0
        try:
            host = httpx2.URL(address).host
            # No host has such a name, whoever is asked for it.
            host.encode("idna")
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise SourceError(f"{address!r} is no address: {error}.") from error
        self._host = host
        wanted = interval if manners.interval is None else manners.interval
        self.interval = wanted if host in _HERE else max(wanted, interval)
        self._client = httpx2.Client(
            headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate"},
            timeout=manners.timeout,
            follow_redirects=True,
            max_redirects=5,
            limits=httpx2.Limits(max_connections=1),
        )

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, parameters: Mapping[str, str], read: Callable[[Answer], Read]) -> Read:
        """What `read` makes of the answer. Asks again where none comes, where the service says that
        it cannot answer now, and where `read` raises Damaged.

        Raises SourceError once it was asked often enough, or would have to wait for too long.
        """
        manners = self._manners
        failed = 0
        while True:
            self._pause(self._free - time.monotonic())
            try:
                return self._once(parameters, read)
            except _Failed as failure:
                failed += 1
                reason, asked, unnamed = failure.reason, failure.wait, failure.unnamed
            wait = min(manners.backoff * 2 ** (failed - 1), manners.patience)
            if unnamed and not self._answered:
                if failed >= min(_UNNAMED, manners.tries):
                    raise SourceError(
                        f"No address is known of {self._host!r} ({reason}). Check the name in "
                        f"{self._address} and this machine's network, then run the same command."
                    )
                wait = min(wait, float(failed))
            if asked is not None:
                wait = max(asked, self.interval)
            if failed >= manners.tries:
                raise SourceError(
                    f"{self._address} did not answer {failed} times in a row; the last time: "
                    f"{reason}. Run the same command later: it goes on where it stopped."
                )
            if wait > manners.patience:
                raise SourceError(
                    f"{self._address} asks to wait {_span(wait)} ({reason}). Run the same command "
                    "again after that: it goes on where it stopped."
                )
            self._tell(f"{reason}: asking again in {_span(wait)}.")
            self._pause(wait)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)

    def _once(self, parameters: Mapping[str, str], read: Callable[[Answer], Read]) -> Read:
        import httpx2

        self.requests += 1
        try:
            with self._client.stream("GET", self._address, params=dict(parameters)) as response:
                body = self._body(response)
        except httpx2.UnsupportedProtocol as error:
            raise SourceError(
                f"{self._address!r} is no address of a service: give one that begins with https://."
            ) from error
        except httpx2.TooManyRedirects as error:
            raise SourceError(f"{self._address} leads from one address to another.") from error
        except httpx2.HTTPError as error:
            raise _Failed(_said(error), unnamed=_is_unnamed(error)) from error
        finally:
            self._free = time.monotonic() + self.interval
        self._answered = True
        if response.status_code in _AGAIN:
            wait = _retry_after(response.headers)
            raise _Failed(f"it answered {response.status_code} {response.reason_phrase}", wait)
        try:
            return read(Answer(response.status_code, body, _today(response.headers)))
        except Damaged as error:
            raise _Failed(str(error)) from error

    def _body(self, response: "httpx2.Response") -> bytes:
        until = time.monotonic() + self._manners.longest
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > _LARGEST:
                raise SourceError(
                    f"{self._address} answered with more than {_LARGEST:,} bytes, which is no page "
                    "of a list. Check the address."
                )
            if time.monotonic() > until:
                raise _Failed("the page came too slowly")
        return b"".join(parts)


class _Failed(Exception):
    """A request without a usable answer; `wait` is how many seconds the service asks to wait, and
    `unnamed` whether nobody knows its name."""

    def __init__(self, reason: str, wait: float | None = None, *, unnamed: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.unnamed = unnamed


def _is_unnamed(error: BaseException) -> bool:
    """Whether a request failed since no address is known of a host."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, socket.gaierror):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())[:_SHOWN].rstrip(".")
    # The messages of some errors are empty, and those of status errors name the whole address.
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks for, as a number or as a date by the service's own clock (RFC
    9110, section 10.2.3); None where it says nothing that can be read."""
    given = headers.get("Retry-After", "").strip()
    if given.isdecimal():
        return float(min(int(given), 10**9))
    when = _date(given)
    if when is None:
        return None
    now = _date(headers.get("Date", "")) or datetime.now(UTC)
    return max((when - now).total_seconds(), 0.0)


def _today(headers: Mapping[str, str]) -> str:
    return (_date(headers.get("Date", "")) or datetime.now(UTC)).date().isoformat()


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:,.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"

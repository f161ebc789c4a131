"""What a service answers with, whatever its protocol, and what is asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ..errors import SourceError
from ..record import Record, Reject
from .fetch import Answer

__all__ = ["Page", "Service", "TokenRefused", "Window", "day"]


class TokenRefused(Exception):
    """A service does not know the token (any more) that it gave for the rest of a list."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a list is asked for, both ends included, as ISO dates; "" is an open end."""

    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    `token` asks for the next page; "" on the last. `deleted` are ids that the service says it has
    deleted, `total` how many records the whole list has, if it says so, and `today` the service's
    own date, ISO.
    """

    found: tuple[Record | Reject, ...]
    token: str = ""
    deleted: tuple[str, ...] = ()
    total: int | None = None
    today: str = ""


class Service(Protocol):
    """A service that lists its papers. Addresses that stand in messages and in the library hold no
    keys."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def format(self) -> str:
        """The format of its records, as `paperkin.index.readers.FORMATS` names formats."""

    @property
    def address(self) -> str:
        """Where it is asked."""

    @property
    def interval(self) -> float:
        """The least seconds between an answer and the next request."""

    @property
    def location(self) -> str:
        """What its list is called in a library: the same whatever days are asked for."""

    @property
    def window(self) -> Window:
        """The days that were wanted."""

    def news(self, complete: str) -> Window | None:
        """The days to ask for once all was read that the service had on the day `complete`; None
        where nothing new can come."""

    def request(self, window: Window, token: str) -> Mapping[str, str]:
        """The parameters of a request for a page of a window: the first for a token of ""."""

    def read(self, answer: Answer, token: str, first: int) -> Page:
        """The page that came. `first` is the number of its first record in the list.

        Raises TokenRefused, SourceError where the service refuses the request, and Damaged where
        the page is not whole.
        """


def day(text: str, what: str) -> str:
    """An ISO date (2024-06-30), or "". Raises SourceError, which calls it `what`."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise SourceError(f"{what} {text!r} is no date. Write it like 2024-06-30.") from error

"""Paths that are those of other services, and how their clients are told what is wrong.

A server refuses some requests before it knows what they ask for: without a key, too often, with too
large a body. The clients of those services find the reason where their service gives it.
"""

__all__ = ["at_another_door", "in_header", "status_there"]

_SCHOLAR = ("/graph/v1/", "/recommendations/v1/", "/datasets/v1/")
_OTHERS = ("/api/", "/papers/", *_SCHOLAR)
_SCHOLAR_STATUS = {401: 403, 413: 400, 503: 500}
"""Of other errors that service's clients make an empty answer."""


def at_another_door(path: str) -> bool:
    """Whether a path is one of another service."""
    return path.startswith(_OTHERS)


def status_there(path: str, status: int) -> int:
    """The status that says the same to clients of the service whose path this is."""
    return _SCHOLAR_STATUS.get(status, status) if path.startswith(_SCHOLAR) else status


def in_header(text: str) -> str:
    """A text as headers hold it: one line of ASCII."""
    return " ".join(text.replace("…", "...").encode("ascii", "replace").decode("ascii").split())

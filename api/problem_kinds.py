"""The kinds of problems that the HTTP API answers with, each with an example, for its description.

Where `type` is empty the status says it all ("about:blank").
"""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, type and title, a detail as a client may get it, and whether
    Retry-After says when to ask again."""

    status: int
    type: str
    title: str
    detail: str
    retry: bool = False
    parameter: str = ""

    def example(self) -> dict[str, object]:
        """A problem document of this kind."""
        document: dict[str, object] = {
            "type": f"urn:paperkin:problem:{self.type}" if self.type else "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": "/v1/search",
            "requestId": "5d0c1f6e0e2b4a6f9a3f4a1c7e8d9b00",
        }
        if self.parameter:
            document["errors"] = [{"parameter": self.parameter, "reason": self.detail}]
        return document


KINDS: Mapping[str, Kind] = {
    "malformed-body": Kind(
        400,
        "",
        "The request makes no sense",
        "The body is no JSON in UTF-8, or too deeply nested.",
    ),
    "key-missing": Kind(
        401,
        "key-missing",
        "A key is needed",
        "This library answers to those who have a key. Send it as Authorization: Bearer KEY, or "
        "as X-API-Key: KEY.",
    ),
    "key-unknown": Kind(
        401,
        "key-unknown",
        "The key is not known",
        "This library has no such key, or no more. Ask whoever runs the server for another.",
    ),
    "scope-missing": Kind(
        403,
        "scope-missing",
        "The key does not allow this",
        "This needs a key with the scope write; this one has: read. Ask whoever runs the server "
        "for another.",
    ),
    "not-from-here": Kind(
        403,
        "not-from-here",
        "Writing needs a key",
        "Without keys, only this machine may write to the library. Make a key on the machine that "
        "has it, with: paperkin keys LIBRARY --add NAME --scope write",
    ),
    "origin-refused": Kind(
        403,
        "origin-refused",
        "This page may not ask so",
        "Pages of other origins may ask only where the server is told so, with --cors ORIGIN, and "
        "only by the methods and with the headers that the Access-Control-Allow headers name.",
    ),
    "unknown-paper": Kind(
        404,
        "unknown-paper",
        "No such paper",
        "No paper of this library has the id '2106.15928'. Ids look like arXiv:2106.15928, "
        "DOI:10.1000/xyz, or pk:… as answers show them.",
    ),
    "unknown-cluster": Kind(
        404,
        "unknown-cluster",
        "No such cluster",
        "No cluster has the id '99'. They are listed at /v1/clusters.",
    ),
    "map-not-made": Kind(
        409,
        "map-not-made",
        "There is no map yet",
        "The map of this library was not made yet. Make it on the machine that has it, with: "
        "paperkin map LIBRARY",
    ),
    "clusters-not-made": Kind(
        409,
        "clusters-not-made",
        "There are no clusters yet",
        "The clusters of this library were not made yet. Make them on the machine that has it, "
        "with: paperkin clusters LIBRARY",
    ),
    "too-large": Kind(
        413,
        "",
        "Too large",
        "The body of the request has more than 4,000,000 bytes. Ask for less at a time.",
    ),
    "invalid-request": Kind(
        422,
        "invalid-request",
        "The request makes no sense",
        "limit: Input should be less than or equal to 100, not '101'.",
        parameter="limit",
    ),
    "too-many-requests": Kind(
        429,
        "too-many-requests",
        "Too many requests",
        "Only 60 requests a minute are answered. Ask again in 2 seconds.",
        retry=True,
    ),
    "bug": Kind(
        500,
        "",
        "Internal server error",
        "This is a bug of Paperkin; what happened stands in the server's output.",
    ),
    "library-busy": Kind(
        503,
        "library-busy",
        "The library is being written to",
        "The library is being written to by somebody else. Try again later; searching works "
        "meanwhile.",
        retry=True,
    ),
    "library-damaged": Kind(
        503,
        "library-damaged",
        "The library is damaged",
        "A file of the library does not hold what was written to it.",
    ),
    "library-unavailable": Kind(
        503,
        "library-unavailable",
        "The library cannot be used",
        "The library cannot be used: disk I/O error. Try again.",
    ),
    "model-unavailable": Kind(
        503,
        "model-unavailable",
        "The model cannot be used",
        "The model of the library is nowhere to be found.",
    ),
    "warming-up": Kind(
        503,
        "warming-up",
        "Not ready yet",
        "The model is being loaded. Ask again in some seconds.",
        retry=True,
    ),
}

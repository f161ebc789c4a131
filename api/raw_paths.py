"""Paths whose last part is an id of a paper, which may hold slashes."""

from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["PAPERS", "RawPaperPaths"]

PAPERS = "/v1/papers/"
_LEFT_ALONE = "%/:@!$&'()*+,;=~"
"""What may stand in a path as it is (RFC 3986); clients that send more are understood."""


class RawPaperPaths:
    """Routes /v1/papers/… by its path as it was sent, and leaves decoding to the endpoints.

    An id may hold slashes (a DOI does) and even end in "/related"; sent as %2F they belong to it,
    which cannot be told any more once the path is decoded.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PAPERS):
            raw: bytes | None = scope.get("raw_path")
            # Servers need not tell what was sent; then a slash is a slash.
            sent = raw.partition(b"?")[0] if raw else None
            path = quote(scope["path"]) if sent is None else quote(sent, safe=_LEFT_ALONE)
            scope = {**scope, "path": path}
        await self._app(scope, receive, send)

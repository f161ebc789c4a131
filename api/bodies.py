"""Bodies of requests, which nobody may make as large as they like: they are kept in memory."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import TOO_LARGE, problem

__all__ = ["LARGEST", "BoundedBodies"]

LARGEST = 4_000_000
"""Bytes; a thousand long ids have a twentieth of it."""


class BoundedBodies:
    """Answers 413 to a request with a body of more than LARGEST bytes, by what it says of itself,
    or once so many came."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > LARGEST:
            await problem(Request(scope), 413, *TOO_LARGE)(scope, receive, send)
            return
        size = 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST:
                raise HTTPException(413)
            return message

        await self._app(scope, bounded, send)

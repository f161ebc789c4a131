"""Bodies of requests, which nobody may make as large as they like: they are kept in memory."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import TOO_LARGE, problem
from .settings import LARGEST

__all__ = ["LARGEST", "BoundedBodies"]


class BoundedBodies:
    """Answers 413 to a request with a body of more than `most` bytes, by what it says of itself,
    or once so many came."""

    def __init__(self, app: ASGIApp, most: int = LARGEST) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > self._most:
            await problem(Request(scope), 413, *TOO_LARGE)(scope, receive, send)
            return
        size = 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._most:
                raise HTTPException(413)
            return message

        await self._app(scope, bounded, send)

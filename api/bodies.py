"""Bodies of requests, which nobody may make as large as they like: they are kept in memory."""

import json

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..index.errors import QueryError
from .problem_kinds import KINDS
from .problems import problem
from .settings import LARGEST

__all__ = ["LARGEST", "BoundedBodies", "check_names"]


class BoundedBodies:
    """Answers 413 to a request with a body of more than `most` bytes, by what it says of itself,
    or once so many came."""

    def __init__(self, app: ASGIApp, most: int = LARGEST) -> None:
        self._app = app
        self._most = most
        self._said = (
            f"The body of the request has more than {most:,} bytes. Ask for less at a time."
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > self._most:
            refused = problem(Request(scope), 413, KINDS["too-large"].title, self._said)
            await refused(scope, receive, send)
            return
        size = 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._most:
                raise HTTPException(413, self._said)
            return message

        await self._app(scope, bounded, send)


async def check_names(request: Request) -> None:
    """Raise QueryError where an object of a JSON body has a name twice: one of the two would be
    passed over."""
    if request.method != "POST":
        return
    try:
        json.loads(await request.body(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        # What is no JSON is refused where it is read.
        return


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise QueryError(f"The body has {name!r} twice. Give it once.", name)
        found[name] = value
    return found

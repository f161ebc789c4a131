"""Answers that need not be sent again: ETag and If-None-Match (RFC 9110).

The tag of an answer is a digest of the library's state and of the request, so that an answer that
is still the same is known before it is worked out.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..index.changes import Kept
from ..index.errors import PaperkinError
from ..index.writers import formats

__all__ = ["Tagged"]

_UNTAGGED = ("/livez", "/readyz", "/metrics")
_DIGITS = 32
_FRESH = "private, no-cache"
"""Keep it for whoever asked, and ask whether it is still the same."""
_TOLD_APART_BY = ("accept", "host")
"""Headers that answers depend on: the form of the map, the addresses in a feed."""


class Tagged:
    """Gives answers with status 200 to GET a tag, and answers 304 where the client has them.

    `state` is the state of the library; `settings` is what else answers depend on. An answer
    that says "Cache-Control: no-store" gets no tag: it depends on more, as on today's date.
    """

    def __init__(self, app: ASGIApp, state: Kept[str], settings: str = "") -> None:
        self._app = app
        self._state = state
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] in _UNTAGGED:
            await self._app(scope, receive, send)
            return
        before = await self._seen()
        if not before:
            # The answer will say what is wrong with the library.
            await self._app(scope, receive, send)
            return
        tag = self._tag(before, scope)
        asked = Headers(scope=scope).getlist("if-none-match")
        names = {each.strip().removeprefix("W/") for value in asked for each in value.split(",")}
        if tag in names:
            await _unchanged(tag, send)
            return
        emptied = False

        async def tagged(message: Message) -> None:
            nonlocal emptied
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = MutableHeaders(scope=message)
                # What was committed meanwhile may be in the answer already, and is not in the tag.
                lasting = "no-store" not in headers.get("cache-control", "")
                if lasting and await self._seen() == before:
                    if "*" in names:
                        emptied = True
                        await _unchanged(tag, send)
                        return
                    headers["ETag"] = tag
                    headers.setdefault("Cache-Control", _FRESH)
            if not emptied:
                await send(message)

        await self._app(scope, receive, tagged)

    async def _seen(self) -> str:
        try:
            known = self._state.at_hand()
            return await run_in_threadpool(self._state.get) if known is None else known
        except PaperkinError:
            return ""

    def _tag(self, state: str, scope: Scope) -> str:
        headers = Headers(scope=scope)
        path = scope.get("raw_path") or scope["path"].encode()
        parts = [state, _doors(), self._settings, scope["scheme"], path.partition(b"?")[0].hex()]
        parts += [scope["query_string"].hex(), scope.get("root_path", "")]
        parts += [headers.get(name, "") for name in _TOLD_APART_BY]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f'"{digest[:_DIGITS]}"'


async def _unchanged(tag: str, send: Send) -> None:
    headers = [
        (b"etag", tag.encode()),
        (b"cache-control", _FRESH.encode()),
        (b"vary", b"Accept"),
    ]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


@cache
def _doors() -> str:
    """A digest of what writes answers: another version may tell the same otherwise."""
    digest = hashlib.sha256()
    for folder in (Path(__file__).parent, Path(formats.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()

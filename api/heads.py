"""HEAD: what GET would answer, without its content (RFC 9110, 9.3.2)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Heads"]


class Heads:
    """Asks an application GET where a client asks HEAD, and holds back what it sends but headers:
    the same tag, the same length, the same errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def headless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A server looks at its own scope for whether content goes out.
        inner: Scope = {**scope, "method": "GET"}
        try:
            await self._app(inner, receive, headless)
        finally:
            # Which route it was is found on the way, and counted outside.
            scope.update(inner, method="HEAD")

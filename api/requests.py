"""Each request with an id of its own, seen through to its end: answered, counted, logged."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..search.stages import Stopwatch, timed
from .logs import LOGGER, exception_told
from .metrics import Metrics
from .problems import bug

__all__ = ["ID_HEADER", "Requests"]

ID_HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._~:+/=-]{1,128}")
_ELSEWHERE = "elsewhere"
"""The route of a path that leads nowhere: its text is whatever somebody typed."""
_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())

_log = logging.getLogger(LOGGER)


class Requests:
    """Gives each request the id it came with, if that is sane, or a new one; answers 500 where the
    application fails; counts and logs what was answered. `queries`: log what was asked as well."""

    def __init__(self, app: ASGIApp, metrics: Metrics, queries: bool = False) -> None:
        self._app = app
        self._metrics = metrics
        self._queries = queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(ID_HEADER, "")
        id = sent if _SANE.fullmatch(sent) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = id
        begun = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[ID_HEADER] = id
            await send(message)

        with timed() as stages:
            try:
                await self._app(scope, receive, watched)
            except Exception as error:
                told = exception_told(error, queries=self._queries)
                _log.error("failed", extra={"paperkin": {"requestId": id, "exception": told}})
                if not status:
                    await bug(Request(scope))(scope, receive, watched)
            finally:
                self._end(scope, status, time.perf_counter() - begun, stages, id)

    def _end(self, scope: Scope, status: int, seconds: float, stages: Stopwatch, id: str) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        # 499 as nginx has it: whoever asked did not wait for the answer.
        status = status or 499
        self._metrics.answered(method, route, status, seconds, stages)
        told: dict[str, object] = {
            "requestId": id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 3),
            "stages": {name: round(spent * 1000, 3) for name, spent in stages.seconds.items()},
        }
        key = scope["state"].get("key_id")
        if key:
            told["key"] = key
        if self._queries:
            told["path"] = scope["path"]
            told["query"] = scope["query_string"].decode("latin-1")
        _log.info("request", extra={"paperkin": told})


def _route(scope: Scope) -> str:
    """The form of the path that was asked for, behind that of an application mounted there."""
    path = getattr(scope.get("route"), "path", "")
    root = scope.get("root_path", "")
    mounted: str = root.removeprefix(scope.get("app_root_path", root))
    return f"{mounted}{path}" if path else _ELSEWHERE

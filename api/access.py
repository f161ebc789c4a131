"""Who may ask a server, for what, and how often."""

import ipaddress
import math
from base64 import b64decode
from collections.abc import Mapping
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..index.access_keys import AccessKey, access_keys, matching
from ..index.access_keys import Scope as KeyScope
from ..index.changes import Changes, Kept
from ..index.errors import PaperkinError
from ..index.store import Store
from .other_doors import at_another_door
from .problem_kinds import KINDS
from .problems import of_error, problem
from .rates import Rates
from .raw_paths import PAPERS

__all__ = ["Access"]

_OPEN = ("/livez", "/readyz")
"""Answered to everybody: they tell nothing of what the library holds, and watchdogs have no key."""

_IN_ADDRESS = " A client that sends none takes it from the server's address: http://me:KEY@HOST."


class Access:
    """Lets requests pass that may be answered.

    Where the library has keys, each request needs one, with the scope of what it does. Where it has
    none, reading is open, and only this machine may write: a program here that asks for a host of
    this machine, so that no web page can do it by a name that leads here; unless `keyless` is
    false: then nobody is answered without a key, not even once the last one was removed.
    """

    def __init__(self, app: ASGIApp, store: Store, rate: int = 0, *, keyless: bool = True) -> None:
        self._app = app
        self._keys = Kept(Changes(store), partial(access_keys, store))
        self._keyless = keyless
        self._rates = Rates(rate) if rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            keys = self._keys.at_hand()
            if keys is None:
                keys = await run_in_threadpool(self._keys.get)
        except PaperkinError as error:
            await of_error(request, error)(scope, receive, send)
            return
        refused = self._refused(request, keys)
        await (self._app if refused is None else refused)(scope, receive, send)

    def _refused(self, request: Request, keys: list[AccessKey]) -> Response | None:
        needed = _needed(request)
        text = _sent(request, needed)
        key = matching(keys, text)
        own = request.client.host if request.client else ""
        client = own
        if key is not None:
            client = f"key {key.id}"
            request.state.key_id = key.id
        waiting = self._rates.wait(client) if self._rates else 0.0
        if self._rates and waiting:
            seconds = math.ceil(waiting)
            ago = "1 second" if seconds == 1 else f"{seconds} seconds"
            detail = f"Only {self._rates.rate} requests a minute are answered. Ask again in {ago}."
            retry = {"Retry-After": str(seconds)}
            return _problem(request, "too-many-requests", detail, retry)
        if not keys and self._keyless:
            here = needed == "read" or (_loopback(own) and _loopback(request.url.hostname or ""))
            return None if here else _problem(request, "not-from-here")
        if key is None:
            asking = {"WWW-Authenticate": 'Bearer realm="paperkin"'}
            if text:
                return _problem(request, "key-unknown", headers=asking)
            detail = KINDS["key-missing"].detail
            if at_another_door(request.url.path):
                detail += _IN_ADDRESS
            return _problem(request, "key-missing", detail, asking)
        if needed not in key.scopes:
            return _problem(request, "scope-missing")
        return None


def _problem(
    request: Request, name: str, detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    kind = KINDS[name]
    return problem(
        request, kind.status, kind.title, detail or kind.detail, kind=kind.type, headers=headers
    )


def _sent(request: Request, needed: KeyScope) -> str:
    """The key that a request came with; "" for none.

    It may be the password of an address (https://me:KEY@host): some clients, feed readers among
    them, send no other, or not with every request. Browsers send passwords for pages of other
    places too, so that nothing is written for one.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if scheme.lower() == "basic" and needed == "read" and (password := _password(token)):
        return password
    return request.headers.get("x-api-key", "").strip()


def _password(token: str) -> str:
    """The password of Basic authentication (RFC 7617); "" for none."""
    try:
        return b64decode(token, validate=True).decode().partition(":")[2].strip()
    except ValueError:
        return ""


def _needed(request: Request) -> KeyScope:
    path, method = request.scope["path"], request.method
    writes = (method == "POST" and path == PAPERS[:-1]) or (
        method == "DELETE" and path.startswith(PAPERS)
    )
    return "write" if writes else "read"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

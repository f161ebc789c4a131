"""Web pages of other origins (CORS): what a browser asks before it lets one of them ask."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .problem_kinds import KINDS
from .problems import problem

__all__ = ["Origins"]


class Origins(CORSMiddleware):
    """CORS whose refusals are problem documents, as all errors are."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """What is answered to a browser that asks whether a page may."""
        answer = super().preflight_response(request_headers)
        return answer if answer.status_code == 200 else _Refused(answer)


class _Refused(Response):
    """A refusal with the headers of `answer`; its document names the request, known when sent."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        told = ("vary", "access-control-")
        self._told = {name: text for name, text in answer.headers.items() if name.startswith(told)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = KINDS["origin-refused"]
        refused = problem(
            Request(scope),
            kind.status,
            kind.title,
            kind.detail,
            kind=kind.type,
            headers=self._told,
        )
        await refused(scope, receive, send)

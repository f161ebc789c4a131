"""Errors over HTTP: problem documents (RFC 9457) that say what to do.

`type` tells the kinds apart: "urn:paperkin:problem:…", or "about:blank" where the status says it
all.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from ..index.errors import (
    InputError,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    ModelError,
    PaperkinError,
    QueryError,
    UnknownPaper,
)
from .jsontext import json_text
from .other_doors import at_another_door, in_header, status_there
from .problem_kinds import KINDS

__all__ = ["MEDIA_TYPE", "bug", "install_problems", "of_error", "problem", "said"]

MEDIA_TYPE = "application/problem+json"

_OF_ERRORS: tuple[tuple[type[PaperkinError], str], ...] = (
    (UnknownPaper, "unknown-paper"),
    (InputError, "invalid-request"),
    (LibraryBusy, "library-busy"),
    (LibraryDamaged, "library-damaged"),
    (LibraryError, "library-unavailable"),
    (ModelError, "model-unavailable"),
)
_PHRASES = {
    400: (KINDS["malformed-body"].title, KINDS["malformed-body"].detail),
    404: ("Not found", "There is nothing at this path. What there is stands in /openapi.json."),
    405: ("Method not allowed", "This path does not take this method. See the Allow header."),
}
_MISSING = "{} is missing. Send it in a JSON object, as Content-Type: application/json."
_SHOWN = 60
"""Characters of a wrong value that an answer shows: it may be as long as the body."""
_BUSY_SECONDS = 5
_FOLDERS = re.compile(r"(?<![\w:/.~])~?/(?:[^\s/'\",;:()]+/)*(?=[^\s/])")
"""The folders of an absolute path: what is left is the last name in it."""


def problem(
    request: Request,
    status: int,
    title: str,
    detail: str,
    *,
    kind: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. `kind` names its type, "" for about:blank; `errors` lists what is wrong
    with each parameter. Clients of other services find the reason in it as well."""
    path = request.url.path
    status = status_there(path, status)
    document: dict[str, object] = {
        "type": f"urn:paperkin:problem:{kind}" if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": quote(path, safe="%/:@!$&'()*+,;=~"),
    }
    request_id = getattr(request.state, "request_id", None)
    if request_id is not None:
        document["requestId"] = request_id
    if errors is not None:
        document["errors"] = errors
    if at_another_door(path):
        document |= {"error": detail, "message": detail}
        headers = {**(headers or {}), "X-Error-Message": in_header(detail)}
    return Response(json_text(document), status, headers, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Make every error of an application a problem document."""
    app.add_exception_handler(PaperkinError, of_error)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, lambda request, _: bug(request))


def of_error(request: Request, error: Exception) -> Response:
    """What an error of ours is over HTTP; any other is a bug."""
    for cls, name in _OF_ERRORS:
        if isinstance(error, cls):
            kind = KINDS[name]
            headers = {"Retry-After": str(_BUSY_SECONDS)} if kind.retry else None
            text = said(request, error)
            wrong = error.parameter if isinstance(error, QueryError) else ""
            return problem(
                request,
                kind.status,
                kind.title,
                text,
                kind=name,
                errors=[{"parameter": wrong, "reason": text}] if wrong else None,
                headers=headers,
            )
    return bug(request)


def said(request: Request, error: Exception) -> str:
    """The words of an error; those of a library or a model without where on the machine it is."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, LibraryBusy):
        # What it says is for whoever sits at the machine: which process to stop, what to run again.
        return KINDS["library-busy"].detail
    # Whatever the name of the library's own folder is like.
    own: str = getattr(request.app.state, "folder", "")
    return _FOLDERS.sub("", str(error).replace(f"{own}/", "") if own else str(error))


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = []
    for each in error.errors():
        reason = str(each["msg"])
        if "parameter" in each.get("ctx", {}):
            errors.append({"parameter": str(each["ctx"]["parameter"]), "reason": reason})
            continue
        if each["type"] == "json_invalid":
            said = str(each.get("ctx", {}).get("error", reason))
            reason = f"The body is no JSON: {said}, at character {each['loc'][-1]}."
            errors.append({"parameter": "body", "reason": reason})
            continue
        parts = [str(part) for part in each["loc"][1:]]
        place = ".".join(part for part in parts if " " not in part) or "body"
        if each["type"] == "missing":
            errors.append({"parameter": place, "reason": _MISSING.format(place)})
            continue
        reason = reason.replace(" after validation", "")
        given = each.get("input")
        given = f", not {_shortened(given)!r}" if isinstance(given, str) else ""
        errors.append({"parameter": place, "reason": f"{place}: {reason}{given}."})
    detail = " ".join(each["reason"] for each in errors)
    title = "The request makes no sense"
    return problem(request, 422, title, detail, kind="invalid-request", errors=errors)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title, detail = _PHRASES.get(error.status_code, (error.detail, error.detail))
    if error.status_code == 413:
        title = KINDS["too-large"].title
    headers = error.headers
    if error.status_code == 405:
        headers = {"Allow": ", ".join(_methods(request))}
    return problem(request, error.status_code, title, detail, headers=headers)


def _methods(request: Request) -> list[str]:
    """What the path of a request takes. Starlette tells of the first route alone. Of a path that
    several routes might mean, only what the most exact of them is for."""
    routes = [
        each
        for each in request.app.routes
        if each.matches(request.scope)[0] != Match.NONE and getattr(each, "include_in_schema", True)
    ]
    path = request.scope["path"]
    exact = max((_exactness(each, path) for each in routes), default=None)
    best = [each for each in routes if _exactness(each, path) == exact]
    taken = {name for each in best for name in getattr(each, "methods", None) or ()}
    return sorted(taken | {"HEAD"} if "GET" in taken else taken)


def _exactness(route: BaseRoute, path: str) -> tuple[bool, int]:
    form: str = getattr(route, "path", "")
    return form == path, form.count("/")


def bug(request: Request) -> Response:
    """That something failed which should not; what it was is nobody's business."""
    kind = KINDS["bug"]
    return problem(request, kind.status, kind.title, kind.detail)

"""Errors over HTTP: problem documents (RFC 9457) that say what to do.

`type` tells the kinds apart: "urn:paperkin:problem:…", or "about:blank" where the status says it
all.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..index.errors import (
    InputError,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    ModelError,
    PaperkinError,
    UnknownPaper,
)
from .jsontext import json_text

__all__ = ["MEDIA_TYPE", "TOO_LARGE", "install_problems", "problem"]

MEDIA_TYPE = "application/problem+json"

_KINDS: tuple[tuple[type[PaperkinError], int, str, str], ...] = (
    (UnknownPaper, 404, "unknown-paper", "No such paper"),
    (InputError, 422, "invalid-request", "The request makes no sense"),
    (LibraryBusy, 503, "library-busy", "The library is being written to"),
    (LibraryDamaged, 503, "library-damaged", "The library is damaged"),
    (LibraryError, 503, "library-unavailable", "The library cannot be used"),
    (ModelError, 503, "model-unavailable", "The model cannot be used"),
)
TOO_LARGE = "Too large", "The body of the request is too large. Ask for less at a time."
_PHRASES = {
    400: ("The request makes no sense", "The body is no JSON in UTF-8, or too deeply nested."),
    404: ("Not found", "There is nothing at this path. What there is stands in /openapi.json."),
    413: TOO_LARGE,
    405: ("Method not allowed", "This path does not take this method. See the Allow header."),
}
_BUSY_SECONDS = 5


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
    with each parameter."""
    document: dict[str, object] = {
        "type": f"urn:paperkin:problem:{kind}" if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": quote(request.url.path, safe="%/:@!$&'()*+,;=~"),
    }
    if errors is not None:
        document["errors"] = errors
    return Response(json_text(document), status, headers, MEDIA_TYPE)


def install_problems(app: FastAPI, library: Path) -> None:
    """Make every error of an application a problem document. Where the library lies is told
    nobody: messages call it by the name of its folder."""

    def of_paperkin(request: Request, error: Exception) -> Response:
        return _of_paperkin(request, error, str(library.parent).rstrip("/") + "/")

    app.add_exception_handler(PaperkinError, of_paperkin)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_bug)


def _of_paperkin(request: Request, error: Exception, before: str) -> Response:
    for cls, status, kind, title in _KINDS:
        if isinstance(error, cls):
            headers = {"Retry-After": str(_BUSY_SECONDS)} if cls is LibraryBusy else None
            said = str(error)
            if not isinstance(error, InputError):
                said = said.replace(before, "")
            return problem(request, status, title, said, kind=kind, headers=headers)
    return _of_bug(request, error)


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
        place = ".".join(str(part) for part in each["loc"][1:]) or "body"
        given = each.get("input")
        given = f", not {given!r}" if isinstance(given, str) else ""
        errors.append({"parameter": place, "reason": f"{place}: {reason}{given}."})
    detail = " ".join(each["reason"] for each in errors)
    title = "The request makes no sense"
    return problem(request, 422, title, detail, kind="invalid-request", errors=errors)


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title, detail = _PHRASES.get(error.status_code, (error.detail, error.detail))
    return problem(request, error.status_code, title, detail, headers=error.headers)


def _of_bug(request: Request, error: Exception) -> Response:
    detail = "This is a bug of Paperkin; what happened stands in the server's output."
    return problem(request, 500, "Internal server error", detail)

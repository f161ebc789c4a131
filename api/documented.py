"""What the description of the native HTTP API (OpenAPI 3.1) says of an operation's answers."""

import json
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from .answers import ProblemDocument
from .problem_kinds import KINDS
from .problems import MEDIA_TYPE

__all__ = ["HEADERS", "Responses", "answers", "described", "description_text", "problems"]

Responses = dict[int | str, dict[str, Any]]

_ALWAYS = (
    *("key-missing", "key-unknown", "scope-missing", "invalid-request", "too-many-requests"),
    *("bug", "library-busy", "library-damaged", "library-unavailable"),
)
_PROBLEM = "#/components/schemas/ProblemDocument"
HEADERS = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
_OF_BODIES = ("malformed-body", "too-large")


def answers(
    model: type[BaseModel],
    example: object,
    *kinds: str,
    body: bool = False,
    tagged: bool = True,
    said: str = "The answer",
) -> Responses:
    """The answer of an operation with an example, and its problems: those that every operation
    under /v1 may have, and those of `kinds` besides. `body`: it takes one; `tagged`: it may be
    answered with 304."""
    entry: dict[str, Any] = {
        "model": model,
        "description": said,
        "headers": dict(HEADERS),
        "content": {"application/json": {"example": example}},
    }
    unchanged: Responses = {}
    if tagged:
        entry["headers"]["ETag"] = {"$ref": "#/components/headers/ETag"}
        said = "The answer is the one that If-None-Match names"
        unchanged = {304: {"description": said, "headers": dict(entry["headers"])}}
    found = problems(*kinds, *_ALWAYS, *(_OF_BODIES if body else ()))
    return {200: entry, **unchanged, **dict(sorted(found.items()))}


def problems(*kinds: str) -> Responses:
    """The problems of these kinds (keys of `KINDS`), each with an example."""
    found: Responses = {}
    for name in dict.fromkeys(kinds):
        kind = KINDS[name]
        entry = found.setdefault(
            kind.status,
            {
                "description": kind.title,
                "headers": dict(HEADERS),
                "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}, "examples": {}}},
            },
        )
        entry["content"][MEDIA_TYPE]["examples"][name] = {"value": kind.example()}
        if kind.retry:
            entry["headers"]["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return found


def described(app: FastAPI) -> dict[str, Any]:
    """The description of an application, with what its operations have in common."""
    # Not the one that the application keeps: it is changed here.
    document: dict[str, Any] = deepcopy(app.openapi())
    _give_back_nulls(app, document)
    _prefer_query(document)
    _without_null(document)
    components = document.setdefault("components", {})
    components["headers"] = {
        "RequestId": {
            "description": "The id of the request, as it was sent or made up.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        },
        "RetryAfter": {
            "description": "Seconds after which to ask again.",
            "schema": {"type": "string", "pattern": "^[0-9]+$"},
        },
        "ETag": {
            "description": "Sent back as If-None-Match, it saves an answer that is the same.",
            "schema": {"type": "string"},
        },
    }
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    # Keys are optional: none is needed where none was made.
    document["security"] = [{}, {"bearer": []}, {"header": []}]
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = components.setdefault("schemas", {})
    schemas |= {**problem.pop("$defs", {}), "ProblemDocument": problem}
    components["schemas"] = dict(sorted(schemas.items()))
    return document


def _give_back_nulls(app: FastAPI, document: dict[str, Any]) -> None:
    """Put the examples in again: FastAPI leaves out of them what is null."""
    for route in app.routes:
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        for method in route.methods or ():
            told = document["paths"][route.path_format][method.lower()]["responses"]
            for status, response in route.responses.items():
                for kind, content in response.get("content", {}).items():
                    told[str(status)]["content"][kind].update(
                        {name: content[name] for name in ("example", "examples") if name in content}
                    )


def description_text(app: FastAPI) -> str:
    """The description as tests/api/openapi.json has it: for people who compare two."""
    return json.dumps(described(app), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _prefer_query(document: dict[str, Any]) -> None:
    """Tell of `query` alone: that `q` means the same, and that one of the two is needed, is
    something that a description cannot say."""
    for methods in document["paths"].values():
        for operation in methods.values():
            given = {each["name"]: each for each in operation.get("parameters", [])}
            if "query" not in given or "q" not in given:
                continue
            operation["parameters"].remove(given["q"])
            query = given["query"]
            query["description"] += " Also as q."
            if operation["operationId"] != "feed":
                query["required"] = True


def _without_null(document: dict[str, Any]) -> None:
    """Tell of no parameter of an address that it may be null: it is a text there, or left out."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for each in operation.get("parameters", []):
                schema = each["schema"]
                kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
                if len(kinds) == 1:
                    del schema["anyOf"]
                    schema |= kinds[0]

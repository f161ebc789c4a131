"""Values as one JSON document: what JSON has no word for becomes null."""

import json
import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import Response

__all__ = ["json_response", "json_text"]


def json_text(value: object, *, indent: int | None = None, ascii: bool = False) -> str:
    """`value` as JSON text. NaN and infinities become null; mappings, lists, tuples, strings,
    numbers, booleans and None may be nested to any depth; anything else is written as `str` does.

    `ascii` escapes every other character, for an output that cannot take them all.
    """
    written = partial(
        json.dumps,
        ensure_ascii=ascii,
        allow_nan=False,
        indent=indent,
        separators=(",", ":") if indent is None else None,
        default=_other,
    )
    try:
        return written(value)
    except (TypeError, ValueError):
        # A number that JSON has no word for, or a key that is no text: seldom.
        return written(_plain(value))


def json_response(document: object, headers: Mapping[str, str] | None = None) -> "Response":
    """A document as an answer over HTTP."""
    # The command line writes JSON as well, and needs no web server for it.
    from starlette.responses import Response

    return Response(json_text(document), headers=headers, media_type="application/json")


def _other(value: object) -> object:
    """What stands for a value that JSON knows nothing of."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value

"""JSON as it comes from other people: never a crash, no value that JSON or UTF-8 cannot hold."""

import json
import math
import re
from typing import cast

from ..record import Json

__all__ = ["DECODER", "decode", "mended"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _nothing(_: str) -> None:
    return None


DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_nothing, strict=False)
"""NaN, Infinity and 1e400 become None; control characters in strings are let through."""


def decode(text: str) -> Json:
    """The value of one JSON text.

    Raises ValueError, with a reason fit for a Reject, for anything that is not JSON, is nested
    too deeply to be read, or has a number with thousands of digits.
    """
    try:
        value: Json = DECODER.decode(text)
        return mended(value, text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise ValueError("its JSON is nested too deeply to be read") from error
    except ValueError as error:  # int() refuses thousands of digits
        raise ValueError(f"it is not usable JSON: {error}") from error


def mended(value: Json, text: str) -> Json:
    """`value`, read from `text`, with lone surrogates replaced by U+FFFD."""
    return _mended(value) if _ESCAPED_SURROGATE.search(text) else value


def _mended(value: Json) -> Json:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {cast(str, _mended(name)): _mended(item) for name, item in value.items()}
    return value

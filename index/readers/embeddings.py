"""Vectors of papers in the data sets of Semantic Scholar (embeddings-specter_v1 and _v2)."""

import json
import math
import re
from collections.abc import Collection, Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..record import Json, Reject, Where
from ..sources import Source
from .jsontext import decode
from .text import beginning, lines
from .values import text_of

__all__ = ["GivenVector", "is_embedding", "read_embeddings", "specter_version"]

_VERSION = re.compile(r"specter(?:[ @_/-]*v?)?(?P<version>[012])?(?![0-9])", re.IGNORECASE)
_IN_PATH = re.compile(r"specter[_-]v(?P<version>[12])", re.IGNORECASE)
_LONGEST = 8192  # numbers


@dataclass(frozen=True, slots=True)
class GivenVector:
    """The vector of a paper as its source has it: `id` is its CorpusId, `vector` float32, shape
    (dim,), of any length; `model` is "specter" or "specter2", "" where the source does not say."""

    where: Where
    id: str
    model: str
    vector: NDArray[np.float32]


def is_embedding(names: Collection[str]) -> bool:
    """Whether an object with fields of these names is such a vector."""
    return {"corpusid", "vector"} <= set(names) and "title" not in names


def specter_version(name: str) -> str:
    """Which model a name means: "specter" ("specter@v0.1.1", "allenai-specter", "specter_v1"),
    "specter2" ("specter_v2", "specter2_base"), or "" for any other."""
    found = _VERSION.search(name)
    if found is None:
        return ""
    return "specter2" if found["version"] == "2" else "specter"


def read_embeddings(source: Source) -> Generator[GivenVector | Reject]:
    """The vectors of a file of JSON Lines: {"corpusid": …, "model": …, "vector": …}, the vector as
    a list of numbers or as the text of one. Where a row does not name its model, the file's path
    does, as Semantic Scholar names its data sets."""
    named = _IN_PATH.search(source.location)
    by_path = "" if named is None else specter_version(f"specter_v{named['version']}")
    count = 0
    for line in lines(source):
        if not line.fault and (not line.text or line.text.isspace()):
            continue
        count += 1
        where = Where(source.location, line.number, count)
        try:
            if line.fault:
                raise ValueError(line.fault)
            yield _given(where, decode(line.text), by_path)
        except ValueError as error:
            yield Reject(where, str(error), beginning(line.text))


def _given(where: Where, value: Json, model: str) -> GivenVector:
    if not isinstance(value, dict):
        raise ValueError("it is JSON, but not an object")
    corpus = text_of(value.get("corpusid"))
    if not corpus.isdecimal() or not corpus.isascii() or int(corpus) == 0:
        raise ValueError("it has a vector, but no corpusid that says of which paper")
    vector = value.get("vector")
    if isinstance(vector, str):
        vector = decode(vector)
    if not isinstance(vector, list) or not 0 < len(vector) <= _LONGEST:
        raise ValueError("its vector is no list of numbers")
    numbers = [n for n in vector if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(numbers) != len(vector):
        raise ValueError(f"its vector has something else than numbers: {json.dumps(vector)[:60]}")
    with np.errstate(over="ignore"):
        array = np.array(numbers, np.float32)
    length = float(np.linalg.norm(array.astype(np.float64)))
    if not math.isfinite(length) or length == 0:
        raise ValueError("its vector is zero, or too large to be one")
    named = text_of(value.get("model"))
    return GivenVector(where, f"CorpusId:{int(corpus)}", specter_version(named) or model, array)

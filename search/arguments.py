"""What is given to a Library, checked and in one form."""

import os
from collections.abc import Iterable
from operator import index

import numpy as np

from ..index.errors import QueryError
from ..index.filters import Filters
from ..index.record import as_text
from .options import OneOrMore

__all__ = [
    "filters_from",
    "names",
    "same_seed",
    "seed_from",
    "sources_of",
    "whole",
    "yes_or_no",
]

_SEEDS = 2**31 - 1
"""What all that draws lots here takes."""
_SHOWN = 60
"""Characters of a wrong value that a message shows: a whole paper would bury it."""


def _values(value: OneOrMore) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str | int) and not isinstance(value, bool):
        return (as_text(str(value)),)
    if not isinstance(value, Iterable):
        raise QueryError(f"A filter cannot be {value!r}. Give a text, a whole number, or several.")
    return tuple(as_text(str(each)) for each in value)


def whole(value: int, what: str) -> int:
    """A number that may come from numpy, as Python's own."""
    try:
        if not isinstance(value, bool):
            return index(value)
    except TypeError:
        pass
    raise QueryError(f"The {what} is a whole number, not {value!r}.")


def yes_or_no(value: object, what: str) -> bool:
    """True or False, numpy's as well: a text, like "false", would be taken for True."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise QueryError(f"{what} is True or False, not {value!r}.")


def names(ids: str | Iterable[str]) -> tuple[str, ...]:
    names = (ids,) if isinstance(ids, str) or not isinstance(ids, Iterable) else tuple(ids)
    for name in names:
        if not isinstance(name, str):
            said = repr(name)
            said = said if len(said) <= _SHOWN else f"A {type(name).__name__}"
            raise QueryError(f"{said} is no id of a paper. Ids are texts, like arXiv:2106.15928.")
    return names


def filters_from(
    year: OneOrMore,
    published: OneOrMore,
    venue: OneOrMore,
    category: OneOrMore,
    author: OneOrMore,
    source: OneOrMore,
) -> Filters:
    return Filters(
        year=_values(year),
        published=_values(published),
        venue=_values(venue),
        category=_values(category),
        author=_values(author),
        source=_values(source),
    )


def sources_of(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
) -> list[str | os.PathLike[str]]:
    return [sources] if isinstance(sources, str | os.PathLike) else list(sources)


def seed_from(value: int | None) -> int | None:
    """A start of chance, or None for the usual one."""
    seed = None if value is None else whole(value, "seed")
    if seed is not None and not 0 <= seed < _SEEDS:
        raise QueryError(f"The seed is a whole number from 0 to {_SEEDS - 1}, not {seed}.")
    return seed


def same_seed(asked: int | None, kept: int, what: str) -> None:
    """Raise QueryError where something kept was made with another seed than is asked for."""
    if asked not in (None, kept):
        raise QueryError(
            f"{what} made with the seed {kept}. Ask without one, or anew, with refresh."
        )

"""Whose object a JSON object is: the shapes of publishers and services, else names in the wild."""

from collections.abc import Callable, Mapping

from ..record import Json, Record, Reject, Where
from .citeproc import citeproc_fields, is_citeproc
from .europepmc import europe_pmc_fields, is_europe_pmc
from .fields import record_of, role_of
from .openalex import is_openalex, openalex_fields, openalex_other
from .semanticscholar import (
    is_semantic_scholar,
    semantic_scholar_fields,
    semantic_scholar_other,
)
from .text import beginning

__all__ = ["is_work", "json_record", "other_than_papers"]

Object = Mapping[str, Json]

_SHAPES: tuple[tuple[Callable[[Object], bool], Callable[[Object], dict[str, object]]], ...] = (
    (is_openalex, openalex_fields),
    (is_semantic_scholar, semantic_scholar_fields),
    (is_europe_pmc, europe_pmc_fields),
    (is_citeproc, citeproc_fields),
)

_COMMON = {"title", "abstract", "authors", "published", "venue", "categories", "keywords"}
_CODED = frozenset({"abstract_inverted_index"})
_NOTHING: tuple[object, ...] = (None, "", [], ())


def is_work(value: Object) -> bool:
    """Whether an object has the shape in which a publisher or a service gives a paper."""
    return not other_than_papers(value) and any(fits(value) for fits, _ in _SHAPES)


def other_than_papers(value: Object) -> str:
    """Why an object of a service that Paperkin knows is no paper; "" where it may be one."""
    if what := openalex_other(value):
        return f"it is {what} of OpenAlex: of its files and answers, works are read"
    if what := semantic_scholar_other(value):
        return (
            f"it is {what} of Semantic Scholar: of its data sets, papers, abstracts and embeddings "
            "are read"
        )
    message = value.get("message-type")
    if isinstance(message, str) and "message" in value and not message.startswith("work"):
        return f"it is an answer of Crossref of type {message!r}: those of works are read"
    return ""


def _fields(value: Object, shape: Callable[[Object], dict[str, object]]) -> dict[str, object]:
    """The fields of an object by its service's shape; where that has nothing, what the object says
    by other names in plain values: those who gather records of a service write them so."""
    fields = {name: item for name, item in shape(value).items() if item not in _NOTHING}
    lacking = _COMMON - fields.keys()
    plain = {
        name: item
        for name, item in value.items()
        if (role := role_of(name)) and role[0] in lacking and _is_plain(item) and name not in _CODED
    }
    return fields | plain


def _is_plain(item: Json) -> bool:
    if isinstance(item, list):
        return all(isinstance(each, str) for each in item)
    return isinstance(item, str | int) and not isinstance(item, bool)


def json_record(where: Where, value: Object, text: str = "") -> Record | Reject:
    """The record that a JSON object makes, by its publisher's shape or else by the names of its
    fields; a Reject where it is none. `text` is the object as it stands, for the Reject."""
    if reason := other_than_papers(value):
        return Reject(where, reason, beginning(text))
    for fits, fields in _SHAPES:
        if fits(value):
            made = record_of(where, _fields(value, fields), text)
            # What it has instead is to be named as it stands there.
            return record_of(where, value, text) if isinstance(made, Reject) else made
    return record_of(where, value, text)

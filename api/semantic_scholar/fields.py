"""The `fields` of a request: which of them there are, and what is told where none is given."""

from collections.abc import Mapping, Sequence
from typing import Any

from .parameters import Refused

__all__ = ["AUTHOR", "BULK", "PAPER", "SNIPPET", "Fields", "parse", "project"]

Fields = Mapping[str, "Fields"]
"""Names of fields, each with those inside it that are asked for; none inside: all of it."""


def _of(names: str, **inside: Fields) -> dict[str, Fields]:
    return {**{name: {} for name in names.split()}, **inside}


_AUTHOR = _of("authorId externalIds url name affiliations homepage paperCount citationCount hIndex")
_FLAT = _of(
    "paperId corpusId externalIds url title abstract venue year referenceCount citationCount "
    "influentialCitationCount isOpenAccess fieldsOfStudy publicationTypes publicationDate "
    "textAvailability",
    publicationVenue=_of("id name type alternate_names alternate_urls issn url"),
    openAccessPdf=_of("url status license disclaimer"),
    s2FieldsOfStudy=_of("category source"),
    journal=_of("name volume pages"),
    citationStyles=_of("bibtex"),
    authors=_AUTHOR,
)
PAPER: Fields = {
    **_FLAT,
    "citations": _FLAT,
    "references": _FLAT,
    "embedding": _of("specter_v1 specter_v2"),
    "tldr": _of("model text"),
}
BULK: Fields = _FLAT
"""Bulk searches have neither lists of other papers, nor vectors, nor summaries."""
AUTHOR: Fields = {**_AUTHOR, "papers": _FLAT}
SNIPPET: Fields = {
    "snippet": _of(
        "text snippetKind section snippetOffset", annotations=_of("refMentions sentences")
    )
}

_ALWAYS = {"authors": ("authorId",), "citations": ("paperId",), "references": ("paperId",)}
_ALWAYS["papers"] = ("paperId",)
_USUAL = {
    "authors": ("authorId", "name"),
    "citations": ("paperId", "title"),
    "references": ("paperId", "title"),
    "papers": ("paperId", "title"),
}


def parse(text: str | None, known: Fields, default: Sequence[str]) -> Fields:
    """What a comma-separated list of fields asks for, with periods for fields inside of others.

    The first of `default` is always told, all of them where no field is named. Raises Refused for
    names that are no fields.
    """
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    wrong = [name for name in dict.fromkeys(names) if not _is_known(name, known)]
    if wrong:
        raise Refused(400, f"Unrecognized or unsupported fields: [{', '.join(wrong)}]")
    tree: dict[str, Any] = {default[0]: {}}
    for name in names or default:
        _add(tree, name)
    return tree


def _is_known(name: str, known: Fields) -> bool:
    for part in name.split("."):
        if part not in known:
            return False
        known = known[part]
    return True


def _add(tree: dict[str, Any], name: str) -> None:
    first, period, rest = name.partition(".")
    inside = tree.setdefault(first, {})
    if not period:
        for each in _USUAL.get(first, ()):
            inside.setdefault(each, {})
        return
    for each in _ALWAYS.get(first, ()):
        inside.setdefault(each, {})
    _add(inside, rest)


def project(value: Any, fields: Fields) -> Any:
    """What fields ask for of a document, or of each in a list of documents."""
    if not fields or value is None:
        return value
    if isinstance(value, list):
        return [project(each, fields) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: project(value[name], inside) for name, inside in fields.items() if name in value}

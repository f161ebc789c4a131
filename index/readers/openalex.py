"""Works as OpenAlex gives them: in answers of its API, and in the files of its snapshot.

Their shape is that of https://docs.openalex.org/api-entities/works/work-object.
"""

import re
from collections.abc import Iterator, Mapping

from ..ids import kind, parse_id
from ..record import Json
from .jsontext import decode
from .values import text_of

__all__ = ["is_openalex", "openalex_fields", "openalex_other"]

Object = Mapping[str, Json]

_ID = re.compile(r"https?://(?:api\.)?openalex\.org/(?:([a-z-]+)/)?([A-Za-z])?[^/]*\Z")
_ENTITIES = {
    "A": "an author",
    "C": "a concept",
    "D": "a domain",
    "F": "a funder",
    "G": "an award",
    "I": "an institution",
    "K": "a keyword",
    "P": "a publisher",
    "S": "a source",
    "T": "a topic",
    "V": "a venue",
}
_OWN = frozenset({"abstract_inverted_index", "authorships", "referenced_works"})
_PLAIN = {"type": "type", "cited_by_count": "cited_by_count"}
_BIBLIO = {"volume": "volume", "issue": "issue"}


def is_openalex(value: Object) -> bool:
    """Whether an object is a work of OpenAlex, whole or with some of its fields."""
    found = _ID.match(text_of(value.get("id")))
    if found is not None:
        return (found[2] or "").upper() == "W" and found[1] in (None, "works")
    return not _OWN.isdisjoint(value)


def openalex_other(value: Object) -> str:
    """What an object of OpenAlex is ("an author") that is no work; "" for all else."""
    found = _ID.match(text_of(value.get("id")))
    if found is None or is_openalex(value):
        return ""
    if found[1]:
        return f"one of its {found[1]}"
    return _ENTITIES.get((found[2] or "").upper(), "something else")


def openalex_fields(work: Object) -> dict[str, object]:
    """The fields of a work, by names that `record_of` knows."""
    ids = work.get("ids")
    claims = {str(name): item for name, item in ids.items()} if isinstance(ids, dict) else {}
    claims.pop("mag", None)
    urls = list(_arxiv(work))
    landing = text_of(_at(work, "primary_location", "landing_page_url"))
    biblio = work.get("biblio")
    fields: dict[str, object] = {
        "title": text_of(work.get("title")) or text_of(work.get("display_name")),
        "abstract": _abstract(work.get("abstract_inverted_index")),
        "authors": _authors(work.get("authorships")),
        "published": work.get("publication_date") or work.get("publication_year"),
        "venue": _at(work, "primary_location", "source", "display_name")
        or _at(work, "host_venue", "display_name"),
        "categories": _names(work.get("topics")) or _names(work.get("concepts")),
        "keywords": _names(work.get("keywords")),
        "doi": work.get("doi"),
        "external ids": claims,
        "id": work.get("id"),
        "url": [each for each in (landing, *urls) if each],
        "language": work.get("language"),
        "issn": _at(work, "primary_location", "source", "issn_l"),
        **{name: work.get(theirs) for theirs, name in _PLAIN.items()},
    }
    if work.get("is_retracted") is True:
        fields["retracted"] = True
    if isinstance(biblio, dict):
        fields |= {name: biblio.get(theirs) for theirs, name in _BIBLIO.items()}
        first, last = text_of(biblio.get("first_page")), text_of(biblio.get("last_page"))
        fields["pages"] = first if not last or last == first else f"{first}-{last}".strip("-")
    return fields


def _at(value: Json | Object, *names: str) -> Json:
    """What stands under names within each other; None where there is nothing."""
    found: object = value
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found  # type: ignore[return-value]


def _names(value: Json) -> list[str]:
    return [text for each in value if (text := text_of(each))] if isinstance(value, list) else []


def _authors(value: Json) -> list[str]:
    """Names as OpenAlex has settled them, else as the work has them."""
    authorships = value if isinstance(value, list) else []
    names = (
        text_of(_at(each, "author", "display_name")) or text_of(_at(each, "raw_author_name"))
        for each in authorships
    )
    return [name for name in names if name]


def _arxiv(work: Object) -> Iterator[str]:
    """The pages of a work at arXiv: many works have no other sign of their id there."""
    locations = work.get("locations")
    for each in locations if isinstance(locations, list) else ():
        url = text_of(_at(each, "landing_page_url"))
        if url and kind(parse_id(url) or "") == "arXiv":
            yield url


def _abstract(value: Json) -> Json:
    """The inverted index: as an object, or, as tables have it, as the text of one; in files of the
    Microsoft Academic Graph within another object."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = decode(value)
        except ValueError:
            return None
    inner = _at(value, "InvertedIndex")
    return inner if isinstance(inner, dict) and _at(value, "IndexLength") is not None else value

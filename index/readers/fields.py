"""The names that fields go by in JSON, tables and reference managers, and what they mean."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import cast

from ..record import Json, Record, Reject, Where
from .text import beginning
from .values import (
    categories_of,
    date_of,
    ids_of,
    is_absent,
    is_small,
    names_of,
    object_of,
    text_of,
    texts_of,
)

__all__ = ["ABSTRACT_NAMES", "OWN", "TITLE_NAMES", "holds_paper", "record_of", "role_of"]

_ALIASES: dict[str, tuple[str, ...]] = {
    # Of several that a record has, the first in the order given here is taken.
    "title": (
        "title",
        "primary title",
        "document title",
        "article title",
        "paper title",
        "translated title",
        "display name",
        "name",
    ),
    "abstract": (
        "abstract",
        "abstract text",
        "abstract note",
        "notes abstract",
        "abstract inverted index",
        "summary",
        "text",
        "description",
    ),
    "authors": (
        "authors",
        "author",
        "author full names",
        "author names",
        "authors list",
        "first authors",
        "authorships",
        "authorships author display name",
        "creators",
        "creator",
        "au",
    ),
    "published": (
        "published",
        "published date",
        "publication date",
        "published at",
        "publish time",
        "publish date",
        "date published",
        "date",
        "pub date",
        "cover date",
        "issued",
        "year",
        "publication year",
        "published year",
        "pub year",
        "py",
        "created",
    ),
    "venue": (
        "venue",
        "publication venue",
        "journal",
        "journal name",
        "journal title",
        "booktitle",
        "book title",
        "container title",
        "journal book",
        "source title",
        "publication title",
        "publication name",
        "secondary title",
        "conference",
        "conference name",
        "primary location",
        "primary location source display name",
        "host venue",
        "alternate title3",
    ),
    "categories": (
        "categories",
        "category",
        "primary category",
        "primary class",
        "eprint class",
        "subjects",
        "subject",
        "fields of study",
        "s2 fields of study",
        "topics",
    ),
    "keywords": ("keywords", "keyword", "author keywords", "index keywords", "index terms", "kw"),
    "doi": ("doi",),
    "arxiv": ("arxiv id", "arxiv", "eprint"),
    "pmid": ("pmid", "pubmed id", "pubmed"),
    "pmcid": ("pmcid", "pmc id", "pubmed central id"),
    "acl": ("acl id", "acl anthology id"),
    "corpus": ("corpus id", "s2 corpus id"),
    "external": ("external ids", "ids"),
    "key": ("id", "key", "paper id", "record id", "accession number", "cord uid"),
    "url": ("url", "urls", "link", "links", "pdf link", "pdf url", "open access pdf"),
    "language": ("language", "lang"),
}

TITLE_NAMES = _ALIASES["title"]
ABSTRACT_NAMES = _ALIASES["abstract"]

# These are also what other things than papers have.
_WEAK = frozenset({"name", "displayname", "text", "description", "summary"})

_SEPARATORS = re.compile(r"[\s_\-.:/]+")


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.strip("\ufeff")).lower()


_ROLES = {
    _plain(alias): (role, rank)
    for role, aliases in _ALIASES.items()
    for rank, alias in enumerate(aliases)
}
_PREFIXES = {
    "doi": ("DOI:", re.compile(r"(?i)^\s*(?:https?://(?:dx\.)?doi\.org/|doi:?\s*)")),
    "arxiv": ("arXiv:", re.compile(r"(?i)^\s*(?:https?://(?:\w+\.)?arxiv\.org/\w+/|arxiv:?\s*)")),
    "pmid": (
        "PMID:",
        re.compile(r"(?i)^\s*(?:https?://pubmed\.ncbi\.nlm\.nih\.gov/|pmid:?\s*)"),
    ),
    "pmcid": (
        "PMCID:",
        re.compile(r"(?i)^\s*(?:https?://(?:www\.)?(?:pmc\.)?ncbi\.\S*/articles/|pmcid:?\s*)"),
    ),
    "acl": ("ACL:", re.compile(r"(?i)^\s*(?:https?://(?:www\.)?aclanthology\.org/|acl:?\s*)")),
    "corpus": ("CorpusId:", re.compile(r"(?i)^\s*corpusid:?\s*")),
}
_EXTERNAL = {"arxiv": "arxiv", "doi": "doi", "acl": "acl", "pubmed": "pmid", "pmid": "pmid"}
_EXTERNAL |= {"corpusid": "corpus", "pubmedcentral": "pmcid", "pmcid": "pmcid"}
_ARXIV_ID = re.compile(r"(?i)\d{4}\.\d{4,5}(v\d+)?|[a-z-]+(\.[a-z]{2})?/\d{7}(v\d+)?")
_NEXT_URL = re.compile(r";\s+(?=https?://)")
_MAX_NAME = 200
_EXTRA = "extra"
OWN = "paperkin"
"""Where in the `custom` object of an item of CSL-JSON stands what CSL has no field for."""
_CSL = frozenset(
    "title abstract author issued container-title DOI URL language id categories "
    "authors published venue doi url".split()
)
"""Of an item of CSL-JSON that Paperkin wrote: what it has a field for, by the names of CSL and by
those of `citeproc_fields`."""

Claims = dict[str, list[tuple[int, str, object]]]


@lru_cache(maxsize=4096)
def role_of(name: str) -> tuple[str, int] | None:
    """What a field's name stands for, and its rank among the names that stand for the same."""
    return _ROLES.get(_plain(name)) if len(name) <= _MAX_NAME else None


def holds_paper(names: Iterable[str], *, plainly: bool, role: str = "") -> bool:
    """Whether fields of these names hold a title (or an abstract, unless `role` is "title").

    With `plainly`, names that are as common elsewhere ("name", "text") do not count alone.
    """
    wanted = {role} if role else {"title", "abstract"}
    found = {_plain(name) for name in names if (known := role_of(name)) and known[0] in wanted}
    if found - _WEAK:
        return True
    both = {_ROLES[name][0] for name in found} == {"title", "abstract"}
    return bool(found) and (not plainly or both)


def record_of(where: Where, fields: Mapping[str, object], text: str = "") -> Record | Reject:
    """The record that named values make, or a Reject where there is no title and no abstract.

    Names are matched in any case, with spaces, underscores and hyphens alike. What has no role
    goes to `extra` when it is JSON-plain and under 2,000 characters, and so does what a field
    called "extra" holds by name. `text` is the record as it stands in the source, for the Reject to
    show.
    """
    claims: Claims = {}
    extra: dict[str, Json] = {}
    further: Mapping[str, Json] = {}
    for name, value in _unfolded(fields).items():
        if value is None or value == "" or (isinstance(value, str) and is_absent(value)):
            continue
        known = role_of(name)
        if name == _EXTRA and (found := object_of(value)) is not None:
            further = found
        elif known is not None:
            claims.setdefault(known[0], []).append((known[1], name, value))
        elif len(name) <= _MAX_NAME and is_small(cast(Json, value)):
            extra[name] = cast(Json, value)
    for several in claims.values():
        if len(several) > 1:
            several.sort(key=_rank)
    title = _take(claims.get("title"), extra)
    abstract = _take(claims.get("abstract"), extra)
    if not title and not abstract:
        return Reject(where, _nothing_in(fields), beginning(text))
    keywords = _union(claims.get("keywords"))
    if keywords:
        extra["keywords"] = cast(list[Json], keywords)
    extra.update(
        (name, value)
        for name, value in further.items()
        if len(name) <= _MAX_NAME and is_small(value)
    )
    key = next((text for _, _, value in claims.get("key", ()) if (text := text_of(value))), "")
    urls = [text for _, _, value in claims.get("url", ()) for text in _urls(value)]
    return Record(
        where=where,
        title=title,
        abstract=abstract,
        authors=next(
            (names for _, _, value in claims.get("authors", ()) if (names := names_of(value))), ()
        ),
        published=_take(claims.get("published"), extra),
        venue=_take(claims.get("venue"), extra),
        categories=_categories(claims.get("categories", ())),
        ids=tuple(dict.fromkeys(_ids(claims, urls))),
        key=key,
        url=urls[0] if urls else "",
        language=_take(claims.get("language"), extra),
        extra=extra,
    )


def _unfolded(fields: Mapping[str, object]) -> Mapping[str, object]:
    """The fields of a record; those of an item of CSL-JSON with what Paperkin wrote beside them,
    which says all that the item has no field for (index/writers/csl.py)."""
    said = object_of((object_of(fields.get("custom")) or {}).get(OWN))
    if said is None:
        return fields
    kept = {name: value for name, value in fields.items() if name in _CSL}
    own = {name: said.get(name) for name in ("ids", "extra")}
    # A title that stands in for a missing one is none.
    return {**kept, **own, **({"title": ""} if said.get("title_given") is False else {})}


def _rank(claim: tuple[int, str, object]) -> int:
    return claim[0]


def _take(claims: list[tuple[int, str, object]] | None, extra: dict[str, Json]) -> str:
    """The text of the first claim that has one; later ones that say more are kept as extras."""
    taken = ""
    for _, name, value in claims or ():
        role = role_of(name)
        text = _text_in(role[0] if role else "", value)
        if not taken:
            taken = text
        elif text and text.casefold() not in taken.casefold() and is_small(cast(Json, value)):
            extra[name] = cast(Json, value)
    return taken


def _text_in(role: str, value: object) -> str:
    if role == "published":
        return date_of(value)
    if role == "abstract" and isinstance(value, Mapping):
        return text_of(value) or _from_positions(value)
    if role == "venue" and isinstance(value, Mapping):
        return text_of(value.get("source")) or text_of(value)
    if role == "abstract" and isinstance(value, list):
        return "\n".join(text for item in value if (text := text_of(item)))
    return text_of(value)


def _from_positions(index: Mapping[object, object]) -> str:
    """The text that an inverted index of it holds: each word with its places."""
    places: dict[int, str] = {}
    for word, found in index.items():
        for place in found if isinstance(found, list | tuple) else ():
            if isinstance(place, int) and isinstance(word, str):
                places[place] = word
    return " ".join(places[place] for place in sorted(places))


def _union(claims: list[tuple[int, str, object]] | None) -> list[str]:
    return list(dict.fromkeys(text for _, _, value in claims or () for text in texts_of(value)))


def _categories(claims: Iterable[tuple[int, str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, _, value in claims for name in categories_of(value)))


def _urls(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for item in value if (text := text_of(item))]
    text = text_of(value)
    return [each.strip() for each in _NEXT_URL.split(text)] if text else []


def _ids(claims: Claims, urls: list[str]) -> Iterable[str]:
    for kind in ("doi", "arxiv", "pmid", "pmcid", "acl", "corpus"):
        for _, name, value in claims.get(kind, ()):
            for text in _urls(value):
                # An eprint may be anybody's; only arXiv's own look like this.
                foreign = _plain(name) == "eprint" and not _ARXIV_ID.search(text)
                yield text if foreign else _prefixed(kind, text)
    for _, _, value in claims.get("external", ()):
        if isinstance(value, Mapping):
            for name, item in value.items():
                text = text_of(item)
                outside = _EXTERNAL.get(str(name).lower())
                if text:
                    yield _prefixed(outside, text) if outside else f"{name}:{text}"
        else:
            yield from ids_of(value)
    for _, _, value in claims.get("key", ()):
        if text := text_of(value):
            yield text
    yield from urls


def _prefixed(kind: str, text: str) -> str:
    prefix, known = _PREFIXES[kind]
    return prefix + known.sub("", text, count=1).strip()


def _nothing_in(fields: Mapping[str, object]) -> str:
    names = ", ".join(name[:40] for name in list(fields)[:12]) or "none"
    return f"it has neither a title nor an abstract (its fields: {names})"

"""What a record says, cleaned: the unit that is compared, grouped and kept in the library.

Several records may say exactly the same; they share one Content.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from .clean import CLEANING_VERSION, clean_text, clean_title, first_words
from .dates import parse_date, year_of
from .ids import normalise_title, parse_ids, stable_id
from .names import clean_name, family_name, fold_words
from .record import Json, Record
from .shingles import is_telling
from .titles import is_distinctive

__all__ = ["Content", "content_digest", "is_preprint_venue", "to_content"]

_PREPRINT_SERVERS = frozenset(
    "arxiv biorxiv medrxiv chemrxiv ssrn preprint corr openreview techrxiv psyarxiv".split()
)


@dataclass(frozen=True, slots=True)
class Content:
    """A cleaned record.

    `digest` (16 bytes) stands for what was read; `raw_title` and `raw_abstract` hold the texts as
    read where cleaning changed them, else "". `title_given` is False where the record had no title
    and the first words of its abstract stand in.
    """

    digest: bytes
    title: str
    abstract: str
    title_given: bool = True
    authors: tuple[str, ...] = ()
    published: str = ""
    venue: str = ""
    categories: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    url: str = ""
    language: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)
    raw_title: str = ""
    raw_abstract: str = ""

    @property
    def year(self) -> int | None:
        return year_of(self.published)

    @property
    def first_family(self) -> str:
        """The folded family name of the first author, or ""."""
        return family_name(self.authors[0]) if self.authors else ""

    @property
    def own_id(self) -> str:
        """The id the record would have if no outside id were known.

        Made from its title, first author and year; where those do not tell it from others, its
        abstract joins in, or without a telling one, all else that it says.
        """
        title = self.title if self.title_given else ""
        beside = ""
        if not (self.first_family and is_distinctive(normalise_title(title))):
            beside = self.abstract
            if not is_telling(beside):
                beside = f"{beside} {self.venue} {sorted(self.extra.items())}"
        return stable_id(title, self.first_family, self.year, beside)

    def to_json(self) -> str:
        """Everything but the digest, as one JSON document without defaults."""
        values = {each.name: getattr(self, each.name) for each in fields(self)[1:]}
        kept = {k: v for k, v in values.items() if v not in ("", (), {}, True)}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, digest: bytes, text: str) -> "Content":
        values = json.loads(text)
        for name in ("authors", "categories", "ids"):
            values[name] = tuple(values.get(name, ()))
        values.setdefault("title", "")
        values.setdefault("abstract", "")
        return cls(digest=digest, **values)


def is_preprint_venue(venue: str) -> bool:
    """Whether what a record gives as its venue is a preprint server: of a work that appeared
    elsewhere too, that is not the venue."""
    words = fold_words(venue).split()
    return bool(words) and words[0] in _PREPRINT_SERVERS


def content_digest(record: Record) -> bytes:
    """16 bytes that stand for everything a record says (not for where it stands).

    They change with CLEANING_VERSION, so that a library is cleaned again when the rules change.
    """
    said = [
        CLEANING_VERSION,
        record.title,
        record.abstract,
        record.authors,
        record.published,
        record.venue,
        record.categories,
        # A claim that is no outside id (the number of a row) says nothing of the paper.
        sorted({found for claim in record.ids for found in parse_ids(claim)}),
        record.url,
        record.language,
        dict(record.extra),
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def to_content(record: Record, digest: bytes) -> Content | None:
    """Clean a record; None when nothing readable is left of its title and abstract."""
    title, abstract = clean_title(record.title), clean_text(record.abstract)
    title_given = bool(normalise_title(title))
    if not title_given:
        title = first_words(abstract)
    if not normalise_title(title):
        return None
    ids = {found for claim in record.ids for found in parse_ids(claim)}
    names = (clean_name(name) for name in record.authors)
    return Content(
        digest=digest,
        title=title,
        abstract=abstract,
        title_given=title_given,
        authors=tuple(name for name in names if name),
        published=parse_date(record.published),
        venue=clean_title(record.venue),
        categories=tuple(dict.fromkeys(c.strip() for c in record.categories if c.strip())),
        ids=tuple(sorted(ids)),
        url=record.url.strip(),
        language=record.language.strip(),
        extra=dict(record.extra),
        raw_title=record.title if record.title != title else "",
        raw_abstract=record.abstract if record.abstract != abstract else "",
    )

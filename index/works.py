"""Whether two records speak of the same work: what is compared, and the rule for a pair.

The rule looks at two records alone. What becomes of many is decided in grouping.py.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .content import Content, is_preprint_venue
from .ids import is_preprint_doi, kind, normalise_title, stable_id
from .names import family_name, fold_words
from .shingles import NEAR_IDENTICAL, band_keys, is_telling, jaccard, shingles
from .titles import Weight, respelt, reworded, unlike, weight

__all__ = [
    "APART",
    "BOUNDS",
    "SHARED_ID",
    "TEXT",
    "Face",
    "compare",
    "evidence",
    "face_of",
    "id_keys",
    "irreconcilable",
    "linked",
    "resemblance",
    "revised",
]

ALIKE = 0.3
"""Resemblance from which abstracts under one distinctive title are versions of one work."""
ALIKE_IN_SPITE = 0.7
"""The same where the title says little, or the authors differ."""
UNLIKE = 0.005
"""Resemblance under which even one title and one author make two works. Abstracts that were
written anew for print keep more than that: 0.01 is the least among 240 pairs of a preprint and its
paper in proceedings."""
BOUNDS = (UNLIKE, ALIKE, ALIKE_IN_SPITE, NEAR_IDENTICAL)
"""All resemblances at which the answer changes."""

APART = -1
SHARED_ID, TEXT, _AUTHOR, _TITLE = 0, 1, 2, 6
"""How sure it is that two records are one work, the surest first; the last two leave room for how
far the years are apart."""

_ONE_PER_WORK = ("arXiv", "ACL", "PMID", "CorpusId", "DOI")


@dataclass(frozen=True, slots=True)
class Face:
    """What identity looks at in a record. Records of equal faces are one work."""

    ids: frozenset[str]
    claims: frozenset[str]
    """The kinds among `ids` of which a work has one."""
    own_id: str
    title: str
    """Normalised; "" where the record has none."""
    authors: tuple[str, ...]
    first_family: str
    year: int | None
    venue: str
    """Folded; "" where it is none but a preprint server."""
    abstract: str
    weight: Weight = field(compare=False)

    @property
    def order(self) -> tuple[str, bytes]:
        """Puts faces in an order that depends on nothing else; no two share a place."""
        said = (sorted(self.ids), self.title, self.authors, self.year, self.venue, self.abstract)
        text = repr(said).encode("utf-8", "replace")
        return self.own_id, hashlib.blake2b(text, digest_size=16).digest()

    @property
    def last_id(self) -> str:
        """An id for a work to which no other is left: no other face has it."""
        return stable_id(self.title, self.first_family, self.year, self.order[1].hex())


def face_of(content: Content) -> Face:
    """The face of a record."""
    title = normalise_title(content.title) if content.title_given else ""
    kinds = (kind(each) for each in content.ids if not is_preprint_doi(each))
    return Face(
        ids=frozenset(content.ids),
        claims=frozenset(each for each in kinds if each in _ONE_PER_WORK),
        own_id=content.own_id,
        title=title,
        authors=content.authors,
        first_family=content.first_family,
        year=content.year,
        venue="" if is_preprint_venue(content.venue) else fold_words(content.venue),
        abstract=content.abstract,
        weight=weight(title),
    )


@lru_cache(maxsize=8192)
def _shingles(text: str) -> NDArray[np.uint64]:
    return shingles(text)


def _key(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def id_keys(face: Face) -> frozenset[int]:
    """Those of the `evidence` that stand for outside ids."""
    return frozenset(_key(f"id {each}") for each in face.ids)


@lru_cache(maxsize=8192)
def evidence(face: Face) -> frozenset[int]:
    """Keys (64 bits, signed) that any two records of one work may share.

    Sharing a key proves nothing: it makes two records be compared.
    """
    keys = {*id_keys(face), _key(f"own {face.own_id}")}
    if face.weight is Weight.DISTINCTIVE:
        keys.add(_key(f"title {face.title}"))
    elif face.title and face.first_family:
        keys.add(_key(f"title {face.title} by {face.first_family}"))
    if is_telling(face.abstract):
        keys.update(band_keys(_shingles(face.abstract)))
    return frozenset(keys)


def resemblance(a: Face, b: Face) -> float | None:
    """Jaccard over the 5-word shingles of two abstracts; None where one is too short to tell."""
    if not (is_telling(a.abstract) and is_telling(b.abstract)):
        return None
    if a.abstract == b.abstract:
        return 1.0
    return jaccard(_shingles(a.abstract), _shingles(b.abstract))


def _authors_differ(a: Face, b: Face) -> bool:
    return bool(a.first_family and b.first_family and a.first_family != b.first_family)


def _strangers(a: Face, b: Face) -> bool:
    """Whether neither's first author is among the authors of the other, both being known."""
    if not _authors_differ(a, b):
        return False
    return a.first_family not in _families(b.authors) and b.first_family not in _families(a.authors)


@lru_cache(maxsize=8192)
def _families(authors: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(family_name, authors))


def _nothing_agrees(a: Face, b: Face) -> bool:
    if not _strangers(a, b):
        return False
    alike = resemblance(a, b)
    if alike is None:
        return unlike(a.title, b.title)
    return alike < ALIKE and reworded(a.title, b.title)


def _claims_differ(a: Face, b: Face) -> bool:
    return not a.claims.isdisjoint(b.claims) and a.ids.isdisjoint(b.ids)


def irreconcilable(a: Face, b: Face) -> bool:
    """Whether two records are two works although a chain of shared ids joins them.

    Such a chain (the DOI of a book on each of its chapters, a record that mixes two works up) is
    no proof where titles, first authors and abstracts all disagree, or ids of one kind, titles and
    abstracts.
    """
    return _nothing_agrees(a, b) or (
        _claims_differ(a, b)
        and unlike(a.title, b.title)
        and not _authors_agree(a, b)
        and (resemblance(a, b) or 0.0) < ALIKE
    )


def _authors_agree(a: Face, b: Face) -> bool:
    return bool(a.first_family) and a.first_family == b.first_family


def compare(a: Face, b: Face) -> int | None:
    """What two records say of each other: APART for two works, else how sure it is that they are
    one (SHARED_ID is the surest, then TEXT, then larger numbers); None where nothing is known.

    A shared outside id decides for one work (but for `irreconcilable` ones), two different ids of
    one kind decide against it. Otherwise titles, authors, years and venues are weighed with the
    resemblance of the abstracts. Symmetric, and blind to everything but the two records.
    """
    if not a.ids.isdisjoint(b.ids):
        return APART if _nothing_agrees(a, b) else SHARED_ID
    if not a.claims.isdisjoint(b.claims):
        return APART
    if a.title and a.title == b.title:
        return _of_one_title(a, b)
    if a.own_id == b.own_id:
        return TEXT
    alike = resemblance(a, b) or 0.0
    if not (a.title and b.title):
        return TEXT if alike >= NEAR_IDENTICAL or a.abstract == b.abstract != "" else None
    if alike < NEAR_IDENTICAL:
        return APART if _nothing_agrees(a, b) else None
    if _authors_differ(a, b) or _numbered_apart(a.title, b.title):
        return APART
    return TEXT


def _of_one_title(a: Face, b: Face) -> int | None:
    alike = resemblance(a, b)
    agree, differ = _authors_agree(a, b), _authors_differ(a, b)
    if alike is not None:
        if alike >= ALIKE_IN_SPITE:
            return TEXT
        if differ or alike < UNLIKE or a.weight is Weight.NOTHING:
            return APART
        if alike >= ALIKE and (agree or a.weight is Weight.DISTINCTIVE):
            return TEXT
        return _by_author(a, b) if agree and a.weight is Weight.DISTINCTIVE else APART
    if a.own_id == b.own_id:
        return TEXT
    if differ or (not agree and _remarks_differ(a, b)):
        return APART
    moved = bool(a.venue and b.venue) and a.venue != b.venue
    if a.weight is Weight.NOTHING:
        return APART if moved or _years_apart(a, b) else None
    if a.weight is Weight.SUBJECT:
        # One author writes one "Introduction to …" a year, in one place.
        if agree and a.year is not None and a.year == b.year and not moved:
            return _AUTHOR
        return APART if moved or _years_apart(a, b) else None
    if agree:
        return _by_author(a, b)
    apart = _years_apart(a, b)
    return APART if apart > 1 or (apart and moved) else _TITLE + _distance(a, b)


def _remarks_differ(a: Face, b: Face) -> bool:
    """Whether two records have different words of no more than a line for an abstract."""
    if not (a.abstract and b.abstract) or is_telling(a.abstract) or is_telling(b.abstract):
        return False
    return normalise_title(a.abstract) != normalise_title(b.abstract)


def _by_author(a: Face, b: Face) -> int:
    return APART if _years_apart(a, b) > 2 else _AUTHOR + _distance(a, b)


def _years_apart(a: Face, b: Face) -> int:
    return abs(a.year - b.year) if a.year is not None and b.year is not None else 0


def _distance(a: Face, b: Face) -> int:
    # An equal year says more than an unknown one, that more than another year.
    apart = _years_apart(a, b)
    return apart + 1 if apart or a.year is None or b.year is None else 0


def linked(a: Face, b: Face) -> bool:
    """Whether two records, looked at alone, are one work."""
    return compare(a, b) not in (None, APART)


_NUMERALS = frozenset("i ii iii iv v vi vii viii ix x xi xii one two three four five".split())


@lru_cache(maxsize=8192)
def _split(title: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a title, and the numbers in it."""
    words: list[str] = []
    numbers: list[str] = []
    for word in title.split():
        numeral = word in _NUMERALS or any(letter.isdigit() for letter in word)
        (numbers if numeral else words).append(word)
    return tuple(words), tuple(numbers)


def _numbered_apart(title: str, other: str) -> bool:
    """Titles that differ in numbers alone: parts of a series, reports of two years."""
    (words, numbers), (other_words, other_numbers) = _split(title), _split(other)
    return words == other_words and numbers != other_numbers


def revised(old: Face, new: Face) -> bool:
    """Whether one record under a source's key may be a later state of another.

    Keys are used again for other papers (rows of a table, numbers of an export), so a key alone
    proves nothing. Authors that differ, and abstracts that both tell and are unlike, speak
    against it; for it speaks a title or an abstract that was kept or only corrected.
    """
    if linked(old, new):
        return True
    alike = resemblance(old, new)
    same_title = bool(old.title) and old.title == new.title
    if _claims_differ(old, new):
        # A corrected id: nothing else may have changed much.
        return same_title and alike is not None and alike >= NEAR_IDENTICAL
    if _authors_differ(old, new):
        return False
    moved = bool(old.venue and new.venue) and old.venue != new.venue
    if same_title and old.weight is not Weight.NOTHING:
        return True
    if same_title and _authors_agree(old, new):
        return not moved and not _years_apart(old, new)
    if alike is not None:
        return alike >= ALIKE
    if same_title:
        return bool(old.venue) and (old.venue, old.year) == (new.venue, new.year)
    if not (old.title and new.title):
        return bool(old.abstract) and respelt(
            normalise_title(old.abstract), normalise_title(new.abstract)
        )
    return respelt(old.title, new.title) and not _years_apart(old, new)

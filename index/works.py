"""Which records speak of the same work.

Two records are the same work by a rule that looks at those two alone (`same_work`); a work is a
connected component under that rule. So the outcome depends on the records there are, and not on
the order in which they came.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .content import Content
from .ids import is_distinctive, is_preprint_doi, kind, normalise_title
from .shingles import band_keys, jaccard, shingles

__all__ = ["conflict", "evidence", "group", "revised", "same_work"]

NEAR_IDENTICAL = 0.8
"""Resemblance from which abstracts under different titles are one work."""
ALIKE = 0.3
"""Resemblance from which abstracts under one distinctive title are versions of one work."""
ALIKE_IN_SPITE = 0.7
"""The same where the title says little, or the authors differ."""
MIN_WORDS = 20
"""Words an abstract needs before its likeness to another means anything ("No abstract.")."""

_ONE_PER_WORK = ("arXiv", "ACL", "PMID", "CorpusId", "DOI")


@lru_cache(maxsize=8192)
def _shingles(text: str) -> NDArray[np.uint64]:
    return shingles(text)


def _key(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _telling(abstract: str) -> bool:
    return abstract.count(" ") + 1 >= MIN_WORDS


def evidence(content: Content) -> frozenset[int]:
    """Keys (64 bits, signed) that any two records of one work may share.

    Sharing a key proves nothing: it makes two records be compared.
    """
    keys = {_key(f"id {each}") for each in content.ids}
    keys.add(_key(f"own {content.own_id}"))
    if content.title_given:
        title = normalise_title(content.title)
        if is_distinctive(title):
            keys.add(_key(f"title {title}"))
        elif content.first_family:
            keys.add(_key(f"title {title} by {content.first_family}"))
    if _telling(content.abstract):
        keys.update(band_keys(_shingles(content.abstract)))
    return frozenset(keys)


@lru_cache(maxsize=8192)
def _claims(ids: tuple[str, ...]) -> frozenset[str]:
    """The kinds of ids of which a work has one, among some ids."""
    return frozenset(
        kind(each) for each in ids if kind(each) in _ONE_PER_WORK and not is_preprint_doi(each)
    )


def conflict(a: Content, b: Content) -> bool:
    """Whether two records name different outside ids of one kind, and none in common."""
    if not a.ids or not b.ids or set(a.ids) & set(b.ids):
        return False
    return bool(_claims(a.ids) & _claims(b.ids))


def revised(old: Content, new: Content) -> bool:
    """Whether one record under a source's key may be a later state of another.

    Keys are used again for other papers (rows of a table, numbers of an export), so a key alone
    proves nothing: titles or abstracts must still be alike, or an outside id the same.
    """
    if same_work(old, new):
        return True
    if conflict(old, new):
        return False
    title, other = (set(_title(each.title).split()) for each in (old, new))
    if 2 * len(title & other) >= len(title | other):
        return True
    return jaccard(_shingles(old.abstract), _shingles(new.abstract)) >= ALIKE


@lru_cache(maxsize=8192)
def _title(text: str) -> str:
    return normalise_title(text)


def _authors_differ(a: Content, b: Content) -> bool:
    return bool(a.first_family and b.first_family and a.first_family != b.first_family)


def _years_apart(a: Content, b: Content) -> int:
    return abs(a.year - b.year) if a.year is not None and b.year is not None else 0


def same_work(a: Content, b: Content) -> bool:
    """Whether two records speak of one work.

    A shared outside id decides for it, two different ids of one kind decide against it. Otherwise
    titles, authors and years are weighed with the resemblance of the abstracts (Jaccard over
    5-word shingles). Symmetric, and blind to everything but the two records.
    """
    if set(a.ids) & set(b.ids):
        return True
    if conflict(a, b):
        return False
    if a.own_id == b.own_id:
        return True
    comparable = _telling(a.abstract) and _telling(b.abstract)
    alike = jaccard(_shingles(a.abstract), _shingles(b.abstract)) if comparable else 0.0
    title, other_title = _title(a.title), _title(b.title)
    if not (a.title_given and b.title_given):
        return alike >= NEAR_IDENTICAL or (title, a.abstract) == (other_title, b.abstract)
    if title != other_title:
        return (
            alike >= NEAR_IDENTICAL
            and not _authors_differ(a, b)
            and not _numbered_apart(title, other_title)
        )
    if _authors_differ(a, b):
        return alike >= ALIKE_IN_SPITE
    known = bool(a.first_family and b.first_family)
    if comparable:
        if not is_distinctive(title):
            return alike >= ALIKE_IN_SPITE
        return alike >= ALIKE or (known and _years_apart(a, b) <= 2)
    if a.abstract and b.abstract:
        # Too short to be compared by shingles: only a remark, equal or not.
        return normalise_title(a.abstract) == normalise_title(b.abstract)
    if is_distinctive(title):
        return _years_apart(a, b) <= (2 if known else 1)
    # Nothing but a title like "Editorial": one work only where all else is equal (own_id above).
    return False


_NUMERALS = frozenset("i ii iii iv v vi vii viii ix x xi xii one two three four five".split())


def _numbered_apart(title: str, other: str) -> bool:
    """Titles that differ in numbers alone: parts of a series, reports of two years."""

    def split(text: str) -> tuple[list[str], list[str]]:
        words: list[str] = []
        numbers: list[str] = []
        for word in text.split():
            numeral = word in _NUMERALS or any(letter.isdigit() for letter in word)
            (numbers if numeral else words).append(word)
        return words, numbers

    (words, numbers), (other_words, other_numbers) = split(title), split(other)
    return words == other_words and numbers != other_numbers


def group(
    contents: Sequence[Content],
    keys: Sequence[Iterable[int]],
    together: Sequence[int | None] | None = None,
) -> list[list[int]]:
    """Connected components under `same_work`, comparing only those that share a key.

    `together` tells what is known from before: contents with the same number are of one work, and
    those with two different numbers were compared already and are not the same; None is unknown.
    Returns positions in `contents`, sorted inside a component and by their first member.
    """
    known = together or [None] * len(contents)
    parent = list(range(len(contents)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    first: dict[int, int] = {}
    for position, number in enumerate(known):
        if number is not None:
            parent[position] = first.setdefault(number, position)
    holders: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for position, own in enumerate(keys):
        for key in own:
            holders[key][known[position] is None].append(position)
    compared: set[tuple[int, int]] = set()
    for old, new in holders.values():
        for right, b in enumerate(new):
            for a in (*old, *new[:right]):
                if (a, b) in compared or root(a) == root(b):
                    continue
                compared.add((a, b))
                if same_work(contents[a], contents[b]):
                    parent[root(b)] = root(a)
    components: dict[int, list[int]] = defaultdict(list)
    for position in range(len(contents)):
        components[root(position)].append(position)
    return sorted(components.values())

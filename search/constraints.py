"""The papers that meet the conditions of a query."""

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import FILLER, gapped, spaced
from ..index.filters import Filters, select
from ..index.keyword_files import texts
from ..index.names import fold_words
from ..index.snapshot import Snapshot, chunks, marks
from .query import Condition

if TYPE_CHECKING:
    from .view import View

__all__ = ["meeting", "newest"]

_FEW = 4096
"""Up to so many papers, their dates are looked up; beyond, papers are gone through by date."""


def meeting(
    snapshot: Snapshot,
    view: "View",
    conditions: Iterable[Condition],
    allowed: NDArray[np.int64] | None,
) -> NDArray[np.int64]:
    """Numbers (int64, ascending) of those papers that meet every condition, among the allowed ones
    (None for all). Raises QueryError for an author of too many words."""
    passing = view.live if allowed is None else allowed
    for condition in conditions:
        found = _matching(snapshot, view, condition)
        combine = np.setdiff1d if condition.excluded else np.intersect1d
        passing = combine(passing, found, assume_unique=True)
    return passing


def _matching(snapshot: Snapshot, view: "View", condition: Condition) -> NDArray[np.int64]:
    if condition.field == "author":
        return select(snapshot, Filters(author=(condition.text.lstrip("! "),)))
    if condition.field == "venue":
        return _of_venue(snapshot, condition.text)
    words = gapped(condition.text.replace(FILLER, " "), view.language)
    if not words or FILLER in words:
        # It has a word that is too long for the index: no paper is known to hold it.
        return np.zeros(0, np.int64)
    lexicon, field = view.lexicon, condition.field
    if spaced(view.language):
        return lexicon.numbers(lexicon.query(field, words))
    found = lexicon.numbers(lexicon.all_of(field, words))
    # Pairs of letters are indexed as they stand.
    return found if len(condition.text) <= 2 else _verbatim(snapshot, found, condition)


def _verbatim(
    snapshot: Snapshot, numbers: NDArray[np.int64], condition: Condition
) -> NDArray[np.int64]:
    """Those of some papers that hold a phrase letter by letter. The index of a language without
    spaces knows the pairs of letters of a paper, but not where they stand."""
    wanted = condition.text.lower()
    kept = [
        number
        for part in chunks(numbers.tolist())
        for number, paper in snapshot.papers(part).items()
        for title in (texts(paper)["title"] if condition.field != "abstract" else "",)
        for abstract in (paper.abstract if condition.field != "title" else "",)
        if wanted in title.lower() or wanted in abstract.lower()
    ]
    return np.sort(np.array(kept, np.int64))


def _of_venue(snapshot: Snapshot, text: str) -> NDArray[np.int64]:
    """Numbers of the papers whose venue has the words of a text side by side."""
    wanted = f" {fold_words(text)} "
    rows = snapshot.rows("SELECT term, value FROM terms WHERE kind = 'venue'")
    terms = [term for term, value in rows if wanted in f" {fold_words(value)} "]
    found = [
        snapshot.numbers(f"SELECT paper FROM paper_terms WHERE term IN ({marks(part)})", *part)
        for part in chunks(terms)
    ]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def newest(
    snapshot: Snapshot,
    allowed: NDArray[np.int64],
    first: NDArray[np.int64],
    k: int,
    offset: int,
    *,
    oldest: bool = False,
) -> list[int]:
    """The numbers of places offset+1 to offset+k of the allowed papers: those of them that are
    `first` (both int64, ascending), then the others, each the newest first (or the oldest), those
    without a date last, and those of one date in the order of their ids."""
    ahead = np.intersect1d(allowed, first, assume_unique=True)
    others = np.setdiff1d(allowed, ahead, assume_unique=True)
    order = _by_date(snapshot, ahead, len(ahead), oldest) + _by_date(
        snapshot, others, offset + k, oldest
    )
    return order[offset : offset + k]


def _by_date(snapshot: Snapshot, allowed: NDArray[np.int64], most: int, oldest: bool) -> list[int]:
    dated: list[tuple[int, str]] = []
    for number, published in _dates(snapshot, allowed, oldest):
        if len(dated) >= most and published != dated[-1][1]:
            break
        dated.append((number, published))
    ids = snapshot.ids_of(number for number, _ in dated)
    dated.sort(key=lambda pair: ids[pair[0]])
    dated.sort(key=lambda pair: pair[1], reverse=not oldest)
    if oldest:
        dated.sort(key=lambda pair: not pair[1])
    return [number for number, _ in dated[:most]]


def _dates(
    snapshot: Snapshot, allowed: NDArray[np.int64], oldest: bool
) -> Iterable[tuple[int, str]]:
    """Papers and the dates of them, the newest first, or the oldest; those without a date last."""
    if len(allowed) <= _FEW:
        query = "SELECT paper, published FROM papers WHERE paper IN ({})"
        rows = [
            row
            for part in chunks(allowed.tolist())
            for row in snapshot.rows(query.format(marks(part)), *part)
        ]
        rows.sort(key=lambda row: row[1], reverse=not oldest)
        return sorted(rows, key=lambda row: not row[1])
    members = set(allowed.tolist())
    every = "SELECT paper, published FROM papers WHERE state = 0 AND published {}"
    parts = ("> '' ORDER BY published", "= ''") if oldest else (">= '' ORDER BY published DESC",)
    found = chain.from_iterable(snapshot.rows(every.format(part)) for part in parts)
    return (row for row in found if row[0] in members)

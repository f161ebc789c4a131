"""From a ranking to a page: near-identical papers, reranking, diversity.

All three look at the first papers of the whole answer, however little of it is read, so that pages
continue each other: no paper stands on two of them, and none on none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..index.snapshot import Snapshot
from .copies import Distinct
from .diversity import DIVERSIFIED, marginal
from .reranking import Reranking
from .semantic import POOL, vectors_of
from .view import View

__all__ = ["ARRANGED", "Arranged", "Ranked", "arrange"]

ARRANGED = POOL
"""Places of an answer that are arranged: those that every page takes from one and the same list.
Papers behind them follow in their order."""
_DECIMALS = 6
_BELOW = 1e-6

Ranked = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Arranged:
    """A page: the number and the score of each paper, and the numbers of those that it stands for,
    where there are any."""

    places: list[tuple[int, float]]
    aside: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    reranked: int = 0
    """How many of the first places a cross-encoder decided."""


def arrange(
    snapshot: Snapshot,
    view: View,
    rank: Callable[[int], Ranked],
    k: int,
    offset: int,
    *,
    named: NDArray[np.int64],
    diversity: float = 0.0,
    reranking: Reranking | None = None,
) -> Arranged:
    """Places offset+1 to offset+k of an answer.

    `rank` gives numbers (int64) and scores (float64), ordered by score: those of so many places and
    all that tie with the last of them; equal scores are put in the order of their ids. The papers
    `named` stand first in it and stay there. Scores descend; a paper that others are put before has
    its own lowered with all behind it. Raises what `reranking` raises.
    """
    numbers, scores = _in_order(snapshot, *rank(ARRANGED))
    numbers, scores = numbers[:ARRANGED], scores[:ARRANGED]
    end = offset + k
    distinct = Distinct(snapshot, numbers.tolist(), named.tolist())
    distinct.read(max(end, DIVERSIFIED if diversity else 0, reranking.top if reranking else 0))
    place = {number: row for row, number in enumerate(numbers.tolist())}
    rows = [place[number] for number in distinct.kept]
    kept, own = numbers[rows], scores[rows]
    first = int(np.isin(kept, named).sum())
    reranked = min(len(kept), reranking.top) if reranking is not None else 0
    if reranking is not None:
        kept, own = _reranked(snapshot, reranking, kept, own, first)
    if diversity:
        kept, own = _diversified(view, diversity, kept, own, first)
    if len(kept) < end:
        rows = [place[number] for number in distinct.all_aside()]
        kept, own = _stacked((kept, own), (numbers[rows], scores[rows]))
    if len(kept) < end and len(numbers) == ARRANGED:
        deeper, their = _in_order(snapshot, *rank(end))
        others = ~np.isin(deeper, numbers)
        kept, own = _stacked((kept, own), (deeper[others], their[others]))
    own = np.round(own, _DECIMALS)
    page = list(zip(kept[offset:end].tolist(), own[offset:end].tolist(), strict=True))
    return Arranged(
        page,
        {number: distinct.aside[number] for number, _ in page if number in distinct.aside},
        reranked,
    )


def _in_order(
    snapshot: Snapshot, numbers: NDArray[np.int64], scores: NDArray[np.float64]
) -> Ranked:
    """A ranking with its ties in the order of their ids."""
    equal = scores[1:] == scores[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    if not len(tied):
        return numbers, scores
    ids = snapshot.ids_of(numbers[tied])
    ordered = sorted(tied.tolist(), key=lambda row: (-scores[row], ids[int(numbers[row])]))
    numbers = numbers.copy()
    numbers[tied] = numbers[ordered]
    return numbers, scores


def _stacked(above: Ranked, below: Ranked) -> Ranked:
    """Two rankings one after the other; the second moves down where it is not below the first."""
    scores = below[1]
    if len(above[1]) and len(scores):
        scores = scores - max(0.0, float(scores[0] - above[1][-1]) + _BELOW)
    return np.append(above[0], below[0]), np.append(above[1], scores)


def _reranked(
    snapshot: Snapshot,
    reranking: Reranking,
    numbers: NDArray[np.int64],
    scores: NDArray[np.float64],
    first: int,
) -> Ranked:
    top = numbers[: reranking.top]
    given = reranking.scores(snapshot, top)
    first = min(first, len(top))
    best = float(given[first:].max(initial=-np.inf))
    if first and given[:first].min() <= best:
        given[:first] += best - float(given[:first].min()) + _BELOW
    order = np.argsort(-given, kind="stable")
    again = _in_order(snapshot, top[order], given[order])
    return _stacked(again, (numbers[len(top) :], scores[len(top) :]))


def _diversified(
    view: View,
    diversity: float,
    numbers: NDArray[np.int64],
    scores: NDArray[np.float64],
    first: int,
) -> Ranked:
    top = numbers[:DIVERSIFIED]
    order, values = marginal(vectors_of(view, top), scores[: len(top)], diversity, first)
    return _stacked((top[order], values), (numbers[len(top) :], scores[len(top) :]))

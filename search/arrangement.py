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
from .page import by_ids
from .ranking import Ranking
from .reranking import Reranking
from .semantic import POOL, vectors_of
from .view import View

__all__ = ["ARRANGED", "Arranged", "arrange"]

ARRANGED = POOL
"""Places of an answer that are arranged: those that every page takes from one and the same list.
Papers behind them follow in their order."""
_DECIMALS = 6
_BELOW = 1e-6


@dataclass(frozen=True, slots=True)
class Arranged:
    """A page: its papers with their scores, in order, and the numbers of those that they stand for,
    where there are any."""

    page: Ranking
    aside: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    reranked: int = 0
    """How many of the first places a cross-encoder decided."""


def arrange(
    snapshot: Snapshot,
    view: View,
    rank: Callable[[int], Ranking],
    k: int,
    offset: int,
    *,
    named: NDArray[np.int64],
    diversity: float = 0.0,
    reranking: Reranking | None = None,
) -> Arranged:
    """Places offset+1 to offset+k of an answer.

    `rank` gives a ranking, ordered by score: so many places and all that tie with the last of them;
    equal scores are put in the order of their ids. The papers `named` stand first in it and stay
    there. Scores descend; a paper that others are put before has its own lowered with all behind
    it, by the part "order" of its score. After diversity, the part "diversity" is what it changed;
    after reranking, "reranking" is the whole score. Raises what `reranking` raises.
    """
    ranked = _in_order(snapshot, rank(ARRANGED))
    whole = len(ranked) < ARRANGED
    ranked = ranked.taken(np.arange(min(len(ranked), ARRANGED)))
    end = offset + k
    numbers = ranked.numbers.tolist()
    distinct = Distinct(snapshot, numbers, named.tolist())
    distinct.read(max(end, DIVERSIFIED if diversity else 0, reranking.top if reranking else 0))
    place = {number: row for row, number in enumerate(numbers)}
    kept = ranked.taken(np.array([place[number] for number in distinct.kept], np.int64))
    first = int(np.isin(kept.numbers, named).sum())
    reranked = min(len(kept), reranking.top) if reranking is not None else 0
    if reranking is not None:
        kept = _reranked(snapshot, reranking, kept, first)
    if diversity:
        kept = _diversified(view, diversity, kept, first)
    if len(kept) < end:
        rows = np.array([place[number] for number in distinct.all_aside()], np.int64)
        kept = _stacked(kept, ranked.taken(rows))
    if len(kept) < end and not whole:
        deeper = _in_order(snapshot, rank(end))
        kept = _stacked(kept, deeper.taken(~np.isin(deeper.numbers, ranked.numbers)))
    kept = kept.taken(np.arange(min(offset, len(kept)), min(end, len(kept))))
    page = Ranking(kept.numbers, np.round(kept.scores, _DECIMALS), kept.parts)
    stands = {
        number: distinct.aside[number]
        for number in page.numbers.tolist()
        if number in distinct.aside
    }
    return Arranged(page, stands, reranked)


def _in_order(snapshot: Snapshot, ranking: Ranking) -> Ranking:
    """A ranking with its ties in the order of their ids."""
    return ranking.taken(by_ids(snapshot, ranking.numbers, ranking.scores))


def _stacked(above: Ranking, below: Ranking) -> Ranking:
    """Two rankings one after the other; the second moves down where it is not below the first."""
    if len(above) and len(below):
        shift = max(0.0, float(below.scores[0] - above.scores[-1]) + _BELOW)
        below = below.changed("order", below.scores - shift)
    return above.joined(below)


def _split(ranking: Ranking, place: int) -> tuple[Ranking, Ranking]:
    rows = np.arange(len(ranking))
    return ranking.taken(rows[:place]), ranking.taken(rows[place:])


def _reranked(snapshot: Snapshot, reranking: Reranking, ranking: Ranking, first: int) -> Ranking:
    top, rest = _split(ranking, reranking.top)
    given = reranking.scores(snapshot, top.numbers)
    again = Ranking(top.numbers, given, {"reranking": given})
    best = float(given[first:].max(initial=-np.inf))
    if first and given[:first].min() <= best:
        lifted = given.copy()
        lifted[:first] += best - float(given[:first].min()) + _BELOW
        again = again.changed("order", lifted)
    order = np.argsort(-again.scores, kind="stable")
    return _stacked(_in_order(snapshot, again.taken(order)), rest)


def _diversified(view: View, diversity: float, ranking: Ranking, first: int) -> Ranking:
    top, rest = _split(ranking, DIVERSIFIED)
    order, values = marginal(vectors_of(view, top.numbers), top.scores, diversity, first)
    return _stacked(top.taken(order).changed("diversity", values), rest)

"""All papers that may be answered, ranked by a question in one of the modes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.snapshot import Snapshot
from . import hybrid
from .interaction import Interaction
from .question import Mode, Question
from .ranking import Ranking
from .semantic import POOL, nearest
from .stages import stage
from .view import View

__all__ = ["Scored", "by_words", "rank"]


@dataclass(frozen=True, slots=True)
class Scored:
    """A ranking, how many papers are in the answer (`total`), and what it was made from: numbers
    (int64) with cosines and with scores of words (float64), both best first, empty where the mode
    has no use for them."""

    ranking: Ranking
    total: int
    near: tuple[NDArray[np.int64], NDArray[np.float64]]
    worded: tuple[NDArray[np.int64], NDArray[np.float64]]


_NONE = np.zeros(0, np.int64), np.zeros(0)


def rank(
    question: Question,
    snapshot: Snapshot,
    view: View,
    end: int,
    *,
    mode: Mode,
    exact: bool,
    allowed: NDArray[np.int64] | None,
    interaction: Interaction | None = None,
) -> Scored:
    """Papers by their scores, at least the first `end` of those that are `allowed` (numbers, int64,
    ascending; None for all). Raises what the question's vectors raise."""
    passing = len(view.live) if allowed is None else len(allowed)
    if not passing:
        return Scored(Ranking(*_NONE, {"meaning": _NONE[1]}), 0, _NONE, _NONE)
    depth = max(end, POOL)
    if mode == "keyword":
        numbers, scores, matching = by_words(question, view, depth, allowed, count=True)
        ranking = Ranking(numbers, scores, {"words": scores})
        return Scored(ranking, matching or 0, _NONE, (numbers, scores))
    worded = _NONE
    if mode == "hybrid":
        # First, for the query may be being encoded meanwhile.
        worded = by_words(question, view, POOL, allowed)[:2]
    vector = question.vector()
    near = nearest(view, vector, depth, allowed=allowed, exact=exact)
    if mode == "semantic":
        return Scored(Ranking(*near, {"meaning": near[1]}), passing, near, _NONE)
    ranking = hybrid.combine(
        view,
        snapshot,
        vector,
        near,
        worded,
        passage=question.passage,
        interaction=interaction,
        own_score=question.own_score,
    )
    return Scored(ranking, passing, near, worded)


@stage("keyword")
def by_words(
    question: Question,
    view: View,
    most: int,
    allowed: NDArray[np.int64] | None,
    *,
    count: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.float64], int | None]:
    """What the keyword index finds: see `KeywordIndex.search`."""
    return view.keyword.search(
        question.words,
        most,
        live=len(view.live),
        stale=view.stale,
        pending=view.pending,
        allowed=allowed,
        count=count,
        phrases=question.phrases,
    )

"""How sure an answer is: of each paper that it would be judged relevant, and of there being one.

A score orders the papers of one answer, and says nothing more. What tells a relevant paper is how
its score stands among the others of the whole library, whatever was filtered: where one paper
stands out, it is the one that was meant, and the next are not; where many are about as near and
hold about as many of the words, many are relevant. Nearness is measured by what is usual between
any two papers of the library (index/background.py), so that no number below depends on the model.

The weights are those of logistic regressions over judged collections, fitted by scripts/calibrate,
which also says how well they do on collections that they were not fitted to.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..index.background import Background
from .question import Mode, Question
from .scoring import Scored, by_words
from .semantic import nearest
from .view import View

__all__ = [
    "ANSWERABLE",
    "FEATURES",
    "RELEVANT",
    "Evidence",
    "Verdict",
    "answerable_features",
    "features",
    "judge",
    "verdict_of",
    "weigh",
]

Verdict = Literal["good", "weak", "nothing"]

FEATURES: dict[Mode, tuple[str, ...]] = {
    "hybrid": ("behind x lead", "words x lead", "lead x lead", "third", "rank"),
    "semantic": ("behind x lead", "lead", "third", "rank"),
    "keyword": ("words x tenth", "tenth", "words", "rank"),
}
"""What `features` has of each paper in a mode. lead: how far the nearest paper is ahead of the
tenth, behind: how far the nearest is ahead of this one, both in standard deviations of the
background; third: where the third nearest stands between the hundredth (0) and the nearest (1);
words: the score of words as a part of the best one, tenth: that of the tenth best; rank: the
logarithm of the place in the answer."""

RELEVANT: dict[Mode, tuple[float, ...]] = {
    "hybrid": (-2.44, -0.197, 1.90, -0.236, 2.18, -0.395),
    "semantic": (-1.5, -0.2, -0.5, 1.0, -0.3),
    "keyword": (-3.0, 1.0, 2.0, 1.0, -0.3),
}
"""The constant and the weights of FEATURES, for the log odds that a paper is relevant where there
is an answer at all."""

ANSWERABLE: dict[Mode, tuple[float, ...]] = {
    "hybrid": (-6.0, 3.5, 1.0),
    "semantic": (-6.0, 3.5),
    "keyword": (-6.0, 20.0),
}
"""The constant and the weights of `answerable_features`, for the log odds that there is one."""

GOOD = 0.5
"""An answer that is at least as sure is good …"""
WEAK = 0.1
"""… at least as sure as this, weak; and less, nothing matches."""

_DEEPEST = 100
_TENTH = 10
_THIRD = 3
_FURTHEST = 8.0
"""More standard deviations tell no more: a copy of the query is as far ahead as can be."""
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a whole library has for a question: the cosines of the nearest 100 papers, the scores of
    the 10 with the best words (both float64, descending), and what words could score at most."""

    cosines: NDArray[np.float64]
    words: NDArray[np.float64]
    possible: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities that the papers of a page are relevant (float64, shape (n,)), and that the
    answer has a relevant paper at all."""

    papers: NDArray[np.float64]
    answer: float


def weigh(
    question: Question,
    view: View,
    mode: Mode,
    scored: Scored | None,
    *,
    exact: bool = False,
    among: NDArray[np.int64] | None = None,
) -> Evidence:
    """The evidence for a question in the papers `among` (numbers, int64, ascending; None for all).
    `scored` is their ranking, where there is one. Raises what the question's vector raises."""
    near = scored.near[1] if scored else np.zeros(0)
    words = scored.worded[1] if scored else np.zeros(0)
    if mode != "keyword" and not len(near):
        near = nearest(view, question.vector(), _DEEPEST, allowed=among, exact=exact)[1]
    if mode != "semantic" and not len(words):
        words = by_words(question, view, _TENTH, among)[1]
    possible = 0.0
    if mode != "semantic":
        possible = view.keyword.possible(
            question.own_words, live=len(view.live), stale=view.stale, pending=view.pending
        )
    return Evidence(near[:_DEEPEST], words[:_TENTH], possible)


def features(
    mode: Mode,
    evidence: Evidence,
    background: Background | None,
    cosines: NDArray[np.float64],
    words: NDArray[np.float64],
    ranks: NDArray[np.int64],
) -> NDArray[np.float64]:
    """FEATURES of some papers, float64, shape (n, number of them).

    `cosines` and `words` (float64) are the papers' own, `ranks` (int64, from 1) their places, all
    of shape (n,). `background` counts in all but keyword mode.
    """
    rank = np.log(np.maximum(ranks, 1))
    best = float(evidence.words[0]) if len(evidence.words) else 0.0
    worded = np.clip(words / best, 0.0, 1.0) if best > 0 else np.zeros(len(words))
    if mode == "keyword":
        tenth = _at(evidence.words, _TENTH) / best if best > 0 else 0.0
        return np.stack([worded * tenth, np.full(len(rank), tenth), worded, rank], axis=1)
    assert background is not None
    nearest_one = _at(evidence.cosines, 1)
    lead = min(background.above(nearest_one) - background.above(_at(evidence.cosines, _TENTH)), _FURTHEST)
    behind = np.clip((nearest_one - cosines) / background.deviation, 0.0, _FURTHEST)
    last = _at(evidence.cosines, _DEEPEST)
    span = nearest_one - last
    third = (_at(evidence.cosines, _THIRD) - last) / span if span > 1e-6 else 1.0
    constant = np.ones(len(rank))
    if mode == "semantic":
        return np.stack([behind * lead, lead * constant, third * constant, rank], axis=1)
    return np.stack(
        [behind * lead, worded * lead, lead * lead * constant, third * constant, rank], axis=1
    )


def answerable_features(
    mode: Mode, background: Background | None, cosine: float, words: float, possible: float
) -> NDArray[np.float64]:
    """What says whether there is an answer at all, float64, shape (n,): by how many standard
    deviations the nearest paper is nearer than any two papers (not in keyword mode), and what part
    of the possible score the best words have (not in semantic mode)."""
    part = words / possible if possible > 0 else 0.0
    if mode == "keyword":
        return np.array([part])
    assert background is not None
    above = float(np.clip(background.above(cosine), -_FURTHEST, _FURTHEST))
    return np.array([above] if mode == "semantic" else [above, part])


def judge(
    mode: Mode,
    evidence: Evidence,
    background: Background | None,
    scored: Scored,
    cosines: NDArray[np.float64],
    words: NDArray[np.float64],
    ranks: NDArray[np.int64],
) -> Judgement:
    """How sure an answer is. `evidence` is that of the whole library, `scored` the ranking that the
    answer was taken from; the others are as in `features`."""
    found = answerable_features(
        mode, background, _at(scored.near[1], 1), _at(scored.worded[1], 1), evidence.possible
    )
    answer = _probability(ANSWERABLE[mode], found[None])[0]
    papers = answer * _probability(
        RELEVANT[mode], features(mode, evidence, background, cosines, words, ranks)
    )
    return Judgement(np.round(papers, _DECIMALS), round(float(answer), _DECIMALS))


def verdict_of(answer: float) -> Verdict:
    """What the probability that there is an answer comes to."""
    return "good" if answer >= GOOD else "weak" if answer >= WEAK else "nothing"


def _at(values: NDArray[np.float64], place: int) -> float:
    """The value at a place, counted from 1, or the last; 0 where there are none."""
    return float(values[min(place, len(values)) - 1]) if len(values) else 0.0


def _probability(weights: tuple[float, ...], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = weights[0] + rows @ np.array(weights[1:])
    chances: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return chances

"""How sure an answer is: of each paper that it would be judged relevant, and of there being one.

A score orders the papers of one answer, and says nothing more. What tells a relevant paper is how
its score stands among the others of the whole library, whatever was filtered: where one paper
stands out, it is the one that was meant, and the next are not; where many are about as near and
hold about as many of the words, many are relevant. Such distances are measured by what is usual
between any two papers of the library (index/background.py), and whether anything is near at all by
what the model makes of questions and answers (search/yardstick.py), so that no number below
depends on the model.

The weights are those of logistic regressions over judged collections, fitted by scripts/calibrate,
which also says how well they do on collections that they were not fitted to.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import has_subject
from ..index.background import Background
from .hits import Verdict
from .question import Mode, Question
from .recent import Recent
from .scoring import Scored, by_words
from .semantic import POOL, nearest, scores_of
from .view import View
from .yardstick import Yardstick

__all__ = [
    "ANSWERABLE",
    "FEATURES",
    "RELEVANT",
    "Evidence",
    "Judgement",
    "Observed",
    "answerable_features",
    "basis",
    "chance",
    "features",
    "judge",
    "nearness",
    "observe",
    "verdict_of",
    "weigh",
]

FEATURES: dict[Mode, tuple[str, ...]] = {
    "hybrid": (
        "behind",
        "behind x near",
        "behind x lead",
        "words x lead",
        "lead x lead",
        "third",
        "rank",
    ),
    "semantic": ("behind x lead", "near x lead", "lead", "third", "rank"),
    "keyword": ("words x tenth", "tenth", "words"),
}
"""What `features` has of each paper in a mode. lead: how far the nearest paper is ahead of the
tenth, behind: how far the nearest is ahead of this one, both in standard deviations of the
background; near: how near the nearest is by what cosines of the model mean; third: where the third
nearest stands between the hundredth (0) and the nearest (1); words: the score of words as a part of
the best one, tenth: that of the tenth best (0 where fewer hold a word); rank: the logarithm of the
place in the answer."""

RELEVANT: dict[Mode, tuple[float, ...]] = {
    "hybrid": (-2.32, -1.31, 0.748, -0.395, 2.15, -0.271, 1.96, -0.327),
    "semantic": (-2.02, -0.81, 1.25, -1.05, 1.51, -0.321),
    "keyword": (-7.53, -8.14, 4.04, 10.6),
}
"""The constant and the weights of FEATURES, for the log odds that a paper is relevant where there
is an answer at all."""

ANSWERABLE: dict[Mode, tuple[float, ...]] = {
    "hybrid": (-11.0, 9.21, 3.95),
    "semantic": (-10.7, 9.73),
    "keyword": (-7.7, 18.1, 1.38),
}
"""The constant and the weights of `answerable_features`, for the log odds that there is one."""

GOOD: dict[Mode, float] = {"hybrid": 0.7, "semantic": 0.7, "keyword": 0.5}
"""An answer that is at least as sure is good (words alone are never as sure) …"""
WEAK = 0.02
"""… at least as sure as this, weak; and less, nothing matches."""
_DOUBTED = 0.75
"""Papers of an answer that is less sure than this part of what makes one good lose by the doubt; of
others the confidence is right as it is, though none is surer than that there is an answer."""
_NAMED = (-8.7, 12.5)
"""Weights of what part of the possible score the best words have, where they alone make an answer:
a name or an acronym that papers have in their titles, whose meaning a model hardly knows."""

_DEEPEST = 100
_TENTH = 10
_THIRD = 3
_FURTHEST = 8.0
"""More standard deviations tell no more: a copy of the query is as far ahead as can be."""
_NEAREST = 2.0
"""Nearer than this, a paper holds whole sentences of the question: that tells no more of others."""
_AS_AN_ANSWER = 1.0
"""Papers that ask are answered by others: no yardstick is needed."""
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What papers have for a question: the cosines of the nearest 100, and the scores of the 10
    with the best words (float64, descending)."""

    cosines: NDArray[np.float64]
    words: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observed:
    """What an answer is judged by: `features` of its papers, `answerable_features` of the whole
    (None where papers ask: they are an answer themselves), and the mode whose weights they have."""

    by: Mode
    papers: NDArray[np.float64]
    answer: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities that the papers of a page are relevant (float64, shape (n,)), and that the
    answer has a relevant paper at all; and what this comes to."""

    papers: NDArray[np.float64]
    answer: float
    verdict: Verdict


def basis(mode: Mode, question: Question, view: View) -> Mode:
    """The mode by whose evidence an answer is judged: papers ask by their meaning alone, and where
    the library is too small, or too much alike, to have a background, words have to do."""
    if view.background is None:
        return "keyword"
    return "semantic" if question.near and mode == "hybrid" else mode


def weigh(
    question: Question, view: View, by: Mode, *, exact: bool, among: NDArray[np.int64] | None
) -> Evidence:
    """The evidence for a question in the papers `among` (numbers, int64, ascending; None for all).
    Raises what the question's vector raises."""
    cosines = words = np.zeros(0)
    if by != "keyword":
        vector = question.vector()
        cosines = nearest(view, vector, _DEEPEST, allowed=among, exact=exact)[1]
    if by != "semantic":
        words = by_words(question, view, _TENTH, among)[1]
    return Evidence(cosines[:_DEEPEST], words[:_TENTH])


def _known_by(question: Question, view: View, by: Mode, exact: bool) -> bytes:
    """What `weigh` depends on for all papers of a library: what the question is searched by, and
    the library as far as fingerprints tell it (search/fingerprint.py)."""
    generation = view.dense.generation if view.dense is not None else ""
    known = (view.commit, generation, view.keyword.generation, by, exact)
    words = None if by == "semantic" else (question.words, question.phrases)
    key = hashlib.blake2b(repr((known, words)).encode(), digest_size=16)
    if by != "keyword":
        key.update(question.vector().tobytes())
    return key.digest()


def features(
    mode: Mode,
    evidence: Evidence,
    background: Background | None,
    cosines: NDArray[np.float64],
    words: NDArray[np.float64],
    ranks: NDArray[np.int64],
    near: float,
) -> NDArray[np.float64]:
    """FEATURES of some papers, float64, shape (n, number of them).

    `cosines` and `words` (float64) are the papers' own, `ranks` (int64, from 1) their places, all
    of shape (n,). `background`, and `near` as `nearness` has it, count in all but keyword mode.
    """
    best = float(evidence.words[0]) if len(evidence.words) else 0.0
    worded = np.clip(words / best, 0.0, 1.0) if best > 0 else np.zeros(len(words))
    if mode == "keyword":
        many = best > 0 and len(evidence.words) >= _TENTH
        tenth = float(evidence.words[_TENTH - 1]) / best if many else 0.0
        return np.stack([worded * tenth, np.full(len(words), tenth), worded], axis=1)
    assert background is not None
    first, tenth, last = (_at(evidence.cosines, place) for place in (1, _TENTH, _DEEPEST))
    lead = min((first - tenth) / background.deviation, _FURTHEST)
    behind = np.clip((first - cosines) / background.deviation, 0.0, _FURTHEST)
    span = first - last
    third = (_at(evidence.cosines, _THIRD) - last) / span if span > 1e-6 else 1.0
    rank = np.log(np.maximum(ranks, 1))
    near = min(near, _NEAREST)
    columns: list[NDArray[np.float64] | float]
    if mode == "semantic":
        columns = [behind * lead, near * lead, lead, third, rank]
    else:
        columns = [behind, behind * near, behind * lead, worded * lead, lead * lead, third, rank]
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def nearness(evidence: Evidence, yardstick: Yardstick) -> float:
    """How near the nearest paper is: 0 where it might have nothing to do with the question, 1 where
    it is as near as what answers one."""
    return float(np.clip(yardstick.far(_at(evidence.cosines, 1)), -_FURTHEST, _FURTHEST))


def answerable_features(
    mode: Mode, evidence: Evidence, yardstick: Yardstick | None, possible: float, asked: int
) -> NDArray[np.float64]:
    """What says whether there is an answer at all, float64, shape (n,): how near the nearest paper
    is by what cosines of the model mean (not in keyword mode), and what part of the `possible`
    score the best words have (not in semantic mode). Of long queries no paper has all words, so
    where words alone count, so does the number of those `asked` for, its logarithm.
    """
    part = _at(evidence.words, 1) / possible if possible > 0 else 0.0
    if mode == "keyword":
        return np.array([part, np.log(max(asked, 1))])
    assert yardstick is not None
    near = nearness(evidence, yardstick)
    return np.array([near] if mode == "semantic" else [near, part])


def observe(
    question: Question,
    view: View,
    mode: Mode,
    scored: Scored,
    numbers: NDArray[np.int64],
    offset: int,
    *,
    allowed: NDArray[np.int64] | None,
    whole: NDArray[np.int64] | None,
    exact: bool,
    measure: Callable[[], Yardstick],
    recent: Recent[Evidence],
) -> Observed:
    """What tells how sure a page is: the papers `numbers` (int64, shape (n,)), from place
    offset + 1 of the answer that was taken from `scored`, a ranking of the papers `allowed` in a
    library that has those of `whole` (int64, ascending; None for all). `measure` tells what cosines
    of the model mean; `recent` is the evidence in whole libraries for the last questions. Raises
    what `measure` and the question's vector raise.
    """
    by = basis(mode, question, view)
    worded = scored.worded
    if by == "keyword" and not len(worded[0]):
        worded = by_words(question, view, POOL, allowed)[:2]
    filtered = allowed is not None and (whole is None or len(allowed) < len(whole))
    own = Evidence(scored.near[1][:_DEEPEST], worded[1][:_TENTH])
    library = own
    if filtered:
        # Other pages and other filters of the same question have the same evidence.
        find = partial(weigh, question, view, by, exact=exact, among=whole)
        library = (
            find() if whole is not None else recent.get(_known_by(question, view, by, exact), find)
        )
    cosines = words = np.zeros(len(numbers))
    if by != "keyword":
        cosines = scores_of(view, question.vector(), numbers)
    if by != "semantic":
        words = _looked_up(numbers, worded)
    ranks = offset + 1 + np.arange(len(numbers))
    answer, near = None, _AS_AN_ANSWER
    if not question.near:
        asked, possible = question.own_words, 0.0
        if by != "semantic" and has_subject(question.text, view.language):
            possible = view.keyword.possible(
                asked, live=len(view.live), stale=view.stale, pending=view.pending
            )
        yardstick = measure() if by != "keyword" else None
        answer = answerable_features(by, own, yardstick, possible, len(asked))
        if yardstick is not None:
            near = nearness(library, yardstick)
    return Observed(by, features(by, library, view.background, cosines, words, ranks, near), answer)


def judge(seen: Observed) -> Judgement:
    """How sure a page is, by what was observed of it."""
    answer = 1.0
    if seen.answer is not None:
        answer = float(chance(ANSWERABLE[seen.by], seen.answer[None])[0])
        if seen.by == "hybrid":
            answer = max(answer, float(chance(_NAMED, seen.answer[None, 1:])[0]))
    believed = min(answer / (_DOUBTED * GOOD[seen.by]), 1.0)
    papers: NDArray[np.float64] = np.minimum(
        believed * chance(RELEVANT[seen.by], seen.papers), answer
    )
    verdict = verdict_of(answer, seen.by)
    return Judgement(np.round(papers, _DECIMALS), round(answer, _DECIMALS), verdict)


def verdict_of(answer: float, by: Mode) -> Verdict:
    """What the probability that there is an answer comes to, by the mode whose weights it has."""
    return "good" if answer >= GOOD[by] else "weak" if answer >= WEAK else "nothing"


def _at(values: NDArray[np.float64], place: int) -> float:
    """The value at a place, counted from 1, or the last; 0 where there are none."""
    return float(values[min(place, len(values)) - 1]) if len(values) else 0.0


def chance(weights: tuple[float, ...], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities (float64, shape (n,)) of rows (float64, shape (n, m)), by a constant and m
    weights: logistic regression (D. Cox, "The Regression Analysis of Binary Sequences", 1958)."""
    odds = weights[0] + rows @ np.array(weights[1:])
    chances: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return chances


def _looked_up(
    numbers: NDArray[np.int64], scored: tuple[NDArray[np.int64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The scores of some papers, float64, shape (n,); 0 for one without."""
    found = dict(zip(scored[0].tolist(), scored[1].tolist(), strict=True))
    return np.array([found.get(number, 0.0) for number in numbers.tolist()])

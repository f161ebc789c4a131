"""One ranking from meaning and words.

Five steps, each a known method, with weights chosen on judged collections:

1. The convex combination of both scores, each brought to 0..1 by its theoretical minimum and the
   query's own maximum (S. Bruch, S. Gai, A. Ingber, "An Analysis of Fusion Functions for Hybrid
   Retrieval", 2022). It is ahead of reciprocal rank fusion, which forgets by how much one paper is
   better than the next.
2. The same again, among the first papers, for a query that has moved towards the very first
   (search/feedback.py).
3. The papers on top lend each other score by their nearness (search/neighbours.py).
4. A text as long as an abstract speaks of other papers in passing (search/mentions.py).
5. Where so wished, the very first are read token by token (search/interaction.py). Those on top
   are surer then, so steps 2 to 4 are taken anew, with feedback from these.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..index.snapshot import Snapshot
from .feedback import FIRST, SURER, Reach, gather
from .interaction import Interaction
from .mentions import Passage, mentioned
from .neighbours import smooth
from .page import first_places
from .ranking import Ranking
from .semantic import scores_of
from .stages import stage
from .view import View

__all__ = ["combine"]

SEMANTIC_WEIGHT = 0.8
"""Cosines fill only a part of their range, so this weighs meaning and words about equally."""
LEAST_SHARED = 0.2
"""The part of what a paper's words are worth to itself that a whole score of words is at least: of
40 papers of a collection, the best other paper has a quarter to a third; where it has much less, no
paper shares the subject, and a word in common is chance."""
RANKED_AGAIN = 300
"""Papers that the steps after the first look at."""
_DECIMALS = 6
_BELOW = 1e-6

_Scored = tuple[NDArray[np.int64], NDArray[np.float64]]
_Parts = Mapping[str, NDArray[np.float64]]


@stage("fuse")
def combine(
    view: View,
    snapshot: Snapshot,
    query: NDArray[np.float32],
    near: _Scored,
    worded: _Scored,
    *,
    passage: Passage | None = None,
    interaction: Interaction | None = None,
    own_score: float = 0.0,
) -> Ranking:
    """Papers by their combined score, best first.

    `query` is a unit vector, float32 (dim,); `near` the numbers and cosines of the papers nearest
    to it, best first, and `worded` the numbers and scores of those that the keyword index ranks
    highest (a paper outside counts as one without the words); `passage` is the query itself where
    it is long; `own_score` is what the words are worth to the papers that they are of, if any.
    Scores are in 0..1; their parts are "meaning" and "words", in step 2 "feedback_meaning" and
    "feedback_words", in step 3 "neighbours", in step 4 those of search/mentions.py, in step 5
    "tokens", and "order", which keeps the others behind these.

    In step 1, every paper of either list is scored by both parts; the words of a paper outside the
    list of the keyword index count for nothing. So a paper in neither list has a lower cosine, and
    no more from words, than any that is near, and cannot stand among the first so many. The
    papers behind the first RANKED_AGAIN keep their order and follow them, so that each place is
    the same however far an answer is read.
    """
    numbers, cosines = near
    others = np.setdiff1d(worded[0], numbers, assume_unique=True)
    numbers = np.append(numbers, others)
    cosines = np.append(cosines, scores_of(view, query, others))
    words = _parts(numbers, worded, LEAST_SHARED * own_score)
    ranking = _combined(numbers, {"meaning": cosines}, {"words": words})

    first = first_places(snapshot, numbers, ranking.scores, RANKED_AGAIN)
    made_of = ranking.taken(first), cosines[first], words[first]
    look = partial(_again, view, snapshot, query, *made_of, passage)
    again = look(ranking.scores[first], FIRST)
    found = interaction.found(snapshot, again) if interaction is not None else None
    if found is not None:
        again = found.lifting(look(found.lifting(again).scores, SURER))
    behind = np.ones(len(numbers), bool)
    behind[first] = False
    rest = ranking.taken(behind)
    if len(rest):
        shift = max(0.0, float(rest.scores.max() - again.scores.min()) + _BELOW)
        rest = rest.changed("order", rest.scores - shift)
    whole = again.joined(rest)
    scores = np.round(whole.scores, _DECIMALS)
    ranked = np.argsort(-scores, kind="stable")
    return Ranking(whole.numbers, scores, whole.parts).taken(ranked)


def _again(
    view: View,
    snapshot: Snapshot,
    query: NDArray[np.float32],
    ranking: Ranking,
    cosines: NDArray[np.float64],
    words: NDArray[np.float64],
    passage: Passage | None,
    best: NDArray[np.float64],
    reach: Reach,
) -> Ranking:
    """Papers after steps 2 to 4, in the same order. `ranking` has their scores of step 1, `cosines`
    and `words` (float64, (n,)) are what these were made of; by `best` (float64, (n,)), the first
    are those that feedback comes from."""
    numbers = ranking.numbers
    feedback = gather(view, snapshot, query, numbers, best, reach)
    if feedback is not None:
        with stage("keyword"):
            found = view.keyword.search(
                feedback.words,
                len(numbers),
                live=len(view.live),
                stale=view.stale,
                pending=view.pending,
                allowed=np.sort(numbers),
            )
        own = feedback.kept * cosines
        moved = scores_of(view, feedback.vector, numbers)
        ranking = _combined(
            numbers,
            {"meaning": own, "feedback_meaning": moved - own},
            {
                "words": (1 - reach.words) * words,
                "feedback_words": reach.words * _parts(numbers, found[:2]),
            },
        )
    again = ranking.changed("neighbours", smooth(view, snapshot, numbers, ranking.scores))
    return again if passage is None else mentioned(view, snapshot, passage, again)


def _parts(numbers: NDArray[np.int64], scored: _Scored, least: float = 0.0) -> NDArray[np.float64]:
    """Scores of papers as parts of the best score, or of `least` where that is more; 0 for papers
    without one."""
    parts = np.zeros(len(numbers))
    known, scores = scored
    if len(known):
        order = np.argsort(known)
        places = np.searchsorted(known, numbers, sorter=order)
        places = order[np.minimum(places, len(order) - 1)]
        here = known[places] == numbers
        parts[here] = scores[places[here]] / max(float(scores.max()), least, 1e-9)
    return parts


def _combined(numbers: NDArray[np.int64], cosines: _Parts, words: _Parts) -> Ranking:
    """Step 1, of cosines and scores of words that come in parts, which add up to them. That a
    cosine's minimum is -1 counts for the first of its parts."""
    nearest = float(sum(cosines.values(), np.zeros(len(numbers))).max(initial=0.0))
    least = np.array([1.0] + [0.0] * (len(cosines) - 1))
    parts = {
        name: SEMANTIC_WEIGHT * (part + lowest) / max(nearest + 1, 1e-9)
        for (name, part), lowest in zip(cosines.items(), least, strict=True)
    }
    parts |= {name: (1 - SEMANTIC_WEIGHT) * part for name, part in words.items()}
    scores = sum(parts.values(), np.zeros(len(numbers)))
    return Ranking(numbers, np.round(scores, _DECIMALS), parts)

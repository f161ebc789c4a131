"""One ranking from meaning and words.

The convex combination of both scores, each brought to 0..1 by its theoretical minimum and the
query's own maximum (S. Bruch, S. Gai, A. Ingber, "An Analysis of Fusion Functions for Hybrid
Retrieval", 2022). On the judged collections it is ahead of reciprocal rank fusion, which forgets
by how much one paper is better than the next.
"""

import numpy as np
from numpy.typing import NDArray

from .semantic import POOL, nearest, scores_of
from .view import View

__all__ = ["search"]

SEMANTIC_WEIGHT = 0.8
"""Cosines fill only a part of their range, so this weighs meaning and words about equally."""
_DECIMALS = 6


def search(
    view: View,
    query: NDArray[np.float32],
    by_words: tuple[NDArray[np.int64], NDArray[np.float64]],
    end: int,
    *,
    allowed: NDArray[np.int64] | None = None,
    exact: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Papers by their combined score, best first, at least the first `end` of them.

    `query` is a unit vector, float32 (dim,); `by_words` the numbers and scores of the papers that
    the keyword index ranks highest (a paper outside counts as one without the words). Returns
    numbers (int64) and scores (float64 in 0..1), shape (n,).

    Every paper of either list is scored by both parts; the words of a paper outside the list of
    the keyword index count for nothing. So a paper in neither list has a lower cosine, and no more
    from words, than at least max(end, POOL) others, and cannot stand among the first.
    """
    numbers, cosines = nearest(view, query, max(end, POOL), allowed=allowed, exact=exact)
    word_numbers, word_scores = by_words
    others = np.setdiff1d(word_numbers, numbers, assume_unique=True)
    numbers = np.append(numbers, others)
    cosines = np.append(cosines, scores_of(view, query, others))
    words = np.zeros(len(numbers))
    if len(word_numbers):
        order = np.argsort(word_numbers)
        places = np.searchsorted(word_numbers, numbers, sorter=order)
        places = order[np.minimum(places, len(order) - 1)]
        here = word_numbers[places] == numbers
        words[here] = word_scores[places[here]] / max(float(word_scores.max()), 1e-9)
    nearness = (cosines + 1) / (float(cosines.max(initial=0.0)) + 1)
    scores = np.round(SEMANTIC_WEIGHT * nearness + (1 - SEMANTIC_WEIGHT) * words, _DECIMALS)
    ranked = np.argsort(-scores, kind="stable")
    return numbers[ranked], scores[ranked]

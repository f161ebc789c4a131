"""Pseudo-relevance feedback: what the first few papers say, the query is taken to mean too.

The vector moves towards them (J. Rocchio, "Relevance Feedback in Information Retrieval", 1971), and
their telling words are searched as well (N. Abdul-Jaleel et al., "UMass at TREC 2004", RM3). How
far that can go depends on how often the papers on top are right: see `Reach`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.keyword import pending_paper
from ..index.snapshot import Snapshot
from .page import first_places
from .semantic import vectors_of
from .view import View

__all__ = ["FIRST", "SURER", "Feedback", "Reach", "gather"]

WORDS = 50
_REFERENCE = 50
"""A paper weighs by how far it is ahead of the one at this place."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far feedback goes: from the first `papers` papers, but one for each `for_each` that are
    ranked, since the first of a handful need not be about the query at all; `move` is how far the
    query's vector moves towards their mean, `words` the part of the words' score that comes from
    their words."""

    papers: int
    for_each: int
    move: float
    words: float


FIRST = Reach(papers=3, for_each=100, move=0.2, words=0.2)
"""For papers ranked by one vector and BM25: more of anything gains on some collections and loses on
others."""
SURER = Reach(papers=6, for_each=50, move=0.3, words=0.3)
"""For papers that were read token by token: from these, more gains on each of five judged
collections. From papers that were not, the same loses on the mean."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The query as it is after a look at the first papers: a unit vector, float32 (dim,), and
    words with weights from 0 to 1. `kept` times the query as it was is a part of the vector; the
    rest comes from the papers."""

    vector: NDArray[np.float32]
    words: dict[str, float]
    kept: float


def gather(
    view: View,
    snapshot: Snapshot,
    query: NDArray[np.float32],
    numbers: NDArray[np.int64],
    scores: NDArray[np.float64],
    reach: Reach,
) -> Feedback | None:
    """Feedback from the papers on top of a ranking: numbers (int64) and scores (float64), (n,), in
    any order. None where the papers cancel the query out, or where there are too few of them."""
    count = min(reach.papers, len(numbers) // reach.for_each)
    if not count:
        return None
    order = np.argsort(-scores, kind="stable")
    rows = first_places(snapshot, numbers, scores, count)
    reference = float(scores[order[min(_REFERENCE, len(order) - 1)]])
    ahead = scores[rows] - reference + 1e-6
    weights = ahead / ahead.sum()

    chosen = numbers[rows]
    centre = weights @ vectors_of(view, chosen).astype(np.float64)
    moved = query + reach.move * centre / max(float(np.linalg.norm(centre)), 1e-9)
    length = float(np.linalg.norm(moved))
    if length < 1e-6:
        return None
    papers = snapshot.papers(chosen)
    said = [pending_paper(number, papers[number], view.language) for number in chosen.tolist()]
    words = view.keyword.expansion(
        list(zip(said, weights.tolist(), strict=True)),
        WORDS,
        live=len(view.live),
        stale=view.stale,
        pending=view.pending,
    )
    return Feedback((moved / length).astype(np.float32), words, 1 / length)

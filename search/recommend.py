"""What else somebody may like, by the papers that they like and those that they do not.

1. Each liked paper votes for the papers that are nearest to it, by its vector and by its most
   telling words. What its votes are worth is measured at itself, by how near its hundredth
   neighbour is: in a crowded field a cosine says less (L. Zelnik-Manor, P. Perona, "Self-Tuning
   Spectral Clustering", 2004).
2. The votes for a paper are added up through an exponential: many papers that are somewhat near
   count, and one that is very near still more; something between the mean over the liked papers,
   which lies in the middle of nowhere where they differ, and the nearest of them alone.
3. A disliked paper takes from what is nearer to it than to any liked paper, and hardly from
   anything else.
4. The first papers are looked at once more: for authors in common with the liked papers, and for
   titles that these spell out.
5. Each paper stands for the interest of the liked paper that is nearest to it, and interests take
   turns (search/interests.py).

On citations-dev, from one half of the papers that a paper cites, the other half is found like this
with nDCG@10 of 0.274 (100 papers, 11 liked for each), by the mean of the vectors with 0.178, by the
nearest single paper with 0.126, and by reciprocal rank fusion of the papers related to each with
0.227 (scripts/recommendations --most 100).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from ..index.keyword import pending_paper
from ..index.paper import Paper
from ..index.rows import encoded_text
from ..index.snapshot import Snapshot
from .encoding import Encoding
from .interests import interests_of, interleaved, usual
from .mentions import shared_phrases
from .question import Question, about
from .ranking import Ranking
from .semantic import nearest, vectors_of
from .view import View
from .writers import writers

__all__ = ["Given", "Recommended", "for_all", "given", "recommended"]

_Found = tuple[NDArray[np.int64], NDArray[np.float64]]

NEIGHBOURS = 300
"""Papers that each liked one votes for by its vector, and as many by its words."""
REFERENCE = 100
"""The neighbour whose cosine is that from which on a paper is near."""
SOFTNESS = 2.5
"""Standard deviations of cosines by which a vote becomes e times as heavy."""
WORDS = 3.5
"""What sharing all that other papers share of a paper's words counts, in the same deviations."""
MOST_WORDS = 60
"""Telling words of each paper, as far as all together have no more than so many: …"""
ALL_WORDS = 800
_FEWEST_WORDS = 10
_LEAST_SHARED = 0.2
"""As in search/hybrid.py."""
REPULSION = 2.0
"""What a paper loses that is as near to a disliked as to a liked one, in about these units."""
AGAIN = 200
"""Papers that step 4 looks at."""
SIGNS = {"authors": 0.35, "title_phrase": 0.3}
"""What step 4 weighs, in units of the spread of the scores. Chosen on citations-dev."""
OWN = 0.5
"""How far an interest orders its papers by its own votes alone, from 0 to 1. Of 25 lists of
citations-dev, 1 finds 0.259 (nDCG@10) and of a lesser interest 0.55 papers among 20; 0.5 finds
0.263 and 0.45; 0 finds 0.273 and 0.35."""
_DEVIATION = 0.1
"""Of cosines in a library that is too small to tell."""
_DECIMALS = 6
_RESPONSIBLE = 3
_ENOUGH = 0.5
"""The part of the votes that those who are named have together."""


@dataclass(frozen=True, slots=True)
class Given:
    """A liked or disliked paper: what it is called, its record and its unit vector, float32 (dim,).
    `number` is None for one that is not in the library."""

    label: str
    paper: Paper
    vector: NDArray[np.float32]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Recommended:
    """Papers in order, all that are near to a liked one.

    `liked` are the papers that they are recommended by, `interests` these in groups, as rows of
    `liked`. `interest` (intp, (n,)) is the one that each paper of the ranking stands for, and
    `weights` (float64, (n, number of liked papers)) what the votes for it weigh.
    """

    ranking: Ranking
    liked: tuple[Given, ...]
    interests: tuple[tuple[int, ...], ...]
    interest: NDArray[np.intp]
    weights: NDArray[np.float64]

    def named_interests(self) -> tuple[tuple[str, ...], ...]:
        """The interests by what their papers are called."""
        return tuple(tuple(self.liked[row].label for row in each) for each in self.interests)

    def because_of(self, numbers: NDArray[np.int64]) -> list[tuple[str, ...]]:
        """For each of some papers the liked ones whose votes make up most of its interest's votes
        for it, the first of them first."""
        place = {number: row for row, number in enumerate(self.ranking.numbers.tolist())}
        rows = [place[number] for number in numbers.tolist()]
        return [self._responsible(self.weights[row], int(self.interest[row])) for row in rows]

    def _responsible(self, weights: NDArray[np.float64], interest: int) -> tuple[str, ...]:
        group = self.interests[interest]
        ranked = sorted(group, key=lambda row: (-weights[row], row))[:_RESPONSIBLE]
        total = np.cumsum(weights[ranked])
        enough = int(np.searchsorted(total, _ENOUGH * float(weights[list(group)].sum()))) + 1
        return tuple(self.liked[row].label for row in ranked[:enough])


def given(
    numbers: Sequence[int],
    outside: Sequence[Paper],
    snapshot: Snapshot,
    view: View,
    encoding: Encoding,
) -> list[Given]:
    """Papers of the library by their numbers, and others by what they say, which the library's
    model encodes. Raises what that raises."""
    vectors = vectors_of(view, np.array(numbers, np.int64))
    papers = snapshot.papers(numbers)
    found = [
        Given(papers[number].id, papers[number], vector, number)
        for number, vector in zip(numbers, vectors, strict=True)
    ]
    if outside:
        made = encoding.documents([encoded_text(paper) for paper in outside], view)
        found += [
            Given(paper.id, paper, vector) for paper, vector in zip(outside, made, strict=True)
        ]
    return found


def for_all(liked: Sequence[Given], view: View) -> Question:
    """What all liked papers have in common, as a question: for showing why an answer fits."""
    centre = np.mean([each.vector for each in liked], axis=0)
    length = float(np.linalg.norm(centre))
    unit = (centre / length if length > 1e-6 else liked[0].vector).astype(np.float32)
    return about([each.paper for each in liked], view, lambda: unit)


def recommended(
    snapshot: Snapshot,
    view: View,
    liked: Sequence[Given],
    disliked: Sequence[Given],
    *,
    allowed: NDArray[np.int64] | None,
    without: NDArray[np.int64],
    exact: bool = False,
) -> Recommended:
    """What to recommend, by at least one liked paper, of the papers `allowed` (numbers, int64,
    ascending; None for all) and not among those `without` (int64)."""
    background = usual(view)
    deviation = background.deviation if background else _DEVIATION
    many = len(liked) + len(disliked)
    words = max(_FEWEST_WORDS, min(MOST_WORDS, ALL_WORDS // many))
    voters = [_voter(view, each, words, allowed, without, exact) for each in (*liked, *disliked)]
    # Only liked papers propose others.
    proposed = [found[0] for each in voters[: len(liked)] for found in (each.near, each.worded)]
    numbers = np.unique(np.concatenate(proposed))
    votes = _votes(view, voters, numbers, deviation)
    for_it, against = votes[:, : len(liked)], votes[:, len(liked) :]

    weight = np.exp(for_it)
    liking = np.log1p(weight.sum(axis=1))
    ranking = Ranking(numbers, liking, {"liked": liking})
    if disliked and len(numbers):
        nearer = against.max(axis=1) - for_it.max(axis=1)
        ranking = ranking.changed("disliked", liking - REPULSION * np.logaddexp(0.0, nearer))
    ranking = _looked_at_again(snapshot, view, ranking, liked)

    groups = interests_of(np.stack([each.vector for each in liked]), background)
    nearest_of = np.stack([for_it[:, rows].max(axis=1) for rows in groups], axis=1)
    # By the nearest of each: by the sum of its votes, a large interest would win every paper.
    strongest = np.argmax(np.round(nearest_of, _DECIMALS), axis=1)
    if len(groups) > 1:
        # Of an interest, the first are those that it likes itself.
        shares = np.stack([weight[:, rows].sum(axis=1) for rows in groups], axis=1)
        own = np.log1p(shares[np.arange(len(numbers)), strongest])
        ranking = ranking.changed("interests", ranking.scores + OWN * (own - liking))
    ids = snapshot.ids_of(numbers.tolist())
    scores = np.round(ranking.scores, _DECIMALS)
    rows = range(len(numbers))
    order = np.array(sorted(rows, key=lambda row: (-scores[row], ids[int(numbers[row])])), np.intp)
    ranking, strongest, weight = ranking.taken(order), strongest[order], weight[order]
    if len(groups) > 1:
        order = interleaved(strongest, [len(rows) for rows in groups])
        descending = ranking.scores
        ranking = ranking.taken(order).changed("interests", descending)
        strongest, weight = strongest[order], weight[order]
    named = tuple(map(tuple, groups))
    return Recommended(ranking, tuple(liked), named, strongest, weight)


@dataclass(frozen=True, slots=True)
class _Voter:
    """A liked or disliked paper with what is near it: numbers with cosines, and with scores of its
    words as parts of the best; and the cosine from which on papers are near."""

    vector: NDArray[np.float32]
    near: _Found
    worded: _Found
    reference: float


def _voter(
    view: View,
    given: Given,
    most_words: int,
    allowed: NDArray[np.int64] | None,
    without: NDArray[np.int64],
    exact: bool,
) -> _Voter:
    depth = NEIGHBOURS + len(without)
    numbers, cosines = nearest(view, given.vector, depth, allowed=allowed, exact=exact)
    kept = ~np.isin(numbers, without)
    numbers, cosines = numbers[kept], cosines[kept]
    # Of a few papers, not all are near.
    place = min(REFERENCE, len(cosines) // 4)
    reference = float(cosines[place]) if len(cosines) else 0.0
    return _Voter(
        given.vector,
        (numbers[:NEIGHBOURS], cosines[:NEIGHBOURS]),
        _worded(view, given, most_words, allowed, without),
        reference,
    )


def _worded(
    view: View,
    given: Given,
    most: int,
    allowed: NDArray[np.int64] | None,
    without: NDArray[np.int64],
) -> _Found:
    said = pending_paper(given.number or 0, given.paper, view.language)
    live, stale, pending = len(view.live), view.stale, view.pending
    words = view.keyword.expansion([(said, 1.0)], most, live=live, stale=stale, pending=pending)
    if not words:
        return np.zeros(0, np.int64), np.zeros(0)
    numbers, scores, _ = view.keyword.search(
        words,
        NEIGHBOURS + len(without),
        live=live,
        stale=stale,
        pending=pending,
        allowed=allowed,
    )
    number = -1 if given.number is None else given.number
    own = float(scores[numbers == number].max(initial=0.0))
    if not own:
        # It is not in the library, or does not pass the filters.
        (parts,) = view.keyword.contributions(
            [said], words, live=live, stale=stale, pending=pending
        )
        own = fsum(parts.values())
    kept = ~np.isin(numbers, without)
    numbers, scores = numbers[kept][:NEIGHBOURS], scores[kept][:NEIGHBOURS]
    return numbers, scores / max(float(scores.max(initial=0.0)), _LEAST_SHARED * own, 1e-9)


def _votes(
    view: View, voters: Sequence[_Voter], numbers: NDArray[np.int64], deviation: float
) -> NDArray[np.float64]:
    """How near papers are to each voter: the logarithm of the weight of its vote, float64 (papers,
    voters)."""
    vectors = vectors_of(view, numbers).astype(np.float64)
    asked = np.stack([each.vector for each in voters]).astype(np.float64)
    cosines = np.round(vectors @ asked.T, _DECIMALS)
    votes = (cosines - np.array([each.reference for each in voters])) / deviation
    for column, each in enumerate(voters):
        found, scores = each.worded
        places = np.searchsorted(numbers, found)
        here = places < len(numbers)
        here[here] = numbers[places[here]] == found[here]
        votes[places[here], column] += WORDS * scores[here]
    near: NDArray[np.float64] = np.round(votes / SOFTNESS, _DECIMALS)
    return near


def _looked_at_again(
    snapshot: Snapshot, view: View, ranking: Ranking, liked: Sequence[Given]
) -> Ranking:
    """Step 4, with equal scores looked at all or not at all."""
    count = min(AGAIN, len(ranking))
    if count < 2:
        return ranking
    least = np.partition(ranking.scores, -count)[-count]
    rows = np.flatnonzero(ranking.scores >= least)
    papers = snapshot.papers(ranking.numbers[rows].tolist())
    found = [papers[number] for number in ranking.numbers[rows].tolist()]
    written = Counter(name for each in liked for name in writers([each.paper]))
    shared = [sum(written[name] for name in writers([paper])) for paper in found]
    signs = {
        "authors": np.log1p(np.array(shared, np.float64)),
        "title_phrase": shared_phrases(view, [each.paper for each in liked], found),
    }
    return ranking.lifted(rows, signs, SIGNS)

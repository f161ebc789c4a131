"""Papers outside the keyword index: their words, and their BM25 as the index would compute it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .analysis import gapped, spaced, terms
from .bm25 import FIELDS, kept_length, saturated
from .keyword_files import PADDING, texts
from .paper import Paper

__all__ = ["Contributions", "PendingPaper", "contributions", "pending_paper", "score_pending"]

Contributions = dict[tuple[str, ...], float]
"""What words (each alone in a tuple) and phrases add to the score of a paper."""


@dataclass(frozen=True, slots=True)
class PendingPaper:
    """The words of a paper that the index does not hold yet."""

    number: int
    counts: Mapping[str, Counter[str]]
    lengths: Mapping[str, int]
    paper: Paper
    language: str

    def holds(self, words: Sequence[str], field: str = "") -> bool:
        """Whether words (terms) stand side by side in a field, "title" or "abstract", or in either
        of them. In a language without spaces, whether the field has all of them."""
        if not all(self.counts["text"][word] for word in words):
            return False
        said = {"title": texts(self.paper)["title"], "abstract": self.paper.abstract}
        return any(
            _holds(gapped(text, self.language), words, spaced(self.language))
            for name, text in said.items()
            if field in ("", name)
        )


def pending_paper(number: int, paper: Paper, language: str) -> PendingPaper:
    """Analyse a paper for BM25 outside the index."""
    words = {field: terms(text, language) for field, text in texts(paper).items()}
    return PendingPaper(
        number,
        {name: Counter(found) for name, found in words.items()},
        {name: len(found) + PADDING[name] for name, found in words.items()},
        paper,
        language,
    )


def _holds(found: Sequence[str], words: Sequence[str], adjacent: bool) -> bool:
    if not adjacent:
        return set(words) <= set(found)
    wanted, last = list(words), len(found) - len(words)
    return any(
        found[place] == wanted[0] and list(found[place : place + len(wanted)]) == wanted
        for place in range(last + 1)
    )


def contributions(
    paper: PendingPaper,
    words: Mapping[str, float],
    idf: Mapping[str, float],
    worth: Mapping[tuple[str, ...], float],
    mean_lengths: Mapping[str, float],
) -> Contributions:
    """What each word and phrase that a paper holds adds to its score; all add up to it."""
    found: Contributions = defaultdict(float)
    for phrase, score in worth.items():
        if paper.holds(phrase):
            found[phrase] += score
    for field, share in FIELDS.items():
        length = kept_length(paper.lengths[field]) / mean_lengths[field]
        for word, weight in words.items():
            tf = paper.counts[field][word]
            if tf:
                found[(word,)] += share * weight * idf.get(word, 0.0) * saturated(tf, length)
    return found


def score_pending(
    words: Mapping[str, float],
    idf: Mapping[str, float],
    worth: Mapping[tuple[str, ...], float],
    pending: Iterable[PendingPaper],
    mean_lengths: Mapping[str, float],
    allowed: NDArray[np.int64] | None,
) -> dict[int, float]:
    """Scores of those papers that hold a word or a phrase, and are allowed (int64, ascending; None
    for all), by number."""
    scores: dict[int, float] = {}
    for paper in pending:
        if allowed is not None:
            at = int(np.searchsorted(allowed, paper.number))
            if at == len(allowed) or allowed[at] != paper.number:
                continue
        score = sum(contributions(paper, words, idf, worth, mean_lengths).values())
        if score > 0:
            scores[paper.number] = score
    return scores

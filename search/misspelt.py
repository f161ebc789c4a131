"""How sure it is that a word which no paper holds is another one, misspelled.

A word may as well be right, and just none of the library's: "monocular" where papers speak of
molecules. Four things tell the two apart, as in a noisy channel (M. Kernighan, K. Church, W. Gale,
"A Spelling Correction Program Based on a Noisy Channel Model", 1990): how much the word looks like
one, for which the pieces that the model cuts it into are counted; what the mistake would be (two
letters swapped, or one left out, hardly ever turn one word into another); how frequent the other
word is; and whether it stands in the papers that have the rest of the query (W. Gale, K. Church,
"Probability Scoring for Spelling Correction", 1991).

The weights are a logistic regression's, rounded. It was fitted on words of judged queries with one
random mistake, and on words of titles and queries from other fields, over four collections, each
left out once.
"""

import math
from collections.abc import Iterable

from ..index.analysis import query_terms, terms
from ..index.model_words import ModelWords
from .view import View

__all__ = ["NAME", "POSSIBLE", "SURE", "belief", "support"]

SURE = 3.0
"""From this belief on, a word is corrected: of the words that have another one near, 97 % of the
misspelled have it, and two in five of those that are right."""
POSSIBLE = 1.5
"""From this belief on, a word is asked about."""
_SUPPORTED = 2.0
"""What support two mistakes need in what looks like a word."""
NAME = 2.0
"""How much surer it has to be for what looks like a name."""

_PIECES, _LETTERS, _SUPPORT, _SHARE, _SWAPPED, _LEFT_OUT = 1.5, 0.2, 0.5, 0.5, 3.0, 1.5
_TWO = -2.0
_MOST_PIECES, _MOST_LETTERS, _MOST_SUPPORT, _LEAST_SUPPORT = 4, 12, 4.0, -2.0
_USUAL_PIECES = 3
"""Where the model does not tell."""
_RAREST = -8.0
"""Of the logarithm of a word's share of the papers."""
_EVERYWHERE = 0.2
"""Words that stand in a larger part of the papers say nothing about a query."""
_ASKED = 12
"""Words of a query that are looked at, the rarest ones."""


def belief(
    word: str,
    other: str,
    mistakes: int,
    near: float | None,
    view: View,
    known: ModelWords,
) -> float:
    """How sure it is, in log-odds but for a constant, that a word (folded) is another one of the
    papers' with so many mistakes; -inf for two that the rest of the query does not support, where
    it looks like a word. `near` is the other's support."""
    pieces = min(known.pieces(word) or _USUAL_PIECES, _MOST_PIECES)
    supported = near is None or near >= _SUPPORTED
    if mistakes > 1 and pieces < _MOST_PIECES and not supported:
        return -math.inf
    stem = _stem(other, view)
    share = max(_counted([stem], view)[stem], 1) / max(len(view.live), 1)
    shorter = len(word) < len(other)
    swapped = len(word) == len(other) and sorted(word) == sorted(other)
    return (
        _PIECES * pieces
        + _LETTERS * min(len(word), _MOST_LETTERS)
        + _SUPPORT * min(max(near or 0.0, _LEAST_SUPPORT), _MOST_SUPPORT)
        + _SHARE * max(math.log(share), _RAREST)
        + (_TWO if mistakes > 1 else _SWAPPED if swapped else _LEFT_OUT if shorter else 0.0)
    )


def support(word: str, meant: str, view: View) -> float | None:
    """How much more often a word stands in papers with the other words of a text, as it may be
    meant, than chance has it: standard deviations, over all of them. None where no other word
    tells."""
    own = _stem(word, view)
    asked = [each for each in query_terms(meant, view.language) if each != own]
    found = _counted([*asked, own], view)
    most, papers = _EVERYWHERE * len(view.live), len(view.live)
    rare = sorted((df, each) for each, df in found.items() if each != own and 0 < df <= most)
    if not rare:
        return None
    deviations = 0.0
    for df, each in rare[:_ASKED]:
        expected = df * found[own] / papers
        # A quarter of a paper more, so that one common paper of two rare words is no proof.
        together = view.lexicon.together(own, each)
        deviations += (together - expected) / math.sqrt(expected + 0.25)
    return deviations / math.sqrt(min(len(rare), _ASKED))


def _stem(word: str, view: View) -> str:
    return (terms(word, view.language) or [word])[0]


def _counted(stems: Iterable[str], view: View) -> dict[str, int]:
    return view.keyword.frequencies(set(stems), view.stale, view.pending)

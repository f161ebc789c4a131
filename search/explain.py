"""Why papers are in an answer (`search.why`), worked out for one page of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..index.keyword import pending_paper
from ..index.paper import Paper
from .matches import Matches, Terms, asked_words
from .query import Condition
from .question import Question
from .ranking import Ranking
from .sentences import Span, sentences
from .view import View
from .why import Sentence, Why

__all__ = ["demanded", "reasons"]

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_DECIMALS = 6
_MOST_SENTENCES = 100
"""Sentences of an abstract that are looked at: what has more is no abstract."""
_SHARED_WORDS = 10
"""Words that are told of all that two papers share."""
_LEAST_SHARED = 0.4
"""How much such a word weighs at least beside the first of them."""


def demanded(conditions: Iterable[Condition]) -> str:
    """The words that conditions demand of the title or the abstract."""
    fields = ("title", "abstract")
    return " ".join(each.text for each in conditions if each.field in fields and not each.excluded)


def reasons(
    papers: Sequence[tuple[int, Paper]],
    ranking: Ranking,
    question: Question,
    text: str,
    view: View,
    encode: Encode | None,
) -> list[Why]:
    """Why each of these papers (with their numbers) is in an answer.

    `ranking` holds them, without parts where nothing was ranked; `question` is what they were
    ranked by. The words that are looked for are those of `text`; of a question that is a paper,
    those that say most of what both are about. `encode` makes unit vectors of sentences, float32
    (n, dim); without it, sentences are chosen by their words. Raises what `encode` raises.
    """
    weights: list[dict[Terms, float]] = [
        dict(each)
        for each in view.keyword.contributions(
            [pending_paper(number, paper, view.language) for number, paper in papers],
            question.words,
            live=len(view.live),
            stale=view.stale,
            pending=view.pending,
            phrases=question.phrases,
        )
    ]
    matches = [Matches(paper, view.language) for _, paper in papers]
    spans = [_telling_sentences(paper.abstract) for _, paper in papers]
    if encode is None:
        chosen = [
            _by_words(paper.abstract, each.best_sentence(own, weight))
            for (_, paper), each, own, weight in zip(papers, matches, spans, weights, strict=True)
        ]
    else:
        abstracts = [paper.abstract for _, paper in papers]
        chosen = _by_meaning(abstracts, spans, question.vector(), encode)
    asked = {} if question.near else asked_words(text, view.language)
    found = []
    for (number, _), weight, each, sentence in zip(papers, weights, matches, chosen, strict=True):
        if question.near:
            asked = dict.fromkeys(_most_telling(weight), "")
        words, missing = each.found(asked, [terms for terms in weight if terms in question.also])
        parts = _parts(number, ranking, weight, question.also)
        found.append(Why(parts, words, missing, sentence))
    return found


def _telling_sentences(abstract: str) -> list[Span]:
    spans = sentences(abstract)[:_MOST_SENTENCES]
    return [span for span in spans if any(map(str.isalnum, abstract[slice(*span)]))]


def _by_words(abstract: str, span: Span | None) -> Sentence | None:
    return Sentence(abstract[slice(*span)], *span, None) if span else None


def _by_meaning(
    abstracts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    query: NDArray[np.float32],
    encode: Encode,
) -> list[Sentence | None]:
    """The sentence of each abstract that is nearest to a unit vector, float32 (dim,)."""
    said = [
        abstract[start:end]
        for abstract, own in zip(abstracts, spans, strict=True)
        for start, end in own
    ]
    cosines = np.round(encode(said).astype(np.float64) @ query.astype(np.float64), _DECIMALS)
    found: list[Sentence | None] = []
    begin = 0
    for own in spans:
        near = cosines[begin : begin + len(own)]
        if not len(own):
            found.append(None)
            continue
        best = int(np.argmax(near))
        found.append(Sentence(said[begin + best], *own[best], float(near[best])))
        begin += len(own)
    return found


def _most_telling(weights: Mapping[Terms, float]) -> list[Terms]:
    best = sorted(weights, key=lambda terms: (-weights[terms], terms))[:_SHARED_WORDS]
    return [terms for terms in best if weights[terms] >= _LEAST_SHARED * weights[best[0]]]


def _parts(
    number: int, ranking: Ranking, weights: Mapping[Terms, float], also: frozenset[Terms]
) -> dict[str, float]:
    """What each part adds to the score of a paper, that of its words without their synonyms'."""
    parts: dict[str, float] = {}
    for name, value in ranking.parts_of(number).items():
        parts[name] = value
        if name == "words" and value:
            total = sum(weights.values())
            share = sum(weights[terms] for terms in weights if terms in also)
            parts["synonyms"] = value * share / total if total else 0.0
            parts[name] = value - parts["synonyms"]
    rounded = {name: round(value, _DECIMALS) for name, value in parts.items()}
    return {name: value for name, value in rounded.items() if value}

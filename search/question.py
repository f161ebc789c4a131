"""What papers are ranked by: the words and the vector of a text, or of papers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import query_terms
from ..index.keyword import pending_paper
from ..index.keyword_files import texts
from ..index.paper import Paper
from ..index.rows import encoded_text
from .acronyms import synonyms
from .matches import Terms
from .mentions import BY_PAPERS, Passage, passage
from .view import View
from .writers import writers

__all__ = ["Mode", "Question", "about", "demanding", "question"]

Mode = Literal["hybrid", "semantic", "keyword"]
MakeVector = Callable[[], NDArray[np.float32]]
MakeVectors = Callable[[Sequence[str]], NDArray[np.float32]]

_MOST_WORDS = 512
"""Distinct words of a query that are searched by: a long abstract has about 150."""


@dataclass(frozen=True, slots=True)
class Question:
    """What papers are ranked by: words and phrases of terms with weights, and a unit vector,
    float32 (dim,), which is made when it is asked for.

    `text` is what a cross-encoder reads; `passage` is the same where it may mention papers. `near`
    says that papers ask, and not a person. `also` are the words and phrases that stand for
    acronyms, or that acronyms stand for. `own_score` is what the words of papers that ask are worth
    to these papers themselves.
    """

    words: dict[str, float]
    phrases: dict[tuple[str, ...], float]
    vector: MakeVector
    text: str
    near: bool = False
    also: frozenset[Terms] = frozenset()
    passage: Passage | None = None
    own_score: float = 0.0

    @property
    def own_words(self) -> dict[str, float]:
        """The words that were asked for themselves."""
        return {word: weight for word, weight in self.words.items() if (word,) not in self.also}


def question(text: str, view: View, vector: MakeVector, encode: MakeVectors) -> Question:
    """What is searched by for a text. `encode` makes the vectors of its sentences."""
    words: dict[str, float] = dict(query_terms(text, view.language).most_common(_MOST_WORDS))
    also = synonyms(text, view.language, view.lexicon)
    more = {(term,) for term in also.words if term not in words} | set(also.phrases)
    return Question(
        {**also.words, **words},
        also.phrases,
        vector,
        text=text,
        also=frozenset(more),
        passage=passage(text, view.language, encode),
    )


def about(papers: Sequence[Paper], view: View, vector: MakeVector) -> Question:
    """What is searched by for papers: a vector, and the words of titles and abstracts."""
    said = "\n".join(texts(paper)["text"] for paper in papers)
    words: dict[str, float] = dict(query_terms(said, view.language).most_common(_MOST_WORDS))
    text = "\n".join(map(encoded_text, papers))
    contributions = view.keyword.contributions(
        [pending_paper(0, paper, view.language) for paper in papers],
        words,
        live=len(view.live),
        stale=view.stale,
        pending=view.pending,
        phrases={},
    )
    own = max((fsum(each.values()) for each in contributions), default=0.0)
    said_by = Passage(text, BY_PAPERS, writers=writers(papers))
    return Question(words, {}, vector, text, near=True, passage=said_by, own_score=own)


def demanding(text: str, view: View) -> Question:
    """What is looked for in papers that were not ranked, for words that they had to have."""
    return Question(dict(query_terms(text, view.language)), {}, _no_vector, text=text)


def _no_vector() -> NDArray[np.float32]:
    raise AssertionError("a query without text is ranked by nothing")

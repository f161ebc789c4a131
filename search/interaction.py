"""The first papers read once more, token by token, with the library's own model.

Late interaction (O. Khattab, M. Zaharia, "ColBERT", 2020): each token of the query looks for those
of the paper that mean the same where they stand; one vector for a whole abstract cannot tell that.
The model was not trained for it, so this is one more part of the score, not the score: what the
query's tokens find, each weighed by how few of these papers have it at all. Papers are encoded
while the query waits, which is why it has to be asked for (`quality="high"`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..index.bm25 import idf_of
from ..index.encoder import Task, Tokens
from ..index.rows import encoded_text
from ..index.snapshot import Snapshot
from .page import first_places
from .ranking import Ranking

__all__ = ["PAPERS", "Found", "Interaction", "Quality", "ReadTokens", "found_by"]

Quality = Literal["normal", "high"]
ReadTokens = Callable[[Sequence[str], Task], list[Tokens]]

PAPERS = 50
"""The first papers, which alone are read again."""
WEIGHT = 0.25
"""Of this part, when it and the score before are brought to the same spread."""
_LEAST_PAPERS = 5
_SHARPNESS = 20.0
"""How far the best token is ahead of the rest: a maximum forgets how often something is said."""
_UNSEEN = 50
"""Tokens unlike the query's that every paper is taken to have besides its own: else a title
without an abstract, in which little is unlike anything, would come first."""
_COMMON = 0.1
"""What a token that all papers have still weighs."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the tokens of a query find (`sign`, float64 (n,)) in some papers of a ranking (`rows`,
    intp (n,))."""

    rows: NDArray[np.intp]
    sign: NDArray[np.float64]

    def lifting(self, ranking: Ranking) -> Ranking:
        """A ranking of the same papers in the same order with the part "tokens" in the scores of
        those that were read. The best score is 1 at most."""
        return ranking.lifted(self.rows, {"tokens": self.sign}, {"tokens": WEIGHT}).within_one()


@dataclass(frozen=True, slots=True)
class Interaction:
    """A query whose tokens look for themselves in papers. `read` gives the tokens of texts, as
    those of a query or of papers."""

    query: str
    read: ReadTokens

    def found(self, snapshot: Snapshot, ranking: Ranking) -> Found | None:
        """What the tokens find in the first PAPERS papers of a ranking (in any order); None where
        they are too few, or the query has no tokens. Raises what `read` raises."""
        rows = first_places(snapshot, ranking.numbers, ranking.scores, PAPERS)
        if len(rows) < _LEAST_PAPERS:
            return None
        (asked,) = self.read([self.query], "query")
        if not len(asked.ids):
            return None
        numbers = ranking.numbers[rows].tolist()
        papers = snapshot.papers(numbers)
        texts = [encoded_text(papers[number]) for number in numbers]
        return Found(rows, found_by(asked, self.read(texts, "document")))


def found_by(query: Tokens, papers: Sequence[Tokens]) -> NDArray[np.float64]:
    """How well tokens of a query are found in each of some papers: float64 (n,), about 0..1."""
    having = [set(each.ids.tolist()) for each in papers]
    weights = np.array(
        [
            idf_of(len(papers), sum(token in each for each in having)) + _COMMON
            for token in query.ids.tolist()
        ]
    )
    weights /= weights.sum()
    asked = query.vectors.astype(np.float64)
    found = np.zeros(len(papers))
    for row, each in enumerate(papers):
        alike = np.exp(_SHARPNESS * (asked @ each.vectors.astype(np.float64).T)).sum(axis=1)
        soft = np.log(np.maximum(alike, 1.0) / (len(each.ids) + _UNSEEN)) / _SHARPNESS
        found[row] = weights @ soft
    return np.round(found, 6)

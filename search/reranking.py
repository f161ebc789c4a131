"""The first papers of an answer read once more, each together with the query."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError
from ..index.reranker import Reranker
from ..index.rows import encoded_text
from ..index.snapshot import Snapshot

__all__ = ["MOST_RERANKED", "RERANKED", "Reranking", "check_rerank_top"]

RERANKED = 50
"""Papers that are reranked where nothing else is said."""
MOST_RERANKED = 1000
"""No more than the first places of an answer that are arranged at all."""


def check_rerank_top(top: int) -> None:
    """Raise QueryError for a number of papers that cannot be reranked."""
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= MOST_RERANKED:
        raise QueryError(
            f"The first {top!r} papers cannot be reranked. Give a number from 1 to "
            f"{MOST_RERANKED:,}."
        )


@dataclass(frozen=True, slots=True)
class Reranking:
    """What the first `top` papers are scored with, and the query that they are scored for."""

    reranker: Reranker
    query: str
    top: int

    def scores(self, snapshot: Snapshot, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Scores of papers (int64, shape (n,)): float64, shape (n,). Raises ModelError."""
        papers = snapshot.papers(numbers.tolist())
        texts = [encoded_text(papers[number]) for number in numbers.tolist()]
        return self.reranker.scores(self.query, texts)

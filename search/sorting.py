"""Answers in the order of their dates: of the papers that answer, and not of whatever has a date.

Almost every paper of a library is a little near to any query, so an answer that is put in the order
of dates as a whole begins with papers that happen to be new. What is sorted here is the top of the
answer by relevance, the same for every page: its first SORTED papers, and behind the first ten of
those, only the ones that are at least SURE times as likely to be relevant as the likeliest of them
(search/confidence.py; of recommended papers, LIKED times as much liked).
"""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError
from ..index.snapshot import Snapshot, chunks, marks

__all__ = ["LIKED", "SORTED", "Sort", "by_date", "check_sort", "worth_sorting"]

Sort = Literal["relevance", "newest", "oldest"]

SORTED = 100
"""Papers on top of an answer by relevance that are sorted by date at most."""
_ALWAYS = 10
"""Papers on top of an answer that are sorted anyway: what would have been its first page."""
SURE = 0.2
"""The part of the best confidence that a paper has at least. On cisi it leaves 68 papers of a
query (the median) with 0.43 of the relevant ones, one paper in five being relevant; on
scifact-train, whose queries have about one, it leaves 8 with 0.97 of them."""

LIKED = 0.5
"""The part of the best score that a recommended paper has at least."""


def check_sort(sort: Sort, diversity: float, reranked: bool) -> None:
    """Raise QueryError for an order that there is not, or that would undo another."""
    if sort not in get_args(Sort):
        raise QueryError(f"There is no order {sort!r}. Sort by relevance, newest or oldest.")
    if sort == "relevance":
        return
    for wanted, name in ((bool(diversity), "diversity"), (reranked, "rerank")):
        if wanted:
            raise QueryError(
                f"Sorted by {sort}, papers stand in the order of their dates, which would undo "
                f"{name}. Leave out one of the two."
            )


def worth_sorting(likely: NDArray[np.float64], part: float = SURE) -> NDArray[np.bool_]:
    """Which papers of the top of an answer are sorted, in the order of the answer: by how likely
    they are what was looked for (float64, (n,)), as a part of the best."""
    worth: NDArray[np.bool_] = likely >= part * likely.max(initial=0.0)
    worth[:_ALWAYS] = True
    return worth


def by_date(snapshot: Snapshot, numbers: NDArray[np.int64], sort: Sort) -> NDArray[np.intp]:
    """The rows of some papers (int64, (n,)) in the order of their dates: intp, (n,).

    Those without a date come last, those of one date in the order in which they were given. A date
    without a day or a month counts as the beginning of what it leaves open.
    """
    dates = _dates(snapshot, numbers.tolist())
    rows = sorted(
        (row for row, number in enumerate(numbers.tolist()) if dates[number]),
        key=lambda row: dates[int(numbers[row])],
        reverse=sort == "newest",
    )
    undated = [row for row, number in enumerate(numbers.tolist()) if not dates[number]]
    return np.array([*rows, *undated], np.intp)


def _dates(snapshot: Snapshot, numbers: Sequence[int]) -> dict[int, str]:
    query = "SELECT paper, published FROM papers WHERE paper IN ({})"
    return {
        number: published
        for part in chunks(numbers)
        for number, published in snapshot.rows(query.format(marks(part)), *part)
    }

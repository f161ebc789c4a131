"""From scored papers to one page, ties in order of their ids."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError
from ..index.snapshot import Snapshot
from .hits import DEEPEST
from .ranking import Ranking

__all__ = ["by_ids", "check_page", "first_places", "put_first"]

_AHEAD = 1e-6


def check_page(k: int, offset: int) -> None:
    """Raise QueryError for a page that cannot be given."""
    if k < 1:
        raise QueryError(f"An answer has at least one place; {k} were asked for.")
    if offset < 0:
        raise QueryError(f"The offset {offset} is negative. The first page has offset 0.")
    if offset + k > DEEPEST:
        raise QueryError(
            f"An answer goes down to place {DEEPEST:,}; offset {offset:,} and {k:,} hits go "
            "beyond. Narrow the query or the filters.",
            "offset",
        )


def first_places(
    snapshot: Snapshot, numbers: NDArray[np.int64], scores: NDArray[np.float64], count: int
) -> NDArray[np.intp]:
    """Which of some papers, in any order, are the first so many: their rows, intp, shape (count,)
    or fewer, best first; ties in the order of paper ids.

    `numbers` (int64) and `scores` (float64), shape (n,), hold every paper that ties with the last
    of these.
    """
    order = np.argsort(-scores, kind="stable")
    if not 0 < count < len(order):
        count = len(order) if count else 0
    if not count:
        return order[:0]
    # Only those that tie with the last can take its place.
    end = int(np.searchsorted(-scores[order], -scores[order[count - 1]], side="right"))
    order = order[:end]
    return order[by_ids(snapshot, numbers[order], scores[order])][:count]


def by_ids(
    snapshot: Snapshot, numbers: NDArray[np.int64], scores: NDArray[np.float64]
) -> NDArray[np.intp]:
    """The places of papers, whose scores (float64, (n,)) descend, with ties in the order of their
    ids: intp, (n,)."""
    order = np.arange(len(scores))
    equal = scores[1:] == scores[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    if len(tied):
        ids = snapshot.ids_of(numbers[tied])
        order[tied] = sorted(tied.tolist(), key=lambda row: (-scores[row], ids[int(numbers[row])]))
    return order


def put_first(
    first: NDArray[np.int64],
    ranking: Ranking,
    rank: Callable[[NDArray[np.int64]], Ranking],
    name: str,
) -> Ranking:
    """A ranking with some papers (int64, ascending) before all others; among each other they stand
    by their scores.

    `rank` ranks papers among themselves, for those that the ranking has not got; both give the
    highest scores first. Scores change only where papers have to be lifted, by the part `name`. A
    paper that `rank` does not know either is left out.
    """
    here = np.isin(ranking.numbers, first)
    found = ranking.taken(here)
    if len(found) < len(first):
        again = rank(first)
        found = again.taken(np.isin(again.numbers, first))
    if not len(found):
        return ranking
    others = ranking.taken(~here)
    best = float(others.scores.max(initial=-np.inf))
    if found.scores.min() <= best:
        lift = best - float(found.scores.min()) + _AHEAD
        found = found.changed(name, found.scores + lift)
    return found.joined(others)

"""The interests that liked papers stand for, and answers in which none of them drowns the others.

Papers that are liked by one person seldom have one subject. They are grouped
by average linkage over their vectors (P. Sneath, R. Sokal, "Numerical Taxonomy", 1973), as long as
two groups are nearer than is usual in the library. Places are then given as seats of a parliament
are, by the method of Sainte-Laguë, each liked paper being a vote (V. Dang, W. B. Croft, "Diversity
by Proportionality: An Election-based Approach to Search Result Diversification", 2012).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .semantic import vectors_of
from .view import View

__all__ = ["Usual", "interests_of", "interleaved", "usual"]

NEAR = 1.0
"""Standard deviations above the mean cosine of the library, from which papers are of one interest.
Of half the citations of a paper it makes 1.6 interests on the mean, the largest with 0.89 of them;
of those of two papers together, 0.88 are in an interest that is mostly of the same paper. A larger
one costs more of what is found of a single interest than it gives to a second."""
_SAMPLE = 500
_FEWEST = 10
_LEAST_DEVIATION = 0.002


@dataclass(frozen=True, slots=True)
class Usual:
    """The mean and the standard deviation of the cosines between papers of a library."""

    mean: float
    deviation: float


def usual(view: View) -> Usual | None:
    """What is usual between papers that have nothing to do with each other, by a sample of them;
    None where there are too few to tell, or all are alike."""
    step = max(1, -(-len(view.live) // _SAMPLE))
    vectors = vectors_of(view, view.live[::step]).astype(np.float64)
    if len(vectors) < _FEWEST:
        return None
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    deviation = float(cosines.std())
    if deviation < _LEAST_DEVIATION:
        return None
    return Usual(round(float(cosines.mean()), 6), round(deviation, 6))


def interests_of(vectors: NDArray[np.float32], background: Usual | None) -> list[list[int]]:
    """Rows of unit vectors, float32 (n, dim), in groups: the largest first, then by their rows.
    Without a background, they are all in one."""
    count = len(vectors)
    if background is None or count < 2:
        return [list(range(count))] if count else []
    unit = vectors.astype(np.float64)
    near = np.round((unit @ unit.T - background.mean) / background.deviation, 6)
    np.fill_diagonal(near, -np.inf)
    groups = [[row] for row in range(count)]
    while True:
        first, second = np.unravel_index(int(np.argmax(near)), near.shape)
        one, other = sorted((int(first), int(second)))
        if near[one, other] < NEAR:
            break
        share = len(groups[one]) / (len(groups[one]) + len(groups[other]))
        # What is -inf, itself and what is merged already, stays so.
        near[one] = near[:, one] = share * near[one] + (1 - share) * near[other]
        near[other] = near[:, other] = -np.inf
        groups[one] += groups[other]
        groups[other] = []
    return sorted((sorted(each) for each in groups if each), key=lambda each: (-len(each), each))


def interleaved(of: NDArray[np.intp], sizes: Sequence[int]) -> NDArray[np.intp]:
    """The order in which papers share places, intp (n,): `of` is the interest of each, best papers
    first, and `sizes` how many liked papers each interest has."""
    queues = [np.flatnonzero(of == each).tolist() for each in range(len(sizes))]
    given = [0] * len(sizes)
    order: list[int] = []
    waiting = {each for each, queue in enumerate(queues) if queue}
    while waiting:
        # Of equal claims, that of the larger interest counts, which comes first.
        best = max(waiting, key=lambda each: (sizes[each] / (2 * given[each] + 1), -each))
        order.append(queues[best][given[best]])
        given[best] += 1
        if given[best] == len(queues[best]):
            waiting.remove(best)
    return np.array(order, np.intp)

"""What rankings reach by judgements, query by query and on the mean.

The figures are computed by ir_measures (S. MacAvaney et al., "Streamlining Evaluation with
ir-measures", 2022): nDCG@10 with the grade itself as the gain (K. Järvelin, J. Kekäläinen, 2002),
recall@100, the reciprocal rank of the first relevant paper among ten (MRR@10), and average
precision (MAP).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError
from .judgements import Qrels
from .significance import Comparison, Interval, compare, intervals

__all__ = ["MEASURES", "Figures", "measured"]

MEASURES = ("ndcg@10", "recall@100", "mrr@10", "map")
"""The measures by the names that `--json` prints."""

_TOP = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What one ranking of each judged query reached: 0 to 1, higher is better.

    `values` has each of MEASURES by query; the properties are their means over all queries.
    `unjudged_10` is no mean and no merit: of all papers that stood among the first ten of any
    query, the share that nobody judged for it. Where it is large, the other figures say little.
    """

    values: Mapping[str, Mapping[str, float]]
    unjudged_10: float

    @property
    def ndcg_10(self) -> float:
        return self._mean("ndcg@10")

    @property
    def recall_100(self) -> float:
        return self._mean("recall@100")

    @property
    def mrr_10(self) -> float:
        return self._mean("mrr@10")

    @property
    def map(self) -> float:
        return self._mean("map")

    def means(self) -> dict[str, float]:
        """The mean of each of MEASURES."""
        return {measure: self._mean(measure) for measure in MEASURES}

    def intervals(self) -> dict[str, Interval | None]:
        """The 95 % bootstrap interval of each mean, see `significance.intervals`."""
        return dict(zip(MEASURES, intervals(self._array(self._queries())), strict=True))

    def compared(self, other: "Figures") -> dict[str, Comparison]:
        """These figures less the other ones, by measure, see `significance.compare`.

        Raises QueryError where the two are not of the same queries.
        """
        queries = self._queries()
        if set(queries) != set(other._queries()):
            raise QueryError(
                "Two rankings can only be compared by the same judged queries: "
                f"{len(set(queries) ^ set(other._queries())):,} are of one of them alone."
            )
        found = compare(self._array(queries), other._array(queries))
        return dict(zip(MEASURES, found, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        ends = {name: list(each) if each else None for name, each in self.intervals().items()}
        return {**self.means(), "unjudged@10": self.unjudged_10, "intervals": ends}

    def _mean(self, measure: str) -> float:
        values = self.values[measure].values()
        # fsum does not depend on the order in which the values come.
        return math.fsum(values) / len(values)

    def _queries(self) -> list[str]:
        return list(self.values[MEASURES[0]])

    def _array(self, queries: Sequence[str]) -> NDArray[np.float64]:
        rows = [[self.values[measure][query] for measure in MEASURES] for query in queries]
        return np.array(rows, np.float64)


def measured(judged: Qrels, ranked: Mapping[str, Iterable[str]]) -> Figures:
    """The figures of `ranked`, papers by query, best first and each once, by judgements of them.

    A judged query without a ranking, or without a relevant paper, has 0 everywhere; a ranking of a
    query that is not judged is passed over. Grades are 0 or more.
    """
    import ir_measures

    measures = (ir_measures.nDCG @ 10, ir_measures.R @ 100, ir_measures.RR @ 10, ir_measures.AP)
    names = dict(zip(measures, MEASURES, strict=True))
    # Places, not scores: equal scores would be ordered anew by names.
    run = {
        query: {paper: -float(place) for place, paper in enumerate(ranked.get(query, ()))}
        for query in judged
    }
    values = {name: dict.fromkeys(judged, 0.0) for name in MEASURES}
    for each in ir_measures.iter_calc(measures, judged, run):
        values[names[each.measure]][each.query_id] = float(each.value)
    tops = [(query, paper) for query, papers in run.items() for paper in list(papers)[:_TOP]]
    unjudged = sum(paper not in judged[query] for query, paper in tops)
    return Figures(values, unjudged / len(tops) if tops else 0.0)

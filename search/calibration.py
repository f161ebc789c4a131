"""How far confidence can be taken at its word, measured with judged queries."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "Calibration"]

BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was said of papers, and what people judged: confidences (float64) and whether each paper
    is relevant (bool), both shape (n,), of the first papers of every judged query.

    Papers that nobody judged count as irrelevant, so where many are, confidence looks too high.
    """

    confidence: NDArray[np.float64]
    relevant: NDArray[np.bool_]

    @property
    def error(self) -> float:
        """Expected calibration error: how far mean confidence and the share of relevant papers are
        apart, on the mean of BINS bins of equally many papers, by confidence (M. Naeini et al.,
        2015; equal mass as in K. Nguyen, B. O'Connor, 2015). 0 is best."""
        if not len(self.confidence):
            return 0.0
        order = np.argsort(self.confidence, kind="stable")
        gaps = (
            len(part) * abs(self.confidence[part].mean() - self.relevant[part].mean())
            for part in np.array_split(order, min(BINS, len(order)))
        )
        return float(sum(gaps) / len(order))

    @property
    def brier(self) -> float:
        """Mean squared difference (G. Brier, 1950): 0 is best."""
        difference = self.confidence - self.relevant
        return float(np.mean(difference**2)) if len(difference) else 0.0

    @property
    def auc(self) -> float | None:
        """The probability that a relevant paper has a higher confidence than one that is not (equal
        ones count half); None where all are or none is."""
        positive = int(self.relevant.sum())
        negative = len(self.relevant) - positive
        if not positive or not negative:
            return None
        values, places = np.unique(self.confidence, return_inverse=True)
        counts = np.bincount(places, minlength=len(values))
        ranks = np.cumsum(counts) - (counts - 1) / 2
        above = float(ranks[places[self.relevant]].sum()) - positive * (positive + 1) / 2
        return above / (positive * negative)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        return {
            "papers": len(self.confidence),
            "relevant": float(self.relevant.mean()) if len(self.relevant) else 0.0,
            "calibration_error": self.error,
            "brier": self.brier,
            "auc": self.auc,
        }

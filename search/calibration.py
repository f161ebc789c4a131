"""How far confidence can be taken at its word, measured with judged queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["BINS", "Calibration"]

BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was said of papers, and what people judged: confidences and whether each paper is
    relevant, of the first papers of every judged query, as many of the one as of the other.

    Papers that nobody judged count as irrelevant, so where many are, confidence looks too high.
    """

    confidence: Sequence[float]
    relevant: Sequence[bool]

    @property
    def error(self) -> float:
        """Expected calibration error: how far mean confidence and the share of relevant papers are
        apart, on the mean of BINS bins of equally many papers, by confidence (M. Naeini et al.,
        2015; equal mass as in K. Nguyen, B. O'Connor, 2015). 0 is best."""
        if not len(self.confidence):
            return 0.0
        said, true = np.array(self.confidence), np.array(self.relevant)
        order = np.argsort(said, kind="stable")
        gaps = (
            len(part) * abs(said[part].mean() - true[part].mean())
            for part in np.array_split(order, min(BINS, len(order)))
        )
        return float(sum(gaps) / len(order))

    @property
    def share(self) -> float:
        """The part of the papers that is relevant."""
        return float(np.mean(self.relevant)) if len(self.relevant) else 0.0

    @property
    def brier(self) -> float:
        """Mean squared difference (G. Brier, 1950): 0 is best."""
        difference = np.array(self.confidence) - np.array(self.relevant)
        return float(np.mean(difference**2)) if len(difference) else 0.0

    @property
    def auc(self) -> float | None:
        """The probability that a relevant paper has a higher confidence than one that is not (equal
        ones count half), by ranks (J. Hanley, B. McNeil, 1982); None where all are or none is."""
        positive = sum(map(bool, self.relevant))
        negative = len(self.relevant) - positive
        if not positive or not negative:
            return None
        values, places = np.unique(self.confidence, return_inverse=True)
        counts = np.bincount(places, minlength=len(values))
        ranks = np.cumsum(counts) - (counts - 1) / 2
        above = (
            float(ranks[places[np.array(self.relevant, bool)]].sum())
            - positive * (positive + 1) / 2
        )
        return above / (positive * negative)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        return {
            "papers": len(self.confidence),
            "relevant": self.share,
            "calibration_error": self.error,
            "brier": self.brier,
            "auc": self.auc,
        }

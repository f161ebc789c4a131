"""Scored papers, and what each part of the ranking contributed to their scores."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ranking"]

_ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class Ranking:
    """Papers with scores: numbers (int64) and scores (float64), both shape (n,).

    `parts` are contributions by name, float64 (n,) each; they add up to the scores, but for the
    rounding of these.
    """

    numbers: NDArray[np.int64]
    scores: NDArray[np.float64]
    parts: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.numbers)

    def changed(self, name: str, scores: NDArray[np.float64]) -> "Ranking":
        """The same papers with other scores; the difference is what the part `name` contributes."""
        more = scores - self.scores
        parts = {**self.parts, name: self.parts[name] + more if name in self.parts else more}
        return Ranking(self.numbers, scores, parts)

    def lifted(
        self,
        rows: NDArray[np.intp],
        signs: Mapping[str, NDArray[np.float64]],
        weights: Mapping[str, float],
    ) -> "Ranking":
        """The same papers, some of which (`rows`) have what signs (float64, (len(rows),), by name)
        say of them as further parts of their scores: for each name with a weight, the weight times
        the sign, from its least value up, in units of the spread of both. A sign that does not tell
        them apart changes nothing."""
        spread = float(self.scores[rows].std())
        found = self
        for name, weight in weights.items():
            sign = signs[name]
            own = float(sign.std())
            if own > _ALIKE:
                more = np.zeros(len(self))
                more[rows] = weight * spread / own * (sign - sign.min())
                found = found.changed(name, found.scores + more)
        return found

    def within_one(self) -> "Ranking":
        """The same papers with their scores, and all parts of them, divided by the best score,
        where that is more than 1."""
        factor = 1 / max(1.0, float(self.scores.max(initial=0.0)))
        parts = {name: part * factor for name, part in self.parts.items()}
        return Ranking(self.numbers, self.scores * factor, parts)

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Ranking":
        """Some of the papers: by their places, in that order, or by a mask."""
        parts = {name: part[rows] for name, part in self.parts.items()}
        return Ranking(self.numbers[rows], self.scores[rows], parts)

    def joined(self, other: "Ranking") -> "Ranking":
        """These papers and then others; a part that one side lacks is 0 there."""
        nothing = np.zeros(len(self)), np.zeros(len(other))
        parts = {
            name: np.concatenate(
                [self.parts.get(name, nothing[0]), other.parts.get(name, nothing[1])]
            )
            for name in dict.fromkeys([*self.parts, *other.parts])
        }
        return Ranking(
            np.concatenate([self.numbers, other.numbers]),
            np.concatenate([self.scores, other.scores]),
            parts,
        )

    def parts_of(self, number: int) -> dict[str, float]:
        """What each part contributes to the score of a paper."""
        (row,) = np.flatnonzero(self.numbers == number)
        return {name: float(part[row]) for name, part in self.parts.items()}

"""Scored papers, and what each part of the ranking contributed to their scores."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ranking"]


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

    def scaled(self, factor: float) -> "Ranking":
        """The same papers with their scores, and all parts of them, times a factor."""
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

"""The words of a corpus that begin with one letter, and which of them are nearly another."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spellings"]

_SETS = 64
"""Letters with the same remainder by it count as one, so that a word's are bits of a number."""
_BITS = np.array([bin(byte).count("1") for byte in range(256)], np.uint8)


class Spellings:
    """Words as they are spelt (folded), and in how many papers each stands: `papers`."""

    def __init__(self, papers: Mapping[str, int]) -> None:
        self.papers = papers
        self._words = list(papers)
        self._counts = np.fromiter(papers.values(), np.int64, len(papers))
        self._lengths = np.fromiter(map(len, self._words), np.int64, len(papers))
        self._letters = _letters(self._words, self._lengths)

    def alike(self, word: str, mistakes: int, least: int) -> list[tuple[str, int]]:
        """All words at most so many mistakes (letters left out, put in or mistaken, neighbours
        swapped) away from another that stand in at least `least` papers, with how many those are;
        and others that only have about its length and its letters."""
        near = np.abs(self._lengths - len(word)) <= mistakes
        rows = np.flatnonzero(near & (self._counts >= least))
        own = _letters([word], np.array([len(word)]))
        # A mistake takes away one kind of letter at most, and brings one at most.
        odd = _BITS[(self._letters[rows] ^ own).view(np.uint8)].reshape(-1, 8).sum(axis=1)
        return [(self._words[row], int(self._counts[row])) for row in rows[odd <= 2 * mistakes]]


def _letters(words: list[str], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The letters of each word as bits, uint64 (n,); no word is empty."""
    if not words:
        return np.zeros(0, np.uint64)
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), "<u4")
    bits = np.uint64(1) << (codes % _SETS).astype(np.uint64)
    starts = np.cumsum(lengths) - lengths
    found: NDArray[np.uint64] = np.bitwise_or.reduceat(bits, starts)
    return found

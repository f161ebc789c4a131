"""Shingles of an abstract, their overlap, and the keys that bring near-equal abstracts together.

Shingling and resemblance: A. Broder, "On the resemblance and containment of documents" (1997).
Banding of min-hashes: J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets", ch. 3.
Every number here is fixed: the keys stand in libraries on disk.
"""

import re
import zlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["BANDS", "NEAR_IDENTICAL", "ROWS", "band_keys", "is_telling", "jaccard", "shingles"]

WIDTH = 5
"""Words in a shingle."""
MIN_WORDS = 20
"""Words a text needs before its likeness to another means anything ("No abstract.")."""
BANDS, ROWS = 8, 3
"""Two abstracts with resemblance s share a key with probability 1 - (1 - s^3)^8: 0.997 at 0.8."""
NEAR_IDENTICAL = 0.8
"""Resemblance from which abstracts under different titles are one work."""

_WORD = re.compile(r"\w+")
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # The finaliser of SplitMix64 (G. Steele et al., 2014): spreads each bit over all of them.
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = values ^ (values >> np.uint64(31))
    return mixed


_SALTS = _mix(np.arange(1, BANDS * ROWS + 1, dtype=np.uint64) * _PRIME)


def is_telling(text: str) -> bool:
    """Whether a text is long enough to be compared with another by its shingles."""
    return text.count(" ") + 1 >= MIN_WORDS


def shingles(text: str) -> NDArray[np.uint64]:
    """Hashes of the runs of five words of a text.

    Returns uint64, shape (n,), sorted, without repeats; empty for a text without words. A text of
    fewer than five words has one shingle.
    """
    words = _WORD.findall(text.lower())
    if not words:
        return np.zeros(0, np.uint64)
    hashes = np.fromiter(
        (zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words)
    )
    width = min(WIDTH, len(words))
    runs = np.zeros(len(words) - width + 1, np.uint64)
    for offset in range(width):
        runs = runs * _PRIME + hashes[offset : offset + len(runs)]
    # What np.unique does takes several times as long for so few.
    runs = np.sort(_mix(runs))
    kept: NDArray[np.uint64] = runs[np.append(True, runs[1:] != runs[:-1])]
    return kept


def jaccard(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    """The share of all shingles of two texts that both have: 0 to 1, and 0 if either has none."""
    if not len(a) or not len(b):
        return 0.0
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both)


def band_keys(of: NDArray[np.uint64]) -> list[int]:
    """Keys of a text's shingles, one a band; near-equal texts share at least one."""
    if not len(of):
        return []
    hashed = _mix(of[None, :] ^ _SALTS[:, None])
    minima: NDArray[np.uint64] = hashed.min(axis=1).reshape(BANDS, ROWS)
    keys = np.zeros(BANDS, np.uint64)
    for column in minima.T:
        keys = _mix(np.asarray(keys * _PRIME + column, np.uint64))
    keys = _mix(keys + np.arange(BANDS).astype(np.uint64))
    return [int(key) for key in keys.view(np.int64)]

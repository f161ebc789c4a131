"""The formula of BM25, as Tantivy computes it.

S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework", 2009.
"""

import math

__all__ = ["inverse_frequency", "kept_length", "saturated"]

_K1, _B = 1.2, 0.75


def inverse_frequency(documents: float, df: float) -> float:
    """What a word weighs that stands in `df` of some documents."""
    return math.log(1 + (documents - df + 0.5) / (df + 0.5))


def saturated(tf: int, length: float) -> float:
    """BM25's weight of a word that stands `tf` times in a text `length` times as long as most."""
    return tf * (_K1 + 1) / (tf + _K1 * (1 - _B + _B * length))


def kept_length(length: int) -> int:
    """A field's length as Tantivy and Lucene keep it in one byte: exact to 40, then 4 bits."""
    if length < 40:
        return length
    rest = length - 24
    shift = rest.bit_length() - 4
    return 24 + (rest >> shift << shift)

"""Numbers of 16 bits made wide sooner than NumPy does."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["widened"]

_FRACTION = 23 - 10
"""Bits that a float32 has more behind its point."""
_SIGN_AND_REST = np.int32(-(1 << 31) | ((1 << 28) - 1))
_SCALE = np.float32(2.0**112)
"""The exponents of both count from other zeros."""


def widened(halves: NDArray[np.float16]) -> NDArray[np.float32]:
    """The same finite numbers as float32. NumPy's own conversion takes several times as long."""
    # The bits, moved, are a float32 that is smaller by a power of two; the sign, which came along
    # in copies, stays once.
    bits = np.ascontiguousarray(halves).view(np.int16).astype(np.int32)
    bits <<= _FRACTION
    bits &= _SIGN_AND_REST
    wide: NDArray[np.float32] = bits.view(np.float32)
    wide *= _SCALE
    return wide

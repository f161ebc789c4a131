"""Inner products with float16 vectors in a mapped file.

NumPy's own conversion from float16 takes several times as long as all the rest. The bits of a
float16, moved, are a float32 that is smaller by a power of two. Rows are taken a few at a time into
memory that is used again: what does not leave a core's cache, and is not asked from the system anew
each time, is several times as fast.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Products", "widened"]

_AT_ONCE = 128
"""Rows."""
_SMALLER = 2.0**112
_SHIFT = 13
_SIGN_AND_VALUE = np.int32(0x8FFFFFFF - (1 << 32))
"""Without the copies of the sign that widening left in the exponent."""


class Products:
    """Products of queries with rows, float16, shape (n, dim). Any number of threads may ask."""

    def __init__(self, rows: NDArray[np.float16]) -> None:
        self._bits = rows.view(np.int16)
        self._kept = threading.local()

    def rough(
        self, query: NDArray[np.float32], positions: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Products of a query, float32 (dim,), with the rows at some positions, or with all:
        float32, shape (n,)."""
        return self._of(query * np.float32(_SMALLER), positions)

    def exact(
        self, query: NDArray[np.float32], positions: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The same in double precision: float64, shape (n,)."""
        found: NDArray[np.float64] = self._of(query.astype(np.float64) * _SMALLER, positions)
        return found

    def _of(self, scaled: NDArray[Any], positions: NDArray[np.int64] | None) -> NDArray[Any]:
        count = len(self._bits) if positions is None else len(positions)
        found = np.empty(count, scaled.dtype)
        narrow, wide, double = self._buffers()
        for start in range(0, count, _AT_ONCE):
            stop = min(start + _AT_ONCE, count)
            held = wide[: stop - start]
            if positions is None:
                np.copyto(held, self._bits[start:stop])
            else:
                taken = narrow[: stop - start]
                # With "raise", NumPy would fill a copy first.
                np.take(self._bits, positions[start:stop], axis=0, out=taken, mode="clip")
                np.copyto(held, taken)
            np.left_shift(held, _SHIFT, out=held)
            np.bitwise_and(held, _SIGN_AND_VALUE, out=held)
            values: NDArray[Any] = held.view(np.float32)
            if scaled.dtype == np.float64:
                np.copyto(double[: stop - start], values)
                values = double[: stop - start]
            np.dot(values, scaled, out=found[start:stop])
        return found

    def _buffers(self) -> tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.float64]]:
        kept: tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.float64]] | None
        kept = getattr(self._kept, "buffers", None)
        if kept is None:
            shape = (_AT_ONCE, self._bits.shape[1])
            kept = np.empty(shape, np.int16), np.empty(shape, np.int32), np.empty(shape)
            self._kept.buffers = kept
        return kept


def widened(halves: NDArray[np.float16]) -> NDArray[np.float32]:
    """The same finite numbers as float32."""
    bits = np.ascontiguousarray(halves).view(np.int16).astype(np.int32)
    bits <<= _SHIFT
    bits &= _SIGN_AND_VALUE
    wide: NDArray[np.float32] = bits.view(np.float32)
    wide *= np.float32(_SMALLER)
    return wide

"""Short codes of vectors, by which every row of a large index is looked at in little time.

A vector is turned so that its variance spreads evenly over pieces of four dimensions (T. Ge, K. He,
Q. Ke, J. Sun, "Optimized Product Quantization", 2013: the parametric solution), and each piece is
replaced by the nearest of sixteen centres (H. Jégou, M. Douze, C. Schmid, "Product Quantization for
Nearest Neighbor Search", 2011). Half a byte a piece, FAISS adds up the products of a query with the
centres for 32 rows at once (Y. André, A.-M. Kermarrec, N. Le Scouarnec, "Cache locality is not
enough", 2015).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["Candidates", "coded", "single"]

_PIECE = 4
"""Dimensions of a piece."""
_BITS = 4
_TRAINED_BY = 10_000
"""Rows; sixteen centres of four dimensions need no more."""
_ROUNDS = 8
_ADDED_AT_ONCE = 8192
_READ_AT_ONCE = 1 << 20
_NOTHING = 1e-12
_LEAST = 0.1


def coded(rows: NDArray[np.float16]) -> tuple[Any, NDArray[np.float32]]:
    """A FAISS index of unit vectors, float16, shape (n, dim), by codes, and what is usual of its
    codes, as Candidates takes it. Only codes are held in memory, and a small part of the vectors at
    a time."""
    import faiss

    count, dimension = rows.shape
    some = rows[:: -(-count // _TRAINED_BY)].astype(np.float32)
    # There cannot be fewer than centres.
    some = np.resize(some, (max(len(some), 1 << _BITS), dimension))
    turned = _turning(some)
    turning = faiss.LinearTransform(dimension, len(turned), False)
    faiss.copy_array_to_vector(turned.ravel(), turning.A)
    turning.is_trained = True
    codes = faiss.IndexPQFastScan(
        len(turned), len(turned) // _PIECE, _BITS, faiss.METRIC_INNER_PRODUCT
    )
    codes.pq.cp.niter = _ROUNDS
    codes.pq.cp.max_points_per_centroid = _TRAINED_BY
    codes.pq.cp.min_points_per_centroid = 1
    with single():
        codes.train(some @ turned.T)
    for start in range(0, count, _ADDED_AT_ONCE):
        codes.add(rows[start : start + _ADDED_AT_ONCE].astype(np.float32) @ turned.T)
    index = faiss.IndexPreTransform(turning, codes)
    index.ntotal = codes.ntotal
    exact = some @ turned.T
    quantizer: Any = codes.pq
    short = quantizer.decode(quantizer.compute_codes(exact))
    own, other = exact - exact.mean(axis=0), short - short.mean(axis=0)
    usual = [
        exact.mean(axis=0),
        short.mean(axis=0),
        (own**2).mean(axis=0),
        (own * other).mean(axis=0),
    ]
    return index, np.array(usual, np.float32)


def _turning(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """A matrix, float32, shape (d, dim), d the next multiple of two pieces, that keeps products and
    gives all pieces about the same volume."""
    dimension = vectors.shape[1]
    pieces = 2 * -(-dimension // (2 * _PIECE))
    variances, axes = np.linalg.eigh((vectors.T @ vectors).astype(np.float64) / len(vectors))
    largest = max(float(variances[-1]), 1e-12)
    room = np.full(pieces, _PIECE)
    volume = np.zeros(pieces)
    turned = np.zeros((pieces * _PIECE, dimension), np.float32)
    for axis in np.argsort(-variances, kind="stable"):
        # The next widest direction goes to the piece with the least volume that has room.
        volumes = np.where(room > 0, volume, np.inf)
        piece = int(np.argmin(volumes))
        turned[piece * _PIECE + _PIECE - room[piece]] = axes[:, axis]
        room[piece] -= 1
        # Above nothing for every direction, so that pieces fill evenly.
        volume[piece] += 30 + np.log(max(float(variances[axis]), 1e-12 * largest) / largest)
    return turned


@contextmanager
def single() -> Iterator[None]:
    """Within, FAISS uses no other thread than the one that calls it: those that it would wake for
    one query take longer to come together than the work does."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


class Candidates:
    """The FAISS index of a generation.

    Codes know less of the directions in which papers differ little, and a query that lies there, as
    a few words often do, gets lower cosines by them. `usual` tells how much lower, by what vectors
    and their codes are on the mean in each direction of the turned space: float32, shape (4, d):
    their means, the variance of the vectors, and the covariance of both. None: not at all.
    """

    def __init__(self, index: Any, usual: NDArray[np.float32] | None) -> None:
        self._index = index
        self._usual = usual
        if usual is not None:
            faiss: Any = import_module("faiss")
            turning = faiss.downcast_VectorTransform(index.chain.at(0))
            self._turning = faiss.vector_to_array(turning.A).reshape(turning.d_out, turning.d_in)

    @classmethod
    def read(cls, file: BinaryIO, usual: NDArray[np.float32] | None) -> "Candidates":
        """From a file that was verified, without a second copy of it in memory."""
        faiss: Any = import_module("faiss")
        return cls(faiss.read_index(faiss.PyCallbackIOReader(file.read, _READ_AT_ONCE)), usual)

    def line(self, query: NDArray[np.float32]) -> tuple[float, float]:
        """What rows with a cosine to a query, float32 (dim,), have as cosine by their codes on the
        mean: the slope and the offset of a line, by regression over all rows."""
        if self._usual is None:
            return 1.0, 0.0
        turned = self._turning @ query
        mean, short = self._usual[:2] @ turned
        variance, both = self._usual[2:] @ turned**2
        slope = min(max(float(both) / max(float(variance), _NOTHING), _LEAST), 1.0)
        return slope, float(short) - slope * float(mean)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def ask(
        self, query: NDArray[np.float32], depth: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows whose codes are nearest to a query, float32 (dim,), at most `depth`, best first,
        and their cosines by the codes: int64 and float32, shape (n,)."""
        with single():
            near, found = self._index.search(query[None], min(depth, len(self)))
        there = found[0] >= 0
        return found[0][there], near[0][there]

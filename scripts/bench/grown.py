"""More vectors than there are papers, as hard to search as those of papers.

A new vector is that of a paper, moved by a part (MOVED) of the difference of two of its ten nearest
neighbours, so that it goes a way in which papers like it differ, and by noise of the covariance of
all (SPREAD of it), then made a unit again. Measured on 40,000 vectors grown from 10,000 papers'
against 40,000 papers' own: the cosine of a held-out paper to its 1st, 10th and 100th neighbour is
0.712, 0.643, 0.568 (papers: 0.751, 0.677, 0.601), the local intrinsic dimension (E. Levina, P.
Bickel, 2004) 26 (papers: 23): nearest neighbours stand out a little less, so that finding them is
a little harder.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["grown"]

MOVED = 0.7
SPREAD = 0.3
NEIGHBOURS = 10
_AT_ONCE = 20_000


def grown(real: NDArray[np.float32], out: NDArray[np.float16], seed: int = 7) -> None:
    """Fill `out`, float16, shape (n, dim), with the unit vectors `real`, float32, shape (m, dim),
    and others grown from them, in any order that depends on the seed alone."""
    chance = np.random.default_rng(seed)
    count, dimension = out.shape
    kept = min(len(real), count)
    order = chance.permutation(len(real))[:kept]
    out[:kept] = real[order]
    if kept == count:
        return
    near = _neighbours(real)
    some = real[chance.choice(len(real), min(len(real), 20_000), replace=False)]
    values, axes = np.linalg.eigh(np.cov(some, rowvar=False))
    root = (np.sqrt(np.maximum(values, 0))[:, None] * axes.T).astype(np.float32)
    for start in range(kept, count, _AT_ONCE):
        size = min(_AT_ONCE, count - start)
        own = chance.integers(0, len(real), size)
        pair = np.argsort(chance.random((size, near.shape[1])), axis=1)[:, :2]
        one, other = near[own, pair[:, 0]], near[own, pair[:, 1]]
        made = real[own] + MOVED * (real[one] - real[other])
        made += SPREAD * (chance.standard_normal((size, dimension), dtype=np.float32) @ root)
        out[start : start + size] = made / np.linalg.norm(made, axis=1, keepdims=True)


def _neighbours(real: NDArray[np.float32]) -> NDArray[np.int64]:
    """Rows that are nearly the NEIGHBOURS nearest to each, int64, shape (m, NEIGHBOURS)."""
    import faiss

    lists = max(1, int(len(real) ** 0.5))
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(real.shape[1]), real.shape[1], lists, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = 5
    index.train(real[:: max(1, len(real) // (40 * lists))])
    index.add(real)
    index.nprobe = 4
    found = index.search(real, NEIGHBOURS + 1)[1]
    own = found == np.arange(len(real))[:, None]
    order = np.argsort(own, axis=1, kind="stable")
    near: NDArray[np.int64] = np.take_along_axis(found, order, axis=1)[:, :NEIGHBOURS]
    return np.where(near < 0, np.arange(len(real))[:, None], near)

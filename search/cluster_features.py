"""What papers are clustered by: the vectors of a model, their words, and their neighbours.

A model trained on all subjects puts the papers of a library about one subject close together;
which words they share tells them apart. Papers are described by both, and then drawn towards
their nearest neighbours, which steadies single papers that are worded oddly (a step of mean shift,
K. Fukunaga and L. Hostetler, 1975). Measured on the five pages by 26 clusters: adjusted mutual
information with labels made by hand 0.42 by k-means on vectors alone, 0.50 with words, 0.56 drawn.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import terms

__all__ = ["describe", "unit"]

Floats = NDArray[np.float32]

_COLUMNS = 1 << 18
"""Words share a column by chance then and now: a vocabulary would grow with the library."""
_DIRECTIONS = 100
"""Of words (latent semantic analysis, S. Deerwester et al., 1990)."""
_WORDS_WEIGHT = 0.7
_TITLE_WEIGHT = 2
_RAREST = 2
_COMMONEST = 0.2
"""Words in more than this share of the papers tell none apart."""
_KEPT_DIRECTIONS = 128
_FROM_ALL = 20_000
"""Papers that directions are found from; more change them little and cost memory."""
_COMMON_FROM = 10
"""So many papers, and half of what they have in common is taken for what all papers have."""
_ALIKE = 1e-3
"""More than float16 moves a vector."""
_NEIGHBOURS = 10
_DRAWN = 0.5
_STEPS = 2
_EXACT_UP_TO = 20_000
"""Papers among which neighbours are found by comparing all with all."""
_PROBED = 16
_AT_ONCE = 8192


def unit(rows: NDArray[np.floating]) -> Floats:
    """Rows of length 1, float32; rows of zeros, or that are no numbers, are zeros."""
    rows = np.nan_to_num(rows.astype(np.float32), posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-6)
    return found


def describe(
    vectors: NDArray[np.floating],
    texts: Iterable[tuple[str, str]],
    language: str,
    seed: int = 0,
    told: Callable[[float], None] = lambda _: None,
) -> Floats:
    """Papers as unit vectors, float32, shape (n, at most 128), near each other where papers share
    their subject.

    `vectors` are those of the model, shape (n, dim); `texts` gives the title and abstract of each
    paper, in the same order. `told` hears the share of the work that is done.
    """
    count = len(vectors)
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.permutation(count)[:_FROM_ALL])
    words = _words(texts, count, language, sample, seed, told)
    mean = unit(vectors[sample]).mean(axis=0) if count else np.zeros(vectors.shape[1], np.float32)
    told(0.5)
    rows = np.empty((count, vectors.shape[1] + words.shape[1]), np.float32)
    for start in range(0, count, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        meaning = _from_mean(unit(vectors[part]), mean * (count / (count + _COMMON_FROM)))
        rows[part] = unit(np.hstack([meaning, _WORDS_WEIGHT * words[part]]))
    rows = _reduced(rows, sample)
    told(0.6)
    for step in range(_STEPS):
        rows = _drawn(rows, seed)
        told(0.6 + 0.4 * (step + 1) / _STEPS)
    return rows


def _from_mean(rows: Floats, mean: Floats) -> Floats:
    """What sets unit rows apart from the mean of all, of unit length: what all papers of a library
    have in common says nothing. Rows that are the mean, as those of equal papers are, and rows of
    zeros stay as they are."""
    apart = rows - mean
    alike = np.linalg.norm(apart, axis=1) < _ALIKE
    alike |= ~rows.any(axis=1)
    return np.where(alike[:, None], rows, unit(apart))


def _words(
    texts: Iterable[tuple[str, str]],
    count: int,
    language: str,
    sample: NDArray[np.int64],
    seed: int,
    told: Callable[[float], None],
) -> Floats:
    """The words of papers in a few directions: float32, shape (n, at most 100), unit rows."""
    from scipy.sparse import csr_matrix

    columns: list[NDArray[np.int32]] = []
    weights: list[Floats] = []
    bounds = [0]
    for place, (title, abstract) in enumerate(texts):
        counts = Counter(terms(abstract, language))
        for word in terms(title, language):
            counts[word] += _TITLE_WEIGHT
        found = [zlib.crc32(word.encode("utf-8", "replace")) % _COLUMNS for word in counts]
        columns.append(np.array(found, np.int32))
        weights.append(1 + np.log(np.fromiter(counts.values(), np.float32, len(counts))))
        bounds.append(bounds[-1] + len(counts))
        if place % 1024 == 0:
            told(0.4 * place / count)
    if not bounds[-1]:
        return np.zeros((count, 1), np.float32)
    matrix = csr_matrix(
        (np.concatenate(weights), np.concatenate(columns), np.array(bounds)), (count, _COLUMNS)
    )
    del columns, weights
    matrix.sum_duplicates()
    held = np.bincount(matrix.indices, minlength=_COLUMNS)
    telling = np.flatnonzero((held >= _RAREST) & (held <= max(_RAREST, _COMMONEST * count)))
    if len(telling) <= _DIRECTIONS or count <= _DIRECTIONS:
        return np.zeros((count, 1), np.float32)
    matrix = matrix[:, telling]
    # Inverse document frequency, smoothed (K. Spärck Jones, 1972).
    matrix.data *= (1 + np.log((1 + count) / (1 + held[telling]))).astype(np.float32)[
        matrix.indices
    ]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.maximum(lengths, 1e-6), np.diff(matrix.indptr)).astype(np.float32)
    from sklearn.utils.extmath import randomized_svd

    _, _, directions = randomized_svd(matrix[sample], _DIRECTIONS, n_iter=5, random_state=seed)
    return unit(np.asarray(matrix @ directions.T.astype(np.float32)))


def _reduced(rows: Floats, sample: NDArray[np.int64]) -> Floats:
    """Unit rows in the directions in which they differ most."""
    if rows.shape[1] <= _KEPT_DIRECTIONS:
        return rows
    seen = rows[sample].astype(np.float64)
    _, directions = np.linalg.eigh(seen.T @ seen)
    return unit(rows @ directions[:, -_KEPT_DIRECTIONS:].astype(np.float32))


def _drawn(rows: Floats, seed: int) -> Floats:
    """Rows halfway to the mean of their nearest neighbours, weighted by nearness."""
    import faiss

    count, width = rows.shape
    wanted = min(_NEIGHBOURS, count - 1)
    if wanted < 1:
        return rows
    index: Any = faiss.IndexFlatIP(width)
    if count > _EXACT_UP_TO:
        lists = int(2 * count**0.5)
        index = faiss.IndexIVFFlat(index, width, lists, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed = seed + 1
        index.nprobe = _PROBED
        index.train(rows[:: max(1, count // (40 * lists))])
    index.add(rows)
    drawn = np.empty_like(rows)
    for start in range(0, count, _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        near, found = index.search(part, wanted + 1)
        own = found == np.arange(start, start + len(part))[:, None]
        near = np.where(own | (found < 0), 0.0, np.maximum(near, 0.0)).astype(np.float32)
        mean = unit(np.einsum("ij,ijk->ik", near, rows[found]))
        drawn[start : start + len(part)] = unit((1 - _DRAWN) * part + _DRAWN * mean)
    return drawn

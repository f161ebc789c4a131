"""Scores of all rows, or of some, against the plain product of the stored vectors."""

import numpy as np
import pytest

import paperkin
from paperkin.index.dense import DenseIndex


@pytest.mark.parametrize("rows", [None, [0], [6, 1, 3]])
def test_a_scan_is_the_product_of_vectors(
    small_library: paperkin.Library, rows: list[int] | None
) -> None:
    with small_library.store.read() as snapshot:
        index = DenseIndex.open(small_library.store, snapshot.model.fingerprint)
    assert index is not None
    every = np.arange(len(index))
    vectors = index.vectors(every).astype(np.float64)
    assert (vectors < 0).any()
    query = np.random.default_rng(1).standard_normal(index.dimension).astype(np.float32)
    query /= np.linalg.norm(query)
    positions = None if rows is None else np.array(rows)
    expected = vectors[every if rows is None else rows] @ query.astype(np.float64)
    assert index.scan(query, positions) == pytest.approx(expected, abs=1e-6)

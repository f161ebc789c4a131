"""How well two ways to run a model agree, on a sample of texts."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["AGREEMENT", "LOW_AGREEMENT", "SAMPLE", "least_cosine"]

AGREEMENT = 0.99999
"""The least cosine to the original in float32: what is left is the order of additions."""
LOW_AGREEMENT = 0.999
"""The same where matrices are multiplied in 16 bits."""
SAMPLE = (
    "bees",
    "why sleep helps memory",
    "  White  space\n in\tthe text, and before it ",
    "Cheaper attention for long inputs. Each word looks at its neighbours and at a few words "
    "chosen by hashing, so that the cost grows with the length and not with its square.",
    "Cracks in STEEL bridges (1994-2021): 40 joints; 3.5% failed, p < 0.05, R^2 = .81",
    "$\\mathcal{O}(n \\log n)$ bounds for $k$-means++ – “a naïve façade”",
    "Études sur l'apprentissage; Über größere Änderungen; Žluťoučký kůň",
    "深層学習による論文検索 — поиск статей — البحث عن الأوراق",
    "🙂 \u200b\ufeff e\u0301 ﬁne-tuning",
    "",
    "of the and in a",
    "sparse attention. " * 400,
    "A survey of dwarf galaxies finds two faint companions without dark matter. " * 12,
    "x" * 300,
)
"""Texts that a tokenizer or a model may treat apart."""


def least_cosine(some: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """The least cosine of rows; not a number where one is zero or not finite."""
    products = np.einsum("ij,ij->i", some.astype(np.float64), others)
    with np.errstate(invalid="ignore", divide="ignore"):
        norms = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
        return float((products / norms).min())

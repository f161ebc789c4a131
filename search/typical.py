"""Which papers of a cluster show best what it is about.

Those next to its centre; but a cluster of several subjects has a centre that none of them is near
to, and what lies there says less than a paper that speaks of what the cluster is called.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import terms
from .naming import conjunction

__all__ = ["TYPICAL", "spoken_of", "typical_members"]

TYPICAL = 5
"""Papers that show what a cluster is about."""
_LOOKED_AT = 200
"""Members next to the centre whose texts are read."""
_SPEAKS = 3.0
"""What speaking of the name is worth, in standard deviations of the members' nearness."""
_LEAST_SPREAD = 0.001
"""Among members that are all as near, speaking of the name decides."""

Ints = NDArray[np.int64]


def spoken_of(label: str, texts: Sequence[str], language: str) -> NDArray[np.bool_]:
    """Which texts hold which of the phrases of a name, in any inflection: shape (texts, phrases).

    `language` is that of the library. Phrases without a word in it are left out.
    """
    parts = [terms(part, language) for part in label.split(conjunction(language))]
    phrases = [_joined(part) for part in parts if part]
    held = [_joined(terms(text, language)) for text in texts]
    found = [[phrase in text for phrase in phrases] for text in held]
    return np.array(found, np.bool_).reshape(len(texts), len(phrases))


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def typical_members(
    members: Ints,
    cosines: NDArray[np.float32],
    label: str,
    read: Callable[[Ints], Sequence[str]],
    language: str,
) -> list[int]:
    """The most typical members (int64, shape (n,)) of a cluster, TYPICAL at most, the best first.

    `cosines` are those to its centre (float32, shape (n,)), descending; `read` gives the texts of
    some members. Each phrase of the name has a paper that speaks of it, if any does.
    """
    members = members[:_LOOKED_AT]
    cosines = cosines[: len(members)].astype(np.float64)
    said = spoken_of(label, read(members), language)
    firsts = [int(np.argmax(column)) for column in said.T if column.any()]
    spread = max(float(cosines.std()) if len(members) else 0.0, _LEAST_SPREAD)
    worth = cosines + _SPEAKS * spread * said.any(axis=1)
    order = np.argsort(-np.round(worth, 5), kind="stable").tolist()
    chosen = list(dict.fromkeys([*firsts, *order]))[:TYPICAL]
    found: list[int] = members[chosen].tolist()
    return found

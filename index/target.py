"""The recall that a dense index reaches, measured on a sample of its own papers when it is made,
and the settings by which it reaches what was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidates
from .dense_manifest import Flat
from .errors import InputError
from .half import Products
from .likeliest import CERTAIN, DEEPER, Found, likeliest

__all__ = ["DEFAULT_RECALL", "Settled", "check_recall", "settle"]

DEFAULT_RECALL = 0.99
"""Of the nearest ten."""
_LEAST, _MOST = 0.5, 1.0
_SAMPLE = 64
"""Papers; each is asked for in three ways."""
_ALIKE = {"papers": 1.0, "near": 0.75}
"""Questions by their cosine to the paper that they were made from; a title is about so near to its
paper as the second."""
_FLATTEST = 0.05
"""Of the mean variance of a direction: less than this counts as so much."""
_LOOKED_AT = 4000
"""Candidates by which settings are chosen."""
_DEPTHS = (250, 500, 1000, 2000, 4000)
_LOOK, _KEEP = 1.5e-9, 2e-7
"""Seconds for looking at a code, and for keeping a candidate: what counts is how they compare."""
_ROOM = 0.5
"""Of what the target leaves to miss, that is not used up: a sample is not all questions."""
_BESIDES = 1.15
"""For real questions, times the margin that the sample needs: by short queries of judged
collections, over 240,000 vectors, recall was 0.981 at the margin that the sample needed (0.086),
and 0.994 at 0.100."""
_WIDER = 1.3
_TRIES = 12
_MOST_LEFT = 0.5
"""Of questions, that candidates leave to exact search: with more, they are no use."""
_ROWS = 4096
_TIE = 2e-6


@dataclass(frozen=True, slots=True)
class Settled:
    """Settings, and the recall that they reached, by the kind of question."""

    flat: Flat
    reached: dict[str, float]


def check_recall(target: float) -> float:
    """The target itself. Raises InputError where no recall can be meant."""
    if not _LEAST <= target <= _MOST:
        raise InputError(
            f"The recall of the nearest ten is a number from {_LEAST} to {_MOST:g} (every search "
            f"exact), not {target:g}."
        )
    return target


def settle(
    rows: NDArray[np.float16],
    candidates: Candidates,
    sample: NDArray[np.int64],
    target: float,
    first: Flat | None = None,
) -> Settled | None:
    """The settings by which candidates reach a recall with every kind of question; None where none
    do. `rows` are float16, shape (n, dim), `sample` places of papers among them; `first` are
    settings to begin with, those that fit the sample by default.

    What the chosen settings reach is measured by searching, against exact search in the same
    vectors; while that misses the target, the margin is made wider.
    """
    places = sample[:: max(1, len(sample) // _SAMPLE)][:_SAMPLE]
    asked = _questions(rows, sample, places)
    products = Products(rows)
    together = _bars(rows, np.concatenate(list(asked.values())))
    bars = dict(zip(asked, np.split(together, len(asked)), strict=True))
    flat = first or _fitting(asked, bars, candidates, products, target)
    for _ in range(_TRIES):
        answers = {
            name: [likeliest(candidates, partial(products.exact, q), q, CERTAIN, flat) for q in own]
            for name, own in asked.items()
        }
        left = [found is None for own in answers.values() for found in own]
        if len(rows) >= 4 * _LOOKED_AT and np.mean(left) > _MOST_LEFT:
            return None
        reached = {name: _recall(own, bars[name]) for name, own in answers.items()}
        if min(reached.values()) >= target:
            return Settled(flat, reached)
        flat = replace(flat, margin=round(max(flat.margin, 0.02) * _WIDER, 4))
    return None


def _questions(
    rows: NDArray[np.float16], sample: NDArray[np.int64], places: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    """Unit vectors, float32, shape (n, dim), by kind: papers; papers moved by differences of other
    papers, so that they go the ways in which papers differ; and what sets papers apart, with all
    directions at the same variance, as a few words name it ("words"). Of short queries, as of
    these, the mean cosine to all papers is nothing, and a third of their length lies in the half of
    the directions in which papers differ least (of papers', a twentieth)."""
    chance = np.random.default_rng(0)
    papers, some = rows[places].astype(np.float32), rows[sample].astype(np.float32)
    one, other = (
        rows[np.sort(chance.integers(0, len(rows), len(places)))].astype(np.float32)
        for _ in range(2)
    )
    moves = _unit(chance.permutation(one) - chance.permutation(other))
    found = {}
    for name, alike in _ALIKE.items():
        length = np.sqrt(1 - alike**2) / alike
        found[name] = _unit(papers + np.float32(length) * moves)
    mean = some.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(some, rowvar=False))
    scale = np.maximum(variances, max(_FLATTEST * float(variances.mean()), 1e-12)) ** -0.5
    found["words"] = _unit((((papers - mean) @ axes) * scale @ axes.T).astype(np.float32))
    return found


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: NDArray[np.float32] = vectors / np.maximum(lengths, np.float32(1e-12))
    return units


def _bars(rows: NDArray[np.float16], queries: NDArray[np.float32]) -> NDArray[np.float64]:
    """The cosine of the tenth nearest row to each query, float64, shape (n,)."""
    best = np.full((len(queries), CERTAIN), -np.inf, np.float32)
    for start in range(0, len(rows), _ROWS):
        near = queries @ rows[start : start + _ROWS].astype(np.float32).T
        both = np.concatenate([best, near], axis=1)
        best = np.partition(both, both.shape[1] - CERTAIN, axis=1)[:, -CERTAIN:]
    bars: NDArray[np.float64] = best.min(axis=1).astype(np.float64)
    return bars


def _fitting(
    asked: dict[str, NDArray[np.float32]],
    bars: dict[str, NDArray[np.float64]],
    candidates: Candidates,
    products: Products,
    target: float,
) -> Flat:
    """The settings that would have found enough of the nearest ten in the sample."""
    answers = [
        (*candidates.ask(query, _LOOKED_AT), query, float(bar), *candidates.line(query))
        for name, queries in asked.items()
        for query, bar in zip(queries, bars[name], strict=True)
    ]
    missing = []
    for rows, coded, query, bar, slope, offset in answers:
        ten = products.exact(query, rows) >= bar - _TIE
        lacking = np.full(max(0, CERTAIN - int(ten.sum())), np.inf)
        missing.append(np.concatenate([offset + slope * bar - coded[ten], lacking]))
    # The kind of question that is hardest decides.
    each = len(missing) // len(asked)
    by_kind = [np.concatenate(missing[at : at + each]) for at in range(0, len(missing), each)]
    share = 1 - (1 - target) * (1 - _ROOM)
    margins = [float(np.quantile(kind, share, method="higher")) for kind in by_kind]
    widest = max(float(kind[np.isfinite(kind)].max(initial=0.0)) for kind in by_kind)
    margin = max(0.0, *(each if np.isfinite(each) else widest for each in margins))
    margin *= _BESIDES
    needed = [
        int((coded >= offset + slope * bar - margin).sum())
        for _, coded, _, bar, slope, offset in answers
    ]
    depth = min(_DEPTHS, key=lambda depth: _cost(depth, needed, len(candidates)))
    return Flat(round(margin, 4), depth)


def _cost(depth: int, needed: Sequence[int], count: int) -> float:
    """Seconds that all questions take to look for candidates, by a depth to begin with, where each
    needs a number of them."""
    seconds = 0.0
    for each in needed:
        asked = depth
        seconds += count * _LOOK + asked * _KEEP
        while asked < each:
            asked *= DEEPER
            seconds += count * _LOOK + asked * _KEEP
    return seconds


def _recall(answers: Sequence[Found | None], bars: NDArray[np.float64]) -> float:
    """The share of the nearest ten that some searches found. Where candidates did not settle them
    (None), all rows would have been scored."""
    got = sum(
        CERTAIN if found is None else min(CERTAIN, int((found[1] >= bar - _TIE).sum()))
        for found, bar in zip(answers, bars, strict=True)
    )
    return got / (CERTAIN * len(answers))

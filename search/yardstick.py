"""What a model's cosines mean: how near texts are that have nothing to do with each other, and
questions to what answers them.

A library cannot tell that of itself: where all papers are about one subject, any two of them are
near, and nearer than a question of a few words ever comes. So the model is asked about questions
and titles of many fields, those that come with Paperkin. What it said is kept in the user's cache:
to ask takes longer than most searches.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..index import compiled
from ..index.demo import demonstration
from ..index.encoder import Encoder
from ..index.user_cache import keep, kept

__all__ = ["Yardstick", "measure_model", "yardstick_of"]

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_EVERY = 5
"""Each so many-th question is taken: two dozen tell enough, and take a tenth of a second."""
_PAPERS, _QUERIES, _QRELS = "papers.jsonl", "queries.jsonl", "qrels.tsv"
_LEAST = 0.01
"""A model that tells an answer no better than that from anything else knows no nearness."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Median cosines between questions and titles of other fields, and of the papers meant."""

    unrelated: float
    related: float

    def far(self, cosine: float) -> float:
        """How far a cosine is on the way from unrelated (0) to related (1), and beyond."""
        return (cosine - self.unrelated) / max(self.related - self.unrelated, _LEAST)


def measure_model(encode_queries: Encode, encode_documents: Encode) -> Yardstick:
    """The yardstick of a model, whose functions give unit vectors, float32, shape (n, dim)."""
    questions, titles = _pairs()
    cosines = encode_queries(questions) @ encode_documents(titles).T
    own = np.eye(len(questions), dtype=bool)
    return Yardstick(float(np.median(cosines[~own])), float(np.median(cosines[own])))


def yardstick_of(encoder: Encoder) -> Yardstick:
    """The yardstick of an encoder's model, as it runs on this machine: kept, or measured and kept.
    Raises ModelError."""
    name = f"yardsticks/{_measured_by(encoder)}.json"
    said = kept(name) or {}
    unrelated, related = said.get("unrelated"), said.get("related")
    if isinstance(unrelated, float) and isinstance(related, float):
        return Yardstick(unrelated, related)
    measured = measure_model(encoder.encode_queries, encoder.encode_documents)
    keep(name, asdict(measured))
    return measured


def _measured_by(encoder: Encoder) -> str:
    """Stands for all that a yardstick depends on: the model, what runs it, and the texts."""
    said = hashlib.sha256()
    # The folder of a compiled model is named for its fingerprint and the versions of what runs it.
    for part in (
        encoder.model.fingerprint,
        compiled.version_of(encoder.model.fingerprint),
        encoder.machine,
    ):
        said.update(f"{part}\n".encode())
    for name in (_PAPERS, _QUERIES, _QRELS):
        said.update((demonstration() / name).read_bytes())
    return said.hexdigest()[:32]


@cache
def _pairs() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Questions, and the title of the paper that answers each."""
    # Needed where nothing is kept, and then once.
    from .judgements import read_qrels, read_queries

    folder = demonstration()
    lines = (folder / _PAPERS).read_text("utf-8").splitlines()
    titles = {paper["id"]: paper["title"] for paper in map(json.loads, lines)}
    judged = read_qrels(folder / _QRELS)
    asked = list(read_queries(folder / _QUERIES).items())[::_EVERY]
    chosen = [(text, max(judged[query], key=judged[query].__getitem__)) for query, text in asked]
    return tuple(text for text, _ in chosen), tuple(titles[paper] for _, paper in chosen)

"""Questions to answers over one library."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError
from ..index.maintain import library_model
from ..index.model_words import ModelWords
from ..index.record import as_text
from ..index.reranker import Reranker
from ..index.reranker_models import resolve_reranker
from ..index.snapshot import Snapshot
from ..index.store import Store
from .answering import Answering
from .confidence import Evidence
from .copies import copies_of
from .encoding import Encoding
from .groups import groups_remark
from .hits import Hits
from .meaning import understand
from .options import Options
from .question import Question, about, question
from .recent import Recent
from .remarks import remark_on
from .view import View, Views

__all__ = ["Engine"]

_QUESTIONS_KEPT = 256
"""Questions whose evidence is kept, about 1 kB each."""


class Engine:
    """Answers searches and related-paper look-ups of one Store. May be used by many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._views = Views(store)
        self._encoding = Encoding(store)
        self._evidence: Recent[Evidence] = Recent(_QUESTIONS_KEPT)

    def warm(self, rerank: str | None = None) -> None:
        """Load the model, the cross-encoder `rerank` and the indexes now, so that the first search
        does not wait for them."""
        if rerank is not None:
            _reranker(rerank).scores("warm", ["warm"])
        with self._views.current() as (_, view):
            self._encoding.query("warm", view)

    def ready(self) -> None:
        """Raise what a search would raise if the library could not be read."""
        with self._views.current():
            pass

    def search(self, query: str, options: Options) -> Hits:
        """See Library.search."""
        options.check()
        if not isinstance(query, str):
            raise QueryError(f"The query is a text, not {query!r}.")
        if not query.strip():
            raise QueryError("The query is empty. Say what the papers should be about.")
        reranker = _reranker(options.rerank) if options.rerank is not None else None
        query = normalize("NFC", as_text(query))
        with self._views.current() as (snapshot, view):
            known = ModelWords(lambda: library_model(self._store))
            meant = understand(query, snapshot, view, known)
            left_out = sorted({snapshot.number_of(each) for each in options.without})
            answering = self._answering(snapshot, view, options, left_out, reranker)
            allowed = self._views.allowed(snapshot, view, options.filters, meant.conditions)
            allowed = _less(allowed, left_out, view)
            if not meant.text:
                assert allowed is not None
                hits = answering.listed(meant, allowed)
            else:
                if meant.number is not None:
                    asked = self._about([meant.number], snapshot, view)
                else:
                    vector = partial(self._encoding.query, meant.text, view)
                    encode = partial(self._encoding.documents, view=view)
                    asked = question(meant.text, view, vector, encode)
                settings = {"spelling": "without the model"} if known.missing else {}
                hits = answering.ranked(asked, meant, allowed, settings)
            if meant.missing is not None and hits:
                # What was asked for is not there.
                hits = replace(hits, verdict="weak")
            return replace(
                hits,
                query=query,
                corrected=meant.corrected,
                suggestion=meant.suggestion,
                remark=_remark(hits, remark_on(hits, meant, snapshot, view, options.filters)),
            )

    def related(self, ids: Sequence[str], options: Options) -> Hits:
        """See Library.related."""
        if not ids:
            raise QueryError("No paper was named. Give at least one id.")
        options.check()
        with self._views.current() as (snapshot, view):
            numbers = sorted({snapshot.number_of(each) for each in ids})
            allowed = self._views.allowed(snapshot, view, options.filters)
            same = sorted({*numbers, *copies_of(snapshot, numbers)})
            others = _less(view.live if allowed is None else allowed, same, view)
            assert others is not None
            answering = self._answering(snapshot, view, options, numbers, None)
            hits = answering.related(self._about(numbers, snapshot, view), others)
            names = snapshot.ids_of(numbers)
            return replace(
                hits,
                ids=tuple(names[number] for number in numbers),
                remark=_remark(hits, remark_on(hits, None, snapshot, view, options.filters)),
            )

    def _answering(
        self,
        snapshot: Snapshot,
        view: View,
        options: Options,
        left_out: Sequence[int],
        reranker: Reranker | None,
    ) -> Answering:
        whole = _less(None, left_out, view)
        encoding, evidence = self._encoding, self._evidence
        return Answering(snapshot, view, options, encoding, whole, evidence, reranker)

    def _about(self, numbers: Sequence[int], snapshot: Snapshot, view: View) -> Question:
        vector = self._encoding.papers(numbers, snapshot, view)
        papers = snapshot.papers(numbers)
        return about([papers[number] for number in numbers], view, lambda: vector)


def _less(
    allowed: NDArray[np.int64] | None, left_out: Sequence[int], view: View
) -> NDArray[np.int64] | None:
    """The allowed papers (None: all) without some of them."""
    if not len(left_out):
        return allowed
    everything = view.live if allowed is None else allowed
    return np.setdiff1d(everything, np.array(left_out, np.int64), assume_unique=True)


def _remark(hits: Hits, remark: str | None) -> str | None:
    """What is said of an answer, also where it was to come in groups and has none."""
    more = None if hits.groups is None else groups_remark(hits.groups, hits.total)
    return " ".join(filter(None, [remark, more])) or None


def _reranker(name: str | os.PathLike[str]) -> Reranker:
    return Reranker(resolve_reranker(os.fspath(name)))

"""Questions to answers over one library."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from ..index.encoder import Encoder
from ..index.errors import QueryError
from ..index.model_words import ModelWords
from ..index.record import as_text
from ..index.reranker import Reranker
from ..index.reranker_models import resolve_reranker
from ..index.snapshot import Snapshot, chunks
from ..index.store import Store
from .answering import Answering
from .asked import joined, known_papers, named_some, outside_remark, unknown_remark, unread_remark
from .confidence import Evidence
from .encoding import Encoding, Together
from .groups import groups_remark
from .hits import Hits
from .known import asked_id
from .meaning import Meaning, understand
from .options import Options
from .query import parse
from .question import Question, about, demanding, question
from .recent import Recent
from .recommend import for_all, given, recommended
from .remarks import remark_on
from .vectors import VectorSource
from .versions import versions_of
from .view import View, Views

__all__ = ["Engine"]

_QUERIES_AT_ONCE = 512
"""Queries that are encoded together, so that progress is seen of more of them."""
_QUESTIONS_KEPT = 256
"""Questions whose evidence is kept, about 1 kB each."""


class Engine:
    """Answers searches and related-paper look-ups of one Store. May be used by many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._views = Views(store)
        self._encoding = Encoding(store)
        self._evidence: Recent[Evidence] = Recent(_QUESTIONS_KEPT)

    @property
    def views(self) -> Views:
        """The library as searches see it, one moment after the other."""
        return self._views

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

    def encoder(self) -> Encoder:
        """What the library's texts are encoded with. Raises ModelError, LibraryError."""
        with self._views.current() as (_, view):
            return self._encoding.encoder(view)

    def search(self, query: str, options: Options) -> Hits:
        """See Library.search."""
        options.check()
        query = _asked(query, "The query")
        if options.mode != "keyword":
            self._encoding.load_early(query)
        reranker = _reranker(options.rerank) if options.rerank is not None else None
        with self._views.current() as (snapshot, view):
            known = ModelWords(lambda: self._encoding.encoder(view).model)
            if options.mode != "keyword":
                self._begin(query, view)
            meant = understand(query, snapshot, view, known)
            return self._answer(query, meant, known, options, reranker, snapshot, view)

    def search_many(
        self, queries: Sequence[str], options: Options, tell: Callable[[int, int], None]
    ) -> list[Hits]:
        """The answers to several queries, all of one moment of the library: see Library.search.
        `tell` is told how many of how many are answered."""
        options.check()
        asked = [_asked(each, f"Query {n} of {len(queries)}") for n, each in enumerate(queries, 1)]
        reranker = _reranker(options.rerank) if options.rerank is not None else None
        answers: list[Hits] = []
        with self._views.current() as (snapshot, view):
            known = ModelWords(lambda: self._encoding.encoder(view).model)
            for part in chunks(asked, _QUERIES_AT_ONCE):
                meanings = [understand(each, snapshot, view, known) for each in part]
                together = self._together(meanings, options, view)
                for query, meant in zip(part, meanings, strict=True):
                    answers.append(
                        self._answer(
                            query, meant, known, options, reranker, snapshot, view, together
                        )
                    )
                    tell(len(answers), len(asked))
        return answers

    def _begin(self, query: str, view: View) -> None:
        """Let a query be encoded while the rest of it is understood: as it is, for hardly any is
        corrected."""
        if asked_id(query) is None and (text := parse(query).text):
            self._encoding.begin(text, view)

    def _together(
        self, meanings: Sequence[Meaning], options: Options, view: View
    ) -> Together | None:
        """The vectors of several queries; None where one by one is as well."""
        texts = {each.text for each in meanings if each.text and each.number is None}
        if options.mode == "keyword" or len(texts) < 2:
            return None
        return self._encoding.together(texts, view)

    def _answer(
        self,
        query: str,
        meant: Meaning,
        known: ModelWords,
        options: Options,
        reranker: Reranker | None,
        snapshot: Snapshot,
        view: View,
        together: Together | None = None,
    ) -> Hits:
        left_out = sorted({snapshot.number_of(each) for each in options.without})
        answering = self._answering(snapshot, view, options, left_out, reranker)
        allowed = self._views.allowed(snapshot, view, options.filters, meant.conditions)
        allowed = _less(allowed, left_out, view)
        if not meant.text:
            assert allowed is not None
            hits = answering.listed(meant, allowed)
        else:
            settings = {"spelling": "without the model"} if known.missing else {}
            if meant.number is not None:
                asked = self._about([meant.number], snapshot, view)
            else:
                vector = partial(self._encoding.query, meant.text, view)
                if together is not None:
                    vector = partial(together.vectors.__getitem__, meant.text)
                    # The last digits depend on what a query was encoded with.
                    settings["encoded with"] = together.digest
                encode = partial(self._encoding.documents, view=view)
                asked = question(meant.text, view, vector, encode)
            hits = answering.ranked(asked, meant, allowed, settings)
        if meant.missing is not None and hits:
            # What was asked for is not there.
            hits = replace(hits, verdict="weak")
        return replace(
            hits,
            query=query,
            found_in=self._found_in(view),
            corrected=meant.corrected,
            suggestion=meant.suggestion,
            remark=joined(
                remark_on(hits, meant, snapshot, view, options.filters), _on_groups(hits)
            ),
        )

    def related(self, ids: Sequence[str], options: Options) -> Hits:
        """See Library.related."""
        if not ids:
            raise QueryError("No paper was named. Give at least one id.")
        options.check()
        with self._views.current() as (snapshot, view):
            numbers, unknown = known_papers(snapshot, ids)
            allowed = self._views.allowed(snapshot, view, options.filters)
            same = sorted({*numbers, *versions_of(snapshot, view, numbers)})
            others = _less(view.live if allowed is None else allowed, same, view)
            assert others is not None
            answering = self._answering(snapshot, view, options, numbers, None)
            hits = answering.related(self._about(numbers, snapshot, view), others)
            names = snapshot.ids_of(numbers)
            return replace(
                hits,
                ids=tuple(names[number] for number in numbers),
                unknown=unknown,
                found_in=self._found_in(view),
                titles=_titles(snapshot, numbers),
                remark=joined(
                    unknown_remark(unknown),
                    remark_on(hits, None, snapshot, view, options.filters),
                    _on_groups(hits),
                ),
            )

    def recommend(
        self,
        like: Sequence[str],
        unlike: Sequence[str],
        options: Options,
        files: Sequence[str | os.PathLike[str]] = (),
    ) -> Hits:
        """See Library.recommend; `files` are those with liked papers."""
        # It reads files of every kind, which takes long to import.
        from .reading_list import MOST, found_in, read_list

        if not like and not files:
            raise QueryError("No paper was liked. Give at least one id, or a file with papers.")
        options.check()
        said, rejects = read_list(files)
        if len(like) + len(unlike) + len(said) > MOST:
            raise QueryError(
                f"More than {MOST:,} papers were liked and disliked together. Give fewer of them."
            )
        with self._views.current() as (snapshot, view):
            numbers, unknown = known_papers(snapshot, like, none_will_do=bool(said))
            away, also_unknown = known_papers(snapshot, unlike, none_will_do=True)
            names = snapshot.ids_of([*numbers, *away])
            both = [repr(names[number]) for number in numbers if number in set(away)]
            if both:
                raise QueryError(
                    f"Liked and disliked at once: {named_some(both)}. Leave each out of one of the "
                    "two."
                )
            listed = found_in(said, snapshot, view)
            # A paper of one's own list that is disliked by name is disliked.
            numbers = sorted({*numbers, *listed.numbers} - set(away))
            liked = given(numbers, listed.outside, snapshot, view, self._encoding)
            if not liked:
                raise QueryError(
                    "All papers of the file are disliked. Like others, or leave some out of those."
                )
            disliked = given(away, (), snapshot, view, self._encoding)
            asked = [*numbers, *away]
            without = np.array(sorted({*asked, *versions_of(snapshot, view, asked)}), np.int64)
            allowed = self._views.allowed(snapshot, view, options.filters)
            found = recommended(
                snapshot,
                view,
                liked,
                disliked,
                allowed=_less(allowed, without.tolist(), view) if allowed is not None else None,
                without=without,
                exact=options.exact,
            )
            answering = self._answering(snapshot, view, options, asked, None)
            question = for_all(liked, view) if options.explain else demanding("", view)
            hits = answering.recommended(question, found)
            unknown = tuple(dict.fromkeys((*unknown, *also_unknown)))
            outside = tuple(paper.title for paper in listed.outside)
            names = snapshot.ids_of(asked)
            return replace(
                hits,
                ids=tuple(each.label for each in liked),
                unlike=tuple(names[number] for number in away),
                unknown=unknown,
                outside=outside,
                interests=found.named_interests(),
                found_in=self._found_in(view),
                titles={
                    **{paper.id: paper.title for paper in listed.outside},
                    **_titles(snapshot, asked),
                },
                remark=joined(
                    unknown_remark(unknown),
                    outside_remark(outside, len(said)),
                    unread_remark(rejects),
                    remark_on(hits, None, snapshot, view, options.filters),
                    _on_groups(hits),
                ),
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

    def _found_in(self, view: View) -> VectorSource:
        return VectorSource(str(self._store.path), view.model.fingerprint)

    def _about(self, numbers: Sequence[int], snapshot: Snapshot, view: View) -> Question:
        vector = self._encoding.papers(numbers, snapshot, view)
        papers = snapshot.papers(numbers)
        return about([papers[number] for number in numbers], view, lambda: vector)


def _titles(snapshot: Snapshot, numbers: Sequence[int]) -> dict[str, str]:
    return {paper.id: paper.title for paper in snapshot.papers(numbers).values()}


def _asked(query: object, what: str) -> str:
    """A query as it is understood. Raises QueryError, which calls it `what`."""
    if not isinstance(query, str):
        raise QueryError(f"{what} is a text, not {query!r}.")
    if not query.strip():
        raise QueryError(f"{what} is empty. Say what the papers should be about.")
    return normalize("NFC", as_text(query))


def _less(
    allowed: NDArray[np.int64] | None, left_out: Sequence[int], view: View
) -> NDArray[np.int64] | None:
    """The allowed papers (None: all) without some of them."""
    if not len(left_out):
        return allowed
    everything = view.live if allowed is None else allowed
    return np.setdiff1d(everything, np.array(left_out, np.int64), assume_unique=True)


def _on_groups(hits: Hits) -> str | None:
    """What is said where an answer was to come in groups and has none."""
    return None if hits.groups is None else groups_remark(hits.groups, hits.total)


def _reranker(name: str | os.PathLike[str]) -> Reranker:
    return Reranker(resolve_reranker(os.fspath(name)))

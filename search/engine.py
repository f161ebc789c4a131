"""Questions to answers over one library."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import query_terms
from ..index.encoder import Encoder
from ..index.errors import LibraryDamaged, ModelError, QueryError
from ..index.filters import Filters
from ..index.keyword_files import texts
from ..index.maintain import library_model
from ..index.model_words import knows_word
from ..index.record import as_text
from ..index.reranker import Reranker
from ..index.reranker_models import resolve_reranker
from ..index.rows import encoded_text
from ..index.snapshot import Snapshot
from ..index.store import Store
from . import hybrid
from .acronyms import synonyms
from .arrangement import Arranged, Ranked, arrange
from .constraints import newest
from .diversity import check_diversity
from .fingerprint import answer_fingerprint, plain_filters
from .hits import Hit, Hits, Reranked
from .known import named, titled
from .query import parse, plain
from .rank import check_page, put_first
from .reranking import RERANKED, Reranking, check_rerank_top
from .semantic import POOL, nearest
from .spelling import Spelling, check_spelling
from .view import View, Views

__all__ = ["Engine", "Mode"]

Mode = Literal["hybrid", "semantic", "keyword"]

_Scored = tuple[NDArray[np.int64], NDArray[np.float64], int]
_QUERIES_KEPT = 256
_MOST_WORDS = 512
"""Distinct words of a query that are searched by: a long abstract has about 150."""


@dataclass(frozen=True, slots=True)
class Question:
    """What papers are ranked by: words and phrases of terms with weights, and a unit vector,
    float32 (dim,), which is made when it is asked for. `near` says that a paper has it."""

    words: dict[str, float]
    phrases: dict[tuple[str, ...], float]
    vector: Callable[[], NDArray[np.float32]]
    near: bool = False
    text: str = ""


class Engine:
    """Answers searches and related-paper look-ups of one Store. May be used by many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._views = Views(store)
        self._encoder: Encoder | None = None
        self._encoding = threading.Lock()
        self._machine = ""
        self._encoded: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()

    def warm(self, rerank: str | None = None) -> None:
        """Load the model, the cross-encoder `rerank` and the indexes now, so that the first search
        does not wait for them."""
        if rerank is not None:
            _reranker(rerank).scores("warm", ["warm"])
        with self._views.current() as (_, view):
            self._query_vector("warm", view)

    def ready(self) -> None:
        """Raise what a search would raise if the library could not be read."""
        with self._views.current():
            pass

    def search(
        self,
        query: str,
        *,
        k: int,
        offset: int,
        mode: Mode,
        exact: bool,
        filters: Filters,
        without: Sequence[str] = (),
        diversity: float = 0.0,
        rerank: str | os.PathLike[str] | None = None,
        rerank_top: int = RERANKED,
    ) -> Hits:
        """See Library.search."""
        if mode not in get_args(Mode):
            raise QueryError(f"There is no mode {mode!r}. Use hybrid, semantic or keyword.")
        if not query.strip():
            raise QueryError("The query is empty. Say what the papers should be about.")
        check_page(k, offset)
        check_diversity(diversity)
        check_rerank_top(rerank_top)
        reranker = _reranker(rerank) if rerank is not None else None
        query = as_text(query)
        with self._views.current() as (snapshot, view):
            number = named(snapshot, query)
            parsed = parse(query)
            whole = titled(view, query)
            if number is not None or (parsed.conditions and len(whole)):
                # A title with a quotation mark or a dash in it is still a title.
                parsed = plain(query)
            allowed = self._views.allowed(snapshot, view, filters, parsed.conditions)
            left_out: list[int] = []
            if without:
                left_out = sorted({snapshot.number_of(each) for each in without})
                others = view.live if allowed is None else allowed
                allowed = np.setdiff1d(others, left_out, assume_unique=True)
            settings: dict[str, object] = {
                "mode": mode,
                "exact": exact,
                "filters": plain_filters(filters),
                "without": left_out,
                "diversity": float(diversity),
                "rerank": [reranker.model.fingerprint, rerank_top] if reranker else None,
            }
            if not parsed.text:
                assert allowed is not None
                newest_first = newest(snapshot, allowed, k, offset)
                arranged = Arranged([(each, 0.0) for each in newest_first])
                return Hits(
                    _hits(snapshot, arranged, offset),
                    len(allowed),
                    offset,
                    mode,
                    query=query,
                    fingerprint=answer_fingerprint(view, settings),
                )
            spelling = Spelling(parsed)
            if number is not None:
                first = np.array([number], np.int64)
                question = self._about(number, snapshot, view)
            else:
                first = whole if len(whole) else titled(view, parsed.text)
                if not len(first):
                    lacking: list[str] = []
                    spelling = check_spelling(
                        parsed, snapshot, view, lambda word: self._knows(word, lacking)
                    )
                    if lacking:
                        settings["spelling"] = "without the model"
                question = self._question(spelling.parsed.text, view)

            def rank(among: NDArray[np.int64] | None, end: int) -> _Scored:
                return self._scored(
                    question, snapshot, view, end, mode=mode, exact=exact, allowed=among
                )

            if len(first) and allowed is not None:
                first = np.intersect1d(first, allowed, assume_unique=True)
            total = 0

            def ranked(end: int) -> Ranked:
                nonlocal total
                numbers, scores, total = rank(allowed, end)
                return put_first(first, numbers, scores, rank) if len(first) else (numbers, scores)

            arranged = arrange(
                snapshot,
                view,
                ranked,
                k,
                offset,
                named=first,
                diversity=diversity,
                reranking=Reranking(reranker, question.text, rerank_top) if reranker else None,
            )
            if total and reranker:
                settings["reranked on"] = reranker.machine
            if total and mode != "keyword" and not question.near:
                settings["encoded on"] = self._machine
            return Hits(
                _hits(snapshot, arranged, offset),
                total,
                offset,
                mode,
                query=query,
                corrected=spelling.corrected,
                suggestion=spelling.suggestion,
                reranked=Reranked(reranker.model.label, arranged.reranked)
                if reranker and total
                else None,
                fingerprint=answer_fingerprint(view, settings),
            )

    def _question(self, text: str, view: View) -> Question:
        """What is searched by for a text."""
        words: dict[str, float] = dict(query_terms(text, view.language).most_common(_MOST_WORDS))
        also = synonyms(text, view.language, view.keyword.lexicon)
        return Question(
            {**also.words, **words},
            also.phrases,
            lambda: self._query_vector(text, view),
            text=text,
        )

    def _about(self, number: int, snapshot: Snapshot, view: View) -> Question:
        """What is searched by for a paper: its vector, and the words of its title and abstract."""
        paper = snapshot.papers([number])[number]
        said = texts(paper)["text"]
        words: dict[str, float] = dict(query_terms(said, view.language).most_common(_MOST_WORDS))
        return Question(
            words,
            {},
            lambda: self._paper_vector(number, snapshot, view),
            near=True,
            text=encoded_text(paper.title, paper.abstract, paper.title_given),
        )

    def _paper_vector(self, number: int, snapshot: Snapshot, view: View) -> NDArray[np.float32]:
        vectors = snapshot.vectors(np.array([number], np.int64), view.model).astype(np.float32)
        self._check_vectors(vectors)
        unit: NDArray[np.float32] = vectors[0] / np.linalg.norm(vectors[0])
        return unit

    def _check_vectors(self, vectors: NDArray[np.float32]) -> None:
        if not np.isfinite(vectors).all():
            raise LibraryDamaged(
                f"{self._store.database} lacks the vector of a paper. Encode what is missing "
                f"with: paperkin rebuild {self._store.path}"
            )

    def _knows(self, word: str, lacking: list[str]) -> bool:
        """Whether the model knows a word; one that cannot be asked about goes to `lacking`."""
        try:
            return knows_word(library_model(self._store), word)
        except ModelError:
            # Searching by words needs no model.
            lacking.append(word)
            return False

    def _scored(
        self,
        question: Question,
        snapshot: Snapshot,
        view: View,
        end: int,
        *,
        mode: Mode,
        exact: bool,
        allowed: NDArray[np.int64] | None,
    ) -> _Scored:
        passing = len(view.live) if allowed is None else len(allowed)
        if not passing:
            return np.zeros(0, np.int64), np.zeros(0), 0
        if mode == "semantic" or (question.near and mode == "hybrid"):
            vector = question.vector()
            numbers, scores = nearest(view, vector, max(end, POOL), allowed=allowed, exact=exact)
            return numbers, scores, passing
        found = view.keyword.search(
            question.words,
            max(end, POOL) if mode == "keyword" else POOL,
            live=len(view.live),
            stale=view.stale,
            pending=view.pending,
            allowed=allowed,
            count=mode == "keyword",
            phrases=question.phrases,
        )
        if mode == "keyword":
            numbers, scores, matching = found
            return numbers, scores, matching or 0
        numbers, scores = hybrid.search(
            view, snapshot, question.vector(), found[:2], end, allowed=allowed, exact=exact
        )
        return numbers, scores, passing

    def related(
        self,
        ids: Sequence[str],
        *,
        k: int,
        offset: int,
        exact: bool,
        filters: Filters,
        diversity: float = 0.0,
    ) -> Hits:
        """See Library.related."""
        if not ids:
            raise QueryError("No paper was named. Give at least one id.")
        check_page(k, offset)
        check_diversity(diversity)
        with self._views.current() as (snapshot, view):
            asked = sorted({snapshot.number_of(each) for each in ids})
            allowed = self._views.allowed(snapshot, view, filters)
            others = np.setdiff1d(
                view.live if allowed is None else allowed, asked, assume_unique=True
            )
            vectors = snapshot.vectors(np.array(asked, np.int64), view.model).astype(np.float32)
            self._check_vectors(vectors)
            centre = vectors.mean(axis=0)
            length = float(np.linalg.norm(centre))
            # Opposite vectors may cancel each other out; any direction is as good then.
            vector = centre / length if length > 1e-6 else vectors[0]

            def ranked(end: int) -> Ranked:
                return nearest(view, vector, max(end, POOL), allowed=others, exact=exact)

            arranged = arrange(
                snapshot,
                view,
                ranked,
                k,
                offset,
                named=np.zeros(0, np.int64),
                diversity=diversity,
            )
            settings: dict[str, object] = {
                "exact": exact,
                "filters": plain_filters(filters),
                "diversity": float(diversity),
            }
            names = snapshot.ids_of(asked)
            return Hits(
                _hits(snapshot, arranged, offset),
                len(others),
                offset,
                "semantic",
                ids=tuple(names[number] for number in asked),
                fingerprint=answer_fingerprint(view, settings),
            )

    def _query_vector(self, query: str, view: View) -> NDArray[np.float32]:
        """float32, shape (dim,), unit length. Raises ModelError, ModelMismatch."""
        key = (view.model.fingerprint, query)
        with self._encoding:
            if key in self._encoded:
                self._encoded.move_to_end(key)
                return self._encoded[key]
            if self._encoder is None or self._encoder.model.fingerprint != key[0]:
                self._encoder = Encoder(library_model(self._store))
            vector = self._encoder.encode_query(query)
            self._machine = self._encoder.machine
            self._encoded[key] = vector
            if len(self._encoded) > _QUERIES_KEPT:
                self._encoded.popitem(last=False)
            return vector


def _reranker(name: str | os.PathLike[str]) -> Reranker:
    if not isinstance(name, str | os.PathLike):
        raise QueryError(f"{name!r} names no cross-encoder. Give its name, or its folder.")
    return Reranker(resolve_reranker(os.fspath(name)))


def _hits(snapshot: Snapshot, page: Arranged, offset: int) -> tuple[Hit, ...]:
    papers = snapshot.papers(number for number, _ in page.places)
    ids = snapshot.ids_of(number for aside in page.aside.values() for number in aside)
    return tuple(
        Hit(
            rank=offset + n,
            score=score,
            paper=papers[number],
            near_identical=tuple(ids[each] for each in page.aside.get(number, ())),
        )
        for n, (number, score) in enumerate(page.places, start=1)
    )

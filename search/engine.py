"""Questions to answers over one library."""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
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
from ..index.models import Model
from ..index.record import as_text
from ..index.snapshot import Snapshot
from ..index.store import Store
from . import hybrid
from .acronyms import synonyms
from .constraints import newest
from .hits import Hit, Hits
from .known import named, titled
from .query import parse, plain
from .rank import check_page, cut_page, put_first
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


class Engine:
    """Answers searches and related-paper look-ups of one Store. May be used by many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._views = Views(store)
        self._encoder: Encoder | None = None
        self._encoding = threading.Lock()
        self._encoded: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()

    def warm(self) -> None:
        """Load the model and the indexes now, so that the first search does not wait for them."""
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
    ) -> Hits:
        """See Library.search."""
        if mode not in get_args(Mode):
            raise QueryError(f"There is no mode {mode!r}. Use hybrid, semantic or keyword.")
        if not query.strip():
            raise QueryError("The query is empty. Say what the papers should be about.")
        check_page(k, offset)
        query = as_text(query)
        with self._views.current() as (snapshot, view):
            number = named(snapshot, query)
            parsed = parse(query)
            whole = titled(view, query)
            if number is not None or (parsed.conditions and len(whole)):
                # A title with a quotation mark or a dash in it is still a title.
                parsed = plain(query)
            allowed = self._views.allowed(snapshot, view, filters, parsed.conditions)
            if without:
                left_out = sorted({snapshot.number_of(each) for each in without})
                others = view.live if allowed is None else allowed
                allowed = np.setdiff1d(others, left_out, assume_unique=True)
            if not parsed.text:
                assert allowed is not None
                newest_first = newest(snapshot, allowed, k, offset)
                page = [(each, 0.0) for each in newest_first]
                return Hits(_hits(snapshot, page, offset), len(allowed), offset, mode, query=query)
            spelling = Spelling(parsed)
            if number is not None:
                first = np.array([number], np.int64)
                question = self._about(number, snapshot, view)
            else:
                first = whole if len(whole) else titled(view, parsed.text)
                if not len(first):
                    spelling = check_spelling(parsed, snapshot, view, self._knowing())
                question = self._question(spelling.parsed.text, view)

            def rank(among: NDArray[np.int64] | None, end: int) -> _Scored:
                return self._scored(
                    question, snapshot, view, end, mode=mode, exact=exact, allowed=among
                )

            if len(first) and allowed is not None:
                first = np.intersect1d(first, allowed, assume_unique=True)
            numbers, scores, total = rank(allowed, offset + k + len(first))
            if len(first):
                numbers, scores = put_first(first, numbers, scores, rank)
            page = cut_page(snapshot, numbers, scores, k, offset)
            return Hits(
                _hits(snapshot, page, offset),
                total,
                offset,
                mode,
                query=query,
                corrected=spelling.corrected,
                suggestion=spelling.suggestion,
            )

    def _question(self, text: str, view: View) -> Question:
        """What is searched by for a text."""
        words: dict[str, float] = dict(query_terms(text, view.language).most_common(_MOST_WORDS))
        also = synonyms(text, view.language, view.keyword.lexicon)
        return Question(
            {**also.words, **words}, also.phrases, lambda: self._query_vector(text, view)
        )

    def _about(self, number: int, snapshot: Snapshot, view: View) -> Question:
        """What is searched by for a paper: its vector, and the words of its title and abstract."""
        said = texts(snapshot.papers([number])[number])["text"]
        words: dict[str, float] = dict(query_terms(said, view.language).most_common(_MOST_WORDS))
        return Question(words, {}, lambda: self._paper_vector(number, snapshot, view), near=True)

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

    def _knowing(self) -> Callable[[str], bool]:
        """Tells whether the model knows a word; its files are read once, when first asked."""

        @functools.cache
        def model() -> Model:
            return library_model(self._store)

        def knows(word: str) -> bool:
            try:
                return knows_word(model(), word)
            except ModelError:
                # Searching by words needs no model.
                return False

        return knows

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
        self, ids: Sequence[str], *, k: int, offset: int, exact: bool, filters: Filters
    ) -> Hits:
        """See Library.related."""
        if not ids:
            raise QueryError("No paper was named. Give at least one id.")
        check_page(k, offset)
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
            numbers, scores = nearest(
                view, vector, max(offset + k, POOL), allowed=others, exact=exact
            )
            page = cut_page(snapshot, numbers, scores, k, offset)
            names = snapshot.ids_of(asked)
            return Hits(
                _hits(snapshot, page, offset),
                len(others),
                offset,
                "semantic",
                ids=tuple(names[number] for number in asked),
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
            self._encoded[key] = vector
            if len(self._encoded) > _QUERIES_KEPT:
                self._encoded.popitem(last=False)
            return vector


def _hits(snapshot: Snapshot, page: Iterable[tuple[int, float]], offset: int) -> tuple[Hit, ...]:
    places = list(page)
    papers = snapshot.papers(number for number, _ in places)
    return tuple(
        Hit(rank=offset + n, score=score, paper=papers[number])
        for n, (number, score) in enumerate(places, start=1)
    )

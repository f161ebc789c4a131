"""One moment of a library as searches see it: the derived indexes, and what came after them."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..index import dense, keyword_files
from ..index.background import Background
from ..index.beside import too_many_beside
from ..index.changes import Changes
from ..index.dense import DenseIndex
from ..index.errors import LibraryError
from ..index.filters import Filters, select
from ..index.keyword import KeywordIndex, PendingPaper, pending_paper
from ..index.lexicon import Lexicon
from ..index.snapshot import Commit, ModelRow, Snapshot
from ..index.store import Store
from .constraints import meeting
from .passing import KeptPassing
from .query import Condition
from .recent import Recent

__all__ = ["View", "Views"]

_FILTERS_KEPT = 64
_CORRECTIONS_KEPT = 4096
_NUMBERS_KEPT = 4_000_000
"""Numbers of papers that are kept for filters used again: 32 MB."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything an answer needs besides papers' texts, all of one commit.

    `live` are the numbers of all papers (int64, ascending). `dense_alive` says which rows of
    `dense` still count; `beside_numbers` and `beside_vectors` (float16, shape (n, dim)) are the
    papers it lacks. `stale` and `pending` are the same for the keyword index; `lexicon` takes both
    into account.
    """

    commit: Commit
    model: ModelRow
    language: str
    live: NDArray[np.int64]
    dense: DenseIndex | None
    dense_alive: NDArray[np.bool_]
    beside_numbers: NDArray[np.int64]
    beside_vectors: NDArray[np.float16]
    keyword: KeywordIndex
    stale: NDArray[np.int64]
    pending: tuple[PendingPaper, ...]
    lexicon: Lexicon
    corrections: Recent[str | None] = field(default_factory=lambda: Recent(_CORRECTIONS_KEPT))
    """What words are nearest to others, for those asked for last: see search/spelling.py."""
    passing: KeptPassing = field(default_factory=KeptPassing, repr=False, compare=False)

    @property
    def background(self) -> Background | None:
        """What is usual among the papers; None where they are too few, or too much
        alike, to tell."""
        return self.dense.background if self.dense is not None else None


class Views:
    """Gives each search a View and the Snapshot it belongs to; follows new commits by itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._changes = Changes(store)
        self._seen: tuple[object, ...] | None = None
        self._marks: tuple[object, ...] = ()
        self._dense: DenseIndex | None = None
        self._keyword: KeywordIndex | None = None
        self._view: View | None = None
        self._filtered: dict[tuple[object, ...], NDArray[np.int64]] = {}

    @contextmanager
    def current(self) -> Iterator[tuple[Snapshot, View]]:
        """The library as of now. Raises LibraryDamaged, LibraryError."""
        with ExitStack() as stack:
            with self._lock:
                snapshot = self._begin(stack)
                if self._view is None or self._view.commit != snapshot.commit:
                    self._view = self._make(snapshot)
                view = self._view
            yield snapshot, view

    def _begin(self, stack: ExitStack) -> Snapshot:
        """A snapshot that the open derived indexes belong to."""
        while True:
            # The derived files are looked at before the snapshot is taken: they are published
            # after the commits they hold, so the snapshot is never behind them.
            self._reopen()
            snapshot = stack.enter_context(self._store.read())
            if self._dense is None or self._dense.fingerprint == snapshot.model.fingerprint:
                return snapshot
            # The library changed its model between the two.
            stack.pop_all().close()

    def allowed(
        self,
        snapshot: Snapshot,
        view: View,
        filters: Filters,
        conditions: tuple[Condition, ...] = (),
    ) -> NDArray[np.int64] | None:
        """Numbers of the papers that pass filters and meet the conditions of a query, ascending;
        None where there are neither."""
        if not filters and not conditions:
            return None
        key = (view.commit, filters, conditions)
        found = self._filtered.get(key)
        if found is None:
            found = select(snapshot, filters) if filters else None
            if conditions or found is None:
                found = meeting(snapshot, view, conditions, found)
            with self._lock:
                kept = sum(map(len, self._filtered.values()))
                if len(self._filtered) >= _FILTERS_KEPT or kept > _NUMBERS_KEPT:
                    self._filtered.clear()
                self._filtered[key] = found
        return found

    def _reopen(self) -> None:
        """Open the derived indexes again where they were published anew."""
        seen = self._changes.mark()
        if seen is not None and seen == self._seen:
            return
        path = self._store.path
        marks: list[object] = []
        for file in (
            path / dense.FOLDER / dense.MANIFEST,
            path / dense.FOLDER / dense.PREPARED,
            path / keyword_files.FOLDER / keyword_files.WATERMARK,
        ):
            try:
                stat = file.stat()
                marks.append((stat.st_ino, stat.st_mtime_ns, stat.st_size))
            except FileNotFoundError:
                marks.append(None)
        with self._store.read() as snapshot:
            marks.append(snapshot.setting("model"))
        if self._keyword is None or self._marks != tuple(marks):
            with self._store.read() as snapshot:
                language, model = snapshot.setting("language", "en"), snapshot.model
            self._dense = DenseIndex.open(self._store, model.fingerprint)
            self._keyword = KeywordIndex(self._store, language)
            self._marks = tuple(marks)
            self._view = None
        self._seen = seen

    def _make(self, snapshot: Snapshot) -> View:
        assert self._keyword is not None
        path, model = self._store.path, snapshot.model
        dense, keyword = self._dense, self._keyword
        since = dense.commit if dense else Commit(0, "")
        snapshot.check_history(since, "dense index", path)
        snapshot.check_history(keyword.commit, "keyword index", path)
        changed, beside = snapshot.changed_since(since.seq)
        stale, fresh = snapshot.changed_since(keyword.commit.seq)
        known = dense.numbers if dense else np.zeros(0, np.int64)
        alive = ~np.isin(known, changed)
        live = _live(snapshot, known[alive], beside)
        if too_many_beside(len(beside), len(fresh), len(live)):
            raise LibraryError(
                f"The indexes of {path} are {max(len(beside), len(fresh)):,} papers behind its "
                f"library.db. Bring them up with: paperkin rebuild {path}"
            )
        language = snapshot.setting("language", "en")
        papers = snapshot.papers(fresh)
        return View(
            commit=snapshot.commit,
            model=model,
            language=language,
            live=live,
            dense=dense,
            dense_alive=alive,
            beside_numbers=beside,
            beside_vectors=snapshot.vectors(beside, model),
            keyword=keyword,
            stale=stale,
            pending=tuple(pending_paper(n, paper, language) for n, paper in papers.items()),
            lexicon=keyword.lexicon.changed(stale, papers, language),
        )


def _live(
    snapshot: Snapshot, known: NDArray[np.int64], beside: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Numbers of all papers, ascending; `known` and `beside` are some of them, likely all."""
    both = np.union1d(known, beside)
    # To count them is a tenth of the work of reading them; a paper may lack its vector.
    return both if len(both) == snapshot.count() else snapshot.live()

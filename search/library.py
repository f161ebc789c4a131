"""A library that answers: a Store on disk and the engine over it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from operator import index
from types import TracebackType
from typing import Any

import numpy as np

from ..index import build as _build
from ..index.build import Progress, Report
from ..index.errors import QueryError, UnknownPaper
from ..index.files import folder_size
from ..index.filters import Filters
from ..index.maintain import rebuild, remove
from ..index.paper import Paper
from ..index.record import as_text
from ..index.snapshot import REMOVED
from ..index.store import Store
from .cluster_keeping import KeptClusters
from .cluster_making import Watch, make_clusters
from .clusters import Clusters
from .engine import Engine
from .hits import Hits
from .interaction import Quality
from .map import Map
from .maps import Maps, Steps, make_map
from .options import Options
from .question import Mode
from .reranking import RERANKED

__all__ = ["Library", "build", "open"]

OneOrMore = str | int | Sequence[str | int] | None


def _values(value: OneOrMore) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str | int) and not isinstance(value, bool):
        return (as_text(str(value)),)
    if not isinstance(value, Iterable):
        raise QueryError(f"A filter cannot be {value!r}. Give a text, a whole number, or several.")
    return tuple(as_text(str(each)) for each in value)


def _whole(value: int, what: str) -> int:
    """A number that may come from numpy, as Python's own."""
    try:
        if not isinstance(value, bool):
            return index(value)
    except TypeError:
        pass
    raise QueryError(f"The {what} is a whole number, not {value!r}.")


def _yes_or_no(value: object, what: str) -> bool:
    """True or False, numpy's as well: a text, like "false", would be taken for True."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise QueryError(f"{what} is True or False, not {value!r}.")


def _names(ids: str | Iterable[str]) -> tuple[str, ...]:
    names = (ids,) if isinstance(ids, str) or not isinstance(ids, Iterable) else tuple(ids)
    for name in names:
        if not isinstance(name, str):
            raise QueryError(f"{name!r} is no id of a paper. Ids are texts, like arXiv:2106.15928.")
    return names


def _filters(
    year: OneOrMore,
    published: OneOrMore,
    venue: OneOrMore,
    category: OneOrMore,
    author: OneOrMore,
    source: OneOrMore,
) -> Filters:
    return Filters(
        year=_values(year),
        published=_values(published),
        venue=_values(venue),
        category=_values(category),
        author=_values(author),
        source=_values(source),
    )


class Library:
    """An open library: search it, ask it for related papers, look papers up by any of their ids.

    It may be used from several threads, and follows what other processes commit to it. Made by
    `paperkin.open` and `paperkin.build`.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.engine = Engine(store)
        self.kept_clusters = KeptClusters(store)
        self.maps = Maps(store, self.kept_clusters.at)

    @property
    def path(self) -> str:
        return str(self.store.path)

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        offset: int = 0,
        mode: Mode = "hybrid",
        exact: bool = False,
        without: str | Iterable[str] = (),
        explain: bool = False,
        diversity: float = 0.0,
        quality: Quality = "normal",
        rerank: str | os.PathLike[str] | None = None,
        rerank_top: int = RERANKED,
        groups: bool = False,
        year: OneOrMore = None,
        published: OneOrMore = None,
        venue: OneOrMore = None,
        category: OneOrMore = None,
        author: OneOrMore = None,
        source: OneOrMore = None,
    ) -> Hits:
        """The papers that answer a query best.

        A query may hold phrases, exclusions and fields (`paperkin.search.query`). A query that is
        an id or a title puts that paper first; misspelled words are corrected, which the answer
        says in `corrected`.

        `mode` is "hybrid" (meaning and words), "semantic" or "keyword"; `exact` compares the query
        with every vector instead of likely candidates; the papers that `without` names are passed
        over, as if the library had none like them. With `explain`, each hit says `why` it is there
        (`paperkin.search.why.Why`); all but keyword mode encode the page's abstracts for that,
        sentence by sentence. Filters take one value or several (OR);
        different filters are combined (AND); a value that starts with "!" excludes. See
        `paperkin.index.filters.Filters` for their forms.

        `diversity`, from 0 to 1, is how much a paper loses for its likeness to those before it
        (`paperkin.search.diversity`). `quality` "high" reads the first 50 papers of a hybrid search
        once more, token by token (`paperkin.search.interaction`), which takes many times as long
        and ranks a little better; `rerank` names a cross-encoder, or its folder, by which the
        first `rerank_top` papers of the answer (1 to 1,000) are ordered again, after which `score`
        is what it gives. Papers with almost the same abstract never fill a page: the best of them
        names the others in `near_identical`, and they follow behind. All this is the same however
        an answer is cut into pages. With `groups`, the answer says in which groups its first 100
        papers lie (`paperkin.search.groups`); they are the same on every page, and change none.

        Raises QueryError, UnknownPaper, ModelError, LibraryError and its kinds.
        """
        filters = _filters(year, published, venue, category, author, source)
        return self.engine.search(
            query,
            Options(
                _whole(k, "number of hits k"),
                _whole(offset, "offset"),
                mode,
                _yes_or_no(exact, "exact"),
                filters,
                without=_names(without),
                explain=_yes_or_no(explain, "explain"),
                diversity=diversity,
                quality=quality,
                rerank=rerank,
                rerank_top=rerank_top,
                groups=_yes_or_no(groups, "groups"),
            ),
        )

    def related(
        self,
        ids: str | Iterable[str],
        k: int = 10,
        *,
        offset: int = 0,
        exact: bool = False,
        explain: bool = False,
        diversity: float = 0.0,
        groups: bool = False,
        year: OneOrMore = None,
        published: OneOrMore = None,
        venue: OneOrMore = None,
        category: OneOrMore = None,
        author: OneOrMore = None,
        source: OneOrMore = None,
    ) -> Hits:
        """The papers that share most with one paper, or with several together: their meaning, their
        words, and what the asked papers say of others' titles. They themselves and other versions
        of them (near-identical abstracts) are left out.

        Filters, `diversity`, `explain` and `groups` as in `search`; the query is then those papers.
        Raises UnknownPaper for an id that no paper has, QueryError, LibraryError and its kinds,
        and, where sentences have to be encoded, ModelError.
        """
        filters = _filters(year, published, venue, category, author, source)
        options = Options(
            _whole(k, "number of hits k"),
            _whole(offset, "offset"),
            exact=_yes_or_no(exact, "exact"),
            filters=filters,
            explain=_yes_or_no(explain, "explain"),
            diversity=diversity,
            groups=_yes_or_no(groups, "groups"),
        )
        return self.engine.related(_names(ids), options)

    def clusters(
        self, *, refresh: bool = False, seed: int = 0, progress: Watch | None = None
    ) -> Clusters:
        """The subjects of the library: clusters of its papers in up to three levels, named.

        Made when they are first asked for, which takes a minute for tens of thousands of papers
        and tells `progress` of it (done, total papers); then they are kept. Papers that came since
        are put where they are nearest. With `refresh` they are made again from all papers; ids and
        names stay as far as the papers stay together. `seed` counts when clusters are made, and
        another than before makes them independently of those that were there.

        Raises LibraryBusy where they are to be made while another process writes, QueryError,
        LibraryError and its kinds.
        """
        seed = _whole(seed, "seed")
        if not 0 <= seed < 2**31 - 1:
            raise QueryError(f"The seed is a whole number from 0 to 2147483646, not {seed}.")
        found = None if _yes_or_no(refresh, "refresh") else self.kept_clusters.current()
        if found is None:
            make_clusters(self.store, seed=seed, watch=progress)
            found = self.kept_clusters.current()
            # None only where another process changed the library in between.
        return Clusters(()) if found is None else found

    def map(
        self, *, refresh: bool = False, seed: int | None = None, progress: Watch | None = None
    ) -> Map:
        """The library as a map: where its papers stand, and the names of its clusters.

        Laid out when it is first asked for, or with `refresh`, which takes minutes for tens of
        thousands of papers and tells `progress` of its steps (done, total); then it is kept. So are
        the clusters, which are made as well where there are none. Papers that came since stand
        among those nearest to them, and no other moves. `seed` (0 if none is given) counts when the
        map is laid out; a kept one is not given for another seed. Raises LibraryBusy where it is to
        be made while another process writes, QueryError, LibraryError and its kinds.
        """
        if seed is not None and _whole(seed, "seed") < 0:
            raise QueryError(f"The seed is a whole number from 0, not {seed}.")
        kept = None if _yes_or_no(refresh, "refresh") else self.maps.current()
        if kept is not None and seed not in (None, kept.seed):
            raise QueryError(
                f"The map of {self.path} was made with the seed {kept.seed}. Ask for it without a "
                "seed, or lay it out anew, with refresh."
            )
        steps = Steps(progress, clusters=self.kept_clusters.current() is None, layout=kept is None)
        if steps.clusters:
            self.clusters(progress=steps.clustered)
        if steps.layout:
            make_map(self.store, seed=_whole(seed or 0, "seed"), watch=steps.laid_out)
        found = self.maps.current() if steps.clusters or steps.layout else kept
        assert found is not None, "a map that was just made is there"
        return found

    def __getitem__(self, paper_id: str) -> Paper:
        """The paper that an id names, in any spelling. Raises UnknownPaper."""
        with self.store.read() as snapshot:
            number = snapshot.number_of(paper_id)
            return snapshot.papers([number])[number]

    def __contains__(self, paper_id: object) -> bool:
        try:
            return isinstance(paper_id, str) and bool(self[paper_id])
        except UnknownPaper:
            return False

    def __len__(self) -> int:
        with self.store.read() as snapshot:
            return snapshot.count()

    def __iter__(self) -> Iterator[Paper]:
        """Every paper, in the order in which they came into the library."""
        with self.store.read() as snapshot:
            numbers = snapshot.live()
            for start in range(0, len(numbers), 512):
                yield from snapshot.papers(numbers[start : start + 512]).values()

    def add(
        self,
        sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        restore: bool = False,
        progress: Progress | None = None,
    ) -> Report:
        """Read sources into the library; what they hold is found at once. See `paperkin.build`."""
        return _build.build(self.path, _sources(sources), restore=restore, progress=progress)

    def remove(self, ids: str | Iterable[str]) -> list[str]:
        """Remove papers, for good: building their sources again does not bring them back, unless
        with `restore`. All or nothing. Returns the ids of the removed papers."""
        return remove(self.store, _names(ids))

    def rebuild(self, model: str | None = None) -> None:
        """Make the derived files anew; with `model`, encode every paper by that model first."""
        rebuild(self.store, model)

    def info(self) -> dict[str, Any]:
        """What the library holds, in plain values."""
        with self.store.read() as snapshot:
            model = snapshot.model
            query = "SELECT name, format, location FROM sources ORDER BY source"
            span = "SELECT min(year), max(year) FROM papers WHERE state = 0"
            ((first, last),) = snapshot.rows(span)
            return {
                "path": self.path,
                "papers": snapshot.count(),
                "removed": snapshot.count(REMOVED),
                "years": [first, last],
                "sources": [
                    {"name": name, "format": kind, "location": location}
                    for name, kind, location in snapshot.rows(query)
                ],
                "model": {
                    "name": model.name,
                    "dimension": model.dimension,
                    "fingerprint": model.fingerprint,
                },
                "language": snapshot.setting("language", "en"),
                "commit": snapshot.commit.seq,
                "bytes": folder_size(self.store.path),
            }

    def close(self) -> None:
        """Let go of files and connections."""
        self.store.close()

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Library({self.path!r}, {len(self):,} papers)"


def _sources(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
) -> list[str | os.PathLike[str]]:
    return [sources] if isinstance(sources, str | os.PathLike) else list(sources)


def open(path: str | os.PathLike[str]) -> Library:
    """Open a library on disk. Raises NotALibrary, LibraryTooNew, LibraryDamaged, LibraryError."""
    return Library(Store.open(path))


def build(
    path: str | os.PathLike[str],
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    model: str | None = None,
    format: str | None = None,
    language: str | None = None,
    restore: bool = False,
    progress: Progress | None = None,
) -> Library:
    """Make a library from files, folders or globs, or add them to the one at `path`; open it.

    What is there already is neither encoded nor stored again, so a build that was stopped goes on
    where it stopped. Arguments and errors as in `paperkin.index.build.build`.
    """
    _build.build(
        path,
        _sources(sources),
        model=model,
        format=format,
        language=language,
        restore=restore,
        progress=progress,
    )
    return open(path)

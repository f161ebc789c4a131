"""A library that answers: a Store on disk and the engine over it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack, overload

from ..index.errors import QueryError, UnknownPaper
from ..index.paper import Paper
from ..index.store import Store
from .arguments import filters_from, names, same_seed, seed_from, sources_of, whole, yes_or_no
from .cluster_keeping import KeptClusters
from .clusters import Clusters
from .engine import Engine
from .exporting import export, papers_of
from .hits import Hits
from .info import info
from .interaction import Quality
from .listing import counted
from .maps import Maps, Steps, make_map
from .options import OneOrMore, Options, SearchOptions
from .question import Mode
from .reranking import RERANKED
from .sorting import Sort

if TYPE_CHECKING:
    from ..index.report import Progress, Report
    from .cluster_making import Watch
    from .map import Map

__all__ = ["Library"]

Liked = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


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

    export = export

    @property
    def path(self) -> str:
        return str(self.store.path)

    @overload
    def search(self, query: str, k: int = 10, **how: Unpack[SearchOptions]) -> Hits: ...
    @overload
    def search(
        self, query: list[str] | tuple[str, ...], k: int = 10, **how: Unpack[SearchOptions]
    ) -> list[Hits]: ...
    def search(
        self,
        query: str | Iterable[str],
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
        sort: Sort = "relevance",
        groups: bool = False,
        year: OneOrMore = None,
        published: OneOrMore = None,
        venue: OneOrMore = None,
        category: OneOrMore = None,
        author: OneOrMore = None,
        source: OneOrMore = None,
        progress: bool | None = None,
    ) -> Hits | list[Hits]:
        """The papers that answer a query best.

        Several queries, in a list or anything else that holds texts, are answered together: a list
        of Hits, in their order and all of one moment of the library. They are encoded in batches,
        which is quicker; scores agree with those one by one to 1e-5, and fingerprints differ.
        `progress` is for these, as in `paperkin.build`.

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

        With `sort` "newest" or "oldest", the papers that answer stand in the order of their dates,
        and `total` is how many these are (`paperkin.search.sorting`).

        Raises QueryError, UnknownPaper, ModelError, LibraryError and its kinds.
        """
        filters = filters_from(year, published, venue, category, author, source)
        options = Options(
            whole(k, "number of hits k"),
            whole(offset, "offset"),
            mode,
            yes_or_no(exact, "exact"),
            filters,
            without=names(without),
            explain=yes_or_no(explain, "explain"),
            diversity=diversity,
            quality=quality,
            rerank=rerank,
            rerank_top=rerank_top,
            sort=sort,
            groups=yes_or_no(groups, "groups"),
        )
        if isinstance(query, str | bytes) or not isinstance(query, Iterable):
            # What is no text is refused there.
            return self.engine.search(query, options)
        from .progress import SearchProgress, display_for

        with closing(display_for(progress)) as display:
            return self.engine.search_many(list(query), options, SearchProgress(display))

    def related(
        self,
        ids: str | Iterable[str],
        k: int = 10,
        *,
        offset: int = 0,
        exact: bool = False,
        explain: bool = False,
        diversity: float = 0.0,
        sort: Sort = "relevance",
        groups: bool = False,
        year: OneOrMore = None,
        published: OneOrMore = None,
        venue: OneOrMore = None,
        category: OneOrMore = None,
        author: OneOrMore = None,
        source: OneOrMore = None,
    ) -> Hits:
        """The papers that share most with one paper, or with several together: meaning, words, and
        what the asked papers say of others' titles. They themselves and other versions of them
        (near-identical abstracts) are left out.

        Filters, `diversity`, `sort`, `explain` and `groups` as in `search`; the query is then those
        papers. Ids that no paper has are named in `unknown` and in the `remark`, and the others
        answered. Raises UnknownPaper where no paper has any of the ids, QueryError, LibraryError
        and its kinds, and, where sentences have to be encoded, ModelError.
        """
        filters = filters_from(year, published, venue, category, author, source)
        options = Options(
            whole(k, "number of hits k"),
            whole(offset, "offset"),
            exact=yes_or_no(exact, "exact"),
            filters=filters,
            explain=yes_or_no(explain, "explain"),
            diversity=diversity,
            sort=sort,
            groups=yes_or_no(groups, "groups"),
        )
        return self.engine.related(names(ids), options)

    def recommend(
        self,
        like: Liked = (),
        unlike: str | Iterable[str] = (),
        k: int = 10,
        *,
        offset: int = 0,
        exact: bool = False,
        explain: bool = False,
        diversity: float = 0.0,
        sort: Sort = "relevance",
        groups: bool = False,
        files: bool = True,
        year: OneOrMore = None,
        published: OneOrMore = None,
        venue: OneOrMore = None,
        category: OneOrMore = None,
        author: OneOrMore = None,
        source: OneOrMore = None,
    ) -> Hits:
        """What to read next, by papers that are liked and papers that are not.

        `like` are ids of papers, files with papers (BibTeX, RIS, or whatever a library can be built
        from), or both; without `files`, a text is an id and never a file. A paper of a file is
        looked for in the library by its ids, its title and its abstract; one that the library does
        not have counts by its title and abstract all the same, and stands in `outside`. Several
        interests are kept apart and take turns; each hit names in `because_of` the liked papers
        that it is there for. Papers near to a disliked one, and not as near to a liked one, come
        late. Neither the liked and disliked papers nor other versions of them are answered. See
        `paperkin.search.recommend`.

        `total` is how many papers are near enough to be recommended. Filters, `diversity`, `sort`,
        `groups` and `explain` as in `search`. Ids that no paper has are named in `unknown` and in
        the `remark`. Raises UnknownPaper where no paper has any of the liked ids, QueryError where
        a paper is liked and disliked at once or none is liked, SourceError for a file, LibraryError
        and its kinds, and, where texts have to be encoded, ModelError.
        """
        ids, named = self._liked(like, yes_or_no(files, "files"))
        options = Options(
            whole(k, "number of hits k"),
            whole(offset, "offset"),
            exact=yes_or_no(exact, "exact"),
            filters=filters_from(year, published, venue, category, author, source),
            explain=yes_or_no(explain, "explain"),
            diversity=diversity,
            sort=sort,
            groups=yes_or_no(groups, "groups"),
        )
        return self.engine.recommend(ids, names(unlike), options, named)

    def _liked(
        self, like: Liked, files: bool
    ) -> tuple[tuple[str, ...], list[str | os.PathLike[str]]]:
        """Ids, and files: a text is a file where there is one and no paper has it as an id."""
        several = [like] if isinstance(like, str | os.PathLike) else like
        given = list(several) if isinstance(several, Iterable) else [several]
        paths = [each for each in given if isinstance(each, os.PathLike)]
        if paths and not files:
            raise QueryError(f"{str(paths[0])!r} is a file, and no files were to be read.")
        ids = names(each for each in given if not isinstance(each, os.PathLike))
        named = [each for each in ids if files and _is_file(each) and each not in self]
        return tuple(each for each in ids if each not in named), [*paths, *named]

    def clusters(
        self,
        *,
        refresh: bool = False,
        seed: int | None = None,
        progress: "Watch | bool | None" = None,
    ) -> Clusters:
        """The subjects of the library: clusters of its papers in up to three levels, named.

        Made when they are first asked for, which takes a minute for tens of thousands of papers
        and tells `progress` of it (done, total papers; or True, False or None, as in
        `paperkin.build`); then they are kept. Papers that came since are put where they are
        nearest. With `refresh` they are made again from all papers; ids and names stay as far as
        the papers stay together. `seed` (0 at first, then that of the kept ones) counts when
        clusters are made; with another they are made independently of those that were there, and
        kept ones are not given for another.

        Raises LibraryBusy where they are to be made while another process writes, QueryError,
        LibraryError and its kinds.
        """
        seed = seed_from(seed)
        kept = None if yes_or_no(refresh, "refresh") else self.kept_clusters.current()
        if kept is not None:
            same_seed(seed, kept.seed, f"The clusters of {self.path} were")
            return kept
        from .cluster_making import make_clusters
        from .progress import counting

        with counting(progress, "Clustering", "papers") as watch:
            make_clusters(self.store, seed=seed, watch=watch)
        found = self.kept_clusters.current()
        # None only where the library changed in between.
        return self.clusters(seed=seed, progress=progress) if found is None else found

    def map(
        self,
        *,
        refresh: bool = False,
        seed: int | None = None,
        progress: "Watch | bool | None" = None,
    ) -> "Map":
        """The library as a map: where its papers stand, and the names of its clusters.

        Laid out when it is first asked for, or with `refresh`, which takes minutes for tens of
        thousands of papers and tells `progress` of its steps (done, total; or True, False or None,
        as in `paperkin.build`); then it is kept. So are the clusters, which are made as well where
        there are none. Papers that came since stand among those nearest to them, and no other
        moves. `seed` (0 at first, then that of the kept one) counts when the map is laid out; a
        kept one is not given for another. Raises LibraryBusy where it is to be made while another
        process writes, QueryError, LibraryError and its kinds.
        """
        seed = seed_from(seed)
        kept = None if yes_or_no(refresh, "refresh") else self.maps.current()
        if kept is not None:
            same_seed(seed, kept.seed, f"The map of {self.path} was")
        from .progress import counting

        with counting(progress, "Laying out the map", "steps") as watch:
            unmade = self.kept_clusters.current() is None
            steps = Steps(watch, clusters=unmade, layout=kept is None)
            if steps.clusters:
                self.clusters(progress=steps.clustered)
            if steps.layout:
                make_map(self.store, seed=seed, watch=steps.laid_out)
        found = self.maps.current() if steps.clusters or steps.layout else kept
        # None only where the library changed in between.
        return self.map(seed=seed, progress=progress) if found is None else found

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
        return papers_of(self, None, {})

    def add(
        self,
        sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        restore: bool = False,
        progress: "Progress | bool | None" = None,
    ) -> "Report":
        """Read sources into the library; what they hold is found at once. See `paperkin.build`."""
        from ..index import build as _build
        from .progress import watching

        with watching(progress) as watch:
            return _build.build(self.path, sources_of(sources), restore=restore, progress=watch)

    def remove(self, ids: str | Iterable[str]) -> list[str]:
        """Remove papers, for good: building their sources again does not bring them back, unless
        with `restore`. All or nothing. Returns the ids of the removed papers."""
        from ..index.maintain import remove

        return remove(self.store, names(ids))

    def rebuild(self, model: str | None = None, *, progress: bool | None = None) -> None:
        """Make the derived files anew; with `model`, encode every paper by that model first.

        `progress` as in `paperkin.build`.
        """
        from ..index.maintain import rebuild
        from .progress import EncodingProgress, display_for

        with closing(display_for(progress)) as display:
            rebuild(self.store, model, progress=EncodingProgress(display))

    def info(self) -> dict[str, Any]:
        """What the library holds, in plain values."""
        return info(self.store)

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
        return f"Library({self.path!r}, {counted(len(self))})"

    def _repr_html_(self) -> str:
        """A card, for notebooks."""
        from .notebook import library_card

        return library_card(self.info())


def _is_file(name: str) -> bool:
    return "\0" not in name and os.path.isfile(os.path.expanduser(name))

"""The clusters of a library, as it answers with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from ..index.errors import QueryError
from .listing import cluster_listing, clusters_listing, counted

if TYPE_CHECKING:
    import pandas

__all__ = ["Cluster", "Clusters"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Papers of a library that share a subject.

    `id` stays the same when clusters are made again, and is never given to another. `level` 0 is
    the coarsest; `parent` is the id of the cluster around it. `papers` are the ids of all papers in
    it, in the order in which they came into the library, `typical` those of the most typical,
    `years` the first and the last year of publication where any is known.
    """

    id: int
    level: int
    parent: int | None
    label: str
    keywords: tuple[str, ...]
    papers: tuple[str, ...]
    typical: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    titles: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Titles of the typical papers, by id."""

    @property
    def size(self) -> int:
        return len(self.papers)

    def __repr__(self) -> str:
        return f"Cluster({self.id}, {self.label!r}, {counted(self.size)})"

    def __str__(self) -> str:
        """Its name, its keywords and its typical papers, line by line."""
        return cluster_listing(self)

    def _repr_html_(self) -> str:
        """A card, for notebooks."""
        from .notebook import cluster_card

        return cluster_card(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        return {
            "id": self.id,
            "level": self.level,
            "parent": self.parent,
            "label": self.label,
            "keywords": list(self.keywords),
            "size": self.size,
            "papers": list(self.papers),
            "typical": list(self.typical),
            "years": None if self.years is None else list(self.years),
        }


@dataclass(frozen=True)
class Clusters(Sequence[Cluster]):
    """A sequence of the clusters of all levels, the coarsest level first, large ones first in it.

    The finest clusters of all have no paper in common; a coarser one has the papers of those in it.
    `unclustered` are the ids of the papers that fit nowhere. `later` papers came after the clusters
    were made, and are in that of the member they are nearest to.
    """

    clusters: tuple[Cluster, ...]
    unclustered: tuple[str, ...] = ()
    later: int = 0
    seed: int = 0

    @overload
    def __getitem__(self, index: int) -> Cluster: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Cluster]: ...
    def __getitem__(self, index: int | slice) -> Cluster | Sequence[Cluster]:
        return self.clusters[index]

    def __len__(self) -> int:
        return len(self.clusters)

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self.clusters)

    def __repr__(self) -> str:
        sizes = ", ".join(str(len(self.level(level))) for level in range(self.levels))
        return f"Clusters({sizes or 'none'}; {counted(len(self.unclustered))} in none)"

    def __str__(self) -> str:
        """A tree, a line a cluster."""
        return clusters_listing(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal."""
        printer.text(str(self))

    def _repr_html_(self) -> str:
        """A tree that unfolds, for notebooks."""
        from .notebook import clusters_tree

        return clusters_tree(self)

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return 1 + max((each.level for each in self.clusters), default=-1)

    @property
    def roots(self) -> tuple[Cluster, ...]:
        """The coarsest clusters."""
        return self.level(0)

    def level(self, number: int) -> tuple[Cluster, ...]:
        """The clusters of a level, 0 for the coarsest; none where there is no such level."""
        return tuple(each for each in self.clusters if each.level == number)

    def children(self, id: int) -> tuple[Cluster, ...]:
        """The clusters directly inside one. Raises QueryError where none has this id."""
        self.by_id(id)
        return tuple(each for each in self.clusters if each.parent == id)

    def by_id(self, id: int) -> Cluster:
        """The cluster with an id. Raises QueryError where there is none."""
        found = self._by_id.get(id)
        if found is None:
            raise QueryError(
                f"This library has no cluster {id}. Its clusters are listed by: paperkin clusters"
            )
        return found

    @cached_property
    def _by_id(self) -> dict[int, Cluster]:
        return {each.id: each for each in self.clusters}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        return {
            "clusters": [each.as_dict() for each in self.clusters],
            "unclustered": list(self.unclustered),
        }

    def to_pandas(self) -> "pandas.DataFrame":
        """One row a cluster; needs pandas."""
        import pandas

        columns = list(Cluster(0, 0, None, "", (), ()).as_dict())
        return pandas.DataFrame([each.as_dict() for each in self.clusters], columns=columns)

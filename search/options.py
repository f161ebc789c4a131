"""How an answer is wanted, whatever it is about."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypedDict, get_args

from ..index.errors import QueryError
from ..index.filters import Filters
from .diversity import check_diversity
from .interaction import Quality
from .page import check_page
from .question import Mode
from .reranking import RERANKED, check_rerank_top
from .sorting import Sort, check_sort

__all__ = ["FILTERS", "FilterOptions", "OneOrMore", "Options", "PageOptions", "SearchOptions"]

OneOrMore = str | int | Sequence[str | int] | None


class FilterOptions(TypedDict, total=False):
    """The filters that `Library.search` takes by name."""

    year: OneOrMore
    published: OneOrMore
    venue: OneOrMore
    category: OneOrMore
    author: OneOrMore
    source: OneOrMore


FILTERS = tuple(FilterOptions.__annotations__)
"""The names of the filters."""


class PageOptions(FilterOptions, total=False):
    """What `Library.search`, `Library.related` and `Library.recommend` all take by name."""

    offset: int
    exact: bool
    explain: bool
    diversity: float
    sort: Sort
    groups: bool


class SearchOptions(PageOptions, total=False):
    """What `Library.search` takes by name."""

    mode: Mode
    without: str | Iterable[str]
    quality: Quality
    rerank: str | os.PathLike[str] | None
    rerank_top: int
    progress: bool | None


@dataclass(frozen=True, slots=True)
class Options:
    """See `Library.search`."""

    k: int = 10
    offset: int = 0
    mode: Mode = "hybrid"
    exact: bool = False
    filters: Filters = field(default_factory=Filters)
    without: tuple[str, ...] = ()
    explain: bool = False
    diversity: float = 0.0
    quality: Quality = "normal"
    rerank: str | os.PathLike[str] | None = None
    rerank_top: int = RERANKED
    sort: Sort = "relevance"
    groups: bool = False

    def check(self) -> None:
        """Raise QueryError for what cannot be had."""
        if self.mode not in get_args(Mode):
            raise QueryError(f"There is no mode {self.mode!r}. Use hybrid, semantic or keyword.")
        if self.quality not in get_args(Quality):
            raise QueryError(f"There is no quality {self.quality!r}. Use normal or high.")
        if self.quality == "high" and self.mode != "hybrid":
            raise QueryError(
                f"High quality goes with hybrid search, not with mode {self.mode}. Leave one out."
            )
        check_page(self.k, self.offset)
        check_diversity(self.diversity)
        check_rerank_top(self.rerank_top)
        check_sort(self.sort, self.diversity, self.rerank is not None)
        if self.rerank is not None and not isinstance(self.rerank, str | os.PathLike):
            raise QueryError(
                f"{self.rerank!r} names no cross-encoder. Give its name, or its folder."
            )

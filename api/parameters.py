"""The parameters of the native HTTP API. An unknown one is an error, never passed over."""

from collections import Counter
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from ..index.errors import QueryError
from ..index.writers.formats import Format
from ..search.options import FilterOptions
from ..search.reranking import RERANKED
from ..search.sorting import Sort

__all__ = [
    "FILTERS",
    "Answer",
    "Fields",
    "Levels",
    "MapPart",
    "Members",
    "Nothing",
    "Related",
    "Search",
    "Written",
    "check_parameters",
]

FILTERS = ("year", "published", "venue", "category", "author", "source")
_REPEATED = (*FILTERS, "without")
_MOST = 100
_MOST_RERANKED = 200
"""Fewer than from Python: whoever asks a server does not pay for it."""


def _wrong(parameter: str, reason: str) -> PydanticCustomError:
    # Braces would be taken for places to fill in.
    return PydanticCustomError("paperkin", "{reason}", {"parameter": parameter, "reason": reason})


def check_parameters(request: Request) -> None:
    """Raise QueryError where a parameter comes twice that counts once: one of them would be passed
    over. Only filters may be repeated."""
    times = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in times.items():
        if count > 1 and name not in _REPEATED:
            raise QueryError(f"The parameter {name!r} is given {count} times. Give it once.")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise _wrong(
                "body",
                'The body is no JSON object, like {"like": ["arXiv:…"]}, that is sent as '
                "Content-Type: application/json.",
            )
        known = list(cls.model_fields)
        for name in given:
            if name not in known:
                there = (
                    f"The parameters are: {', '.join(known)}" if known else "There are none here"
                )
                raise _wrong(name, f"There is no parameter {name!r}. {there}.")
        return given


class Nothing(_Strict):
    """No parameters."""


class Levels(_Strict):
    """Which clusters are told."""

    level: int | None = Field(None, ge=0, description="Only this level; 0 is the coarsest.")


class Fields(_Strict):
    """What is told of each paper."""

    fields: str | None = Field(
        None,
        description="Fields to tell, with commas between; all by default. paperId is always told.",
    )


class Answer(Fields):
    """A page of papers, and the filters that they pass. Values of one filter are combined with OR,
    different filters with AND; a value that begins with "!" excludes."""

    limit: int = Field(10, ge=1, le=_MOST, description="Papers on the page.")
    offset: int = Field(0, ge=0, description="Papers before the page.")
    exact: bool = Field(False, description="Compare with every vector, not likely ones only.")
    explain: bool = Field(False, description="Say of each paper why it is there, in its why.")
    diversity: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How much a paper loses for its likeness to those before it: 0, nothing, to 1.",
    )
    sort: Sort = Field(
        "relevance",
        description="newest or oldest: the papers that answer, in the order of their dates.",
    )
    groups: bool = Field(False, description="Tell the groups of the first 100 papers.")
    year: list[str] = Field([], description="2021, 2019-2021, 2019- or -2021.")
    published: list[str] = Field([], description="2021-06-30, 2021-03:2021-06, 2021-03:, :2021-06.")
    venue: list[str] = Field([], description="The whole name in any case; a last * for any rest.")
    category: list[str] = Field([], description="The whole category, or cs.* for all below it.")
    author: list[str] = Field([], description="Words of one author's name.")
    source: list[str] = Field([], description="The name of a source file.")

    def filters(self) -> FilterOptions:
        """The filters, as Library.search takes them."""
        return cast(FilterOptions, {name: getattr(self, name) for name in FILTERS})


class MapPart(_Strict):
    """A part of the map."""

    level: int | None = Field(
        None, ge=0, description="Clusters of this level, 0 the coarsest; else each paper's finest."
    )
    bbox: str | None = Field(
        None, description="Only what lies within: least x and y, then most x and y, with commas."
    )


class Members(Fields):
    """A page of the papers of a cluster."""

    limit: int = Field(10, ge=1, le=_MOST, description="Papers on the page.")
    offset: int = Field(0, ge=0, description="Papers before the page.")


class Written(Answer):
    """A page of papers, in one of several formats."""

    format: Format | None = Field(
        None, description="Give the papers alone, as a file in this format; JSON by default."
    )

    @model_validator(mode="after")
    def _papers_alone(self) -> "Written":
        for name in ("fields", "explain", "groups"):
            if self.format is not None and getattr(self, name):
                raise _wrong(name, f"{name} does not go with format={self.format}.")
        return self


class Related(Written):
    """A page of related papers."""


class Search(Written):
    """A page of the papers that answer a query."""

    query: str | None = Field(
        None,
        description="What the papers should be about; may hold phrases, exclusions and fields.",
    )
    q: str | None = Field(None, description="The same as query.")
    mode: Literal["hybrid", "semantic", "keyword"] = Field("hybrid")
    quality: Literal["normal", "high"] = Field(
        "normal", description="high reads the first papers once more, token by token: slower."
    )
    without: list[str] = Field(
        [], description="Ids of papers that the library is taken not to have."
    )
    rerank: bool = Field(
        False, description="Order the first papers by the cross-encoder that the server has."
    )
    rerankTop: int | None = Field(
        None,
        ge=1,
        le=_MOST_RERANKED,
        description=f"Papers to rerank; {RERANKED} by default. Only with rerank=true.",
    )

    @model_validator(mode="after")
    def _one_query(self) -> "Search":
        if self.query is None and self.q is None:
            raise _wrong("query", "Give a query, like ?query=sparse+attention.")
        if self.query is not None and self.q is not None:
            raise _wrong("q", "Give either query or q, which mean the same.")
        if self.rerankTop is not None and not self.rerank:
            raise _wrong("rerankTop", "rerankTop needs rerank=true.")
        return self

    @property
    def text(self) -> str:
        """The query, whichever parameter it came in."""
        return self.query or self.q or ""

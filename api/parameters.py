"""The parameters of the native HTTP API. An unknown one is an error, never passed over."""

from collections import Counter
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from ..index.errors import QueryError
from ..index.writers.formats import Format
from ..search.hits import DEEPEST
from ..search.options import FILTERS, FilterOptions, PageOptions
from ..search.reranking import RERANKED
from ..search.sorting import Sort
from .map_wire import BOX
from .wire import fields_form

__all__ = [
    "Answer",
    "Asked",
    "Fields",
    "Filtered",
    "Levels",
    "MapPart",
    "Members",
    "Nothing",
    "Posted",
    "PostedFilters",
    "Related",
    "Search",
    "Strict",
    "Typed",
    "Written",
    "check_parameters",
    "one_of_two",
    "several",
]

_OURS = ("/v1/", "/livez", "/readyz", "/metrics", "/openapi.json")
_REPEATED = (*FILTERS, "without")
_SOME: JsonDict = {"pattern": r"\S", "examples": ["sparse attention for long documents"]}
_FIELDS = "Fields to tell, with commas between; all by default. paperId is always told."
_MOST = 100
_MOST_RERANKED = 200
"""Fewer than from Python: whoever asks a server does not pay for it."""


def _form(*, hits: bool) -> JsonDict:
    return {"pattern": fields_form(hits=hits), "examples": ["title,year"]}


def _wrong(parameter: str, reason: str) -> PydanticCustomError:
    # Braces would be taken for places to fill in.
    return PydanticCustomError("paperkin", "{reason}", {"parameter": parameter, "reason": reason})


def one_of_two(query: str | None, q: str | None) -> None:
    """Refuse no query, and two."""
    if query is None and q is None:
        raise _wrong("query", "Give a query, like ?query=sparse+attention.")
    if query is not None and q is not None:
        raise _wrong("q", "Give either query or q, which mean the same.")


async def check_parameters(request: Request) -> None:
    """Raise QueryError where a parameter comes twice that counts once: one of them would be passed
    over. Only filters may be repeated. Doors that are not ours keep their own rules."""
    # Async, so that it is done where the request is read, and not by another thread.
    if not request.url.path.startswith(_OURS):
        return
    times = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in times.items():
        if count > 1 and name not in _REPEATED:
            raise QueryError(f"The parameter {name!r} is given {count} times. Give it once.", name)


def _widened(schema: JsonDict) -> None:
    """Tell that one value of a filter may stand by itself, null for none, and that years may be
    numbers."""
    properties = schema.get("properties")
    assert isinstance(properties, dict)
    one: JsonDict = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    for name in _REPEATED:
        told = properties.get(name)
        if isinstance(told, dict):
            properties[name] = {
                "anyOf": [
                    {"type": "array", "items": one},
                    {"type": "string"},
                    {"type": "integer"},
                    {"type": "null"},
                ],
                "description": told.get("description", ""),
                "default": [],
            }


class Strict(BaseModel):
    """What has no other fields than those it names."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise _wrong(
                "body",
                "The body is no JSON object that is sent as Content-Type: application/json.",
            )
        known = list(cls.model_fields)
        for name in given:
            if name not in known:
                there = (
                    f"The parameters are: {', '.join(known)}" if known else "There are none here"
                )
                raise _wrong(name, f"There is no parameter {name!r}. {there}.")
        return given


class Posted(Strict):
    """A body: what it holds is taken as it is, a text for no number and a number for no yes."""

    model_config = ConfigDict(strict=True)

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, given: Any) -> Any:
        """JSON has one kind of number: 3.0 is 3."""
        if not isinstance(given, dict):
            return given
        return {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in given.items()
        }


class PostedFilters(Posted):
    """A body with filters."""

    model_config = ConfigDict(json_schema_extra=_widened)


class Nothing(Strict):
    """No parameters."""


class Levels(Strict):
    """Which clusters are told."""

    level: int | None = Field(None, ge=0, description="Only this level; 0 is the coarsest.")


class Fields(Strict):
    """What is told of each paper."""

    fields: str | None = Field(None, description=_FIELDS, json_schema_extra=_form(hits=False))


class Filtered(Strict):
    """Filters that papers pass. Values of one filter are combined with OR, different filters with
    AND; a value that begins with "!" excludes."""

    year: list[str] = Field([], description="2021, 2019-2021, 2019- or -2021.")
    published: list[str] = Field([], description="2021-06-30, 2021-03:2021-06, 2021-03:, :2021-06.")
    venue: list[str] = Field([], description="The whole name in any case; a last * for any rest.")
    category: list[str] = Field([], description="The whole category, or cs.* for all below it.")
    author: list[str] = Field([], description="Words of one author's name.")
    source: list[str] = Field([], description="The name of a source file.")

    def filters(self) -> FilterOptions:
        """The filters, as Library.search takes them."""
        return cast(FilterOptions, {name: getattr(self, name) for name in FILTERS})


class _Page(Fields):
    """A page of an answer."""

    fields: str | None = Field(None, description=_FIELDS, json_schema_extra=_form(hits=True))
    limit: int = Field(10, ge=1, le=_MOST, description="Papers on the page.")
    offset: int = Field(
        0,
        ge=0,
        description="Papers before the page.",
        json_schema_extra={"maximum": DEEPEST - 1},
    )
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


class Answer(Filtered, _Page):
    """A page of papers, and the filters that they pass."""

    def options(self) -> PageOptions:
        """All of it but the fields and the limit, as Library.search takes it."""
        return {
            "offset": self.offset,
            "exact": self.exact,
            "explain": self.explain,
            "diversity": self.diversity,
            "sort": self.sort,
            "groups": self.groups,
            **self.filters(),
        }


class MapPart(Strict):
    """A part of the map."""

    level: int | None = Field(
        None, ge=0, description="Clusters of this level, 0 the coarsest; else each paper's finest."
    )
    bbox: str | None = Field(
        None,
        description="Only what lies within: least x and y, then most x and y, with commas.",
        json_schema_extra={"pattern": BOX, "examples": ["-0.5,-0.5,0,0.25"]},
    )

    tile: str | None = Field(
        None,
        pattern=r"^[0-9]{1,2}/[0-9]{1,9}/[0-9]{1,9}$",
        description="Only this tile, zoom/column/row from 0: at each zoom from 0 to 20 the map is "
        "2^zoom tiles wide and high; row 0 is on top, where y is 1. Instead of bbox.",
        examples=["2/1/3"],
    )
    format: Literal["json", "arrow"] | None = Field(
        None, description="Instead of an Accept header: JSON or a stream of Arrow."
    )


class Typed(Strict):
    """What a person typed so far."""

    query: str | None = Field(
        None,
        description="The beginning of a title, or words of one.",
        json_schema_extra={"examples": ["sparse att"]},
    )
    q: str | None = Field(None, description="The same as query.")
    limit: int = Field(10, ge=1, le=_MOST, description="Papers to tell.")

    @model_validator(mode="after")
    def _one_query(self) -> "Typed":
        one_of_two(self.query, self.q)
        return self

    @property
    def text(self) -> str:
        """What was typed, whichever parameter it came in."""
        return self.query or self.q or ""


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


class Asked(Answer):
    """How queries are answered."""

    mode: Literal["hybrid", "semantic", "keyword"] = Field(
        "hybrid", description="By meaning and words, by meaning alone, or by words alone."
    )
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
    def _top_of_what(self) -> "Asked":
        if self.rerankTop is not None and not self.rerank:
            raise _wrong("rerankTop", "rerankTop needs rerank=true.")
        return self


class Search(Asked, Written):
    """A page of the papers that answer a query."""

    query: str | None = Field(
        None,
        description="What the papers should be about; may hold phrases, exclusions and fields.",
        json_schema_extra=_SOME,
    )
    q: str | None = Field(None, description="The same as query.")

    @model_validator(mode="after")
    def _one_query(self) -> "Search":
        one_of_two(self.query, self.q)
        return self

    @property
    def text(self) -> str:
        """The query, whichever parameter it came in."""
        return self.query or self.q or ""


def several(*names: str) -> Any:
    """A validator for bodies: one value of these fields may stand by itself, null for none, and
    years may be numbers."""

    def widened(given: object) -> object:
        if given is None:
            return []
        values = given if isinstance(given, list) else [given]
        whole = (isinstance(each, int) and not isinstance(each, bool) for each in values)
        return [str(each) if plain else each for each, plain in zip(values, whole, strict=True)]

    return field_validator(*names, mode="before")(widened)

"""The shapes of the answers of the native HTTP API, as its description tells them.

The documents themselves are made by api/wire.py and its neighbours; a test holds the two together.
Fields are added to them with time, and never renamed.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Alive",
    "AnswerPage",
    "Answers",
    "Author",
    "Changed",
    "ClusterList",
    "ClusterPage",
    "Completions",
    "Count",
    "Group",
    "HitDocument",
    "MapDocument",
    "PaperDocument",
    "PaperList",
    "ProblemDocument",
    "Ready",
    "Removed",
    "Stats",
]


class _Document(BaseModel):
    model_config = ConfigDict(title=None)


class Author(_Document):
    name: str


class PaperDocument(_Document):
    """A paper, or what `fields` asks for of it; absent text is null."""

    paperId: str
    title: str = ""
    abstract: str | None = None
    authors: list[Author] = []
    year: int | None = None
    publicationDate: str | None = Field(None, description="Only where the day is known.")
    published: str | None = Field(None, description="As precisely as known: 2021, 2021-06 or …-30.")
    venue: str | None = None
    externalIds: dict[str, str] = {}
    url: str | None = None
    categories: list[str] = []
    language: str | None = None
    sources: list[str] = []


class HitDocument(PaperDocument):
    """A paper in an answer."""

    rank: int = Field(ge=1)
    score: float | None
    confidence: float | None = Field(ge=0, le=1, description="The chance that it is relevant.")
    nearIdentical: list[str]
    becauseOf: list[str] | None = None
    why: dict[str, Any] | None = None


class Best(_Document):
    """A paper of a group."""

    rank: int
    paperId: str
    title: str
    year: int | None


class Group(_Document):
    """Papers among the first hundred that are like each other."""

    label: str
    keywords: list[str]
    size: int
    sentence: str | None
    years: list[int] | None
    paperIds: list[str]
    best: list[Best]


class AnswerPage(_Document):
    """A page of an answer."""

    total: int = Field(ge=0)
    offset: int = Field(ge=0)
    next: int | None = Field(description="The offset of the next page; null on the last.")
    sort: Literal["relevance", "newest", "oldest"]
    verdict: Literal["good", "weak", "nothing"] | None = None
    confidence: float | None = None
    corrected: str | None = None
    suggestion: str | None = None
    unknown: list[str] | None = Field(None, description="Asked-for ids that no paper has.")
    interests: list[list[str]] | None = None
    remark: str | None
    reranked: dict[str, Any] | None
    fingerprint: str
    groups: list[Group] | None = None
    data: list[HitDocument]


class Answered(AnswerPage):
    """A page of the answer to one of several queries."""

    query: str


class Answers(_Document):
    """The answers to several queries, in their order."""

    data: list[Answered]


class PaperList(_Document):
    """Papers in the order of the ids that were asked for; null for an id that no paper has."""

    data: list[PaperDocument | None]


class Completion(_Document):
    """A paper whose title goes on from what was typed."""

    paperId: str
    title: str
    authors: list[Author]
    year: int | None


class Completions(_Document):
    """Papers whose titles go on from what was typed."""

    data: list[Completion]


class Count(_Document):
    """How many papers have a value."""

    name: str
    papers: int


class YearCount(_Document):
    """How many papers are of a year."""

    year: int
    papers: int


class ModelName(_Document):
    """The model of a library."""

    name: str
    dimension: int


class Stats(_Document):
    """The library in figures. Of venues and categories, the largest."""

    papers: int
    removed: int
    withAbstract: int
    undated: int
    years: list[YearCount]
    venues: list[Count]
    categories: list[Count]
    sources: list[Count]
    clusters: int | None = Field(description="null where they were not made.")
    map: bool = Field(description="Whether there is one.")
    language: str
    model: ModelName
    commit: int
    changed: str | None = Field(description="When papers last changed: ISO 8601, UTC.")


class ClusterDocument(_Document):
    """A subject of the library."""

    clusterId: int
    level: int
    parent: int | None
    label: str
    keywords: list[str]
    size: int
    typical: list[str]
    years: list[int] | None


class ClusterList(_Document):
    """The subjects of the library."""

    levels: int
    unclustered: int
    later: int
    data: list[ClusterDocument]


class ClusterPage(ClusterDocument):
    """A subject of the library with a page of its papers."""

    children: list[int]
    total: int
    offset: int
    next: int | None
    data: list[PaperDocument]


class MapLabel(_Document):
    """The name of a region."""

    clusterId: int
    parentId: int | None
    level: int
    label: str
    x: float
    y: float
    size: int
    radius: float


class MapPoint(_Document):
    """Where a paper stands, from -1 to 1."""

    paperId: str
    x: float
    y: float
    clusterId: int | None


class MapDocument(_Document):
    """A part of the map."""

    total: int
    levels: int
    later: int
    labels: list[MapLabel]
    points: list[MapPoint]


class Added(_Document):
    """What became of a paper that was sent."""

    paperId: str | None = Field(description="null where it was rejected.")
    state: Literal["stored", "removed", "rejected"] = Field(
        description="removed: it was removed before, and stays so without restore."
    )
    reason: str | None


class Changed(_Document):
    """What became of the papers that were sent, in their order."""

    papers: int = Field(description="Papers of the library now.")
    counts: dict[str, int] = Field(
        description="Papers that were added, updated, unchanged, merged, removed or rejected."
    )
    data: list[Added]


class Removed(_Document):
    """The ids of the papers that are gone, and how many the library has now."""

    removed: list[str]
    papers: int


class Alive(_Document):
    status: Literal["alive"]


class Ready(_Document):
    status: Literal["ready"]
    papers: int


class Fault(_Document):
    """What is wrong with a parameter."""

    parameter: str
    reason: str


class ProblemDocument(_Document):
    """What went wrong, and what to do (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    requestId: str | None = None
    errors: list[Fault] | None = None

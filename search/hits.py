"""Answers: hits in order, with what a reader needs to trust them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, overload

from ..index.paper import Paper
from .why import Why

if TYPE_CHECKING:
    import pandas

    from .groups import Group

__all__ = ["DEEPEST", "Hit", "Hits", "Reranked", "Verdict"]

Verdict = Literal["good", "weak", "nothing"]

DEEPEST = 10_000
"""offset + k goes no further: who wants more than that wants the library itself."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper in an answer. `rank` counts from 1 over the whole answer, earlier pages included.

    `score` orders hits of one answer and means nothing across answers. `confidence` is the
    probability that the paper would be judged relevant (`paperkin.search.confidence`); None where
    papers were not ranked by a query.
    `why` says what the score is made of and what matched, where it was asked for.
    `near_identical` are the ids of papers with almost the same abstract, for which this one stands:
    they follow further behind, see `paperkin.search.copies`.
    """

    rank: int
    score: float
    paper: Paper
    confidence: float | None = None
    why: Why | None = None
    near_identical: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.paper.id

    @property
    def title(self) -> str:
        return self.paper.title

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        paper = self.paper
        return {
            "rank": self.rank,
            "id": paper.id,
            "title": paper.title,
            "score": self.score,
            "confidence": self.confidence,
            "near_identical": list(self.near_identical),
            "year": paper.year,
            "authors": list(paper.authors),
            "abstract": paper.abstract,
            "url": paper.url,
            "published": paper.published,
            "venue": paper.venue,
            "categories": list(paper.categories),
            "ids": list(paper.ids),
            "sources": list(paper.sources),
            **({"why": self.why.as_dict()} if self.why is not None else {}),
        }


@dataclass(frozen=True, slots=True)
class Reranked:
    """That the first `top` papers of an answer stand in the order of a cross-encoder, `model`."""

    model: str
    top: int

    def as_dict(self) -> dict[str, Any]:
        return {"model": self.model, "top": self.top}


@dataclass(frozen=True, slots=True)
class Hits(Sequence[Hit]):
    """One page of an answer: a sequence of Hit.

    `total`: in keyword mode the papers that hold a query word and pass the filters, else the
    papers that pass the filters. `next` is the offset of the next page, None on the last
    one and at place DEEPEST.
    """

    hits: tuple[Hit, ...]
    total: int
    offset: int
    mode: str
    query: str | None = None
    ids: tuple[str, ...] | None = None
    """The papers that a related answer started from."""
    corrected: str | None = None
    """The query as it was understood, where words of it were misspelled."""
    suggestion: str | None = None
    """The query as it may have been meant, where a rare word of it looks like a frequent one."""
    confidence: float | None = None
    """The probability that the library has an answer to the query at all; None as for a hit."""
    verdict: Verdict | None = None
    """What that comes to: good, weak, or nothing matches; None for related papers."""
    reranked: Reranked | None = None
    """None where no cross-encoder had a look at the answer."""
    fingerprint: str = ""
    """Equal fingerprints of answers to equal queries: equal rankings (`search.fingerprint`)."""
    remark: str | None = None
    """What a person should be told of an answer that is not good, or empty, in sentences."""
    groups: "tuple[Group, ...] | None" = None
    """The first papers of the whole answer in groups (`search.groups`); None: not asked for."""

    @property
    def next(self) -> int | None:
        end = self.offset + len(self.hits)
        return end if self.hits and end < min(self.total, DEEPEST) else None

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        asked = {"query": self.query} if self.ids is None else {"ids": list(self.ids)}
        page = {"offset": self.offset, "next": self.next, "mode": self.mode}
        meant = {
            "verdict": self.verdict,
            "confidence": self.confidence,
            "corrected": self.corrected,
            "suggestion": self.suggestion,
        }
        groups = {} if self.groups is None else {"groups": [each.as_dict() for each in self.groups]}
        hits = [hit.as_dict() for hit in self.hits]
        return {
            **asked,
            "total": self.total,
            **page,
            **(meant if self.ids is None else {}),
            "remark": self.remark,
            "reranked": self.reranked.as_dict() if self.reranked else None,
            "fingerprint": self.fingerprint,
            **groups,
            "hits": hits,
        }

    def _repr_html_(self) -> str:
        """A table, for notebooks."""
        from .notebook import hits_table

        return hits_table(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """One row a hit; needs pandas."""
        import pandas

        return pandas.DataFrame([hit.as_dict() for hit in self.hits])

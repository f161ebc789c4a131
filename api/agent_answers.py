"""What the tools for agents answer: little of each paper, since a model pays for every word it
reads; what a paper lacks is left out."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..index.paper import Paper
from ..search.hits import Hit, Hits, Verdict

__all__ = ["FoundPapers", "Papers", "found_papers", "whole_papers"]

_AUTHORS = 8
"""Authors of a paper that are named in an answer; a collaboration may have thousands."""
_DIGITS = 3


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True)

    def values(self) -> dict[str, Any]:
        """Plain values, without what is absent."""
        return self.model_dump(exclude_none=True)


class FoundPaper(_Values):
    """A paper of an answer."""

    rank: int
    id: str = Field(description="What the other tools call the paper by.")
    title: str
    year: int | None = None
    authors: list[str] = Field(description=f"The first {_AUTHORS} authors.")
    more_authors: int | None = Field(None, description="How many authors there are besides.")
    venue: str | None = None
    confidence: float | None = Field(
        None, description="The probability, 0 to 1, that the paper is relevant to the query."
    )
    sentence: str | None = Field(None, description="The sentence of the abstract that fits best.")
    abstract: str | None = None
    near_identical: list[str] | None = Field(
        None, description="Ids of papers with almost the same abstract, which come later."
    )
    because_of: list[str] | None = Field(
        None, description="Ids of the liked papers that this one is recommended for."
    )


class FoundPapers(_Values):
    """A page of an answer."""

    total: int = Field(description="How many papers there are on all pages together.")
    next: int | None = Field(None, description="The offset of the next page; absent on the last.")
    verdict: Verdict | None = Field(
        None, description="How well the library answers the query: good, weak, or nothing matches."
    )
    remark: str | None = Field(None, description="What else a person should be told.")
    corrected: str | None = Field(None, description="The query as it was understood.")
    suggestion: str | None = Field(None, description="What the query may have been meant to be.")
    unknown: list[str] | None = Field(None, description="Ids that no paper of the library has.")
    interests: list[list[str]] | None = Field(
        None, description="Liked papers in groups of one subject each."
    )
    hits: list[FoundPaper]


class WholePaper(_Values):
    """All that the library knows of a paper."""

    id: str
    title: str
    abstract: str | None = None
    authors: list[str]
    year: int | None = None
    published: str | None = Field(None, description="A date, as precisely as it is known.")
    venue: str | None = None
    categories: list[str] | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    language: str | None = None
    ids: list[str] = Field(description="All ids by which the paper can be asked for.")
    sources: list[str] = Field(description="The files that the paper was read from.")


class Papers(_Values):
    """Papers that were asked for by their ids."""

    papers: list[WholePaper]
    unknown: list[str] | None = Field(None, description="Ids that no paper of the library has.")


def found_papers(hits: Hits, *, abstracts: bool) -> FoundPapers:
    """A page of hits, with abstracts or without; with the sentences of explained ones."""
    return FoundPapers(
        total=hits.total,
        next=hits.next,
        verdict=hits.verdict,
        remark=hits.remark,
        corrected=hits.corrected,
        suggestion=hits.suggestion,
        unknown=list(hits.unknown) or None,
        interests=[list(each) for each in hits.interests] or None,
        hits=[_found(hit, abstracts) for hit in hits],
    )


def _found(hit: Hit, abstracts: bool) -> FoundPaper:
    paper = hit.paper
    sentence = hit.why.sentence if hit.why is not None else None
    return FoundPaper(
        rank=hit.rank,
        id=paper.id,
        title=paper.title,
        year=paper.year,
        authors=list(paper.authors[:_AUTHORS]),
        more_authors=max(len(paper.authors) - _AUTHORS, 0) or None,
        venue=paper.venue or None,
        confidence=None if hit.confidence is None else round(hit.confidence, _DIGITS),
        sentence=None if sentence is None else sentence.text,
        abstract=paper.abstract or None if abstracts else None,
        near_identical=list(hit.near_identical) or None,
        because_of=list(hit.because_of) or None,
    )


def whole_papers(papers: list[Paper], unknown: list[str]) -> Papers:
    """Papers with all that is known of them, and the ids that none has."""
    return Papers(papers=[_whole(each) for each in papers], unknown=unknown or None)


def _whole(paper: Paper) -> WholePaper:
    return WholePaper(
        id=paper.id,
        title=paper.title,
        abstract=paper.abstract or None,
        authors=list(paper.authors),
        year=paper.year,
        published=paper.published or None,
        venue=paper.venue or None,
        categories=list(paper.categories) or None,
        doi=paper.doi or None,
        arxiv_id=paper.arxiv_id or None,
        url=paper.url or None,
        language=paper.language or None,
        ids=list(paper.ids),
        sources=list(paper.sources),
    )

"""Writing to a library over HTTP: POST /v1/papers and DELETE /v1/papers/{id}."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import Body, FastAPI, Query
from pydantic import Discriminator, Field, StringConstraints, Tag
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ..index.adding import Added, add_records
from ..index.errors import LibraryBusy
from ..index.ids import parse_ids
from ..index.record import Record, Where
from ..search.library import Library
from .answers import Changed, Removed
from .documented import answers
from .examples import PAPER
from .jsontext import json_response
from .parameters import Nothing, Posted
from .raw_paths import PAPERS
from .wire import OUTSIDE

__all__ = ["NewPaper", "NewPapers", "add_writing"]

_MOST = 500
_SOURCE = "http"
_PATIENCE = 10.0
"""Seconds that a request waits for another one of this server that writes."""

_Line = Annotated[str, StringConstraints(max_length=10_000)]
_Text = Annotated[str, StringConstraints(max_length=200_000)]
_Kind = Literal["ArXiv", "DOI", "ACL", "PubMed", "PubMedCentral", "CorpusId"]
_DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"


class Person(Posted):
    """An author."""

    name: _Line


class NewPaper(Posted):
    """A paper to be added, named as answers name its fields; or changed, where the library has
    one with its id that was sent before."""

    paperId: _Line | None = Field(None, description="An outside id, or a name of your own.")
    title: _Text | None = None
    abstract: _Text | None = None
    authors: list[_Line | Person] = Field([], description="First Last, or Last, First.")
    year: int | None = Field(None, ge=1, le=9999)
    publicationDate: str | None = Field(None, pattern=_DATE)
    published: str | None = Field(None, pattern=_DATE, description="2021, 2021-06 or 2021-06-30.")
    venue: _Line | None = None
    externalIds: dict[_Kind, _Line] = Field({}, description="Outside ids by their kind.")
    url: _Line | None = None
    categories: list[_Line] = Field([], examples=[["cs.CL"]])
    language: _Line | None = None


class NewPapers(Posted):
    """Several papers to be added."""

    papers: list[NewPaper] = Field(min_length=1, max_length=_MOST)
    restore: bool = Field(False, description="Bring back those that were removed before.")


def _kind(body: object) -> str:
    several = isinstance(body, NewPapers) or (isinstance(body, dict) and "papers" in body)
    return "several papers" if several else "one paper"


_Body = Annotated[
    Annotated[NewPaper, Tag("one paper")] | Annotated[NewPapers, Tag("several papers")],
    Discriminator(_kind),
    Body(
        openapi_examples={
            "one": {"value": {"title": PAPER["title"], "year": 2021, "authors": ["Ada Miller"]}},
            "several": {
                "value": {
                    "papers": [
                        {
                            "paperId": "ARXIV:2101.00001",
                            "title": PAPER["title"],
                            "abstract": PAPER["abstract"],
                            "published": "2021-01-04",
                        }
                    ]
                }
            },
        }
    ),
]


def add_writing(app: FastAPI, library: Library) -> None:
    """Make the paths known to an application."""
    turn = threading.Lock()

    @contextmanager
    def alone() -> Iterator[None]:
        if not turn.acquire(timeout=_PATIENCE):
            raise LibraryBusy("The library is being written to by other requests.")
        try:
            yield
        finally:
            turn.release()

    @app.post(
        "/v1/papers",
        summary="Add papers, one or several; they are found at once",
        operation_id="addPapers",
        responses=answers(
            Changed,
            {
                "papers": 692,
                "counts": {"added": 1},
                "data": [{"paperId": "arXiv:2101.00001", "state": "stored", "reason": None}],
            },
            "not-from-here",
            "model-unavailable",
            body=True,
            tagged=False,
        ),
    )
    def add(asked: _Body, _: Annotated[Nothing, Query()]) -> Response:
        papers = asked.papers if isinstance(asked, NewPapers) else [asked]
        records = [_record(place, paper) for place, paper in enumerate(papers, 1)]
        with alone():
            taken = add_records(
                library.store,
                records,
                source=_SOURCE,
                encoder=library.engine.encoder,
                restore=isinstance(asked, NewPapers) and asked.restore,
            )
        return json_response(
            {
                "papers": taken.report.papers,
                "counts": {name: count for name, count in taken.report.outcomes.items() if count},
                "data": [_told(each) for each in taken.added],
            }
        )

    @app.delete(PAPERS + "{paper_id:path}/related", include_in_schema=False)
    def not_removed(paper_id: str) -> Response:
        # Not an id that ends so: with %2F it would be one.
        raise HTTPException(405)

    @app.delete(
        PAPERS + "{paper_id:path}",
        summary="Remove a paper, for good",
        operation_id="removePaper",
        responses=answers(
            Removed,
            {"removed": ["arXiv:2101.00001"], "papers": 691},
            "not-from-here",
            "unknown-paper",
            tagged=False,
        ),
    )
    def remove(paper_id: str, _: Annotated[Nothing, Query()]) -> Response:
        with alone():
            removed = library.remove(unquote(paper_id))
        return json_response({"removed": removed, "papers": len(library)})


def _told(added: Added) -> dict[str, Any]:
    return {"paperId": added.id or None, "state": added.state, "reason": added.reason or None}


def _record(place: int, paper: NewPaper) -> Record:
    own = (paper.paperId or "").strip()
    names = {told: kind for kind, told in OUTSIDE.items()}
    claims = [f"{names[kind]}:{value}" for kind, value in paper.externalIds.items()]
    if own and parse_ids(own):
        claims.insert(0, own)
    # The most precise counts.
    dates = (paper.published or "", paper.publicationDate or "", str(paper.year or ""))
    return Record(
        Where(f"paperkin:{_SOURCE}", None, place),
        title=paper.title or "",
        abstract=paper.abstract or "",
        authors=tuple(each if isinstance(each, str) else each.name for each in paper.authors),
        published=max(dates, key=len),
        venue=paper.venue or "",
        categories=tuple(paper.categories),
        ids=tuple(claims),
        key=own,
        url=paper.url or "",
        language=paper.language or "",
    )

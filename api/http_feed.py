"""GET /v1/feed: the newest papers of a library, or of a search, for a feed reader."""

import hashlib
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from ..index.errors import QueryError
from ..search.arguments import filters_from
from ..search.library import Library
from ..search.newest import Dated, added_last, changed_at, published_last
from .atom import ATOM, Entry, Feed, atom
from .documented import answers
from .parameters import Filtered

__all__ = ["FeedOf", "add_feed"]

_NEVER = "1970-01-01T00:00:00+00:00"
_ABOUT = 200
"""Letters of a query that a feed is called by."""


class FeedOf(Filtered):
    """Which papers are in the feed."""

    query: str | None = Field(
        None,
        description="What the papers should be about; else, any.",
        json_schema_extra={"pattern": r"\S"},
    )
    q: str | None = Field(None, description="The same as query.")
    limit: int = Field(30, ge=1, le=100, description="Papers in the feed.")
    sort: Literal["newest", "added", "relevance"] = Field(
        "newest",
        description="By date of publication; without a query also by when papers were added, with "
        "one also by how well they answer it.",
    )

    @property
    def text(self) -> str | None:
        """The query, whichever parameter it came in; None for none."""
        return self.query if self.query is not None else self.q


def add_feed(app: FastAPI, library: Library) -> None:
    """Make the path known to an application."""
    responses = answers(BaseModel, "", "unknown-paper", "model-unavailable")
    del responses[200]["model"]
    responses[200]["content"] = {
        "application/atom+xml": {
            "schema": {"type": "string"},
            "example": '<feed xmlns="http://www.w3.org/2005/Atom"><title>mylib</title></feed>',
        }
    }

    @app.get(
        "/v1/feed",
        summary="The newest papers, or those of a search, as an Atom feed",
        operation_id="feed",
        response_class=Response,
        responses=responses,
    )
    def feed(request: Request, asked: Annotated[FeedOf, Query()]) -> Response:
        dated = _papers(library, asked)
        name = library.store.path.name
        text = asked.text
        # A feed is as new as what is in it.
        updated = max((each.changed for each in dated), default=_NEVER)
        told = Feed(
            _feed_id(library, asked),
            name if text is None else f"{name}: {text[:_ABOUT]}",
            str(request.url),
            updated,
            [Entry(each.paper, each.changed) for each in dated],
        )
        return Response(atom(told), headers={"Content-Type": ATOM})


def _papers(library: Library, asked: FeedOf) -> list[Dated]:
    text, filters = asked.text, asked.filters()
    if asked.query is not None and asked.q is not None:
        raise QueryError("Give either query or q, which mean the same.", "q")
    if text is None:
        if asked.sort == "relevance":
            raise QueryError(
                "Sorting by relevance needs a query, like ?query=sparse+attention.", "sort"
            )
        newest = added_last if asked.sort == "added" else published_last
        passing = filters_from(
            asked.year,
            asked.published,
            asked.venue,
            asked.category,
            asked.author,
            asked.source,
        )
        return newest(library.store, asked.limit, passing)
    if asked.sort == "added":
        raise QueryError("Sorting by when papers were added goes without a query.", "sort")
    hits = library.search(text, asked.limit, sort=asked.sort, **filters)
    changed = changed_at(library.store, [hit.id for hit in hits])
    # One that was removed a moment ago is in no feed.
    return [Dated(hit.paper, changed[hit.id]) for hit in hits if hit.id in changed]


def _feed_id(library: Library, asked: FeedOf) -> str:
    """The same as long as the same is asked of the same library, wherever it is."""
    with library.store.read() as snapshot:
        first = snapshot.token(1) or "new"
    said = asked.model_dump_json(exclude={"limit", "q", "query"}) + (asked.text or "")
    digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    return f"urn:paperkin:feed:{first}:{digest[:16]}"

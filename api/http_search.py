"""Searching over HTTP: GET /v1/search for one query, POST /v1/search for several at once."""

from typing import Annotated

from fastapi import Body, FastAPI, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ..index.errors import QueryError
from ..search.library import Library
from ..search.options import FILTERS, SearchOptions
from ..search.reranking import RERANKED
from .answers import AnswerPage, Answers
from .documented import answers
from .examples import ANSWER
from .formats import in_formats, written
from .jsontext import json_response
from .parameters import Asked, Nothing, PostedFilters, Search, several
from .wire import answer_document, parse_fields

__all__ = ["Searches", "add_search"]

_MOST = 64
_SOME = Field(json_schema_extra={"pattern": r"\S"})
_LONGEST = 200_000
"""Characters of a query."""


class Searches(PostedFilters, Asked):
    """Queries that are answered together, and how."""

    queries: list[Annotated[str, StringConstraints(max_length=_LONGEST), _SOME]] = Field(
        min_length=1,
        max_length=_MOST,
        description="What the papers should be about, each answered by itself.",
        examples=[["sparse attention for long documents", "why sleep helps memory"]],
    )

    _several = several(*FILTERS, "without")


def add_search(app: FastAPI, library: Library, reranker: str | None) -> None:
    """Make the paths known to an application; `reranker` is the cross-encoder that there is."""
    # Functions without async run in a pool of threads: a search never holds up another request.

    @app.get(
        "/v1/search",
        summary="Papers that answer a query",
        operation_id="search",
        responses=in_formats(answers(AnswerPage, ANSWER, "unknown-paper", "model-unavailable")),
    )
    def search(asked: Annotated[Search, Query()]) -> Response:
        fields = parse_fields(asked.fields, hits=True)
        hits = library.search(asked.text, asked.limit, **_how(asked, reranker))
        return written(hits, asked.format) or json_response(answer_document(hits, fields))

    @app.post(
        "/v1/search",
        summary="Papers that answer several queries",
        operation_id="searchMany",
        responses=answers(
            Answers,
            {"data": [{"query": "bread dough", **ANSWER}]},
            "unknown-paper",
            "model-unavailable",
            body=True,
            tagged=False,
        ),
    )
    def search_many(asked: Annotated[Searches, Body()], _: Annotated[Nothing, Query()]) -> Response:
        fields = parse_fields(asked.fields, hits=True)
        found = library.search(asked.queries, asked.limit, **_how(asked, reranker))
        documents = zip(
            asked.queries, (answer_document(each, fields) for each in found), strict=True
        )
        return json_response({"data": [{"query": query, **each} for query, each in documents]})


def _how(asked: Asked, reranker: str | None) -> SearchOptions:
    """How queries are to be answered, as Library.search takes it."""
    if asked.rerank and reranker is None:
        raise QueryError(
            "This server has no cross-encoder. Leave rerank out, or start the server with "
            "--rerank NAME.",
            "rerank",
        )
    return {
        "mode": asked.mode,
        "without": asked.without,
        "quality": asked.quality,
        "rerank": reranker if asked.rerank else None,
        "rerank_top": asked.rerankTop or RERANKED,
        "progress": False,
        **asked.options(),
    }

"""POST /v1/recommendations: what to read next, by papers that are liked and papers that are not."""

from typing import Annotated

from fastapi import Body, FastAPI, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ..search.library import Library
from ..search.options import FILTERS
from .answers import AnswerPage
from .documented import answers
from .examples import RECOMMENDED
from .formats import in_formats, written
from .jsontext import json_response
from .parameters import Nothing, PostedFilters, Written, several
from .wire import answer_document, parse_fields

__all__ = ["Recommendations", "add_recommendations"]

_MOST = 500
"""Ids that are liked, and that are disliked: each is looked at by itself."""
_LONGEST = 2000
_Id = Annotated[str, StringConstraints(max_length=_LONGEST)]


class Recommendations(PostedFilters, Written):
    """A page of recommended papers, the papers that they are recommended by, and the filters that
    they pass."""

    like: list[_Id] = Field(
        min_length=1,
        max_length=_MOST,
        description="Ids of papers that are liked.",
        examples=[["DOI:10.1000/yeast.2"]],
    )
    unlike: list[_Id] = Field(
        [], max_length=_MOST, description="Ids of papers that are not; near ones come late."
    )

    _several = several(*FILTERS)


def add_recommendations(app: FastAPI, library: Library) -> None:
    """Make the path known to an application."""

    @app.post(
        "/v1/recommendations",
        summary="Papers to read next, by liked and disliked ones",
        operation_id="recommendations",
        responses=in_formats(
            answers(
                AnswerPage,
                RECOMMENDED,
                "unknown-paper",
                "model-unavailable",
                body=True,
                tagged=False,
            )
        ),
    )
    def recommendations(
        asked: Annotated[Recommendations, Body()], _: Annotated[Nothing, Query()]
    ) -> Response:
        fields = parse_fields(asked.fields, hits=True)
        hits = library.recommend(
            asked.like,
            asked.unlike,
            asked.limit,
            # A file would be one of the server's.
            files=False,
            **asked.options(),
        )
        return written(hits, asked.format) or json_response(answer_document(hits, fields))

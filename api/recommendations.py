"""POST /v1/recommendations: what to read next, by papers that are liked and papers that are not."""

from typing import Annotated

from fastapi import Body, Depends, FastAPI, Query
from pydantic import ConfigDict, Field, StringConstraints, field_validator
from starlette.responses import Response

from ..search.library import Library
from .bodies import check_names
from .jsontext import json_text
from .parameters import FILTERS, Answer, Nothing
from .wire import answer_document, parse_fields

__all__ = ["Recommendations", "add_recommendations"]

_MOST = 500
"""Ids that are liked, and that are disliked: each is looked at by itself."""
_LONGEST = 2000
_Id = Annotated[str, StringConstraints(max_length=_LONGEST)]


class Recommendations(Answer):
    """A page of recommended papers, the papers that they are recommended by, and the filters that
    they pass."""

    # JSON has types of its own: true is no number, and "5" is a text.
    model_config = ConfigDict(strict=True)

    like: list[_Id] = Field(
        min_length=1, max_length=_MOST, description="Ids of papers that are liked."
    )
    unlike: list[_Id] = Field(
        [], max_length=_MOST, description="Ids of papers that are not; near ones come late."
    )

    @field_validator(*FILTERS, mode="before")
    @classmethod
    def _several(cls, given: object) -> object:
        """One value of a filter may stand by itself, null for none, and years may be numbers."""
        if given is None:
            return []
        values = given if isinstance(given, list) else [given]
        whole = (isinstance(each, int) and not isinstance(each, bool) for each in values)
        return [str(each) if plain else each for each, plain in zip(values, whole, strict=True)]


def add_recommendations(app: FastAPI, library: Library) -> None:
    """Make the path known to an application."""

    @app.post(
        "/v1/recommendations",
        summary="Papers to read next, by liked and disliked ones",
        dependencies=[Depends(check_names)],
    )
    def recommendations(
        asked: Annotated[Recommendations, Body()], _: Annotated[Nothing, Query()]
    ) -> Response:
        fields = parse_fields(asked.fields, hits=True)
        hits = library.recommend(
            asked.like,
            asked.unlike,
            asked.limit,
            offset=asked.offset,
            exact=asked.exact,
            explain=asked.explain,
            diversity=asked.diversity,
            sort=asked.sort,
            groups=asked.groups,
            # A file would be one of the server's.
            files=False,
            **asked.filters(),
        )
        return Response(json_text(answer_document(hits, fields)), media_type="application/json")

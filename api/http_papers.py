"""Papers over HTTP: by their ids, one or many, those related to one, and by what is typed."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import Body, FastAPI, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ..search.completion import Titles
from ..search.library import Library
from ..search.lookup import papers_named
from .answers import AnswerPage, Completions, PaperDocument, PaperList
from .documented import answers
from .examples import COMPLETIONS, PAPER, RELATED
from .formats import in_formats, written
from .jsontext import json_response
from .parameters import Fields, Nothing, Posted, Related, Typed
from .raw_paths import PAPERS
from .wire import answer_document, paper_document, parse_fields

__all__ = ["Ids", "add_papers"]

_MOST = 500
_LONGEST = 2000
_COMPLETED = ("paperId", "title", "authors", "year")


class Ids(Posted, Fields):
    """Papers by their ids."""

    ids: list[Annotated[str, StringConstraints(max_length=_LONGEST)]] = Field(
        min_length=1,
        max_length=_MOST,
        description="Ids of papers, in any spelling.",
        examples=[["ARXIV:2101.00001", "10.1000/yeast.2"]],
    )


def add_papers(app: FastAPI, library: Library, titles: Titles) -> None:
    """Make the paths known to an application."""

    @app.get(
        "/v1/autocomplete",
        summary="Papers whose titles go on from what is typed",
        operation_id="autocomplete",
        responses=answers(Completions, COMPLETIONS),
    )
    def autocomplete(asked: Annotated[Typed, Query()]) -> Response:
        found = titles.complete(asked.text, asked.limit)
        return json_response({"data": [paper_document(each, _COMPLETED) for each in found]})

    @app.post(
        "/v1/papers/batch",
        summary="Several papers, in the order of their ids",
        operation_id="papers",
        responses=answers(PaperList, {"data": [PAPER, None]}, body=True, tagged=False),
    )
    def papers(asked: Annotated[Ids, Body()], _: Annotated[Nothing, Query()]) -> Response:
        fields = parse_fields(asked.fields)
        found = papers_named(library.store, asked.ids)
        return json_response(
            {"data": [None if each is None else paper_document(each, fields) for each in found]}
        )

    @app.get(
        PAPERS + "{paper_id:path}/related",
        summary="Papers nearest to a paper",
        operation_id="related",
        responses=in_formats(answers(AnswerPage, RELATED, "unknown-paper", "model-unavailable")),
    )
    def related(paper_id: str, asked: Annotated[Related, Query()]) -> Response:
        fields = parse_fields(asked.fields, hits=True)
        hits = library.related(unquote(paper_id), asked.limit, **asked.options())
        return written(hits, asked.format) or json_response(answer_document(hits, fields))

    @app.get(
        PAPERS + "{paper_id:path}",
        summary="One paper, by any of its ids",
        operation_id="paper",
        responses=answers(PaperDocument, PAPER, "unknown-paper"),
    )
    def paper(paper_id: str, asked: Annotated[Fields, Query()]) -> Response:
        fields = parse_fields(asked.fields)
        return json_response(paper_document(library[unquote(paper_id)], fields))

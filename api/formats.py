"""Answers over HTTP in the formats of other programs: the papers alone, as a file."""

import json
from typing import Any

from starlette.responses import Response

from ..index.paper import Paper
from ..index.writers.formats import FORMATS, Format, format_named, text_of
from ..search.exporting import written as pieces_of
from ..search.hits import Hits
from .documented import Responses
from .examples import PAPER

__all__ = ["in_formats", "written"]

_NAME = "papers"
_BYTES = {"type": "string", "format": "binary"}


def in_formats(responses: Responses) -> Responses:
    """The answers of an operation whose good one comes in several formats as well."""
    good = responses[200]
    good["description"] = "The answer; with format=, its papers alone as a file."
    for name in FORMATS:
        chosen = format_named(name)
        kind = chosen.media_type.partition(";")[0]
        good["content"][kind] = _described(name) if chosen.text else {"schema": _BYTES}
    return responses


def _described(name: Format) -> dict[str, Any]:
    example = text_of([_paper()], name)
    if name == "csl-json":
        items = {"type": "array", "items": {"type": "object"}}
        return {"schema": items, "example": json.loads(example)}
    return {"schema": {"type": "string"}, "example": example}


def _paper() -> Paper:
    """The paper of the other examples."""
    return Paper(
        PAPER["paperId"],
        PAPER["title"],
        PAPER["abstract"],
        tuple(each["name"] for each in PAPER["authors"]),
        PAPER["published"],
        PAPER["year"],
        PAPER["venue"],
        tuple(PAPER["categories"]),
        arxiv_id=PAPER["externalIds"]["ArXiv"],
        url=PAPER["url"],
        language=PAPER["language"],
        ids=(PAPER["paperId"],),
        sources=tuple(PAPER["sources"]),
    )


def written(hits: Hits, format: Format | None) -> Response | None:
    """The papers of a page as a file to be saved; None without a format."""
    if format is None:
        return None
    chosen = format_named(format)
    content = b"".join(pieces_of((hit.paper for hit in hits), format))
    headers = {
        "Content-Disposition": f'attachment; filename="{_NAME}{chosen.endings[0]}"',
        # A title may look like a page, and is none.
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, headers=headers, media_type=chosen.media_type)

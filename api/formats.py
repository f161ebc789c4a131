"""Answers over HTTP in the formats of other programs: the papers alone, as a file."""

from typing import Any

from starlette.responses import Response

from ..index.writers.formats import FORMATS, Format, format_named
from ..search.exporting import written as pieces_of
from ..search.hits import Hits

__all__ = ["WRITTEN", "written"]

_NAME = "papers"

WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of papers: JSON, or with format= a file.",
        "content": {
            "application/json": {},
            **{
                format_named(name).media_type.partition(";")[0]: {
                    "schema": {"type": "string"}
                    | ({} if format_named(name).text else {"format": "binary"})
                }
                for name in FORMATS
            },
        },
    }
}
"""What OpenAPI says of the answers that come in several formats."""


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

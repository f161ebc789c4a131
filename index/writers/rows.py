"""A paper as a row of plain values: what tables and JSON Lines hold of it, under its own names."""

from ..paper import Paper
from ..record import Json

__all__ = ["COLUMNS", "row_of"]

COLUMNS = (
    *("id", "title", "authors", "year", "published", "venue", "abstract", "categories"),
    *("doi", "arxiv_id", "url", "language", "ids", "extra"),
)
"""The names of the values, in their order."""


def row_of(paper: Paper) -> dict[str, Json]:
    """Everything that a paper has, but for the sources, which are those of its library.

    A title that stands in for a missing one is left out: whoever reads the row finds the same.
    """
    return {
        "id": paper.id,
        "title": paper.title if paper.title_given else "",
        "authors": list(paper.authors),
        "year": paper.year,
        "published": paper.published,
        "venue": paper.venue,
        "abstract": paper.abstract,
        "categories": list(paper.categories),
        "doi": paper.doi,
        "arxiv_id": paper.arxiv_id,
        "url": paper.url,
        "language": paper.language,
        "ids": list(paper.ids),
        "extra": dict(paper.extra),
    }

"""A paper: one work, however many records and sources speak of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .record import Json

__all__ = ["Paper"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One work of a library. Every text field is cleaned for reading; absent ones are empty."""

    id: str
    """The id that Paperkin answers with: "arXiv:2106.15928", "DOI:10.1/x", "pk:…"."""
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    """ISO date as precisely as known: "2021-06-30", "2021-06", "2021", or ""."""
    year: int | None = None
    venue: str = ""
    categories: tuple[str, ...] = ()
    doi: str = ""
    arxiv_id: str = ""
    url: str = ""
    language: str = ""
    ids: tuple[str, ...] = ()
    """Every outside id known for the work, `id`'s own included, sorted."""
    sources: tuple[str, ...] = ()
    """Names of the sources that hold a record of the work, sorted."""
    title_given: bool = True
    """False where no source has a title and the first words of the abstract stand in for it."""
    extra: Mapping[str, Json] = field(default_factory=dict)

    def to_bibtex(self) -> str:
        """The paper as a BibTeX entry: see `paperkin.index.writers.bibtex`."""
        from .writers.bibtex import bibtex

        return bibtex([self])

    def __str__(self) -> str:
        """Title, authors, venue, date, ids, address and abstract, in lines for reading."""
        from .card import paper_text

        return paper_text(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal."""
        printer.text(str(self))

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from .card import paper_card

        return paper_card(self)

"""Reading papers out of the files that people have, in many formats."""

from collections.abc import Callable, Iterator

from ..errors import SourceError
from ..record import Record, Reject
from ..sources import Source
from .bibtex import read_bibtex
from .jsonfile import read_json
from .jsonlines import read_arxiv, read_beir, read_jsonl
from .pages import read_pages
from .parquet import read_parquet
from .recognise import FORMATS, check_text, recognise
from .ris import read_ris
from .semanticscholar import holds_abstracts
from .table import read_csv, read_tsv
from .text import sample
from .xmlfile import read_xml
from .zotero import read_zotero

__all__ = ["FORMATS", "read", "reading_rank", "recognise"]

_READERS: dict[str, Callable[[Source], Iterator[Record | Reject]]] = {
    "arxiv": read_arxiv,
    "beir": read_beir,
    "bibtex": read_bibtex,
    "csv": read_csv,
    "json": read_json,
    "jsonl": read_jsonl,
    "pages": read_pages,
    "parquet": read_parquet,
    "ris": read_ris,
    "tsv": read_tsv,
    "xml": read_xml,
    "zotero": read_zotero,
}


def read(source: Source, *, format: str | None = None) -> Iterator[Record | Reject]:
    """The records of a source, in its order, and a Reject for each that cannot be used.

    `format` is one of FORMATS; without it the format is recognised from the content. Memory does
    not grow with the source. A source that is damaged in the middle gives what stands before the
    damage and then one Reject.

    Raises SourceError, when called, where the source cannot be opened, is in no known format or
    the format is unknown, and when first iterated where a table has no column for a title.
    """
    if format is None:
        format = recognise(source)
    elif format not in FORMATS:
        raise SourceError(
            f"There is no format {format!r}: choose one of {', '.join(FORMATS)}, or leave the "
            "choice to Paperkin."
        )
    elif format not in ("parquet", "zotero"):
        check_text(source, sample(source), xml=format == "xml")
    if format == "embeddings":
        raise SourceError(
            f"{source.location} holds vectors of papers, not papers: build a library from it, "
            "together with their papers."
        )
    return _READERS[format](source)


def reading_rank(source: Source, format: str) -> int:
    """When to read a source of several: those of a lower rank first.

    It changes nothing of a library but how long it takes. Vectors come before the papers that need
    not be encoded then, and abstracts without titles after: a title alone is soon encoded.
    """
    if format == "embeddings":
        return 0
    return 2 if format in ("json", "jsonl") and holds_abstracts(sample(source).text) else 1

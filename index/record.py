"""What a reader yields: a record as its source has it, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Json", "Record", "Reject", "Where", "as_text"]

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a record in a source.

    `location` is the absolute path of the file (or another stable name of the source), `line` the
    1-based line where the record starts (None where a format has no lines: Parquet), `record` its
    1-based number in the file, rejected records counted.
    """

    location: str
    line: int | None
    record: int

    @property
    def place(self) -> str:
        """The place in the source."""
        return f"line {self.line}" if self.line is not None else f"record {self.record}"

    def __str__(self) -> str:
        return f"{self.location}, {self.place}"


@dataclass(frozen=True, slots=True)
class Record:
    """One record, as read: nothing cleaned, nothing guessed, absent fields empty.

    A reader only maps the names of its format to these; cleaning (index/clean.py) and identity
    (index/ids.py, index/works.py) come after, and are the same for every format.
    """

    where: Where
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    """Names as written, one person each ("Last, First" or "First Last")."""
    published: str = ""
    """A date as the source writes it; empty where there is none."""
    venue: str = ""
    categories: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    """Claims of outside ids, in any spelling: arXiv ids, DOIs, "PMID:1", URLs."""
    key: str = ""
    """The source's own key of the record (_id, BibTeX key, row id); empty where it has none."""
    url: str = ""
    language: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """What the source says beyond these fields (upvotes, comments, journal, keywords …)."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that cannot be used: where it is, why, and the beginning of what stands there."""

    where: Where
    reason: str
    text: str = ""


def as_text(text: str) -> str:
    """Text that can be stored and printed: bytes of a file's name or of an argument that are no
    UTF-8 (lone surrogates in Python) are written as \\udc80."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")

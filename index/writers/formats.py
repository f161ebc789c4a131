"""The formats that papers are written in, by name and by the ending of a file."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import Literal, get_args

from ..errors import InputError
from ..paper import Paper

__all__ = ["FORMATS", "Format", "OutputFormat", "format_named", "format_of", "text_of", "write"]

Format = Literal["bibtex", "ris", "csl-json", "csv", "jsonl", "parquet", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """A format: what its files end in, the first ending the usual one, and its media type; the
    module that writes it and the function there. What is not `text` is no sight for a terminal."""

    name: Format
    endings: tuple[str, ...]
    media_type: str
    module: str
    function: str
    text: bool = True

    def write(self, papers: Iterable[Paper]) -> Iterator[bytes]:
        """The file, piece by piece: memory does not grow with the papers. Text is UTF-8."""
        # Only then: Parquet loads much, and whoever asks for help should not wait for it.
        found = getattr(import_module(f".{self.module}", __package__), self.function)
        pieces: Callable[[Iterable[Paper]], Iterator[str | bytes]] = found
        for piece in pieces(papers):
            yield piece.encode("utf-8") if isinstance(piece, str) else piece


_KNOWN = {
    each.name: each
    for each in (
        OutputFormat(
            "bibtex",
            (".bib", ".bibtex"),
            "application/x-bibtex; charset=utf-8",
            "bibtex",
            "write_bibtex_file",
        ),
        OutputFormat(
            "ris",
            (".ris",),
            "application/x-research-info-systems; charset=utf-8",
            "ris",
            "write_ris",
        ),
        OutputFormat(
            "csl-json",
            (".json",),
            "application/vnd.citationstyles.csl+json",
            "csl",
            "write_csl",
        ),
        OutputFormat("csv", (".csv",), "text/csv; charset=utf-8", "table", "write_csv"),
        OutputFormat(
            "jsonl", (".jsonl", ".ndjson"), "application/x-ndjson", "jsonlines", "write_jsonl"
        ),
        OutputFormat(
            "parquet",
            (".parquet",),
            "application/vnd.apache.parquet",
            "parquet",
            "write_parquet",
            text=False,
        ),
        OutputFormat(
            "markdown",
            (".md", ".markdown"),
            "text/markdown; charset=utf-8",
            "markdown",
            "write_markdown",
        ),
    )
}


def format_named(name: str) -> OutputFormat:
    """A format by its name, one of FORMATS. Raises InputError."""
    found = _KNOWN.get(name)  # type: ignore[call-overload]
    if not isinstance(found, OutputFormat):
        raise InputError(f"There is no format {name!r} to write. Choose {_choice()}.")
    return found


def format_of(path: str | os.PathLike[str]) -> OutputFormat:
    """The format that a file's name ends in. Raises InputError where it ends in none."""
    ending = PurePath(path).suffix.lower()
    for each in _KNOWN.values():
        if ending in each.endings:
            return each
    endings = ", ".join(each.endings[0] for each in _KNOWN.values())
    raise InputError(
        f"The name of {os.fspath(path)} does not tell in which format it is to be written: it ends "
        f"in none of {endings}. Name it so, or give the format: {_choice()}."
    )


def _choice() -> str:
    return f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"


def write(papers: Iterable[Paper], format: str) -> Iterator[bytes]:
    """A file of papers in a format, one of FORMATS, piece by piece. Raises InputError."""
    return format_named(format).write(papers)


def text_of(papers: Iterable[Paper], format: str) -> str:
    """The text of a file of papers. Raises InputError for a format that is no text, or none."""
    found = format_named(format)
    if not found.text:
        raise InputError(f"The format {format} is no text. Write it to a file, with export.")
    return b"".join(found.write(papers)).decode("utf-8")

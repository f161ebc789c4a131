"""JSON Lines: one object a line, in the wild, in the arXiv snapshot's shape, or in BEIR's."""

from collections.abc import Callable, Iterator, Mapping

from ..record import Json, Record, Reject, Where
from ..sources import Source
from .fields import record_of
from .jsontext import decode
from .shapes import json_record
from .text import beginning, lines
from .values import text_of

__all__ = ["read_arxiv", "read_beir", "read_jsonl"]

Fields = Mapping[str, Json]


def read_jsonl(source: Source) -> Iterator[Record | Reject]:
    """Records of a JSON Lines file, by their publishers' shapes or the field names of `fields`."""
    return _read(source, json_record)


def read_arxiv(source: Source) -> Iterator[Record | Reject]:
    """Records of the arXiv snapshot that Kaggle distributes (JSON Lines)."""
    return _read(source, _of_arxiv)


def read_beir(source: Source) -> Iterator[Record | Reject]:
    """Records of the corpus of a BEIR collection (Thakur et al., 2021): _id, title, text."""
    return _read(source, _of_beir)


def _read(
    source: Source, record: Callable[[Where, Fields, str], Record | Reject]
) -> Iterator[Record | Reject]:
    count = 0
    for line in lines(source):
        if not line.fault and (not line.text or line.text.isspace()):
            continue
        count += 1
        where = Where(source.location, line.number, count)
        if line.fault:
            yield Reject(where, line.fault, beginning(line.text))
            continue
        try:
            value = decode(line.text)
            if isinstance(value, dict):
                yield record(where, value, line.text)
            else:
                yield Reject(where, "it is JSON, but not an object", beginning(line.text))
        except ValueError as error:
            yield Reject(where, str(error), beginning(line.text))
        except RecursionError:
            yield Reject(where, "its JSON is nested too deeply", beginning(line.text))


_ARXIV_EXTRA = ("comments", "license", "report-no", "update_date")


def _of_arxiv(where: Where, fields: Fields, text: str) -> Record | Reject:
    identifier = text_of(fields.get("id"))
    versions = fields.get("versions")
    first = versions[0] if isinstance(versions, list) and versions else None
    created = text_of(first.get("created")) if isinstance(first, dict) else ""
    names = fields.get("authors_parsed")
    authors = [_first_last(name) for name in names] if isinstance(names, list) else None
    return record_of(
        where,
        {
            "title": fields.get("title"),
            "abstract": fields.get("abstract"),
            "authors": authors or fields.get("authors"),
            "published": created or fields.get("update_date"),
            "venue": text_of(fields.get("journal-ref")) or "arXiv",
            "categories": fields.get("categories"),
            "doi": fields.get("doi"),
            "arxiv_id": identifier,
            "id": identifier,
            **{name: fields.get(name) for name in _ARXIV_EXTRA},
        },
        text,
    )


def _first_last(name: Json) -> str:
    if not isinstance(name, list):
        return text_of(name)
    last, first, suffix, *_ = [text_of(part) for part in name] + ["", "", ""]
    return " ".join(part for part in (first, last, suffix) if part)


def _of_beir(where: Where, fields: Fields, text: str) -> Record | Reject:
    metadata = fields.get("metadata")
    own = {name: value for name, value in fields.items() if name != "metadata"}
    return record_of(where, {**metadata, **own} if isinstance(metadata, dict) else fields, text)

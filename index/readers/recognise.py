"""Which format a source is in, by its content; its name's suffix only decides between two."""

import json
import re
from collections.abc import Mapping
from pathlib import PurePath

from ..errors import SourceError
from ..record import Json
from ..sources import Source
from .embeddings import is_embedding
from .fields import ABSTRACT_NAMES, TITLE_NAMES, holds_paper, role_of
from .jsontext import decode
from .medline import MEDLINE_START
from .pages import count_papers
from .ris import RIS_START
from .shapes import is_work, other_than_papers
from .table import DELIMITERS, header_of, is_preamble
from .text import Sample, sample
from .webofscience import WEB_OF_SCIENCE_START
from .xmlfile import check_xml, is_xml
from .zotero import SQLITE, check_zotero

__all__ = ["FORMATS", "check_text", "recognise"]

FORMATS = (
    "arxiv",
    "beir",
    "bibtex",
    "csv",
    "embeddings",
    "json",
    "jsonl",
    "pages",
    "parquet",
    "ris",
    "tsv",
    "xml",
    "zotero",
)

_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF: Paperkin reads lists of papers, not papers"),
    (b"PK\x03\x04", "a ZIP archive or an Office document: unpack it, or save the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Office document: save the table as CSV"),
    (SQLITE, "an SQLite database: of these, Zotero's is read; export others as CSV"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it"),
    (b"\xfd7zXZ", "packed with xz: unpack it"),
    (b"\x7fELF", "a program"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"ARROW1", "an Arrow file: save the table as Parquet"),
)
_MARKUP = re.compile(r"\s*(?:<\?xml|<!doctype|<!--|<[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_HTML = re.compile(r"<!doctype html|<html|<head|<body", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[{\]\[\"])")
_BIBTEX = re.compile(
    r"^[ \t]*@(?:[A-Za-z]+[ \t]*\{\s*[^\s,{}\"]+\s*,|(?:string|comment|preamble)[ \t]*[{(]|"
    r"(?:article|inproceedings|misc|book|incollection|techreport|phdthesis)[ \t]*\()",
    re.IGNORECASE | re.MULTILINE,
)
_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:|[{}\[\]]|"(?:[^"\\]|\\.)*"')
_ARXIV = frozenset(
    {"authors_parsed", "versions", "submitter", "journal-ref", "update_date", "report-no"}
)
_CONTROL_SHARE = 0.03
_LISTS = ("results", "result", "data", "items", "recommendedPapers", "papers")
_FEW = 2  # titles with abstracts that make a page
_SEVERAL = 3  # where nobody said that the file holds papers


def recognise(source: Source) -> str:
    """The name of a source's format, one of FORMATS, from its first 64 KiB unpacked.

    Raises SourceError where it is empty, binary, HTML or other XML than is read, has no field for a
    title, or is in no known format. A source that was not named explicitly has to be more plainly
    about papers.
    """
    head = sample(source)
    if head.data.startswith(b"PAR1"):
        return "parquet"
    if head.data.startswith(SQLITE):
        check_zotero(source)
        return "zotero"
    check_text(source, head, xml=True)
    if is_xml(head):
        return "xml"
    found = (
        _json(source, head)
        or ("bibtex" if _BIBTEX.search(head.text) else "")
        or ("ris" if _is_tagged(head.text) else "")
        or _table(source, head)
    )
    if found:
        return found
    if count_papers(head) >= (_FEW if source.explicit else _SEVERAL):
        return "pages"
    raise SourceError(
        f"{source.location} is in none of the formats that Paperkin reads "
        f"({', '.join(FORMATS)}): if it is, name the format with --format."
    )


def _is_tagged(text: str) -> bool:
    """Whether a text is RIS, or what PubMed or Web of Science save in tags of their own."""
    starts = (RIS_START.search(text), MEDLINE_START.search(text), WEB_OF_SCIENCE_START.match(text))
    return any(starts)


def check_text(source: Source, head: Sample, *, xml: bool) -> None:
    """Raises SourceError where the beginning of a source is no text that can hold papers; `xml`
    tells whether it may be XML."""
    location = source.location
    if not head.data:
        raise SourceError(f"{location} is empty: there is nothing to read.")
    for magic, kind in (*_MAGIC, (b"PAR1", "a Parquet file: name the format parquet")):
        if head.data.startswith(magic):
            raise SourceError(f"{location} is {kind}.")
    text = head.text
    if not text.strip("\0\ufeff \t\r\n"):
        raise SourceError(f"{location} is blank: there is nothing to read.")
    control = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f\x1a")
    if control + text.count("\ufffd") > max(4, _CONTROL_SHARE * len(text)):
        raise SourceError(
            f"{location} is binary, not text in UTF-8, UTF-16 or a legacy encoding: give a file "
            f"in one of the formats that Paperkin reads ({', '.join(FORMATS)})."
        )
    if not _MARKUP.match(text):
        return
    if is_xml(head) and not xml:
        raise SourceError(f"{location} is XML: leave the choice of its format to Paperkin.")
    if is_xml(head) or not _HTML.search(text[:4_096]):
        check_xml(source, head)
    else:
        raise SourceError(
            f"{location} is an HTML page where data was expected: get the data itself (an export "
            "as JSON, CSV, BibTeX or RIS), or save the page as text."
        )


def _suffix(source: Source) -> str:
    return PurePath(source.name).suffix.lower()


def _json(source: Source, head: Sample) -> str:
    text = head.text.lstrip("\ufeff")
    whole = text.split("\n")
    last = "" if head.complete else whole.pop()
    rows = [line for line in whole if line.strip()]
    objects = [value for line in rows if isinstance(value := _decoded(line), dict)]
    if objects and len(objects) * 2 >= len(rows):
        if sum(map(is_embedding, objects)) * 2 >= len(objects):
            return "embeddings"
        _check_others(source, objects)
        if any(_holds_paper(source, value) or is_work(value) for value in objects):
            return _json_lines(objects)
        if any(_holds_paper(source, inner) for each in objects for inner in _objects(each)):
            return "json"  # answers of a service, one a line
        if len(rows) > 1 or not any(isinstance(v, list | dict) for v in objects[0].values()):
            raise SourceError(_no_title(source, objects[0]))
        if head.complete:
            _check_whole(source, objects[0])
        return "json"
    if not _JSON.match(text) and not (head.complete and isinstance(_decoded(text), list)):
        return ""
    if not rows and last.startswith("{"):  # its first line alone is longer than a sample
        names = _top_names(last)
        if is_embedding(names):
            return "embeddings"
        if any(map(role_of, names)):
            return "jsonl"
    if _suffix(source) in (".jsonl", ".ndjson"):
        return "jsonl"
    if head.complete and isinstance(value := _decoded(text), list | dict):
        _check_whole(source, value)
    return "json"


def _decoded(text: str) -> Json:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return decode(text)
    except ValueError:
        return None


def _holds_paper(source: Source, value: Mapping[str, Json]) -> bool:
    return holds_paper(value, plainly=not source.explicit)


def _json_lines(objects: list[dict[str, Json]]) -> str:
    names = set(objects[0])
    if len(names & _ARXIV) >= 3 and "id" in names:
        return "arxiv"
    if {"_id", "text"} <= names:
        return "beir"
    return "jsonl"


def _check_others(source: Source, objects: list[dict[str, Json]]) -> None:
    """Raises SourceError where nothing but things of a service that are no papers is there."""
    reasons = [other_than_papers(value) for value in objects]
    if all(reasons) and not any(is_work(inner) for each in objects for inner in _objects(each)):
        raise SourceError(f"{source.location} holds no papers. Of its first record: {reasons[0]}.")


def _service_answer(value: Mapping[str, Json]) -> str:
    """What a service said instead of giving papers; "" for anything else."""
    said = value.get("error") or value.get("errMsg")
    if isinstance(said, str):
        return f"holds no papers but the error of a service: {said[:200]!r}. Ask it again."
    inner: list[Mapping[str, Json]] = [value]
    inner += [each for each in value.values() if isinstance(each, dict)]
    if any(each.get(name) == [] for each in inner for name in _LISTS):
        return "is the answer of a service that found no papers: ask it for something else."
    return ""


def _no_title(source: Source, value: Mapping[str, Json]) -> str:
    return (
        f"{source.location} is JSON without a field for a title or an abstract. Its fields are: "
        f"{', '.join(repr(name[:40]) for name in list(value)[:20])}. Name them as one of: "
        f"{', '.join((*TITLE_NAMES, *ABSTRACT_NAMES))}."
    )


def _check_whole(source: Source, value: Json) -> None:
    """Raises SourceError where a small JSON file has no object with a title or an abstract."""
    objects = 0
    for item in _objects(value):
        if _holds_paper(source, item) or is_work(item):
            return
        objects += 1
    first = next(iter(_objects(value)), {})
    if reason := _service_answer(first):
        raise SourceError(f"{source.location} {reason}")
    if objects:
        raise SourceError(_no_title(source, first))
    raise SourceError(
        f"{source.location} is JSON without any records: an array of objects is expected, got "
        f"{json.dumps(value)[:60]}."
    )


def _objects(value: Json, depth: int = 0) -> "list[dict[str, Json]]":
    if isinstance(value, dict):
        inner = [o for item in value.values() if depth < 8 for o in _objects(item, depth + 1)]
        return [value, *inner]
    if isinstance(value, list):
        return [o for item in value if depth < 8 for o in _objects(item, depth + 1)]
    return []


def _top_names(text: str) -> list[str]:
    """The names of an object's own fields, as far as the text goes."""
    depth = 0
    names: list[str] = []
    for token in _NAME.finditer(text):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
        elif depth == 1 and token[1] is not None:
            names.append(token[1])
    return names


def _table(source: Source, head: Sample) -> str:
    text = head.text.lstrip("\ufeff").split("\n")
    line = next((line for line in text if not is_preamble(line)), "")
    mark, columns = header_of(line[:10_000].rstrip("\r"), DELIMITERS)
    suffix = _suffix(source)
    is_table = suffix in (".csv", ".tsv", ".tab")
    known = sum(role_of(column.strip()) is not None for column in columns)
    if not is_table and (known < 2 or (known < 8 and known * 4 < len(columns))):
        return ""
    if not holds_paper(columns, plainly=not source.explicit, role="title"):
        plainly = holds_paper(columns, plainly=not source.explicit) and known > 1
        if not (is_table or plainly):
            return ""
        raise SourceError(
            f"{source.location} is a table without a column for a title. Its columns are: "
            f"{', '.join(repr(column.strip()[:40]) for column in columns[:20])}. Give the title's "
            f"column one of these names: {', '.join(TITLE_NAMES)}."
        )
    return "tsv" if mark == "\t" else "csv"

"""Queries, and which papers people have judged relevant to them, as files hold them.

They are read in the layouts of BEIR (N. Thakur et al., "BEIR: A Heterogenous Benchmark for
Zero-shot Evaluation of Information Retrieval Models", 2021) and of TREC.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..index.errors import SourceError
from ..index.readers.jsontext import decode
from ..index.readers.text import beginning, lines
from ..index.sources import Source

__all__ = [
    "Collection",
    "Qrels",
    "Queries",
    "judged_queries",
    "placed_lines",
    "read_collection",
    "read_qrels",
    "read_queries",
]

Queries = Mapping[str, str]
"""Texts by query id."""
Qrels = Mapping[str, Mapping[str, int]]
"""Grades by a paper's id, by query id; above 0 is relevant."""

_SPLITS = ("test", "dev", "train")
_HEADERS = frozenset({"query-id", "query_id", "queryid", "qid", "query", "topic"})
_QUERY_FORM = 'Write one query a line: {"_id": "q1", "text": "…"}.'
_QRELS_FORM = (
    "Write one judgement a line, query, paper and grade (0, 1, 2 …) separated by tabs, or as TREC "
    'does: "qid 0 docid grade".'
)


@dataclass(frozen=True, slots=True)
class Collection:
    """A BEIR folder: the file with its papers, its queries, and one split of its judgements."""

    corpus: Path
    queries: Queries
    qrels: Qrels


def read_queries(path: str | os.PathLike[str]) -> dict[str, str]:
    """Texts of queries by their ids, in the file's order.

    The file is JSON Lines, {"_id": …, "text": …}, plain or packed (gzip, zstd, bzip2); other
    fields are ignored. Raises SourceError, with file and line, for a line that is no such object,
    an empty text, an id with two different texts, and a file without queries.
    """
    queries: dict[str, str] = {}
    for where, line in placed_lines(path):
        try:
            value = decode(line)
        except ValueError as error:
            raise SourceError(f"{where}: {error}. {_QUERY_FORM}") from error
        fields = value if isinstance(value, dict) else {}
        name, text = fields.get("_id"), fields.get("text")
        if isinstance(name, int) and not isinstance(name, bool):
            name = str(name)
        if not isinstance(name, str) or not name.strip():
            raise SourceError(f"{where}: this is no query with an _id. {_QUERY_FORM}")
        if not isinstance(text, str) or not text.strip():
            raise SourceError(f"{where}: the query {name!r} has no text. {_QUERY_FORM}")
        if queries.setdefault(name.strip(), text) != text:
            raise SourceError(
                f"{where}: the query {name!r} stands above with another text. Keep one of them."
            )
    if not queries:
        raise SourceError(f"{path} holds no queries. {_QUERY_FORM}")
    return queries


def read_qrels(path: str | os.PathLike[str]) -> dict[str, dict[str, int]]:
    """Judgements: grades by the paper's id, by the query's id; above 0 is relevant.

    The file is BEIR's (query-id, corpus-id, score, separated by tabs, with or without a header) or
    TREC's ("qid 0 docid grade"), plain or packed (gzip, zstd, bzip2). Raises SourceError, with
    file and line, for a line of neither form, a grade that is no whole number, a pair that is
    judged twice and differently, and a file without judgements.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, (where, line) in enumerate(placed_lines(path)):
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) not in (3, 4):
            fields = line.split()
        if len(fields) not in (3, 4) or not fields[0] or not fields[-2]:
            raise SourceError(f"{where}: {beginning(line)!r} is no judgement. {_QRELS_FORM}")
        query, paper = fields[0], fields[-2]
        try:
            grade = int(fields[-1])
        except ValueError:
            if number == 0 and query.lower() in _HEADERS:
                continue
            raise SourceError(
                f"{where}: the grade {beginning(fields[-1])!r} is no whole number. {_QRELS_FORM}"
            ) from None
        if qrels.setdefault(query, {}).setdefault(paper, grade) != grade:
            raise SourceError(
                f"{where}: the paper {paper!r} stands above with another grade for the query "
                f"{query!r}. Keep one of them."
            )
    if not qrels:
        raise SourceError(f"{path} holds no judgements. {_QRELS_FORM}")
    return qrels


def read_collection(path: str | os.PathLike[str]) -> Collection:
    """The queries and judgements of a BEIR folder, and where its corpus is.

    It holds corpus.jsonl, queries.jsonl and qrels/test.tsv (or else dev.tsv, or train.tsv), each
    plain or with .gz. Raises SourceError where one of them is missing or cannot be read, or no
    judged query has a text.
    """
    folder = Path(path).expanduser().absolute()
    corpus = _file_of(folder, "corpus.jsonl")
    queries = read_queries(_file_of(folder, "queries.jsonl"))
    qrels = read_qrels(_file_of(folder, *(f"qrels/{split}.tsv" for split in _SPLITS)))
    judged_queries(queries, qrels)
    return Collection(corpus, queries, qrels)


def judged_queries(queries: Queries, qrels: Qrels) -> dict[str, str]:
    """The queries that have a text and a judgement, in the order of the queries.

    Raises SourceError where there are none.
    """
    if not any(qrels.values()):
        raise SourceError("There are no judgements to measure by. Give at least one.")
    judged = {query: text for query, text in queries.items() if qrels.get(query)}
    if not judged:
        raise SourceError(
            f"None of the {len(qrels):,} judged queries (the first: {next(iter(qrels), '')!r}) is "
            f"among the {len(queries):,} queries (the first: {next(iter(queries), '')!r}). Give "
            "queries and judgements of the same collection."
        )
    return judged


def placed_lines(path: str | os.PathLike[str]) -> Iterator[tuple[str, str]]:
    """The lines of a file that are not blank, plain or packed, each after its place in words.

    Raises SourceError for a file that cannot be read, or is damaged, and a line that is too long.
    """
    location = os.path.abspath(os.path.expanduser(os.fspath(path)))
    if not os.path.exists(location):
        raise SourceError(f"There is no file {location}. Check the path.")
    for line in lines(Source(location, os.path.basename(location), explicit=True)):
        where = f"{location}, line {line.number}"
        if line.fault:
            raise SourceError(f"{where}: {line.fault}")
        if line.text.strip():
            yield where, line.text


def _file_of(folder: Path, *names: str) -> Path:
    """The first of these files that is there, plain or with .gz."""
    for name in names:
        for file in (folder / name, folder / f"{name}.gz"):
            if file.is_file():
                return file
    raise SourceError(
        f"{folder} has no {' or '.join(names)}. A collection in BEIR's layout is a folder with "
        "corpus.jsonl, queries.jsonl and qrels/test.tsv."
    )

"""How good the answers are, measured with queries whose relevant papers people have judged.

Queries and judgements are read in the layouts of BEIR (N. Thakur et al., "BEIR: A Heterogenous
Benchmark for Zero-shot Evaluation of Information Retrieval Models", 2021) and of TREC. The figures
are computed by ir_measures (S. MacAvaney et al., "Streamlining Evaluation with ir-measures", 2022):
nDCG@10 with the grade itself as the gain (K. Järvelin, J. Kekäläinen, 2002), recall@100, the
reciprocal rank of the first relevant paper among ten (MRR@10), and average precision (MAP).
"""

import math
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ..index.errors import QueryError, SourceError, UnknownPaper
from ..index.ids import parse_id
from ..index.names import fold_words
from ..index.paper import Paper
from ..index.readers.jsontext import decode
from ..index.readers.text import beginning, lines
from ..index.report import Progress
from ..index.sources import Source
from .engine import Mode
from .hits import DEEPEST
from .library import Library, build

__all__ = [
    "Collection",
    "Evaluation",
    "EvaluationProgress",
    "Figures",
    "evaluate",
    "evaluate_folder",
    "read_collection",
    "read_qrels",
    "read_queries",
]

Queries = Mapping[str, str]
Qrels = Mapping[str, Mapping[str, int]]
_Run = dict[str, dict[str, float]]

_TOP = 10
_SPLITS = ("test", "dev", "train")
_HEADERS = frozenset({"query-id", "query_id", "queryid", "qid", "query", "topic"})
_QUERY_FORM = 'Write one query a line: {"_id": "q1", "text": "…"}.'
_QRELS_FORM = (
    "Write one judgement a line, query, paper and grade (0, 1, 2 …) separated by tabs, or as TREC "
    'does: "qid 0 docid grade".'
)
_SAME_TEXT = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """What one mode reached: means over all judged queries, 0 to 1, higher is better.

    `unjudged_10` is no mean and no merit: of all papers that stood among the first ten of any
    query, the share that nobody judged for it. Where it is large, the other figures say little.
    """

    ndcg_10: float
    recall_100: float
    mrr_10: float
    map: float
    unjudged_10: float

    def as_dict(self) -> dict[str, float]:
        """The figures by the names that `--json` prints."""
        return {
            "ndcg@10": self.ndcg_10,
            "recall@100": self.recall_100,
            "mrr@10": self.mrr_10,
            "map": self.map,
            "unjudged@10": self.unjudged_10,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of each mode, in the order in which the modes were asked for.

    `queries` is how many judged queries they are means over; `own_papers` how many of these are
    papers of the library themselves, and had that paper left out. `unknown_queries` counts queries
    that are judged but have no text, `unknown_papers` judged ids that no paper of the library has.
    """

    by_mode: Mapping[Mode, Figures]
    queries: int
    unknown_queries: int = 0
    unknown_papers: int = 0
    own_papers: int = 0

    @property
    def main(self) -> Figures:
        """The figures of hybrid search, or of the first mode where hybrid was not asked for."""
        return self.by_mode.get("hybrid") or next(iter(self.by_mode.values()))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        by_mode = {mode: figures.as_dict() for mode, figures in self.by_mode.items()}
        main = self.main.as_dict()
        del main["unjudged@10"]
        unknown = {"unknown_queries": self.unknown_queries, "unknown_papers": self.unknown_papers}
        return {**main, "queries": self.queries, "by_mode": by_mode, **unknown}

    def table(self) -> str:
        """A Markdown table, one row a mode, and below it what it was measured on."""
        rows = ["| mode | nDCG@10 | recall@100 | MRR@10 | MAP | unjudged@10 |"]
        rows += ["|---|---:|---:|---:|---:|---:|"]
        for mode, figures in self.by_mode.items():
            cells = " | ".join(f"{value:.3f}" for value in figures.as_dict().values())
            rows.append(f"| {mode} | {cells} |")
        said = (
            (self.own_papers, "Queries that are papers themselves, these left out"),
            (self.unknown_queries, "Judged queries without a text, left out"),
            (self.unknown_papers, "Judged papers that are not in the library"),
        )
        notes = [f"Judged queries: {self.queries:,}."]
        notes += [f"{what}: {count:,}." for count, what in said if count]
        return "\n".join([*rows, "", *notes])


class EvaluationProgress(Progress):
    """Watches an evaluation, and the build before it; a door overrides what it shows."""

    def searching(self, done: int, total: int) -> None:
        """`done` of the `total` judged queries are answered in every mode."""


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
    for where, line in _lines(path):
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
    for number, (where, line) in enumerate(_lines(path)):
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
    _judged(queries, qrels)
    return Collection(corpus, queries, qrels)


def evaluate(
    library: Library,
    queries: Queries,
    qrels: Qrels,
    *,
    modes: Sequence[Mode] = ("hybrid", "semantic", "keyword"),
    depth: int = 100,
    progress: EvaluationProgress | None = None,
) -> Evaluation:
    """Answer every judged query in each mode, and compare the answers with the judgements.

    `queries` are texts by query id; `qrels` grades by paper id by query id. Papers may be named
    by any of their ids, or by the key that their source gives them (BEIR's _id); several names of
    one paper count once, with the highest grade. A judged paper that the library does not have
    stays in the judgements as one that was not found, so figures of two libraries over the same
    judgements can be compared.

    A query that is a paper of the library itself is asked as if that paper were not there: it is
    left out of the ranking and of the judgements. That is so where the query's id names the paper
    and more than half of the words of the query and of the paper (its title, its abstract, or
    both) are common to them; equal ids alone mean nothing where queries and papers are both
    numbered from 1. It is not so where the judgements call that paper, by that id, relevant.

    Means go over all queries that have a text and a judgement; one without answers, or without a
    relevant paper, counts 0. Rankings go down to `depth` (1 to 9,999): MAP sees no further, and
    recall@100 needs 100. The same library gives the same figures.

    Raises SourceError where no judged query has a text; QueryError for a mode, a depth or a query
    that makes no sense; ModelError, LibraryError and its kinds.
    """
    if not modes or not set(modes) <= set(get_args(Mode)):
        raise QueryError(f"The modes {list(modes)} make no sense. Use hybrid, semantic or keyword.")
    if not 1 <= depth < DEEPEST:
        raise QueryError(f"Rankings go down to a place from 1 to {DEEPEST - 1:,}, not to {depth}.")
    progress = progress or EvaluationProgress()
    asked = _judged(queries, qrels)
    keys = sorted({key for judgements in qrels.values() for key in judgements})
    papers = _resolved(library, keys)
    own = _own_papers(library, asked, qrels)
    unknown_papers = [key for key in keys if key not in papers]
    unknown_queries = sorted(qrels.keys() - asked.keys())
    _tell(progress, unknown_queries, "judged queries have no text and are left out")
    _tell(progress, unknown_papers, "judged papers are not in the library: they are never found")
    runs: dict[Mode, _Run] = {mode: {} for mode in modes}
    for done, (query, text) in enumerate(asked.items(), start=1):
        left_out = own.get(query)
        for mode, run in runs.items():
            hits = library.search(text, depth + (left_out is not None), mode=mode)
            ranked = [hit.id for hit in hits if hit.id != left_out][:depth]
            # Places, not scores: equal scores would be ordered anew by names.
            run[query] = {paper: -float(place) for place, paper in enumerate(ranked)}
        progress.searching(done, len(asked))
    judged = {query: _grades(qrels[query], papers, without=own.get(query, "")) for query in asked}
    return Evaluation(
        by_mode={mode: _figures(judged, run) for mode, run in runs.items()},
        queries=len(asked),
        unknown_queries=len(unknown_queries),
        unknown_papers=len(unknown_papers),
        own_papers=len(own),
    )


def evaluate_folder(
    path: str | os.PathLike[str],
    *,
    model: str | None = None,
    progress: EvaluationProgress | None = None,
) -> Evaluation:
    """Build the corpus of a BEIR folder into a library, evaluate it, and remove it again.

    `model` is a name or path, None for the default model; the folder is as in `read_collection`.
    Raises SourceError, ModelError, LibraryError and its kinds.
    """
    collection = read_collection(path)
    with tempfile.TemporaryDirectory(prefix="paperkin-") as folder:
        made = build(folder, collection.corpus, model=model, format="beir", progress=progress)
        with made as library:
            return evaluate(library, collection.queries, collection.qrels, progress=progress)


def _lines(path: str | os.PathLike[str]) -> Iterator[tuple[str, str]]:
    """Lines that are not blank, each with its place in words."""
    location = os.path.abspath(os.path.expanduser(os.fspath(path)))
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


def _judged(queries: Queries, qrels: Qrels) -> dict[str, str]:
    """The queries that have a text and a judgement, in the order of the queries."""
    judged = {query: text for query, text in queries.items() if qrels.get(query)}
    if not judged:
        raise SourceError(
            f"None of the {len(qrels):,} judged queries (the first: {next(iter(qrels), '')!r}) is "
            f"among the {len(queries):,} queries (the first: {next(iter(queries), '')!r}). Give "
            "queries and judgements of the same collection."
        )
    return judged


def _tell(progress: Progress, unknown: Sequence[str], said: str) -> None:
    if unknown:
        progress.note(f"{len(unknown):,} {said} (the first: {unknown[0]!r}).")


def _resolved(library: Library, keys: Sequence[str]) -> dict[str, str]:
    """Paper ids by the keys that name a live paper of the library; other keys are left out."""
    numbers: dict[str, int] = {}
    with library.store.read() as snapshot:
        for key in keys:
            try:
                numbers[key] = snapshot.number_of(key)
            except UnknownPaper:
                continue
        ids = snapshot.ids_of(set(numbers.values()))
    return {key: ids[number] for key, number in numbers.items()}


def _own_papers(library: Library, asked: Queries, qrels: Qrels) -> dict[str, str]:
    """The paper to leave out of the ranking, by query; see `evaluate`."""
    candidates = [query for query in asked if not _seeks_itself(query, qrels[query])]
    papers = _resolved(library, candidates)
    return {query: id for query, id in papers.items() if _is_text_of(asked[query], library[id])}


def _seeks_itself(query: str, judgements: Mapping[str, int]) -> bool:
    name = parse_id(query) or query
    return any(grade > 0 and (parse_id(key) or key) == name for key, grade in judgements.items())


def _is_text_of(text: str, paper: Paper) -> bool:
    words = set(fold_words(text).split())
    for part in (paper.title, paper.abstract, f"{paper.title} {paper.abstract}"):
        others = set(fold_words(part).split())
        if len(words & others) > _SAME_TEXT * len(words | others):
            return True
    return False


def _grades(
    judgements: Mapping[str, int], papers: Mapping[str, str], *, without: str
) -> dict[str, int]:
    """Grades by paper id, 0 at least; of papers that are not in the library by their key."""
    grades: dict[str, int] = {}
    for key, grade in judgements.items():
        paper = papers.get(key, f"not in the library: {key}")
        if paper != without:
            grades[paper] = max(grades.get(paper, 0), grade)
    return grades


def _figures(judged: Qrels, run: _Run) -> Figures:
    import ir_measures

    measures = (ir_measures.nDCG @ 10, ir_measures.R @ 100, ir_measures.RR @ 10, ir_measures.AP)
    values = list(ir_measures.iter_calc(measures, judged, run))
    # fsum does not depend on the order in which the values come.
    ndcg, recall, rr, ap = (
        math.fsum(each.value for each in values if each.measure == measure) / len(judged)
        for measure in measures
    )
    tops = [(query, paper) for query, ranked in run.items() for paper in list(ranked)[:_TOP]]
    unjudged = sum(paper not in judged[query] for query, paper in tops)
    return Figures(ndcg, recall, rr, ap, unjudged / len(tops) if tops else 0.0)

"""Runs: the rankings that a system gave for queries, in the files that TREC made customary.

A line is "qid Q0 docid rank score tag" (E. M. Voorhees, D. K. Harman, "TREC: Experiment and
Evaluation in Information Retrieval", 2005); trec_eval and most programs for evaluation read it.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..index.errors import SourceError
from ..index.readers.text import beginning
from .judgements import placed_lines

__all__ = ["Run", "read_run", "write_run"]

_FIELDS = 6
_MOST = 1e38  # near the end of what single precision holds
_FORM = 'Write one paper a line: "qid Q0 docid rank score tag".'


@dataclass(frozen=True, slots=True)
class Run:
    """The rankings of one system: scores by a paper's id, best first, by query id.

    The order of the papers counts; the scores are for files. `misranked` counts queries whose
    ranks, as read from a file, order the papers otherwise than their scores do.
    """

    name: str
    ranked: Mapping[str, Mapping[str, float]]
    misranked: int = 0


def read_run(path: str | os.PathLike[str]) -> Run:
    """A run from a file, plain or packed (gzip, zstd, bzip2), named as the file is.

    Six fields a line, separated by spaces or tabs (by tabs alone, ids may hold spaces). As for
    trec_eval, papers stand in the order of their scores, whatever the ranks say; the ranks decide
    between equal scores. Raises SourceError, with file and line, for another number of fields, a
    rank that is no whole number, a score that is no finite number, a paper that a query has twice,
    and a file without lines.
    """
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for where, line in placed_lines(path):
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != _FIELDS:
            fields = line.split()
        if len(fields) != _FIELDS or not fields[0] or not fields[2]:
            raise SourceError(f"{where}: {beginning(line)!r} is no line of a run. {_FORM}")
        query, _, paper, rank, score, _ = fields
        place, merit = _number(rank, where, "rank"), _number(score, where, "score")
        if not place.is_integer():
            raise SourceError(f"{where}: the rank {rank!r} is no whole number. {_FORM}")
        papers = found.setdefault(query, {})
        if paper in papers:
            raise SourceError(
                f"{where}: the paper {paper!r} stands above for the query {query!r} as well. Keep "
                "one of them."
            )
        papers[paper] = (-merit, int(place))
    if not found:
        raise SourceError(f"{path} holds no ranking. {_FORM}")
    ranked: dict[str, dict[str, float]] = {}
    misranked = 0
    for query, papers in found.items():
        order = sorted(papers, key=papers.__getitem__)
        ranked[query] = {paper: -papers[paper][0] for paper in order}
        places = [papers[paper][1] for paper in order]
        misranked += places != sorted(places)
    return Run(os.path.basename(os.fspath(path)), ranked, misranked)


def write_run(path: str | os.PathLike[str], run: Run) -> None:
    """Write a run as a file, over one that is there; its name is the tag.

    Scores are written so that each is below the one before it, in single precision as well, which
    is what trec_eval reads: else it would order equal ones by its own rule. Spaces separate the
    fields, or tabs, in a line where an id holds a space.

    Raises SourceError for an id with a tab or a line break, OSError where the file cannot be
    written.
    """
    tag = "_".join(run.name.split())
    rows: list[str] = []
    for query, papers in run.ranked.items():
        before = np.float32(np.inf)
        for rank, (paper, score) in enumerate(papers.items(), start=1):
            below = np.nextafter(before, np.float32(-np.inf))
            before = min(np.float32(max(-_MOST, min(score, _MOST))), below)
            rows.append(_row(query, paper, rank, before, tag))
    Path(path).write_text("".join(rows), encoding="utf-8", newline="\n")


def _number(text: str, where: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SourceError(f"{where}: the {what} {beginning(text)!r} is no number. {_FORM}")
    return value


def _row(query: str, paper: str, rank: int, score: np.float32, tag: str) -> str:
    for name in (query, paper):
        if not name.strip() or name.splitlines() != [name] or "\t" in name:
            raise SourceError(
                f"A run cannot hold the id {name!r}: it is empty, or has a tab or a line break. "
                "Give it another one."
            )
    spaced = len(query.split()) > 1 or len(paper.split()) > 1
    fields = (query, "Q0", paper, str(rank), str(score), tag)
    return ("\t" if spaced else " ").join(fields) + "\n"

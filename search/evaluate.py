"""How good the answers are, measured with queries whose relevant papers people have judged.

Any other system can be measured beside the library's own modes, by the run it wrote, and what
hybrid search gains or loses against each is said with how sure that is.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import get_args

from ..index.errors import QueryError, SourceError, UnknownPaper
from ..index.ids import parse_id
from ..index.names import fold_words
from ..index.paper import Paper
from ..index.report import Progress
from .calibration import Calibration
from .evaluation import Evaluation, JudgedRun, Way
from .figures import measured
from .hits import DEEPEST
from .interaction import Quality
from .judgements import Qrels, Queries, judged_queries, read_collection
from .library import Library
from .opening import build
from .question import Mode
from .runs import Run

__all__ = ["EvaluationProgress", "evaluate", "evaluate_folder"]

_SAME_TEXT = 0.5
_SURE = 10
"""Papers of an answer whose confidence is compared with the judgements."""


class EvaluationProgress(Progress):
    """Watches an evaluation, and the build before it; a door overrides what it shows."""

    def searching(self, done: int, total: int) -> None:
        """`done` of the `total` judged queries are answered in every mode."""


def evaluate(
    library: Library,
    queries: Queries,
    qrels: Qrels,
    *,
    modes: Sequence[Way] | None = None,
    depth: int = 100,
    quality: Quality = "normal",
    runs: Sequence[Run] = (),
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

    `modes` are those of search, and "related": the papers related to the one that a query is, which
    needs every query to be a paper of the library. By default they are those of search, and
    "related" where that can be had.

    Means go over all queries that have a text and a judgement; one without answers, or without a
    relevant paper, counts 0. Rankings go down to `depth` (1 to 9,999): MAP sees no further, and
    recall@100 needs 100. The same library gives the same figures. `quality` is that of hybrid
    search (see `Library.search`).

    `runs` are judged beside the modes, by the same queries, down to the same depth, and with the
    same papers left out; several names of one paper count at the first place of one.

    Raises SourceError where no judged query has a text, or a run ranks papers for none of them;
    QueryError for a mode, a depth, a query or names of runs that make no sense; ModelError,
    LibraryError and its kinds.
    """
    asked_for = get_args(Mode) if modes is None else modes
    _check(asked_for, depth)
    progress = progress or EvaluationProgress()
    asked = judged_queries(queries, qrels)
    _check_runs(runs, asked)
    keys = sorted({key for judgements in qrels.values() for key in judgements})
    papers = _resolved(library, keys)
    own = _own_papers(library, asked, qrels)
    if len(own) == len(asked):
        asked_for = (*asked_for, *(("related",) if modes is None else ()))
    elif "related" in asked_for:
        raise QueryError(
            f"Only {len(own):,} of the {len(asked):,} judged queries are papers of the library, so "
            "related papers cannot be judged by them. Leave that mode out."
        )
    unknown_papers = [key for key in keys if key not in papers]
    unknown_queries = sorted(qrels.keys() - asked.keys())
    _tell(progress, unknown_queries, "judged queries have no text and are left out")
    _tell(progress, unknown_papers, "judged papers are not in the library: they are never found")
    judged = {query: _grades(qrels[query], papers, without=own.get(query, "")) for query in asked}
    without = [query for query in asked if max(judged[query].values(), default=0) <= 0]
    _tell(progress, without, "judged queries have no relevant paper, and count 0")
    by_run = {
        run.name: _judged_run(run, library, papers, judged, own, depth, progress) for run in runs
    }
    answers: dict[Way, dict[str, dict[str, float]]] = {mode: {} for mode in asked_for}
    sure: dict[Mode, list[tuple[float, bool]]] = {
        mode: [] for mode in get_args(Mode) if mode in asked_for
    }
    for done, (query, text) in enumerate(asked.items(), start=1):
        left_out = [own[query]] if query in own else []
        for mode, answered in answers.items():
            if mode == "related":
                answered[query] = {hit.id: hit.score for hit in library.related(own[query], depth)}
                continue
            wanted: Quality = quality if mode == "hybrid" else "normal"
            found = library.search(text, depth, mode=mode, without=left_out, quality=wanted)
            ranked = list(found)
            answered[query] = {hit.id: hit.score for hit in ranked}
            sure[mode] += [
                (hit.confidence, judged[query].get(hit.id, 0) > 0)
                for hit in ranked[:_SURE]
                if hit.confidence is not None
            ]
        progress.searching(done, len(asked))
    return Evaluation(
        by_mode={mode: measured(judged, found) for mode, found in answers.items()},
        queries=len(asked),
        unknown_queries=len(unknown_queries),
        unknown_papers=len(unknown_papers),
        own_papers=len(own),
        queries_without_relevant=len(without),
        quality=quality,
        by_run=by_run,
        rankings={
            mode: Run(f"paperkin-{mode}", _renamed(found, papers, qrels))
            for mode, found in answers.items()
        },
        calibrations={mode: _calibration(found) for mode, found in sure.items()},
    )


def evaluate_folder(
    path: str | os.PathLike[str],
    *,
    model: str | None = None,
    quality: Quality = "normal",
    runs: Sequence[Run] = (),
    progress: EvaluationProgress | None = None,
) -> Evaluation:
    """Build the corpus of a BEIR folder into a library, evaluate it, and remove it again.

    `model` is a name or path, None for the default model; the folder is as in `read_collection`,
    `quality` and `runs` as in `evaluate`. Raises SourceError, QueryError, ModelError, LibraryError
    and its kinds.
    """
    collection = read_collection(path)
    _check_runs(runs, judged_queries(collection.queries, collection.qrels))
    with tempfile.TemporaryDirectory(prefix="paperkin-") as folder:
        made = build(folder, collection.corpus, model=model, format="beir", progress=progress)
        with made as library:
            return evaluate(
                library,
                collection.queries,
                collection.qrels,
                quality=quality,
                runs=runs,
                progress=progress,
            )


def _calibration(found: Sequence[tuple[float, bool]]) -> Calibration:
    return Calibration(
        tuple(chance for chance, _ in found), tuple(relevant for _, relevant in found)
    )


def _check(modes: Sequence[Way], depth: int) -> None:
    if not modes or not set(modes) <= {*get_args(Mode), "related"}:
        raise QueryError(
            f"The modes {list(modes)} make no sense. Use hybrid, semantic, keyword or related."
        )
    if not 1 <= depth < DEEPEST:
        raise QueryError(f"Rankings go down to a place from 1 to {DEEPEST - 1:,}, not to {depth}.")


def _check_runs(runs: Sequence[Run], asked: Queries) -> None:
    names = [*get_args(Mode), "related", *(run.name for run in runs)]
    for run in runs:
        if names.count(run.name) > 1:
            raise QueryError(
                f"Two rankings are called {run.name!r}, which stands for them in the outcome. "
                "Rename one of them."
            )
        if not asked.keys() & run.ranked.keys():
            raise SourceError(
                f"{run.name} ranks papers for none of the {len(asked):,} judged queries (the "
                f"first: {next(iter(asked))!r}); its own are {len(run.ranked):,} others (the "
                f"first: {next(iter(run.ranked), '')!r}). Give a run over the same queries."
            )


def _judged_run(
    run: Run,
    library: Library,
    papers: Mapping[str, str],
    judged: Qrels,
    own: Mapping[str, str],
    depth: int,
    progress: Progress,
) -> JudgedRun:
    ranked = {query: run.ranked[query] for query in judged if query in run.ranked}
    keys = {key for found in ranked.values() for key in found}
    known = {**papers, **_resolved(library, sorted(keys - papers.keys()))}
    unknown = sorted(keys - known.keys())
    _tell(progress, unknown, f"ids in {run.name} are of no paper of the library")
    if run.misranked:
        progress.note(
            f"{run.misranked:,} queries of {run.name} have ranks that differ from the order of "
            "their scores: the scores count."
        )
    places: dict[str, list[str]] = {}
    for query, found in ranked.items():
        each = dict.fromkeys(_paper(key, known) for key in found)
        places[query] = [paper for paper in each if paper != own.get(query)][:depth]
    return JudgedRun(
        measured(judged, places),
        unknown_papers=len(unknown),
        unanswered=len(judged) - len(ranked),
        unjudged_queries=len(run.ranked) - len(ranked),
        misranked=run.misranked,
    )


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
        paper = _paper(key, papers)
        if paper != without:
            grades[paper] = max(grades.get(paper, 0), grade)
    return grades


def _paper(key: str, papers: Mapping[str, str]) -> str:
    """The id of the paper that a key names; one of its own where the library has none."""
    return papers.get(key, f"not in the library: {key}")


def _renamed(
    found: Mapping[str, Mapping[str, float]], papers: Mapping[str, str], qrels: Qrels
) -> dict[str, dict[str, float]]:
    """Rankings with papers by the keys that they are judged by, for the same query if they are, so
    that the same judgements fit them outside as well."""
    anywhere = {papers[key]: key for key in sorted(papers, reverse=True)}
    renamed: dict[str, dict[str, float]] = {}
    for query, scores in found.items():
        # The highest grade comes last, and stays.
        graded = sorted(qrels[query].items(), key=lambda each: (each[1], each[0]))
        here = {papers[key]: key for key, _ in graded if key in papers}
        renamed[query] = {
            here.get(paper) or anywhere.get(paper, paper): score for paper, score in scores.items()
        }
    return renamed

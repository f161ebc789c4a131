"""paperkin evaluate: how good the answers are, by judged questions."""

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import CommandParser, Commands, add_command, add_json
from ..console import plain, print_json

if TYPE_CHECKING:
    from ...search.evaluate import EvaluationProgress
    from ...search.evaluation import Evaluation

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "evaluate",
        _run,
        help="measure answers against judged questions",
        description=(
            "Measure how well each way of searching answers judged questions: those of a BEIR "
            "folder (its corpus is built into a library for it), or queries and judgements for a "
            "library of yours. Figures come with 95 % intervals, and hybrid search is compared "
            "with every other way by a paired test, as are runs with each other."
        ),
        example="paperkin evaluate mylib queries.jsonl qrels.tsv",
    )
    parser.add_argument(
        "queries", metavar="QUERIES.jsonl", nargs="?", help="one question a line: _id, text"
    )
    parser.add_argument(
        "qrels",
        metavar="QRELS.tsv",
        nargs="?",
        help="judgements: query-id, corpus-id, score, with a header; or as TREC has them",
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="use the questions that come with the demonstration papers (build --demo)",
    )
    parser.add_argument(
        "--run",
        dest="runs",
        action="append",
        default=[],
        metavar="FILE",
        help="judge a TREC run file as well, and compare hybrid search with it (may be repeated)",
    )
    parser.add_argument(
        "--write-runs",
        metavar="DIR",
        help="write what each mode answers as a TREC run file: DIR/hybrid.run …",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="the model to build a BEIR folder with, by name or folder; a library has its own",
    )
    parser.add_argument(
        "--quality",
        choices=("normal", "high"),
        default="normal",
        help="how hybrid search ranks (see paperkin search --help)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    parser: CommandParser = arguments.parser
    if arguments.demo:
        if arguments.queries:
            parser.error("give questions of your own or --demo, not both")
        from ...index.demo import demonstration

        arguments.queries = demonstration() / "queries.jsonl"
        arguments.qrels = demonstration() / "qrels.tsv"
    if arguments.queries and not arguments.qrels:
        parser.error("give QRELS.tsv after QUERIES.jsonl")
    if not arguments.queries and (Path(arguments.library) / "library.db").exists():
        parser.error("a library is measured by questions: give QUERIES.jsonl and QRELS.tsv")
    if arguments.queries and arguments.model:
        parser.error("--model is for a BEIR folder: a library is measured by its own model")

    from ...search.progress import EvaluationBar, display_on

    if arguments.write_runs:
        # Before the work, which would be lost if there is no writing here.
        _make_folder(arguments.write_runs)
    with closing(display_on(sys.stderr, quiet=arguments.quiet)) as display:
        measured = _measure(arguments, EvaluationBar(display))
    if arguments.write_runs:
        from ...search.runs import write_run

        for mode, run in measured.rankings.items():
            write_run(Path(arguments.write_runs) / f"{mode}.run", run)
    if arguments.json:
        print_json(measured.as_dict())
    else:
        print("\n".join(plain(line) for line in measured.table().splitlines()))
    return 0


def _make_folder(path: str) -> None:
    from ...index.errors import InputError

    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"Runs cannot be written to {path} ({error.strerror}). Give --write-runs another "
            "folder."
        ) from error


def _measure(arguments: argparse.Namespace, progress: "EvaluationProgress") -> "Evaluation":
    from ...search.evaluate import evaluate, evaluate_folder
    from ...search.judgements import read_qrels, read_queries
    from ...search.runs import read_run

    runs = [read_run(path) for path in arguments.runs]
    if not arguments.queries:
        return evaluate_folder(
            arguments.library,
            model=arguments.model,
            quality=arguments.quality,
            runs=runs,
            progress=progress,
        )
    from ...search.opening import open as open_library

    queries, qrels = read_queries(arguments.queries), read_qrels(arguments.qrels)
    with open_library(arguments.library) as library:
        return evaluate(
            library, queries, qrels, quality=arguments.quality, runs=runs, progress=progress
        )

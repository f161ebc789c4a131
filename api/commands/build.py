"""paperkin build: from sources to a library."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from ..arguments import CommandParser, Commands, add_command, add_json
from ..console import complain, counted, plain, print_json
from ..filling import add_making, nearest_said, outcomes_said, outcomes_values

if TYPE_CHECKING:
    from ...index.report import Report

__all__ = ["add_to"]

_SHOWN = 5


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "build",
        _run,
        help="make a library from files, or add them to it",
        description=(
            "Make a library from files, folders or globs, plain or packed (.gz, .zst, .bz2), or "
            "add them to the library that is there. What it holds already is not encoded again, "
            "and a build that was stopped goes on when the same command is given."
        ),
        example="paperkin build mylib refs.bib 'downloads/*.csv' arxiv.jsonl.gz",
    )
    parser.add_argument("sources", metavar="SOURCE", nargs="*", help="a file, a folder or a glob")
    parser.add_argument("--demo", action="store_true", help="add the demonstration papers")
    parser.add_argument(
        "--format",
        type=_known_format,
        metavar="FORMAT",
        help="read every source as this format: arxiv, beir, bibtex, csv, embeddings, json, jsonl, "
        "pages, parquet, ris, tsv, xml or zotero (default: recognised from what is in it)",
    )
    add_making(parser, "the sources have")
    parser.add_argument(
        "--precision",
        choices=("auto", "float32"),
        default="auto",
        help="auto: bfloat16 where the machine has it, and float32 elsewhere",
    )
    parser.add_argument(
        "--recall",
        type=_recall,
        metavar="SHARE",
        help="of the ten papers nearest to a question, the share to be found, from 0.5 to 1 "
        "(default 0.99; 1 compares with all); kept for later builds",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_json(parser)


def _known_format(name: str) -> str:
    from ...index.readers import FORMATS

    if name not in FORMATS:
        raise argparse.ArgumentTypeError(
            f"there is no format {name!r} (choose from {', '.join(FORMATS)})"
        )
    return name


def _recall(given: str) -> float:
    from ...index.errors import InputError
    from ...index.target import check_recall

    try:
        return check_recall(float(given))
    except (ValueError, InputError) as error:
        raise argparse.ArgumentTypeError(f"{given!r} is not a number from 0.5 to 1") from error


def _run(arguments: argparse.Namespace) -> int:
    sources: list[str] = list(arguments.sources)
    if arguments.demo:
        from ...index.demo import demonstration

        sources.append(str(demonstration() / "papers.jsonl"))
    if not sources:
        parser: CommandParser = arguments.parser
        parser.error("give at least one SOURCE (a file, a folder or a glob), or --demo")

    from ...index import threads
    from ...index.build import build
    from ...search.progress import BuildProgress, display_on

    # Searches go first, those of a server on this machine among them.
    threads.yield_to_others()
    try:
        with closing(display_on(sys.stderr, quiet=arguments.quiet)) as display:
            report = build(
                arguments.library,
                sources,
                model=arguments.model,
                format=arguments.format,
                language=arguments.language,
                recall=arguments.recall,
                restore=arguments.restore,
                precision=arguments.precision,
                progress=BuildProgress(display),
            )
    except KeyboardInterrupt:
        complain(_stopped(arguments.library))
        return 1
    if arguments.json:
        print_json(_report_values(arguments.library, report))
    else:
        print(_report_text(arguments.library, report))
    return 0


def _stopped(library: str) -> str:
    from ...index.errors import NotALibrary
    from ...index.store import Store

    try:
        store = Store.open(library)
    except NotALibrary:
        return "Stopped; nothing is stored yet. The same command begins again."
    with store.read() as snapshot:
        papers = snapshot.count()
    verb = "is" if papers == 1 else "are"
    held = f"{counted(papers, 'paper')} {verb} in the library"
    return f"Stopped; {held}. The same command goes on from there."


def _report_values(library: str, report: "Report") -> dict[str, object]:
    return {
        "library": library,
        "papers": report.papers,
        "read": report.read,
        **outcomes_values(report),
        "encoded": report.encoded,
        "seconds": round(report.seconds, 3),
        "dense": report.dense,
        "sources": report.sources,
        "skipped": report.skipped,
        "rejects": str(report.rejects) if report.rejects else None,
        "first_rejects": report.first_rejects,
    }


def _report_text(library: str, report: "Report") -> str:
    lines = [
        f"Read {counted(report.read, 'record')} in {report.seconds:,.1f} s: "
        f"{outcomes_said(report)}",
        f"{plain(library)} holds {counted(report.papers, 'paper')}.",
    ]
    if report.dense.get("kind") == "codes":
        lines.append(f"The nearest are found {nearest_said(report.dense)}.")
    if report.outcomes["removed"]:
        lines.append(
            "Records of papers that were removed are left out; --restore brings those papers back."
        )
    if report.rejects is not None:
        lines += ["Rejected:", *_some(report.first_rejects, report.outcomes["rejected"])]
        lines.append(f"All rejected records are in {plain(str(report.rejects))}")
    if report.skipped:
        lines += ["Skipped:", *_some(report.skipped, len(report.skipped))]
    return "\n".join(lines)


def _some(reasons: Sequence[str], count: int) -> list[str]:
    shown = [f"  {plain(reason)}" for reason in reasons[:_SHOWN]]
    more = count - len(shown)
    return [*shown, f"  and {more:,} more"] if more > 0 else shown

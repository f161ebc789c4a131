"""What the commands have in common that fill a library: their options, and what they report."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..index.report import Report

__all__ = ["add_making", "nearest_said", "outcomes_said", "outcomes_values"]

_OUTCOMES = ("added", "updated", "unchanged", "merged", "removed", "rejected")


def add_making(options: "argparse._ActionsContainer", whose: str) -> None:
    """How a library is made or added to; `whose` says which removed papers --restore is about."""
    options.add_argument(
        "--model",
        metavar="NAME",
        help="the sentence-transformers model of a new library, by name or folder",
    )
    options.add_argument(
        "--language", metavar="CODE", help="the language of a new library's words (default en)"
    )
    options.add_argument(
        "--restore", action="store_true", help=f"bring back removed papers that {whose}"
    )


def nearest_said(dense: Mapping[str, Any]) -> str:
    """How the papers nearest to a question are found, for a person."""
    if dense["kind"] == "exact":
        return "by comparing with every paper"
    if not dense["recall"]:
        return "by codes"
    reached = min(dense["recall"].values())
    return f"by codes, recall {reached:.3f} on a sample ({dense['target']:g} was asked for)"


def outcomes_values(report: "Report") -> dict[str, int]:
    """How many records came to what, for --json."""
    return {name: report.outcomes[name] for name in _OUTCOMES}


def outcomes_said(report: "Report") -> str:
    """The same, and how many papers were encoded, for a person."""
    counts = ", ".join(f"{count:,} {name}" for name, count in outcomes_values(report).items())
    return f"{counts}; {report.encoded:,} encoded."

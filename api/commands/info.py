"""paperkin info: what a library holds."""

import argparse
from collections.abc import Mapping
from typing import Any

from ..arguments import Commands, add_command, add_json
from ..console import plain, print_json
from ..filling import nearest_said

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "info",
        _run,
        help="tell what a library holds",
        description="Tell what a library holds, from which sources, and by which model.",
        example="paperkin info mylib --json",
    )
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...search.opening import open as open_library

    with open_library(arguments.library) as library:
        known = library.info()
    if arguments.json:
        print_json(known)
    else:
        print(_text(known))
    return 0


def _text(known: Mapping[str, Any]) -> str:
    first, last = known["years"]
    model = known["model"]
    rows = [
        ("library", known["path"]),
        ("papers", f"{known['papers']:,}"),
        ("removed", f"{known['removed']:,}"),
        ("years", "unknown" if first is None else f"{first}-{last}"),
        ("language", known["language"]),
        ("model", f"{model['name']} ({model['dimension']} dimensions)"),
        ("size", f"{known['bytes'] / 1e6:,.1f} MB"),
    ]
    if model["not_compiled"]:
        rows.append(("runs in", f"torch, not compiled: {model['not_compiled']}"))
    if known["dense"] is not None:
        rows.append(("nearest", nearest_said(known["dense"])))
    rows += [("source", f"{each['location']} ({each['format']})") for each in known["sources"]]
    return "\n".join(f"{name:<10}{plain(value)}" for name, value in rows)

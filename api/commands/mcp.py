"""paperkin mcp: a library as tools for agents."""

import argparse

from ...index.errors import PaperkinError
from ..arguments import Commands, add_command

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    add_command(
        commands,
        "mcp",
        _run,
        help="answer agents (Model Context Protocol)",
        description=(
            "Answer an agent over the Model Context Protocol, on standard input and output, with "
            "the tools search, paper, related and recommend. Agents start this command "
            "themselves: name it in their settings. Needs the extra paperkin[mcp]."
        ),
        example="paperkin mcp mylib",
    )


def _run(arguments: argparse.Namespace) -> int:
    try:
        from ..mcp import serve_mcp
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "mcp_types"):
            raise
        raise PaperkinError(
            "Answering agents needs the package mcp, which is not installed. Install it with: "
            "pip install 'paperkin[mcp]'"
        ) from error
    from ...index import threads

    threads.settle()
    serve_mcp(arguments.library)
    return 0

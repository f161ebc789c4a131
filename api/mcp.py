"""A library as an MCP server: agents call its tools over the standard input and output.

Only this module imports `mcp` (the extra paperkin[mcp]), and nothing imports it but the command.
"""

import contextlib
import os
import signal
import sys
import traceback
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from .. import __version__
from ..index.errors import PaperkinError
from ..search.library import Library
from ..search.opening import open as open_library
from .agent_tools import TOOLS, Tool, call
from .console import counted, plain
from .jsontext import json_text
from .warmup import Warmup

__all__ = ["create_server", "serve_mcp"]

_INSTRUCTIONS = (
    "A person's own library of papers, with titles, authors and abstracts (no full texts). Use "
    "search first; the ids of its hits go into paper (to read abstracts), related (what is like "
    "them) and recommend (what to read next). Say so where the verdict of an answer is weak or "
    "nothing, and cite papers by title and id."
)


def create_server(library: Library) -> Server[Any]:
    """An MCP server that answers from an open library, which it does not close."""

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(each) for each in TOOLS.values()])

    async def call_tool(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        # In a thread: no call holds up another.
        return await anyio.to_thread.run_sync(_answer, library, asked.name, asked.arguments)

    server = Server[Any](
        "paperkin",
        version=__version__,
        title="Paperkin",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    # All that is there by default is telemetry.
    server.middleware.clear()
    return server


def _described(tool: Tool[Any]) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        annotations=types.ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _answer(library: Library, name: str, given: dict[str, Any] | None) -> types.CallToolResult:
    """What a call gives; errors in words that the model reads, since it is the model's to mend."""
    tool = TOOLS.get(name)
    if tool is None:
        return _error(f"There is no tool {name!r}. The tools are: {', '.join(TOOLS)}.")
    try:
        values = call(library, tool, given or {})
    except PaperkinError as error:
        return _error(str(error))
    except Exception:
        traceback.print_exc()
        return _error("This is a bug of Paperkin; what happened stands in the server's log.")
    # As text as well, for clients that do not know structured answers.
    text = types.TextContent(type="text", text=json_text(values))
    return types.CallToolResult(content=[text], structured_content=values)


def _error(message: str) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=message)], is_error=True
    )


def serve_mcp(path: str | os.PathLike[str]) -> None:
    """Answer an MCP client on stdin and stdout until stdin ends; the model is loaded meanwhile.

    Raises what opening the library raises.
    """
    with open_library(path) as library:
        warming = Warmup(library)
        warming.start()
        if sys.stdin.isatty():
            papers = counted(len(library), "paper")
            print(
                f"Serving {plain(str(path))} ({papers}) to an MCP client on stdin and stdout. "
                "Agents start this command themselves; Ctrl-C ends it.",
                file=sys.stderr,
            )
        # Ctrl-C at once: a thread that waits for a line of stdin cannot be interrupted.
        before = signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            anyio.run(partial(_serve, library))
        finally:
            signal.signal(signal.SIGINT, before)
            warming.wait()


async def _serve(library: Library) -> None:
    server = create_server(library)
    async with stdio_server() as (incoming, outgoing):
        # What anything prints must not get between the messages, now or when its buffer is emptied.
        with contextlib.redirect_stdout(sys.stderr):
            await server.run(incoming, outgoing, server.create_initialization_options())

"""paperkin serve: a library over HTTP."""

import argparse

from ...index.errors import InputError
from ..arguments import CommandParser, Commands, add_command
from ..settings import SETTINGS, Settings, read_settings

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "serve",
        _run,
        help="answer over HTTP",
        description=(
            "Serve a library over HTTP until Ctrl-C or SIGTERM. Its address is printed once it "
            "answers: GET /v1/search?query=…, /v1/papers/ID, /v1/papers/ID/related, /openapi.json."
        ),
        example="paperkin serve mylib --port 8000",
    )
    parser.add_argument(
        "--config", metavar="FILE", help="settings in TOML (default: what PAPERKIN_CONFIG names)"
    )
    for each in SETTINGS:
        if each.values == "true, false":
            parser.add_argument(
                each.flag, action=argparse.BooleanOptionalAction, default=None, help=each.help
            )
            continue
        default = getattr(Settings(), each.name)
        told = f" (default {default})" if default not in ("", ()) else ""
        parser.add_argument(each.flag, metavar=each.name.upper(), help=each.help + told)


def _run(arguments: argparse.Namespace) -> int:
    from ..serve import check_reach, serve

    parser: CommandParser = arguments.parser
    flags = {each.name: getattr(arguments, each.name) for each in SETTINGS}
    try:
        settings = read_settings(flags, file=arguments.config)
        check_reach(arguments.library, settings)
    except InputError as error:
        parser.error(str(error).rstrip("."))
    serve(arguments.library, settings)
    return 0

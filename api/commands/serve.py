"""paperkin serve: a library over HTTP."""

import argparse

from ..arguments import CommandParser, Commands, add_command

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
        "--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=_port, default=8000, help="the port (default 8000; 0: any that is free)"
    )
    parser.add_argument(
        "--rerank",
        metavar="NAME",
        help="the cross-encoder, or its folder, that requests may ask for with rerank=true",
    )
    parser.add_argument(
        "--public", action="store_true", help="allow a --host that other machines can reach"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (0 to 65535)")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    from ..serve import is_loopback, serve

    if not arguments.public and not is_loopback(arguments.host):
        parser: CommandParser = arguments.parser
        parser.error(
            f"{arguments.host} can be reached from other machines, and whoever reaches it can read "
            "the library: there is no password. Add --public if that is what you want"
        )
    serve(arguments.library, host=arguments.host, port=arguments.port, rerank=arguments.rerank)
    return 0

"""paperkin keys: who may ask a server of a library."""

import argparse
import sys

from ..arguments import Commands, add_command, add_json
from ..console import plain
from ..jsontext import json_text

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "keys",
        _run,
        help="make, list and remove keys for the HTTP API",
        description=(
            "Once a library has a key, its server answers only those who have one. Keys are kept "
            "as hashes: a new one is printed once and cannot be seen again. Without --add or "
            "--remove, the keys are listed."
        ),
        example="paperkin keys mylib --add notebook --scope write",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--add", metavar="NAME", help="make a key for somebody, and print it")
    either.add_argument("--remove", metavar="ID", help="let a key open nothing any more")
    parser.add_argument(
        "--scope",
        choices=("read", "write"),
        default="read",
        help="what a new key allows (default read); write: adding and removing papers as well",
    )
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...index.access_keys import access_keys, make_key, remove_key
    from ...index.store import Store

    store = Store.open(arguments.library)
    try:
        text = None
        if arguments.add is not None:
            key, text = make_key(store, arguments.add, (arguments.scope,))
            shown = [key]
        elif arguments.remove is not None:
            shown = [remove_key(store, arguments.remove)]
        else:
            shown = access_keys(store)
    finally:
        store.close()
    if arguments.json:
        told = [
            {"id": key.id, "name": key.name, "scopes": list(key.scopes), "made": key.made}
            for key in shown
        ]
        print(json_text({"keys": told, **({"key": text} if text else {})}, indent=2))
        return 0
    if text is not None:
        print(text)
        print("Keep it: it is not shown again.", file=sys.stderr)
        return 0
    for key in shown:
        print(f"{key.id}  {key.made}  {'+'.join(key.scopes):10}  {plain(key.name)}")
    if not shown:
        print("There are no keys: whoever reaches a server of this library can read it.")
    return 0

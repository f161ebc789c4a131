"""paperkin doctor: what is wrong with a library, and what mends it."""

import argparse

from ..arguments import Commands, add_command, add_json
from ..console import complain, counted, plain, print_json

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "doctor",
        _run,
        help="look a library over for damage",
        description=(
            "Read the whole library and tell what is wrong with it and what mends it. The exit "
            "status is 1 if anything is wrong that makes answers wrong; warnings leave it 0."
        ),
        example="paperkin doctor mylib",
    )
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...index.doctor import examine
    from ...index.store import Store

    store = Store.open(arguments.library)
    findings = examine(store)
    store.close()
    errors = sum(each.severity == "error" for each in findings)
    if arguments.json:
        listed = [{"severity": f.severity, "what": f.what, "mend": f.mend} for f in findings]
        print_json({"library": str(store.path), "sound": not errors, "findings": listed})
    elif findings:
        for each in findings:
            print(f"{each.severity}: {plain(each.what)}\n  {plain(each.mend)}")
    else:
        print(f"{plain(arguments.library)} is sound.")
    if errors:
        complain(f"{arguments.library} has {counted(errors, 'error')}.")
        return 1
    return 0

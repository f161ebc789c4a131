"""paperkin map: the papers of a library as a labelled picture."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from ..arguments import Commands, add_command, add_json
from ..console import counted, plain, print_json

if TYPE_CHECKING:
    from ...search.map import Map

__all__ = ["add_to"]

_NAMED = 12
"""Regions that are told without --json."""


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "map",
        _run,
        help="draw the library as a labelled map",
        description=(
            "Lay the papers out on a map, so that papers about the same stand together, and draw "
            "it: as a picture (.png, .svg), or as a page (.html) to zoom and search in, which "
            "needs no network. The map is made once and kept; papers that come later are placed "
            "beside those nearest to them. Without --out, tell what there is on it."
        ),
        example="paperkin map mylib --out map.html",
    )
    parser.add_argument("--out", metavar="FILE", help="draw it here: FILE.png, .svg or .html")
    parser.add_argument(
        "--refresh", action="store_true", help="lay it out anew; then every paper may move"
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="of chance, when it is laid out (default: the one before, at first 0)",
    )
    parser.add_argument(
        "--width", type=int, metavar="PIXELS", help="of a picture, 200 to 8000 (default 1600)"
    )
    parser.add_argument("--dark", action="store_true", help="draw light on dark")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...search.opening import open as open_library
    from ...search.pictures import check
    from ...search.progress import Status, display_on

    if arguments.out is None and (arguments.width is not None or arguments.dark):
        arguments.parser.error("--width and --dark are for a picture: name it with --out FILE")
    if arguments.out is not None:
        # Before minutes of work.
        check(arguments.out, arguments.width)
    with open_library(arguments.library) as library:
        with closing(display_on(sys.stderr, quiet=arguments.quiet)) as display:

            def show(done: int, total: int) -> None:
                display.show(Status("Laying out the map", done, done / total, unit="steps"))

            found = library.map(refresh=arguments.refresh, seed=arguments.seed, progress=show)
        if arguments.out is not None:
            found.save(arguments.out, width=arguments.width, dark=arguments.dark)
    if arguments.json:
        print_json({**found.as_dict(), **({"out": arguments.out} if arguments.out else {})})
    elif arguments.out is not None:
        print(f"{plain(arguments.out)}: {_size(found)}.")
    else:
        print("\n".join(_told(found, arguments.library)))
    return 0


def _size(found: "Map") -> str:
    regions = f", {counted(len(found.labels), 'named region')}" if found.labels else ""
    return f"{counted(len(found), 'paper')}{regions}"


def _told(found: "Map", library: str) -> Iterator[str]:
    yield f"The map of {plain(library)}: {_size(found)}."
    if found.later:
        yield (
            f"{counted(found.later, 'paper')} came after it was made and stand beside those "
            "nearest to them; --refresh lays everything out anew."
        )
    shown = [each for each in found.labels if each.level == 0][:_NAMED]
    for each in shown:
        yield f"  {plain(each.label)} ({counted(each.size, 'paper')})"
    if len(found.labels) > len(shown):
        yield f"  and {len(found.labels) - len(shown):,} smaller ones"
    yield f"Draw it with: paperkin map {plain(library)} --out map.html"

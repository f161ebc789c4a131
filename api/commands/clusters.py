"""paperkin clusters: the subjects of a library."""

import argparse
import sys
from contextlib import closing

from ..arguments import Commands, add_command, add_json
from ..console import complain, print_json

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "clusters",
        _run,
        help="show the subjects of a library, and the papers of each",
        description=(
            "Show the library as a tree of named clusters. They are made when they are first asked "
            "for and then kept; papers that come later are put where they are nearest. With "
            "--refresh they are made again from all papers; ids and names stay as far as the "
            "papers stay together."
        ),
        example="paperkin clusters mylib --level 1",
    )
    parser.add_argument("--refresh", action="store_true", help="make the clusters again")
    parser.add_argument(
        "--level", type=int, metavar="N", help="only the clusters of one level; 0 is the coarsest"
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="the start of chance, when clusters are made (default: the one before, at first 0)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_json(parser)


def _run(arguments: argparse.Namespace) -> int:
    from ...index.errors import QueryError
    from ...search.opening import open as open_library
    from ...search.progress import ClusteringProgress, display_on
    from ..clusters_text import clusters_text

    level: int | None = arguments.level
    with open_library(arguments.library) as library:
        try:
            with closing(display_on(sys.stderr, quiet=arguments.quiet)) as display:
                clusters = library.clusters(
                    refresh=arguments.refresh,
                    seed=arguments.seed,
                    progress=ClusteringProgress(display),
                )
        except KeyboardInterrupt:
            complain("Stopped; the library is as it was.")
            return 1
        if level is not None and not 0 <= level < max(clusters.levels, 1):
            there = f"0 to {clusters.levels - 1}" if clusters.levels > 1 else "0 only"
            raise QueryError(f"There is no level {level}. The levels of this library are {there}.")
        if arguments.json:
            document = clusters.as_dict()
            if level is not None:
                document["clusters"] = [each.as_dict() for each in clusters.level(level)]
            print_json(document)
        else:
            print(clusters_text(clusters, level))
    return 0

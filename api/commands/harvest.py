"""paperkin harvest: papers from arXiv and OpenAlex into a library."""

import argparse
import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from ..arguments import CommandParser, Commands, add_command, add_json
from ..console import complain, counted, plain, print_json
from ..filling import add_making, outcomes_said, outcomes_values

if TYPE_CHECKING:
    from ...index.harvest import Arxiv, HarvestReport, OpenAlex

__all__ = ["add_to"]

_KEY = "OPENALEX_API_KEY"
_OPTIONS = {
    "arxiv": ("set", "raw"),
    "openalex": ("filter", "search", "new_by"),
}


def add_to(commands: Commands) -> None:
    """Make the command known to the command line."""
    parser = add_command(
        commands,
        "harvest",
        _run,
        help="get papers from arXiv or OpenAlex",
        description=(
            "Get papers from a service into a library, which is made if there is none. A harvest "
            "that was stopped goes on where it stopped when the same command is given; one that "
            "was finished asks for what came since. One request at a time, with pauses between."
        ),
        example="paperkin harvest mylib arxiv --set cs --from 2026-11-01",
    )
    parser.add_argument("service", metavar="SERVICE", help="arxiv or openalex")
    parser.add_argument(
        "--from",
        dest="since",
        default="",
        metavar="DATE",
        help="the first day: of changes (arxiv), of publication (openalex)",
    )
    parser.add_argument("--until", default="", metavar="DATE", help="the last day")
    parser.add_argument(
        "--mailto", type=_address, metavar="ADDRESS", help="tell the service who asks"
    )
    parser.add_argument("--pages", type=_count, metavar="N", help="stop after so many pages")
    arxiv = parser.add_argument_group("arxiv")
    arxiv.add_argument(
        "--set", metavar="SET", help="one set of arXiv's, such as cs or math:math:NT"
    )
    arxiv.add_argument(
        "--raw", action="store_true", help="ask for arXivRaw, which has the dates of all versions"
    )
    openalex = parser.add_argument_group(
        "openalex", f"A key of yours is taken from the environment: {_KEY}."
    )
    openalex.add_argument(
        "--filter", metavar="FILTER", help="such as topics.id:T10028,type:article"
    )
    openalex.add_argument("--search", metavar="WORDS", help="words that the works hold")
    openalex.add_argument(
        "--new-by",
        choices=("published", "created", "updated"),
        help="the date that tells what is new when all was read (default published, with 90 days "
        "before; the others take a paid key)",
    )
    build = parser.add_argument_group("the library")
    add_making(build, "the service has")
    manners = parser.add_argument_group("requests")
    manners.add_argument(
        "--base-url", metavar="URL", help="another address than the service's own, such as a mirror"
    )
    manners.add_argument(
        "--interval",
        type=_seconds,
        metavar="SECONDS",
        help="between two requests (default, and least but for a service on this machine: 3 for "
        "arxiv, 1 for openalex)",
    )
    manners.add_argument(
        "--timeout", type=_seconds, default=60.0, metavar="SECONDS", help="default 60"
    )
    manners.add_argument(
        "--patience",
        type=_seconds,
        default=3600.0,
        metavar="SECONDS",
        help="the longest wait that a service may ask for (default 3600); then the harvest stops",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_json(parser)


def _address(text: str) -> str:
    from ...search.harvesting import is_address

    if not is_address(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no e-mail address")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of pages (1 or more)")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _service(arguments: argparse.Namespace) -> "Arxiv | OpenAlex":
    from ...index.harvest import Arxiv, OpenAlex

    parser: CommandParser = arguments.parser
    if arguments.service not in _OPTIONS and arguments.library in _OPTIONS:
        # Said the other way round, as people do: paperkin harvest arxiv mylib.
        arguments.library, arguments.service = arguments.service, arguments.library
    if arguments.service not in _OPTIONS:
        parser.error(f"there is no service {arguments.service!r}: choose arxiv or openalex")
    for name, options in _OPTIONS.items():
        given = [each for each in options if getattr(arguments, each)]
        if given and name != arguments.service:
            parser.error(f"--{given[0].replace('_', '-')} goes with {name}")
    days = {"since": arguments.since, "until": arguments.until}
    address = {"address": arguments.base_url} if arguments.base_url else {}
    if arguments.service == "arxiv":
        return Arxiv(
            arguments.set or "", prefix="arXivRaw" if arguments.raw else "arXiv", **days, **address
        )
    return OpenAlex(
        arguments.filter or "",
        arguments.search or "",
        new_by=arguments.new_by or "published",
        mailto=arguments.mailto or "",
        key=os.environ.get(_KEY, "").strip(),
        **days,
        **address,
    )


def _run(arguments: argparse.Namespace) -> int:
    from ...index import threads
    from ...index.harvest import Manners, harvest
    from ...search.harvesting import HarvestBar, agent_of
    from ...search.progress import display_on

    service = _service(arguments)
    # Searches go first.
    threads.yield_to_others()
    try:
        with closing(display_on(sys.stderr, quiet=arguments.quiet)) as display:
            report = harvest(
                arguments.library,
                service,
                agent=agent_of(arguments.mailto or ""),
                model=arguments.model,
                language=arguments.language,
                restore=arguments.restore,
                pages=arguments.pages,
                manners=Manners(
                    interval=arguments.interval,
                    timeout=arguments.timeout,
                    patience=arguments.patience,
                ),
                progress=HarvestBar(display, service.name),
            )
    except KeyboardInterrupt:
        complain("Stopped. The same command goes on from there.")
        return 1
    if arguments.json:
        print_json(_values(arguments.library, report))
    else:
        print(_text(arguments.library, report))
    return 0


def _values(library: str, report: "HarvestReport") -> dict[str, object]:
    return {
        "library": library,
        "papers": report.papers,
        "read": report.read,
        **outcomes_values(report),
        "deleted": report.deleted,
        "encoded": report.encoded,
        "seconds": round(report.seconds, 3),
        "since": report.since or None,
        "pages": report.pages,
        "requests": report.requests,
        "restarts": report.restarts,
        "complete": report.complete,
        "rejects": str(report.rejects) if report.rejects else None,
        "first_rejects": report.first_rejects,
        "first_deleted": report.first_deleted,
    }


def _text(library: str, report: "HarvestReport") -> str:
    if not report.requests:
        return "All that was asked for is in the library; nothing new can come."
    since = f", from {report.since} on" if report.since else ""
    lines = [
        f"Read {counted(report.read, 'record')}{since} in {report.seconds:,.1f} s "
        f"({counted(report.pages, 'page')}): {outcomes_said(report)}",
        f"{plain(library)} holds {counted(report.papers, 'paper')}.",
    ]
    if report.deleted:
        named = ", ".join(map(plain, report.first_deleted))
        lines.append(
            f"The service has deleted {counted(report.deleted, 'record')} ({named}"
            f"{', …' if report.deleted > len(report.first_deleted) else ''}). What the library has "
            "of them stays; paperkin remove takes it out."
        )
    if report.rejects is not None:
        lines += [f"  {plain(each)}" for each in report.first_rejects]
        lines.append(f"All rejected records are in {plain(str(report.rejects))}")
    if not report.complete:
        lines.append("There is more: the same command goes on from here.")
    return "\n".join(lines)

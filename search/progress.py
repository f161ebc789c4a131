"""How far long work is: a bar on a terminal or in a notebook, else a line now and then."""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

from ..index.characters import UNSEEN
from ..index.report import Progress, Report
from ..index.sources import Source
from .evaluate import EvaluationProgress
from .notebook_bar import NotebookBar, in_notebook

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = [
    "BuildProgress",
    "ClusteringProgress",
    "Display",
    "EncodingProgress",
    "EvaluationBar",
    "SearchProgress",
    "Status",
    "Wanted",
    "Watch",
    "counting",
    "display_for",
    "display_on",
    "watching",
]

Wanted = bool | None
"""Whether a person wants to see progress; None where nobody said: a notebook shows it then."""

_WINDOW = 30.0
"""Seconds that speed is measured over: long enough to be steady, short enough to follow a change
from recognising what is known to encoding what is new."""
_BAR_EVERY = 0.1
_LINE_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Status:
    """Where the work stands. `share` (0 to 1), `rate` (units a second) and `left` (seconds) are
    None as long as they are not known."""

    label: str
    done: int
    share: float | None = None
    rate: float | None = None
    left: float | None = None
    unit: str = "papers"

    def __str__(self) -> str:
        parts = [f"{self.done:,} {self.unit}"]
        if self.rate is not None:
            parts.append(f"{self.rate:,.0f}/s")
        if self.left is not None:
            parts.append(f"{_clock_time(self.left)} left")
        return ", ".join(parts)


def _plain(text: str) -> str:
    return UNSEEN.sub(" ", text)


def _clock_time(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


class Display(Protocol):
    """Shows a Status to a person."""

    def show(self, status: Status) -> None: ...
    def note(self, text: str) -> None: ...
    def close(self) -> None: ...


class _Bar:
    """One line that is drawn again and again, for a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[None] | None = None
        self._shown = -_BAR_EVERY

    def show(self, status: Status) -> None:
        from tqdm import tqdm

        now = time.monotonic()
        if now - self._shown < _BAR_EVERY:
            return
        self._shown = now
        drawn = "{percentage:3.0f}%|{bar}| " if status.share is not None else ""
        # What tqdm fills in stands in braces; ours are doubled.
        label, said = (
            text.replace("{", "{{").replace("}", "}}") for text in (status.label, str(status))
        )
        form = f"{label}: {drawn}{said}"
        if self._bar is None:
            self._bar = tqdm(
                total=100, bar_format=form, file=self._stream, dynamic_ncols=True, leave=False
            )
        self._bar.bar_format = form
        self._bar.n = 100 * (status.share or 0)
        self._bar.refresh()

    def note(self, text: str) -> None:
        if self._bar is not None:
            self._bar.clear()
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Lines:
    """A line now and then, for a log."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = time.monotonic()

    def show(self, status: Status) -> None:
        now = time.monotonic()
        if now - self._shown < _LINE_EVERY:
            return
        self._shown = now
        share = f"{status.share:.0%}, " if status.share is not None else ""
        self.note(f"{status.label}: {share}{status}")

    def note(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        pass


class _Nothing:
    def show(self, status: Status) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


def display_on(stream: TextIO, *, quiet: bool = False) -> Display:
    """What fits a stream: a bar if it is a terminal, nothing if `quiet`. Close it at the end."""
    if quiet:
        return _Nothing()
    return _Bar(stream) if stream.isatty() else _Lines(stream)


def display_for(wanted: Wanted) -> Display:
    """What fits where Python runs: a bar in a notebook; elsewhere, where it is wanted, what
    `display_on` shows on stderr. Close it at the end."""
    if wanted is not False and in_notebook():
        return NotebookBar()
    return display_on(sys.stderr, quiet=not wanted)


@contextmanager
def watching(progress: Progress | Wanted) -> Iterator[Progress | None]:
    """What watches a build that is called from Python: what was given, or a bar where one is
    wanted; None for nobody."""
    if isinstance(progress, Progress):
        yield progress
        return
    with closing(display_for(progress)) as display:
        yield None if isinstance(display, _Nothing) else BuildProgress(display)


Watch = Callable[[int, int], None]


@contextmanager
def counting(progress: Watch | Wanted, label: str, unit: str) -> Iterator[Watch | None]:
    """What is told how many of how many are done, where work is called from Python: what was given,
    or a bar where one is wanted; None for nobody."""
    if callable(progress):
        yield progress
        return
    with closing(display_for(progress)) as display:
        shown = EncodingProgress(display)
        shown.label, shown.unit = label, unit
        yield None if isinstance(display, _Nothing) else shown


class _Pace:
    """Speed over the last seconds, from sightings of how much is done."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int, float]] = deque()

    def note(self, papers: int, share: float) -> tuple[float | None, float | None]:
        """Papers a second, and seconds left until `share` is 1; None while unknown."""
        now = self._clock()
        self._seen.append((now, papers, share))
        while len(self._seen) > 2 and self._seen[1][0] <= now - _WINDOW:
            self._seen.popleft()
        then, papers_then, share_then = self._seen[0]
        if now - then < 1 or papers <= papers_then:
            return None, None
        rate = (papers - papers_then) / (now - then)
        speed = (share - share_then) / (now - then)
        return rate, (1 - share) / speed if speed > 0 else None


class BuildProgress(Progress):
    """Follows a build, file by file. How many papers a file holds is known only at its end, so
    the share is that of its bytes (as they lie on disk, packed or not)."""

    def __init__(self, display: Display, clock: Callable[[], float] = time.monotonic) -> None:
        self._display = display
        self._clock = clock
        self._pace = _Pace(clock)
        self._label = ""
        self._location = ""
        self._size = 0
        self._papers = 0
        self._begin = 0
        self._ends: deque[int] = deque()
        """Where the batches end that are read and not yet committed."""

    def reading(self, source: Source, number: int, count: int) -> None:
        self._label = f"[{number + 1}/{count}] {_plain(source.name)}"
        self._location = source.location
        try:
            self._size = os.stat(source.location).st_size
        except OSError:
            self._size = 0
        self._begin = 0
        self._ends.clear()
        self._pace = _Pace(self._clock)
        self._show(self._papers, 0)

    def read(self) -> None:
        self._ends.append(self._position())

    def encoding(self, done: int, total: int) -> None:
        read = self._ends[0] if self._ends else self._position()
        part = done / total if total else 1.0
        self._show(self._papers + done, self._begin + (read - self._begin) * part)

    def committed(self, report: Report, source: Source) -> None:
        self._papers = report.read
        self._begin = self._ends.popleft() if self._ends else self._position()
        self._show(self._papers, self._begin)

    def note(self, text: str) -> None:
        self._display.note("\n".join(_plain(line) for line in text.splitlines()))

    def _position(self) -> int:
        place = _position(self._location)
        # Asked only when records have come: a file that is not open any more was read to its end.
        return self._size if place is None else place

    def _show(self, papers: int, position: float) -> None:
        share = min(position / self._size, 1.0) if self._size else 0.0
        rate, left = self._pace.note(papers, share)
        known = share if share > 0 else None
        self._display.show(Status(self._label, papers, known, rate, left))


class EvaluationBar(BuildProgress, EvaluationProgress):
    """Follows an evaluation, and the build before it."""

    _asking: _Pace | None = None

    def searching(self, done: int, total: int) -> None:
        self._asking = self._asking or _Pace(self._clock)
        share = done / total
        rate, left = self._asking.note(done, share)
        self._display.show(Status("Searching", done, share, rate, left, unit="queries"))


class EncodingProgress:
    """Follows a rebuild: call it with how many of how many papers are encoded."""

    label = "Encoding"
    unit = "papers"

    def __init__(self, display: Display, clock: Callable[[], float] = time.monotonic) -> None:
        self._display = display
        self._pace = _Pace(clock)

    def __call__(self, done: int, total: int) -> None:
        share = done / total if total else 1.0
        rate, left = self._pace.note(done, share)
        self._display.show(Status(self.label, done, share, rate, left, self.unit))


class SearchProgress(EncodingProgress):
    """Follows the answers to many queries in the same way."""

    label = "Searching"
    unit = "queries"


class ClusteringProgress(EncodingProgress):
    """The same for clustering."""

    label = "Clustering"


def _position(location: str) -> int | None:
    """How far this process has read a file; None where it does not have it open.

    A reader keeps its file to itself, and some read through a library of their own; the operating
    system knows the place in any case.
    """
    try:
        wanted = os.stat(location)
        for name in os.listdir("/dev/fd"):
            handle = int(name)
            try:
                if os.path.samestat(os.fstat(handle), wanted):
                    return os.lseek(handle, 0, os.SEEK_CUR)
            except OSError:  # closed meanwhile, or a pipe
                continue
    except OSError:
        pass
    return None

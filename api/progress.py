"""How far a build or a rebuild is, on stderr: a bar on a terminal, else a line now and then."""

import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TextIO

from ..index.report import Progress, Report
from ..index.sources import Source
from .console import plain

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["BuildProgress", "Display", "EncodingProgress", "Status", "display_on"]

_WINDOW = 30.0
"""Seconds that speed is measured over: long enough to be steady, short enough to follow a change
from recognising what is known to encoding what is new."""
_BAR_EVERY = 0.1
_LINE_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Status:
    """Where the work stands. `share` (0 to 1), `rate` (papers a second) and `left` (seconds) are
    None as long as they are not known."""

    label: str
    papers: int
    share: float | None = None
    rate: float | None = None
    left: float | None = None

    def __str__(self) -> str:
        parts = [f"{self.papers:,} papers"]
        if self.rate is not None:
            parts.append(f"{self.rate:,.0f}/s")
        if self.left is not None:
            parts.append(f"{_clock_time(self.left)} left")
        return ", ".join(parts)


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
        if self._bar is None:
            self._bar = tqdm(total=100, file=self._stream, dynamic_ncols=True, leave=False)
        drawn = "{percentage:3.0f}%|{bar}| " if status.share is not None else ""
        label, said = (text.replace("{", "{{").replace("}", "}}") for text in (status.label, str(status)))
        self._bar.bar_format = f"{label}: {drawn}{said}"
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


def display_on(stream: TextIO) -> Display:
    """What fits a stream: a bar if it is a terminal."""
    return _Bar(stream) if stream.isatty() else _Lines(stream)


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

    def __enter__(self) -> "BuildProgress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._display.close()

    def reading(self, source: Source, number: int, count: int) -> None:
        self._label = f"[{number + 1}/{count}] {plain(source.name)}"
        self._location = source.location
        try:
            self._size = os.stat(source.location).st_size
        except OSError:
            self._size = 0
        self._begin = 0
        self._pace = _Pace(self._clock)
        self._show(self._papers, 0)

    def encoding(self, done: int, total: int) -> None:
        read = _position(self._location) or self._begin
        part = done / total if total else 1.0
        self._show(self._papers + done, self._begin + (read - self._begin) * part)

    def committed(self, report: Report, source: Source) -> None:
        self._papers = report.read
        self._begin = _position(source.location) or self._begin
        self._show(self._papers, self._begin)

    def note(self, text: str) -> None:
        self._display.note("\n".join(plain(line) for line in text.splitlines()))

    def _show(self, papers: int, position: float) -> None:
        share = min(position / self._size, 1.0) if self._size else 0.0
        rate, left = self._pace.note(papers, share)
        known = share if share > 0 else None
        self._display.show(Status(self._label, papers, known, rate, left))


class EncodingProgress:
    """Follows a rebuild: call it with how many of how many papers are encoded."""

    def __init__(self, display: Display, clock: Callable[[], float] = time.monotonic) -> None:
        self._display = display
        self._pace = _Pace(clock)

    def __call__(self, done: int, total: int) -> None:
        share = done / total if total else 1.0
        rate, left = self._pace.note(done, share)
        self._display.show(Status("Encoding", done, share, rate, left))


def _position(location: str) -> int | None:
    """How far this process has read a file; None where it has not opened it.

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


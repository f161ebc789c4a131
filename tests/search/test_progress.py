"""What a person sees of a build that goes on."""

import io
from pathlib import Path

import pytest

from paperkin.index.report import Report
from paperkin.index.sources import Source
from paperkin.search.progress import (
    BuildProgress,
    EncodingProgress,
    EvaluationBar,
    Status,
    display_on,
)


class Recorded:
    """A display that keeps what it was shown."""

    def __init__(self) -> None:
        self.shown: list[Status] = []

    def show(self, status: Status) -> None:
        self.shown.append(status)

    def note(self, text: str) -> None:
        self.shown.append(Status(text, 0))

    def close(self) -> None:
        pass


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "a\x1b.jsonl").write_bytes(bytes(1000))
    return Source(str(tmp_path / "a\x1b.jsonl"), "a\x1b.jsonl", True)


def test_share_and_time_left_come_from_the_bytes_read(source: Source) -> None:
    display, clock = Recorded(), Clock()
    progress = BuildProgress(display, clock)
    progress.reading(source, 1, 3)
    assert display.shown[-1] == Status("[2/3] a .jsonl", 0)
    with open(source.location, "rb", buffering=0) as file:
        file.read(400)
        clock.now += 10
        # Half of the first batch, which is the first 400 bytes.
        progress.encoding(50, 100)
        assert display.shown[-1] == Status("[2/3] a .jsonl", 50, 0.2, 5.0, 40.0)
        clock.now += 10
        progress.committed(Report(read=100), source)
        assert display.shown[-1] == Status("[2/3] a .jsonl", 100, 0.4, 5.0, 30.0)
        file.read()
    progress.encoding(25, 50)
    assert display.shown[-1].share == pytest.approx(0.7)
    progress.committed(Report(read=150), source)
    assert display.shown[-1].share == 1


def test_what_is_read_ahead_is_not_done(source: Source) -> None:
    display, clock = Recorded(), Clock()
    progress = BuildProgress(display, clock)
    progress.reading(source, 0, 1)
    with open(source.location, "rb", buffering=0) as file:
        for _ in range(3):
            file.read(300)
            progress.read()
        progress.encoding(50, 100)
        assert display.shown[-1].share == pytest.approx(0.15)
        progress.committed(Report(read=100), source)
        assert display.shown[-1].share == pytest.approx(0.3)
        progress.encoding(50, 100)
        assert display.shown[-1].share == pytest.approx(0.45)
        assert display.shown[-1].done == 150


def test_speed_is_that_of_the_last_half_minute() -> None:
    display, clock = Recorded(), Clock()
    progress = EncodingProgress(display, clock)
    progress(0, 2000)
    for done in range(100, 700, 100):
        clock.now += 10
        progress(done, 2000)
    clock.now += 10
    progress(1600, 2000)
    # 1,000 in the last ten seconds and 200 in the twenty before.
    assert display.shown[-1].rate == pytest.approx(40)
    assert display.shown[-1].left == pytest.approx(10)


def test_an_evaluation_counts_queries() -> None:
    display, clock = Recorded(), Clock()
    progress = EvaluationBar(display, clock)
    progress.searching(1, 11)
    clock.now += 5
    progress.searching(6, 11)
    assert display.shown[-1] == Status("Searching", 6, 6 / 11, 1.0, pytest.approx(5), "queries")


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status("a", 1234), "1,234 papers"),
        (Status("a", 5, 0.1, 17.4, 61), "5 papers, 17/s, 1:01 left"),
        (Status("a", 5, 0.1, 1234.5, 7384), "5 papers, 1,234/s, 2:03:04 left"),
    ],
)
def test_status_in_words(status: Status, text: str) -> None:
    assert str(status) == text


def test_a_log_gets_notes_and_no_drawing() -> None:
    stream = io.StringIO()
    display = display_on(stream)
    display.note("Loading the model …")
    for _ in range(1000):
        display.show(Status("a", 1, 0.5))
    display.close()
    assert stream.getvalue() == "Loading the model …\n"


def test_quiet_is_quiet() -> None:
    stream = io.StringIO()
    display = display_on(stream, quiet=True)
    display.note("Loading the model …")
    display.show(Status("a", 1, 0.5))
    display.close()
    assert stream.getvalue() == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar() -> None:
    stream = Terminal()
    display = display_on(stream)
    display.show(Status("[1/1] {odd}.csv", 300, 0.25, 10.0, 90.0))
    display.close()
    drawn = stream.getvalue().split("\r")
    assert drawn[1].startswith("[1/1] {odd}.csv:  ")
    assert drawn[-3].startswith("[1/1] {odd}.csv:  25%|")
    assert drawn[-3].endswith("| 300 papers, 10/s, 1:30 left")

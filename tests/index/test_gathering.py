"""Callers that are served together: none waits for others to come, each gets its own result."""

import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType

import pytest

from paperkin.index.gathering import Gathering


class Interrupted(BaseException):
    """As KeyboardInterrupt is, which would stop pytest."""


class Work:
    """Squares numbers, and waits in the first round until it may go on."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.rounds.append(list(items))
        self.begun.set()
        assert self.go_on.wait(10)
        if items[0] == 7:
            raise Interrupted
        if 13 in items:
            raise ValueError("unlucky")
        return [each * each for each in items]


def asked(gathering: Gathering[int, int], numbers: Sequence[int], work: Work) -> dict[int, object]:
    """What each of some threads gets that ask one after the other, while the first is served."""
    found: dict[int, object] = {}

    def ask(number: int) -> None:
        try:
            found[number] = gathering.ask(number % 2, number)
        except (ValueError, Interrupted) as error:
            found[number] = error

    threads = []
    for waiting, number in enumerate(numbers):
        threads.append(threading.Thread(target=ask, args=(number,), daemon=True))
        threads[-1].start()
        assert work.begun.wait(10)
        while len(gathering._line) < waiting:
            time.sleep(0.001)
    work.go_on.set()
    for each in threads:
        each.join(10)
        assert not each.is_alive()
    return found


def test_who_comes_meanwhile_is_served_with_others_of_its_kind() -> None:
    work = Work()

    found = asked(Gathering(work, 3), [1, 2, 3, 4, 5, 6, 8], work)

    assert found == {number: number * number for number in (1, 2, 3, 4, 5, 6, 8)}
    # The first at once and alone; then the kind of the first in line, at most three at a time.
    assert work.rounds == [[1], [2, 4, 6], [3, 5], [8]]


def test_one_that_fails_holds_up_nobody() -> None:
    work = Work()

    found = asked(Gathering(work, 16), [2, 13, 15, 4], work)

    assert (found[2], found[4]) == (4, 16)
    assert [str(found[number]) for number in (13, 15)] == ["unlucky", "unlucky"]
    with pytest.raises(ValueError, match="unlucky"):
        Gathering(work, 16).ask(1, 13)


def test_an_interrupt_ends_nobody_elses_wait() -> None:
    work = Work()

    found = asked(Gathering(work, 16), [2, 7, 9, 4], work)

    assert isinstance(found.pop(7), Interrupted)
    assert found == {2: 4, 9: 81, 4: 16}


def test_whoever_stops_waiting_leaves_the_line() -> None:
    work = Work()
    gathering = Gathering(work, 16)
    found: list[int] = []
    first = threading.Thread(target=lambda: found.append(gathering.ask(0, 2)))
    first.start()
    assert work.begun.wait(10)

    def interrupt(_: int, __: FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Interrupted):
            gathering.ask(1, 3)
    finally:
        signal.signal(signal.SIGALRM, before)
    work.go_on.set()
    first.join(10)

    assert found == [4]
    later = threading.Thread(target=lambda: found.append(gathering.ask(1, 5)), daemon=True)
    later.start()
    later.join(10)
    assert found == [4, 25]
    assert work.rounds == [[2], [5]]

"""Searches of many threads at once: each gets the answer that it gets alone."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

import paperkin
from paperkin.search.library import Library

QUESTIONS = [
    "how do memories form while we sleep",
    "bread dough",
    "bees and flowers",
    "steel bridges",
    "whales singing in the sea",
    "galaxies and dark matter",
    "attention for long documents",
    "a kettle that boils",
]


def answer(library: Library, question: str) -> list[tuple[str, float, float | None]]:
    return [(hit.id, hit.score, hit.confidence) for hit in library.search(question, 10)]


def test_sixteen_threads_get_the_answers_that_each_gets_alone(demo_library: Library) -> None:
    questions = [f"{each} {more}" for each in QUESTIONS for more in ("today", "in winter", "")]
    with paperkin.open(demo_library.path) as one:
        alone = {each: answer(one, each) for each in questions}
    found: dict[str, list[tuple[str, float, float | None]]] = {}
    # Opened anew: nothing was asked of it.
    with paperkin.open(demo_library.path) as many:
        begin = threading.Barrier(16)

        def ask(first: int) -> None:
            begin.wait()
            for each in questions[first::16]:
                found[each] = answer(many, each)

        threads = [threading.Thread(target=ask, args=(first,)) for first in range(16)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert found == alone
    assert all(alone.values())


def test_a_question_that_was_just_asked_is_not_encoded_again(
    demo_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with paperkin.open(demo_library.path) as library:
        encoding = library.engine._encoding
        with library.engine.views.current() as (_, view):
            encoder = encoding.encoder(view)
            plain = encoder.encode_query
            asked: list[str] = []

            def noted(text: str) -> NDArray[np.float32]:
                asked.append(text)
                return plain(text)

            monkeypatch.setattr(encoder, "encode_query", noted)
            first = answer(library, "why cats purr")
            assert answer(library, "why cats purr") == first
            assert len(library.search("why cats purr", 5, offset=5)) == 5
            assert asked == ["why cats purr"]

            encoding.begin("why dogs bark", view)
            vector = encoding.query("why dogs bark", view)
            np.testing.assert_array_equal(vector, plain("why dogs bark"))
            assert asked == ["why cats purr", "why dogs bark"]


LATE = """\
import sys, threading, time
import paperkin

library = paperkin.open(sys.argv[1])

def search():
    threading.main_thread().join()
    print([hit.id for hit in library.search("bread dough", 3)], flush=True)

threading.Thread(target=search).start()
"""
FORKED = """\
import os, sys, warnings
import paperkin

warnings.simplefilter("ignore")
library = paperkin.open(sys.argv[1])
library.search("why cats purr", 3)
child = os.fork()
if not child:
    print([hit.id for hit in library.search("bread dough", 3)], flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


@pytest.mark.parametrize("program", [LATE, FORKED], ids=["a thread that outlives", "a fork"])
def test_a_search_needs_no_other_thread(demo_library: Library, program: str) -> None:
    expected = [hit.id for hit in demo_library.search("bread dough", 3)]
    found = subprocess.run(
        [sys.executable, "-c", program, str(demo_library.path)],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ,
    )
    assert found.stdout == f"{expected}\n", found.stderr

"""Sentences of abstracts: what ends one, what does not, and that nothing is lost."""

import random
import time
from itertools import pairwise

import pytest

from paperkin.search.sentences import LONGEST, sentences


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["We use it, e.g. here.", "It works, i.e. well."],
        ["Smith et al. (2020) say 0.95 is best.", "Smith et al. show more.", "We agree."],
        ["It was Smith et al.", "We agree."],
        ["See Fig. 3 and Eq. (4) in Sec. A.", "Then stop."],
        ["Samples are i.i.d. and few.", "Samples are i.i.d.", "The rest is not."],
        ["J. Smith and A.-L. Moreau wrote it.", "In class C.", "The end."],
        ["Cats vs. Dogs at approx. 5 mg.", "No. 5 is in.", "We say no.", "Dr. Bell does."],
        ["Version 2.0.1 runs on Python 3.11.", "It holds for p < .05.", "We won."],
        ["Really?", "Yes!", "Well... maybe (we hope).", '"Quoted," they said.', "Then…", "Done."],
        ["This uses k-means and p53.", "mRNA rises.", "k-means is slow.", "They live in the U.S."],
        ["Yahoo! answers are one sentence.", "Another is here"],
        ["1. First we count.", "2. Then we measure."],
        ["a text without capitals.", "it goes on e.g. like this.", "and ends here"],
        ["the old ones put spaces .", "before their marks .", "so they do"],
        ["只有一句。", "他说「好。」", "真的吗？", "是！", "没有结尾"],
        ["これは文です。", "次の文です。"],
        ["هل هذا صحيح؟", "نعم."],
        ["यह पहला है।", "यह दूसरा है।"],
        ["A single sentence without an end"],
    ],
)
def test_a_text_of_sentences_is_taken_apart(parts: list[str]) -> None:
    between = "" if "。" in parts[0] else " "
    assert said(between.join(parts)) == parts
    assert said("  " + f"{between}\n".join(parts) + " \n") == parts


def test_lines_and_items_part_sentences_where_marks_are_lacking() -> None:
    assert said("Aims\n\nWe count\nbirds.\n- one kind\n- another") == [
        "Aims",
        "We count\nbirds.",
        "- one kind",
        "- another",
    ]
    assert said("It ends here.The next begins. Node.js and a.Com stay.") == [
        "It ends here.",
        "The next begins.",
        "Node.js and a.Com stay.",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t \n"])
def test_nothing_has_no_sentence(text: str) -> None:
    assert sentences(text) == []


def test_what_is_too_long_is_cut_where_it_hurts_least() -> None:
    clause = "the first thing is counted with much care and then it is counted again"
    parts = said("; ".join([clause] * 70))
    assert len(parts) > 70 * len(clause) // LONGEST
    assert all(part.startswith("the first") for part in parts)
    assert all(part.endswith("again;") for part in parts[:-1])
    assert {len(part) for part in said("词" * 5000)} <= set(range(200, LONGEST + 1))
    assert all(part.split() == ["word"] * len(part.split()) for part in said("word " * 1000))
    assert all(not part.startswith("\u0301") for part in said("e\u0301" * 3000))


def test_spans_hold_every_letter_once_whatever_the_text() -> None:
    pieces = ["word", "The", "e.g.", " ", ". ", ".", "?", "\n", "。", "a", "(", ")", '"', "e\u0301"]
    pieces += ["5", " - ", "\n\n", ",", "؟ ", "…", "J.", "？」", "W" * 700]
    pick = random.Random(7)
    for _ in range(500):
        text = "".join(pick.choices(pieces, k=pick.randrange(120)))
        spans = sentences(text)
        assert "".join("".join(part.split()) for part in said(text)) == "".join(text.split())
        assert all(0 < end - start <= LONGEST for start, end in spans)
        assert all(text[start:end] == text[start:end].strip() for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize("piece", [".", ". ", "\n", "e.g. ", "a. ", ")", "\n- ", "。", "x", "؟"])
def test_no_text_takes_long(piece: str) -> None:
    begin = time.perf_counter()
    sentences(piece * 50_000 + "A")
    assert time.perf_counter() - begin < 10

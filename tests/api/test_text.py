"""Answers on a terminal: widths, what is left out, what never gets there."""

import re

import pytest

from paperkin.api.console import plain
from paperkin.api.lines import wrap
from paperkin.api.text import hits_text, paper_text
from paperkin.index.paper import Paper
from paperkin.search.hits import Hit, Hits
from paperkin.search.why import FoundWord, Sentence, Why


def page(*papers: Paper, total: int = 99, offset: int = 0) -> Hits:
    hits = tuple(Hit(offset + n, 0.5, paper) for n, paper in enumerate(papers, start=1))
    return Hits(hits, total, offset, "hybrid", query="q")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("  spaces   between  ", 20, ["spaces between"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("a longerword", 5, ["a", "longe", "rword"]),
        ("面向长文档的稀疏注意力", 10, ["面向长文档", "的稀疏注意", "力"]),
        ("e\u0301te\u0301 ici", 7, ["e\u0301te\u0301 ici"]),
        ("", 10, []),
    ],
)
def test_wrap_counts_columns(text: str, width: int, lines: list[str]) -> None:
    assert list(wrap(text, width)) == lines


def test_nothing_of_a_paper_can_command_the_terminal() -> None:
    nasty = "a\x1b[31mb\x07c\x9bd\u202ee\rf\ng\u2028h\ud800i"
    paper = Paper("pk:\x1b1", nasty, nasty, (nasty,), venue=nasty, url=nasty, categories=(nasty,))
    for text in (plain(nasty), hits_text(page(paper)), paper_text(paper)):
        for control in "\x1b\x07\x9b\u202e\r\u2028\ud800":
            assert control not in text
        assert "a [31mb c d e f g h i" in text


def test_two_lines_of_the_abstract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    paper = Paper("pk:1", "T", "word " * 40, ("A", "B", "C", "D"), year=2020, venue="V")
    assert hits_text(page(paper, offset=9)).splitlines() == [
        "10. T",
        "    A, B, C et al. · 2020 · V",
        "    pk:1",
        "    word word word word word word word word",
        "    word word word word word word word word…",
        "",
        "Places 10 to 10 of 99. Go on with --offset 10.",
    ]


def test_it_says_how_sure_it_is() -> None:
    hit = Hit(1, 0.91, Paper("pk:1", "T", url="https://x.example"), confidence=0.374)
    weak = Hits((hit,), 1, 0, "hybrid", query="q", verdict="weak", remark="Little here fits.")
    lines = hits_text(weak).splitlines()
    assert lines[0] == "Little here fits."
    assert "    pk:1 · https://x.example · 37% sure" in lines


def test_a_full_line_makes_room_for_the_ellipsis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    lines = hits_text(page(Paper("pk:1", "T", "x" * 200))).splitlines()
    assert lines[2:4] == ["    " + "x" * 40, "    " + "x" * 38 + "…"]


def test_a_short_abstract_has_no_ellipsis() -> None:
    assert "…" not in hits_text(page(Paper("pk:1", "T", "All of it.")))


EXPLAINED = Why(
    {"meaning": 0.4, "words": 0.2, "neighbours": -0.1},
    (FoundWord("nets", "Net", "title", ((0, 3),)), FoundWord("nets", "net", "abstract", ((0, 3),))),
    ("gone",),
    Sentence("The one that is meant.", 120, 142, 0.625),
)
ABSTRACT = "word " * 24 + "The one that is meant. " + "rest " * 40


def explained(why: Why = EXPLAINED, abstract: str = ABSTRACT) -> str:
    hits = Hits((Hit(1, 0.5, Paper("pk:1", "Net", abstract), why=why),), 1, 0, "hybrid", query="q")
    return hits_text(hits)


def test_off_a_terminal_the_sentence_has_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert explained().splitlines()[4:-2] == [
        "    closest sentence (cosine 0.625): The one that is",
        "      meant.",
        "    found: net (title and abstract)",
        "    not found: gone",
        "    score 0.5000 = meaning 0.4000 + words 0.2000 -",
        "      neighbours 0.1000",
    ]


def test_on_a_terminal_the_sentence_is_bold_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    text = explained()
    assert "    … \x1b[1mThe one that is meant.\x1b[0m rest rest rest\n" in text
    assert "    closest sentence (cosine 0.625): in bold\n" in text
    for begin in range(0, 500, 7):
        abstract = "a b\x1b[31m c d " * 60
        said = abstract[begin : begin + 90].strip()
        start = abstract.index(said, begin)
        why = Why({}, sentence=Sentence(said, start, start + len(said), None))
        marked = explained(why, abstract)
        bold = re.findall("\x1b\\[1m(.*?)\x1b\\[0m", marked)
        assert bold[0] == "Net"
        assert "".join(bold[1:]).replace(" ", "") == plain(said).replace(" ", "")
        assert "\x1b[31m" not in marked
    wide = "稀疏注意力。" * 30
    marked = explained(Why({}, sentence=Sentence(wide[60:66], 60, 66, None)), wide)
    assert "\x1b[1m稀疏注意力。\x1b[0m" in marked
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in explained()


def test_no_word_of_an_explanation_commands_the_terminal() -> None:
    nasty = "a\x1b[31mb\x07\x9b\u202e\r"
    word = FoundWord(nasty, nasty, "title", ((0, 1),))
    text = explained(Why({"meaning": 1}, (word,), (nasty,), Sentence(nasty, 0, 9, 0.5)), nasty)
    for control in "\x1b\x07\x9b\u202e\r":
        assert control not in text

"""Answers on a terminal: widths, what is left out, what never gets there."""

import pytest

from paperkin.api.console import plain
from paperkin.api.lines import wrap
from paperkin.api.text import hits_text, paper_text
from paperkin.index.paper import Paper
from paperkin.search.hits import Hit, Hits


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


def test_a_full_line_makes_room_for_the_ellipsis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    lines = hits_text(page(Paper("pk:1", "T", "x" * 200))).splitlines()
    assert lines[2:4] == ["    " + "x" * 40, "    " + "x" * 38 + "…"]


def test_a_short_abstract_has_no_ellipsis() -> None:
    assert "…" not in hits_text(page(Paper("pk:1", "T", "All of it.")))

from pathlib import Path

import pytest

from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.readers.glued import unglued
from paperkin.index.record import Record
from paperkin.index.sources import Source

SHARED = Path(__file__).resolve().parents[2].parent / "shared"

LONG = (
    "Kites that are flown in gusty wind are hard to keep in the air. We present a controller that "
    "learns the weight of the tail from a few flights. On three beaches it keeps a kite up for "
    "twice as long as a careful child does, and it needs no more string. "
)
PAPERS = [
    ("KiteNet: Learning to Fly on a String", LONG * 2),
    ("Tails and their weight", LONG * 3),
    ("mKite: small kites", "A note on small kites, which are flown indoors. " + LONG),
    (
        "On the long and winding question of why some kites that are built by hand out of paper "
        "and glue by children of ten stay in the air and others, by engineers, do not at all",
        LONG * 2,
    ),
    ("Is wind all you need?", "We show that it is not. Kites need a string as well."),
    ("Strings", LONG),
    ("Paper, glue and the sky", LONG * 4),
]
FURNITURE = ["Merkliste", "Log in to see your kites!", "Heute", "Abonnieren", "von A und B"]


def page_of(tmp_path: Path, lines: list[str], *, gap: str = "\n") -> Source:
    path = tmp_path / "page.txt"
    path.write_text(gap.join(lines), encoding="utf-8")
    return Source(str(path), path.name, explicit=True)


def flat(papers: list[tuple[str, str]]) -> list[str]:
    return [line for paper in papers for line in paper]


def found_in(source: Source) -> list[tuple[str, str]]:
    assert recognise(source) == "pages"
    made = list(read(source))
    assert all(isinstance(item, Record) for item in made)
    return [(item.title, item.abstract) for item in made if isinstance(item, Record)]


def stripped(papers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(title, abstract.strip()) for title, abstract in papers]


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n", "\n \n\n"])
@pytest.mark.parametrize("furniture", [[], FURNITURE])
def test_titles_and_abstracts_in_turn(tmp_path: Path, gap: str, furniture: list[str]) -> None:
    source = page_of(tmp_path, [*furniture, *flat(PAPERS), *furniture], gap=gap)
    assert found_in(source) == stripped(PAPERS)


def test_line_numbers_are_those_of_the_titles(tmp_path: Path) -> None:
    source = page_of(tmp_path, [*FURNITURE, *flat(PAPERS)], gap="\n\n")
    places = [(item.where.line, item.where.record) for item in read(source)]
    assert places == [(11 + 4 * n, 1 + n) for n in range(len(PAPERS))]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_furniture_between_papers_is_left_out(tmp_path: Path, gap: str) -> None:
    lines = [
        line
        for title, abstract in PAPERS
        for line in ("Neu", "12", title, abstract, "3 Autoren", "Merken")
    ]
    assert found_in(page_of(tmp_path, lines, gap=gap)) == stripped(PAPERS)


def test_further_paragraphs_belong_to_the_abstract(tmp_path: Path) -> None:
    tails = ["Code is at https://example.org/kites.", "All kites were returned to their owners."]
    lines = [line for title, abstract in PAPERS[:4] for line in (title, abstract, LONG, *tails)]
    papers = found_in(page_of(tmp_path, lines))
    assert [title for title, _ in papers] == [title for title, _ in PAPERS[:4]]
    assert all(abstract.endswith("\n".join([LONG.strip(), *tails])) for _, abstract in papers)


def wrapped(text: str) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > 72:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def test_a_page_wrapped_at_a_fixed_width(tmp_path: Path) -> None:
    lines = [wrapped(line) for line in [*FURNITURE, *flat(PAPERS)]]
    source = page_of(tmp_path, lines, gap="\n\n")
    assert found_in(source) == stripped(PAPERS)


@pytest.mark.parametrize("word", ["Subscribe", "Abonnieren", "Merkliste", "Sign up"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_word_that_sticks_to_the_first_title_is_taken_off(
    tmp_path: Path, word: str, gap: str
) -> None:
    first, *others = flat(PAPERS)
    source = page_of(tmp_path, ["Get kites by mail!", word + first, *others], gap=gap)
    assert found_in(source)[0][0] == PAPERS[0][0]


@pytest.mark.parametrize(
    "title",
    ["DrKite: a doctor", "mKite", "KiteNet", "3D Kites", "iKite and more", "Subscribe to Kites"],
)
def test_a_first_title_that_only_looks_glued_is_left(tmp_path: Path, title: str) -> None:
    abstract = f"We present {title.split(':')[0].split(' ')[0]}. " + LONG
    source = page_of(tmp_path, ["Get kites by mail!", title, abstract, *flat(PAPERS[1:])])
    assert found_in(source)[0][0] == title


def test_only_titles_after_furniture_are_unglued(tmp_path: Path) -> None:
    lines = flat([PAPERS[0], ("SubscribeStrings", LONG), PAPERS[1]])
    assert found_in(page_of(tmp_path, lines))[1][0] == "SubscribeStrings"


@pytest.mark.parametrize(
    ("title", "abstract", "furniture", "page", "expected"),
    [
        ("SubscribeStrings", LONG, [], "", "Strings"),
        ("SubscribemT5 flies", "We use mT5.", [], "", "mT5 flies"),
        ("Searching for wind", LONG, ["Search"], "", "Searching for wind"),
        ("Daily KitesStrings", LONG, ["Daily Kites"], "", "Strings"),
        ("ZwiebelKites in wind", LONG, [], "", "Kites in wind"),
        ("ZwiebelKites in wind", LONG, [], "Zwiebeln fly.", "ZwiebelKites in wind"),
        ("ZwiebelKites in wind", "The ZwiebelKites fly.", ["Zwiebel"], "", "ZwiebelKites in wind"),
        ("KiteNet", "We use nets of kites.", [], "", "KiteNet"),
    ],
)
def test_signs_of_a_glued_word(
    title: str, abstract: str, furniture: list[str], page: str, expected: str
) -> None:
    assert unglued(title, abstract, furniture, f"{title}\n{page}") == expected


def test_a_page_of_many_windows_loses_nothing(tmp_path: Path) -> None:
    papers = [(f"{title} {n}", abstract) for n in range(400) for title, abstract in PAPERS]
    # An odd number of lines in front, so that windows end between a title and its abstract.
    assert found_in(page_of(tmp_path, [*FURNITURE, *flat(papers)])) == stripped(papers)


def test_a_title_as_long_as_an_abstract_is_known_by_its_neighbours(tmp_path: Path) -> None:
    title = (
        "Kites in the wind. VII. Long flights of small kites over large beaches, flown by children "
        "who were told nothing about tails, compared with short flights of large kites over small "
        "beaches, flown by their parents, who knew everything about them"
    )
    papers = [*PAPERS * 5, (title, LONG * 3), *PAPERS * 5]
    assert found_in(page_of(tmp_path, flat(papers))) == stripped(papers)


BYLINES = [
    "Ann Lee, Bo Ek",
    "Dora van der Berg, J. R. O'Neil, and Jean-Luc Óg",
    "Fay Øst",
    "Wei Zhang*, Bo Ek†, Ann Lee1",
    "Ann Lee & Bo Ek",
    "Ann Lee; Bo Ek; " + "Cyril Miller, " * 20 + "Bo Ek",
    "Ann Lee, Bo Ek et al.",
]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("times", [1, 400])
def test_a_line_of_names_between_title_and_abstract(tmp_path: Path, gap: str, times: int) -> None:
    papers = [(f"{title} {n}", abstract) for n in range(times) for title, abstract in PAPERS]
    lines = [
        line
        for n, (title, abstract) in enumerate(papers)
        for line in (title, BYLINES[n % len(BYLINES)], abstract)
    ]
    source = page_of(tmp_path, [*FURNITURE, *lines], gap=gap)
    assert found_in(source) == stripped(papers)
    first, second, *_ = read(source)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.authors == ("Ann Lee", "Bo Ek")
    assert second.authors == ("Dora van der Berg", "J. R. O'Neil", "Jean-Luc Óg")


def test_a_title_of_two_capitals_is_no_line_of_names(tmp_path: Path) -> None:
    papers = [("Sparse Kites", LONG), *PAPERS[:3], ("Deep Wind", LONG * 2), *PAPERS[4:]]
    lines = [line for title, abstract in papers for line in ("Neu", title, abstract)]
    made = list(read(page_of(tmp_path, lines)))
    assert [(item.title, item.authors) for item in made if isinstance(item, Record)] == [
        (title, ()) for title, _ in papers
    ]


LICENCE = """
                        A Kite Licence, Version 2

   TERMS AND CONDITIONS FOR FLYING AND LENDING

   1. Definitions.

   "Kite" shall mean what is flown on a string, whoever holds that string, and
   all that hangs from it, tails included, as long as it hangs there.

   "You" shall mean whoever flies a kite by the permissions given here.

   (a) You must give any other flyer of the kite a copy of this licence;
       and

   (b) You must tell everybody on the beach in plain words that you changed
       the kite, and how, and when, before you let go of it. Nothing in this
       clause keeps you from changing it again. The wind is not a change.

   2. Disclaimer of Warranty. The kite is provided as it is, without warranties
   or conditions of any kind, express or implied. You alone decide whether the
   wind is fit for it.

   Copyright 2001 The Kite Club. All rights reserved.

   Licensed under the Kite Licence, Version 2: you may not fly this kite except
   in compliance with it. You may get a copy at the hut on the beach. Unless
   required by the tide, the kite is lent as it is.
"""


@pytest.mark.parametrize(
    "text",
    [
        LICENCE,
        "\n\n".join(["Preamble", *["We fly kites, in the wind, all day long. " * 6] * 9] * 2),
        "\n\n".join(f"Heading {n}\n=========\n\n{wrapped(LONG)}" for n in range(9)),
        "\n".join(f"users, and allow them to fly them {n}\n{LONG}" for n in range(9)),
    ],
    ids=["licence", "essay", "readme", "wrapped"],
)
def test_prose_is_no_page_even_when_it_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "LICENSE"
    path.write_text(text)
    with pytest.raises(SourceError, match="in none of the formats"):
        recognise(Source(str(path), path.name, explicit=True))


@pytest.mark.parametrize(
    "text",
    [
        LONG * 5 + "\n\n" + LONG * 5 + "\n\n" + LONG * 5,
        "\n\n".join(f"# Heading {n}\n\n{LONG}" for n in range(9)),
        "\n".join(f"word{n}" for n in range(900)),
        "def f(x):\n    return x\n" * 50,
    ],
    ids=["prose", "markdown", "list", "code"],
)
def test_other_text_is_no_page(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text)
    with pytest.raises(SourceError, match="in none of the formats"):
        recognise(Source(str(path), path.name, explicit=False))


@pytest.mark.skipif(not (SHARED / "pages").is_dir(), reason="no ../shared/pages")
def test_the_five_real_pages() -> None:
    counts = []
    for number in range(1, 6):
        path = SHARED / "pages" / f"page-{number}.txt"
        source = Source(str(path), path.name, explicit=False)
        papers = found_in(source)
        counts.append(len(papers))
        text = path.read_text(encoding="utf-8")
        for title, abstract in papers:
            assert "Subscribe" not in title
            assert 15 <= len(title) <= 180
            assert len(abstract) > 500
            assert title in text
            assert abstract in text
        # No long line is lost.
        assert sum(len(line) > 400 for line in text.split("\n")) == len(papers)
    assert counts == [76, 76, 260, 240, 98]
    assert sum(counts) == 750

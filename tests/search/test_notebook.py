"""An answer in a notebook: the table, and that no paper can write into the page."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from paperkin.index.paper import Paper
from paperkin.search.clusters import Cluster, Clusters
from paperkin.search.groups import Group
from paperkin.search.hits import Hit, Hits
from paperkin.search.library import Library
from paperkin.search.why import FoundWord, Sentence, Why

NASTY = "<script>alert(1)</script>\" onload='x' &amp; \x1b[31m\u202e\0 <b>"


class Table(HTMLParser):
    """Takes a table apart: the text of each cell, what is marked, every tag with attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.marked = ""
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag == "td":
            self.cells.append("")
        if tag != "br":
            self._open.append(tag)
        elif self.cells:
            self.cells[-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self._open:
            self.cells[-1] += data
        if "mark" in self._open:
            self.marked += data


def shown(paper: Paper, why: Why | None = None) -> Table:
    hits = Hits((Hit(1, 0.5, paper, why=why),), 9, 0, "hybrid", query=NASTY, corrected=NASTY)
    html = hits._repr_html_()
    for control in "\x1b\u202e\0":
        assert control not in html
    return Table(html)


def test_a_row_tells_what_a_reader_looks_for(small_library: Library) -> None:
    hits = small_library.search("why is my loaf so acidic", 2, explain=True)
    table = Table(hits._repr_html_())
    assert len(table.cells) == 2 * 4
    assert table.cells[0] == "1"
    assert table.cells[1].startswith(
        "Wild yeast in sourdough starters\nCyril Óg, Wei Zhang · Journal of Ferments · 2019\n"
    )
    assert table.cells[2] == f"{hits[0].confidence:.0%}"
    assert f"width:{hits[0].confidence:.0%}" in hits._repr_html_()
    assert table.cells[3].startswith(f"{hits[0].score:.4f}")
    assert table.links[0] == "https://doi.org/10.1000/yeast.2"
    first, second = (hit.why.sentence.text for hit in hits if hit.why and hit.why.sentence)
    assert table.marked == first + second


def test_nothing_of_a_paper_becomes_markup() -> None:
    paper = Paper(
        "pk:1", NASTY, NASTY * 20, (NASTY,) * 5, venue=NASTY, url=f"https://x.example/{NASTY}"
    )
    sentence = Sentence(paper.abstract[5:90], 5, 90, 0.5)
    word = FoundWord(NASTY, NASTY, "title", ((0, 3),))
    for why in (None, Why({NASTY: 0.5}, (word,), (NASTY,), sentence)):
        table = shown(paper, why)
        allowed = set("style div p b br table thead tbody tr th td a bdi mark span".split())
        assert table.tags <= allowed
        assert table.attributes <= {"class", "href", "target", "rel", "dir", "title"}
        assert "<script>alert(1)</script>" in table.cells[1]
        assert table.links == []
    assert table.marked.replace(" ", "") == sentence.text.translate(
        {ord(each): None for each in " \x1b\u202e\0"}
    )


def test_nothing_around_a_paper_becomes_markup() -> None:
    hit = Hit(1, 0.5, Paper("pk:1", "Bread"), because_of=("pk:9",), near_identical=(NASTY,))
    group = Group(NASTY, (), NASTY, ("pk:1",), (hit,), None)
    asked = {"ids": ("pk:9", NASTY), "unlike": (NASTY,), "remark": NASTY, "suggestion": NASTY}
    hits = Hits((hit,), 1, 0, "semantic", groups=(group,), titles={"pk:9": NASTY}, **asked)
    html = hits._repr_html_()
    table = Table(html)
    usual = set("style div p b br table thead tbody tr th td a bdi mark span".split())
    assert table.tags <= usual | set("details summary ul li".split())
    assert table.attributes <= {"class", "dir"}
    # Each is there as a text: asked twice for and once not, remark, suggestion, group, cells.
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 9
    assert "Because of “<script>" in table.cells[1]


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://x.example/a?b=1&c='2'", True),
        ("HTTP://x.example", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("https:", False),
        ("//x.example/a", False),
        ("https://[broken", False),
        ("ftp://x.example/", False),
        ("", False),
    ],
)
def test_only_pages_are_linked(url: str, linked: bool) -> None:
    assert shown(Paper("pk:1", "T", "A.", url=url)).links == ([url] if linked else [])


def test_an_abstract_is_cut_around_its_sentence() -> None:
    abstract = "a" * 999 + " The one. " + "b" * 999
    table = shown(
        Paper("pk:1", "T", abstract), Why({}, sentence=Sentence("The one.", 1000, 1008, 1))
    )
    assert table.marked == "The one."
    _, excerpt = table.cells[1].split("\n")
    assert excerpt.startswith("…a")
    assert excerpt.endswith("b…")
    assert len(excerpt) < 400
    plain = shown(replace(Paper("pk:1", "T"), abstract="x" * 301)).cells[1]
    assert plain == "T\n" + "x" * 300 + "…"


def test_an_empty_answer_is_a_table_too() -> None:
    assert Table(Hits((), 0, 0, "semantic", ids=("pk:1",))._repr_html_()).cells == []


def test_papers_and_hits_are_cards(small_library: Library) -> None:
    hit = small_library.search("why is my loaf so acidic", 1, explain=True)[0]
    card = hit.paper._repr_html_()
    assert "Wild yeast in sourdough starters" in card
    assert 'href="https://doi.org/10.1000/yeast.2"' in card
    assert hit.why is not None
    assert hit.why.sentence is not None
    assert f">{hit.why.sentence.text}</mark>" in hit._repr_html_()
    assert f"place 1, {hit.confidence:.0%} sure" in hit._repr_html_()
    text = str(hit.paper).splitlines()
    assert text[0] == "Wild yeast in sourdough starters"
    assert text[1].startswith("Cyril Óg, Wei Zhang · Journal of Ferments · 2019")
    assert max(map(len, text[3:])) <= 88


def test_a_card_escapes_everything() -> None:
    paper = Paper(
        NASTY, NASTY, NASTY, (NASTY,), NASTY, 2000, NASTY, (NASTY,), ids=(NASTY,), sources=(NASTY,)
    )
    table = Table(paper._repr_html_())
    assert table.tags <= set("style div p br a bdi span".split())
    assert table.attributes <= {"class", "dir"}
    assert "\x1b" not in str(paper)


def test_a_library_is_a_card(small_library: Library) -> None:
    table = Table(small_library._repr_html_())
    told = dict(zip(table.cells[::2], table.cells[1::2], strict=True))
    assert told["sources"] == "papers.jsonl"
    assert told["years"] == "–".join(map(str, small_library.info()["years"]))
    assert told["model"].endswith("all-MiniLM-L6-v2, 384 dimensions")
    assert "library: 8 papers" in small_library._repr_html_().replace("</span>", "")


BREAD = Cluster(
    2,
    1,
    1,
    "Bread",
    (NASTY, "dough"),
    ("pk:1",),
    ("pk:1",),
    (1999, 1999),
    {"pk:1": "Sour <i>loaves</i>"},
)


def test_a_cluster_is_a_card() -> None:
    html = BREAD._repr_html_()
    assert '<li><bdi dir="auto">Sour &lt;i&gt;loaves&lt;/i&gt;</bdi></li>' in html
    assert "1 paper, 1999" in html
    table = Table(html)
    assert table.tags == set("style div p span ul li bdi".split())
    assert table.attributes <= {"class", "dir"}
    assert str(BREAD).splitlines()[0] == "Bread (1 paper, 1999)"
    assert str(BREAD).endswith(", dough\n  · Sour <i>loaves</i>")


def test_clusters_are_a_tree() -> None:
    clusters = Clusters(
        (
            Cluster(1, 0, None, "All <b>", (), ("pk:1", "pk:2"), years=(1999, 2001)),
            BREAD,
        ),
        ("pk:3",),
    )
    assert str(clusters).splitlines() == [
        "1 and 1 clusters; 1 paper in none",
        "  All <b> (2 papers, 1999–2001)",
        "    Bread (1 paper, 1999)",
    ]
    html = clusters._repr_html_()
    assert '<li><bdi dir="auto">Sour &lt;i&gt;loaves&lt;/i&gt;</bdi></li>' in html
    table = Table(html)
    assert table.tags == set("style div p details summary span ul li bdi".split())
    assert html.count("<details open>") == 1
    assert str(Clusters(())) == "No clusters; 0 papers in none"


def test_a_long_word_widens_nothing(browser: Any) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 700})
    widths = []
    for word in ("word", "w" * 500):
        paper = Paper("pk:1", f"{word} of a title", f"{word} said in an abstract.")
        why = Why({"meaning": 0.5}, (), (), None)
        hits = Hits((Hit(1, 0.51, paper, 0.93, why),), 1, 0, "hybrid", query=f"{word} asked")
        for html in (hits._repr_html_(), hits[0]._repr_html_(), paper._repr_html_()):
            page.set_content(html)
            every = "() => [...document.querySelectorAll('td,th')].map((each) => each.offsetWidth)"
            widths.append([page.evaluate("document.body.scrollWidth"), *page.evaluate(every)])
    page.close()
    assert {each[0] for each in widths} == {widths[0][0]}
    assert widths[0][0] <= 900
    # The columns beside it are not squeezed below what stands in them.
    number, paper, sure, score = widths[3][-4:]
    assert number >= 20
    assert sure >= 70
    assert score >= 110
    assert paper > number + sure + score

"""BibTeX as it is written: entries that others take, and that come back as they were."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from paperkin.index.clean import clean_title
from paperkin.index.content import Content, to_content
from paperkin.index.paper import Paper
from paperkin.index.readers.bibtex import read_bibtex
from paperkin.index.record import Record
from paperkin.index.sources import Source
from paperkin.index.writers.bibtex import bibtex

KETTLE = Paper(
    "arXiv:2106.15928",
    "BERT and the kettle: 50% of R&D for $5, mRNA_2 {0,1} ~ C#",
    abstract="We boil {0,1} at 99 % of n² < 34.\n\n@home, it --whistles.",
    authors=("Zuzana Hlaváčková", "Martin Luther King Jr.", "Ludwig van Beethoven", "王伟"),
    published="2021-06-30",
    year=2021,
    venue="Journal of Tea & Co.",
    categories=("cs.CL", "stat.ML"),
    doi="10.1000/a_b<c>",
    arxiv_id="2106.15928",
    url="https://x.example/a_b?c=1&d=%20#e",
    language="en",
    ids=("DOI:10.1000/a_b<c>", "PMID:12345", "arXiv:2106.15928"),
    extra={"volume": "7", "pages": "1--10", "publisher": r"Brown \& Sons", "keywords": ["a", "b"]},
)


def read(tmp_path: Path, text: str) -> list[Content]:
    path = tmp_path / "written.bib"
    path.write_text(text, encoding="utf-8")
    found = []
    for record in read_bibtex(Source(str(path), path.name, True)):
        assert isinstance(record, Record), record
        content = to_content(record, b"")
        assert content is not None
        found.append(content)
    return found


def test_an_entry_is_what_it_says_and_comes_back_as_it_was(tmp_path: Path) -> None:
    (back,) = read(tmp_path, bibtex([KETTLE]))
    for name in "title abstract authors published venue categories url language".split():
        assert getattr(back, name) == getattr(KETTLE, name), name
    assert back.ids == KETTLE.ids
    assert back.extra["entry_type"] == "article"
    assert back.extra["keywords"] == ["a", "b"]
    text = bibtex([KETTLE])
    assert text.startswith("@article{hlavackova2021bert,\n  author = {Zuzana Hlaváčková and ")
    for line in (
        "King, Jr., Martin Luther",
        r"  title = {{BERT} and the kettle: 50\% of R\&D for \$5, {mRNA}\_2 \{0,1\} "
        r"\textasciitilde{} C\#},",
        "  month = jun,",
        "  pages = {1--10},",
        r"  publisher = {Brown \& Sons},",
        "  eprint = {2106.15928},\n  archiveprefix = {arXiv},",
        "  doi = {10.1000/a_b<c>},",
    ):
        assert line in text


@pytest.mark.parametrize(
    "title", ["A { that never closes", "} before {", "back\\slash", "@misc{x, title={y}}", '"q"']
)
def test_no_text_breaks_an_entry(tmp_path: Path, title: str) -> None:
    papers = [replace(KETTLE, title=title, abstract=f"One.\n\n{title}"), KETTLE]
    text = bibtex(papers)
    assert text.count("{") == text.count("}")
    first, second = read(tmp_path, text)
    # A library's own texts are clean; others are cleaned when they are read.
    assert (first.title, first.abstract) == (clean_title(title), f"One.\n\n{clean_title(title)}")
    assert second.title == KETTLE.title


def test_keys_differ_and_are_ascii() -> None:
    bare = Paper("pk:abc", "茶", authors=("王伟",))
    keys = re.findall(r"^@\w+\{(.*),$", bibtex([KETTLE, KETTLE, bare, KETTLE, bare]), re.MULTILINE)
    assert keys == [
        *("hlavackova2021bert", "hlavackova2021bert-2", "pkabc"),
        *("hlavackova2021bert-3", "pkabc-2"),
    ]
    assert bibtex([]) == ""


@pytest.mark.parametrize(
    ("changed", "kind", "field"),
    [
        ({"venue": "Proceedings of the Tea Society"}, "inproceedings", "booktitle"),
        ({"venue": "NeurIPS 2021"}, "inproceedings", "booktitle"),
        ({"venue": "PNAS"}, "article", "journal"),
        ({"venue": "arXiv"}, "misc", "eprint"),
        ({"venue": ""}, "misc", "eprint"),
        ({"venue": "bioRxiv", "arxiv_id": ""}, "article", "journal"),
        (
            {"extra": {"entry_type": "phdthesis", "school": "Leeds"}, "venue": "x"},
            "phdthesis",
            "school",
        ),
        ({"extra": {"entry_type": "article"}, "venue": "", "arxiv_id": ""}, "misc", "title"),
        ({"extra": {"entry_type": "book"}, "venue": "", "arxiv_id": ""}, "book", "title"),
        ({"extra": {"type": "proceedings-article"}, "venue": "Tea"}, "inproceedings", "booktitle"),
        ({"extra": {"type": ["odd"], "volume": True}}, "article", "journal"),
    ],
)
def test_the_type_is_what_the_source_says_or_the_venue(
    changed: dict[str, object], kind: str, field: str
) -> None:
    text = bibtex([replace(KETTLE, **changed)])  # type: ignore[arg-type]
    assert text.startswith(f"@{kind}{{")
    assert f"\n  {field} = " in text
    assert "volume = {True}" not in text


def test_organisations_and_names_with_and_are_one_author(tmp_path: Path) -> None:
    authors = ("Committee for Cups and Saucers", "Ada Quill", "Brown and Company Ltd")
    text = bibtex([replace(KETTLE, authors=authors)])
    assert "{Committee for Cups and Saucers} and Ada Quill and {Brown and Company Ltd}" in text
    (back,) = read(tmp_path, text)
    assert back.authors == authors

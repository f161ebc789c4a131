"""Papers written in every format, and libraries built from what was written."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rispy
from hostile import write_hostile
from hypothesis import given
from hypothesis import strategies as st

import paperkin
from paperkin.index import aside
from paperkin.index.demo import demonstration
from paperkin.index.errors import InputError, LibraryFull, QueryError, UnknownPaper
from paperkin.index.formulas import guarded, unguarded
from paperkin.index.names import clean_name
from paperkin.index.paper import Paper
from paperkin.index.writers.formats import Format, format_named, write
from paperkin.index.writers.people import Person, family_first, parted_name
from paperkin.search.library import Library
from tiny_models import write_static_model

FIELDS = (
    *("title", "authors", "published", "year", "venue", "abstract", "categories"),
    *("doi", "arxiv_id", "url", "language", "ids"),
)
"""What every format that is read carries."""
WHOLE: tuple[Format, ...] = ("csl-json", "csv", "jsonl", "parquet")
"""The formats that carry all else as well."""
READ: tuple[Format, ...] = (*WHOLE, "bibtex", "ris")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("model") / "model"
    write_static_model(folder)
    return str(folder)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[Library]:
    """The demonstration papers, and papers made up to break a writer or a reader."""
    folder = tmp_path_factory.mktemp("export")
    sources = [write_hostile(folder / "hostile.jsonl"), demonstration() / "papers.jsonl"]
    with paperkin.build(folder / "library", sources, model=model) as built:
        assert len(built) == 150
        yield built


def text(papers: Iterable[Paper], format: str) -> str:
    return b"".join(write(papers, format)).decode("utf-8")


@pytest.mark.parametrize("format", READ)
def test_a_library_built_from_an_export_has_the_same_papers(
    library: Library, model: str, tmp_path: Path, format: Format
) -> None:
    file = tmp_path / f"all{format_named(format).endings[0]}"
    assert library.export(file) == len(library)
    with paperkin.build(tmp_path / "again", file, model=model) as again:
        assert not (tmp_path / "again" / "rejects.jsonl").exists()
        papers, read = list(library), {paper.title: paper for paper in again}
        assert len(read) == len(papers)
        if format in WHOLE:
            for paper in papers:
                assert replace(again[paper.id], sources=()) == replace(paper, sources=())
            return
        for paper in papers:
            back = read[paper.title]
            for name in FIELDS:
                # A keyword or a category with a semicolon in it is two to BibTeX.
                assert getattr(back, name) == getattr(paper, name), (paper.id, name)
            if len(paper.authors) and paper.title_given:
                assert back.id == paper.id
        first = again["arXiv:2101.00077"].extra
        kept = {"volume": "7", "number": "3", "keywords": ["R&D", "hot_water", "50% tea"]}
        assert kept.items() <= first.items()
        assert first["publisher"] == "Brown & Sons"
        pages = (
            {"pages": "11--29"} if format == "bibtex" else {"start_page": "11", "end_page": "29"}
        )
        assert pages.items() <= first.items()


def test_only_what_a_work_is_now_is_written(library: Library) -> None:
    """An older record of a paper is no paper of its own."""
    rows = [json.loads(line) for line in text(library, "jsonl").splitlines()]
    (first,) = [row for row in rows if "2101.00077" in row["id"]]
    assert first["abstract"].startswith("He said")
    assert list(first) == list(rows[-1])
    assert (rows[5]["title"], rows[5]["year"], rows[5]["authors"]) == (
        "A title with nothing whatsoever behind it, and no author either",
        None,
        [],
    )


def test_no_cell_of_a_table_is_a_formula(library: Library) -> None:
    written = text(library, "csv")
    assert written.startswith('\ufeff"id","title","authors",')
    for mark in ",;\t|":
        # Also where a spreadsheet parts cells by what its country uses.
        for row in csv.reader(io.StringIO(written.removeprefix("\ufeff")), delimiter=mark):
            for cell in row if mark == "," else row[:0]:
                assert not re.match(r"[=+\-@\t\r\n|＝＋－＠]", cell), cell
    cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert "'=cmd|' /C calc'!A0 in the titles of papers" in cells
    assert not re.search(r"[;|\t\n][=+@-]", written)


@given(st.text(alphabet="'=+-@\t\r\n|;, aNn＝", max_size=12) | st.text(max_size=8))
def test_a_guard_is_undone(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not re.match(r"[=+\-@\t\r\n|＝＋－＠]", guarded(cell))


def test_an_apostrophe_of_somebody_elses_table_stays(tmp_path: Path, model: str) -> None:
    source = tmp_path / "theirs.csv"
    source.write_text("title,year\n'-omics' in the study of tea,2020\n", "utf-8")
    with paperkin.build(tmp_path / "library", source, model=model) as built:
        assert [paper.title for paper in built] == ["'-omics' in the study of tea"]


def test_ris_is_what_reference_managers_expect(library: Library) -> None:
    written = text([library["arXiv:2101.00077"]], "ris")
    lines = written.split("\r\n")
    assert lines[0] == "TY  - JOUR"
    assert lines[-3:] == ["ER  - ", "", ""]
    assert "\n" not in written.replace("\r\n", "")
    for line in (
        "AU  - King, Martin Luther, Jr.",
        "AU  - van Beethoven, Ludwig",
        "PY  - 2021",
        "DA  - 2021/06/30/",
        "SP  - 11",
        "EP  - 29",
        "AN  - arXiv:2101.00077",
        "UR  - https://pubmed.ncbi.nlm.nih.gov/12345/",
    ):
        assert line in lines
    # What begins like a field is indented, so that no program takes it for one.
    assert [line for line in lines if line.startswith(" ")][1:] == [
        "      ER - is how a record would end.",
        "      TY - is how one starts.",
    ]
    (entry,) = rispy.loads(written)
    assert entry["title"] == library["arXiv:2101.00077"].title
    people = [line[6:] for line in text(library, "ris").split("\r\n") if line[:2] == "AU"]
    assert "University of Tea, Department of Kettles" in people
    assert {"Aristotle", "王伟", "Smith JA", "de la Vallée Poussin, Charles"} <= set(people)


def test_csl_json_is_what_citation_processors_expect(library: Library) -> None:
    items = json.loads(text(library, "csl-json"))
    assert len(items) == len(library)
    first = next(item for item in items if item["id"] == "arXiv:2101.00077")
    assert first["type"] == "article-journal"
    assert first["author"][1:] == [
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
        {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
    ]
    assert first["issued"] == {"date-parts": [[2021, 6, 30]]}
    assert (first["volume"], first["issue"], first["page"]) == ("7", "3", "11–29")
    authors = [name for item in items for name in item.get("author", ())]
    assert {"literal": "Committee for Cups and Saucers"} in authors
    kinds = {item["type"] for item in items}
    assert {"thesis", "article", "document"} <= kinds
    # The data schema allows no other names.
    allowed = (
        "id type title author issued container-title volume issue page publisher collection-title "
        "edition ISSN ISBN DOI PMID PMCID number URL language keyword categories abstract custom"
    )
    assert {name for item in items for name in item} <= set(allowed.split())


def test_a_reading_list_is_text_and_links(library: Library) -> None:
    evil = Paper(
        "pk:x",
        "<script>alert(1)</script> *a* [b](javascript:1) # c",
        "1. First.\n\n- Second & <b>third</b>.",
        authors=tuple(f"A{each} B" for each in range(12)),
        url="javascript:alert(1)",
    )
    linked = replace(evil, title="Tea", url="https://x.example/a b(c)>d", venue="T_ea", year=2020)
    written = text([evil, linked], "markdown")
    assert written.startswith("- **\\<script\\>alert(1)\\</script\\> \\*a\\* \\[b\\](javascript:1)")
    assert "- **[Tea](https://x.example/a%20b%28c%29%3Ed)**  \n" in written
    assert "A6 B, …, A11 B · *T\\_ea* · 2020\n" in written
    assert "\n  1\\. First.\n\n  \\- Second \\& \\<b\\>third\\</b\\>.\n" in written
    assert "](javascript" not in written.replace("\\](javascript", "")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Quill", Person("Ada", "", "Quill", "")),
        ("Charles de la Vallée Poussin", Person("Charles", "de la", "Vallée Poussin", "")),
        ("Jan van der Berg", Person("Jan", "van der", "Berg", "")),
        ("José Ortega y Gasset", Person("José", "", "Ortega y Gasset", "")),
        ("Sammy Davis Jr.", Person("Sammy", "", "Davis", "Jr.")),
        ("Aristotle", None),
        ("Smith JA", None),
        ("Brown and Company Ltd", None),
    ],
)
def test_names_in_parts(name: str, parts: Person | None) -> None:
    assert parted_name(name) == parts
    if parts is not None:
        assert clean_name(family_first(parts)) == name


def test_some_papers_or_all(library: Library, tmp_path: Path) -> None:
    def ids(*wanted: Any, **how: Any) -> list[str]:
        file = tmp_path / "some.jsonl"
        count = library.export(file, *wanted, force=True, **how)
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        assert len(rows) == count
        return [row["id"] for row in rows]

    everything = [paper.id for paper in library]
    assert ids() == everything
    old = [paper.id for paper in library if paper.year and paper.year < 2000]
    assert old
    assert ids(year="-1999") == old
    hits = library.search("distance", k=5, mode="keyword")
    assert ids(hits) == [hit.id for hit in hits]
    assert ids(hits[1]) == [hits[1].id]
    assert ids(["2101.00077v2", everything[3], everything[3]]) == [
        "arXiv:2101.00077",
        everything[3],
    ]
    assert ids("arxiv:2101.00077") == ["arXiv:2101.00077"]
    cluster = library.clusters(progress=False)[0]
    assert ids(cluster) == list(cluster.papers)
    assert ids(year="1200") == []
    assert all(not json.loads(line)["abstract"] for line in _lines(library, tmp_path))
    assert hits.to_csv() == text((hit.paper for hit in hits), "csv")
    assert hits.to_ris().count("ER  - ") == len(hits)
    assert len(json.loads(hits.to_csl_json())) == len(hits.to_jsonl().splitlines()) == len(hits)
    assert hits.to_markdown().count("- **") == len(hits)
    with pytest.raises(InputError, match="is no text"):
        hits.to_text("parquet")


def _lines(library: Library, tmp_path: Path) -> list[str]:
    library.export(tmp_path / "bare.jsonl", abstracts=False)
    return (tmp_path / "bare.jsonl").read_text("utf-8").splitlines()


def test_what_cannot_be_is_refused_and_nothing_is_written(library: Library, tmp_path: Path) -> None:
    there = tmp_path / "there.bib"
    there.write_text("mine", "utf-8")
    with pytest.raises(InputError, match=r"exists already.*--force"):
        library.export(there)
    for error, said, asked in (
        (UnknownPaper, "has the id 'nope'", {"papers": ["arXiv:2101.00077", "nope"]}),
        (QueryError, "Filters are for the whole", {"papers": ["nope"], "year": "2020"}),
        (QueryError, "is no id", {"papers": [7]}),
        (QueryError, "no year", {"year": "soon"}),
        (InputError, "no format 'xml'", {"format": "xml"}),
    ):
        with pytest.raises(error, match=said):
            library.export(there, force=True, **asked)
    with pytest.raises(InputError, match=r"ends in none of \.bib, \.ris"):
        library.export(tmp_path / "x.docx")
    with pytest.raises(InputError, match="There is no folder"):
        library.export(tmp_path / "no" / "x.bib")
    with pytest.raises(InputError, match="is a folder"):
        library.export(tmp_path, format="ris", force=True)
    with pytest.raises(InputError, match="no regular file"):
        library.export("/dev/null", format="ris", force=True)
    assert there.read_text("utf-8") == "mine"
    assert os.listdir(tmp_path) == ["there.bib"]


def test_a_file_is_replaced_whole_through_a_link_and_keeps_its_mode(
    library: Library, tmp_path: Path
) -> None:
    real, link = tmp_path / "real.ris", tmp_path / "link.ris"
    real.write_text("old", "utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    assert library.export(link, ["arXiv:2101.00077"], force=True) == 1
    assert link.is_symlink()
    assert real.read_text("utf-8").startswith("TY  - JOUR")
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_file_that_comes_meanwhile_is_not_lost(library: Library, tmp_path: Path) -> None:
    place = tmp_path / "x.bib"

    def write_both() -> None:
        with aside.written_aside(place) as file:
            file.write(b"ours")
            place.write_bytes(b"theirs")

    with pytest.raises(InputError, match="exists already"):
        write_both()
    assert place.read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["x.bib"]


def test_a_full_disk_is_said_and_leaves_nothing(library: Library, tmp_path: Path) -> None:
    place = tmp_path / "x.bib"
    place.write_bytes(b"old")

    def fill() -> None:
        with (
            aside.written_aside(place, force=True) as file,
            open("/dev/full", "wb", buffering=0) as full,
        ):
            file.write(b"new")
            full.write(b"new")

    with pytest.raises(LibraryFull, match=r"x\.bib was not written\. Make room"):
        fill()
    assert place.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.bib"]


def test_memory_does_not_grow_with_the_papers() -> None:
    program = """
import resource
from dataclasses import replace
from paperkin.index.paper import Paper
from paperkin.index.writers.formats import FORMATS, write
paper = Paper("pk:x", "Cups", "About cups. " * 400, ("Ada Quill",), "2020", 2020)
def written(format, count):
    papers = (replace(paper, id=f"pk:{n}") for n in range(count))
    return sum(map(len, write(papers, format)))
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for format in FORMATS:
    written(format, 1100)
before = peak()
for format in FORMATS:
    assert written(format, 3000) > 0
    print(format, peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    unit = 1024 if sys.platform == "linux" else 1
    # 3,000 abstracts are 14 MB; BibTeX keeps its keys.
    for line in done.stdout.splitlines():
        assert int(line.split()[1]) * unit < 6 << 20, line

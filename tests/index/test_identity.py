"""What becomes of papers when their sources change: corrected, numbered anew, taken out."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import paperkin
from paperkin.index.build import build
from paperkin.index.doctor import examine
from paperkin.index.store import Store
from small import write_papers

CATS = (
    "Whiskered animals were filmed in forty kitchens while they waited for supper. A network that "
    "sees every tenth picture tells which of them is about to jump, and errs mostly on old and "
    "very patient ones."
)
DOGS = (
    "Barks from nine shelters were sorted by the people who feed there each morning. We train a "
    "small recurrent model on a week of sound, and ask what it heard that the keepers had not "
    "been told about."
)


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "title", "abstract", "authors"])
        writer.writeheader()
        writer.writerows({"id": n, **row} for n, row in enumerate(rows, 1))
    return path


def papers(library: Path) -> list[paperkin.Paper]:
    assert examine(Store.open(library)) == []
    with paperkin.open(library) as opened:
        return sorted(opened, key=lambda paper: paper.title)


@pytest.mark.parametrize("authors", [("Ann Smith", "Ben Jones"), ("", "")])
@pytest.mark.parametrize("abstracts", [(CATS, DOGS), ("", "")])
def test_numbering_a_file_anew_costs_no_paper(
    tmp_path: Path, authors: tuple[str, str], abstracts: tuple[str, str]
) -> None:
    rows = [
        {"title": f"Deep learning for {animal}", "abstract": abstract, "authors": author}
        for animal, abstract, author in zip(("cats", "dogs"), abstracts, authors, strict=True)
    ]
    source = table(tmp_path / "table.csv", rows)
    build(tmp_path / "library", [source])
    before = papers(tmp_path / "library")
    report = build(tmp_path / "library", [table(source, rows[1:])])
    assert report.outcomes == {"merged": 1}
    assert report.encoded == 0
    after = papers(tmp_path / "library")
    assert after == before
    with paperkin.open(tmp_path / "library") as library:
        assert [library[paper.id].title for paper in before] == [paper.title for paper in before]
        assert library["1"].title == "Deep learning for dogs"
    # And back again.
    build(tmp_path / "library", [table(source, rows)])
    assert papers(tmp_path / "library") == before
    assert build(tmp_path / "library", [source]).outcomes == {"unchanged": 2}


def test_what_a_renumbered_row_said_is_forgotten_once_it_is_corrected(tmp_path: Path) -> None:
    rows = [
        {"title": f"Deep learning for {animal}", "abstract": abstract, "authors": "Ann Smith"}
        for animal, abstract in (("cats", CATS), ("dogs", DOGS), ("owls", ""))
    ]
    source = table(tmp_path / "table.csv", rows)
    build(tmp_path / "library", [source])
    build(tmp_path / "library", [table(source, rows[1:])])
    rows[1]["authors"] = ""
    build(tmp_path / "library", [table(source, rows[1:])])
    assert [paper.authors for paper in papers(tmp_path / "library")] == [
        *(("Ann Smith",), (), ("Ann Smith",))
    ]


def test_a_row_that_now_says_what_its_copy_said_is_updated(tmp_path: Path) -> None:
    rows = [{"title": "Deep learning for cats", "abstract": CATS + end} for end in ("", " Ever.")]
    source = table(tmp_path / "table.csv", rows)
    assert build(tmp_path / "library", [source]).outcomes == {"added": 1, "merged": 1}
    assert build(tmp_path / "library", [table(source, rows[1:])]).outcomes == {"updated": 1}
    assert [paper.abstract for paper in papers(tmp_path / "library")] == [rows[1]["abstract"]]


def test_a_paper_known_from_elsewhere_is_no_revision(tmp_path: Path) -> None:
    """The row is the same, its words nearly; but another file has the newer ones already."""
    one = table(tmp_path / "one.csv", [{"title": "Deep learning for cats"}])
    known = {"id": "x", "title": "Deep learning for cats and dogs"}
    two = write_papers(tmp_path / "two.jsonl", [known])
    build(tmp_path / "library", [one, two])
    assert len(papers(tmp_path / "library")) == 2
    build(tmp_path / "library", [table(one, [{"title": "Deep learning for cats and dogs"}])])
    assert [paper.title for paper in papers(tmp_path / "library")] == [
        "Deep learning for cats",
        "Deep learning for cats and dogs",
    ]


def test_a_corrected_table_keeps_its_papers_and_their_ids(tmp_path: Path) -> None:
    rows = [
        {"title": "Deep lerning for cats", "abstract": CATS, "authors": "Ann Smith"},
        {"title": "Deep learning for dogs", "abstract": DOGS, "authors": "Ben Jones"},
    ]
    source = table(tmp_path / "table.csv", rows)
    build(tmp_path / "library", [source])
    with paperkin.open(tmp_path / "library") as library:
        given = [library["1"].id, library["2"].id]
    rows[0]["title"] = "Deep learning for cats"
    rows[1]["abstract"] = "We have written this anew, and it says nothing of barks: " + CATS[:79]
    report = build(tmp_path / "library", [table(source, rows)])
    assert report.outcomes == {"updated": 2}
    assert [p.title for p in papers(tmp_path / "library")] == [row["title"] for row in rows]
    with paperkin.open(tmp_path / "library") as library:
        assert [library[each].title for each in given] == [row["title"] for row in rows]
        assert library["2"].abstract == rows[1]["abstract"]


@pytest.mark.parametrize("name", [{"doi": "10.1000/cats"}, {}], ids=["by a DOI", "by nothing"])
@pytest.mark.parametrize("trial", range(4))
def test_a_correction_shows_though_its_record_has_no_key(
    tmp_path: Path, name: dict[str, str], trial: int
) -> None:
    old = {**name, "title": "Deep lerning for cats", "abstract": f"{CATS} Trial {trial} endet."}
    new = {
        **name,
        "title": "Deep learning for cats",
        "abstract": f"{CATS} Trial {trial} ended.",
        "year": 2021,
    }
    source = write_papers(tmp_path / "papers.jsonl", [old])
    other = write_papers(tmp_path / "other.jsonl", [{"title": "Barks of nine shelters"}])
    build(tmp_path / "library", [source, other])
    (given,) = [p.id for p in papers(tmp_path / "library") if p.title == old["title"]]
    report = build(tmp_path / "library", [write_papers(source, [new])])
    assert report.outcomes == {"updated" if name else "merged": 1}
    found = papers(tmp_path / "library")
    assert [paper.title for paper in found] == ["Barks of nine shelters", new["title"]]
    assert (found[1].abstract, found[1].year) == (new["abstract"], 2021)
    with paperkin.open(tmp_path / "library") as library:
        assert library[given].title == new["title"]
        assert [hit.title for hit in library.search('"endet"', mode="keyword")] == []
    assert build(tmp_path / "library", [source]).outcomes == {"unchanged": 1}
    # What the file says again is no longer past.
    build(tmp_path / "library", [write_papers(source, [old])])
    assert papers(tmp_path / "library")[1].title == old["title"]


def test_records_without_keys_that_vanish_stay(tmp_path: Path) -> None:
    two = [
        {"title": "Deep learning for cats", "abstract": CATS},
        {"title": "Deep learning for dogs", "abstract": DOGS, "doi": "10.1000/dogs"},
    ]
    source = write_papers(tmp_path / "papers.jsonl", two)
    build(tmp_path / "library", [source])
    before = papers(tmp_path / "library")
    build(tmp_path / "library", [write_papers(source, [{"title": "Barks of nine shelters"}])])
    assert papers(tmp_path / "library")[1:] == before


def test_corrections_do_not_depend_on_the_order_of_sources(tmp_path: Path) -> None:
    said = {"title": "Deep lerning for cats", "abstract": CATS, "authors": ["Ann Smith"]}
    right = {**said, "title": "Deep learning for cats"}
    for name, order in (("a", (0, 1)), ("b", (1, 0))):
        folder = tmp_path / name
        folder.mkdir()
        files = [write_papers(folder / f"{n}.jsonl", [{**said, "n": n}]) for n in range(2)]
        build(folder / "library", [files[n] for n in order])
        write_papers(files[0], [{**right, "n": 0}])
        build(folder / "library", [files[n] for n in order])
        write_papers(files[1], [{**right, "n": 1}])
        build(folder / "library", [files[n] for n in order])
    (one,), (two,) = papers(tmp_path / "a" / "library"), papers(tmp_path / "b" / "library")
    assert one == two
    assert one.title == right["title"]


def test_keys_that_look_numbered_are_keys_of_their_own(tmp_path: Path) -> None:
    lines = [
        {"id": key, "title": f"{animal} of the northern lakes"}
        for key, animal in (("a", "Newts"), ("a", "Otters"), ("a#2", "Herons"))
    ]
    source = tmp_path / "papers.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert build(tmp_path / "library", [source]).outcomes == {"added": 3}
    assert build(tmp_path / "library", [source]).outcomes == {"unchanged": 3}
    with paperkin.open(tmp_path / "library") as library:
        assert library["a#2"].title == "Herons of the northern lakes"


def test_a_sample_doi_joins_nothing(tmp_path: Path) -> None:
    lines = [
        {"title": f"{animal} of the northern lakes", "doi": "10.1145/nnnnnnn.nnnnnnn"}
        for animal in ("Newts", "Otters")
    ]
    build(tmp_path / "library", [write_papers(tmp_path / "papers.jsonl", lines)])
    assert [paper.doi for paper in papers(tmp_path / "library")] == ["", ""]

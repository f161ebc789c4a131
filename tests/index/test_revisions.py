"""Records that say something else than before: what stays one paper, what falls apart."""

from pathlib import Path
from typing import Any

import pytest

import paperkin
from paperkin.index.build import build
from paperkin.index.doctor import examine
from paperkin.index.errors import UnknownPaper
from small import PAPERS, write_papers


def revise(
    folder: Path, first: dict[str, Any], second: dict[str, Any]
) -> tuple[paperkin.Report, list[paperkin.Paper]]:
    """What becomes of a library when a record under one key says the second in place of the first.

    Its papers come in the order in which they were made.
    """
    for record in (first, second):
        source = write_papers(folder / "export.jsonl", [dict(record, id="7")])
        report = build(folder / "library", [source])
    with paperkin.open(folder / "library") as library:
        assert examine(library.store) == []
        return report, list(library)


@pytest.mark.parametrize(
    "second",
    [
        dict(
            PAPERS[0],
            title="Bread dough judged by eye",
            abstract=PAPERS[0]["abstract"].replace("We describe what their fingers notice", "Seen"),
        ),
        dict(PAPERS[0], title="Touch", abstract=PAPERS[0]["abstract"].split(", and when")[0]),
    ],
    ids=["title", "abstract"],
)
def test_a_record_with_half_its_words_left_is_the_same_paper(
    tmp_path: Path, second: dict[str, Any]
) -> None:
    report, papers = revise(tmp_path, PAPERS[0], second)
    assert report.outcomes == {"updated": 1}
    assert [paper.title for paper in papers] == [second["title"]]
    assert [paper.abstract for paper in papers] == [second["abstract"]]


def test_what_a_record_said_before_is_forgotten(tmp_path: Path) -> None:
    longer = dict(PAPERS[0], abstract=PAPERS[0]["abstract"] + " We count the loaves." * 9)
    revise(tmp_path, longer, PAPERS[0])
    other = write_papers(tmp_path / "other.jsonl", [{"id": "o", "title": PAPERS[0]["title"]}])
    assert build(tmp_path / "library", [other]).outcomes == {"merged": 1}
    with paperkin.open(tmp_path / "library") as library:
        (paper,) = library
        assert paper.abstract == PAPERS[0]["abstract"]
        assert paper.sources == ("export.jsonl", "other.jsonl")


def test_an_id_a_work_would_have_had_resolves_in_either_order(tmp_path: Path) -> None:
    bare = {"title": PAPERS[0]["title"], "abstract": PAPERS[0]["abstract"]}
    files = [write_papers(tmp_path / "bare.jsonl", [bare]), write_papers(tmp_path / "known.jsonl")]
    build(tmp_path / "alone", files[:1])
    with paperkin.open(tmp_path / "alone") as library:
        (alone,) = library
    for order in (files, files[::-1]):
        build(tmp_path / order[0].stem, order)
        with paperkin.open(tmp_path / order[0].stem) as library:
            assert library[alone.id].id == "arXiv:2101.00001"


def test_one_word_in_common_makes_no_revision(tmp_path: Path) -> None:
    second = dict(PAPERS[2], title="Dikes judged after the storms of a century")
    report, papers = revise(tmp_path, PAPERS[0], second)
    assert report.outcomes == {"added": 1}
    assert [paper.title for paper in papers] == [PAPERS[0]["title"], second["title"]]
    # What vanished from its source still came from there, also when the paper is written again.
    other = write_papers(tmp_path / "other.jsonl", [{"id": "o", "title": PAPERS[0]["title"]}])
    build(tmp_path / "library", [other])
    with paperkin.open(tmp_path / "library") as library:
        assert library[papers[0].id].sources == ("export.jsonl", "other.jsonl")


def test_a_key_with_another_doi_now_names_another_paper(tmp_path: Path) -> None:
    first = {"title": "Editorial", "abstract": PAPERS[0]["abstract"], "doi": "10.1000/1"}
    second = {"title": "Editorial", "abstract": PAPERS[2]["abstract"], "doi": "10.1000/2"}
    report, papers = revise(tmp_path, first, second)
    assert report.outcomes == {"added": 1}
    assert [paper.doi for paper in papers] == ["10.1000/1", "10.1000/2"]
    assert [paper.abstract for paper in papers] == [first["abstract"], second["abstract"]]


def test_papers_fall_apart_when_the_record_that_joined_them_takes_it_back(tmp_path: Path) -> None:
    two = [
        {"id": "a", "title": "Bread", "abstract": PAPERS[0]["abstract"], "doi": "10.1000/bread"},
        {"id": "b", "title": "Marsh", "abstract": PAPERS[2]["abstract"], "arxiv_id": "2101.00001"},
    ]
    library = tmp_path / "library"
    build(library, [write_papers(tmp_path / "papers.jsonl", two)])
    bridge = {"id": "c", "title": "Bread", "doi": "10.1000/bread"}
    source = write_papers(tmp_path / "bridge.jsonl", [dict(bridge, arxiv_id="2101.00001")])
    assert build(library, [source]).papers == 1
    assert build(library, [write_papers(source, [bridge])]).papers == 2
    with paperkin.open(library) as opened:
        assert opened["10.1000/bread"].title == "Bread"
        assert opened["10.1000/bread"].sources == ("bridge.jsonl", "papers.jsonl")
        assert opened["arXiv:2101.00001"].title == "Marsh"
        assert opened["arXiv:2101.00001"].sources == ("papers.jsonl",)
        hits = opened.search("storms and mud", mode="semantic")
        assert [hit.title for hit in hits] == ["Marsh", "Bread"]
        assert examine(opened.store) == []


def test_a_merged_paper_keeps_the_vector_of_its_text(tmp_path: Path) -> None:
    bare = {"id": "a", "title": "Storms and mud", "doi": "10.1000/marsh"}
    whole = dict(PAPERS[2], id="b", arxiv_id="2101.00001")
    build(tmp_path / "library", [write_papers(tmp_path / "papers.jsonl", [bare, whole])])
    bridge = {"title": "Storms", "doi": "10.1000/marsh", "arxiv_id": "2101.00001"}
    report = build(tmp_path / "library", [write_papers(tmp_path / "bridge.jsonl", [bridge])])
    assert report.outcomes == {"merged": 1}
    assert report.encoded == 0
    with paperkin.open(tmp_path / "library") as library:
        (paper,) = library
        assert paper.title == whole["title"]
        assert examine(library.store) == []


def test_a_paper_is_of_the_sources_that_still_speak_of_it(tmp_path: Path) -> None:
    record = dict(PAPERS[0], id="7", doi="10.1000/dough")
    library = tmp_path / "library"
    files = [write_papers(tmp_path / name, [record]) for name in ("a.jsonl", "b.jsonl")]
    build(library, files)
    half = PAPERS[0]["abstract"].split(", and when")[0]
    changed = {"id": "7", "title": "Touch", "abstract": half}
    build(library, [write_papers(files[0], [changed])])
    with paperkin.open(library) as opened:
        assert {paper.title: paper.sources for paper in opened} == {
            PAPERS[0]["title"]: ("b.jsonl",),
            changed["title"]: ("a.jsonl",),
        }
        assert opened.search("bread", source="a.jsonl").total == 1


def test_restoring_brings_back_only_what_the_source_speaks_of(tmp_path: Path) -> None:
    """Of two papers that are compared since they share a title and an author."""
    two = [
        {"id": name, "title": "Editorial", "authors": ["Ann Smith"], "abstract": abstract}
        for name, abstract in (("a", PAPERS[0]["abstract"]), ("b", PAPERS[2]["abstract"]))
    ]
    source = write_papers(tmp_path / "papers.jsonl", two)
    build(tmp_path / "library", [source])
    with paperkin.open(tmp_path / "library") as library:
        library.remove(["a", "b"])
        assert len(library) == 0
        more = write_papers(tmp_path / "more.jsonl", [dict(two[0], venue="Kitchen Science")])
        assert library.add(more, restore=True).papers == 1
        assert [paper.abstract for paper in library] == [two[0]["abstract"]]


def test_a_removed_paper_is_in_no_index_made_anew(tmp_path: Path) -> None:
    with paperkin.build(tmp_path / "library", write_papers(tmp_path / "p.jsonl")) as library:
        library.remove("violin-1")
        library.rebuild()
        assert examine(library.store) == []
        for mode in ("hybrid", "semantic"):
            hits = library.search("old violins", mode=mode)
            assert PAPERS[4]["title"] not in {hit.title for hit in hits}
            assert len(hits) == hits.total == len(PAPERS) - 1


def test_a_key_of_two_papers_names_neither(tmp_path: Path) -> None:
    files = [write_papers(tmp_path / f"{n}.jsonl", [dict(PAPERS[n], id="row-1")]) for n in (2, 4)]
    with paperkin.build(tmp_path / "library", files) as library:
        with pytest.raises(UnknownPaper, match="key of several papers"):
            library["row-1"]
        library.related([paper.id for paper in library])


def test_filters_follow_what_is_added_and_removed(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl", PAPERS[:4])
    with paperkin.build(tmp_path / "library", source) as library:
        for mode in ("hybrid", "semantic"):
            assert library.search("sleep", mode=mode, year="2021-").total == 2
        library.add(write_papers(tmp_path / "more.jsonl", PAPERS[4:]))
        for mode in ("hybrid", "semantic"):
            hits = library.search("sleep", mode=mode, year="2021-")
            assert hits.total == 3
            assert {hit.title for hit in hits} == {PAPERS[n]["title"] for n in (0, 3, 5)}
        assert library.related("marsh-1", year="2021-").total == 3
        library.remove("sleep-1")
        for mode in ("hybrid", "semantic"):
            hits = library.search("sleep", mode=mode, year="2021-")
            assert hits.total == 2
            assert {hit.title for hit in hits} == {PAPERS[n]["title"] for n in (0, 3)}

"""Building: what is added, what is encoded again, what stays, in any order and after any stop."""

import itertools
import json
import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest

import paperkin
from paperkin.index.doctor import examine
from paperkin.index.errors import (
    InputError,
    LibraryBusy,
    LibraryError,
    NotALibrary,
    SourceError,
    UnknownPaper,
)
from paperkin.index.lock import WriterLock
from paperkin.index.store import Store
from small import PAPERS, write_papers


def build(path: Path, *sources: Path, **options: Any) -> paperkin.Report:
    from paperkin.index.build import build

    return build(path, sources, **options)


def contents(path: Path) -> list[paperkin.Paper]:
    with paperkin.open(path) as library:
        return sorted(library, key=lambda paper: paper.id)


def test_the_summary_counts_every_record_once(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl", [*PAPERS, {"year": 2020}, PAPERS[0]])
    report = build(tmp_path / "library", source)
    assert report.read == len(PAPERS) + 2
    assert report.outcomes == {"added": len(PAPERS), "merged": 1, "rejected": 1}
    assert report.encoded == report.papers == len(PAPERS)
    assert report.rejects is not None
    reject = json.loads(report.rejects.read_text("utf-8"))
    assert reject["line"] == len(PAPERS) + 1
    assert reject["file"] == str(source)


def test_building_twice_encodes_nothing(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl")
    build(tmp_path / "library", source)
    before = contents(tmp_path / "library")
    report = build(tmp_path / "library", source)
    assert report.encoded == 0
    assert report.outcomes == {"unchanged": len(PAPERS)}
    assert contents(tmp_path / "library") == before


def test_changed_text_is_encoded_again_and_changed_metadata_is_not(tmp_path: Path) -> None:
    papers = [dict(paper) for paper in PAPERS]
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl", papers))
    papers[2]["venue"] = "Shores"
    papers[4]["abstract"] = "Listeners took plastic trumpets for brass ones."
    report = build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl", papers))
    assert report.outcomes == {"updated": 2, "unchanged": len(papers) - 2}
    assert report.encoded == 1
    with paperkin.open(tmp_path / "library") as library:
        assert len(library) == len(papers)
        assert library["marsh-1"].venue == "Shores"
        assert library["violin-1"].abstract == papers[4]["abstract"]
        hits = library.search("are plastic instruments as good as brass", mode="semantic")
        assert hits[0].id == library["violin-1"].id
        assert [hit.id for hit in library.search("trumpets", mode="keyword")] == [hits[0].id]
        assert not library.search("screen", mode="keyword")


def test_the_order_of_sources_makes_no_difference(tmp_path: Path) -> None:
    known = dict(PAPERS[1], id="a", doi="10.1000/YEAST.2")
    bare = {"title": PAPERS[1]["title"].upper(), "abstract": PAPERS[1]["abstract"] + " Indeed."}
    one = write_papers(tmp_path / "one.jsonl", [bare, *PAPERS[3:]])
    two = write_papers(tmp_path / "two.jsonl", [known, *PAPERS[:3]])
    build(tmp_path / "a", one, two)
    build(tmp_path / "b", two)
    build(tmp_path / "b", one)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    with paperkin.open(tmp_path / "a") as a, paperkin.open(tmp_path / "b") as b:
        assert a["10.1000/yeast.2"].sources == ("one.jsonl", "two.jsonl")
        for query in ("sour bread", "coast", "hearing"):
            left, right = a.search(query), b.search(query)
            assert [hit.id for hit in left] == [hit.id for hit in right]
            assert [h.score for h in left] == pytest.approx([h.score for h in right], abs=1e-3)


def test_an_id_once_given_always_resolves(tmp_path: Path) -> None:
    bare = {"title": PAPERS[0]["title"], "abstract": PAPERS[0]["abstract"]}
    build(tmp_path / "library", write_papers(tmp_path / "bare.jsonl", [bare]))
    (before,) = contents(tmp_path / "library")
    assert before.id.startswith("pk:")
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl"))
    with paperkin.open(tmp_path / "library") as library:
        assert library[before.id].id == "arXiv:2101.00001"
        for spelling in ("arxiv:2101.00001v3", "2101.00001", "https://arxiv.org/abs/2101.00001"):
            assert library[spelling].title == bare["title"]
        with pytest.raises(UnknownPaper, match=r"2101\.00009"):
            library["arXiv:2101.00009"]


def test_distinct_papers_of_one_title_and_author_stay_apart_in_any_order(tmp_path: Path) -> None:
    said = [
        {
            "title": "Editorial",
            "authors": ["Ann Smith"],
            "year": 2020,
            "abstract": paper["abstract"],
        }
        for paper in PAPERS[:3]
    ]
    for name, order in (("a", [0, 1, 2]), ("b", [2, 0, 1])):
        for n in order:
            build(tmp_path / name, write_papers(tmp_path / f"{n}.jsonl", [said[n]]))
    assert len(contents(tmp_path / "a")) == 3
    assert [p.id for p in contents(tmp_path / "a")] == [p.id for p in contents(tmp_path / "b")]


def test_any_order_of_overlapping_sources_gives_the_same_library(tmp_path: Path) -> None:
    """Records that share titles, authors, years, abstracts and ids, spread over three files."""
    chance = random.Random(5)
    said = [
        {
            "title": chance.choice(["Introduction", "Bread dough judged by hand", "Editorial"]),
            "abstract": chance.choice(["", *(paper["abstract"] for paper in PAPERS[:3])]),
            **({"authors": ["Ann Smith"]} if chance.random() < 0.5 else {}),
            **({"year": 2019} if chance.random() < 0.5 else {}),
            **({"doi": f"10.1000/{chance.randrange(3)}"} if chance.random() < 0.2 else {}),
        }
        for _ in range(30)
    ]
    files = [write_papers(tmp_path / f"{n}.jsonl", said[n * 10 : n * 10 + 10]) for n in range(3)]
    expected = None
    for order in itertools.permutations(files):
        library = tmp_path / "-".join(path.stem for path in order)
        for path in order:
            build(library, path)
        expected = expected or contents(library)
        assert contents(library) == expected
        assert examine(Store.open(library)) == []


def test_a_record_that_comes_again_from_elsewhere_costs_no_other_paper(tmp_path: Path) -> None:
    two = [
        {"title": "Introduction", "authors": ["Ann Smith"], "year": 2019, "abstract": abstract}
        for abstract in (PAPERS[0]["abstract"], PAPERS[2]["abstract"])
    ]
    build(tmp_path / "library", write_papers(tmp_path / "a.jsonl", two))
    before = {paper.id for paper in contents(tmp_path / "library")}
    for name, record in zip("bc", two, strict=True):
        build(tmp_path / "library", write_papers(tmp_path / f"{name}.jsonl", [record]))
    assert {paper.id for paper in contents(tmp_path / "library")} == before
    assert len(before) == 2


def test_a_key_that_names_another_paper_now_takes_nothing_away(tmp_path: Path) -> None:
    """Numbers of rows and exports are given again; what they named before has only vanished."""
    first = [dict(PAPERS[0], id="0"), dict(PAPERS[4], id="1")]
    second = [dict(PAPERS[3], id="0"), dict(PAPERS[5], id="1")]
    build(tmp_path / "library", write_papers(tmp_path / "export.jsonl", first))
    given = {paper.id: paper.title for paper in contents(tmp_path / "library")}
    with paperkin.open(tmp_path / "library") as library:
        library.remove("1")
    report = build(tmp_path / "library", write_papers(tmp_path / "export.jsonl", second))
    assert report.outcomes == {"added": 2}
    with paperkin.open(tmp_path / "library") as library:
        assert {paper.title for paper in library} == {PAPERS[n]["title"] for n in (0, 3, 5)}
        kept = next(i for i, title in given.items() if title == PAPERS[0]["title"])
        assert library[kept].title == PAPERS[0]["title"]
        assert library[kept].sources == ("export.jsonl",)
        assert library["0"].title == PAPERS[3]["title"]
    again = build(tmp_path / "library", tmp_path / "export.jsonl")
    assert again.outcomes == {"unchanged": 2}


def test_names_and_paths_that_are_no_utf8_are_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_papers(tmp_path / os.fsdecode(b"caf\xe9.jsonl"), PAPERS[:2])
    monkeypatch.setenv("HOME", str(tmp_path))
    for outcome in ("added", "unchanged"):
        assert build(Path("~/library"), source).outcomes == {outcome: 2}
    with paperkin.open("~/library") as library:
        assert library.search("bread \ud800", source="caf\\udce9.jsonl", k=1)[0].title
        assert "\udcff" not in library
        assert library.search("bread", venue="\udcff").total == 0


def test_many_works_of_one_title_are_built_in_reasonable_time(tmp_path: Path) -> None:
    letters = [
        {"title": "Response to the letter to the editor", "doi": f"10.1000/{n}", "year": 2000}
        for n in range(3000)
    ]
    report = build(tmp_path / "library", write_papers(tmp_path / "letters.jsonl", letters))
    assert report.outcomes == {"added": 3000}


def test_ten_thousand_copies_are_one_paper(tmp_path: Path) -> None:
    copies = [PAPERS[0]] * 5000 + [dict(PAPERS[0], id=f"copy-{n}") for n in range(5000)]
    report = build(tmp_path / "library", write_papers(tmp_path / "copies.jsonl", copies))
    assert report.outcomes == {"added": 1, "merged": 9999}
    assert report.encoded <= 2
    assert len(contents(tmp_path / "library")) == 1


def test_a_removed_paper_stays_removed_until_restored(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl")
    build(tmp_path / "library", source)
    with paperkin.open(tmp_path / "library") as library:
        query = "old violins"
        gone = library.search(query)[0].id
        library.remove(gone)
        assert gone not in [hit.id for hit in library.search(query)]
        assert gone not in [hit.id for hit in library.search(query, mode="keyword")]
        assert gone not in [hit.id for hit in library.related("sleep-1")]
        with pytest.raises(UnknownPaper, match="removed"):
            library[gone]
        report = library.add(source)
        assert report.outcomes == {"unchanged": len(PAPERS) - 1, "removed": 1}
        again = write_papers(tmp_path / "other.jsonl", [dict(PAPERS[4], id="elsewhere")])
        assert library.add(again).outcomes == {"removed": 1}
        assert gone not in [hit.id for hit in library.search(query)]
        library.add(source, restore=True)
        assert library.search(query)[0].id == gone


def test_a_removed_twin_does_not_take_the_kept_one_along(tmp_path: Path) -> None:
    twins = [
        {"title": "Bread", "abstract": PAPERS[0]["abstract"], "doi": "10.1000/bread"},
        {"title": "Loaves", "abstract": PAPERS[1]["abstract"], "arxiv_id": "2101.00001"},
    ]
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl", twins))
    with paperkin.open(tmp_path / "library") as library:
        library.remove("10.1000/bread")
        bridge = {"title": "Bread", "doi": "10.1000/bread", "arxiv_id": "2101.00001"}
        library.add(write_papers(tmp_path / "bridge.jsonl", [bridge]))
        (paper,) = library
        assert library["10.1000/bread"] == library["arXiv:2101.00001"] == paper


def test_what_vanishes_from_a_source_stays(tmp_path: Path) -> None:
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl"))
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl", PAPERS[:1]))
    assert len(contents(tmp_path / "library")) == len(PAPERS)


def test_a_search_right_after_an_add_finds_the_new_paper(tmp_path: Path) -> None:
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl", PAPERS[:4]))
    with paperkin.open(tmp_path / "library") as library:
        assert library.search("violins")[0].title != PAPERS[4]["title"]
        build(tmp_path / "library", write_papers(tmp_path / "more.jsonl", PAPERS[4:]))
        for mode in ("hybrid", "semantic", "keyword"):
            assert library.search("violins", mode=mode)[0].title == PAPERS[4]["title"]


def test_title_alone_and_abstract_alone_are_kept(tmp_path: Path) -> None:
    papers = [{"title": "A short history of the umbrella"}, {"abstract": PAPERS[0]["abstract"]}]
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl", papers))
    with paperkin.open(tmp_path / "library") as library:
        assert library.search("umbrella")[0].title == papers[0]["title"]
        (other,) = [paper for paper in library if not paper.title_given]
        assert other.title.startswith("Bakers press the dough")


def test_a_second_writer_is_told_at_once(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl", PAPERS[:1])
    build(tmp_path / "library", source)
    with (
        WriterLock(tmp_path / "library" / "writer.lock"),
        pytest.raises(LibraryBusy, match=f"process {os.getpid()}"),
    ):
        build(tmp_path / "library", source)


def test_a_second_thread_is_told_as_well(tmp_path: Path) -> None:
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl", PAPERS[:2]))
    store = Store.open(tmp_path / "library")
    found: list[Exception] = []

    def try_it() -> None:
        try:
            with store.lock:
                pass
        except LibraryBusy as error:
            found.append(error)

    with store.lock, store.lock:
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert "another thread" in str(found[0])
    with pytest.raises(LibraryError, match="writer's lock"), store.write():
        pass
    try_it()
    assert len(found) == 1


def test_bad_sources_leave_no_library_behind(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    good = write_papers(tmp_path / "papers.jsonl")
    for sources in (
        [tmp_path / "empty.csv"],
        [good, tmp_path / "empty.csv"],
        [good, tmp_path / "missing.bib"],
    ):
        with pytest.raises(SourceError):
            build(tmp_path / "library", *sources)
    assert not (tmp_path / "library").exists()
    with pytest.raises(NotALibrary, match=r"empty\.csv"):
        build(tmp_path, good)
    with pytest.raises(NotALibrary, match="paperkin build"):
        paperkin.open(tmp_path / "library")


def test_sources_without_a_usable_record_leave_no_library_behind(tmp_path: Path) -> None:
    source = tmp_path / "numbers.csv"
    source.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(SourceError):
        build(tmp_path / "library", source, format="csv")
    assert not (tmp_path / "library").exists()
    source = write_papers(tmp_path / "papers.jsonl", [{"year": 2020}, {"year": 2021}])
    with pytest.raises(SourceError, match=r"None of the 2 records .* line 1.*rejects\.jsonl"):
        build(tmp_path / "library", source, format="jsonl")
    assert [path.name for path in (tmp_path / "library").iterdir()] == ["rejects.jsonl"]
    build(tmp_path / "library", write_papers(tmp_path / "papers.jsonl"))
    with pytest.raises(SourceError):
        build(
            tmp_path / "library",
            write_papers(tmp_path / "bad.jsonl", [{"year": 1}]),
            format="jsonl",
        )
    assert len(contents(tmp_path / "library")) == len(PAPERS)


def test_the_language_of_a_library_stays(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl")
    build(tmp_path / "library", source, language="DE")
    with pytest.raises(InputError, match="'de', which stays"):
        build(tmp_path / "library", source, language="en")
    build(tmp_path / "library", source, language="de")
    with paperkin.open(tmp_path / "library") as library:
        assert library.info()["language"] == "de"


def test_a_library_that_was_made_meanwhile_is_not_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_papers(tmp_path / "papers.jsonl")
    enter = WriterLock.__enter__

    def late(lock: WriterLock) -> WriterLock:
        monkeypatch.setattr(WriterLock, "__enter__", enter)
        build(tmp_path / "library", source)
        return enter(lock)

    monkeypatch.setattr(WriterLock, "__enter__", late)
    with pytest.raises(LibraryBusy, match="just made a library"):
        build(tmp_path / "library", source)
    assert len(contents(tmp_path / "library")) == len(PAPERS)


def test_a_file_that_changed_its_format_is_known_by_the_new_one(tmp_path: Path) -> None:
    source = tmp_path / "papers"
    source.write_text('{"title": "Tides of a shallow sea", "year": 2001}\n')
    build(tmp_path / "library", source)
    source.write_text("title,year\nTides of a shallow sea,2001\nSeiches of a deep lake,2003\n")
    build(tmp_path / "library", source)
    with paperkin.open(tmp_path / "library") as library:
        assert [each["format"] for each in library.info()["sources"]] == ["csv"]
        assert {paper.title for paper in library} == {
            "Tides of a shallow sea",
            "Seiches of a deep lake",
        }

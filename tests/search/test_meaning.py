"""What a query means: titles and ids beside syntax, and papers that were only just added."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import paperkin
from paperkin.index import keyword_files
from paperkin.search.acronyms import synonyms
from paperkin.search.hits import Hits
from paperkin.search.library import Library
from small import write_papers

MODES = ("hybrid", "semantic", "keyword")

PAPERS = [
    {"id": "a1", "title": "Rye bread", "abstract": "Loaves with layers.", "published": "2015"},
    {"id": "a2", "title": "On rye bread in inns", "abstract": "Ovens that wait."},
    {"id": "a3", "title": "Bread of rye", "abstract": "Deep ovens, and bread."},
    {"id": "a4", "title": "Kettles: survey", "abstract": "We look at kettles."},
    {
        "id": "a5",
        "title": "Kettles in towns",
        "abstract": "Kettles of copper.",
        "published": "2016",
    },
    {"id": "a6", "title": "Why kettles in towns leak", "abstract": "Rust.", "published": "2021"},
    {"id": "a7", "title": '"Why is it so?": a talk on crumbs -again', "abstract": "Dry crumbs."},
    {"id": "a8", "title": "Brot", "abstract": "Die Bäckerei am Markt. Eine Bäckerei für alle."},
    {"id": "a9", "title": "Pans, kettles, spoons", "abstract": "Much of it is about other things."},
    {"id": "a10", "title": "Spoons, kettles, pans, spoons", "abstract": "Pans! Kettles, spoons!"},
    {"id": "arXiv:2003.00007", "title": "A spoon", "abstract": "To stir or not to stir."},
]
LATER = [
    {"id": "b1", "title": "Whistling samovars", "abstract": "A samovar lid gauge (SLG) is new."},
    {"id": "b2", "title": "Samovars again", "abstract": "Each samovar lid gauge hums a tune."},
    {"id": "b3", "title": "Gauges", "abstract": "An SLG is cheap. SLG tests are not."},
]


def write(path: Path, papers: list[dict[str, str]]) -> Path:
    path.write_text(json.dumps(papers), "utf-8")
    return path


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("meaning")
    with paperkin.build(folder / "library", write(folder / "p.json", PAPERS)) as library:
        yield library


def titles(hits: Hits) -> list[str]:
    return [hit.title for hit in hits]


def answer(library: Library, query: str, mode: str) -> Hits:
    return library.search(query, 50, mode=mode)  # type: ignore[arg-type]


def said(hits: Hits) -> tuple[object, ...]:
    """All of an answer that must not depend on what is published; scores to 1e-5."""
    found = [(hit.id, round(hit.score, 4)) for hit in hits]
    return hits.total, hits.corrected, hits.suggestion, found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("query", ['"rye bread"', "“Rye bread”", "„rye bread“", "«rye bread»"])
def test_a_quoted_title_is_still_a_phrase(library: Library, query: str, mode: str) -> None:
    hits = answer(library, query, mode)
    assert titles(hits) == ["Rye bread", "On rye bread in inns"]
    assert hits.total == 2


@pytest.mark.parametrize("mode", MODES)
def test_an_exclusion_holds_though_a_title_has_the_same_words(library: Library, mode: str) -> None:
    hits = answer(library, "kettles -survey", mode)
    assert "Kettles: survey" not in titles(hits)
    assert {"Kettles in towns", "Why kettles in towns leak"} <= set(titles(hits))


@pytest.mark.parametrize("mode", MODES)
def test_a_title_with_syntax_in_it_is_a_title(library: Library, mode: str) -> None:
    hits = answer(library, '"Why is it so?": A talk on crumbs -again', mode)
    assert hits[0].title.startswith('"Why is it so?"')
    if mode != "keyword":
        assert hits.total == len(PAPERS)


@pytest.mark.parametrize("mode", MODES)
def test_a_title_in_its_field_comes_before_newer_papers(library: Library, mode: str) -> None:
    expected = ["Kettles in towns", "Why kettles in towns leak"]
    for query in ('title:"kettles in towns"', 'TITLE:"Kettles in Towns" -spoon'):
        assert titles(answer(library, query, mode)) == expected
        pages = [library.search(query, 1, offset=n, mode=mode) for n in (0, 1)]  # type: ignore[arg-type]
        assert [titles(page) for page in pages] == [[each] for each in expected]


@pytest.mark.parametrize("mode", MODES)
def test_a_misspelled_title_comes_first(library: Library, mode: str) -> None:
    hits = answer(library, "kettels in towns", mode)
    assert hits.corrected == "kettles in towns"
    assert said(hits)[2:] == said(answer(library, "kettles in towns", mode))[2:]
    assert hits[0].title == "Kettles in towns"
    # Another paper has more of the words.
    for query in ("pans kettels spoons", "pans kettels spoons -survey", "pans kettles spoons -rye"):
        hits = answer(library, query, mode)
        # It is the paper that was meant, and not only the best.
        assert (hits[0].title, hits[0].confidence) == ("Pans, kettles, spoons", 1.0)


@pytest.mark.parametrize(
    "query",
    [
        "(arXiv: 2003.00007)",
        "arXiv:2003.00007.",
        "<https://arxiv.org/abs/2003.00007v2>.",
        "arXiv preprint arXiv:2003.00007",
        '"arXiv:2003.00007",',
    ],
)
def test_an_id_may_stand_in_punctuation(library: Library, query: str) -> None:
    assert answer(library, query, "keyword")[0].title == "A spoon"


def test_the_id_of_a_removed_paper_names_none(tmp_path: Path) -> None:
    papers = [*PAPERS, {"id": "10.5555/lid", "title": "A lid", "abstract": "It fits."}]
    with paperkin.build(tmp_path / "library", write(tmp_path / "p.json", papers)) as library:
        assert answer(library, "doi:10.5555/lid", "hybrid")[0].title == "A lid"
        library.remove("10.5555/lid")
        hits = answer(library, "doi:10.5555/lid", "hybrid")
        assert (hits.total, hits.verdict) == (0, "nothing")
        assert hits.remark is not None
        assert "removed" in hits.remark
        assert hits.confidence != 1.0


def test_corrections_are_written_as_papers_write_them(library: Library) -> None:
    assert answer(library, "Backerey", "keyword").corrected == "Bäckerei"
    assert answer(library, "β-kettels", "keyword").corrected is None
    # Only what is misspelled changes, not the same letters in a code.
    hits = answer(library, "kettels kettels/x2 x.kettels", "keyword")
    assert hits.corrected == "kettles kettels/x2 x.kettels"


def test_a_word_that_ends_in_s_is_no_acronym(tmp_path: Path) -> None:
    papers = [
        {"title": "Beds", "abstract": "The length of stay (LOS) is long."},
        {"title": "Nights", "abstract": "A short length of stay is good."},
        {"title": "Losing", "abstract": "Loss of keys."},
    ]
    path = write(tmp_path / "p.json", papers)
    with paperkin.build(tmp_path / "library", path) as library:
        assert titles(answer(library, "loss", "keyword")) == ["Losing"]
        assert set(titles(answer(library, "LOSs", "keyword"))) == {"Losing", "Beds", "Nights"}


def test_accents_may_be_typed_in_two_parts(library: Library) -> None:
    assert titles(answer(library, '"ba\u0308ckerei am markt"', "keyword")) == ["Brot"]
    assert titles(answer(library, '"to stir or not to stir"', "hybrid")) == ["A spoon"]


@pytest.mark.parametrize("mode", MODES)
def test_papers_that_were_just_added_count_like_all_others(tmp_path: Path, mode: str) -> None:
    """Corrections, acronyms, titles, phrases: with everything published, with some papers beside
    the index, and with some removed and changed that the index still holds."""
    first = write(tmp_path / "first.json", PAPERS)
    gone = [{"id": "c1", "title": "Thermal gorgets", "abstract": "Hot (SLG: sad little gorget)."}]
    gone.append({"id": "c2", "title": "A sad little gorget (SLG)", "abstract": "Worn. Gorgets."})
    later = write(tmp_path / "later.json", [*LATER, *gone])
    with paperkin.build(tmp_path / "library", [first, later]) as library:
        library.remove(["c1", "c2"])
        with library.store.lock:
            keyword_files.catch_up(library.store, anew=True)
        queries = (
            *("SLG", "samovar lid gauge", "whistlign samovers", "gorgest", "sad little gorget"),
            *('"lid gauge"', "-samovar", "title:gorgets", "Samovars again", "Kettles in towns"),
        )
        published = {query: said(answer(library, query, mode)) for query in queries}
    assert published["whistlign samovers"][1] == "whistling samovars"
    assert published["gorgest"][1] is None
    # The same papers, in an index that knows the first only.
    with paperkin.build(tmp_path / "library2", first) as library:
        kept = tmp_path / "kept"
        shutil.copytree(tmp_path / "library2" / "keyword", kept)
        library.add(later)
        library.remove(["c1", "c2"])
        shutil.rmtree(tmp_path / "library2" / "keyword")
        shutil.copytree(kept, tmp_path / "library2" / "keyword")
    with paperkin.open(tmp_path / "library2") as library:
        with library.engine._views.current() as (_, view):
            assert len(view.pending) == len(LATER)
            assert set(synonyms("SLG", "en", view.lexicon).phrases) == {("samovar", "lid", "gaug")}
        for query in queries:
            assert said(answer(library, query, mode))[:3] == published[query][:3], query
            ranked = [each for each, _ in said(answer(library, query, mode))[3]]  # type: ignore[attr-defined]
            assert set(ranked) == {each for each, _ in published[query][3]}  # type: ignore[attr-defined]
    # An index that holds all of them, two of which went.
    with paperkin.build(tmp_path / "library3", [first, later]) as library:
        shutil.copytree(tmp_path / "library3" / "keyword", tmp_path / "kept3")
        library.remove(["c1", "c2"])
        shutil.rmtree(tmp_path / "library3" / "keyword")
        shutil.copytree(tmp_path / "kept3", tmp_path / "library3" / "keyword")
    with paperkin.open(tmp_path / "library3") as library:
        with library.engine._views.current() as (_, view):
            assert len(view.stale) == 2
        for query in queries:
            assert said(answer(library, query, mode))[:3] == published[query][:3], query


def test_a_phrase_in_a_language_without_spaces(tmp_path: Path) -> None:
    papers = [
        {"title": "面包与酵母", "abstract": "酵母让面包变大。"},
        {"title": "母酵面包", "abstract": "面粉和水的包子。"},
        {"title": "茶", "abstract": "水要烧开。"},
    ]
    path = write(tmp_path / "p.json", papers)
    with paperkin.build(tmp_path / "library", path, language="zh") as library:
        for mode in MODES:
            assert titles(answer(library, '"酵母"', mode)) == ["面包与酵母"]
            assert titles(answer(library, "abstract:让面包变", mode)) == ["面包与酵母"]
            assert titles(answer(library, 'title:"面包" -酵母', mode)) == ["母酵面包"]
            assert answer(library, "-面 -水", mode).total == 0
            # The title of one ends in its first two letters, the abstract holds the last two.
            assert answer(library, '"面包子"', mode).total == 0


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Library]:
    papers = [
        *PAPERS,
        {"title": "A reply", "abstract": "We doubt arXiv:2003.99999 and doi:10.1000/gone (2019)."},
        {
            "title": "Lids",
            "abstract": "Of 123 lids.",
            "authors": ["Ada Quill"],
            "published": "1999",
        },
        {"title": "More lids", "abstract": "And pans.", "authors": ["Quill, B."]},
    ]
    with paperkin.build(tmp_path / "library", write(tmp_path / "p.json", papers)) as library:
        yield library


@pytest.mark.parametrize("mode", MODES)
def test_an_id_that_no_paper_has(changing: Library, mode: str) -> None:
    """What is near to an id by its letters is no answer; papers that mention it are."""
    for query, id in (
        ("arXiv:2106.12345v2", "arXiv:2106.12345"),
        ("<https://doi.org/10.1000/NOBODY>.", "DOI:10.1000/nobody"),
        ("PMID 123", "PMID:123"),
        ("pk:abcdefghijklmnop", "pk:abcdefghijklmnop"),
    ):
        hits = answer(changing, query, mode)
        assert (list(hits), hits.total, hits.verdict) == ([], 0, "nothing")
        assert hits.remark == f"The library has no paper with the id {id}."
        assert hits.query == query
    for query, id in (("2003.99999", "arXiv:2003.99999"), ("doi:10.1000/gone", "DOI:10.1000/gone")):
        hits = answer(changing, query, mode)
        assert (titles(hits), hits.verdict) == (["A reply"], "weak")
        assert hits.remark == f"The library has no paper with the id {id}. These papers mention it."


def test_an_id_of_a_paper_that_was_removed_or_filtered_out(changing: Library) -> None:
    hits = changing.search("arXiv:2003.00007", year="2015")
    assert titles(hits) == ["Rye bread"]
    assert hits.remark is not None
    assert hits.remark.startswith("The paper that the query names does not pass the filters.")
    assert changing.search("arXiv:2003.00007").remark is None
    changing.remove("arXiv:2003.00007")
    hits = changing.search("arXiv:2003.00007")
    assert len(hits) == 0
    assert hits.remark is not None
    assert hits.remark.startswith("The paper arXiv:2003.00007 was removed from the library.")


@pytest.mark.parametrize("mode", MODES)
def test_a_name_is_said_to_be_an_authors(changing: Library, mode: str) -> None:
    said = 'The library has a paper by an author of that name: search for author:"ada quill" to'
    assert said in (answer(changing, "ada quill", mode).remark or "")
    said = "The library has 2 papers by an author of that name: search for author:Quill to see them"
    assert said in (answer(changing, "Quill", mode).remark or "")
    assert len(answer(changing, "author:Quill", mode)) == 2
    for query in ("ada nobody", "zymurgy", "kettles in towns"):
        assert "author" not in (answer(changing, query, mode).remark or "")


def test_an_empty_answer_says_why(changing: Library) -> None:
    for query, filters, said in (
        ("kettles", {"year": "1066"}, "No paper passes the filters."),
        ("kettles title:zymurgy", {}, "No paper has title:zymurgy."),
        ('"no such words"', {"year": "1999"}, 'No paper has "no such words".'),
        (
            "zymurgy",
            {"year": "1999"},
            "No paper that passes the filters holds a word of the query.",
        ),
        (
            "title:kettles -kettles",
            {},
            "No paper meets all that the query demands or excludes.",
        ),
    ):
        hits = changing.search(query, mode="keyword", **filters)  # type: ignore[arg-type]
        assert (len(hits), hits.remark, hits.as_dict()["remark"]) == (0, said, said)
    hits = changing.search("kettles", offset=100)
    assert hits.remark == "The answer ends at place 14; offset 100 is beyond it."


def test_an_answer_of_a_library_without_papers_says_so(tmp_path: Path) -> None:
    papers = write_papers(tmp_path / "papers.jsonl", PAPERS[:1])
    with paperkin.build(tmp_path / "library", papers) as library:
        library.remove("a1")
        for query in ("bread", "author:miller"):
            assert library.search(query, groups=True).remark == "The library has no papers."

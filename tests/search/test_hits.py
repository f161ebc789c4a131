"""What a Hits gives to Python: slices, text, tables of other programs, vectors, BibTeX."""

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars
import pyarrow
import pytest

import paperkin
from paperkin.index.errors import LibraryError, UnknownPaper
from paperkin.index.paper import Paper
from paperkin.search.groups import Group
from paperkin.search.hits import Hit, Hits, Reranked
from paperkin.search.library import Library
from paperkin.search.why import Sentence, Why
from small import write_papers


@pytest.fixture(scope="module")
def hits(small_library: Library) -> Hits:
    return small_library.search("why is my loaf so acidic", 6, explain=True)


def test_a_slice_is_an_answer_too(small_library: Library, hits: Hits) -> None:
    part = hits[2:4]
    assert isinstance(part, Hits)
    assert [hit.rank for hit in part] == [3, 4]
    assert (part.offset, part.next, part.total, part.query) == (2, 4, hits.total, hits.query)
    assert "why is my loaf" in part._repr_html_()
    page = small_library.search("why is my loaf so acidic", 2, offset=2, explain=True)
    assert [hit.id for hit in page] == [hit.id for hit in part]
    assert (page.offset, page.next) == (part.offset, part.next)
    assert [hit.rank for hit in hits[::-2]] == [6, 4, 2]
    assert (hits[::-2].offset, hits[::-2].next) == (1, 6)
    assert (len(hits[9:]), hits[9:].next) == (0, None)
    assert hits[-1] is hits.hits[-1]
    assert hits[0] in hits
    assert hits.index(hits[3]) == 3


def test_it_prints_readably(hits: Hits) -> None:
    lines = str(hits[:1]).splitlines()
    assert lines[0] == "why is my loaf so acidic: 1 of 8 papers (hybrid)"
    assert lines[-3].startswith("  1. Wild yeast in sourdough starters")
    assert "Cyril Óg, Wei Zhang · Journal of Ferments · 2019 · DOI:10.1000/yeast.2" in lines[-2]
    assert repr(hits) == "<Hits for 'why is my loaf so acidic': 6 of 8 papers (hybrid)>"
    assert "\x1b" not in str(replace(hits, query="\x1b[31m"))


def test_tables_have_the_same_values_and_types(hits: Hits) -> None:
    table, frame, polar = hits.to_arrow(), hits.to_pandas(), hits.to_polars()
    assert table.column_names == list(frame.columns) == polar.columns
    assert table.to_pylist() == polar.to_dicts()
    for row, hit in zip(table.to_pylist(), hits, strict=True):
        said = hit.as_dict()
        assert {name: row[name] for name in said if name in row} == {
            name: value for name, value in said.items() if name != "why"
        }
        assert hit.why is not None
        assert row["words"] == list(dict.fromkeys(each.text.lower() for each in hit.why.words))
        assert row["missing"] == list(hit.why.missing)
    assert list(frame["id"]) == table["id"].to_pylist() == [hit.id for hit in hits]
    assert table.schema.field("year").type == pyarrow.int32()
    assert table.schema.field("authors").type == pyarrow.list_(pyarrow.string())
    assert polar.schema["authors"] == polars.List(polars.String)
    assert str(frame["year"].dtype) == "Int64"
    assert frame["authors"][0] == list(hits[0].paper.authors)
    parts = [name for name in frame.columns if name.startswith("part_")]
    assert frame[parts].sum(axis=1).to_numpy() == pytest.approx(frame["score"].to_numpy(), abs=1e-5)
    first = hits[0].why
    assert first is not None
    assert first.sentence is not None
    assert frame["sentence"][0] == first.sentence.text


def test_an_empty_answer_has_the_same_columns(hits: Hits) -> None:
    none = hits[:0]
    plain = [each for each in hits.to_arrow().schema if each.name in none.to_arrow().column_names]
    assert list(none.to_arrow().schema) == plain
    assert dict(none.to_pandas().dtypes) == {
        name: kind for name, kind in hits.to_pandas().dtypes.items() if name in none.to_pandas()
    }
    assert len(none.to_polars()) == 0
    assert none.to_bibtex() == ""
    assert none.vectors.shape == (0, 384)


def test_a_year_that_is_not_known_is_a_gap(hits: Hits) -> None:
    hit = replace(hits[0], paper=replace(hits[0].paper, year=None), confidence=None)
    some = replace(hits, hits=(hit, hits[1]))
    assert some.to_arrow()["year"].to_pylist() == [None, hits[1].paper.year]
    assert some.to_pandas()["year"].isna().tolist() == [True, False]
    assert some.to_pandas()["confidence"].isna().tolist() == [True, False]


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_missing_package_is_named_with_its_command(
    hits: Hits, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=f"pip install {name}$"):
        getattr(hits, f"to_{name}")()


def test_vectors_are_those_of_the_hits(small_library: Library, hits: Hits) -> None:
    vectors = hits[1:4].vectors
    assert vectors.ids == tuple(hit.id for hit in hits[1:4])
    assert vectors.array.dtype == np.float32
    assert vectors.shape == np.asarray(vectors).shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    # The exact cosine with itself is what a semantic search by its abstract would give.
    semantic = small_library.search("bread", 3, mode="semantic", exact=True)
    asked = small_library.related(semantic[0].id, 1).vectors
    assert len(asked) == 1
    with small_library.store.read() as snapshot:
        numbers = np.array([snapshot.number_of(each) for each in vectors.ids], np.int64)
        stored = snapshot.vectors(numbers, snapshot.model).astype(np.float32)
    assert (vectors.array == stored).all()
    assert (vectors[0] == stored[0]).all()
    assert (pickle.loads(pickle.dumps(hits)).vectors.array == hits.vectors.array).all()


def test_vectors_are_of_the_answer_or_none(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "papers.jsonl")
    with paperkin.build(tmp_path / "library", source) as library:
        hits = library.search("bread", 3)
        library.remove(hits[1].id)
        with pytest.raises(UnknownPaper, match=f"{hits[1].id} was removed .* since this answer"):
            _ = hits.vectors
        assert len(hits[2:].vectors) == 1
        other = replace(hits[0].paper, abstract="What it said before.")
        with pytest.raises(LibraryError, match="another title or abstract since this answer"):
            _ = replace(hits, hits=(replace(hits[0], paper=other),)).vectors
        assert hits.found_in is not None
        elsewhere = replace(hits, found_in=replace(hits.found_in, model="another"))
        with pytest.raises(LibraryError, match="another model since this answer"):
            _ = elsewhere.vectors
    with pytest.raises(LibraryError, match="of no library"):
        _ = Hits((), 0, 0, "hybrid").vectors


def test_bibtex_builds_the_same_papers_again(hits: Hits, tmp_path: Path) -> None:
    path = tmp_path / "list.bib"
    path.write_text(hits.to_bibtex(), encoding="utf-8")
    with paperkin.build(tmp_path / "again", path) as library:
        assert {paper.title for paper in library} == {hit.title for hit in hits}
        again = library[hits[0].id]
    for name in ("title", "abstract", "authors", "published", "venue", "url"):
        assert getattr(again, name) == getattr(hits[0].paper, name)
    assert hits[0].paper.to_bibtex() in hits.to_bibtex()


def test_nothing_of_this_is_imported_with_the_library() -> None:
    code = (
        "import sys, paperkin.search.library; "
        "print(set('pandas polars pyarrow IPython'.split()) & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_related_and_recommended_papers_are_told_by_title(small_library: Library) -> None:
    loaf = small_library.search("why is my loaf so acidic", 1)[0]
    related = small_library.related(loaf.id, 2)
    assert str(related).startswith(f"Related to “{loaf.title}”: 2 of ")
    found = small_library.recommend([loaf.id], k=2)
    assert str(found).startswith(f"Recommended for “{loaf.title}”: 2 of ")
    assert f"because of “{loaf.title}”" in str(found)
    assert f"Because of “{loaf.title}”" in found._repr_html_()
    assert found.to_arrow()["because_of"].to_pylist()[0] == [loaf.id]
    assert found.vectors.shape == (2, 384)


def test_what_was_asked_and_what_to_know_of_it_stand_above_the_papers() -> None:
    papers = [Paper(f"pk:{n}", f"Title {n}\x1b", "Said of it.") for n in range(1, 6)]
    titles = {paper.id: f"T{paper.id[-1]}" for paper in papers[1:]}
    sentence = Sentence("Said of it.", 0, 11, 0.5)
    first = Hit(1, 0.5, papers[0], 0.25, because_of=("pk:2",), why=Why({}, sentence=sentence))
    group = Group("Kettles", (), "They whistle.", ("pk:1", "pk:2"), (first,), None)
    hits = Hits((first,), 5, 0, "hybrid", "tea", titles=titles)
    told = replace(
        hits,
        corrected="teas",
        suggestion="team",
        remark="No good.",
        reranked=Reranked("Tiny", 20),
        groups=(group,),
    )
    assert str(told).splitlines() == [
        "tea: 1 of 5 papers (hybrid)",
        "Showing results for: teas",
        "Did you mean: team",
        "No good.",
        "Reranked by Tiny down to place 20.",
        "",
        "Kettles (2 papers): They whistle.",
        "",
        "  1. Title 1 ",
        "     pk:1 · 25% sure",
        "     because of “T2”",
        "     “Said of it.”",
    ]
    assert str(replace(hits, hits=(), query="")) == "all papers: 0 of 5 papers (hybrid)"
    ids = tuple(f"pk:{n}" for n in range(1, 6))
    related = str(replace(hits, hits=(), ids=ids))
    assert related == "Related to pk:1, “T2”, “T3” and 2 more: 0 of 5 papers"
    liked = str(replace(hits, hits=(), total=1, ids=ids[:1], unlike=ids[1:2]))
    assert liked == "Recommended for pk:1, and not like “T2”: 0 of 1 paper"
    assert str(replace(hits, hits=(), ids=ids[:1], unlike=())).startswith("Recommended for pk:1: ")

"""Answers over twelve thousand real papers: recall against exact search, full pages, one moment."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import paperkin
from paperkin.index import dense, keyword_files, likeliest
from paperkin.index.candidates import Candidates
from paperkin.index.models import resolve_model
from paperkin.search import confidence
from paperkin.search.confidence import Evidence
from paperkin.search.library import Library
from paperkin.search.question import Mode
from small import leave_behind
from tiny_models import edit_json

QUERIES = (
    "long context attention without quadratic cost",
    "text to video diffusion with camera control",
    "reward models that can be gamed",
    "3d gaussian splatting of moving people",
    "small language models for phones",
    "benchmarks for agents that browse the web",
    "protein structure prediction",
    "speech recognition for low resource languages",
    "watermarks in generated text",
    "mixture of experts routing",
    "chain of thought faithfulness",
    "robot manipulation from human videos",
)


@pytest.fixture(scope="session")
def daily(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("daily")
    source = shared / "corpora" / "hf-daily.jsonl.gz"
    model = folder / "model"
    shutil.copytree(resolve_model().folder, model)
    # The beginnings of abstracts have vectors that lie as those of whole ones do, and are encoded
    # in a quarter of the time; words are still those of whole abstracts.
    edit_json(model / "sentence_bert_config.json", max_seq_length=64)
    with paperkin.build(folder / "library", source, model=str(model)) as library:
        yield library


@pytest.fixture
def proposed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many candidates FAISS proposed for each search that asked it.

    A library of this size is scanned whole, since candidates of the usual depth are more than a
    quarter of it. At half that depth it is not, and recall can only be worse.
    """
    monkeypatch.setattr(likeliest, "_SPARE", 2)
    found: list[int] = []
    ask = Candidates.ask

    def counted(
        index: Candidates, query: NDArray[np.float32], depth: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        positions, cosines = ask(index, query, depth)
        found.append(len(positions))
        return positions, cosines

    monkeypatch.setattr(Candidates, "ask", counted)
    # What confidence looks at in the whole library, whatever was filtered, ranks nothing.
    monkeypatch.setattr(confidence, "weigh", lambda *_, **__: Evidence(np.zeros(0), np.zeros(0)))
    return found


def top(hits: paperkin.Hits) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in hits]


def test_every_paper_is_there(daily: Library) -> None:
    assert len(daily) == 12_722
    assert daily["2412.07760"].title.startswith("SynCamMaster")


def test_candidates_are_proposed_by_faiss(daily: Library) -> None:
    with daily.engine._views.current() as (_, view):
        assert view.dense is not None
        assert view.dense.has_candidates
        assert not len(view.beside_numbers)


@pytest.mark.parametrize("mode", ["semantic", "hybrid"])
def test_recall_against_exact_search(daily: Library, mode: Mode, proposed: list[int]) -> None:
    found = []
    for query in QUERIES:
        exact = top(daily.search(query, mode=mode, exact=True))
        likely = top(daily.search(query, mode=mode))
        assert set(likely) & set(exact), query
        # Where both find a paper they agree on its score.
        assert dict(likely).items() >= {(i, s) for i, s in exact if i in dict(likely)}
        found.append(len(set(exact) & set(likely)) / 10)
    assert np.mean(found) >= 0.99
    assert proposed == [2000] * len(QUERIES)


def test_exact_search_compares_with_every_vector(daily: Library, proposed: list[int]) -> None:
    with daily.store.read() as snapshot:
        numbers = snapshot.live()
        vectors = snapshot.vectors(numbers, snapshot.model).astype(np.float64)
        names = snapshot.ids_of(numbers)
    for row in range(5000, len(numbers), 1500):
        cosines = vectors @ vectors[row]
        cosines[row] = -1
        nearest = [names[int(numbers[n])] for n in np.argsort(-cosines)[:10]]
        # The paper itself comes first, then those nearest to it.
        hits = daily.search(names[int(numbers[row])], 11, mode="semantic", exact=True)[1:]
        assert {hit.id for hit in hits} == set(nearest)
        assert [hit.score for hit in hits] == pytest.approx(np.sort(cosines)[:-11:-1], abs=1e-3)
    assert not proposed


def test_recall_on_many_queries_of_real_text(daily: Library, proposed: list[int]) -> None:
    with daily.store.read() as snapshot:
        numbers = snapshot.live()[::43]
        papers = list(snapshot.papers(numbers).values())
    found = []
    for paper in papers:
        exact = [hit.id for hit in daily.related(paper.id, exact=True)]
        likely = [hit.id for hit in daily.related(paper.id)]
        found.append(len(set(exact) & set(likely)) / 10)
    assert len(proposed) == len(found) > 250
    assert np.mean(found) >= 0.99


@pytest.mark.parametrize(
    ("published", "total", "proposing"),
    [
        (":2023", 1, False),
        ("2024:2024", 2_232, False),
        ("2024:2025", 8_107, False),
        ("2025:", 10_489, True),
        ("2023:", 12_721, True),
    ],
)
def test_filtered_pages_are_full_and_right(
    daily: Library, published: str, total: int, proposing: bool, proposed: list[int]
) -> None:
    for query in QUERIES[:4]:
        exact = daily.search(query, mode="semantic", exact=True, published=published)
        likely = daily.search(query, mode="semantic", published=published)
        assert likely.total == exact.total == total
        assert len(likely) == len(exact) == min(10, total)
        first, _, last = published.partition(":")
        assert all((first or "0") <= hit.paper.published <= (last or "9") for hit in likely)
        assert len(set(top(exact)) & set(top(likely))) >= 0.9 * len(exact)
    assert len(proposed) == (len(QUERIES[:4]) if proposing else 0)


def test_a_page_is_full_where_few_candidates_pass(
    daily: Library, proposed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = top(daily.search(QUERIES[0], mode="semantic", exact=True))
    monkeypatch.setattr(Candidates, "ask", lambda *_: (np.arange(5), np.zeros(5, np.float32)))
    assert top(daily.search(QUERIES[0], mode="semantic")) == expected


def test_pages_are_cut_from_one_list(daily: Library) -> None:
    for mode in ("hybrid", "semantic", "keyword"):
        whole = top(daily.search(QUERIES[0], 300, mode=mode))
        pages = [
            h
            for o in range(0, 300, 50)
            for h in top(daily.search(QUERIES[0], 50, offset=o, mode=mode))
        ]
        assert pages == whole
        deep = daily.search(QUERIES[0], 10, offset=9_990, mode=mode)
        assert deep.next is None
        assert len(deep) == (10 if mode != "keyword" else min(10, max(0, deep.total - 9_990)))
    words = daily.search("language model", 10, offset=2_000, mode="keyword")
    assert words.total > 3_000
    assert [hit.rank for hit in words] == list(range(2_001, 2_011))


def test_keyword_total_counts_papers_with_a_word(daily: Library, shared: Path) -> None:
    hits = daily.search("protein", mode="keyword", k=1)
    everyone = daily.search("protein", mode="keyword", k=hits.total + 5)
    assert len(everyone) == hits.total
    assert all("protein" in (hit.title + hit.paper.abstract).lower() for hit in everyone)
    part = daily.search("protein", mode="keyword", k=5, year="2025-")
    recent = [hit.id for hit in everyone if (hit.paper.year or 0) >= 2025]
    assert part.total == len(recent) < hits.total
    assert [hit.id for hit in part] == recent[:5]
    # More papers than one page of the index is collected from.
    many = daily.search("language", mode="keyword", k=10_000)
    recent = [hit.id for hit in many if (hit.paper.year or 0) >= 2025]
    part = daily.search("language", mode="keyword", k=5, year="2025-")
    assert part.total == len(recent) > 2_000


def test_papers_beside_the_indexes_are_ranked_as_if_they_were_in_them(
    daily: Library, shared: Path, tmp_path: Path
) -> None:
    """The same library with its derived indexes some hundred papers behind answers the same."""
    behind = tmp_path / "behind"
    shutil.copytree(daily.path, behind)
    with paperkin.open(behind) as library:
        leave_behind(library, 25)
        with library.engine._views.current() as (_, view):
            assert len(view.pending) == len(view.beside_numbers) == 12_722 // 25
        for query in QUERIES:
            for mode in ("keyword", "semantic", "hybrid"):
                expected = dict(top(daily.search(query, 20, mode=mode, exact=True)))
                got = dict(top(library.search(query, 20, mode=mode, exact=True)))
                assert len(expected.keys() & got.keys()) >= 19
                for paper in expected.keys() & got.keys():
                    assert got[paper] == pytest.approx(expected[paper], rel=1.5e-3)
        with library.store.lock:
            keyword_files.catch_up(library.store)
            dense.publish(library.store)
        for query in QUERIES:
            expected, got = top(daily.search(query)), top(library.search(query))
            assert [paper for paper, _ in got] == [paper for paper, _ in expected]
            # Until Tantivy merges its segments, mean lengths count what it holds as deleted (here
            # a twenty-fifth).
            assert [s for _, s in got] == pytest.approx([s for _, s in expected], abs=2e-5)


def test_one_line_of_the_source_is_one_paper(daily: Library, shared: Path) -> None:
    import gzip

    with gzip.open(shared / "corpora" / "hf-daily.jsonl.gz", "rt", encoding="utf-8") as lines:
        for _, line in zip(range(200), lines, strict=False):
            record = json.loads(line)
            paper = daily[record["id"]]
            assert paper.year == record["year"]
            assert list(paper.authors) == [" ".join(name.split()) for name in record["authors"]]
            assert paper.extra["upvotes"] == record["upvotes"]

"""Filters keep recall: the answer of whatever plan a search chooses against exact search under the
same filter, over a hundred thousand real papers."""

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from static_model import write_word_means

import paperkin
from paperkin.index import dense, keyword_files
from paperkin.index.candidates import Candidates
from paperkin.index.commit import set_state
from paperkin.index.encoder import Encoder
from paperkin.index.filters import Filters, select
from paperkin.index.maintain import catch_up
from paperkin.index.own_model import library_model
from paperkin.index.snapshot import REMOVED
from paperkin.search import confidence
from paperkin.search.confidence import Evidence
from paperkin.search.library import Library

PAPERS = 100_000
QUERIES = 100
RECALL = 0.99
PARTS = {"all": 1.0, "half": 0.5, "tenth": 0.1, "twentieth": 0.05, "hundredth": 0.01}
PARTS |= {"5-of-1000": 0.005, "1-of-1000": 0.001, "1-of-10000": 0.0001}
"""Categories that are given to random parts of the papers, each part within the one before."""
WORDS = 30
"""Words of each abstract that are kept: longer ones take time and change nothing here."""


Filter = dict[str, str]


@dataclass(frozen=True)
class Collection:
    """A library, and titles of papers that are not in it to ask it: of any kind, and of astronomy,
    with their unit vectors, float32, shape (QUERIES, dim)."""

    library: Library
    titles: list[str]
    stars: list[str]
    vectors: dict[str, NDArray[np.float32]]


def make_collection(corpus: Path, folder: Path) -> tuple[Path, Path, list[str], list[str]]:
    """PAPERS of a corpus as JSON Lines, a model for them, and the titles of a Collection."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        total = sum(1 for _ in lines)
    places = np.random.default_rng(5).permutation(total).tolist()
    path = folder / "papers.jsonl"
    texts, titles, stars = [], [], []
    with gzip.open(corpus, "rt", encoding="utf-8") as lines, open(path, "w") as out:
        for place, line in zip(places, lines, strict=True):
            if place >= PAPERS + 40 * QUERIES:
                continue
            record = json.loads(line)
            if place >= PAPERS:
                of_stars = any(each.startswith("astro-ph") for each in record["categories"])
                (stars if of_stars else titles).append(record["title"])
                continue
            abstract = " ".join(record["abstract"].split()[:WORDS])
            parts = [part for part, share in PARTS.items() if place < share * PAPERS]
            kept = {each: record[each] for each in ("id", "title", "year")}
            kept |= {"abstract": abstract, "categories": record["categories"] + parts}
            out.write(json.dumps(kept) + "\n")
            if place % 20 == 0:
                texts.append(f"{record['title']} {abstract}")
    return path, write_word_means(folder / "model", texts), titles, stars


def plain(library: Library, titles: list[str]) -> list[str]:
    """Titles that are searched by as they stand, without conditions or corrections."""
    hits = ((each, library.search(each, 1, mode="keyword")) for each in titles if words(each))
    found = [each for each, answer in islice(hits, 3 * QUERIES) if answer.corrected is None]
    assert len(found) >= QUERIES
    return found[:QUERIES]


def words(title: str) -> bool:
    return all(letter.isalnum() or letter in " ,:-" for letter in title) and " -" not in title


@pytest.fixture(scope="module")
def collection(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    corpus = shared / "corpora" / "arxiv.jsonl.gz"
    if not corpus.is_file():
        pytest.skip("shared/corpora/arxiv.jsonl.gz is not beside the repository")
    folder = tmp_path_factory.mktemp("hundred-thousand")
    path, model, titles, stars = make_collection(corpus, folder)
    import torch

    # Threads that wait for each other take longer than so small a model does.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    library = paperkin.build(folder / "library", path, model=str(model))
    torch.set_num_threads(threads)
    with library:
        yield ready(library, titles, stars)


def ready(library: Library, titles: list[str], stars: list[str]) -> Collection:
    titles, stars = plain(library, titles), plain(library, stars)
    encoded = Encoder(library_model(library.store)).encode_queries([*titles, *stars])
    vectors = dict(zip([*titles, *stars], encoded, strict=True))
    return Collection(library, titles, stars, vectors)


class Truth:
    """The nearest papers by the vectors as they stand in library.db, with no index between."""

    def __init__(self, library: Library) -> None:
        self._library = library
        with library.store.read() as snapshot:
            self.numbers = snapshot.live()
            self._vectors = snapshot.vectors(self.numbers, snapshot.model).astype(np.float32)
            self._ids = snapshot.ids_of(self.numbers)

    def nearest(self, vectors: NDArray[np.float32], filters: Filter) -> list[set[str]]:
        """For each query the ten nearest that pass, and what ties with the last of them."""
        with self._library.store.read() as snapshot:
            passing = select(snapshot, Filters(**{name: (v,) for name, v in filters.items()}))
        rows = np.searchsorted(self.numbers, passing)
        answers = []
        for cosines in vectors @ self._vectors[rows].T:
            least = np.partition(cosines, -min(10, len(cosines)))[-min(10, len(cosines))]
            found = self.numbers[rows[cosines > least - 2e-6]]
            answers.append({self._ids[int(number)] for number in found})
        return answers


@dataclass
class Plan:
    """What searches asked of the dense index: candidates of FAISS, and rows that are scored because
    they pass."""

    proposed: list[int] = field(default_factory=list)
    scored: list[int] = field(default_factory=list)


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Plan:
    plan = Plan()
    ask, scan = Candidates.ask, dense.DenseIndex.scan

    def proposing(index: Candidates, query: Any, depth: int) -> Any:
        plan.proposed.append(depth)
        return ask(index, query, depth)

    def scoring(index: dense.DenseIndex, query: Any, positions: Any = None) -> Any:
        plan.scored.append(len(index) if positions is None else len(positions))
        return scan(index, query, positions)

    monkeypatch.setattr(Candidates, "ask", proposing)
    monkeypatch.setattr(dense.DenseIndex, "scan", scoring)
    # What confidence looks at in the whole library, whatever was filtered, ranks nothing.
    monkeypatch.setattr(confidence, "weigh", lambda *_, **__: Evidence(np.zeros(0), np.zeros(0)))
    return plan


def recall(
    collection: Collection, truth: Truth, titles: list[str], filters: Filter, total: int
) -> float:
    """Mean recall@10 of semantic search by some titles; every page is checked to be full."""
    vectors = np.array([collection.vectors[each] for each in titles])
    found = []
    for title, nearest in zip(titles, truth.nearest(vectors, filters), strict=True):
        hits = collection.library.search(title, mode="semantic", **filters)
        assert hits.total == total
        assert len(hits) == min(10, total), title
        got = {hit.id for hit in hits}
        found.append(len(got & nearest) / len(hits))
    return float(np.mean(found))


@pytest.fixture(scope="module")
def truth(collection: Collection) -> Truth:
    return Truth(collection.library)


@pytest.mark.parametrize(
    ("category", "passing"),
    [
        *((part, round(share * PAPERS)) for part, share in PARTS.items()),
        ("!all", 0),
        ("!half", PAPERS // 2),
        ("!hundredth", PAPERS - PAPERS // 100),
    ],
)
def test_recall_with_any_part_of_the_papers(
    collection: Collection, truth: Truth, plan: Plan, category: str, passing: int
) -> None:
    if not passing:
        assert len(collection.library.search(collection.titles[0], category=category)) == 0
        return
    assert recall(collection, truth, collection.titles, {"category": category}, passing) >= RECALL
    # The plan that is quick, and no other: candidates where many pass, else those that pass.
    if passing >= PAPERS // 2:
        assert len(plan.proposed) >= QUERIES
        assert len(plan.scored) <= QUERIES // 10
    else:
        assert not plan.proposed
        assert set(plan.scored) <= {passing}


@pytest.mark.parametrize(
    ("of_stars", "filters", "least", "most"),
    [
        (False, {"category": "cs.CL"}, 0.2, 0.3),
        (True, {"category": "cs.CL"}, 0.2, 0.3),
        (True, {"category": "!astro-ph*"}, 0.8, 0.95),
        (False, {"category": "astro-ph*"}, 0.05, 0.2),
        (False, {"category": "!cs.*"}, 0.05, 0.3),
        (False, {"category": "cs.CL", "year": "2025"}, 0.1, 0.2),
        (True, {"category": "cs.AI", "year": "2025-"}, 0.4, 0.6),
        (True, {"category": "cs.CL", "year": "-2024"}, 0.0, 0.1),
    ],
    ids=repr,
)
def test_recall_with_filters_that_go_with_the_question_or_against_it(
    collection: Collection, truth: Truth, of_stars: bool, filters: Filter, least: float, most: float
) -> None:
    titles = collection.stars if of_stars else collection.titles
    total = collection.library.search(titles[0], 1, mode="semantic", **filters).total
    assert least <= total / PAPERS <= most
    assert recall(collection, truth, titles, filters, total) >= RECALL


@pytest.mark.parametrize(
    ("filters", "queries"),
    [
        ({"category": "all"}, QUERIES),
        ({"category": "half"}, QUERIES),
        ({"category": "cs.CL"}, QUERIES // 2),
        ({"category": "tenth"}, QUERIES // 5),
        ({"category": "hundredth"}, QUERIES // 5),
        ({"category": "1-of-10000"}, QUERIES // 5),
    ],
    ids=repr,
)
def test_hybrid_answers_are_those_of_exact_search(
    collection: Collection, filters: Filter, queries: int
) -> None:
    found = []
    for title in collection.stars[: queries // 2] + collection.titles[: queries // 2]:
        exact = {hit.id for hit in collection.library.search(title, exact=True, **filters)}
        likely = {hit.id for hit in collection.library.search(title, **filters)}
        assert len(likely) == len(exact) == 10
        found.append(len(exact & likely) / 10)
    assert np.mean(found) >= RECALL


@pytest.mark.parametrize("category", ["half", "hundredth", "!cs.CL"])
def test_keyword_answers_are_those_of_all_papers_that_pass(
    collection: Collection, category: str
) -> None:
    with collection.library.store.read() as snapshot:
        passing = select(snapshot, Filters(category=(category,)))
        ids = set(snapshot.ids_of(passing).values())
    for title in collection.titles[:5]:
        first = collection.library.search(title, 10_000, mode="keyword")
        hits = collection.library.search(title, mode="keyword", category=category)
        expected = [hit for hit in first if hit.id in ids][:10]
        assert [hit.id for hit in hits] == [hit.id for hit in expected]
        # Behind place 1,000, scores are kept a millionth below those before.
        scores = pytest.approx([hit.score for hit in expected], abs=1e-5)
        assert [hit.score for hit in hits] == scores


def test_recall_with_papers_removed_and_papers_beside_the_index(
    collection: Collection, plan: Plan, tmp_path: Path
) -> None:
    """With three papers in ten removed and one in fifty changed: first as a process leaves it that
    is killed before the dense index has heard of it, then with the index brought up."""
    shutil.copytree(collection.library.path, tmp_path / "changed")
    with paperkin.open(tmp_path / "changed") as library:
        with library.store.lock:
            with library.store.read() as snapshot:
                numbers = np.random.default_rng(6).permutation(snapshot.live())
                removed = snapshot.papers(numbers[: 3 * PAPERS // 10])
            beside = numbers[3 * PAPERS // 10 :][: PAPERS // 50]
            with library.store.write() as connection:
                commit = set_state(connection, removed, REMOVED, "remove")
                connection.executemany(
                    "UPDATE papers SET seq = ? WHERE paper = ?",
                    [(commit.seq, int(number)) for number in beside],
                )
            keyword_files.catch_up(library.store)
        changed = replace(collection, library=library)
        truth = Truth(library)
        assert len(truth.numbers) == 7 * PAPERS // 10
        for caught_up in (False, True):
            if caught_up:
                with library.store.lock:
                    catch_up(library.store)
            with library.engine._views.current() as (_, view):
                assert len(view.beside_numbers) == (0 if caught_up else PAPERS // 50)
                assert len(view.dense_alive) == (len(view.live) if caught_up else PAPERS)
            for name in ("all", "half", "twentieth"):
                filters = {"category": name}
                total = library.search("x", 1, mode="semantic", **filters).total
                plan.proposed.clear()
                found = recall(changed, truth, collection.titles, filters, total)
                assert found >= RECALL, (name, caught_up)
                assert (len(plan.proposed) >= QUERIES) == (total > PAPERS // 3)

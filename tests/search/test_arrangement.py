"""What stands on a page: copies of an abstract, diversity, reranking; and that pages continue."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paperkin
from paperkin.index.demo import demonstration
from paperkin.index.encoder import document_text
from paperkin.index.errors import QueryError
from paperkin.index.reranker import Reranker
from paperkin.index.reranker_models import resolve_reranker
from paperkin.search.diversity import marginal
from paperkin.search.hits import Hits
from paperkin.search.library import Library
from small import PAPERS, write_papers
from tiny_models import write_cross_encoder

MODES: tuple[Any, ...] = ("hybrid", "semantic", "keyword")
QUERY = "how bakers tell with their fingers that the dough has risen"
DOUGH = PAPERS[0]["abstract"] + (
    " Forty bakers took part, over two winters, in six towns. Half of them were told the "
    "temperature of the room, and half had to guess it."
)
WORDS = "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu".split()
COPIES = [
    {
        "id": f"copy-{n}",
        "title": f"{word} report on kneading",
        "abstract": DOUGH if n % 2 else f"{DOUGH} Report {word}.",
        "authors": [f"Ada {word}"],
        "published": f"{2000 + n}",
    }
    for n, word in enumerate(WORDS)
]
HONEY = {
    "id": "honey-1",
    "title": "Bakers who keep bees put honey in the dough",
    "abstract": "Some bakers sweeten dough with honey of their own.",
}


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The demonstration papers, and twelve with one abstract that the library keeps apart."""
    folder = tmp_path_factory.mktemp("copies")
    more = write_papers(folder / "more.jsonl", [*COPIES, *PAPERS[1:], HONEY])
    with paperkin.build(folder / "library", [demonstration() / "papers.jsonl", more]) as library:
        yield library


@pytest.fixture(scope="module")
def liking_honey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("cross") / "likes-honey", liked="honey")


def ids(hits: Hits) -> list[str]:
    return [hit.id for hit in hits]


def is_copy(hit: paperkin.Hit) -> bool:
    return hit.title.endswith("report on kneading")


def whole(library: Library, **asked: Any) -> Hits:
    return library.search(QUERY, 300, **asked)


@pytest.mark.parametrize("mode", MODES)
def test_of_twelve_copies_one_stands_on_the_first_page_and_names_the_others(
    copies: Library, mode: Any
) -> None:
    page = copies.search(QUERY, 10, mode=mode)
    assert [hit.rank for hit in page if is_copy(hit)] == [1]
    assert not any(hit.near_identical for hit in page[1:])
    everything = whole(copies, mode=mode)
    assert len(everything) == everything.total
    behind = everything[-11:]
    assert all(is_copy(hit) for hit in behind)
    assert everything[-12].score > behind[0].score
    assert page[0].near_identical == tuple(hit.id for hit in behind)
    assert len(set(ids(everything))) == len(everything)


def test_what_two_copies_resemble_a_third_by_does_not_join_other_papers(copies: Library) -> None:
    for hit in copies.search("wild yeast in sourdough", 20):
        assert is_copy(hit) == bool(hit.near_identical)


def test_a_copy_that_is_asked_for_by_title_or_id_comes_first(copies: Library) -> None:
    by_title = copies.search("Kappa report on kneading", 10)
    assert by_title[0].title == "Kappa report on kneading"
    assert len(by_title[0].near_identical) == 11
    assert not any(is_copy(hit) for hit in by_title[1:])
    number = by_title[0].near_identical[0]
    assert copies.search(number, 10)[0].id == number


def test_copies_that_are_all_asked_for_by_their_title_all_come_first(tmp_path: Path) -> None:
    two = [
        {"id": f"10.1000/{name}", "title": "Kneading", "abstract": DOUGH, "authors": [f"A {name}"]}
        for name in ("one", "two")
    ]
    file = write_papers(tmp_path / "papers.jsonl", [*two, *PAPERS[1:]])
    with paperkin.build(tmp_path / "library", file) as library:
        hits = library.search("kneading", 5)
        assert ids(hits)[:2] == ["DOI:10.1000/one", "DOI:10.1000/two"]
        assert hits[1].near_identical == ()
        (first, other) = library.search("kneading dough with one's fingers", 2)
        assert (first.id, first.near_identical) == ("DOI:10.1000/one", ("DOI:10.1000/two",))
        assert other.id != "DOI:10.1000/two"


def test_papers_that_share_some_sentences_are_no_copies(tmp_path: Path) -> None:
    begun, _ = DOUGH.rsplit(". ", 1)
    other = f"{begun}. Nobody weighed anything or wrote it down that spring."
    papers = [
        {"id": "10.1000/one", "title": "Kneading", "abstract": DOUGH},
        {"id": "10.1000/two", "title": "Kneading and guessing", "abstract": other},
    ]
    with paperkin.build(
        tmp_path / "library", write_papers(tmp_path / "papers.jsonl", papers)
    ) as library:
        hits = library.search(QUERY)
        assert [hit.near_identical for hit in hits] == [(), ()]


def test_copies_that_a_filter_keeps_out_are_not_named(copies: Library) -> None:
    page = copies.search(QUERY, 10, year="2000-2003")
    assert [len(hit.near_identical) for hit in page if hit.near_identical] == [3]
    assert page.total == len(copies.search(QUERY, 100, year="2000-2003"))


def test_related_papers_are_no_copies_of_each_other(copies: Library) -> None:
    related = copies.related("DOI:10.1000/yeast.2", 30)
    assert sum(is_copy(hit) for hit in related) == 1
    few = copies.related("DOI:10.1000/yeast.2", 300)
    assert len(few) == few.total


def test_other_versions_of_the_asked_paper_are_not_related_to_it(copies: Library) -> None:
    page = copies.search(QUERY, 1)
    versions = {page[0].id, *page[0].near_identical}
    assert len(versions) > 10
    for asked in (page[0].id, page[0].near_identical[3], sorted(versions)[:2]):
        related = copies.related(asked, 300)
        assert not versions & {hit.id for hit in related}
        assert related.total == len(related) == len(copies) - len(versions)


def test_added_copies_count_before_the_indexes_know_them(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", [*PAPERS[1:], COPIES[0]])
    with paperkin.build(tmp_path / "library", source) as library:
        library.add(write_papers(tmp_path / "b.jsonl", COPIES[1:]))
        page = library.search(QUERY, 5)
        assert [is_copy(hit) for hit in page] == [True, False, False, False, False]
        library.remove(page[0].near_identical[0])
        assert len(library.search(QUERY, 5)[0].near_identical) == 10


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"diversity": 0.4},
        {"diversity": 1},
        {"rerank": True},
        {"rerank": True, "diversity": 0.3},
        {"rerank": True, "rerank_top": 7},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("arranged", [1000, 40])
def test_pages_continue_each_other_and_scores_descend(
    copies: Library,
    liking_honey: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, Any],
    mode: Any,
    arranged: int,
) -> None:
    # With fewer places to arrange than papers, as in a large library.
    monkeypatch.setattr("paperkin.search.arrangement.ARRANGED", arranged)
    if "rerank" in asked:
        asked = {**asked, "rerank": liking_honey}
    everything = whole(copies, mode=mode, **asked)
    assert len(everything) == everything.total == len(set(ids(everything)))
    scores = [hit.score for hit in everything]
    assert scores == sorted(scores, reverse=True)
    assert {hit.id for hit in everything} == {hit.id for hit in whole(copies, mode=mode)}
    known = [(hit.rank, hit.id, hit.score, hit.near_identical) for hit in everything]
    for offset, k in ((0, 1), (0, 10), (10, 10), (3, 9), (36, 9), (len(known) - 13, 10)):
        page = copies.search(QUERY, k, offset=offset, mode=mode, **asked)
        found = [(hit.rank, hit.id, hit.score, hit.near_identical) for hit in page]
        assert found == known[offset : offset + k]
        assert page.fingerprint == everything.fingerprint


@pytest.mark.parametrize("mode", MODES)
def test_reranking_orders_the_first_papers_alone_and_says_so(
    copies: Library, liking_honey: Path, mode: Any
) -> None:
    plain = whole(copies, mode=mode)
    assert plain.reranked is None
    place = ids(plain).index(ids(copies.search("title:bees honey", 1))[0])
    top = place + 1
    hits = whole(copies, mode=mode, rerank=str(liking_honey), rerank_top=top)
    assert hits.reranked is not None
    assert hits.reranked.as_dict() == {"model": "likes-honey", "top": top}
    assert set(ids(hits)[:top]) == set(ids(plain)[:top])
    assert ids(hits)[top:] == ids(plain)[top:]
    assert hits[top - 1].score > hits[top].score
    assert "honey" in (hits[0].title + hits[0].paper.abstract).lower()
    assert 0.5 < hits[0].score < 1
    if place:
        less = whole(copies, mode=mode, rerank=liking_honey, rerank_top=place)
        assert less[place].id == plain[place].id


def test_a_cross_encoder_reads_the_query_with_title_and_abstract(
    copies: Library, tmp_path: Path
) -> None:
    folder = write_cross_encoder(tmp_path / "random")
    hits = copies.search(QUERY, 5, rerank=folder, rerank_top=5)
    reranker = Reranker(resolve_reranker(str(folder)))
    texts = [document_text(hit.title, hit.paper.abstract) for hit in hits]
    given = reranker.scores(QUERY, texts)
    assert len(set(given.tolist())) > 1
    assert [hit.score for hit in hits] == pytest.approx(given.tolist(), abs=1e-5)


def test_equal_scores_of_a_cross_encoder_stand_in_the_order_of_ids(
    copies: Library, liking_honey: Path
) -> None:
    hits = copies.search(QUERY, 50, rerank=liking_honey)
    ties = 0
    for one, two in itertools.pairwise(hits):
        if one.score == two.score:
            ties += 1
            assert one.id < two.id
    assert ties


def test_a_paper_that_is_named_stays_first_whatever_reranks_or_diversifies(
    copies: Library, liking_honey: Path
) -> None:
    for query in ("Wild yeast in sourdough starters", "10.1000/yeast.2"):
        for asked in ({"rerank": liking_honey}, {"diversity": 0.9}):
            hits = copies.search(query, 20, **asked)
            assert hits[0].id == "DOI:10.1000/yeast.2"
            assert hits[0].score > hits[1].score


def test_an_answer_by_date_is_not_reranked(copies: Library, liking_honey: Path) -> None:
    hits = copies.search("author:zhang", rerank=liking_honey)
    assert len(hits) > 1
    assert hits.reranked is None
    assert hits.fingerprint
    none = copies.search(QUERY, year="1800", rerank=liking_honey)
    assert (none.total, none.reranked) == (0, None)


def test_marginal_relevance_is_that_of_carbonell_and_goldstein() -> None:
    # Two equal papers, one at right angles to them, one opposite.
    vectors = np.array([[1, 0], [1, 0], [0, 1], [-1, 0]], np.float32)
    scores = np.array([1.0, 0.9, 0.6, 0.0])
    order, values = marginal(vectors, scores, 0.5)
    mean = (1 + 0 - 1 + 0 - 1 + 0) / 6
    like = (0 - mean) / (1 - mean)
    assert order.tolist() == [0, 2, 1, 3]
    expected = [0.5, 0.5 * 0.6 - 0.5 * like, 0.5 * 0.9 - 0.5, 0 - 0.5 * like]
    assert values == pytest.approx(expected, abs=1e-6)
    assert marginal(vectors, scores, 0.0)[0].tolist() == [0, 1, 2, 3]
    assert marginal(vectors, scores, 1.0)[0].tolist()[0] == 0
    fixed, held = marginal(vectors, scores, 0.5, 2)
    assert fixed.tolist()[:2] == [0, 1]
    assert held.tolist() == sorted(held, reverse=True)
    assert held[1] > held[2]
    one, value = marginal(vectors[:1], scores[:1], 0.5)
    assert (one.tolist(), value.tolist()) == ([0], [0.5])
    assert len(marginal(vectors[:0], scores[:0], 0.5)[0]) == 0


@pytest.mark.parametrize("mode", MODES)
def test_more_diversity_makes_the_papers_of_a_page_less_alike(copies: Library, mode: Any) -> None:
    def alike(hits: Hits) -> float:
        with copies.store.read() as snapshot:
            numbers = np.array([snapshot.number_of(hit.id) for hit in hits], np.int64)
            vectors = snapshot.vectors(numbers, snapshot.model).astype(np.float64)
        return float((vectors @ vectors.T)[np.triu_indices(len(vectors), 1)].mean())

    query = "what water, bread, sleep and old music mean to people in winter"
    found = [copies.search(query, 10, mode=mode, diversity=each) for each in (0, 0.5, 0.9)]
    likeness = [alike(hits) for hits in found]
    assert likeness[0] > likeness[1] > likeness[2]
    assert len({hits[0].id for hits in found}) == 1
    related = [copies.related("DOI:10.1000/yeast.2", 10, diversity=each) for each in (0, 0.5)]
    assert alike(related[0]) > alike(related[1])


@pytest.mark.parametrize("diversity", [-0.1, 1.1, 2, float("nan"), float("inf"), "0.5", None, True])
def test_what_is_no_diversity_is_an_error(copies: Library, diversity: Any) -> None:
    with pytest.raises(QueryError, match=r"The diversity .* makes no sense"):
        copies.search(QUERY, diversity=diversity)
    with pytest.raises(QueryError, match=r"The diversity .* makes no sense"):
        copies.related("honey-1", diversity=diversity)


@pytest.mark.parametrize("top", [0, -1, 1001, 10**9, 2.5, "5", None, True])
def test_what_is_no_depth_is_an_error(copies: Library, top: Any) -> None:
    with pytest.raises(QueryError, match="papers cannot be reranked"):
        copies.search(QUERY, rerank="anything", rerank_top=top)


def test_the_name_of_no_cross_encoder_is_an_error(copies: Library, tmp_path: Path) -> None:
    with pytest.raises(paperkin.ModelError, match="not found"):
        copies.search(QUERY, rerank="nobody/has-this")
    with pytest.raises(paperkin.ModelError, match="no classification head"):
        copies.search(QUERY, rerank="sentence-transformers/all-MiniLM-L6-v2")
    with pytest.raises(QueryError, match="names no cross-encoder"):
        copies.search(QUERY, rerank=True)  # type: ignore[arg-type]


def test_the_weights_are_read_once(copies: Library, liking_honey: Path) -> None:
    copies.search(QUERY, rerank=liking_honey)
    from paperkin.index import reranker

    before = reranker._shared.cache_info().misses
    copies.search("another", rerank=liking_honey)
    assert reranker._shared.cache_info().misses == before
    assert resolve_reranker(str(liking_honey)).label == "likes-honey"

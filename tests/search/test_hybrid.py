"""The steps that make one ranking of meaning and words, each against a plain computation."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.keyword import pending_paper
from paperkin.index.snapshot import Snapshot
from paperkin.search import feedback, hybrid, neighbours
from paperkin.search.feedback import FIRST
from paperkin.search.view import View, Views

QUESTION = "how can nurses keep patients from falling"


@pytest.fixture(scope="module")
def moment(demo_library: paperkin.Library) -> Iterator[tuple[Snapshot, View]]:
    with Views(demo_library.store).current() as moment:
        yield moment


def scored(view: View, seed: int) -> np.ndarray:
    return np.round(np.random.default_rng(seed).random(len(view.live)), 6)


def test_scores_are_drawn_towards_those_of_the_nearest(moment: tuple[Snapshot, View]) -> None:
    snapshot, view = moment
    scores = scored(view, 1)
    smoothed = neighbours.smooth(view, snapshot, view.live, scores)
    count = len(view.live) // 6
    first = np.argsort(-scores)[:count]
    others = np.setdiff1d(np.arange(len(scores)), first)
    assert np.array_equal(smoothed[others], scores[others])
    vectors = snapshot.vectors(view.live, view.model).astype(np.float64)
    for row in first:
        near = sorted(
            ((float(vectors[row] @ vectors[n]), scores[n]) for n in first if n != row), reverse=True
        )[:5]
        lent = sum(cosine * score for cosine, score in near) / sum(cosine for cosine, _ in near)
        assert smoothed[row] == pytest.approx(0.8 * scores[row] + 0.2 * lent, abs=1e-5)
    assert smoothed[first].min() >= scores[first].min() - 1e-9 >= scores[others].max()


def test_opposite_papers_lend_each_other_nothing(
    moment: tuple[Snapshot, View], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, view = moment
    scores = np.linspace(1, 0, 36)
    # The first six of them, three one way and three the other.
    vectors = np.array([[1, 0], [-1, 0]] * 3, np.float32)
    monkeypatch.setattr(neighbours, "vectors_of", lambda *_: vectors)
    smoothed = neighbours.smooth(view, snapshot, view.live[:36], scores)
    for row in range(6):
        alike = [scores[other] for other in range(row % 2, 6, 2) if other != row]
        assert smoothed[row] == pytest.approx(0.8 * scores[row] + 0.2 * np.mean(alike))


def test_neither_the_order_of_papers_nor_ties_decide(moment: tuple[Snapshot, View]) -> None:
    snapshot, view = moment
    scores = np.round(scored(view, 2), 1)
    shuffled = np.random.default_rng(3).permutation(len(scores))
    expected = neighbours.smooth(view, snapshot, view.live, scores)
    found = neighbours.smooth(view, snapshot, view.live[shuffled], scores[shuffled])
    assert found == pytest.approx(expected[shuffled], abs=1e-9)
    query = snapshot.vectors(view.live[:1], view.model)[0].astype(np.float32)
    one = feedback.gather(view, snapshot, query, view.live, scores, FIRST)
    two = feedback.gather(view, snapshot, query, view.live[shuffled], scores[shuffled], FIRST)
    assert one is not None
    assert two is not None
    assert one.words == two.words
    assert np.allclose(one.vector, two.vector, atol=1e-6)


def test_the_query_moves_a_little_towards_the_first_paper(moment: tuple[Snapshot, View]) -> None:
    snapshot, view = moment
    scores = scored(view, 4)
    vectors = snapshot.vectors(view.live, view.model).astype(np.float32)
    query, first = vectors[0], vectors[int(np.argmax(scores))]
    # Of 140 papers, one is looked at.
    moved = feedback.gather(view, snapshot, query, view.live, scores, FIRST)
    assert moved is not None
    expected = query + 0.2 * first / np.linalg.norm(first)
    assert moved.vector == pytest.approx(expected / np.linalg.norm(expected), abs=1e-3)
    assert float(np.linalg.norm(moved.vector)) == pytest.approx(1, abs=1e-6)
    assert len(moved.words) == 50
    title = snapshot.papers([int(view.live[int(np.argmax(scores))])]).popitem()[1].title
    telling = set(moved.words)
    assert any(word.lower()[:5] in {term[:5] for term in telling} for word in title.split())


def test_the_query_moves_most_towards_the_paper_that_is_furthest_ahead(
    moment: tuple[Snapshot, View],
) -> None:
    snapshot, view = moment
    # As in a library of three hundred papers or more.
    reach = replace(FIRST, for_each=40)
    scores, first = scored(view, 6), [20, 3, 77]
    scores[first] = 4.0, 2.0, 1.5
    vectors = snapshot.vectors(view.live, view.model).astype(np.float64)
    query = vectors[0].astype(np.float32)
    moved = feedback.gather(view, snapshot, query, view.live, scores, reach)
    assert moved is not None
    ahead = scores[first] - sorted(scores)[-51]
    weights = ahead / ahead.sum()
    centre = weights @ vectors[first]
    expected = query + 0.2 * centre / np.linalg.norm(centre)
    length = np.linalg.norm(expected)
    assert moved.vector == pytest.approx(expected / length, abs=1e-5)
    assert moved.kept == pytest.approx(1 / length, abs=1e-5)
    papers = snapshot.papers(view.live[first])
    said = [pending_paper(number, papers[number], "en") for number in view.live[first].tolist()]
    state = {"live": len(view.live), "stale": view.stale, "pending": view.pending}
    words = view.keyword.expansion(list(zip(said, weights, strict=True)), 50, **state)
    assert moved.words == pytest.approx(words, abs=1e-4)


def test_a_handful_of_papers_gives_no_feedback(moment: tuple[Snapshot, View]) -> None:
    snapshot, view = moment
    few, scores = view.live[:30], scored(view, 5)[:30]
    query = snapshot.vectors(few[:1], view.model)[0].astype(np.float32)
    assert feedback.gather(view, snapshot, query, few, scores, FIRST) is None
    assert np.array_equal(neighbours.smooth(view, snapshot, few, scores), scores)


def test_every_part_of_an_answer_is_the_same_however_far_it_is_read(
    demo_library: paperkin.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With pools far smaller than the library, as they are in a large one.
    monkeypatch.setattr("paperkin.search.scoring.POOL", 90)
    monkeypatch.setattr("paperkin.search.hybrid.RANKED_AGAIN", 80)
    whole = [(hit.id, hit.score) for hit in demo_library.search(QUESTION, 140)]
    assert len(whole) == 140
    scores = [score for _, score in whole]
    assert scores == sorted(scores, reverse=True)
    for k in (1, 3, 10, 20):
        assert [(hit.id, hit.score) for hit in demo_library.search(QUESTION, k)] == whole[:k]
    for offset in (5, 18, 60):
        page = demo_library.search(QUESTION, 7, offset=offset)
        assert [(hit.id, hit.score) for hit in page] == whole[offset : offset + 7]


def test_the_first_answers_of_a_real_question(
    demo_library: paperkin.Library, tmp_path: Path
) -> None:
    titles = [hit.title for hit in demo_library.search(QUESTION, 3)]
    assert any("fall" in title.lower() for title in titles[:1])


def test_a_library_of_the_opposite_of_a_query_has_finite_scores() -> None:
    ranking = hybrid._combined(np.array([7]), {"meaning": np.array([-1.0])}, {"words": np.zeros(1)})
    assert ranking.scores.tolist() == [0.0]

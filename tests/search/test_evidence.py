"""What confidence is computed from, by hand."""

import math

import numpy as np
import pytest

from paperkin.index.background import Background
from paperkin.search.calibration import Calibration
from paperkin.search.confidence import (
    ANSWERABLE,
    FEATURES,
    RELEVANT,
    Evidence,
    Judgement,
    Observed,
    answerable_features,
    chance,
    features,
    judge,
    nearness,
    verdict_of,
)
from paperkin.search.question import Mode
from paperkin.search.yardstick import Yardstick

MODES: tuple[Mode, ...] = ("hybrid", "semantic", "keyword")
BACKGROUND = Background(deviation=0.1)
YARDSTICK = Yardstick(unrelated=0.2, related=0.6)
EVIDENCE = Evidence(
    cosines=np.array([0.8, 0.7, 0.6, *[0.55] * 6, 0.5, *[0.4] * 89, 0.3]),
    words=np.array([8.0, 7.0, *[5.0] * 7, 4.0]),
)
"""The lead is 3 deviations, the third nearest in the middle of the first hundred, and the tenth
best words are half as good as the best."""
NEAR = 1.5
"""As near as EVIDENCE is by YARDSTICK."""


def test_features_are_what_is_said_of_them() -> None:
    cosines, words, ranks = np.array([0.8, 0.6]), np.array([8.0, 2.0]), np.array([1, 20])
    given = (EVIDENCE, BACKGROUND, cosines, words, ranks, NEAR)
    late = math.log(20)
    assert features("hybrid", *given) == pytest.approx(
        np.array([[0, 0, 0, 3, 9, 0.6, 0], [2, 3, 6, 0.75, 9, 0.6, late]])
    )
    assert features("semantic", *given) == pytest.approx(
        np.array([[0, 4.5, 3, 0.6, 0], [6, 4.5, 3, 0.6, late]])
    )
    expected = np.array([[0.5, 0.5, 1], [0.125, 0.5, 0.25]])
    assert features("keyword", *given) == pytest.approx(expected)
    # Fewer than ten papers hold a word: none of them is one of many.
    few = Evidence(EVIDENCE.cosines, EVIDENCE.words[:9])
    assert features("keyword", few, None, *given[2:])[0] == pytest.approx([0, 0, 1])
    # Those that a filter left may be nearer or better than any that was looked at.
    ahead = features("hybrid", EVIDENCE, BACKGROUND, cosines + 0.1, 2 * words, ranks, NEAR)
    assert ahead[0] == pytest.approx([0, 0, 0, 3, 9, 0.6, 0])


def test_a_copy_of_the_query_is_as_far_ahead_as_can_be() -> None:
    alone = Evidence(np.array([1.0, *[-0.9] * 99]), np.zeros(0))
    row = features("semantic", alone, BACKGROUND, np.array([-0.9]), np.zeros(1), np.array([2]), 5.0)
    assert row[0] == pytest.approx([64, 16, 8, 0, math.log(2)])
    alike = Evidence(np.full(100, 0.5), np.zeros(0))
    row = features("semantic", alike, BACKGROUND, np.array([0.5]), np.zeros(1), np.array([1]), 2.0)
    assert row[0] == pytest.approx([0, 0, 0, 1, 0])


def test_whether_there_is_an_answer_is_told_by_the_best_alone() -> None:
    found = {mode: answerable_features(mode, EVIDENCE, YARDSTICK, 16.0, 4) for mode in MODES}
    assert nearness(EVIDENCE, YARDSTICK) == pytest.approx(NEAR)
    assert found["hybrid"] == pytest.approx([1.5, 0.5])
    assert found["semantic"] == pytest.approx([1.5])
    assert found["keyword"] == pytest.approx([0.5, math.log(4)])
    assert answerable_features("keyword", EVIDENCE, None, 0.0, 0) == pytest.approx([0, 0])
    # A model to which everything is alike.
    blind = Yardstick(0.2, 0.2)
    assert answerable_features("semantic", EVIDENCE, blind, 1.0, 1) == pytest.approx([8])
    far = Evidence(np.array([0.0]), np.zeros(0))
    assert answerable_features("semantic", far, blind, 1.0, 1) == pytest.approx([-8])


def test_chances_are_those_of_the_logistic_function() -> None:
    rows = np.array([[0.0, 0.0], [1.0, 2.0], [1e9, 0.0], [-1e9, 0.0]])
    found = chance((0.5, 1.0, -1.0), rows)
    assert found[:2] == pytest.approx([1 / (1 + math.exp(-0.5)), 1 / (1 + math.exp(0.5))])
    assert found[2] == pytest.approx(1)
    assert found[3] == pytest.approx(0)


@pytest.mark.parametrize("mode", MODES)
def test_weights_are_as_many_as_features_and_better_evidence_is_surer(mode: Mode) -> None:
    assert len(RELEVANT[mode]) == len(FEATURES[mode]) + 1
    near, words = np.array([0.8, 0.75, 0.5]), np.array([8.0, 7.0, 4.0])
    ranks = np.array([1, 2, 10])
    rows = features(mode, EVIDENCE, BACKGROUND, near, words, ranks, NEAR)
    assert rows.shape == (3, len(FEATURES[mode]))
    chances = chance(RELEVANT[mode], rows)
    assert chances[0] > chances[1] > chances[2]
    weak = Evidence(EVIDENCE.cosines - 0.4, EVIDENCE.words / 4)
    sure, unsure = (
        float(chance(ANSWERABLE[mode], row[None])[0])
        for row in (
            answerable_features(mode, each, YARDSTICK, 10.0, 5) for each in (EVIDENCE, weak)
        )
    )
    assert sure > 0.9 > 0.7 > unsure


def test_words_that_fit_wholly_make_an_answer_that_is_far_from_what_the_model_knows() -> None:
    # As far from the query as what has nothing to do with it; all of the words, or a third of them.
    papers = np.zeros((1, len(FEATURES["hybrid"])))
    named, hardly = (judge(Observed("hybrid", papers, np.array([0.0, part]))) for part in (1, 0.3))
    assert named.answer == pytest.approx(1 / (1 + math.exp(8.7 - 12.5)), abs=1e-4)
    assert (named.verdict, hardly.verdict) == ("good", "nothing")
    assert named.papers[0] > 10 * hardly.papers[0]


def test_papers_lose_by_doubt_only_where_the_answer_is_far_from_good() -> None:
    papers = np.ones((1, len(FEATURES["keyword"])))
    whole = float(chance(RELEVANT["keyword"], papers)[0])

    def given(part: float) -> Judgement:
        return judge(Observed("keyword", papers, np.array([part, 0.0])))

    sure, hardly, weak = given(1.0), given(0.4), given(0.35)
    assert sure.answer > 0.9 > 0.5 > hardly.answer > 0.375 > weak.answer
    assert sure.papers[0] == hardly.papers[0] == pytest.approx(whole, abs=1e-4)
    assert weak.papers[0] == pytest.approx(whole * weak.answer / 0.375, abs=1e-4)


def test_verdicts_begin_at_their_thresholds() -> None:
    sure = (1.0, 0.7, 0.6999, 0.02, 0.0199, 0.0)
    expected = ["good", "good", "weak", "weak", "nothing", "nothing"]
    assert [verdict_of(each, "hybrid") for each in sure] == expected
    assert [verdict_of(each, "semantic") for each in sure] == expected
    assert [verdict_of(each, "keyword") for each in (0.5, 0.4999)] == ["good", "weak"]


def test_calibration_is_measured_over_bins_of_equally_many_papers() -> None:
    # Twenty papers, two a bin: each bin says its number of tenths, and one of the two is relevant.
    said = [bin / 10 for bin in range(10) for _ in range(2)]
    found = Calibration(said, [True, False] * 10)
    assert found.error == pytest.approx(np.mean([abs(bin / 10 - 0.5) for bin in range(10)]))
    assert found.share == 0.5
    assert found.brier == pytest.approx(
        np.mean([(s - t) ** 2 for s, t in zip(said, [1, 0] * 10, strict=True)])
    )
    assert found.auc == pytest.approx(0.5)
    assert Calibration([0.0, 1.0], [False, True]).error == 0
    assert Calibration([0.9, 0.9, 0.3], [True, True, False]).error == pytest.approx(0.5 / 3)


def test_the_area_under_the_curve_counts_pairs() -> None:
    said, true = [0.9, 0.7, 0.7, 0.2, 0.1], [True, False, True, False, True]
    pairs = [(a > b) + (a == b) / 2 for a in (0.9, 0.7, 0.1) for b in (0.7, 0.2)]
    assert Calibration(said, true).auc == pytest.approx(np.mean(pairs))
    assert Calibration([0.5, 0.6], [True, True]).auc is None
    assert Calibration([0.5, 0.6], [False, False]).auc is None
    none = Calibration([], [])
    assert (none.error, none.share, none.brier, none.auc) == (0, 0, 0, None)

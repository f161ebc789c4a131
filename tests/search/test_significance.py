"""Intervals and p values against plain loops, enumeration, and what they promise."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from paperkin.search.significance import CONFIDENCE, RESAMPLES, compare, intervals


def column(values: list[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array(values, np.float64)[:, None]


def test_an_interval_is_that_of_means_of_resamples_taken_one_by_one() -> None:
    values = [0.0, 0.25, 0.5, 1.0, 1.0]
    drawn = np.random.default_rng(0).integers(0, 5, (RESAMPLES, 5))
    means = sorted(sum(values[query] for query in row) / 5 for row in drawn.tolist())
    (interval,) = intervals(column(values))
    assert interval is not None
    # The 2.5th and 97.5th percentile of 10,000 means lie between these.
    assert means[249] - 1e-12 <= interval.low <= means[250] + 1e-12
    assert means[9749] - 1e-12 <= interval.high <= means[9750] + 1e-12


def test_many_queries_are_drawn_block_by_block_as_few_are() -> None:
    values = np.random.default_rng(3).random((700, 2))
    # The standard error of a mean of 700 values, of which 1.96 lie on either side of it.
    errors = values.std(axis=0) / 700**0.5
    for each, mean, error in zip(intervals(values), values.mean(axis=0), errors, strict=True):
        assert each is not None
        assert each.low == pytest.approx(mean - 1.96 * error, abs=0.05 * error)
        assert each.high == pytest.approx(mean + 1.96 * error, abs=0.05 * error)


def test_the_interval_of_a_column_does_not_depend_on_the_others() -> None:
    values = np.random.default_rng(4).random((30, 3))
    together = intervals(values)
    for place in range(3):
        assert intervals(values[:, [place]]) == [pytest.approx(together[place])]
    assert intervals(values) == together


def test_intervals_hold_the_true_mean_as_often_as_they_say() -> None:
    # As of nDCG@10: many queries answered perfectly, some not at all, the rest between.
    random = np.random.default_rng(5)
    mean = 0.5 + 0.3 / 2
    kinds = random.random((80, 300))
    values = np.where(kinds < 0.5, 1.0, np.where(kinds < 0.8, random.random((80, 300)), 0.0))
    held = [each is not None and each.low <= mean <= each.high for each in intervals(values)]
    assert CONFIDENCE - 0.04 <= sum(held) / len(held) <= CONFIDENCE + 0.03


def test_a_single_query_has_no_interval_and_equal_values_no_width() -> None:
    assert intervals(np.ones((1, 2))) == [None, None]
    assert intervals(np.full((4, 1), 0.5)) == [(0.5, 0.5)]


def enumerated(differences: list[float]) -> float:
    """The share of all ways to turn signs that give a sum as far from 0."""
    observed = abs(sum(differences))
    sums = [
        abs(sum(sign * each for sign, each in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(each >= observed - 1e-12 for each in sums) / len(sums)


@pytest.mark.parametrize(
    "differences",
    [
        [0.5],
        [0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
        [0.3, -0.1, 0.2, 0.0, 0.7, 0.1, -0.2],
        [0.1, 0.2, -0.3],
        [0.4, 0.1, 0.25, -0.05, 0.3, 0.2, 0.1, 0.35, -0.15, 0.2, 0.05, 0.3, 0.1],
    ],
)
def test_p_is_exact_where_few_queries_differ(differences: list[float]) -> None:
    first = np.array(differences) + 0.2
    for one, other in ((first, first - differences), (first - differences, first)):
        (found,) = compare(column(one), column(other))
        assert found.p == pytest.approx(enumerated(differences), abs=1e-12)
        assert abs(found.difference) == pytest.approx(abs(sum(differences)) / len(differences))


def test_six_queries_all_better_by_as_much_are_one_chance_in_thirty_two() -> None:
    (found,) = compare(column([0.6] * 6), column([0.5] * 6))
    assert found.p == 2 / 64
    assert found.difference == pytest.approx(0.1)
    assert found.interval == pytest.approx((0.1, 0.1))


def test_p_is_estimated_where_many_queries_differ() -> None:
    differences = np.random.default_rng(6).normal(0.1, 0.3, 16)
    (found,) = compare(column(differences), column(np.zeros(16)))
    exact = enumerated(differences.tolist())
    assert 0.02 < exact < 0.98
    # Four standard errors of a share among 10,000.
    assert found.p == pytest.approx(exact, abs=4 * (exact * (1 - exact) / RESAMPLES) ** 0.5)
    assert compare(column(differences), column(np.zeros(16))) == [found]
    (other,) = compare(column(np.zeros(16)), column(differences))
    assert other.p == found.p


def test_the_least_p_is_one_in_all_exchanges_that_were_tried() -> None:
    (found,) = compare(column([0.9] * 200), column([0.1] * 200))
    assert found.p == 1 / (RESAMPLES + 1)


def test_equal_rankings_do_not_differ() -> None:
    values = np.random.default_rng(7).random((40, 2))
    for found in compare(values, values):
        assert (found.difference, found.interval, found.p) == (0.0, (0.0, 0.0), 1.0)


def test_chance_alone_gives_every_p_as_often() -> None:
    random = np.random.default_rng(8)
    found = compare(random.random((30, 200)), random.random((30, 200)))
    assert sum(each.p <= 0.05 for each in found) <= 20
    assert sum(each.p <= 0.5 for each in found) == pytest.approx(100, abs=25)

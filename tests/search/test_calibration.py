"""How far confidence can be taken at its word."""

import numpy as np
import pytest

from paperkin.search.calibration import BINS, Calibration


def test_the_error_is_the_gap_between_what_is_said_and_what_is_so() -> None:
    # Ten bins of ten papers: in each, as many are relevant as was said.
    said = [bin / BINS for bin in range(BINS) for _ in range(10)]
    true = [n < bin for bin in range(BINS) for n in range(10)]
    assert Calibration(said, true).error == pytest.approx(0)
    assert Calibration([1 - each for each in said], [not each for each in true]).error == (
        pytest.approx(0)
    )
    # Everything was said to be 0.2 likelier than it is.
    assert Calibration([each + 0.2 for each in said], true).error == pytest.approx(0.2)
    # A constant that is right on the mean is right in one bin only if there is one.
    assert Calibration([0.5] * 2, [True, False]).error == pytest.approx(0.5)


def test_bins_hold_equally_many_papers() -> None:
    said = [0.0] * 90 + [1.0] * 10
    true = [False] * 90 + [True] * 5 + [False] * 5
    assert Calibration(said, true).error == pytest.approx(0.1 * 0.5)
    assert Calibration(said[::-1], true[::-1]).error == pytest.approx(0.1 * 0.5)


def test_auc_counts_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(0)
    said = np.round(random.random(60), 1).tolist()
    true = (random.random(60) < 0.4).tolist()
    pairs = [
        1.0 if high > low else 0.5 if high == low else 0.0
        for high, yes in zip(said, true, strict=True)
        if yes
        for low, no in zip(said, true, strict=True)
        if not no
    ]
    assert Calibration(said, true).auc == pytest.approx(np.mean(pairs))
    assert Calibration([0.1, 0.9], [False, True]).auc == 1.0
    assert Calibration([0.9, 0.1], [False, True]).auc == 0.0
    assert Calibration([0.9, 0.1], [True, True]).auc is None


def test_brier_is_the_mean_squared_difference() -> None:
    assert Calibration([0.8, 0.3], [True, False]).brier == pytest.approx((0.04 + 0.09) / 2)


def test_nothing_to_measure_is_nothing() -> None:
    nothing = Calibration((), ())
    assert nothing.as_dict() == {
        "papers": 0,
        "relevant": 0.0,
        "calibration_error": 0.0,
        "brier": 0.0,
        "auc": None,
    }

from __future__ import annotations

import math

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.judging import metrics

VALUES = arrays(np.float64, 12, elements=st.floats(-1e4, 1e4))


@given(VALUES, VALUES)
def test_errors_agree_with_a_plain_loop(y: np.ndarray, y_hat: np.ndarray) -> None:
    absolute = squared = signed = volume = 0.0
    for observed, forecast in zip(y.tolist(), y_hat.tolist(), strict=True):
        absolute += abs(forecast - observed)
        squared += (forecast - observed) ** 2
        signed += forecast - observed
        volume += abs(observed)
    assert metrics.mae(y, y_hat) == pytest.approx(absolute / 12)
    assert metrics.mse(y, y_hat) == pytest.approx(squared / 12)
    assert metrics.rmse(y, y_hat) == pytest.approx(math.sqrt(squared / 12))
    assert metrics.bias(y, y_hat) == pytest.approx(signed / 12, abs=1e-9)
    if volume > 0:
        assert metrics.wape(y, y_hat) == pytest.approx(absolute / volume)


def test_mase_and_rmsse_by_hand() -> None:
    # seasonal naive errors with season 2: |5-1|, |3-2|, |8-5|, |5-3| = 4, 1, 3, 2; mean 2.5, mean square 7.5
    history = np.array([1.0, 2.0, 5.0, 3.0, 8.0, 5.0])
    y, y_hat = np.array([10.0, 4.0]), np.array([7.0, 5.0])
    assert metrics.mase(y, y_hat, history, 2) == pytest.approx(2.0 / 2.5)
    assert metrics.rmsse(y, y_hat, history, 2) == pytest.approx(math.sqrt(5.0 / 7.5))


def test_mase_of_a_history_within_one_season_uses_the_last_value() -> None:
    assert metrics.mase(np.array([4.0]), np.array([1.0]), np.array([1.0, 3.0, 6.0]), 52) == pytest.approx(
        3 / 2.5
    )


def test_many_series_are_scaled_in_one_call_as_one_at_a_time() -> None:
    generator = np.random.default_rng(0)
    history, y, y_hat = (generator.poisson(4.0, (5, n)).astype(float) for n in (30, 6, 6))
    history[1, 4:9] = y[2, 3] = np.nan
    history[4] = 3.0  # never changed: nothing to scale by
    for measure in (metrics.mase, metrics.rmsse):
        together = measure(y, y_hat, history, 7)
        alone = [float(measure(*(part[k] for part in (y, y_hat, history)), 7)) for k in range(5)]
        np.testing.assert_array_equal(together, alone)
        assert np.isnan(together).tolist() == [False, False, False, False, True]


def test_unknown_periods_are_left_out() -> None:
    y, y_hat = np.array([1.0, np.nan, 3.0]), np.array([2.0, 100.0, np.nan])
    assert metrics.mae(y, y_hat) == 1.0
    assert metrics.wape(y, y_hat) == 1.0


def test_nothing_to_measure_is_not_a_number() -> None:
    empty = np.array([np.nan])
    assert math.isnan(metrics.mae(empty, empty))
    assert math.isnan(metrics.wape(np.zeros(2), np.ones(2)))
    assert math.isnan(metrics.mase(np.ones(1), np.ones(1), np.ones(5), 2))


def test_pinball_loss_is_least_at_the_quantile() -> None:
    y = np.arange(1.0, 101.0)
    losses = {
        candidate: metrics.pinball_loss(y, np.full(100, float(candidate)), 0.8)
        for candidate in range(60, 100)
    }
    assert min(losses, key=losses.__getitem__) in (80, 81)
    assert metrics.pinball_loss(np.array([10.0, 0.0]), np.array([4.0, 4.0]), 0.9) == pytest.approx(
        (5.4 + 0.4) / 2
    )


PATHS = arrays(np.float64, (3, 7, 2), elements=st.floats(0, 1e4))


@given(arrays(np.float64, (3, 2), elements=st.floats(0, 1e4)), PATHS)
def test_crps_agrees_with_its_definition(y: np.ndarray, values: np.ndarray) -> None:
    found = metrics.crps(y, values)
    for series in range(3):
        for period in range(2):
            expected = oracles.crps(float(y[series, period]), values[series, :, period].tolist())
            assert found[series, period] == pytest.approx(expected, rel=1e-9, abs=1e-8)


@given(st.floats(0, 1e4), arrays(np.float64, 9, elements=st.floats(0, 1e4)))
def test_crps_is_twice_the_mean_pinball_loss_over_all_quantiles(y: float, values: np.ndarray) -> None:
    # With n paths the quantile function is a step per path; the mean over its step has q = (i - 1/2) / n.
    losses = [
        metrics.pinball_loss(np.array([y]), value, (i + 0.5) / 9)
        for i, value in enumerate(np.sort(values)[:, None])
    ]
    assert metrics.crps(np.array([y]), values[None])[0] == pytest.approx(2 * np.mean(losses), abs=1e-8)


def test_crps_of_one_path_is_the_absolute_error_and_unknown_stays_unknown() -> None:
    found = metrics.crps(np.array([3.0, np.nan]), np.array([[5.0], [1.0]]))
    assert found[0] == 2.0
    assert np.isnan(found[1])


def test_pinball_losses_are_one_per_pair() -> None:
    y, forecast = np.array([[10.0, 0.0], [np.nan, 4.0]]), np.full((2, 2), 4.0)
    found = metrics.pinball_losses(y, forecast, 0.9)
    np.testing.assert_allclose(found, [[5.4, 0.4], [np.nan, 0.0]])
    assert metrics.pinball_loss(y, forecast, 0.9) == pytest.approx((5.4 + 0.4 + 0.0) / 3)

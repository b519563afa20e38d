from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from forecasting.judging.calibration import calibration_table, randomised_pit
from forecasting.paths.residual_paths import FEW_PATHS, collect, replay


def predictions_of(y: np.ndarray, y_hat: np.ndarray) -> pd.DataFrame:
    """Out-of-sample predictions with the shape (cutoffs, series, horizon) as the backtest writes them."""
    cutoffs, series, horizon = y.shape
    index = pd.MultiIndex.from_product(
        [
            pd.date_range("2024-01-01", periods=cutoffs),
            [f"s{i:03d}" for i in range(series)],
            range(1, horizon + 1),
        ],
        names=["cutoff", "unique_id", "horizon"],
    )
    return pd.DataFrame({"y": y.reshape(-1), "y_hat": y_hat.reshape(-1)}, index=index).reset_index()


def units(series: int, whole: bool = True) -> pd.Series[bool]:
    return pd.Series(whole, index=[f"s{i:03d}" for i in range(series)])


def test_right_forecasts_of_poisson_demand_replay_poisson_demand() -> None:
    generator = np.random.default_rng(0)
    y = generator.poisson(5.0, (6, 200, 2)).astype(float)
    residuals = collect(predictions_of(y, np.full(y.shape, 5.0)), units(200), seed=0)
    paths = replay(residuals, np.full((1, 2), 5.0), np.array([True]), 20_000, seed=1)
    assert (paths == np.round(paths)).all()
    assert paths.mean() == pytest.approx(5.0, abs=0.15)
    assert paths.var() == pytest.approx(5.0, rel=0.1)
    assert abs(np.quantile(paths.sum(axis=2), 0.9, method="inverted_cdf") - poisson(10).ppf(0.9)) <= 1


def test_errors_that_last_a_whole_window_are_replayed_whole() -> None:
    """Demand is 40 or 160 for the whole window at the same forecast of 100: a sum is 4 times the one or the
    other.
    """
    high = np.random.default_rng(0).random((4, 150, 1)) < 0.5
    y = np.broadcast_to(np.where(high, 160.0, 40.0), (4, 150, 4)).copy()
    residuals = collect(predictions_of(y, np.full(y.shape, 100.0)), units(150, whole=False), seed=0)
    sums = replay(residuals, np.full((1, 4), 100.0), np.array([False]), 2_000, seed=1).sum(axis=2)
    assert np.allclose(np.sort(np.unique(sums.round(3))), [160.0, 640.0])


def test_a_shock_that_hit_all_series_hits_all_series_again() -> None:
    shock = np.array([0.5, 0.8, 1.2, 1.5])[:, None, None]
    y = np.random.default_rng(0).poisson(np.broadcast_to(100.0 * shock, (4, 100, 1))).astype(float)
    residuals = collect(predictions_of(y, np.full(y.shape, 100.0)), units(100), seed=0)
    paths = replay(residuals, np.full((50, 1), 100.0), np.full(50, True), 400, seed=1)[:, :, 0]
    together = paths.sum(axis=0).std()
    alone = np.sqrt((paths.std(axis=1) ** 2).sum())
    assert together > 4 * alone


def test_intervals_of_held_back_windows_hold_what_they_promise() -> None:
    generator = np.random.default_rng(4)
    size = np.exp(generator.normal(1.5, 1.0, (8, 300, 1)))
    y_hat = np.broadcast_to(size, (8, 300, 3))
    y = generator.negative_binomial(3.0, 3.0 / (3.0 + y_hat)).astype(float)
    residuals = collect(predictions_of(y[:6], y_hat[:6]), units(300), seed=0)
    pit = []
    for window in (6, 7):
        paths = replay(residuals, y_hat[window], np.full(300, True), 200, seed=window)
        pit.append(randomised_pit(paths, y[window], seed=0))
    table = calibration_table(np.concatenate(pit)).set_index("nominal")["empirical"]
    assert np.abs(table - table.index.to_numpy()).max() < 0.05


def test_a_forecast_of_nothing_stays_nothing_and_all_is_non_negative() -> None:
    generator = np.random.default_rng(0)
    y_hat = generator.gamma(1.0, 3.0, (4, 30, 5))
    residuals = collect(predictions_of(generator.poisson(y_hat).astype(float), y_hat), units(30), seed=0)
    paths = replay(residuals, np.array([[0.0] * 9, [2.5] * 9]), np.array([True, False]), 50, seed=0)
    assert paths.shape == (2, 50, 9)
    assert (paths[0] == 0).all()
    assert (paths >= 0).all()
    assert (paths[1] != np.round(paths[1])).any()


def test_without_any_errors_there_is_still_a_spread() -> None:
    empty = pd.DataFrame(
        {name: [] for name in ("recipe", "cutoff", "horizon", "unique_id", "ds", "y", "y_hat")}
    )
    residuals = collect(empty, units(1), seed=0)
    paths = replay(residuals, np.full((1, 3), 10.0), np.array([True]), 500, seed=0)
    assert len(residuals.size) == FEW_PATHS
    assert paths.mean() == pytest.approx(10.0, rel=0.1)
    assert paths.std() > np.sqrt(10.0)


def test_the_probability_of_counts_is_uniform_where_paths_are_right() -> None:
    generator = np.random.default_rng(0)
    paths = generator.poisson(1.5, (500, 400, 2)).astype(float)
    pit = randomised_pit(paths, generator.poisson(1.5, (500, 2)).astype(float), seed=1)
    share = np.histogram(pit, bins=10, range=(0, 1))[0] / pit.size
    assert np.abs(share - 0.1).max() < 0.03

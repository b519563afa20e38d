from __future__ import annotations

from math import comb, exp

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.judging.calibration import calibration_table, pit_deciles, randomised_pit
from forecasting.paths.demand_law import DemandLaw, draw_paths, learn_law
from forecasting.paths.dependence import Course, Dependence
from forecasting.paths.marginal_law import DEFAULT_SPREAD, Spread
from forecasting.paths.quantile_tables import BLOCK_ROWS
from forecasting.paths.recalibration import IDENTITY

TRUTH = Spread(linear=1.3, quadratic=0.3, growth=0.05)


def names(series: int) -> list[str]:
    return [f"s{number:03d}" for number in range(series)]


def units(series: int, whole: bool = True) -> pd.Series[bool]:
    return pd.Series(whole, index=names(series))


def predictions_of(y: np.ndarray, y_hat: np.ndarray, days: int = 7) -> pd.DataFrame:
    """Out-of-sample predictions of shape (cutoffs, series, horizon) as the backtest writes them."""
    cutoffs, series, horizon = y.shape
    index = pd.MultiIndex.from_product(
        [
            pd.date_range("2024-01-01", periods=cutoffs, freq=f"{days * horizon}D"),
            names(series),
            range(1, horizon + 1),
        ],
        names=["cutoff", "unique_id", "horizon"],
    )
    table = pd.DataFrame({"y": y.reshape(-1), "y_hat": y_hat.reshape(-1)}, index=index).reset_index()
    return table.assign(ds=table["cutoff"] + pd.to_timedelta(days * table["horizon"], unit="D"))


def outcomes(law: DemandLaw, y_hat: np.ndarray, whole: bool = True) -> np.ndarray:
    """One draw of demand for forecasts (cutoffs, series, horizon) that follow `law`."""
    series = y_hat.shape[1]
    return np.stack(
        [
            draw_paths(law, window, np.full(series, whole), names(series), 20, seed=900 + number)[:, 7]
            for number, window in enumerate(y_hat)
        ]
    )


def slow_quantile(probability: float, mean: float, variance: float) -> int:
    """Smallest n with P(Y <= n) >= probability of a negative binomial law, weights added up one by one."""
    r = mean**2 / (variance - mean)
    p = r / (r + mean)
    n, weight = 0, p**r
    upto = weight
    while upto < probability:
        n += 1
        weight *= (n + r - 1) / n * (1 - p)
        upto += weight
    return n


def test_the_slow_quantile_is_that_of_a_textbook() -> None:
    """The number of failures before the third success of a fair coin: P(n) = C(n + 2, n) / 2^(n + 3)."""
    chances = np.cumsum([comb(n + 2, n) / 2 ** (n + 3) for n in range(40)])
    for probability in (0.05, 0.3, 0.5, 0.9, 0.99):
        assert slow_quantile(probability, 3.0, 6.0) == int(np.argmax(chances >= probability))


@settings(max_examples=12, deadline=None)
@given(mean=st.floats(0.05, 100.0), linear=st.floats(1.05, 3.0), quadratic=st.floats(0.0, 1.0))
def test_one_path_lies_in_each_equal_share_of_the_negative_binomial_law(
    mean: float, linear: float, quadratic: float
) -> None:
    law = DemandLaw(whole=Spread(linear, quadratic))
    paths = np.sort(draw_paths(law, np.array([[mean]]), np.array([True]), ["a"], 20, seed=1)[0, :, 0])
    bounds = [slow_quantile(number / 20, mean, linear * mean + quadratic * mean**2) for number in range(20)]
    slack = 1 + 0.02 * mean  # the table meets a mean to half a percent
    assert (paths >= np.array(bounds) - slack).all()
    assert (paths[:-1] <= np.array(bounds[1:]) + slack).all()


def test_the_mean_of_the_paths_is_the_forecast_and_the_variance_that_of_the_law() -> None:
    y_hat = np.array([[0.05, 0.3], [1.0, 2.0], [7.0, 30.0], [110.0, 900.0]])
    law = DemandLaw(whole=TRUTH, real=Spread(1.3, 0.3, 0.05, sale=1.5))
    for whole in (True, False):
        paths = draw_paths(law, y_hat, np.full(4, whole), names(4), 20_000, seed=1)
        assert (paths == np.round(paths)).all() == whole
        assert paths.mean(axis=1) == pytest.approx(y_hat, rel=0.02)
        if whole:
            assert paths.var(axis=1) == pytest.approx(TRUTH.variance(y_hat, np.array([1, 2])), rel=0.06)
        else:
            assert (paths == 0).mean(axis=1) == pytest.approx(np.exp(-y_hat / 1.5), abs=0.01)


def test_the_law_that_made_the_errors_is_found_again() -> None:
    generator = np.random.default_rng(0)
    size = np.exp(generator.normal(1.0, 1.2, (1, 300, 1)))
    y_hat = np.broadcast_to(size, (6, 300, 4))
    truth = DemandLaw(
        whole=TRUTH, real=Spread(2.0, 0.2, 0.05, sale=1.5), dependence=Dependence(Course(0.2, 0.3, 0.7))
    )
    found = learn_law(predictions_of(outcomes(truth, y_hat), y_hat), units(300))
    assert found.whole.linear == pytest.approx(1.3, abs=0.2)
    assert found.whole.quadratic == pytest.approx(0.3, abs=0.08)
    assert found.whole.growth == pytest.approx(0.05, abs=0.05)
    lags = np.array([1.0, 3.0])
    assert found.dependence.own.correlation(lags) == pytest.approx(
        truth.dependence.own.correlation(lags), abs=0.09
    )
    assert np.abs(found.curves - IDENTITY).max() < 0.08
    real = learn_law(predictions_of(outcomes(truth, y_hat, whole=False), y_hat), units(300, whole=False))
    assert real.real.sale == pytest.approx(1.5, rel=0.15)
    assert real.real.quadratic == pytest.approx(0.2, abs=0.08)


def test_probabilities_of_later_windows_are_uniform_for_periods_and_for_sums() -> None:
    generator = np.random.default_rng(4)
    size = np.exp(generator.normal(1.5, 1.0, (8, 400, 1)))
    y_hat = np.broadcast_to(size, (8, 400, 4))
    # Counts with a rate that lasts a whole window, twice as wide as the form of the law allows where m < 4.
    shape = np.where(size < 4.0, 1.0, 3.0)
    y = generator.poisson(y_hat * generator.gamma(shape, 1.0 / shape)).astype(float)
    law = learn_law(predictions_of(y[:6], y_hat[:6]), units(400))
    single, sums = [], []
    for window in (6, 7):
        paths = draw_paths(law, y_hat[window], np.full(400, True), names(400), 200, seed=window)
        single.append(randomised_pit(paths, y[window], seed=0))
        sums.append(randomised_pit(paths.sum(axis=2, keepdims=True), y[window].sum(1, keepdims=True), seed=0))
    for pit in (np.concatenate(single), np.concatenate(sums)):
        assert np.abs(pit_deciles(pit) - 0.1).max() < 0.04
        table = calibration_table(pit).set_index("nominal")["empirical"]
        assert np.abs(table - table.index.to_numpy()).max() < 0.05


def test_sums_vary_more_where_errors_last() -> None:
    y_hat = np.full((1, 6), 20.0)
    alone, lasting = (
        draw_paths(
            DemandLaw(whole=TRUTH, dependence=Dependence(own)), y_hat, np.array([True]), ["a"], 4_000, seed=0
        )
        for own in (Course(), Course(lasting=0.5))
    )
    assert alone.sum(axis=2).var() == pytest.approx(alone.var(axis=1).sum(), rel=0.1)
    assert lasting.sum(axis=2).var() == pytest.approx((1 + 5 * 0.5) * lasting.var(axis=1).sum(), rel=0.15)


def test_a_shock_that_hit_all_series_hits_all_series_again_and_one_window_tells_of_none() -> None:
    generator = np.random.default_rng(0)
    shock = np.exp(generator.normal(0.0, 0.4, (12, 1, 1)))
    y = generator.poisson(np.broadcast_to(100.0 * shock, (12, 60, 2))).astype(float)
    y_hat = np.full(y.shape, 100.0)
    law = learn_law(predictions_of(y, y_hat), units(60))
    paths = draw_paths(law, y_hat[0], np.full(60, True), names(60), 400, seed=1)[:, :, 0]
    assert paths.sum(axis=0).std() > 3 * np.sqrt((paths.std(axis=1) ** 2).sum())
    assert learn_law(predictions_of(y[:1], y_hat[:1]), units(60)).dependence.shared == 0.0


def test_paths_of_a_series_do_not_depend_on_other_series_and_the_same_seed_gives_the_same_bytes() -> None:
    series = BLOCK_ROWS + 20
    y_hat = np.random.default_rng(0).gamma(1.0, 5.0, (series, 3))
    whole = np.arange(series) % 3 > 0
    law = DemandLaw(dependence=Dependence(Course(0.2, 0.2), Course(0.5), shared=0.2))
    paths = draw_paths(law, y_hat, whole, names(series), 30, seed=5)
    assert paths.tobytes() == draw_paths(law, y_hat, whole, names(series), 30, seed=5).tobytes()
    assert (paths != draw_paths(law, y_hat, whole, names(series), 30, seed=6)).any()
    some = np.array([series - 1, 3, 40])
    alone = draw_paths(law, y_hat[some], whole[some], [names(series)[place] for place in some], 30, seed=5)
    assert alone.tobytes() == paths[some].tobytes()


def test_a_forecast_of_nothing_stays_nothing_and_teaches_nothing() -> None:
    generator = np.random.default_rng(0)
    y_hat = generator.gamma(2.0, 3.0, (4, 30, 5))
    y = generator.poisson(y_hat).astype(float)
    usual = learn_law(predictions_of(y, y_hat), units(30))
    y_hat[:, 0], y[:, 0] = 0.0, 5_000.0
    law = learn_law(predictions_of(y, y_hat), units(30))
    assert law.whole.quadratic == pytest.approx(usual.whole.quadratic, abs=0.05)
    wanted = np.array([[0.0] * 9, [2.5] * 9])
    paths = draw_paths(law, wanted, np.array([True, False]), names(2), 50, seed=0)
    assert paths.shape == (2, 50, 9)
    assert (paths[0] == 0).all()
    assert (paths[1] >= 0).all()
    assert paths[1].mean() == pytest.approx(2.5, rel=0.1)


def test_one_outlier_does_not_make_the_tail() -> None:
    generator = np.random.default_rng(0)
    y_hat = np.full((5, 40, 4), 6.0)
    y = generator.poisson(y_hat).astype(float)
    usual, y[2, 3, 1] = y.copy(), 20_000.0
    high = [
        np.quantile(
            draw_paths(
                learn_law(predictions_of(each, y_hat), units(40)),
                y_hat[0],
                np.full(40, True),
                names(40),
                200,
                seed=0,
            ),
            0.99,
        )
        for each in (usual, y)
    ]
    assert high[1] < 2 * high[0]


def test_without_errors_the_stated_law_holds_and_one_short_shop_is_not_told_too_much() -> None:
    empty = pd.DataFrame(
        {name: [] for name in ("recipe", "cutoff", "horizon", "unique_id", "ds", "y", "y_hat")}
    )
    law = learn_law(empty, units(1))
    assert law.whole == law.real == DEFAULT_SPREAD
    paths = draw_paths(law, np.full((1, 3), 10.0), np.array([True]), ["a"], 2_000, seed=0)
    assert paths.mean() == pytest.approx(10.0, rel=0.02)
    assert paths.var() == pytest.approx(1.1 * 10 + 0.34 * 100, rel=0.1)
    generator = np.random.default_rng(0)
    y_hat = 3_000.0 + 800.0 * np.sin(np.arange(7.0)) + np.zeros((3, 1, 7))
    y = np.round(generator.normal(y_hat, 60.0))
    shop = learn_law(predictions_of(y, y_hat, days=1), units(1))
    paths = draw_paths(shop, y_hat[0], np.array([True]), names(1), 1_000, seed=0)
    assert paths.std(axis=1) == pytest.approx(60.0, rel=0.5)
    assert shop.dependence.shared == 0.0
    assert shop.dependence.own.lasting + shop.dependence.own.fading < 0.5


def test_nothing_sold_so_far_is_a_law_too() -> None:
    y_hat = np.full((3, 5, 4), 0.2)
    for whole in (True, False):
        law = learn_law(predictions_of(np.zeros(y_hat.shape), y_hat), units(5, whole))
        paths = draw_paths(law, y_hat[0], np.full(5, whole), names(5), 2_000, seed=0)
        assert paths.mean() == pytest.approx(0.2, rel=0.2)  # a few large sales
        assert (paths == 0).mean() > 0.75


def test_newer_windows_weigh_more() -> None:
    generator = np.random.default_rng(0)
    y_hat = np.full((8, 100, 4), 20.0)
    noise = np.where(np.arange(8) < 4, 1.0, 0.2)[:, None, None]
    y = generator.poisson(y_hat * generator.gamma(1 / noise, noise, y_hat.shape)).astype(float)
    both, old, new = (
        learn_law(predictions_of(y[some], y_hat[some], days=30), units(100)).whole.quadratic
        for some in (slice(None), slice(4), slice(4, 8))
    )
    assert abs(both - new) < 0.5 * abs(both - old)


def test_a_law_travels_as_plain_numbers() -> None:
    law = DemandLaw(
        real=Spread(2.0, 0.1, 0.0, 3.0), dependence=Dependence(Course(0.1, 0.2, 0.7), Course(0.3), 0.1)
    )
    again = DemandLaw.of(law.plain())
    assert again.plain().keys() == law.plain().keys()
    y_hat = np.full((2, 3), exp(1.0))
    drawn = [draw_paths(each, y_hat, np.array([True, False]), names(2), 9, seed=0) for each in (law, again)]
    assert drawn[0].tobytes() == drawn[1].tobytes()

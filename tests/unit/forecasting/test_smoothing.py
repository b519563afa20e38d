"""Statistical methods are those of the books, skip what is not known, and know the rhythm of the week."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import oracles
import pandas as pd
import pytest
from forecasting_samples import WEEKDAY_SALES, awkward_series, daily_shop, weekly_series
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.features.weekday_profile import weekday_profile
from forecasting.features.year_profile import year_profile
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import Candidate
from forecasting.recipes.smoothing import croston, exponential_level, sba, tsb
from forecasting.series.history import History
from forecasting.series.panel import build_panel

SMOOTHING = ("exponential_level", "croston", "sba", "tsb")
LUBRICANT = [
    *(0, 2, 0, 1, 0, 11, 0, 0, 0, 0, 2, 0),
    *(6, 3, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0),
    *(0, 0, 0, 3, 1, 0, 0, 1, 0, 1, 0, 0),
]
"""Monthly sales in Hyndman & Athanasopoulos (2018), Forecasting: Principles and Practice, section 12.2."""

gappy = arrays(
    np.float64, (3, 20), elements=st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 7.5, 30.0, float("nan")])
)
shares = st.sampled_from([0.05, 0.1, 0.3, 1.0])


def observed(row: np.ndarray) -> list[float]:
    return [float(value) for value in row if not np.isnan(value)]


def test_croston_gives_what_the_book_computes() -> None:
    demand = np.array([LUBRICANT], dtype=np.float64)
    assert croston(demand, 0.1) == pytest.approx([2.750 / 2.793], abs=5e-4)
    assert sba(demand, 0.1) == pytest.approx([0.95 * 2.750 / 2.793], abs=5e-4)


@given(demand=gappy, alpha=shares, beta=shares)
@settings(max_examples=60, deadline=None)
def test_every_method_is_its_slow_loop_on_what_was_observed(
    demand: np.ndarray, alpha: float, beta: float
) -> None:
    rows = [observed(row) for row in demand]

    def slow(method, *shares: float) -> list[float]:
        return [method(row, *shares) if row else np.nan for row in rows]

    expected = slow(oracles.exponential_level, alpha)
    np.testing.assert_allclose(exponential_level(demand, alpha), expected)
    np.testing.assert_allclose(croston(demand, alpha), slow(oracles.croston, alpha))
    np.testing.assert_allclose(tsb(demand, alpha, beta), slow(oracles.tsb, alpha, beta))


def test_what_no_longer_sells_fades_under_tsb_alone() -> None:
    dying = np.concatenate([np.full(50, 4.0), np.zeros(60)])[None]
    assert tsb(dying, 0.1, 0.1)[0] < 0.01
    assert croston(dying, 0.1)[0] == 4.0


def expected(
    name: str, frame: pd.DataFrame, freq: str, cutoff: int, horizon: int, **closed: object
) -> np.ndarray:
    """Forecast (series, horizon) of a recipe with its first hyperparameters."""
    history = History.of(build_panel(frame, freq=freq, **closed))
    candidate = Candidate(name)
    standing = Standing(history, cutoff, horizon)
    return candidate.expected(candidate.fit(standing, seed=0), standing).reshape(-1, horizon)


@pytest.mark.parametrize("name", SMOOTHING)
def test_a_daily_level_keeps_the_rhythm_of_the_week(name: str) -> None:
    y_hat = expected(name, daily_shop(150, noise=20.0), "D", 135, 14)[0]
    weekday = pd.date_range("2023-01-02", periods=150).weekday[136:150]
    shrunk = 0.95 if name == "sba" else 1.0
    np.testing.assert_allclose(y_hat / shrunk, WEEKDAY_SALES[weekday], rtol=0.08)


@pytest.mark.parametrize("name", SMOOTHING)
@pytest.mark.parametrize(("frame", "freq"), [(weekly_series(), "W-MON"), (daily_shop(90), "D")])
def test_a_forecast_does_not_know_what_comes_after_it(name: str, frame: pd.DataFrame, freq: str) -> None:
    after = frame["ds"] > frame["ds"].unique()[70]
    rewritten = frame.assign(y=frame["y"].mask(after, 9999.0))
    np.testing.assert_array_equal(
        expected(name, frame, freq, 70, 13), expected(name, rewritten, freq, 70, 13)
    )


@pytest.mark.parametrize("name", SMOOTHING)
def test_a_closed_day_expects_nothing_and_teaches_nothing(name: str) -> None:
    shop = daily_shop(120)
    days = pd.DatetimeIndex(shop["ds"])
    sunday = pd.Series((days.weekday == 6).astype(float), index=days)
    shut = shop[days.weekday != 6]
    y_hat = expected(name, shut, "D", 104, 14, closures=sunday, missing_periods="zero")[0]
    weekday = days.weekday[105:119]
    assert (y_hat[weekday == 6] == 0).all()
    np.testing.assert_allclose(y_hat[weekday != 6], WEEKDAY_SALES[weekday[weekday != 6]], rtol=0.15)


@pytest.mark.parametrize("name", SMOOTHING)
def test_awkward_series_get_finite_forecasts(name: str) -> None:
    y_hat = expected(name, awkward_series(), "W-MON", 51, 8)
    assert np.isfinite(y_hat).all()
    assert (y_hat >= 0).all()


def test_a_weekday_that_a_series_has_not_shown_yet_is_that_of_all_series() -> None:
    shops = [daily_shop(70, seed).assign(unique_id=f"shop {seed}") for seed in (1, 2)]
    new = daily_shop(70).iloc[66:].assign(unique_id="shop new")
    history = History.of(build_panel(pd.concat([*shops, new]), freq="D"))
    profile = weekday_profile(history, 69)
    usual = WEEKDAY_SALES / WEEKDAY_SALES.mean()
    np.testing.assert_allclose(profile[0], usual, rtol=0.06)
    np.testing.assert_allclose(profile[2], usual, rtol=0.06)


def year_of_steps(series: int, days: int) -> History:
    """Ten a day; thirty on the sixty days from day 36 of every 364 on."""
    ds = pd.date_range("2022-01-03", periods=days)
    busy = (np.arange(days) - 36) % 364 < 60
    frames = [
        pd.DataFrame({"unique_id": f"shop {n}", "ds": ds, "y": np.where(busy, 30.0, 10.0)})
        for n in range(series)
    ]
    return History.of(build_panel(pd.concat(frames), freq="D"))


@pytest.mark.parametrize("name", ["exponential_level", "croston", "tsb"])
def test_after_the_season_a_level_is_what_it_was_before(name: str) -> None:
    ds = pd.date_range("2022-01-03", periods=150, freq="W-MON")
    y = np.where(np.arange(150) % 52 < 13, 30.0, 10.0)
    frames = [pd.DataFrame({"unique_id": f"shop {n}", "ds": ds, "y": y}) for n in range(30)]
    y_hat = expected(name, pd.concat(frames), "W-MON", 118, 8)[0]  # the last busy week but two is 114
    np.testing.assert_allclose(y_hat, 10.0, rtol=0.12)


def course_of_the_year(history: History, origin: int, horizon: int) -> np.ndarray:
    steps = np.arange(1, horizon + 1)
    return year_profile(history, np.full_like(steps, origin), steps)


def test_what_came_next_a_year_ago_comes_again() -> None:
    profile = course_of_the_year(year_of_steps(12, 500), 399, 14)
    expected = [1 + 12 / 16 * (((10 * (7 - n) + 30 * n) / 70) ** 0.75 - 1) for n in (4, 5, 6, 7)]
    np.testing.assert_allclose(profile[:4], expected)
    np.testing.assert_allclose(profile[4:], 1 + 12 / 16 * (3**0.75 - 1))


def test_without_a_year_ago_every_day_is_usual() -> None:
    np.testing.assert_array_equal(course_of_the_year(year_of_steps(2, 500), 364 + 12, 5), np.ones(5))
    assert course_of_the_year(year_of_steps(2, 500), 364 + 13, 30)[-1] > 1


def test_the_course_of_the_year_does_not_know_what_comes_after_it() -> None:
    history = year_of_steps(3, 900)
    demand = np.where(np.arange(900) > 399, 9999.0, history.demand)
    for horizon in (14, 400):
        np.testing.assert_array_equal(
            course_of_the_year(replace(history, demand=demand), 399, horizon),
            course_of_the_year(history, 399, horizon),
        )

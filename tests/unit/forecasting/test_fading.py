"""A product that stopped selling is no longer forecast; one that rests, or is not there, is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import weekly_series

from forecasting.features.fading import faded
from forecasting.features.rows import forecast_rows
from forecasting.model import ModelSettings, fit
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import DEFAULT_RECIPES, Candidate
from forecasting.series.history import History
from forecasting.series.panel import build_panel, extend

WEEKS = 120
DS = pd.date_range("2023-01-02", periods=WEEKS, freq="W-MON")


def stopped(weeks: int, ids: tuple[str, ...] = ("s03", "s09")) -> pd.DataFrame:
    """Series of different sizes, of which some sold nothing in the last so many weeks."""
    sales = weekly_series(weeks=WEEKS)
    late = sales["ds"] > DS[-weeks - 1]
    return sales.assign(y=sales["y"].mask(sales["unique_id"].isin(ids) & late, 0.0))


def fading(y: np.ndarray, origin: int = WEEKS - 1, **columns: object) -> bool:
    panel = build_panel(pd.DataFrame({"unique_id": "a", "ds": DS, "y": y}).assign(**columns), freq="W-MON")
    history = History.of(panel)
    return bool(faded(history, forecast_rows(history, origin, 1))[0])


def after(weeks: int, y: np.ndarray) -> np.ndarray:
    return np.where(np.arange(WEEKS) < WEEKS - weeks, y, 0.0)


@pytest.mark.parametrize("recipe", DEFAULT_RECIPES)
def test_a_product_that_stopped_half_a_year_ago_is_expected_to_sell_nothing(recipe: str) -> None:
    panel = build_panel(stopped(26), freq="W-MON")
    history = History.of(extend(panel, DS[-1], 6))
    standing = Standing(history, WEEKS - 1, 6)
    candidate = Candidate(recipe)
    expected = candidate.expected(candidate.fit(standing, 0), standing).reshape(-1, 6).sum(axis=1)
    dead = np.isin(history.unique_id, ["s03", "s09"])
    assert (expected[dead] == 0).all()
    assert (expected[~dead] > 0).all()


def test_recipes_that_see_the_recent_past_let_a_product_fade_before() -> None:
    """After 13 weeks without a sale less than a third of what was usual is left."""
    panel = build_panel(stopped(13), freq="W-MON")
    standing = Standing(History.of(extend(panel, DS[-1], 6)), WEEKS - 1, 6)
    usual = standing.history.demand[[3, 9], : WEEKS - 13].mean()
    for recipe in ("moving_average", "exponential_level", "tsb", "linear_regression", "ridge", "xgboost"):
        candidate = Candidate(recipe)
        expected = candidate.expected(candidate.fit(standing, 0), standing).reshape(-1, 6)
        assert expected[[3, 9]].mean() < usual / 3, recipe


def test_nothing_is_ordered_of_it() -> None:
    panel = build_panel(stopped(26), freq="W-MON")
    model = fit(panel, DS[-1], ModelSettings("tsb", horizon=4, windows=2))
    paths = model.demand_paths(extend(panel, DS[-1], 4), DS[-1], 4, paths=50)
    assert paths.sum_quantile(0.99, 4)[[3, 9]].sum() == 0


def test_chance_season_and_an_empty_shelf_are_no_end() -> None:
    generator = np.random.default_rng(1)
    usual = generator.poisson(4.0, WEEKS).astype(float)
    assert fading(after(26, usual))
    assert not fading(after(25, usual)), "not yet half a year"
    assert not fading(after(26, (np.arange(WEEKS) % 26 == 0).astype(float))), "one piece in half a year"
    summer = np.where(np.isin(np.arange(WEEKS) % 52, range(12, 38)), 20.0, 0.0)
    assert not fading(summer, origin=115), "26 weeks of winter"
    assert fading(after(30, summer)), "summer came back without it"
    empty = np.where(np.arange(WEEKS) < WEEKS - 30, 1.0, 0.0)
    assert not fading(after(30, usual), in_stock=empty)
    assert not fading(np.where(np.arange(WEEKS) == WEEKS - 1, 1.0, after(40, usual))), "it sells again"


def test_a_young_product_is_measured_by_what_it_sold_before() -> None:
    young = np.where(np.arange(WEEKS) < WEEKS - 45, np.nan, after(30, np.full(WEEKS, 5.0)))
    sales = pd.DataFrame({"unique_id": "a", "ds": DS, "y": young}).dropna()
    history = History.of(build_panel(sales, freq="W-MON"))
    assert faded(history, forecast_rows(history, 44, 1)).all()


def test_what_comes_later_does_not_bring_a_product_back() -> None:
    panel = build_panel(stopped(40), freq="W-MON")
    again = stopped(40)
    again.loc[again["ds"] > DS[-10], "y"] = 50.0
    rows = [
        faded(history, forecast_rows(history, WEEKS - 11, 3))
        for history in (History.of(panel), History.of(build_panel(again, freq="W-MON")))
    ]
    assert rows[0].sum() == 6
    np.testing.assert_array_equal(*rows)

"""Forecasts are split into what a planner says, and the parts add up: in floats, in integers, in words."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import xgboost
from forecasting_samples import awkward_series, daily_shop, weekly_series
from hypothesis import given
from hypothesis import strategies as st

from forecasting.explaining.contributions import Contributions, contributions
from forecasting.explaining.explanation_table import explanation_table, worth_explaining
from forecasting.explaining.words import digits_of, in_words, rounded_parts
from forecasting.paths.demand_paths import DemandPaths
from forecasting.recipes.combination import Combination
from forecasting.recipes.contract import Fitted, Hyperparameters, Recipe, Standing
from forecasting.recipes.registry import DEFAULT_RECIPES, RECIPES
from forecasting.series.history import History
from forecasting.series.panel import build_panel, extend

HORIZON = 4


def standing_of(sales: pd.DataFrame, freq: str, **assumed: float) -> Standing:
    panel = build_panel(sales, freq=freq)
    history = History.of(extend(panel, panel.last_observation, HORIZON, assumed))
    return Standing(history, history.position(panel.last_observation), HORIZON)


STANDINGS = {
    "weekly": standing_of(weekly_series(), "W-MON"),
    "awkward": standing_of(awkward_series(), "W-MON"),
    "promoted": standing_of(daily_shop(), "D", promotion=1),
    "plain": standing_of(daily_shop(), "D", promotion=0),
}


def fitted(recipe: Recipe, standing: Standing) -> tuple[Fitted, Hyperparameters]:
    return recipe.fit(standing, recipe.search[0], 0), recipe.search[0]


def split(name: str, recipe: Recipe) -> Contributions:
    return contributions(recipe, *fitted(recipe, STANDINGS[name]), STANDINGS[name])


@pytest.mark.parametrize("name", STANDINGS)
@pytest.mark.parametrize("recipe", DEFAULT_RECIPES)
def test_the_parts_of_every_recipe_add_up_to_what_it_expects(recipe: str, name: str) -> None:
    standing, way = STANDINGS[name], RECIPES[recipe]
    y_hat = way.expected(*(learned := fitted(way, standing))[:1], standing, learned[1])
    expected = np.where(standing.ahead.silent, 0.0, np.maximum(y_hat, 0.0)).reshape(-1, HORIZON)
    parts = split(name, way)
    np.testing.assert_allclose(parts.values.sum(axis=2), expected, rtol=1e-9, atol=1e-9)
    assert parts.groups[0] == "usual"
    assert len(parts.unique_id) == len(expected)


@pytest.mark.parametrize("recipe", ["linear_regression", "ridge", "xgboost"])
def test_a_promotion_is_worth_what_it_adds_and_nothing_where_there_is_none(recipe: str) -> None:
    """Sales of the shop are 150 higher on days of a promotion, by the law that made them."""
    parts = split("promoted", RECIPES[recipe])
    worth = parts.values[0, :, parts.groups.index("promotion")]
    assert worth == pytest.approx(150.0, abs=80.0)
    assert "promotion" not in split("plain", RECIPES[recipe]).groups


def test_columns_that_are_called_like_a_part_are_told_apart_and_two_of_one_name_add_up() -> None:
    sales = daily_shop().rename(columns={"promotion": "trend"})
    day = (np.arange(len(sales)) % 9 == 0).astype(float)
    sales = sales.assign(school_day=day, y=sales["y"] + 90 * day, **{"school day": 0.0})
    sales.loc[::7, "school day"] = 1.0
    panel = build_panel(sales, freq="D", known_in_advance=("trend", "school_day", "school day"))
    ahead = extend(panel, panel.last_observation, HORIZON, dict.fromkeys(panel.exog, 1.0))
    standing = Standing(History.of(ahead), len(sales) - 1, HORIZON)
    recipe = RECIPES["ridge"]
    learned = fitted(recipe, standing)
    parts = contributions(recipe, *learned, standing)
    assert set(parts.groups) == {"usual", "trend", "weekday", "trend (column)", "school day"}
    assert parts.values[0, 0, parts.groups.index("trend (column)")] == pytest.approx(150, abs=60)
    expected = recipe.expected(learned[0], standing, learned[1])
    np.testing.assert_allclose(parts.values[0].sum(axis=1), expected, rtol=1e-9)


def test_weekdays_are_told_apart_from_the_usual() -> None:
    parts = split("plain", RECIPES["linear_regression"])
    days = STANDINGS["plain"].history.ds[-HORIZON:]
    weekday = dict(zip(days.day_name(), parts.values[0, :, parts.groups.index("weekday")], strict=True))
    truth = {"Monday": 1500 - 2971, "Thursday": 3000 - 2971, "Saturday": 4000 - 2971, "Sunday": 4200 - 2971}
    assert {day: weekday[day] for day in weekday if day in truth}
    for day in set(weekday) & set(truth):
        assert weekday[day] == pytest.approx(truth[day], abs=200)


def test_parts_of_trees_are_their_shap_values_times_one_number_per_row() -> None:
    """A slow loop over rows: f - f0 is dealt out in proportion to the parts of ln(f / f0)."""
    standing, recipe = STANDINGS["weekly"], RECIPES["xgboost"]
    learned, hyperparameters = fitted(recipe, standing)
    parts = contributions(recipe, learned, hyperparameters, standing)
    pipeline = learned["estimator"]
    inside = pipeline[:-1].transform(standing.ahead.frame[list(learned["columns"])])
    booster = pipeline.named_steps["regressor"].get_booster()
    margins = booster.predict(xgboost.DMatrix(inside), pred_contribs=True)
    seasonal = [name.startswith(("season", "profile", "year")) for name in inside.columns]
    for row in range(0, len(margins), 7):
        start = np.exp(margins[row, -1]) * standing.ahead.scale[row]
        end = np.exp(margins[row].sum()) * standing.ahead.scale[row]
        share = margins[row, :-1][seasonal].sum() / margins[row, :-1].sum()
        found = parts.values[row // HORIZON, row % HORIZON, parts.groups.index("season")]
        assert found == pytest.approx((end - start) * share, rel=2e-3, abs=1e-3)


def test_a_combination_is_split_like_its_members_by_their_weights() -> None:
    members = {name: RECIPES[name] for name in ("moving_average", "ridge")}
    both = Combination(members, search=({"moving_average": 1.0, "ridge": 3.0},))
    parts, first, second = split("weekly", both), *(split("weekly", each) for each in members.values())
    for group in ("usual", "season", "trend"):
        expected = sum(
            weight * each.values[:, :, each.groups.index(group)]
            for weight, each in ((0.25, first), (0.75, second))
        )
        np.testing.assert_allclose(parts.values[:, :, parts.groups.index(group)], expected, atol=1e-9)


def test_only_what_is_asked_for_is_split_and_it_is_the_same() -> None:
    standing, recipe = STANDINGS["weekly"], RECIPES["xgboost"]
    learned = fitted(recipe, standing)
    chosen = np.arange(len(standing.begun)) % 5 == 2
    some, every = (contributions(recipe, *learned, standing, which) for which in (chosen, None))
    np.testing.assert_allclose(some.values, every.values[chosen], rtol=1e-6)
    assert some.unique_id == tuple(np.array(every.unique_id)[chosen])


def test_parts_follow_the_mean_of_the_paths() -> None:
    parts = Contributions(("a", "b"), ("usual", "trend"), np.array([[[4.0, -1.0]], [[0.0, 0.0]]]))
    moved = parts.of(np.array([[6.0], [2.0]]))
    np.testing.assert_array_equal(moved.values, [[[8.0, -2.0]], [[2.0, 0.0]]])


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8), st.integers(0, 2))
def test_rounded_parts_add_up_and_none_is_a_unit_off(parts: list[float], digits: int) -> None:
    total, rounded = rounded_parts(parts, digits)
    assert total == pytest.approx(sum(parts), abs=0.5 / 10**digits + 1e-6)
    assert sum(rounded) == pytest.approx(total, abs=1e-6)
    assert all(abs(part - near) <= (1 + 1e-9) / 10**digits for part, near in zip(parts, rounded, strict=True))


@given(
    st.dictionaries(st.sampled_from(["usual", "trend", "price", "season"]), st.floats(0, 900), min_size=1),
    st.integers(0, 40),
)
def test_the_numbers_of_a_sentence_add_up(parts: dict[str, float], off: int) -> None:
    total = round(sum(parts.values())) + off
    numbers = [int(number) for number in re.findall(r"[+-]?\d+", in_words(parts, total=total))]
    assert numbers[0] == total == sum(numbers[1:])


def test_a_split_forecast_is_said_in_two_languages() -> None:
    parts = {"usual": 40.2, "trend": -3.1, "promotion": 10.9, "school days": 0.2}
    assert in_words(parts) == "48 = usual 40, +11 promotion, -3 trend"
    assert in_words(parts, "es") == "48 = lo habitual 40, +11 promoción, -3 tendencia"
    assert in_words({"usual": 0.42, "season": 0.1}, similar_to="a, b") == (
        "0.52 = usual 0.42, +0.10 season (from look-alikes a, b)"
    )
    assert [digits_of(total) for total in (0.0, 0.3, 4.0, 40.0)] == [0, 2, 1, 0]


def test_the_table_has_a_row_for_each_series_and_period_and_names_look_alikes() -> None:
    ds = pd.date_range("2024-01-01", periods=2)
    parts = Contributions(("b", "a"), ("usual", "trend"), np.arange(8.0).reshape(2, 2, 2))
    table = explanation_table(parts, ds, {"a": "c"})
    assert list(table["unique_id"]) == ["a", "a", "b", "b"]
    np.testing.assert_array_equal(table["mean"], table["usual"] + table["trend"])
    assert table["explicacion"][0] == "9.0 = lo habitual 4.0, +5.0 tendencia (por parecidos c)"
    assert "look-alikes" not in table["explanation"][2]


def test_of_very_many_series_the_next_period_of_the_largest_is_explained() -> None:
    values = np.ones((30_000, 1, 3))
    values[0] = 0.0
    ids = tuple(f"s{number}" for number in range(30_000))
    unique_id, periods = worth_explaining(DemandPaths(values, ids, pd.date_range("2024-01-01", periods=3)))
    assert (len(unique_id), periods) == (20_000, 1)
    assert "s0" not in unique_id

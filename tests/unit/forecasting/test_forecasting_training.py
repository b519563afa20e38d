from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import awkward_series, daily_shop, weekly_series

from forecasting.judging.backtest import evaluate
from forecasting.recipes.registry import DEFAULT_RECIPES, Candidate
from forecasting.series.panel import build_panel
from forecasting.series.splitting import split_by_time
from forecasting.training import Champion, Training, TrainingSettings, _best, _judged, train
from intake.errors import InputError, MissingError

CHEAP = ("seasonal_naive", "moving_average", "ridge")


@pytest.fixture(scope="module")
def shop() -> Training:
    panel = build_panel(daily_shop(200), freq="D")
    return train(panel, split_by_time(panel.frame["ds"]), TrainingSettings(horizon=14))


def test_all_recipes_are_judged_on_the_same_held_out_periods(shop: Training) -> None:
    recipes = list(DEFAULT_RECIPES)
    assert shop.test_metrics["recipe"].tolist() == shop.window_metrics["recipe"].tolist() == recipes
    assert set(shop.test_metrics["rows"]) == {60}
    periods = shop.test_predictions.groupby("recipe")["ds"].agg(["min", "max"])
    assert set(periods["min"]) == {pd.Timestamp("2023-01-02") + pd.Timedelta(days=140)}
    assert shop.decision.promoted
    (note,) = shop.notes
    assert note.startswith("The history has 200 periods and a year has 364")


def test_the_winner_was_chosen_before_the_test_part(shop: Training) -> None:
    best = shop.selection_metrics.loc[shop.selection_metrics["rmsse"].idxmin()]
    assert shop.recipe == best["recipe"]
    assert shop.recipe in ("linear_regression", "ridge")
    assert shop.model.recipe == shop.recipe
    assert shop.model.cutoff == pd.Timestamp("2023-01-02") + pd.Timedelta(days=199)


def test_intervals_and_calibration_are_about_the_winner(shop: Training) -> None:
    own = shop.test_predictions[shop.test_predictions["recipe"] == shop.recipe]
    assert (own["p10"] <= own["p50"]).all()
    assert (own["p50"] <= own["p90"]).all()
    assert ((own["y"] >= own["p10"]) & (own["y"] <= own["p90"])).mean() == pytest.approx(0.8, abs=0.15)
    others = shop.test_predictions[shop.test_predictions["recipe"] != shop.recipe]
    assert others[["p10", "p50", "p90"]].isna().all(axis=None)
    assert (shop.calibration["rows"] > 100).all()
    assert set(shop.judged.by_series["recipe"]) == {shop.recipe}
    assert shop.judged.by_series["rows"].sum() == shop.calibration["rows"].iloc[0]
    assert np.abs(shop.calibration["empirical"] - shop.calibration["nominal"]).max() < 0.2


def test_rewriting_the_test_part_changes_neither_the_choice_nor_its_forecasts() -> None:
    sales = weekly_series(8, 60)
    split = split_by_time(sales["ds"])
    rewritten = sales.assign(y=sales["y"].mask(sales["ds"] > split.train_end, 300.0))
    one, other = (
        train(build_panel(version, freq="W-MON"), split, TrainingSettings(recipes=CHEAP, horizon=4))
        for version in (sales, rewritten)
    )
    pd.testing.assert_frame_equal(one.selection_metrics, other.selection_metrics)
    assert one.notes == other.notes == (), "60 weeks hold a year"
    assert (one.recipe, one.hyperparameters) == (other.recipe, other.hyperparameters)
    pd.testing.assert_series_equal(one.test_predictions["y_hat"], other.test_predictions["y_hat"])


def use_of(recipe: str, cutoff: pd.Timestamp, **hyperparameters: float) -> Champion:
    return Champion(Candidate(recipe, hyperparameters), cutoff)


def test_the_same_recipe_again_is_renewed() -> None:
    panel = build_panel(daily_shop(160), freq="D")
    split = split_by_time(panel.frame["ds"], shares=(0.5, 0.25, 0.25))
    settings = TrainingSettings(recipes=("seasonal_naive", "linear_regression"), horizon=7)
    again = train(panel, split, settings, use_of("linear_regression", split.test_end))
    assert again.decision.promoted
    assert "refitted" in again.decision.reason


@pytest.mark.parametrize("newer_days", [0, 5])
def test_a_champion_that_is_not_beaten_is_renewed_where_there_are_newer_sales(newer_days: int) -> None:
    panel = build_panel(daily_shop(160), freq="D")
    split = split_by_time(panel.frame["ds"], shares=(0.5, 0.25, 0.25))
    champion = use_of("ridge", split.test_end - pd.Timedelta(days=newer_days), alpha=0.1)
    recipes = ("seasonal_naive", "moving_average")
    training = train(panel, split, TrainingSettings(recipes=recipes, horizon=7), champion)
    assert "does not beat the current model" in training.decision.reason
    assert training.decision.promoted == (newer_days > 0)
    assert training.model.recipe == training.recipe
    assert training.model.cutoff == split.test_end
    judged = training.window_metrics.set_index("recipe")["rows"]
    assert judged.eq(judged.iloc[0]).all()
    if newer_days:
        assert (training.recipe, training.hyperparameters) == ("ridge", {"alpha": 0.1})
        assert f"refitted on sales up to {split.test_end:%Y-%m-%d}" in training.decision.reason
        assert set(judged.index) == {*recipes, "ridge"}
        own = training.test_predictions[training.test_predictions["recipe"] == "ridge"]
        assert own["p50"].notna().all()
    else:
        assert training.recipe in recipes
        assert set(judged.index) == {*recipes, "current model"}


def test_settings_that_lose_against_others_of_the_recipe_in_use_are_not_taken_for_them() -> None:
    panel = build_panel(daily_shop(160), freq="D")
    split = split_by_time(panel.frame["ds"])
    champion = use_of("ridge", split.train_end, alpha=0.01)
    training = train(panel, split, TrainingSettings(recipes=("ridge",), trials=1, horizon=7), champion)
    assert training.hyperparameters == {"alpha": 0.01}
    errors = training.test_metrics.set_index("recipe")["rmsse"]
    alone = evaluate(panel, [champion.candidate], [split.train_end], 48)
    assert set(errors.index) == {"ridge", "ridge, other settings"}
    tested = training.test_predictions.query("recipe == 'ridge'")
    assert len(tested) == 48
    np.testing.assert_allclose(tested["y_hat"], alone["y_hat"], rtol=0.02)


def test_calibration_uses_only_errors_known_by_then() -> None:
    panel = build_panel(weekly_series(6, 80), freq="W-MON")
    ds = pd.DatetimeIndex(np.sort(panel.frame["ds"].unique()))
    cutoffs = [ds[position] for position in (50, 54, 58, 62, 66)]
    errors = evaluate(panel, [Candidate("seasonal_naive")], cutoffs, 8)
    judged = cutoffs[3]
    ended_later = errors["cutoff"].isin([cutoffs[2], cutoffs[4]])  # a window that began, one that had not
    ended_before = errors["cutoff"] == cutoffs[1]
    usual, *others = (
        _judged(errors.assign(y=errors["y"].mask(rewritten, 9_999.0)), [judged], panel)
        for rewritten in (errors["y"] < 0, ended_later, ended_before)
    )
    np.testing.assert_array_equal(others[0][1], usual[1])
    assert not np.array_equal(others[1][1], usual[1])


def test_awkward_series_train_without_a_murmur() -> None:
    panel = build_panel(awkward_series(), freq="W-MON")
    training = train(panel, split_by_time(panel.frame["ds"]), TrainingSettings(recipes=CHEAP))
    assert np.isfinite(training.test_metrics[["mae", "rmse", "wape", "mase", "rmsse"]]).all(axis=None)


@pytest.mark.parametrize("periods", [20, 8])
def test_a_short_series_is_trained_on_what_it_can_bear(periods: int) -> None:
    panel = build_panel(daily_shop(periods).drop(columns="promotion"), freq="D")
    training = train(panel, split_by_time(panel.frame["ds"]))
    assert training.model.demand_paths(panel, panel.last_observation, 7).mean().min() > 500


def test_sales_of_nothing_forecast_nothing() -> None:
    panel = build_panel(weekly_series(3, 40).assign(y=0.0), freq="W-MON")
    training = train(panel, split_by_time(panel.frame["ds"]))
    assert training.model.demand_paths(panel, panel.last_observation, 4).mean().sum() == 0


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="name at least one"):
        TrainingSettings(recipes=())
    with pytest.raises(MissingError, match="no recipe 'oracle'"):
        TrainingSettings(recipes=("oracle",))
    panel = build_panel(daily_shop(6).drop(columns="promotion"), freq="D")
    with pytest.raises(InputError, match="at least 8"):
        train(panel, split_by_time(panel.frame["ds"]))


def test_revenue_in_the_sales_file_makes_no_forecast_better() -> None:
    sales = daily_shop(150)
    settings = TrainingSettings(recipes=("seasonal_naive", "linear_regression"), horizon=14)
    split = split_by_time(sales["ds"])
    with_revenue, without = (
        train(build_panel(version, freq="D"), split, settings)
        for version in (sales.assign(importe=sales["y"] * 2.5), sales)
    )
    pd.testing.assert_frame_equal(with_revenue.test_metrics, without.test_metrics)
    assert [note for note in with_revenue.notes if "'importe'" in note]


@pytest.mark.parametrize(
    ("rmsse", "mase", "best"),
    [
        ((0.58, 0.59, 0.60), (2.8, 0.7, 0.6), 1),  # the first misses the small series
        ((0.58, 0.59, 0.60), (0.7, 0.7, 0.6), 0),  # a quarter above the lowest is no reason
        ((0.60, 0.58, 0.58), (0.6, 0.6, 0.6), 1),  # the first on a tie
    ],
)
def test_the_lowest_rmsse_wins_unless_it_misses_the_small_series(
    rmsse: tuple[float, ...], mase: tuple[float, ...], best: int
) -> None:
    assert _best(pd.DataFrame({"rmsse": rmsse, "mase": mase, "mae": 1.0})) == best

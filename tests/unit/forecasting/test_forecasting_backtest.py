from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import daily_shop, weekly_series
from hypothesis import given
from hypothesis import strategies as st

from forecasting.features.rows import RowLimits, training_rows
from forecasting.judging import metrics
from forecasting.judging.backtest import evaluate, rolling_cutoffs
from forecasting.judging.scores import metrics_table, window_losses
from forecasting.recipes.baselines import Reading
from forecasting.recipes.contract import Hyperparameters
from forecasting.recipes.registry import RECIPES, Candidate
from forecasting.series.history import History
from forecasting.series.panel import build_panel
from intake.errors import InputError, MissingError
from intake.periods import shift

ALL = [Candidate(name) for name in RECIPES]


@given(st.integers(0, 200), st.integers(1, 30), st.integers(1, 12))
def test_windows_fit_in_order_and_end_with_the_history(room: int, horizon: int, windows: int) -> None:
    earliest = pd.Timestamp("2024-01-01")
    end = earliest + pd.Timedelta(days=room + horizon)
    cutoffs = rolling_cutoffs(earliest, end, horizon, windows, "D")
    assert list(cutoffs) == sorted(set(cutoffs))
    assert 1 <= len(cutoffs) <= windows
    assert cutoffs[0] >= earliest
    assert cutoffs[-1] == shift(end, -horizon, "D")


def test_no_room_for_a_window_is_an_error() -> None:
    with pytest.raises(InputError, match="shorten the horizon"):
        rolling_cutoffs(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-05"), 5, 3, "D")


def test_seasonal_naive_repeats_the_last_season() -> None:
    sales = daily_shop(60)
    panel = build_panel(sales, freq="D")
    cutoff = sales["ds"].iloc[49]
    table = evaluate(panel, [Candidate("seasonal_naive")], [cutoff], 10)
    y = sales["y"].tolist()
    assert table["y_hat"].tolist() == pytest.approx(y[43:50] + y[43:46])
    assert table["y"].tolist() == y[50:60]


def test_rewriting_the_future_changes_no_forecast() -> None:
    sales = weekly_series(6, 80)
    cutoff = pd.Timestamp(np.sort(sales["ds"].unique())[59])
    rewritten = sales.assign(y=sales["y"].mask(sales["ds"] > cutoff, 777.0))
    one, other = (
        evaluate(build_panel(version, freq="W-MON"), ALL, [cutoff], 8) for version in (sales, rewritten)
    )
    pd.testing.assert_series_equal(one["y_hat"], other["y_hat"])
    assert (other["y"] == 777.0).all()


@pytest.mark.parametrize("name", ["a first one", "s03 between", "z last one"])
def test_a_series_that_begins_after_the_cutoff_changes_no_earlier_forecast(name: str) -> None:
    sales = weekly_series(6, 80)
    ds = np.sort(sales["ds"].unique())
    begins_later = sales[(sales["unique_id"] == "s05") & (sales["ds"] > ds[62])].assign(unique_id=name)
    kinds = pd.DataFrame({"unique_id": [*sales["unique_id"].unique(), name], "category": list("abcabca")})
    cutoffs = [pd.Timestamp(ds[59]), pd.Timestamp(ds[62])]
    one, other = (
        evaluate(
            build_panel(version, freq="W-MON", attributes=kinds), ALL, cutoffs, 8, RowLimits(most_rows=300)
        )
        for version in (sales, pd.concat([sales, begins_later.assign(y=5000.0)]))
    )
    assert set(one["recipe"]) == set(RECIPES)
    pd.testing.assert_frame_equal(one, other)


def test_rows_to_learn_from_are_drawn_by_the_name_of_a_series() -> None:
    sales = weekly_series(6, 80)
    drawn = []
    for version in (sales, sales[sales["unique_id"] != "s00"]):
        history = History.of(build_panel(version, freq="W-MON"))
        rows = training_rows(history, 70, 8, RowLimits())
        own = rows.series == history.unique_id.index("s03")
        drawn.append(np.stack([rows.origin[own], rows.horizon[own]]).tolist())
    assert drawn[0] == drawn[1]


def test_the_past_does_change_forecasts() -> None:
    sales = weekly_series(6, 80)
    cutoff = pd.Timestamp(np.sort(sales["ds"].unique())[59])
    rewritten = sales.assign(y=sales["y"].mask(sales["ds"] == cutoff, 777.0))
    one, other = (
        evaluate(build_panel(version, freq="W-MON"), ALL, [cutoff], 8) for version in (sales, rewritten)
    )
    changed = (one["y_hat"] != other["y_hat"]).groupby(one["recipe"]).any()
    assert changed.all()


def test_metrics_table_agrees_with_one_series_and_window_at_a_time() -> None:
    sales = weekly_series(4, 80)
    panel = build_panel(sales, freq="W-MON")
    ds = np.sort(sales["ds"].unique())
    table = evaluate(panel, [Candidate("seasonal_naive")], [pd.Timestamp(ds[60]), pd.Timestamp(ds[70])], 5)
    row = metrics_table(table, panel).iloc[0]
    mase, rmsse, volume = [], [], []
    for (cutoff, unique_id), group in table.groupby(["cutoff", "unique_id"]):
        past = sales[(sales["unique_id"] == unique_id) & (sales["ds"] <= cutoff)]["y"].to_numpy()
        pair = group["y"].to_numpy(), group["y_hat"].to_numpy()
        mase.append(metrics.mase(*pair, past, 52))
        rmsse.append(metrics.rmsse(*pair, past, 52))
        volume.append(past.sum())
    assert row["mase"] == pytest.approx(np.mean(mase))
    assert row["rmsse"] == pytest.approx(np.average(rmsse, weights=volume))
    assert row["mae"] == pytest.approx((table["y"] - table["y_hat"]).abs().mean())
    assert row["rows"] == len(table) == 4 * 2 * 5


def test_the_losses_of_a_window_are_the_metrics_of_that_window_alone() -> None:
    sales = weekly_series(4, 80)
    panel = build_panel(sales, freq="W-MON")
    cutoffs = list(pd.DatetimeIndex(sales["ds"].unique())[[60, 63, 70]])
    table = evaluate(panel, ALL[:2], cutoffs, 5)
    losses = window_losses(table, panel).set_index(["recipe", "cutoff"])
    for (recipe, cutoff), own in table.groupby(["recipe", "cutoff"]):
        alone = metrics_table(own, panel).iloc[0]
        assert losses.loc[(recipe, cutoff), "rmsse"] == pytest.approx(alone["rmsse"])
        assert losses.loc[(recipe, cutoff), "wape"] == pytest.approx(alone["wape"])
        assert losses.loc[(recipe, cutoff), "until"] == cutoff + pd.Timedelta(weeks=5)
    assert len(losses) == 2 * 3


def test_windows_without_one_known_period_have_no_errors() -> None:
    sales = weekly_series(2, 60)
    unseen = sales.assign(in_stock=(sales["ds"] < sales["ds"].iloc[50]).astype(float))
    panel = build_panel(unseen, freq="W-MON")
    row = metrics_table(evaluate(panel, ALL[:1], [sales["ds"].iloc[52]], 5), panel).iloc[0]
    assert row["rows"] == 0
    assert row[["mae", "mase", "rmsse"]].isna().all()


def test_regressions_find_the_weekday_and_the_promotion_of_a_shop() -> None:
    """The noise has a mean absolute value of 60 * sqrt(2 / pi) = 48; seasonal naive must pay more than
    sqrt(2) of it.
    """
    tables = []
    for seed in (1, 2, 3):
        panel = build_panel(daily_shop(365, seed), freq="D")
        table = evaluate(panel, ALL, [panel.frame["ds"].iloc[254]], 110)
        tables.append(metrics_table(table, panel).set_index("recipe")["mae"])
    mae = sum(tables) / 3
    assert mae["linear_regression"] < 48 * 1.1
    assert mae["ridge"] < 48 * 1.15
    assert mae["xgboost"] < 48 * 1.4 < mae["seasonal_naive"]


def test_an_unknown_recipe_is_named() -> None:
    with pytest.raises(MissingError, match=r"no recipe 'prophet'.*ridge"):
        Candidate("prophet")
    with pytest.raises(MissingError, match=r"'ridge' has no settings depth; it has alpha"):
        Candidate("ridge", {"depth": 3.0})


def test_a_moving_average_is_the_mean_of_the_last_weeks_times_the_shared_season() -> None:
    sales = weekly_series(1, 40)
    panel = build_panel(sales, freq="W-MON")
    plain = Candidate("moving_average", {"window": 4, "profile": 0})
    table = evaluate(panel, [plain], [sales["ds"].iloc[29]], 6)
    assert table["y_hat"].tolist() == pytest.approx([sales["y"].iloc[26:30].mean()] * 6)
    days = daily_shop(60)
    table = evaluate(build_panel(days, freq="D"), [plain], [days["ds"].iloc[55]], 1)
    assert table["y_hat"].iloc[0] == pytest.approx(days["y"].iloc[[28, 35, 42, 49]].mean())


def test_a_candidate_has_the_first_hyperparameters_of_its_search_where_none_are_given() -> None:
    for name, recipe in RECIPES.items():
        assert Candidate(name).hyperparameters == recipe.search[0]
    assert Candidate("ridge", {"alpha": 7.0}).hyperparameters == {"alpha": 7.0}
    assert Candidate("ridge").name == "ridge"


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_recipe_cannot_leave_out_what_is_hard(monkeypatch: pytest.MonkeyPatch, wrong: float) -> None:
    def read(frame: pd.DataFrame, _: Hyperparameters) -> np.ndarray:
        return np.where(np.arange(len(frame)) == 3, wrong, 1.0)

    monkeypatch.setitem(RECIPES, "picky", Reading(read))
    panel = build_panel(weekly_series(3, 60), freq="W-MON")
    cutoff = pd.Timestamp(panel.frame["ds"].unique()[50])
    with pytest.raises(InputError, match="'picky' gives no finite number for 1 of 12 forecasts"):
        evaluate(panel, [Candidate("picky")], [cutoff], 4)

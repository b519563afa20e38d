from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import awkward_series, daily_shop, weekly_series

from forecasting.features.rows import RowLimits, Rows, forecast_rows, training_rows
from forecasting.features.table import feature_table
from forecasting.series.history import History
from forecasting.series.panel import Panel, build_panel


def weekly_panel() -> Panel:
    sales = weekly_series(5, 120)
    sales["promotion"] = np.tile(np.arange(120) % 4 == 0, 5).astype(float)
    return build_panel(sales, freq="W-MON")


def test_features_agree_with_slow_loops() -> None:
    panel = weekly_panel()
    history = History.of(panel)
    rows = Rows(np.array([0, 3, 4]), np.array([60, 99, 118]), np.array([1, 5, 1]))
    table = feature_table(history, rows)
    for row in range(3):
        own = panel.frame[panel.frame["unique_id"] == f"s0{rows.series[row]}"]["y"].tolist()
        origin, period = int(rows.origin[row]), int(rows.origin[row] + rows.horizon[row])
        scale = table.scale[row]
        got = table.frame.iloc[row]
        assert got["mean_8"] * scale == pytest.approx(np.mean(own[origin - 7 : origin + 1]), rel=1e-5)
        assert got["spread_8"] * scale == pytest.approx(np.std(own[origin - 7 : origin + 1]), rel=1e-4)
        assert got["zero_share_26"] == pytest.approx(np.mean(np.array(own[origin - 25 : origin + 1]) == 0))
        assert got["lag_2"] * scale == pytest.approx(own[origin - 1])
        assert got["season_1"] * scale == pytest.approx(own[period - 52])
        assert got["season_mean_3"] * scale == pytest.approx(
            np.mean(own[period - 53 : period - 50]), rel=1e-5
        )
        weight, total, weights = 1.0, 0.0, 0.0
        for value in own[origin::-1]:
            total, weights, weight = total + weight * value, weights + weight, weight * (1 - 2 / 11)
        assert got["exponential_mean_10"] * scale == pytest.approx(total / weights, rel=1e-5)
        assert got["promotion"] == float(period % 4 == 0)


def test_the_shared_profile_finds_the_season_that_made_the_sales() -> None:
    history = History.of(build_panel(weekly_series(40, 150), freq="W-MON"))
    table = feature_table(history, forecast_rows(history, 149 - 26, 26))
    made = 1.0 + 0.5 * np.sin(2 * np.pi * np.arange(124, 150) / 52)
    found = table.frame["profile"].to_numpy()[:26]
    assert np.corrcoef(found, made)[0, 1] > 0.97
    assert np.abs(found - made).mean() < 0.1


@pytest.mark.parametrize("sales", [daily_shop(200), awkward_series(), weekly_series(6, 110)])
def test_rewriting_the_future_changes_no_feature_and_no_row(sales: pd.DataFrame) -> None:
    freq = "D" if "promotion" in sales else "W-MON"
    ds = np.sort(sales["ds"].unique())
    cutoff = pd.Timestamp(ds[int(len(ds) * 0.7)])
    rewritten = sales.assign(y=sales["y"].mask(sales["ds"] > cutoff, 9999.0))
    tables = []
    for version in (sales, rewritten, sales[sales["ds"] <= cutoff]):
        known = version[version.groupby("unique_id")["ds"].transform("min") <= cutoff]
        history = History.of(build_panel(known, freq=freq), until=cutoff + pd.Timedelta(weeks=52))
        origin = history.position(cutoff)
        learned = training_rows(history, origin, 52, RowLimits(most_rows=300))
        for rows in (learned, forecast_rows(history, origin, 52)):
            table = feature_table(history, rows)
            known_ahead = table.frame.drop(columns="promotion", errors="ignore")
            tables.append(known_ahead.assign(scale=table.scale, silent=table.silent))
    for learned_table, ahead in zip(tables[2::2], tables[3::2], strict=True):
        pd.testing.assert_frame_equal(learned_table, tables[0])
        pd.testing.assert_frame_equal(ahead, tables[1])


def test_training_rows_look_only_at_observed_periods_before_the_cutoff() -> None:
    history = History.of(build_panel(awkward_series(), freq="W-MON"))
    rows = training_rows(history, 40, 6, RowLimits())
    assert rows.period.max() == 40
    assert set(rows.horizon) == set(range(1, 7))
    assert not np.isnan(history.demand[rows.series, rows.period]).any()
    capped = training_rows(history, 40, 6, RowLimits(most_rows=100))
    assert len(capped) == 100 < len(rows)


def test_series_that_ended_or_were_never_seen_expect_nothing() -> None:
    panel = build_panel(awkward_series(), freq="W-MON")
    history = History.of(panel, until=panel.last_observation + pd.Timedelta(weeks=1))
    table = feature_table(history, forecast_rows(history, 59, 1))
    silent = dict(zip(history.unique_id, table.silent.tolist(), strict=True))
    assert [name for name, quiet in silent.items() if quiet] == ["ended", "never"]


def test_the_level_of_a_day_is_what_its_weekday_sells_now_times_what_came_next_a_year_ago() -> None:
    ds = pd.date_range("2022-01-03", periods=500)
    busy = (np.arange(500) - 36) % 364 < 60
    daily = np.where(ds.weekday == 5, 40.0, 10.0) * np.where(busy, 3.0, 1.0)
    sales = [pd.DataFrame({"unique_id": f"shop {n}", "ds": ds, "y": daily * (n + 1)}) for n in range(8)]
    history = History.of(build_panel(pd.concat(sales), freq="D"))
    table = feature_table(history, forecast_rows(history, 385, 40))
    level = (table.frame["season_level"] * table.scale).to_numpy().reshape(8, 40)
    saturday = ds.weekday[386:426] == 5
    quiet, rush = np.arange(40) < 10, (np.arange(40) >= 17) & (np.arange(40) < 40)
    for series in range(8):
        usual = np.where(saturday, 40.0, 10.0) * (series + 1)
        np.testing.assert_allclose(level[series, quiet], usual[quiet], rtol=1e-5)
        np.testing.assert_allclose(
            level[series, rush], (usual * (1 + 8 / 12 * (3**0.75 - 1)))[rush], rtol=1e-5
        )
    young = feature_table(history, forecast_rows(history, 200, 7))
    np.testing.assert_allclose(young.frame["season_level"], young.frame["season_mean_8"], rtol=1e-5)

"""From sales to tables, plots and page, on what real files hold; warnings are errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import awkward_series, daily_shop

from artifacts.backtest_page import backtest_markdown, with_pictures
from artifacts.backtest_plots import backtest_plots, examples_of
from forecasting.judging.backtest import backtest_cutoffs, evaluate
from forecasting.judging.judged_windows import JudgedWindows
from forecasting.judging.losses import MEASURES
from forecasting.recipes.registry import Candidate
from forecasting.series.history import History
from forecasting.series.panel import Panel, build_panel
from intake.errors import InputError
from planning.decision_rules import decision_rules
from planning.priced_backtest import MONEY, backtest_tables, judge

SAVED = b"\x89PNG"


def judged(panel: Panel, horizon: int, windows: int) -> JudgedWindows:
    cutoffs, earlier = backtest_cutoffs(
        panel.frame["ds"].min(), panel.last_observation, horizon, windows, panel.freq
    )
    names = ("seasonal_naive", "moving_average")
    candidates = [Candidate(names[0]), Candidate(names[1], {"window": 13, "profile": 0})]
    rules = decision_rules(
        History.of(panel).unique_id, None, lead_time=2, review_period=1, holding_cost=0.2, shortage_cost=1.0
    )
    predictions = evaluate(panel, candidates, [*earlier, *cutoffs], horizon)
    return judge(panel, predictions, cutoffs, rules, paths=100)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build_panel(awkward_series(), freq="W-MON")


@pytest.fixture(scope="module")
def awkward(panel: Panel) -> JudgedWindows:
    return judged(panel, 5, 3)


def test_every_table_adds_up_to_the_same_money(awkward: JudgedWindows) -> None:
    tables = backtest_tables(awkward)
    cost = tables["overall"].set_index("recipe")["cost"]
    assert cost.is_monotonic_increasing
    for name in ("by_abc_xyz", "by_intermittency", "by_window", "by_series"):
        by_recipe = tables[name].groupby("recipe")["cost"].sum()
        assert by_recipe.to_dict() == pytest.approx(cost.to_dict()), name
        assert list(tables[name].columns[:2]) == [tables[name].columns[0], "recipe"]
        assert set(tables[name].columns) >= {*MEASURES, *MONEY, "interval_crps"}
    assert tables["by_horizon"]["horizon"].unique().tolist() == [1, 2, 3, 4, 5]
    rows = tables["calibration"].query("`class` == 'all'").set_index("recipe")["rows"]
    assert rows.to_dict() == tables["overall"].set_index("recipe")["rows"].to_dict()


def test_series_come_in_the_order_of_what_they_cost_the_best_recipe(awkward: JudgedWindows) -> None:
    tables = backtest_tables(awkward)
    best = tables["by_series"][tables["by_series"]["recipe"] == tables["overall"]["recipe"].iloc[0]]
    assert best["cost"].is_monotonic_decreasing


def test_page_and_plots_bear_series_that_never_sold(panel: Panel, awkward: JudgedWindows) -> None:
    tables = backtest_tables(awkward)
    history = panel.frame.dropna(subset=["y"])
    plots = backtest_plots(tables, awkward.classes, history, awkward.outlook, names={"usual": "Soap"})
    page = backtest_markdown("A backtest", tables, ["A note."], names={"usual": "Soap"})
    assert all(png.startswith(SAVED) for png in plots.values())
    shown = with_pictures(page, {f"plots/{name}.png": png for name, png in plots.items()})
    assert shown.count("data:image/png") == len(plots) == 4
    assert "usual Soap" in page
    assert "nan" not in page.replace("naive", "")
    again = backtest_plots(tables, awkward.classes, history, awkward.outlook, names={"usual": "Soap"})
    assert again == plots, "the same tables give the same bytes"


def test_examples_are_of_different_kinds(panel: Panel, awkward: JudgedWindows) -> None:
    chosen = examples_of(awkward.classes, panel.frame)
    assert chosen["Intermittent"] == "intermittent"
    assert "Newest" not in chosen, "all that had begun began in the same week"
    assert len(set(chosen.values())) == len(chosen) == 6
    late = panel.frame[(panel.frame["unique_id"] != "gaps") | (panel.frame["ds"] > panel.frame["ds"].min())]
    assert examples_of(awkward.classes, late)["Newest"] == "gaps"


def test_one_series_has_no_classes_to_be_cut_by() -> None:
    one = build_panel(daily_shop(120), freq="D")
    found = judged(one, 7, 2)
    tables = backtest_tables(found)
    page = backtest_markdown("One", tables, [])
    assert "By ABC-XYZ" not in page
    plots = backtest_plots(tables, found.classes, one.frame.dropna(subset=["y"]), found.outlook)
    assert plots["where_we_lose"].startswith(SAVED)


def test_windows_begin_in_the_second_half_and_errors_are_known_before() -> None:
    ds = pd.date_range("2024-01-01", periods=80, freq="W-MON")
    cutoffs, earlier = backtest_cutoffs(ds[0], ds[-1], 4, 5, "W-MON")
    assert cutoffs[0] >= ds[39]
    assert cutoffs[-1] == ds[-5]
    assert set(np.diff(pd.DatetimeIndex(cutoffs))) == {np.timedelta64(28, "D")}
    assert [cutoffs[0] - each for each in earlier] == [pd.Timedelta(weeks=4 * back) for back in (3, 2, 1)]
    assert earlier[0] >= ds[19]
    with pytest.raises(InputError, match="shorten the horizon"):
        backtest_cutoffs(ds[0], ds[-1], 60, 1, "W-MON")

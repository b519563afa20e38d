from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.judging.backtest import backtest_cutoffs, evaluate
from forecasting.judging.judged_windows import JudgedWindows
from forecasting.judging.losses import measures
from forecasting.recipes.registry import Candidate
from forecasting.series.panel import Panel, build_panel
from intake.errors import InputError
from planning.decision_rules import DecisionRules, decision_rules
from planning.priced_backtest import INTERVAL, MONEY, judge

SERIES, WEEKS, HORIZON = 6, 80, 4
CANDIDATES = (Candidate("seasonal_naive"), Candidate("linear_regression"))


def sales() -> pd.DataFrame:
    generator = np.random.default_rng(5)
    ds = pd.date_range("2024-01-01", periods=WEEKS, freq="W-MON")
    frames = [
        pd.DataFrame({"unique_id": f"s{number}", "ds": ds, "y": generator.poisson(2.0 + 3 * number, WEEKS)})
        for number in range(SERIES)
    ]
    return pd.concat(frames, ignore_index=True).astype({"y": float})


RULES = DecisionRules(2, 1, np.full(SERIES, 0.2), np.ones(SERIES))


def judged(panel: Panel, rules: DecisionRules = RULES) -> tuple[JudgedWindows, tuple[pd.Timestamp, ...]]:
    first = panel.frame["ds"].min()
    cutoffs, earlier = backtest_cutoffs(first, panel.last_observation, HORIZON, 3, panel.freq)
    assert len(earlier) == 3
    predictions = evaluate(panel, CANDIDATES, [*earlier, *cutoffs], HORIZON)
    return judge(panel, predictions, cutoffs, rules, paths=100), cutoffs


def test_every_recipe_has_a_row_per_window_and_series_with_its_money() -> None:
    found, cutoffs = judged(build_panel(sales(), freq="W-MON"))
    rows = found.by_series
    assert len(rows) == len(CANDIDATES) * len(cutoffs) * SERIES
    assert (rows["cost"] == rows["holding"] + rows["shortage"]).all()
    assert (rows["rows"] == HORIZON).all()
    assert (rows["interval_rows"] == 1).all()
    table = measures(rows, ["recipe"], also=[*MONEY, *INTERVAL])
    assert table["recipe"].tolist() == ["seasonal_naive", "linear_regression"]
    assert (table["cost"] > 0).all()
    assert set(found.outlook["recipe"]) == set(table["recipe"])
    assert found.outlook["ds"].min() == cutoffs[-1] + pd.Timedelta(weeks=1)


def test_what_is_sold_after_a_window_does_not_change_how_it_is_judged() -> None:
    before, cutoffs = judged(build_panel(sales(), freq="W-MON"))
    late = sales().assign(y=lambda frame: frame["y"].where(frame["ds"] <= cutoffs[1], 500.0))
    after, same = judged(build_panel(late, freq="W-MON"))
    assert same == cutoffs
    first = [
        table[table["cutoff"] == cutoffs[0]].reset_index(drop=True)
        for table in (before.by_series, after.by_series)
    ]
    pd.testing.assert_frame_equal(*first)
    # The second window is judged by other sales; what was ordered at its cutoff is the same.
    orders = [
        table.loc[table["cutoff"] == cutoffs[1], "order_quantity"].tolist()
        for table in (before.by_series, after.by_series)
    ]
    assert orders[0] == orders[1]
    assert before.by_series["shortage"].sum() < after.by_series["shortage"].sum()


def test_dear_shortages_order_more() -> None:
    panel = build_panel(sales(), freq="W-MON")
    cheap, _ = judged(panel)
    dear, _ = judged(panel, replace(RULES, shortage_cost=np.full(SERIES, 20.0)))
    assert dear.by_series["order_quantity"].sum() > cheap.by_series["order_quantity"].sum()


def test_a_series_that_begins_later_is_judged_from_then_on() -> None:
    late = sales()
    late = late[(late["unique_id"] != "s2") | (late["ds"] > late["ds"].max() - pd.Timedelta(weeks=7))]
    found, cutoffs = judged(build_panel(late, freq="W-MON"))
    begun = found.by_series.groupby("cutoff")["unique_id"].nunique()
    assert begun.loc[cutoffs[0]] == SERIES - 1
    assert begun.loc[cutoffs[-1]] == SERIES


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"review_period": 0}, "review period"),
        ({"holding_cost": np.full(SERIES, -1.0)}, "negative"),
        ({"holding_cost": np.zeros(SERIES), "shortage_cost": np.zeros(SERIES)}, "costs nothing"),
    ],
)
def test_rules_that_decide_nothing_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(RULES, **wrong)  # type: ignore[arg-type]


def test_items_state_costs_for_a_series_or_for_a_product_and_others_take_those_given() -> None:
    items = pd.DataFrame(
        {
            "unique_id": ["soap", "north/cream", "tea"],
            "holding_cost": [0.3, 0.5, 0.1],
            "shortage_cost": [3.0, 5.0, np.nan],
            "price": [4.0, 9.0, 2.0],
        }
    )
    series = ("north/cream", "north/soap", "south/soap", "south/tea")
    times = {"lead_time": 2, "review_period": 7, "holding_cost": 0.7, "shortage_cost": 1.0}
    rules = decision_rules(series, items, **times)  # type: ignore[arg-type]
    assert rules.holding_cost.tolist() == pytest.approx([0.5, 0.3, 0.3, 0.1])  # 0.7 over seven days
    assert rules.shortage_cost.tolist() == [5.0, 3.0, 3.0, 1.0]
    assert rules.unit_value is not None
    assert rules.unit_value.tolist() == [9.0, 4.0, 4.0, 2.0]
    assert "3 of 4 series have costs of their own; the others cost 0.7 per unit" in rules.notes[0]
    without = decision_rules(series, None, **times)  # type: ignore[arg-type]
    assert without.unit_value is None
    assert without.shortage_cost.tolist() == [1.0] * 4

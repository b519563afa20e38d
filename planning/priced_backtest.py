"""Forecasts of the past, judged: errors, distributions and money of every recipe on the same windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.table import windows_of
from forecasting.judging.judged_windows import (
    JudgedWindows,
    Window,
    drawn_windows,
    judge_windows,
    loss_tables,
)
from forecasting.judging.losses import PINBALL
from forecasting.judging.metrics import crps, pinball_losses
from forecasting.paths.sample_quantiles import sample_quantiles
from forecasting.series.history import Array, History
from forecasting.series.panel import Panel
from forecasting.series.whole_units import whole_units
from planning.decision_cost import decision_cost, opening_stock
from planning.decision_rules import DecisionRules

MONEY: Final = ("order_quantity", "holding", "shortage", "cost")
INTERVAL: Final = (*(f"interval_{name}" for name in PINBALL), "interval_crps", "interval_rows")
"""Sums of the losses of demand added up over lead time and review period, and in how many cases."""


def judge(
    panel: Panel,
    predictions: pd.DataFrame,
    cutoffs: Sequence[pd.Timestamp],
    rules: DecisionRules,
    *,
    paths: int = 200,
    seed: int = 0,
) -> JudgedWindows:
    """Judge the `predictions` (`backtest.evaluate`) of every recipe from each of `cutoffs`.

    The demand paths of a window follow the law of errors that were known at its cutoff, and so are classes;
    predictions from earlier cutoffs teach that law and are not judged. by_series has MONEY and INTERVAL too.
    """
    history = History.of(panel)
    whole = {cutoff: whole_units(panel, cutoff) for cutoff in cutoffs}
    windows = drawn_windows(predictions, cutoffs, history, whole, paths=paths, seed=seed)
    money = partial(_money, history, rules)
    return judge_windows(windows, history, unit_value=rules.unit_value, seed=seed, also=money)


def backtest_tables(judged: JudgedWindows) -> Mapping[str, pd.DataFrame]:
    """`loss_tables` with MONEY, the cheapest recipe first, and `interval_*` as means of the cases."""
    tables = loss_tables(judged, also=[*INTERVAL, *MONEY], worst="cost")
    return {name: _with_interval_means(table) for name, table in tables.items()}


def _with_interval_means(table: pd.DataFrame) -> pd.DataFrame:
    if "interval_rows" not in table:
        return table
    rows = table["interval_rows"].where(table["interval_rows"] > 0)
    means = {f"interval_{name}": table[f"interval_{name}"] / rows for name in (*PINBALL, "crps")}
    return table.assign(**means).drop(columns="interval_rows")


def _money(history: History, rules: DecisionRules, window: Window) -> Mapping[str, Array]:
    """MONEY and INTERVAL of one window, by series."""
    series, values = window.series, window.drawn.values
    year = history.demand[series, : window.origin + 1][:, -int(windows_of(history.freq).year) :]
    cost = decision_cost(
        values,
        window.y,
        opening_stock(year, rules.lead_time),
        review_period=rules.review_period,
        holding_cost=rules.holding_cost[series],
        shortage_cost=rules.shortage_cost[series],
    )
    return {
        "order_quantity": cost.order_quantity,
        "holding": cost.holding,
        "shortage": cost.shortage,
        "cost": cost.holding + cost.shortage,
        **_of_the_interval(window.y, values, rules.lead_time + rules.review_period),
    }


def _of_the_interval(y: Array, values: Array, periods: int) -> dict[str, Array]:
    """Losses of the demand of the first `periods` together, by series; 0 where one of them is not known."""
    total, sampled = y[:, :periods].sum(axis=1), values[:, :, :periods].sum(axis=2)
    quantiles = sample_quantiles(sampled, tuple(PINBALL.values()))
    each = {
        name: pinball_losses(total, quantile, q)
        for (name, q), quantile in zip(PINBALL.items(), quantiles, strict=True)
    }
    each["crps"] = crps(total, sampled)
    known = ~np.isnan(total)
    return {
        **{f"interval_{name}": np.where(known, values_of, 0.0) for name, values_of in each.items()},
        "interval_rows": known.astype(np.float64),
    }

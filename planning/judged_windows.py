"""Forecasts of the past, judged: errors, distributions and money of every recipe on the same windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.table import windows_of
from forecasting.judging.classes import series_classes
from forecasting.judging.losses import PINBALL, losses
from forecasting.judging.metrics import crps, pinball_losses
from forecasting.model import whole_units
from forecasting.paths.demand_law import draw_paths, learn_law
from forecasting.paths.demand_paths import DemandPaths
from forecasting.paths.prediction import prediction_table
from forecasting.series.history import Array, History
from forecasting.series.panel import Panel
from planning.decision_cost import decision_cost, opening_stock
from planning.decision_rules import DecisionRules

MONEY: Final = ("order_quantity", "holding", "shortage", "cost")
INTERVAL: Final = (*(f"interval_{name}" for name in PINBALL), "interval_crps", "interval_rows")
"""Sums of the losses of demand added up over lead time and review period, and in how many cases."""


@dataclass(frozen=True)
class JudgedWindows:
    """Sums of `losses.losses` with MONEY and INTERVAL, to be read by `losses.measures`.

    by_series: recipe, cutoff, unique_id, abc_xyz, intermittency, the sums. by_horizon: recipe, cutoff,
    horizon, the sums. outlook: recipe and the columns of `prediction.prediction_table`, of the last cutoff.
    classes: `classes.series_classes` at that cutoff.
    """

    by_series: pd.DataFrame
    by_horizon: pd.DataFrame
    outlook: pd.DataFrame
    classes: pd.DataFrame


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

    The demand paths of a window are made of errors that were known at its cutoff: those of windows that had
    ended by then, also of cutoffs that are not judged. Classes are those known at the cutoff.
    """
    history = History.of(panel)
    origins = {cutoff: history.position(cutoff) for cutoff in cutoffs}
    classes = {
        cutoff: series_classes(history, origin, rules.unit_value).iloc[history.begun(origin)]
        for cutoff, origin in origins.items()
    }
    by_series, by_horizon, outlook = [], [], []
    for recipe, own in predictions.groupby("recipe", sort=False):
        until = own.groupby("cutoff")["ds"].transform("max")
        for cutoff, origin in origins.items():
            now = own[own["cutoff"] == cutoff]
            drawn = _drawn(now, own[until <= cutoff], panel, paths, seed)
            by_one, by_other = _judged(now, drawn, history, origin, rules, seed)
            known = classes[cutoff].drop(columns="value").reset_index(drop=True)
            by_series.append(known.assign(recipe=recipe, cutoff=cutoff).join(by_one))
            by_horizon.append(by_other.assign(recipe=recipe, cutoff=cutoff))
        outlook.append(prediction_table(drawn).assign(recipe=recipe))
    return JudgedWindows(
        by_series=pd.concat(by_series, ignore_index=True),
        by_horizon=pd.concat(by_horizon, ignore_index=True),
        outlook=pd.concat(outlook, ignore_index=True),
        classes=classes[cutoffs[-1]].reset_index(drop=True),
    )


def _drawn(now: pd.DataFrame, errors: pd.DataFrame, panel: Panel, paths: int, seed: int) -> DemandPaths:
    """Demand paths around the forecasts of one recipe from one cutoff, made of its past `errors`."""
    unique_id = now["unique_id"].unique()
    whole = whole_units(panel, now["cutoff"].iloc[0])
    y_hat = now["y_hat"].to_numpy(dtype=np.float64).reshape(len(unique_id), -1)
    units = whole.reindex(unique_id).to_numpy(dtype=bool)
    values = draw_paths(learn_law(errors, whole), y_hat, units, unique_id.tolist(), paths, seed)
    return DemandPaths(values, tuple(unique_id), pd.DatetimeIndex(now["ds"].iloc[: y_hat.shape[1]]))


def _judged(
    now: pd.DataFrame,
    drawn: DemandPaths,
    history: History,
    origin: int,
    rules: DecisionRules,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    series = history.begun(origin)
    y, y_hat = (now[name].to_numpy(np.float64).reshape(len(series), -1) for name in ("y", "y_hat"))
    past = history.demand[series, : origin + 1]
    by_series, by_horizon = losses(y, y_hat, drawn.values, past, history.season_length, seed)
    year = past[:, -int(windows_of(history.freq).year) :]
    cost = decision_cost(
        drawn.values,
        y,
        opening_stock(year, rules.lead_time),
        review_period=rules.review_period,
        holding_cost=rules.holding_cost[series],
        shortage_cost=rules.shortage_cost[series],
    )
    money = {
        "order_quantity": cost.order_quantity,
        "holding": cost.holding,
        "shortage": cost.shortage,
        "cost": cost.holding + cost.shortage,
    }
    interval = _of_the_interval(y, drawn.values, rules.lead_time + rules.review_period)
    return by_series.assign(**money, **interval), by_horizon


def _of_the_interval(y: Array, values: Array, periods: int) -> dict[str, Array]:
    """Losses of the demand of the first `periods` together, by series; 0 where one of them is not known."""
    total, sampled = y[:, :periods].sum(axis=1), values[:, :, :periods].sum(axis=2)
    each = {
        name: pinball_losses(total, np.quantile(sampled, q, axis=1, method="inverted_cdf"), q)
        for name, q in PINBALL.items()
    }
    each["crps"] = crps(total, sampled)
    known = ~np.isnan(total)
    return {
        **{f"interval_{name}": np.where(known, values_of, 0.0) for name, values_of in each.items()},
        "interval_rows": known.astype(np.float64),
    }

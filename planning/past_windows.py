"""Decisions of the past, as the correction of the critical ratio is tuned on them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from forecasting.paths.demand_law import MOST_ROWS
from forecasting.paths.rolling_paths import LAW_CUTOFFS
from intake.periods import period_number, periods_a_year
from planning.decision_cost import opening_stock
from planning.decision_rules import DecisionRules
from planning.inventory_simulator import Quantities
from planning.order_days import on_order_days
from planning.policies.tuned_correction import (
    CARRY_OVER_FACTORS,
    PastWindow,
    TunedCorrection,
    cost_by_factor,
    tuned_correction,
)
from planning.sourcing import choose_terms

if TYPE_CHECKING:
    from forecasting.judging.past_forecasts import Keep
    from forecasting.paths.rolling_paths import RollingPaths
    from planning.plan import PlanSettings
    from planning.stated_terms import PlanningTables

DECISIONS: Final = 6
"""Decisions in a row of one window; what the first leaves over can save the later ones an order."""
MOST_WINDOWS: Final = 8
LEAST_LAW: Final = 12
"""Cutoffs before the first window whose errors make its demand paths."""
TUNING_PATHS: Final = 200


def archive_cutoffs(series: int, *, tuned: bool) -> int:
    """How many past decisions to forecast from: what the law of errors looks at, and what tuning does."""
    enough = min(LAW_CUTOFFS, max(LEAST_LAW, MOST_ROWS // max(series, 1)))
    return max(enough, DECISIONS * MOST_WINDOWS + LEAST_LAW) if tuned else enough


def sourced_rules(
    unique_id: tuple[str, ...],
    tables: PlanningTables,
    settings: PlanSettings,
    freq: str,
    cutoff: pd.Timestamp,
) -> DecisionRules | None:
    """Costs of all series and the longest lead time of a decision at the cutoff; None where an item has no
    costs to tune by."""
    sourced = choose_terms(
        unique_id, items=tables.items, suppliers=tables.suppliers, terms=tables.terms, freq=freq
    ).frame
    sourced = on_order_days(
        sourced, cutoff=cutoff, freq=freq, review_period=settings.review_period, exceptions=[]
    )
    by_series = sourced.set_index("unique_id").reindex(list(unique_id))
    costs = by_series[["holding_cost", "shortage_cost"]]
    if costs.isna().any(axis=None):
        return None
    return DecisionRules(
        lead_time=int(sourced["lead_time"].max()),
        review_period=settings.review_period,
        holding_cost=costs["holding_cost"].to_numpy(dtype=np.float64),
        shortage_cost=costs["shortage_cost"].to_numpy(dtype=np.float64),
    )


def correction_before(
    rolling: RollingPaths, origin: int, rules: DecisionRules, default: float, keep: Keep
) -> TunedCorrection:
    """The correction for a decision at the end of period `origin`, from windows that were over by then.

    Windows follow each other on the calendar, so a later decision has the same ones and new ones; the newest
    MOST_WINDOWS count. rules: costs of all series of the history. keep: asked for the costs of each window.
    """
    length, freq = DECISIONS * rules.review_period, rolling.history.freq
    forecast_at = set(rolling.history.ds.get_indexer(pd.DatetimeIndex(rolling.forecasts["cutoff"].unique())))
    number = (int(period_number(rolling.history.ds[0], freq)[0]) + origin) // rules.review_period
    back = -(-rules.lead_time // rules.review_period) + DECISIONS
    newest = origin - rules.review_period * (back + (number - back) % DECISIONS)
    starts = [
        start
        for start in range(newest, -1, -length)
        if all(start + step in forecast_at for step in range(0, length, rules.review_period))
    ]
    costs = [
        keep(
            _fingerprint(rolling, start, rules),
            len(CARRY_OVER_FACTORS),
            lambda start=start: cost_by_factor(*_window(rolling, start, rules)),  # type: ignore[misc]
        )
        for start in sorted(starts[:MOST_WINDOWS])
    ]
    table = np.stack(costs) if costs else np.empty((0, len(CARRY_OVER_FACTORS)))
    return tuned_correction(table, default=default)


def _window(rolling: RollingPaths, start: int, rules: DecisionRules) -> tuple[PastWindow, DecisionRules]:
    """The decisions from the end of period `start` on, and the rules of the series that had begun then."""
    decided = [start + step * rules.review_period for step in range(DECISIONS)]
    drawn = [rolling.at(each, TUNING_PATHS, seed=0) for each in decided]
    begun = pd.Index(drawn[0].unique_id)
    series = pd.Index(rolling.history.unique_id).get_indexer(begun)
    ends = start + 1 + rules.lead_time + DECISIONS * rules.review_period
    year = periods_a_year(rolling.history.freq)
    demand = rolling.history.demand[series]
    opening = opening_stock(demand[:, max(start + 1 - year, 0) : start + 1], rules.lead_time)
    window = PastWindow(
        paths=[each.values[pd.Index(each.unique_id).get_indexer(begun)] for each in drawn],
        demand=demand[:, start + 1 : ends],
        on_hand=opening.on_hand,
        receipts=opening.receipts,
    )
    return window, of_series(rules, series)


def of_series(rules: DecisionRules, series: np.typing.NDArray[np.int64]) -> DecisionRules:
    """The rules of some of the series."""
    return replace(
        rules,
        holding_cost=rules.holding_cost[series],
        shortage_cost=rules.shortage_cost[series],
        unit_value=None if rules.unit_value is None else rules.unit_value[series],
    )


def _fingerprint(rolling: RollingPaths, start: int, rules: DecisionRules) -> str:
    """A hash of what a window's costs depend on: forecasts, demand up to its end, and costs."""
    end = start + DECISIONS * rules.review_period
    known = rolling.forecasts[rolling.forecasts["cutoff"] < rolling.history.ds[end]]
    demand: Quantities = rolling.history.demand[:, : end + 1 + rules.lead_time]
    digest = hashlib.sha256(repr((start, rules.lead_time, rules.review_period, rolling.horizon)).encode())
    for values in (
        known["y_hat"].to_numpy(dtype=np.float64),
        known["horizon"].to_numpy(dtype=np.int64),
        known["cutoff"].to_numpy(dtype="datetime64[D]").astype(np.int64),
        demand,
        rules.holding_cost,
        rules.shortage_cost,
    ):
        digest.update(np.ascontiguousarray(values).tobytes())
    digest.update("\0".join(known["unique_id"].astype(str)).encode())
    return digest.hexdigest()

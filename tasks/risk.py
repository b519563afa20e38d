"""A decided plan -> what it may cost, and why it differs from the plan of the week before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from forecasting.series.panel import Panel
from intake.periods import period_number
from intake.tables import Table
from planning.open_orders import OpenOrderSource
from planning.order_states import OrderState
from planning.plan import Plan
from planning.plan_difference import difference
from planning.risk import Risk, assess
from storage import ids
from storage.datasets import from_parquet
from storage.manifests import read_file
from storage.plans import Plans
from tasks.plan_inputs import PlanInputs


@dataclass(frozen=True)
class LastPlan:
    """The newest plan of an earlier week: its lines of what is sold, and mean demand by unique_id (rows) and
    ds (columns)."""

    plan_id: str
    lines: pd.DataFrame
    forecast: pd.DataFrame

    @property
    def week(self) -> str:
        """The week that it was for."""
        return ids.plan_week_and_revision(self.plan_id)[0]


def last_plan(plans: Plans, dataset: str, plan_id: str) -> LastPlan | None:
    """What the plan before the week of `plan_id` said, None where there was none."""
    published = plans.before(dataset, ids.plan_week_and_revision(plan_id)[0])
    if published is None:
        return None
    demand = from_parquet(read_file(plans.store, published, "demand.parquet"))
    forecast = demand.pivot_table(index="unique_id", columns="ds", values="y", aggfunc="mean")
    lines = from_parquet(read_file(plans.store, published, "plan.parquet"))
    return LastPlan(published.folder.name, lines[lines["unique_id"].isin(forecast.index)], forecast)


def risk_of(plan: Plan, inputs: PlanInputs) -> Risk:
    """What the orders of the plan may cost on the demand paths that it was decided from."""
    return assess(
        plan.lines,
        inputs.paths,
        stock=inputs.tables[Table.STOCK],
        open_orders=plan.open_orders,
        cutoff=inputs.cutoff,
        freq=inputs.panel.freq,
    )


def against(
    last: LastPlan, plan: Plan, inputs: PlanInputs, orders: pd.DataFrame, source: OpenOrderSource
) -> pd.DataFrame:
    """`plan_difference.difference` from the last plan to this one.

    orders: our own. What was really ordered of the last plan is known where they say what is on order; where
    the stock file does, it was all ordered as far as anybody knows, and the count shows the rest.
    """
    ours = orders["purchase_order"].str.startswith(f"{last.week}-r")
    placed = orders[ours & (orders["state"] != OrderState.CANCELLED)].groupby("unique_id")["quantity"].sum()
    return difference(
        last.lines,
        plan.lines,
        sales=_sold(inputs.panel),
        previous_forecast=last.forecast,
        forecast=_mean(inputs.paths),
        ordered={str(name): float(units) for name, units in placed.items()}
        if source is OpenOrderSource.OWN_ORDERS
        else None,
        remarks=_remarks(
            inputs.extended, pd.DatetimeIndex(last.forecast.columns)[0], inputs.paths.ds[0], plan.lines
        ),
    )


def _mean(paths: DemandPaths) -> pd.DataFrame:
    return pd.DataFrame(paths.mean(), index=list(paths.unique_id), columns=paths.ds)


def _sold(panel: Panel) -> pd.DataFrame:
    """unique_id, ds, y; nothing was sold off an empty shelf, whatever the demand was."""
    rows = panel.frame[["unique_id", "ds", "y", "in_stock"]]
    return rows.assign(y=rows["y"].fillna(0.0).where(rows["in_stock"] == 0, rows["y"]))


def _remarks(
    extended: Panel, before: pd.Timestamp, start: pd.Timestamp, lines: pd.DataFrame
) -> Mapping[str, str]:
    """Where an interval from `start` has more or fewer promotions than the same one from `before`."""
    if "promotion" not in extended.exog:
        return {}
    interval = lines.set_index("unique_id")[["lead_time", "review_period"]].sum(axis=1)
    rows = extended.frame[["unique_id", "ds", "promotion"]]
    reach = rows["unique_id"].map(interval)
    number = pd.Series(period_number(rows["ds"], extended.freq), index=rows.index)

    def promoted(first: pd.Timestamp) -> pd.Series[float]:
        ahead = number - period_number(first, extended.freq)
        return rows[(ahead >= 0) & (ahead < reach)].groupby("unique_id")["promotion"].sum()

    more = promoted(start) - promoted(before)
    return {
        str(name): "more promotion" if rise > 0 else "less promotion" for name, rise in more.items() if rise
    }

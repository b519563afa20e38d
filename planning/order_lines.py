"""The lines of a plan, step by step: what each series requires, what its supplier accepts, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from intake.periods import following, period_end
from planning.explanations import Line, explain
from planning.inventory_position import Receipts, Shelf
from planning.inventory_simulator import Quantities
from planning.order_up_to import critical_ratio, project
from planning.pack_sizes import whole_packs
from planning.plan import Exceptions, PlanSettings

if TYPE_CHECKING:
    from forecasting.paths.demand_paths import DemandPaths

_FLOAT_DUST = 1e-9


def with_ratio(lines: pd.DataFrame, settings: PlanSettings, exceptions: Exceptions) -> pd.DataFrame:
    """critical_ratio by line: from both costs, else the item's service_level, else the settings'. R counts
    in review_period."""
    shortage, holding = lines["shortage_cost"], lines["holding_cost"]
    from_costs = shortage.notna() & holding.notna()
    bad_costs = from_costs & ((shortage < 0) | (holding < 0) | (shortage + holding <= 0))
    asked = lines["service_level"]
    bad_service_level = ~from_costs & asked.notna() & ~((asked > 0) & (asked < 1))
    for wrong, reason in (
        (
            bad_costs,
            "has a negative shortage_cost or holding_cost, or none above 0; not planned: correct the item",
        ),
        (bad_service_level, "has a service_level that is not between 0 and 1; not planned: correct the item"),
    ):
        exceptions.extend((str(name), "", reason) for name in lines.loc[wrong, "unique_id"])
    kept = ~(bad_costs | bad_service_level)
    lines, from_costs = lines[kept], from_costs[kept]
    ratio = lines["service_level"].fillna(settings.service_level).to_numpy(dtype=np.float64, copy=True)
    priced = from_costs.to_numpy()
    shortage_cost = lines.loc[from_costs, "shortage_cost"].to_numpy(dtype=np.float64)
    holding_cost = lines.loc[from_costs, "holding_cost"].to_numpy(dtype=np.float64)
    review_period = lines.loc[from_costs, "review_period"].to_numpy()
    textbook = ratio.copy()
    textbook[priced] = critical_ratio(shortage_cost, holding_cost, review_period=review_period)
    ratio[priced] = critical_ratio(
        shortage_cost,
        holding_cost,
        lead_time=lines.loc[from_costs, "lead_time"].to_numpy(),
        review_period=review_period,
        carry_over_factor=settings.carry_over_factor,
    )
    return lines.assign(critical_ratio=ratio, textbook_ratio=textbook, from_costs=priced)


def long_enough(lines: pd.DataFrame, horizon: int, exceptions: Exceptions) -> pd.DataFrame:
    """Add interval, R + L in periods; lines that the forecast does not cover are left out."""
    interval = lines["lead_time"] + lines["review_period"]
    short = interval > horizon
    for row in lines.assign(interval=interval)[short].itertuples():
        reason = (
            f"has a forecast of {horizon} periods, and lead time + review period is {row.interval}: "
            "not planned; forecast further"
        )
        exceptions.append((str(row.unique_id), str(row.supplier_id), reason))
    return lines.assign(interval=interval)[~short]


def required(lines: pd.DataFrame, paths: DemandPaths, shelf: Shelf, receipts: Receipts) -> pd.DataFrame:
    """The projection of every line in whole units: the terms of the identity up to the required order."""
    at, lead_time = lines["series"].to_numpy(), lines["lead_time"].to_numpy()
    due = receipts_with(lines, receipts)
    projection = project(
        np.asarray(paths.values)[at],
        on_hand=shelf.on_hand[at],
        expiring=shelf.expiring[at],
        receipts=due,
        lead_time=lead_time,
        review_period=lines["review_period"].to_numpy(),
        ratio=lines["critical_ratio"].to_numpy(),
    )
    interval = lines["interval"].to_numpy()
    usable = np.floor(_FLOAT_DUST + shelf.on_hand[at] + shelf.expiring[at].sum(axis=1))
    waste = np.minimum(np.rint(projection.expired), usable)
    inside = np.arange(due.shape[1]) < interval[:, None]
    on_order = np.floor(_FLOAT_DUST + (due * inside).sum(axis=1))
    forecast, lost = np.rint(projection.forecast), np.rint(projection.lost_before_arrival)
    inventory_position = usable - waste + on_order
    order_up_to_level = projection.required + inventory_position + lost
    floor = lines["floor"].to_numpy()
    needed = projection.required + floor
    whole = {
        "on_hand": usable - waste,
        "on_order": on_order,
        "inventory_position": inventory_position,
        "forecast": forecast,
        "safety_stock": order_up_to_level - forecast,
        "order_up_to_level": order_up_to_level,
        "expected_lost_sales": -lost,
        "expected_waste": waste,
        "not_below_zero": np.maximum(-needed, 0),
        "required": np.maximum(needed, 0),
        "unusable": np.rint(shelf.unusable[at]),
        "due_later": np.rint(receipts.total[at] - on_order),
    }
    return lines.assign(
        **{column: numbers.astype(np.int64) for column, numbers in whole.items()},
        arrival=projection.arrival,
        lost_before_arrival=projection.lost_before_arrival,
        rate=projection.forecast / interval,
        out_of_stock_period=projection.out_of_stock,
    )


def receipts_with(lines: pd.DataFrame, receipts: Receipts) -> Quantities:
    """What is on its way to every line, line x period; what has no date comes with the order."""
    at, lead_time = lines["series"].to_numpy(), lines["lead_time"].to_numpy()
    due: Quantities = receipts.due[at]
    due[np.arange(len(at)), lead_time] += receipts.undated[at]
    return due


def rounded_up(lines: pd.DataFrame) -> pd.DataFrame:
    """Whole packs, then the minimum quantity in whole packs; nothing required stays nothing."""
    required, pack = lines["required"].to_numpy(), lines["pack_size"].to_numpy()
    packed = whole_packs(required, pack)
    minimum = whole_packs(lines["minimum_order_quantity"].to_numpy(), pack)
    quantity = np.where(required > 0, np.maximum(packed, minimum), 0)
    return lines.assign(
        pack_rounding=packed - required,
        minimum_rounding=quantity - packed,
        order_quantity=quantity,
        perishing=0,
        price_break=0,
        coupling=0,
        coupling_words="",
        instead_of="",
        pinned=0,
        is_pinned=False,
    )


def described(lines: pd.DataFrame, cutoff: pd.Timestamp, freq: str, plan_id: str) -> pd.DataFrame:
    """Numbers, dates, money and the sentence of every line."""
    starts = following(cutoff, int(lines["interval"].max()) if len(lines) else 1, freq)
    ends = period_end(starts, freq)
    runs_out = lines["out_of_stock_period"].to_numpy()
    number = pd.Series(
        [f"{plan_id}-{supplier_id}" for supplier_id in lines["supplier_id"]], index=lines.index
    )
    lines = lines.assign(
        purchase_order=number.where(lines["order_quantity"] > 0, ""),
        first_day=starts[0],
        due_date=starts[lines["lead_time"].to_numpy()],
        interval_end=ends[lines["interval"].to_numpy() - 1],
        out_of_stock=pd.Series(starts[np.maximum(runs_out, 0)], index=lines.index).where(runs_out >= 0),
        amount=(lines["order_quantity"] * lines["unit_cost"]).round(2),
    )
    return lines.assign(explanation=[explain(cast(Line, line), freq) for line in lines.itertuples()])

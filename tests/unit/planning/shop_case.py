"""Shops by seed, with everything that can bend an order, often more than can be had; and what must hold of
their plans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from planning_case import CUTOFF, plan_of

from forecasting.paths.demand_paths import DemandPaths
from intake.periods import following
from planning.plan import IDENTITY, Plan, PlanSettings

CENT = 0.011
FIRMS = ("mill", "farm", "dock")
WHOLE = (*(column for column, _ in IDENTITY), "order_quantity", "on_hand", "on_order", "expected_waste")


@dataclass(frozen=True)
class Shop:
    """What a plan is made from."""

    paths: DemandPaths
    settings: PlanSettings
    tables: dict[str, pd.DataFrame]

    def plan(self, **changes: Any) -> Plan:
        """Its plan, with other settings where given."""
        settings = {name: getattr(self.settings, name) for name in ("review_period", "pins", "budget")}
        return plan_of(self.paths, PlanSettings(**settings | changes), **self.tables)


def shop(seed: int) -> Shop:
    """Up to four series and three suppliers; a third have limits that cannot all be kept."""
    rng = np.random.default_rng(seed)
    series, hard = int(rng.integers(1, 5)), rng.random() < 1 / 3
    ids = [f"shop/{number}" for number in range(series)]
    part = float(rng.choice([1.0, 0.25]))
    demand = rng.poisson(rng.uniform(0, 12, series)[:, None, None], (series, 40, 7)) * part

    def some(*values: float | None) -> list[float]:
        return list(rng.choice(np.array(values, dtype=np.float64), series))

    items = {
        "unique_id": ids,
        "shortage_cost": some(None, 0.3, 2.0, 5.0),
        "holding_cost": some(None, 0.0, 0.1, 1.0),
        "service_level": some(None, 0.5, 0.95),
        "price": some(None, 4.0, 12.0),
        "shelf_life": some(None, 3.0, 7.0, 21.0, 400.0),
        "floor": some(None, 3.0),
    }
    offers = [(name, firm) for firm in FIRMS for name in ids if firm == "mill" or rng.random() < 0.4]
    count = len(offers)
    terms = pd.DataFrame(
        {
            "supplier_id": [firm for _, firm in offers],
            "unique_id": [name for name, _ in offers],
            "unit_cost": rng.choice([np.nan, 0.0, 1.0, 3.0, 8.0], count, p=[0.1, 0.1, 0.3, 0.3, 0.2]),
            "pack_size": rng.integers(1, 13, count).astype(float),
            "minimum_order_quantity": rng.choice([0.0, 5.0, 30.0], count),
            "lead_time": rng.integers(0, 22, count).astype(float),
            "break_quantity": 0.0,
        }
    )
    cheaper = terms[rng.random(count) < 0.3]
    breaks = cheaper.assign(
        break_quantity=rng.integers(1, 60, len(cheaper)).astype(float), unit_cost=cheaper["unit_cost"] * 0.8
    )
    least = rng.choice([0.0, 30.0, 3000.0] if hard else [0.0, 30.0, 200.0], len(FIRMS))
    pinned = [name for name in ids if rng.random() < 0.2]
    budget = float(rng.choice([0.0, 25.0] if hard else [25.0, 400.0])) if rng.random() < 0.5 else None
    tables = {
        "stock": pd.DataFrame(
            {
                "unique_id": ids * 2,
                "on_hand": rng.integers(-2, 40, 2 * series) * part,
                "expiry": [pd.NaT] * series
                + list(CUTOFF + pd.to_timedelta(rng.integers(0, 50, series), unit="D")),
            }
        ),
        "open_orders": pd.DataFrame(
            {
                "purchase_order": "x",
                "supplier_id": "mill",
                "unique_id": ids,
                "quantity": rng.integers(0, 20, series).astype(float),
                "due": list(CUTOFF + pd.to_timedelta(rng.integers(-9, 60, series), unit="D")),
            }
        ),
        "items": pd.DataFrame(items),
        "suppliers": pd.DataFrame(
            {
                "supplier_id": FIRMS,
                "minimum_order_value": least,
                "currency": "USD",
                "order_weekdays": rng.choice(["", "mon thu", "fri", "often"], len(FIRMS)),
            }
        ),
        "terms": pd.concat([terms, breaks], ignore_index=True),
    }
    settings = PlanSettings(
        review_period=int(rng.integers(1, 3)),
        pins={name: int(rng.integers(0, 60)) for name in pinned},
        budget={} if budget is None else {"USD": budget},
    )
    return Shop(DemandPaths(demand, tuple(ids), following(CUTOFF, 7, "W-MON")), settings, tables)


def broken(asked: Shop, plan: Plan) -> Iterator[str]:
    """The laws that a plan breaks."""
    lines, pins = plan.lines, asked.settings.pins
    said = plan.exceptions
    named = set(lines["unique_id"]) | set(said["unique_id"])
    if lines["unique_id"].duplicated().any() or named < set(asked.paths.unique_id):
        yield "a series is a line once, or an exception"
    if (lines[list(WHOLE)].dtypes != "int64").any():
        yield "quantities are whole units"
    if (sum(sign * lines[column] for column, sign in IDENTITY) != lines["order_quantity"]).any():
        yield "the terms add up to the order"
    signs = ("order_quantity", "on_hand", "on_order", "not_below_zero", "pack_rounding", "minimum_rounding")
    if (lines[[*signs, "price_break", "floor"]] < 0).any(axis=None) or (lines["perishing"] > 0).any():
        yield "roundings go up, and what would expire down"
    fixed = lines["unique_id"].map(pins)
    if (lines["order_quantity"] != fixed)[fixed.notna()].any():
        yield "a pin is what is ordered"
    free = lines[(lines["order_quantity"] > 0) & fixed.isna()]
    if (free["order_quantity"] % free["pack_size"] > 0).any():
        yield "whole packs"
    if (free["order_quantity"] < free["minimum_order_quantity"]).any():
        yield "the minimum quantity"
    causes = lines[["holding_money", "shortage_money", "waste_money"]].sum(axis=1, skipna=False)
    if ((causes - lines["expected_cost"]).abs() > CENT).any():
        yield "the causes are the expected cost"
    yield from _limits(asked, plan)
    yield from _sentences(lines)


def _sentences(lines: pd.DataFrame) -> Iterator[str]:
    for row in lines.to_dict("records"):
        numbers = [int(number) for number in re.findall(r"(?<== )-?\d+", row["explanation"])]
        columns = [column for column, _ in IDENTITY]
        added = sum(row[column] for column in columns[columns.index("not_below_zero") :])
        ends = numbers[-1] == row["order_quantity"] or "nothing to order" in row["explanation"]
        if numbers[0] != row["order_quantity"] - added or not ends:
            yield f"the sentence says the numbers: {row['explanation']}"


def _limits(asked: Shop, plan: Plan) -> Iterator[str]:
    lines, said = plan.lines, plan.exceptions
    value = (lines["order_quantity"] * lines["unit_cost"]).groupby(lines["supplier_id"]).sum()
    least = asked.tables["suppliers"].set_index("supplier_id")["minimum_order_value"]
    told = set(said.loc[said["reason"].str.startswith("supplier minimum not reached"), "supplier_id"])
    for supplier_id, money in value[value > 0].items():
        if money < least.get(supplier_id, 0.0) - CENT and supplier_id not in told:
            yield f"the minimum of {supplier_id} is reached, or said"
    for money in asked.settings.budget.values():
        excess = value.sum() > money + CENT
        if excess and not said["reason"].str.contains("unpin, or raise the budget").any():
            yield "the budget is kept, or pins are more than it"

"""A small house for tests: shops' lines of this week, stock, and who supplies whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from intake.periods import following
from planning.chain.chain_plan import ChainPlan, ChainSettings
from planning.chain.plan_chain import plan_chain
from planning.chain.tables import ChainTables
from planning.plan import Plan, PlanSettings

CUTOFF = pd.Timestamp("2026-02-02")
FREQ = "W-MON"
PLAN_ID = "2026-W07-r1"
NO_ORDERS: Mapping[str, list[Any]] = {
    "purchase_order": [],
    "supplier_id": [],
    "unique_id": [],
    "quantity": [],
    "due": [],
}


def weeks(count: int) -> pd.DatetimeIndex:
    """The first days of the weeks after the cutoff."""
    return following(CUTOFF, count, FREQ)


def lines(
    orders: Mapping[str, float], supplier_id: str, *, lead_time: int = 1, pack: float = 1
) -> pd.DataFrame:
    """This week's order of every shop, as far as the chain looks at it."""
    return pd.DataFrame(
        {
            "unique_id": list(orders),
            "supplier_id": supplier_id,
            "lead_time": lead_time,
            "pack_size": pack,
            "minimum_order_quantity": 0.0,
            "critical_ratio": 0.5,
            "order_quantity": list(orders.values()),
        }
    )


def chain_of(
    ordered: pd.DataFrame,
    demand: Mapping[str, Any],
    *,
    stock: Mapping[str, float],
    items: pd.DataFrame | None = None,
    suppliers: pd.DataFrame | None = None,
    terms: pd.DataFrame | None = None,
    bill_of_materials: pd.DataFrame | None = None,
    capacity: pd.DataFrame | None = None,
    open_orders: pd.DataFrame | None = None,
    settings: PlanSettings | None = None,
    chain: ChainSettings | None = None,
) -> ChainPlan:
    """Plan the chain behind `ordered`; demand: per series a number, or path x week."""
    values = np.stack(
        [
            np.broadcast_to(np.asarray(each, dtype=np.float64), (_paths(demand), 12))
            for each in demand.values()
        ]
    )
    counted = pd.DataFrame({"unique_id": list(stock), "on_hand": list(stock.values())})
    orders = pd.DataFrame(NO_ORDERS).astype({"due": "datetime64[ns]"}) if open_orders is None else open_orders
    return plan_chain(
        Plan(ordered, pd.DataFrame(), open_orders=orders),
        DemandPaths(values, tuple(demand), weeks(12)),
        ChainTables(
            counted,
            pd.DataFrame({"unique_id": []}) if items is None else items,
            pd.DataFrame({"supplier_id": []}) if suppliers is None else suppliers,
            pd.DataFrame({"supplier_id": []}) if terms is None else terms,
            bill_of_materials,
            capacity,
        ),
        cutoff=CUTOFF,
        freq=FREQ,
        settings=settings or PlanSettings(),
        chain=chain or ChainSettings(reviews_ahead=4),
        plan_id=PLAN_ID,
    )


def _paths(demand: Mapping[str, Any]) -> int:
    return max(np.shape(each)[0] if np.ndim(each) == 2 else 1 for each in demand.values())


def shipped(plan: ChainPlan, unique_id: str) -> list[tuple[float, float]]:
    """(wanted, shipped) of a receiver in each period in which something is wanted."""
    rows = plan.shipments[plan.shipments["unique_id"] == unique_id]
    return list(zip(rows["wanted"].tolist(), rows["shipped"].tolist(), strict=True))


def record(plan: ChainPlan, unique_id: str, column: str) -> list[float]:
    """A column of the materials of one thing, by period."""
    table = plan.materials
    found: list[float] = table.loc[table["unique_id"] == unique_id, column].tolist()
    return found

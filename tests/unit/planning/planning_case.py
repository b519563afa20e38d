"""One small shop whose every table can be overridden: cutoff is the week of 2 February 2026."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from intake.periods import following
from planning.plan import Plan, PlanSettings
from planning.replenishment import replenish

CUTOFF, FREQ = pd.Timestamp("2026-02-02"), "W-MON"
NO_ORDERS = pd.DataFrame(columns=["purchase_order", "supplier_id", "unique_id", "quantity", "due"])


def paths_of(**weekly: list[float] | npt.NDArray[np.float64]) -> DemandPaths:
    """Series by name (`_` reads `/`): a list is one path, repeated nowhere; an array is path x period."""
    values = np.stack([np.atleast_2d(np.asarray(each, dtype=np.float64)) for each in weekly.values()])
    names = tuple(name.replace("_", "/") for name in weekly)
    return DemandPaths(values, names, following(CUTOFF, values.shape[2], FREQ))


def table(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def plan_of(paths: DemandPaths, settings: PlanSettings | None = None, **tables: Any) -> Plan:
    """A plan over two weeks of lead time from the supplier `mill`, unless the tables say otherwise."""
    ids = list(paths.unique_id)
    given: dict[str, Any] = {
        "stock": table(unique_id=ids, on_hand=[0.0] * len(ids)),
        "items": table(unique_id=ids),
        "suppliers": table(supplier_id=["mill"], lead_time=[14.0], currency=["USD"]),
        "terms": table(supplier_id=["mill"] * len(ids), unique_id=ids, unit_cost=[2.0] * len(ids)),
        "open_orders": NO_ORDERS,
        "cutoff": CUTOFF,
        "freq": FREQ,
    }
    return replenish(paths, settings=settings or PlanSettings(), **(given | tables))


def reasons(plan: Plan, name: str) -> list[str]:
    """What the plan says about one series or supplier."""
    table = plan.exceptions
    return table.loc[(table["unique_id"] == name) | (table["supplier_id"] == name), "reason"].tolist()

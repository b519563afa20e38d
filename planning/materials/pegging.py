"""Why a component is required: the parents' orders behind it, and what is required from outside behind
those."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import MissingError
from planning.materials.material_plan import MaterialPlan

PEGGING_COLUMNS: Final = ("unique_id", "ds", "quantity", "parent", "parent_ds")
ORIGIN_COLUMNS: Final = ("unique_id", "ds", "quantity", "required", "required_ds")

_Positions = npt.NDArray[np.int64]
_Origin = tuple[int, int] | None
_Shares = dict[_Origin, float]
"""Units by the outside requirement (thing, period) that they are for; None = for none: lot sizes, safety
stock, waste."""


def pegging(plan: MaterialPlan, unique_id: str | None = None) -> pd.DataFrame:
    """One level up: the rows of PEGGING_COLUMNS for one thing or, without a name, for all.

    `quantity` of `unique_id`, required in the period `ds`, goes into the order of `parent` that is needed
    in the period `parent_ds`; parent is '' for what is required from outside. The quantities of a thing and
    period add up to its gross requirements. A name that the plan does not know raises MissingError.
    """
    bill, periods = plan.bill, len(plan.ds)
    links = np.arange(len(bill.units))
    outside = np.ones(len(bill.unique_id), dtype=bool)
    if unique_id is not None:
        here = _position(plan, unique_id)
        links, outside = links[bill.component == here], np.arange(len(outside)) == here
    receipts = plan.netting.planned_receipts[bill.parent[links]]
    link, needed = np.nonzero(receipts)
    parent = bill.parent[links[link]]
    thing, period = np.nonzero(plan.independent * outside[:, None])
    released = np.maximum(needed - plan.rules.lead_time[parent], 0)
    at = np.concatenate([thing, bill.component[links[link]]])
    when = np.concatenate([period, released])
    names = np.array([*bill.unique_id, ""], dtype=object)
    quantity = np.concatenate(
        [plan.independent[thing, period], bill.units[links[link]] * receipts[link, needed]]
    )
    cause = np.concatenate([np.full(len(thing), -1), parent])
    order = np.argsort(at * periods + when, kind="stable")
    rows = (
        names[at],
        plan.ds[when],
        quantity,
        names[cause],
        plan.ds[np.concatenate([period, needed])],
    )
    return pd.DataFrame({name: each[order] for name, each in zip(PEGGING_COLUMNS, rows, strict=True)})


def origins(plan: MaterialPlan, unique_id: str) -> pd.DataFrame:
    """All the way up: which outside requirements each gross requirement of a thing is for, as ORIGIN_COLUMNS.

    What comes first serves what is required first: stock, then receipts, then planned receipts, period by
    period. An order for several requirements passes its own on in proportion. `required` is '' (and its
    period missing) for units that no requirement asked for: what lot sizes round up, safety stock and
    waste. Quantities of a period add up to its gross requirements. A name that the plan does not know
    raises MissingError.
    """
    bill, here = plan.bill, _position(plan, unique_id)
    above = _ancestors(plan, here)
    shares: dict[int, list[_Shares]] = {}
    for thing in above:  # by low-level code: parents come before what goes into them
        shares[thing] = _of_requirements(plan, thing, shares)
    rows = [
        (unique_id, plan.ds[period], quantity, *_named(plan, origin))
        for period, by_origin in enumerate(shares[here])
        for origin, quantity in sorted(
            by_origin.items(), key=lambda share: share[0] or (len(bill.unique_id), 0)
        )
    ]
    return pd.DataFrame(rows, columns=list(ORIGIN_COLUMNS))


def _named(plan: MaterialPlan, origin: _Origin) -> tuple[str, object]:
    if origin is None:
        return "", pd.NaT
    return plan.bill.unique_id[origin[0]], plan.ds[origin[1]]


def _position(plan: MaterialPlan, unique_id: str) -> int:
    if unique_id not in plan.bill.unique_id:
        raise MissingError(f"'{unique_id}' is neither required nor in the bill of materials of this plan")
    return plan.bill.unique_id.index(unique_id)


def _ancestors(plan: MaterialPlan, here: int) -> list[int]:
    """The thing and all that it goes into, by low-level code."""
    bill = plan.bill
    above = np.zeros(len(bill.unique_id), dtype=bool)
    above[here] = True
    for code in range(int(bill.low_level_code[here]), 0, -1):
        into = above[bill.component] & (bill.low_level_code[bill.component] == code)
        above[bill.parent[into]] = True
    return np.flatnonzero(above).tolist()


def _of_requirements(plan: MaterialPlan, thing: int, shares: dict[int, list[_Shares]]) -> list[_Shares]:
    """Units of each period's gross requirement of a thing by origin; `shares` has those of its parents."""
    found: list[_Shares] = [defaultdict(float) for _ in plan.ds]
    for period in np.flatnonzero(plan.independent[thing]):
        found[period][thing, int(period)] += float(plan.independent[thing, period])
    for link in np.flatnonzero(plan.bill.component == thing):
        parent = int(plan.bill.parent[link])
        for needed, by_origin in _of_orders(plan, parent, shares[parent]):
            released = max(needed - int(plan.rules.lead_time[parent]), 0)
            for origin, quantity in by_origin.items():
                found[released][origin] += float(plan.bill.units[link]) * quantity
    return found


def _of_orders(plan: MaterialPlan, thing: int, shares: list[_Shares]) -> list[tuple[int, _Shares]]:
    """(period, units by origin) of each planned receipt of a thing: what it serves, first come, first
    served."""
    planned, gross = plan.netting.planned_receipts[thing], plan.gross_requirements[thing]
    scheduled = plan.supply.receipts[thing]
    opening = plan.supply.on_hand[thing] + plan.supply.expiring[thing].sum()
    begins = opening + (scheduled + planned).cumsum() - planned
    gone = np.append(0.0, (gross + plan.netting.expired[thing]).cumsum())[:-1]
    orders = []
    for needed in np.flatnonzero(planned).tolist():
        first, after = begins[needed], begins[needed] + planned[needed]
        served = np.clip(np.minimum(after, gone + gross) - np.maximum(first, gone), 0.0, None)
        by_origin: _Shares = defaultdict(float)
        for period in np.flatnonzero(served).tolist():
            for origin, quantity in shares[period].items():
                by_origin[origin] += served[period] * quantity / gross[period]
        rest = float(planned[needed] - served.sum())
        if rest > 1e-9 * planned[needed]:
            by_origin[None] += rest
        orders.append((needed, by_origin))
    return orders

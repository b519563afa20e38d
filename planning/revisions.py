"""A second look at the same week: what changes against the first plan, without ordering anything twice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np
import pandas as pd

from intake.errors import ConflictError
from planning.plan import Exceptions, Plan, with_exceptions


def revise(
    previous_lines: pd.DataFrame,
    issued: pd.DataFrame,
    new_plan: Plan,
    *,
    held: frozenset[str] = frozenset(),
) -> Plan:
    """The new plan with what it changes: previous_quantity, issued_quantity and change on every line.

    previous_lines: lines of the revision before (unique_id, order_quantity, and issued_quantity if it
    was a revision itself); previous_quantity is their sum. issued: what was ordered under
    earlier revisions of this week's plan (purchase_order, unique_id, quantity); it must be among the open
    orders that the new plan counted, or among those that the stock file holds (`held`), else ConflictError,
    because the plan would order it a second time.

    change = issued_quantity + order_quantity - previous_quantity: how the week's total order moves. Goods
    cannot be un-ordered by a plan: where at least a pack of what was issued is no longer needed, an
    exception says how much could be cancelled; a series that was ordered before and is not planned now is
    an exception too.
    """
    counted = held.union(new_plan.open_orders.get("purchase_order", ()))
    forgotten = sorted(set(issued["purchase_order"]) - counted)
    if forgotten:
        raise ConflictError(
            f"purchase order {forgotten[0]} was issued and the new plan does not count it as on order; "
            "plan again with its open orders"
        )
    lines = new_plan.lines
    previous = _sum_by_series(previous_lines, "order_quantity")
    if "issued_quantity" in previous_lines:
        previous = previous + _sum_by_series(previous_lines, "issued_quantity")
    ordered = _sum_by_series(issued, "quantity")
    lines = lines.assign(
        previous_quantity=_as_counted(lines["unique_id"].map(previous)),
        issued_quantity=_as_counted(lines["unique_id"].map(ordered)),
    )
    lines = lines.assign(
        change=lines["issued_quantity"] + lines["order_quantity"] - lines["previous_quantity"]
    )
    lines = lines.assign(explanation=[_with_change(row) for row in lines.to_dict("records")])

    exceptions: Exceptions = []
    surplus = lines[["issued_quantity", "not_below_zero"]].min(axis=1)
    for line in lines[(surplus >= lines["pack_size"]) & (surplus > 0)].itertuples():
        sent, idle = float(str(line.issued_quantity)), float(str(line.not_below_zero))
        reason = (
            f"{min(sent, idle):g} of the {sent:g} issued this week are no longer needed: "
            "cancel or accept them"
        )
        exceptions.append((str(line.unique_id), str(line.supplier_id), reason))
    gone = previous[(previous > 0) & ~previous.index.isin(lines["unique_id"])]
    for unique_id, quantity in gone.items():
        reason = f"had {quantity:g} in the previous revision and is not planned now"
        exceptions.append((str(unique_id), "", reason))
    return with_exceptions(replace(new_plan, lines=lines), exceptions)


def _as_counted(units: pd.Series[float]) -> pd.Series[float] | pd.Series[int]:
    """Whole numbers where all are, as on the lines of what is sold; components may come in halves."""
    known = units.fillna(0.0)
    return known if (known % 1).any() else known.astype(np.int64)


def _sum_by_series(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    return frame[column].astype("float64").groupby(frame["unique_id"]).sum()


def _with_change(line: dict[Hashable, object]) -> str:
    if not line["change"]:
        return str(line["explanation"])
    return (
        f"{line['explanation']} Before this revision {line['previous_quantity']:g}, of which issued "
        f"{line['issued_quantity']:g}; the week's total changes by {line['change']:+g}."
    )

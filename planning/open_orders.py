"""What is on order: from the stock file, or from our own purchase orders; never forgotten, never counted
twice."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pandas as pd

from intake.periods import following, period_end, shift, unit_of
from planning.order_states import OPEN_STATES, OrderState

OPEN_ORDER_COLUMNS: Final = ("purchase_order", "supplier_id", "unique_id", "quantity", "due")


class OpenOrderSource(StrEnum):
    """Who says what is on order from the weeks before this plan."""

    STOCK_FILE = "stock file"
    OWN_ORDERS = "own orders"


@dataclass(frozen=True)
class OpenOrders:
    """frame: OPEN_ORDER_COLUMNS (due may be NaT in a stock file). source: who says so, for the manifest.

    held: numbers of own orders that the stock file holds already, on the shelf or among its open orders.
    exceptions: what a person must decide, because the dates do not say it.
    """

    frame: pd.DataFrame
    source: OpenOrderSource
    held: frozenset[str] = frozenset()
    exceptions: tuple[tuple[str, str, str], ...] = ()


def resolve_open_orders(
    stock: pd.DataFrame,
    own_orders: pd.DataFrame,
    *,
    cutoff: pd.Timestamp,
    freq: str,
    same_stock: Collection[str] = (),
) -> OpenOrders:
    """What was on order when the stock was counted, and what we have ordered since.

    stock: the stock frame; if any row fills `on_order`, the file speaks for what was ordered up to its count
    and its blanks mean nothing is on order. What has no due_date is due in the period `due_in`, counted after
    the cutoff (or in the day, week, month or quarter that `due_unit` names). The day of the count is `as_of`,
    else the last day of the cutoff period. own_orders: OPEN_ORDER_COLUMNS and `state` (an OrderState),
    optionally `issued_on` and `received_on` (dates). same_stock: plan ids that were made from the same stock
    file, which therefore holds none of their orders.

    Our own orders count while issued or confirmed, and where they were received after the count.
    Where the file speaks, only those issued after the count do; of those issued on the very day of `as_of`,
    only what the file does not list. One issued after a count without as_of, of a series that the file lists
    too, counts and is an exception: the file may have been written later and hold it.
    """
    own = _own(own_orders)
    counted_on, stated = _counted_on(stock, own), _from_stock(stock, cutoff, freq)
    file_speaks = "on_order" in stock and bool(stock["on_order"].notna().any())
    unseen = own["purchase_order"].str.startswith(tuple(f"{plan_id}-" for plan_id in same_stock))
    received = own["state"] == OrderState.RECEIVED
    ours = own["state"].isin(OPEN_STATES) | received

    listed = own["unique_id"].isin(stated["unique_id"])
    day = counted_on.fillna(period_end(cutoff, freq))
    since = (own["issued_on"] > day) | ((own["issued_on"] == counted_on) & ~listed)
    to_come = ours & (unseen | ~received | (own["received_on"] > day))
    counts = to_come & (unseen | since) if file_speaks else to_come

    arrived = own.assign(due=own["due"].where(~received, _arrival(own, following(cutoff, 1, freq)[0])))
    parts = [part[list(OPEN_ORDER_COLUMNS)] for part in (stated, arrived[counts]) if len(part)]
    frame = pd.concat(parts, ignore_index=True) if parts else _typed(own.head(0)[list(OPEN_ORDER_COLUMNS)])
    return OpenOrders(
        _typed(frame),
        OpenOrderSource.STOCK_FILE if file_speaks else OpenOrderSource.OWN_ORDERS,
        frozenset(own.loc[ours & ~counts, "purchase_order"]),
        _doubtful(own[counts & listed & ~unseen & counted_on.isna()]),
    )


def _own(own_orders: pd.DataFrame) -> pd.DataFrame:
    own = own_orders.reindex(columns=[*OPEN_ORDER_COLUMNS, "state", "issued_on", "received_on"])
    dates = {name: pd.to_datetime(own[name]).dt.normalize() for name in ("due", "issued_on", "received_on")}
    text = {name: own[name].astype(str) for name in ("purchase_order", "supplier_id", "unique_id")}
    return own.astype({"quantity": "float64", "state": object}).assign(**text, **dates)


def _counted_on(stock: pd.DataFrame, own: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """The `as_of` of the series of each own order; NaT where the file does not say."""
    if "as_of" not in stock:
        return pd.Series(pd.NaT, index=own.index, dtype="datetime64[ns]")
    as_of = pd.to_datetime(stock["as_of"]).dt.normalize().groupby(stock["unique_id"].astype(str)).max()
    return pd.to_datetime(own["unique_id"].map(as_of))


def _arrival(own: pd.DataFrame, first: pd.Timestamp) -> pd.Series[pd.Timestamp]:
    """When received goods came: no later than they were due, because a plan may look at a week long past
    whose orders are received today; and not overdue any more."""
    due, received_on = own["due"], own["received_on"]
    soonest = due.where(~(received_on < due), received_on)
    return soonest.where(~(soonest < first), first)


def _doubtful(own: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            str(order.unique_id),
            str(order.supplier_id),
            f"is on order in the stock file, which has no as_of, and in {order.purchase_order}, issued on "
            f"{order.issued_on:%Y-%m-%d}: both are counted; say as_of in the file if it holds this order",
        )
        for order in own.itertuples()
    )


def _from_stock(stock: pd.DataFrame, cutoff: pd.Timestamp, freq: str) -> pd.DataFrame:
    ordered = stock.get("on_order", pd.Series(0.0, index=stock.index)).astype("float64").fillna(0)
    rows = stock[ordered != 0]
    due = pd.to_datetime(rows.get("due_date", pd.Series(pd.NaT, index=rows.index)))
    return pd.DataFrame(
        {
            "purchase_order": "",
            "supplier_id": "",
            "unique_id": rows["unique_id"],
            "quantity": ordered[ordered != 0],
            "due": due.where(due.notna(), due_ahead(rows, cutoff, freq)),
        }
    )


def due_ahead(rows: pd.DataFrame, cutoff: pd.Timestamp, freq: str) -> pd.Series[pd.Timestamp]:
    """The first day of the period in which goods come that are due so many periods after the cutoff.

    rows: of the stock frame; NaT where `due_in` says nothing.
    """
    due = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ns]")
    if "due_in" not in rows:
        return due
    unit = rows["due_unit"] if "due_unit" in rows else pd.Series("", index=rows.index)
    for (number, name), some in rows.groupby(["due_in", unit.rename("unit").fillna("")]):
        due[some.index] = _ahead(cutoff, math.ceil(float(str(number))), str(name), freq)
    return due


def _ahead(cutoff: pd.Timestamp, number: int, unit: str, freq: str) -> pd.Timestamp:
    if unit in ("", freq, unit_of(freq)):
        return shift(cutoff, number, freq)
    close = period_end(cutoff, freq)
    if unit in ("D", "W"):
        days = number if unit == "D" else 7 * (number - 1) + 1
        return close + pd.Timedelta(days=days)
    return shift(close, number, unit)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"quantity": "float64"}).assign(due=pd.to_datetime(frame["due"]))

"""What is on order: from the stock file, or from our own purchase orders; never forgotten, never counted
twice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pandas as pd

from intake.periods import period_end
from planning.order_states import OPEN_STATES, OrderState

OPEN_ORDER_COLUMNS: Final = ("purchase_order", "supplier_id", "unique_id", "quantity", "due")


class OpenOrderSource(StrEnum):
    """Who says what is on order from the weeks before this plan."""

    STOCK_FILE = "stock file"
    OWN_ORDERS = "own orders"


@dataclass(frozen=True)
class OpenOrders:
    """frame: OPEN_ORDER_COLUMNS (due may be NaT in a stock file). source: who says so, for the manifest."""

    frame: pd.DataFrame
    source: OpenOrderSource


def resolve_open_orders(
    stock: pd.DataFrame, own_orders: pd.DataFrame, *, plan_id: str, cutoff: pd.Timestamp, freq: str
) -> OpenOrders:
    """What was on order when the cutoff period ended, plus what this week's plan has ordered since.

    stock: the stock frame; if any row fills `on_order`, the file speaks for all earlier weeks and its
    blanks mean nothing is on order. own_orders: OPEN_ORDER_COLUMNS and `state` (an OrderState), optionally
    `received_on` (a date). Where the file is silent, our own orders of earlier weeks count while issued or
    confirmed, and also if they were received after the cutoff period, because the stock was counted before
    they came. Orders of an earlier revision of this week's plan (their number starts with the week of
    `plan_id`) were placed after the stock was counted: they count whatever the file says, unless only
    proposed, or cancelled.
    """
    own = own_orders.reindex(columns=[*OPEN_ORDER_COLUMNS, "state", "received_on"])
    state = own["state"].astype(object)
    week, _, _ = plan_id.rpartition("-r")
    this_week = own["purchase_order"].astype(str).str.startswith(f"{week}-r")
    still_open = state.isin(OPEN_STATES)
    counted_before_arrival = (state == OrderState.RECEIVED) & (
        pd.to_datetime(own["received_on"]) > period_end(cutoff, freq)
    )
    placed_now = own[this_week & (still_open | (state == OrderState.RECEIVED))]

    if "on_order" in stock and stock["on_order"].notna().any():
        earlier = _from_stock(stock)
        source = OpenOrderSource.STOCK_FILE
    else:
        earlier = own[~this_week & (still_open | counted_before_arrival)]
        source = OpenOrderSource.OWN_ORDERS
    parts = [part[list(OPEN_ORDER_COLUMNS)] for part in (earlier, placed_now) if len(part)]
    frame = pd.concat(parts, ignore_index=True) if parts else _typed(own.head(0)[list(OPEN_ORDER_COLUMNS)])
    return OpenOrders(_typed(frame), source)


def _from_stock(stock: pd.DataFrame) -> pd.DataFrame:
    rows = stock[stock["on_order"].astype("float64").fillna(0) != 0]
    return pd.DataFrame(
        {
            "purchase_order": "",
            "supplier_id": "",
            "unique_id": rows["unique_id"],
            "quantity": rows["on_order"],
            "due": rows.get("due_date", pd.NaT),
        }
    )


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"quantity": "float64"}).assign(due=pd.to_datetime(frame["due"]))

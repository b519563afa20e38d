"""Purchase orders of a dataset -> the part of the database that holds them.

It imports no Prefect: `abasto orders issue` loads them, too.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from planning.order_receipts import Share
from planning.order_states import OPEN_STATES, OrderState
from storage import ids
from storage.datasets import from_parquet
from storage.history import Record
from storage.manifests import read_file
from storage.orders import OrderBook, OrderHistory
from storage.plans import Plans
from storage.settings import Settings
from storage.sql.database import open_database
from storage.sql.loading import Part, load_part
from tasks.connection import connection
from tasks.order_history import lines_of, shares_of

_DAYS: Final = ("issued_on", "received_on")
_LINE: Final = (
    *(
        "purchase_order",
        "plan_id",
        "supplier_id",
        "unique_id",
        "order_quantity",
        "unit",
        "unit_cost",
        "amount",
    ),
    *("currency", "due_date"),
)
_RECEIPT: Final = ["purchase_order", "unique_id", "received_on"]
_EVENT: Final = ("purchase_order", "number", "state", "who", "recorded_at")


def project_orders(dataset: str) -> bool:
    """Load what became of the purchase orders of a dataset; False where its sales were never loaded."""
    with open_database(Settings.load()).write() as transaction:
        return load_part(transaction, dataset, order_part(Plans(*connection()), dataset))


def order_part(plans: Plans, dataset: str) -> Part:
    """The orders of the latest plan, and every one that somebody ever issued or cancelled."""
    book = OrderBook(plans.store, plans.keys).orders(dataset)
    published = [record for record in plans.plans(dataset) if record.manifest is not None]
    made_from = {
        "plans": [record.id for record in published],
        "events": [event.event_id for order in book for event in order.events],
    }
    return Part("orders", "", ids.input_hash(made_from), lambda: _frames(plans, dataset, published, book))


def _frames(
    plans: Plans, dataset: str, published: list[Record], book: tuple[OrderHistory, ...]
) -> dict[str, pd.DataFrame]:
    lines = _lines(plans, dataset, published, book)
    orders = lines.groupby("purchase_order", as_index=False).agg(
        plan_id=("plan_id", "first"),
        supplier_id=("supplier_id", "first"),
        due_date=("due_date", "min"),
        line_count=("unique_id", "size"),
        amount=("amount", lambda amounts: amounts.sum(skipna=False)),
        currency=("currency", "first"),
    )
    states = {order.purchase_order: order.state for order in book}
    days = {
        day: orders["purchase_order"].map({order.purchase_order: order.details.get(day) for order in book})
        for day in _DAYS
    }
    events = [
        (order.purchase_order, event.number, event.state, event.who, event.when)
        for order in book
        for event in order.events
    ]
    state = orders["purchase_order"].map(states).fillna(str(OrderState.PROPOSED))
    parts = [(order.purchase_order, part) for order in book for part in shares_of(order)]
    return {
        "purchase_orders": orders.assign(state=state, **days),
        "purchase_order_lines": _with_on_order(lines, parts),
        "purchase_order_receipts": _receipts(parts),
        "purchase_order_events": pd.DataFrame(events, columns=_EVENT, dtype=object),
    }


def _with_on_order(lines: pd.DataFrame, parts: list[tuple[str, Share]]) -> pd.DataFrame:
    """The lines with what of each is still to come."""
    to_come = {(number, part.unique_id): part.quantity for number, part in parts if part.state in OPEN_STATES}
    keys = zip(lines["purchase_order"], lines["unique_id"], strict=True)
    return lines.assign(on_order=[to_come.get(key, 0.0) for key in keys])


def _receipts(parts: list[tuple[str, Share]]) -> pd.DataFrame:
    """What came, one row per order, series and day."""
    rows = [
        (number, part.unique_id, part.received_on, part.quantity)
        for number, part in parts
        if part.state is OrderState.RECEIVED
    ]
    table = pd.DataFrame(rows, columns=[*_RECEIPT, "receipts"])
    return table.groupby(_RECEIPT)["receipts"].sum().reset_index()


def _lines(
    plans: Plans, dataset: str, published: list[Record], book: tuple[OrderHistory, ...]
) -> pd.DataFrame:
    moved = {order.purchase_order for order in book}
    tables = []
    for record in published:
        lines = plan_lines(plans, dataset, record.id)
        counts = lines["order_quantity"] > 0
        if record is not published[-1]:
            counts &= lines["purchase_order"].isin(moved)
        tables.append(lines[counts].assign(plan_id=record.id).reindex(columns=_LINE))
    planned = {str(number) for table in tables for number in table["purchase_order"].unique()}
    # What the supplier was sent stays true where its plan can no longer be read.
    tables += [_from_events(order) for order in book if order.purchase_order not in planned]
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=_LINE)


def plan_lines(plans: Plans, dataset: str, plan_id: str) -> pd.DataFrame:
    """All lines of a plan, also those that order nothing."""
    return from_parquet(read_file(plans.store, plans.published(dataset, plan_id), "plan.parquet"))


def _from_events(order: OrderHistory) -> pd.DataFrame:
    week, _, rest = order.purchase_order.partition("-r")
    lines = pd.DataFrame(lines_of(order))
    named = lines.rename(columns={"quantity": "order_quantity", "due": "due_date"})
    whose = {"purchase_order": order.purchase_order, "plan_id": f"{week}-r{rest.partition('-')[0]}"}
    return (
        named.assign(**whose, due_date=pd.to_datetime(named["due_date"]))
        .reindex(columns=_LINE)
        .astype(object)
    )

"""The events of a purchase order -> what was ordered, and what came of it; imports no Prefect."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from planning.order_receipts import Receipt, Share, outstanding, partly_received, shares
from planning.order_states import OrderState
from storage.orders import OrderHistory


def lines_of(history: OrderHistory) -> list[dict[str, Any]]:
    """The lines as they were ordered: supplier_id, unique_id, quantity (stock units), due."""
    return cast("list[dict[str, Any]]", history.details["lines"])


def ordered_of(history: OrderHistory) -> dict[str, float]:
    """Stock units by unique_id, as they were ordered."""
    return {str(line["unique_id"]): float(line["quantity"]) for line in lines_of(history)}


def receipts_of(history: OrderHistory) -> list[Receipt]:
    """What came, by day. An order that was received without saying what: all that had not come yet."""
    receipts: list[Receipt] = []
    for event in history.events:
        if "receipts" in event.details:
            came = cast("dict[str, float]", event.details["receipts"])
        elif event.state == OrderState.RECEIVED:
            came = outstanding(ordered_of(history), receipts)
        else:
            continue
        on = event.details.get("received_on")
        receipts.append(Receipt(date.fromisoformat(str(on)) if on else event.when.date(), came))
    return receipts


def shares_of(history: OrderHistory) -> list[Share]:
    """Every line, cut into what came by day and the rest."""
    return shares(ordered_of(history), receipts_of(history), OrderState(history.state))


def is_partly_received(history: OrderHistory) -> bool:
    """Whether something came and more is to come."""
    return partly_received(OrderState(history.state), receipts_of(history))

"""`abasto orders`: what became of the purchase orders."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from cli.connection import connected
from cli.console import next_step, say, show_table
from intake.errors import AbastoError, InputError
from planning.order_states import OrderAction, allowed
from storage.settings import Settings

_MEANING = {
    OrderAction.ISSUE: "From now on it counts as on order.",
    OrderAction.CONFIRM: "The supplier has accepted it.",
    OrderAction.RECEIVE: "It no longer counts as on order; the next stock file should hold it.",
    OrderAction.CANCEL: "It counts no more: `abasto run replenish --option revise=true` plans again.",
}


def list_orders(dataset: str) -> None:
    """Print the purchase orders of a dataset."""
    with connected(prefect=False):
        from tasks.orders import order_table

        orders = order_table(dataset)
    show_table(
        f"Purchase orders of {dataset}",
        ["order", "supplier", "lines", "amount", "currency", "due", "state"],
        [
            [
                row.purchase_order,
                row.supplier_id,
                row.lines,
                row.amount,
                row.currency,
                f"{row.due_date:%Y-%m-%d}",
                row.state,
            ]
            for row in orders.itertuples()
        ],
    )
    next_step(f"`abasto orders issue ORDER --dataset {dataset}` when an order was sent to its supplier.")


def move_order(dataset: str, order: str, action: str, on: datetime | None = None) -> None:
    """Take one step with an order, today or on a stated day, and say what it means and what can follow."""
    day = day_of(on, datetime.now(ZoneInfo(Settings.load().timezone)))
    with connected(prefect=False):
        from tasks.order_rows import project_orders
        from tasks.orders import move

        state = move(dataset, order, OrderAction(action), day)
        try:
            project_orders(dataset)
        except AbastoError as behind:
            say(f"The step is taken, and the database does not know it yet: {behind}")
    say(f"{order} is {state}. {_MEANING[OrderAction(action)]}")
    following = " or ".join(f"`abasto orders {possible} {order} -d {dataset}`" for possible in allowed(state))
    if following:
        next_step(following)


def day_of(on: datetime | None, now: datetime) -> date:
    """The day that a person stated, else today where `now` is; InputError for a day that is yet to come."""
    day = now.date() if on is None else on.date()
    if day > now.date():
        raise InputError(f"--on {day} is yet to come; it is {now.date()} in {now.tzinfo}")
    return day

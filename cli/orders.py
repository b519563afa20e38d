"""`abasto orders`: what became of the purchase orders."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from artifacts.plan_words import Language
from cli.connection import connected
from cli.console import headline, next_step, say, show_reason, show_table
from cli.transfer import write_inside
from intake.errors import AbastoError, InputError
from planning.order_states import OrderAction, OrderState, allowed
from storage.settings import Settings

_MEANING = {
    OrderAction.ISSUE: "From now on it counts as on order; its document is written.",
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
                f"{row.state}, some came" if row.partly_received else row.state,
            ]
            for row in orders.itertuples()
        ],
    )
    next_step(
        f"`abasto orders show ORDER --dataset {dataset}` says why; `abasto orders issue ORDER --dataset "
        f"{dataset}` writes the order to send."
    )


def show_order(dataset: str, order: str) -> None:
    """Print an order with its lines, their reasons, what came, and every step."""
    with connected(prefect=False):
        from tasks.orders import order_details

        details = order_details(dataset, order)
    lines, first = details.lines, details.lines.iloc[0]
    amounts = lines.groupby("currency")["amount"].sum()
    money = " and ".join(f"{amount:,.2f} {currency}".rstrip() for currency, amount in amounts.items())
    headline(f"{order}: {first.get('supplier_name', first['supplier_id'])}")
    say(f"{details.state}, {money}, due {lines['due_date'].min():%Y-%m-%d}")
    for line in lines.to_dict("records"):
        came = f", {line['received']:g} came" if line["received"] else ""
        to_come = f", {line['outstanding']:g} to come" if came and line["outstanding"] else ""
        over = float(line["received"]) - float(line["order_quantity"])
        too_many = f", {over:g} more than ordered" if over > 0 else ""
        item = " ".join(part for part in (str(line["unique_id"]), str(line.get("item_name", ""))) if part)
        show_reason(
            f"{line['order_quantity']:.10g} {line['unit']} {item}{came}{too_many}{to_come}".strip(),
            str(line["explanation"]),
        )
    for event in details.events:
        say(f"{event.when:%Y-%m-%d %H:%M} UTC {event.state}{_booked(event.details)} by {event.who}")
    _say_what_can_follow(order, OrderState(details.state), dataset)


def pull_order(dataset: str, order: str, language: str, to: Path) -> None:
    """Write the documents of an order below `to`."""
    if language not in list(Language):
        raise InputError(f"--language {language} is not one that orders are written in: use en or es")
    with connected(prefect=False):
        from tasks.orders import order_documents

        documents = order_documents(dataset, order, Language(language))
    place = to / "order" / dataset
    for name, content in documents.items():
        write_inside(place, name, content)
    say(f"Pulled {', '.join(documents)} to {place}")


def move_order(dataset: str, order: str, action: str, on: datetime | None = None) -> None:
    """Take one step with an order, today or on a stated day, and say what it means and what can follow."""
    state = _move(dataset, order, OrderAction(action), on)
    say(f"{order} is {state}. {_MEANING[OrderAction(action)]}")
    if OrderAction(action) is OrderAction.ISSUE:
        next_step(
            f"`abasto orders pull {order} -d {dataset} --language es` is the order to send, or without es."
        )
    _say_what_can_follow(order, state, dataset)


def receive_order(
    dataset: str, order: str, lines: list[str] | None, on: datetime | None = None, *, close: bool = False
) -> None:
    """Book what came of an order, all that was to come where no line says otherwise."""
    state = _move(dataset, order, OrderAction.RECEIVE, on, came_of(lines) if lines else None, close=close)
    if state is OrderState.RECEIVED:
        say(f"{order} is received. {_MEANING[OrderAction.RECEIVE]}")
    else:
        say(f"What came is booked; {order} stays {state} for the rest.")
        next_step(
            f"`abasto orders show {order} -d {dataset}` says what is to come; "
            f"`abasto orders receive {order} -d {dataset} --close` cancels it."
        )


def came_of(lines: list[str]) -> dict[str, float]:
    """Units by unique_id of texts such as centro/crema=12; InputError for any other.

    >>> came_of(["centro/crema=12", "a=b=0.5"])
    {'centro/crema': 12.0, 'a=b': 0.5}
    """
    came: dict[str, float] = {}
    for line in lines:
        name, _, units = line.rpartition("=")
        try:
            number = float(units)
        except ValueError:
            number = math.nan
        if not name or math.isnan(number):
            raise InputError(
                f"--line {line} is not like centro/crema=12: the unique_id, =, the units that came"
            )
        if name in came:
            raise InputError(f"--line names '{name}' twice; say all that came of it once")
        came[name] = number
    return came


def _move(
    dataset: str,
    order: str,
    action: OrderAction,
    on: datetime | None,
    came: dict[str, float] | None = None,
    *,
    close: bool = False,
) -> OrderState:
    """Take the step, and tell the database; one that is behind is said and keeps nothing from happening."""
    day = day_of(on, datetime.now(ZoneInfo(Settings.load().timezone)))
    with connected(prefect=False):
        from tasks.order_rows import project_orders
        from tasks.orders import move

        state = move(dataset, order, action, day, came, close=close)
        try:
            project_orders(dataset)
        except AbastoError as behind:
            say(f"The step is taken, and the database does not know it yet: {behind}")
    return state


def _say_what_can_follow(order: str, state: OrderState, dataset: str) -> None:
    following = " or ".join(f"`abasto orders {possible} {order} -d {dataset}`" for possible in allowed(state))
    if following:
        next_step(following)


def _booked(details: Mapping[str, Any]) -> str:
    came = {name: units for name, units in details.get("receipts", {}).items() if units}
    return ", booked " + ", ".join(f"{units:g} {name}" for name, units in came.items()) if came else ""


def day_of(on: datetime | None, now: datetime) -> date:
    """The day that a person stated, else today where `now` is; InputError for a day that is yet to come."""
    day = now.date() if on is None else on.date()
    if day > now.date():
        raise InputError(f"--on {day} is yet to come; it is {now.date()} in {now.tzinfo}")
    return day

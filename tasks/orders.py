"""Purchase orders after they were proposed: issued, confirmed, received, cancelled."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pandas as pd

from intake.errors import ConflictError, MissingError
from planning.open_orders import OPEN_ORDER_COLUMNS
from planning.order_states import OrderAction, OrderState, step
from storage import ids
from storage.datasets import from_parquet
from storage.keys import Folder
from storage.manifests import find_published, read_file
from storage.orders import OrderBook, Step
from storage.plans import Plans
from tasks.connection import connection

_DAYS = {OrderAction.ISSUE: "issued_on", OrderAction.RECEIVE: "received_on"}
_COLUMNS = [*OPEN_ORDER_COLUMNS, "state", *_DAYS.values()]


def own_orders(dataset: str) -> pd.DataFrame:
    """Every line of every purchase order that left the state proposed.

    Columns purchase_order, supplier_id, unique_id, quantity, due (period start), state, and the days
    issued_on and received_on.
    """
    rows = [
        {
            "purchase_order": order.purchase_order,
            **line,
            "state": order.state,
            **{day: order.details.get(day) for day in _DAYS.values()},
        }
        for order in OrderBook(*connection()).orders(dataset)
        for line in cast("list[dict[str, Any]]", order.details["lines"])
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS).astype({"quantity": "float64", "purchase_order": str})
    days = {day: pd.to_datetime(frame[day]) for day in ("due", *_DAYS.values())}
    return frame.assign(**days).sort_values(["purchase_order", "unique_id"], ignore_index=True)


def order_table(dataset: str) -> pd.DataFrame:
    """All purchase orders of a dataset, the newest week last; proposed ones of the newest plan only.

    Columns purchase_order, supplier_id, lines, amount, currency, due_date, state.
    """
    store, keys = connection()
    states = {order.purchase_order: order.state for order in OrderBook(store, keys).orders(dataset)}
    plans = Plans(store, keys)
    published = [record.id for record in plans.plans(dataset) if record.manifest is not None]
    tables = []
    for plan_id in published:
        lines = _ordered_lines(plans, dataset, plan_id)
        table = lines.groupby(["purchase_order", "supplier_id", "currency"], as_index=False).agg(
            lines=("unique_id", "size"), amount=("amount", "sum"), due_date=("due_date", "min")
        )
        table["state"] = table["purchase_order"].map(states).fillna(str(OrderState.PROPOSED))
        if plan_id != published[-1]:
            table = table[table["state"] != OrderState.PROPOSED]
        tables.append(table)
    if not tables:
        raise MissingError(f"'{dataset}' has no plan yet: run `abasto run replenish --dataset {dataset}`.")
    return pd.concat(tables, ignore_index=True)


def move(dataset: str, purchase_order: str, action: OrderAction, on: date) -> OrderState:
    """Take one step with a purchase order, on the day that it was taken, and return its new state.

    Raises MissingError where no plan has such an order, and ConflictError where the step is not possible, or
    where an order is to be issued whose plan was superseded by a later revision or a later week's plan.
    """
    store, keys = connection()
    plan_id = _plan_of(purchase_order)
    plans = Plans(store, keys)
    lines = _ordered_lines(plans, dataset, plan_id)
    lines = lines[lines["purchase_order"] == purchase_order]
    if lines.empty:
        raise MissingError(
            f"the plan {plan_id} of '{dataset}' has no order {purchase_order}: "
            f"`abasto orders list --dataset {dataset}` shows what there is."
        )
    book = OrderBook(store, keys)

    def next_state(standing: str | None) -> str:
        return str(step(OrderState(standing or OrderState.PROPOSED), action))

    if action is OrderAction.ISSUE:
        _refuse_superseded(plans, dataset, plan_id)
    event = book.record(dataset, purchase_order, next_state, _details(lines, action, on))
    if action is OrderAction.ISSUE:
        try:
            # A plan that was claimed meanwhile may not have seen this order: it is taken back.
            _refuse_superseded(plans, dataset, plan_id)
        except ConflictError as superseded:
            book.record(dataset, purchase_order, _taken_back(purchase_order, superseded))
            raise
    return OrderState(event.state)


def _plan_of(purchase_order: str) -> str:
    week, _, rest = purchase_order.partition("-r")
    plan_id = f"{week}-r{rest.partition('-')[0]}"
    if not ids.is_plan_id(plan_id):
        raise MissingError(
            f"'{purchase_order}' is no order number such as 2026-W07-r1-SUPPLIER: "
            "`abasto orders list` shows them."
        )
    return plan_id


def _ordered_lines(plans: Plans, dataset: str, plan_id: str) -> pd.DataFrame:
    plan = plans.published(dataset, plan_id)
    lines = from_parquet(read_file(plans.store, plan, "plan.parquet"))
    return lines[lines["order_quantity"] > 0]


def _refuse_superseded(plans: Plans, dataset: str, plan_id: str) -> None:
    week, revision = ids.plan_week_and_revision(plan_id)
    claimed = filter(ids.is_plan_id, plans.store.list_folders(_folder(plans, dataset)))
    newest = max(map(ids.plan_week_and_revision, claimed), default=(week, revision))
    if newest <= (week, revision):
        return
    later = ids.plan_id(*newest)
    if find_published(plans.store, plans.keys.plan(dataset, later)) is None:
        revise = " --option revise=true" if newest[1] > 1 else ""
        raise ConflictError(
            f"{later} was begun after {plan_id} and not finished: "
            f"`abasto run replenish --dataset {dataset}{revise}` finishes it; issue its orders then."
        )
    kind = "revision" if newest[0] == week else "plan, which counts nothing of this one that was not issued"
    raise ConflictError(f"{plan_id} was superseded by {later}: issue the orders of that {kind}.")


def _taken_back(purchase_order: str, superseded: ConflictError) -> Step:
    def next_state(standing: str | None) -> str:
        if standing != OrderState.ISSUED:
            raise ConflictError(
                f"{superseded} Meanwhile somebody made {purchase_order} {standing}, and it stays so: "
                "if the supplier has it, plan again with `--option revise=true`."
            )
        return str(OrderState.CANCELLED)

    return next_state


def _folder(plans: Plans, dataset: str) -> Folder:
    return plans.keys.dataset_plans(dataset)


def _details(lines: pd.DataFrame, action: OrderAction, on: date) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "lines": [
            {
                "supplier_id": str(line["supplier_id"]),
                "unique_id": str(line["unique_id"]),
                "quantity": int(line["order_quantity"]),
                "due": f"{pd.Timestamp(line['due_date']):%Y-%m-%d}",
            }
            for line in lines.to_dict("records")
        ]
    }
    return facts | ({_DAYS[action]: on.isoformat()} if action in _DAYS else {})

"""Purchase orders after they were proposed: issued, confirmed, received, cancelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from artifacts.order_documents import purchase_order_of
from artifacts.plan_words import Language
from intake.errors import ConflictError, MissingError
from planning.open_orders import OPEN_ORDER_COLUMNS
from planning.order_receipts import Receipt, Share, checked_receipt, outstanding
from planning.order_states import OPEN_STATES, OrderAction, OrderState, step
from storage import ids
from storage.datasets import from_parquet
from storage.keys import SUPPLIERS, Folder, order_file
from storage.manifests import find_published, read_file
from storage.orders import Entry, OrderBook, OrderEvent, OrderHistory, Step
from storage.plans import Plans
from tasks.connection import connection
from tasks.order_files import SUFFIXES, order_files
from tasks.order_history import is_partly_received, lines_of, ordered_of, receipts_of, shares_of

_DAYS = {OrderAction.ISSUE: "issued_on", OrderAction.RECEIVE: "received_on"}
_COLUMNS = [*OPEN_ORDER_COLUMNS, "state", *_DAYS.values()]


def own_orders(dataset: str) -> pd.DataFrame:
    """Every line of every purchase order that left the state proposed, cut into what came and the rest.

    Columns purchase_order, supplier_id, unique_id, quantity, due (period start), state, and the days
    issued_on and received_on.
    """
    rows = [
        {
            "purchase_order": order.purchase_order,
            **line_of[share.unique_id],
            "quantity": share.quantity,
            "state": str(share.state),
            "issued_on": order.details.get("issued_on"),
            "received_on": share.received_on,
        }
        for order in OrderBook(*connection()).orders(dataset)
        for line_of in ({line["unique_id"]: line for line in lines_of(order)},)
        for share in shares_of(order)
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS).astype({"quantity": "float64", "purchase_order": str})
    days = {day: pd.to_datetime(frame[day]) for day in ("due", *_DAYS.values())}
    return frame.assign(**days).sort_values(["purchase_order", "unique_id"], ignore_index=True)


def order_table(dataset: str) -> pd.DataFrame:
    """All purchase orders of a dataset, the newest week last; proposed ones of the newest plan only.

    Columns purchase_order, supplier_id, lines, amount, currency, due_date, state, partly_received.
    """
    store, keys = connection()
    histories = {order.purchase_order: order for order in OrderBook(store, keys).orders(dataset)}
    plans = Plans(store, keys)
    published = [record.id for record in plans.plans(dataset) if record.manifest is not None]
    tables = []
    for plan_id in published:
        lines = _ordered_lines(plans, dataset, plan_id)
        table = lines.groupby(["purchase_order", "supplier_id", "currency"], as_index=False).agg(
            lines=("unique_id", "size"), amount=("amount", "sum"), due_date=("due_date", "min")
        )
        orders = [histories.get(number) for number in table["purchase_order"]]
        table["state"] = [str(OrderState.PROPOSED) if order is None else order.state for order in orders]
        table["partly_received"] = [order is not None and is_partly_received(order) for order in orders]
        if plan_id != published[-1]:
            table = table[table["state"] != OrderState.PROPOSED]
        tables.append(table)
    if not tables:
        raise MissingError(f"'{dataset}' has no plan yet: run `abasto run replenish --dataset {dataset}`.")
    return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True)
class OrderDetails:
    """A purchase order as a person looks at it.

    lines: of its plan, with received (units that came) and outstanding (units that are still to come).
    """

    purchase_order: str
    state: str
    lines: pd.DataFrame
    events: tuple[OrderEvent, ...]


def order_details(dataset: str, purchase_order: str) -> OrderDetails:
    """One purchase order with its lines, their reasons and every step; MissingError where there is none."""
    store, keys = connection()
    lines = _lines_of_order(Plans(store, keys), dataset, purchase_order)
    history = OrderBook(store, keys).history(dataset, purchase_order)
    if history is None:
        fresh = lines.assign(received=0.0, outstanding=lines["order_quantity"].astype("float64"))
        return OrderDetails(purchase_order, str(OrderState.PROPOSED), fresh, ())
    parts = shares_of(history)
    came = _units_by_series(part for part in parts if part.state is OrderState.RECEIVED)
    to_come = _units_by_series(part for part in parts if part.state in OPEN_STATES)
    lines = lines.assign(
        received=lines["unique_id"].map(came).fillna(0.0),
        outstanding=lines["unique_id"].map(to_come).fillna(0.0),
    )
    return OrderDetails(purchase_order, history.state, lines, history.events)


def order_documents(dataset: str, purchase_order: str, language: Language) -> dict[str, bytes]:
    """The documents of an order in a language, by name: as it was issued, else as its plan proposes it.

    What an interrupted issue did not write is written now. Raises MissingError where there is no such order,
    or where its plan is older than such documents and it was not issued.
    """
    store, keys = connection()
    plans = Plans(store, keys)
    lines = _lines_of_order(plans, dataset, purchase_order)
    names = [order_file(purchase_order, language, suffix) for suffix in SUFFIXES]
    history = OrderBook(store, keys).history(dataset, purchase_order)
    issued_on = history and history.details.get("issued_on")
    if issued_on:
        _write_issued(plans, dataset, lines, date.fromisoformat(str(issued_on)))
        return {name: store.get(keys.issued(dataset) / name) for name in names}
    plan = plans.published(dataset, _plan_of(purchase_order))
    proposed = {name: f"orders/{name}" for name in names}
    if not set(proposed.values()) <= set(plan.manifest.files):
        raise MissingError(
            f"the plan of {purchase_order} has no documents of its orders: "
            f"`abasto orders issue {purchase_order} --dataset {dataset}` writes those of this one"
        )
    return {name: read_file(store, plan, place) for name, place in proposed.items()}


def move(
    dataset: str,
    purchase_order: str,
    action: OrderAction,
    on: date,
    came: Mapping[str, float] | None = None,
    *,
    close: bool = False,
) -> OrderState:
    """Take one step with a purchase order, on the day that it was taken, and return its new state.

    What is received are the units of `came` by unique_id, all that is outstanding where it says nothing; the
    order stays open for the rest, unless `close` cancels that. Issuing writes the documents for the supplier.

    Raises MissingError where no plan has such an order, InputError where something else came than was
    ordered, and ConflictError where the step is not possible, or where an order is to be issued whose plan
    was superseded by a later revision or a later week's plan.
    """
    store, keys = connection()
    plan_id = _plan_of(purchase_order)
    plans = Plans(store, keys)
    lines = _lines_of_order(plans, dataset, purchase_order)
    book = OrderBook(store, keys)

    def next_entry(history: OrderHistory | None) -> Entry:
        standing = OrderState(history.state) if history else OrderState.PROPOSED
        entered = step(standing, action)
        facts: dict[str, Any] = {"lines": lines_of(history) if history else _as_ordered(lines)}
        if action in _DAYS:
            facts[_DAYS[action]] = on.isoformat()
        if history and action is OrderAction.CANCEL and is_partly_received(history):
            raise ConflictError(
                f"some of {purchase_order} came already: `abasto orders receive {purchase_order} --close "
                f"--dataset {dataset}` cancels the rest"
            )
        if history and action is OrderAction.RECEIVE:
            receipt = _receipt(history, came, on, close=close)
            facts["receipts"] = dict(receipt.quantities)
            rest = outstanding(ordered_of(history), [*receipts_of(history), receipt])
            entered = standing if rest and not close else entered
        return Entry(str(entered), facts)

    if action is OrderAction.ISSUE:
        _refuse_superseded(plans, dataset, plan_id)
    event = book.record(dataset, purchase_order, next_entry)
    if action is OrderAction.ISSUE:
        try:
            # A plan that was claimed meanwhile may not have seen this order: it is taken back.
            _refuse_superseded(plans, dataset, plan_id)
        except ConflictError as superseded:
            book.record(dataset, purchase_order, _taken_back(purchase_order, superseded))
            raise
        _write_issued(plans, dataset, lines, on)
    return OrderState(event.state)


def _receipt(history: OrderHistory, came: Mapping[str, float] | None, on: date, *, close: bool) -> Receipt:
    """What came now: what was said, else nothing where the order is only closed, else all of the rest."""
    ordered = ordered_of(history)
    if came is None:
        came = {} if close else outstanding(ordered, receipts_of(history))
    return checked_receipt(ordered, Receipt(on, came))


def _write_issued(plans: Plans, dataset: str, lines: pd.DataFrame, issued_on: date) -> None:
    """Write the documents of an order once: what stands stays as it was sent."""
    plan = plans.published(dataset, _plan_of(str(lines["purchase_order"].iloc[0])))
    known = SUPPLIERS in plan.manifest.files
    suppliers = (
        from_parquet(read_file(plans.store, plan, SUPPLIERS)) if known else lines[["supplier_id"]].head(0)
    )
    order = purchase_order_of(lines, suppliers, issued_on, issued=True)
    for name, content in order_files(order).items():
        with suppress(ConflictError):
            plans.store.create(plans.keys.issued(dataset) / name, content)


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


def _lines_of_order(plans: Plans, dataset: str, purchase_order: str) -> pd.DataFrame:
    plan_id = _plan_of(purchase_order)
    lines = _ordered_lines(plans, dataset, plan_id)
    lines = lines[lines["purchase_order"] == purchase_order]
    if lines.empty:
        raise MissingError(
            f"the plan {plan_id} of '{dataset}' has no order {purchase_order}: "
            f"`abasto orders list --dataset {dataset}` shows what there is."
        )
    return lines


def _units_by_series(parts: Iterable[Share]) -> dict[str, float]:
    units: Counter[str] = Counter()
    for part in parts:
        units.update({part.unique_id: part.quantity})
    return dict(units)


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
    def next_entry(history: OrderHistory | None) -> Entry:
        if history is None or history.state != OrderState.ISSUED:
            raise ConflictError(
                f"{superseded} Meanwhile somebody made {purchase_order} {history and history.state}, and it "
                "stays so: if the supplier has it, plan again with `--option revise=true`."
            )
        return Entry(str(OrderState.CANCELLED))

    return next_entry


def _folder(plans: Plans, dataset: str) -> Folder:
    return plans.keys.dataset_plans(dataset)


def _as_ordered(lines: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "supplier_id": str(line["supplier_id"]),
            "unique_id": str(line["unique_id"]),
            "quantity": units if (units := float(line["order_quantity"])) % 1 else int(units),
            "due": f"{pd.Timestamp(line['due_date']):%Y-%m-%d}",
        }
        for line in lines.to_dict("records")
    ]

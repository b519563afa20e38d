from __future__ import annotations

import pandas as pd
import pytest
from planning_case import CUTOFF, FREQ, paths_of, plan_of, reasons, table

from intake.errors import ConflictError
from planning.open_orders import resolve_open_orders
from planning.order_states import OrderState
from planning.plan import IDENTITY, Plan
from planning.revisions import revise

STOCK = table(unique_id=["a", "b"], on_hand=[20.0, 20.0])


def first_plan() -> Plan:
    return plan_of(paths_of(a=[10, 10, 12], b=[10, 10, 8]), stock=STOCK)


def second_plan(a: float, b: float, issued: tuple[str, ...]) -> tuple[Plan, pd.DataFrame]:
    """Corrected demand of the third week, with the lines of `issued` ordered under r1."""
    lines = first_plan().lines
    orders = lines[["purchase_order", "supplier_id", "unique_id"]].assign(
        quantity=lines["order_quantity"].astype(float), due=lines["due_date"], state=OrderState.ISSUED
    )
    orders = orders[orders["unique_id"].isin(issued)]
    found = resolve_open_orders(STOCK, orders, cutoff=CUTOFF, freq=FREQ)
    plan = plan_of(
        paths_of(a=[10, 10, a], b=[10, 10, b]), stock=STOCK, open_orders=found.frame, plan_id="2026-W07-r2"
    )
    return revise(lines, orders, plan), orders


def of(plan: Plan, name: str) -> dict[str, int]:
    columns = ["previous_quantity", "issued_quantity", "order_quantity", "change"]
    return plan.lines.set_index("unique_id").loc[name, columns].to_dict()


def test_planning_again_orders_nothing_again() -> None:
    plan, _ = second_plan(12, 8, issued=("a", "b"))
    assert of(plan, "a") == {"previous_quantity": 12, "issued_quantity": 12, "order_quantity": 0, "change": 0}
    assert plan.exceptions.empty


def test_a_higher_need_orders_the_difference_in_a_new_purchase_order() -> None:
    plan, _ = second_plan(17, 9, issued=("a",))
    assert of(plan, "a") == {"previous_quantity": 12, "issued_quantity": 12, "order_quantity": 5, "change": 5}
    assert of(plan, "b") == {"previous_quantity": 8, "issued_quantity": 0, "order_quantity": 9, "change": 1}
    assert plan.lines["purchase_order"].tolist() == ["2026-W07-r2-mill"] * 2
    assert "of which issued 12; the week's total changes by +5." in plan.lines["explanation"][0]
    assert (plan.lines["order_quantity"] == sum(sign * plan.lines[name] for name, sign in IDENTITY)).all()


def test_a_third_revision_compares_with_all_that_the_second_had() -> None:
    """r1 issued 12, r2 added 5 that were issued as well: nothing more, and nothing has changed."""
    second, _ = second_plan(17, 8, issued=("a",))
    issued = table(purchase_order=["r1", "r2"], unique_id=["a", "a"], quantity=[12.0, 5.0])
    orders = issued.assign(supplier_id="mill", due=second.lines["due_date"][0])
    third = plan_of(paths_of(a=[10, 10, 17], b=[10, 10, 8]), stock=STOCK, open_orders=orders)
    assert of(revise(second.lines, issued, third), "a") == {
        "previous_quantity": 17,
        "issued_quantity": 17,
        "order_quantity": 0,
        "change": 0,
    }


def test_what_the_stock_file_holds_is_not_forgotten() -> None:
    lines = first_plan().lines
    issued = table(purchase_order=["2026-W07-r1-mill"], unique_id=["a"], quantity=[12.0])
    plan = plan_of(paths_of(a=[10, 10, 12], b=[10, 10, 8]), stock=STOCK, plan_id="2026-W07-r2")
    with pytest.raises(ConflictError, match="does not count it"):
        revise(lines, issued, plan)
    held = revise(lines, issued, plan, held=frozenset({"2026-W07-r1-mill"}))
    assert of(held, "a")["issued_quantity"] == 12


def test_a_lower_need_says_what_could_be_cancelled() -> None:
    plan, _ = second_plan(7, 8, issued=("a", "b"))
    assert of(plan, "a")["change"] == 0
    assert reasons(plan, "a") == ["5 of the 12 issued this week are no longer needed: cancel or accept them"]


def test_what_only_pack_rounding_added_is_not_called_surplus() -> None:
    plan = plan_of(paths_of(a=[10, 10, 10]), stock=table(unique_id=["a"], on_hand=[32.0]))
    lines = plan.lines.assign(pack_size=4)
    issued = table(purchase_order=["2026-W07-r1-mill"], unique_id=["a"], quantity=[12.0])
    for surplus, said in ((2, False), (4, True)):
        now = Plan(lines.assign(not_below_zero=surplus), plan.exceptions, open_orders=issued)
        assert bool(reasons(revise(first_plan().lines.head(1), issued, now), "a")) == said


def test_a_series_that_disappears_is_said() -> None:
    plan = plan_of(paths_of(a=[10, 10, 12]), stock=STOCK.head(1))
    nothing = pd.DataFrame(columns=["purchase_order", "unique_id", "quantity"])
    revised = revise(first_plan().lines, nothing, plan)
    assert reasons(revised, "b") == ["had 8 in the previous revision and is not planned now"]
    assert of(revised, "a")["issued_quantity"] == 0


def test_a_plan_that_forgot_an_issued_order_is_refused() -> None:
    _, orders = second_plan(12, 8, issued=("a",))
    with pytest.raises(ConflictError, match="2026-W07-r1-mill was issued"):
        revise(first_plan().lines, orders, first_plan())

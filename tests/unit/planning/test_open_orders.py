from __future__ import annotations

import pandas as pd
import pytest
from planning_case import CUTOFF, FREQ, table

from planning.open_orders import OPEN_ORDER_COLUMNS, OpenOrders, OpenOrderSource, resolve_open_orders
from planning.order_states import OrderState

SILENT = table(unique_id=["a"], on_hand=[5.0])


def own(**states: str) -> pd.DataFrame:
    """One order of 10 per keyword; `w06_r1` is the order 2026-W06-r1-mill."""
    numbers = [f"2026-{key.upper().replace('_R', '-r')}-mill" for key in states]
    return table(
        purchase_order=numbers,
        supplier_id=["mill"] * len(numbers),
        unique_id=["a"] * len(numbers),
        quantity=[10.0] * len(numbers),
        due=[pd.Timestamp("2026-02-16")] * len(numbers),
        state=[OrderState(state) for state in states.values()],
    )


def resolve(stock: pd.DataFrame, own_orders: pd.DataFrame) -> OpenOrders:
    return resolve_open_orders(stock, own_orders, plan_id="2026-W07-r2", cutoff=CUTOFF, freq=FREQ)


def numbers(found: OpenOrders) -> list[str]:
    return found.frame["purchase_order"].tolist()


def test_our_own_issued_and_confirmed_orders_count_where_the_file_is_silent() -> None:
    orders = own(
        w02_r1="issued", w03_r1="confirmed", w04_r1="received", w05_r1="cancelled", w06_r1="proposed"
    )
    found = resolve(SILENT, orders)
    assert found.source == OpenOrderSource.OWN_ORDERS
    assert numbers(found) == ["2026-W02-r1-mill", "2026-W03-r1-mill"]
    assert tuple(found.frame.columns) == OPEN_ORDER_COLUMNS


def test_the_stock_file_wins_for_earlier_weeks() -> None:
    stock = table(
        unique_id=["a", "b", "c"],
        on_hand=[5.0, 5.0, 5.0],
        on_order=[7.0, 0.0, None],
        due_date=[pd.Timestamp("2026-02-10"), pd.NaT, pd.NaT],
    )
    found = resolve(stock, own(w06_r1="issued"))
    assert found.source == OpenOrderSource.STOCK_FILE
    assert found.frame[["unique_id", "quantity"]].to_numpy().tolist() == [["a", 7.0]]
    assert found.frame["due"].tolist() == [pd.Timestamp("2026-02-10")]


def test_a_file_that_says_zero_on_order_has_spoken_and_blanks_have_not() -> None:
    assert numbers(resolve(SILENT.assign(on_order=0.0), own(w06_r1="issued"))) == []
    assert numbers(resolve(SILENT.assign(on_order=float("nan")), own(w06_r1="issued"))) == [
        "2026-W06-r1-mill"
    ]


@pytest.mark.parametrize("stock", [SILENT, SILENT.assign(on_order=3.0)])
@pytest.mark.parametrize(
    ("state", "counts"),
    [("issued", True), ("confirmed", True), ("received", True), ("proposed", False), ("cancelled", False)],
)
def test_what_this_week_ordered_already_always_counts(stock: pd.DataFrame, state: str, counts: bool) -> None:
    """Received counts too: the goods came after the stock was counted."""
    assert ("2026-W07-r1-mill" in numbers(resolve(stock, own(w07_r1=state)))) == counts


@pytest.mark.parametrize(("received_on", "counts"), [("2026-02-08", False), ("2026-02-09", True)])
def test_goods_received_after_the_count_were_still_on_order(received_on: str, counts: bool) -> None:
    orders = own(w05_r1="received").assign(received_on=pd.Timestamp(received_on))
    assert bool(numbers(resolve(SILENT, orders))) == counts


def test_no_orders_at_all_keeps_columns_and_kinds() -> None:
    frame = resolve(SILENT, own()).frame
    assert frame.empty
    assert (frame["quantity"].dtype, frame["due"].dtype) == ("float64", "datetime64[ns]")


def test_an_undated_order_of_the_file_has_no_due_date() -> None:
    assert resolve(SILENT.assign(on_order=3.0), own()).frame["due"].isna().tolist() == [True]

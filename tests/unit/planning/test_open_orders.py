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
    return resolve_open_orders(stock, own_orders, cutoff=CUTOFF, freq=FREQ)


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


@pytest.mark.parametrize("stock", [SILENT, SILENT.assign(on_order=3.0, as_of=pd.Timestamp("2026-02-09"))])
@pytest.mark.parametrize(
    ("state", "counts"),
    [("issued", True), ("confirmed", True), ("received", True), ("proposed", False), ("cancelled", False)],
)
def test_the_file_of_the_revision_before_holds_nothing_of_this_week(
    stock: pd.DataFrame, state: str, counts: bool
) -> None:
    """Whatever the days say: the file was there before the order was."""
    orders = own(w07_r1=state).assign(
        issued_on=pd.Timestamp("2026-02-09"), received_on=pd.Timestamp("2026-02-09")
    )
    found = resolve_open_orders(stock, orders, cutoff=CUTOFF, freq=FREQ, same_stock=["2026-W07-r1"])
    assert ("2026-W07-r1-mill" in numbers(found)) == counts
    assert not found.held
    assert not found.exceptions


SUNDAY, MONDAY, TUESDAY = (pd.Timestamp(f"2026-02-{day}") for day in ("08", "09", "10"))


def stated(unique_id: str = "a", as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """A stock file that says 7 of a series are on order."""
    file = table(unique_id=["a", "b"], on_hand=[5.0, 5.0])
    file = file.assign(on_order=[7.0 if name == unique_id else 0.0 for name in file["unique_id"]])
    return file if as_of is None else file.assign(as_of=as_of)


@pytest.mark.parametrize("order", ["w06_r1", "w07_r1"])
@pytest.mark.parametrize(
    ("stock", "issued_on", "counts"),
    [
        pytest.param(stated(), SUNDAY, False, id="before the cutoff: the file holds it"),
        pytest.param(stated("b"), MONDAY, True, id="after the cutoff: the file cannot hold it"),
        pytest.param(stated("b", SUNDAY), MONDAY, True, id="after the count"),
        pytest.param(stated("a", SUNDAY), MONDAY, True, id="after a count with orders of its own"),
        pytest.param(stated("a", MONDAY), MONDAY, False, id="a corrected file that lists it"),
        pytest.param(stated("b", MONDAY), MONDAY, True, id="of the same day and not listed"),
        pytest.param(stated("b", MONDAY), SUNDAY, False, id="counted a day later: the file speaks"),
    ],
)
@pytest.mark.parametrize("state", ["issued", "confirmed", "received"])
def test_where_the_file_speaks_the_days_decide(
    stock: pd.DataFrame, issued_on: pd.Timestamp, counts: bool, order: str, state: str
) -> None:
    """Whichever week ordered it; goods that came on the Tuesday were not there when the stock was counted."""
    orders = own(**{order: state}).assign(issued_on=issued_on, received_on=TUESDAY)
    found = resolve(stock, orders)
    (number,) = orders["purchase_order"]
    assert (number in numbers(found)) == counts
    assert found.held == (frozenset() if counts else {number})
    assert found.frame.loc[found.frame["purchase_order"] == "", "quantity"].tolist() == [7.0]
    assert found.frame.dtypes[["quantity", "due"]].tolist() == ["float64", "datetime64[ns]"]


@pytest.mark.parametrize("stock", [SILENT, stated("b")], ids=["silent", "speaking"])
def test_what_was_received_and_counted_since_does_not_count_twice(stock: pd.DataFrame) -> None:
    """Daily sales: ordered on Monday, received on Tuesday, counted on Tuesday evening."""
    orders = own(w07_r1="received").assign(issued_on=MONDAY, received_on=TUESDAY)
    found = resolve_open_orders(stock.assign(as_of=TUESDAY), orders, cutoff=TUESDAY, freq="D")
    assert "2026-W07-r1-mill" not in numbers(found)
    assert found.held == {"2026-W07-r1-mill"}
    before = resolve_open_orders(stock.assign(as_of=SUNDAY), orders, cutoff=SUNDAY, freq="D")
    assert before.frame.set_index("purchase_order").loc["2026-W07-r1-mill", "due"] == TUESDAY


@pytest.mark.parametrize(
    ("due", "received_on", "expected"),
    [
        ("2026-02-16", "2026-02-10", "2026-02-10"),
        ("2026-02-16", "2030-01-01", "2026-02-16"),
        ("2026-02-02", "2026-02-11", "2026-02-09"),
    ],
    ids=["early", "typed in years later", "late, and no longer overdue"],
)
def test_received_goods_are_there_in_time(due: str, received_on: str, expected: str) -> None:
    orders = own(w06_r1="received").assign(
        due=pd.Timestamp(due), issued_on=MONDAY, received_on=pd.Timestamp(received_on)
    )
    assert resolve(SILENT, orders).frame["due"].tolist() == [pd.Timestamp(expected)]


def test_what_cannot_be_told_is_for_the_planner() -> None:
    orders = own(w07_r1="issued").assign(issued_on=TUESDAY)
    ((unique_id, supplier_id, reason),) = resolve(stated(), orders).exceptions
    assert (unique_id, supplier_id) == ("a", "mill")
    assert "no as_of" in reason
    assert "2026-W07-r1-mill, issued on 2026-02-10: both are counted" in reason
    for told in (stated("b"), stated("a", MONDAY), SILENT):
        assert resolve(told, orders).exceptions == ()


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


@pytest.mark.parametrize(
    ("due_in", "unit", "due"),
    [
        (1, "W", "2026-02-09"),  # the first week after the cutoff's
        (2, "", "2026-02-16"),
        (8, "D", "2026-02-16"),
        (1, "MS", "2026-03-01"),
        (1, "QS", "2026-04-01"),
    ],
)
def test_what_is_due_so_many_periods_after_the_count_has_a_date(due_in: int, unit: str, due: str) -> None:
    assert pd.Timestamp("2026-02-02") == CUTOFF
    stock = table(
        unique_id=["a", "a", "b"],
        on_hand=[5.0, None, 1.0],
        on_order=[0.0, 7.0, 0.0],
        due_in=[None, float(due_in), None],
        due_unit=["", unit, ""],
    )
    found = resolve(stock, own(w06_r1="issued"))
    assert found.frame[["unique_id", "quantity", "due"]].to_numpy().tolist() == [
        ["a", 7.0, pd.Timestamp(due)]
    ]


def test_a_week_ahead_of_daily_sales_begins_the_day_after_the_count() -> None:
    stock = table(unique_id=["a"], on_hand=[5.0], on_order=[7.0], due_in=[2.0], due_unit=["W"])
    found = resolve_open_orders(stock, own(), cutoff=pd.Timestamp("2026-02-08"), freq="D")
    assert found.frame["due"].tolist() == [pd.Timestamp("2026-02-16")]

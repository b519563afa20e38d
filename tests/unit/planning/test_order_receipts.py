"""What came of an order and what did not: every unit has one fate."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import InputError
from planning.order_receipts import Receipt, checked_receipt, outstanding, partly_received, shares
from planning.order_states import OPEN_STATES, OrderState

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
ORDERED = {"a": 12.0, "b": 6.0}
units = st.integers(0, 30).map(float)
receipts = st.lists(
    st.builds(Receipt, st.sampled_from([MONDAY, TUESDAY]), st.dictionaries(st.sampled_from("ab"), units)),
    max_size=4,
)


def test_an_order_that_came_in_two_parts_is_two_shares_and_a_rest() -> None:
    came = [Receipt(MONDAY, {"a": 5}), Receipt(TUESDAY, {"a": 4, "b": 6})]
    assert [
        (part.unique_id, part.quantity, str(part.state), part.received_on)
        for part in shares(ORDERED, came, OrderState.CONFIRMED)
    ] == [
        ("a", 5, "received", MONDAY),
        ("a", 4, "received", TUESDAY),
        ("b", 6, "received", TUESDAY),
        ("a", 3, "confirmed", None),
    ]
    closed = shares(ORDERED, came, OrderState.RECEIVED)
    assert [(part.quantity, str(part.state)) for part in closed][-1] == (3, "cancelled")


@given(receipts, st.sampled_from(sorted(OrderState)))
def test_every_unit_came_or_is_to_come_or_never_will(came: list[Receipt], state: OrderState) -> None:
    arrived: Counter[str] = Counter()
    for receipt in came:
        for name, number in receipt.quantities.items():
            arrived[name] += number
    parts = shares(ORDERED, came, state)
    for name, ordered in ORDERED.items():
        own = [part for part in parts if part.unique_id == name]
        assert sum(part.quantity for part in own) == max(ordered, arrived[name])
        assert sum(part.quantity for part in own if part.received_on) == arrived[name]
        to_come = sum(part.quantity for part in own if part.state in OPEN_STATES)
        assert to_come == (outstanding(ORDERED, came).get(name, 0) if state in OPEN_STATES else 0)
    assert all(part.quantity > 0 for part in parts)
    assert partly_received(state, came) == (state in OPEN_STATES and sum(arrived.values()) > 0)


@pytest.mark.parametrize("wrong", [{"c": 1.0}, {"a": -1.0}, {"a": float("nan")}, {"a": float("inf")}])
def test_what_cannot_have_come_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"is not in the order|cannot have come"):
        checked_receipt(ORDERED, Receipt(MONDAY, wrong))


def test_more_than_ordered_can_come() -> None:
    assert checked_receipt(ORDERED, Receipt(MONDAY, {"a": 20.0})).quantities == {"a": 20.0}
    assert [
        part.quantity for part in shares({"a": 12.0}, [Receipt(MONDAY, {"a": 20.0})], OrderState.ISSUED)
    ] == [20.0]

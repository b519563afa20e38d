from __future__ import annotations

import itertools

import pytest

from intake.errors import ConflictError
from planning.order_states import OPEN_STATES, OrderAction, OrderState, allowed, step

LIFE = {
    ("proposed", "issue"): "issued",
    ("issued", "confirm"): "confirmed",
    ("confirmed", "receive"): "received",
    ("issued", "receive"): "received",
    ("proposed", "cancel"): "cancelled",
    ("issued", "cancel"): "cancelled",
    ("confirmed", "cancel"): "cancelled",
}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(OrderState, OrderAction)))
def test_every_step_leads_on_or_says_what_is_possible(state: OrderState, action: OrderAction) -> None:
    if (state, action) in LIFE:
        assert step(state, action) == LIFE[state, action]
        assert action in allowed(state)
        return
    with pytest.raises(ConflictError, match=f"cannot {action} an order that is {state}: ") as raised:
        step(state, action)
    assert all(str(possible) in str(raised.value) for possible in allowed(state))


def test_the_supplier_owes_what_is_issued_or_confirmed() -> None:
    assert {"issued", "confirmed"} == OPEN_STATES

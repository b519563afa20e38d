"""The life of a purchase order: proposed, issued, confirmed, received; or cancelled on the way."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from intake.errors import ConflictError


class OrderState(StrEnum):
    """Where a purchase order stands."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    CONFIRMED = "confirmed"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class OrderAction(StrEnum):
    """What a person does with a purchase order."""

    ISSUE = "issue"
    CONFIRM = "confirm"
    RECEIVE = "receive"
    CANCEL = "cancel"


OPEN_STATES: Final = frozenset({OrderState.ISSUED, OrderState.CONFIRMED})
"""The supplier owes us the goods."""

# Many suppliers confirm nothing, and the goods that stand in the store room are there all the same.
_STEPS: Final = {
    (OrderState.PROPOSED, OrderAction.ISSUE): OrderState.ISSUED,
    (OrderState.PROPOSED, OrderAction.CANCEL): OrderState.CANCELLED,
    (OrderState.ISSUED, OrderAction.CONFIRM): OrderState.CONFIRMED,
    (OrderState.ISSUED, OrderAction.RECEIVE): OrderState.RECEIVED,
    (OrderState.ISSUED, OrderAction.CANCEL): OrderState.CANCELLED,
    (OrderState.CONFIRMED, OrderAction.RECEIVE): OrderState.RECEIVED,
    (OrderState.CONFIRMED, OrderAction.CANCEL): OrderState.CANCELLED,
}


def allowed(state: OrderState) -> tuple[OrderAction, ...]:
    """What can be done with an order in this state; nothing once it is received or cancelled.

    >>> [str(action) for action in allowed(OrderState.ISSUED)]
    ['confirm', 'receive', 'cancel']
    """
    return tuple(action for start, action in _STEPS if start is state)


def step(state: OrderState, action: OrderAction) -> OrderState:
    """The state after the action; ConflictError says what is possible instead.

    >>> str(step(OrderState.PROPOSED, OrderAction.ISSUE))
    'issued'
    """
    if (state, action) not in _STEPS:
        possible = " or ".join(allowed(state))
        way_out = (
            f"you can {possible} it" if possible else "nothing more can be done with it; plan a new revision"
        )
        raise ConflictError(f"cannot {action} an order that is {state}: {way_out}")
    return _STEPS[state, action]

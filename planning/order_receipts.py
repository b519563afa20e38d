"""What came of a purchase order, what is still to come, and what will never come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intake.errors import InputError
from planning.order_states import OPEN_STATES, OrderState


@dataclass(frozen=True)
class Receipt:
    """What came on one day: stock units by unique_id."""

    received_on: date
    quantities: Mapping[str, float]


@dataclass(frozen=True)
class Share:
    """A part of an order line that shares one fate: it came on a day, is to come, or will not come."""

    unique_id: str
    quantity: float
    state: OrderState
    received_on: date | None = None


def outstanding(ordered: Mapping[str, float], receipts: Iterable[Receipt]) -> dict[str, float]:
    """What has not come of each unique_id; nothing where as much came, or more.

    >>> outstanding({"a": 12, "b": 6}, [Receipt(date(2026, 2, 9), {"a": 5, "b": 7})])
    {'a': 7}
    """
    came: Counter[str] = Counter()
    for receipt in receipts:
        came.update(receipt.quantities)
    return {name: units - came[name] for name, units in ordered.items() if units > came[name]}


def checked_receipt(ordered: Mapping[str, float], receipt: Receipt) -> Receipt:
    """The receipt as it is; InputError where it names what was not ordered, or a number that nothing has."""
    for name, units in receipt.quantities.items():
        if name not in ordered:
            raise InputError(f"'{name}' is not in the order; its lines are {', '.join(sorted(ordered))}")
        if not units >= 0 or units == float("inf"):
            raise InputError(f"{units:g} of '{name}' cannot have come; say 0 or more")
    return receipt


def shares(ordered: Mapping[str, float], receipts: Sequence[Receipt], state: OrderState) -> list[Share]:
    """The lines of an order, each cut into what came, by day, and the rest.

    The rest is to come while the order is open; once it is received or cancelled the rest is cancelled. What
    came counts as received whatever became of the order. An order of which nothing came is one share a line.
    """
    rest_state = OrderState.CANCELLED if state is OrderState.RECEIVED else state
    rest = outstanding(ordered, receipts)
    return [
        *(
            Share(name, receipt.quantities[name], OrderState.RECEIVED, receipt.received_on)
            for name in ordered
            for receipt in receipts
            if receipt.quantities.get(name)
        ),
        *(Share(name, units, rest_state) for name, units in rest.items()),
    ]


def partly_received(state: OrderState, receipts: Sequence[Receipt]) -> bool:
    """Whether something came and more is to come."""
    return state in OPEN_STATES and any(any(receipt.quantities.values()) for receipt in receipts)

"""Policies as functions that the inventory simulator asks each time an order can be placed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.inventory_simulator import Policy
from planning.policies.amounts import Amounts


def order_up_to(order_up_to_level: npt.ArrayLike) -> Policy:
    """Order what the inventory position is below S; one S, one per series, or one per series x path."""
    up_to = _column(order_up_to_level)
    return lambda _, inventory_position: np.maximum(up_to - inventory_position, 0.0)


def reorder_up_to(reorder_point: npt.ArrayLike, order_up_to_level: npt.ArrayLike) -> Policy:
    """(s, S): at or below s, order up to S, which must not lie below s (InputError)."""
    point, up_to = _column(reorder_point), _column(order_up_to_level)
    if (up_to < point).any():
        raise InputError("order_up_to_level must not lie below reorder_point; raise it")
    return lambda _, inventory_position: np.where(
        inventory_position <= point, up_to - inventory_position, 0.0
    )


def reorder_quantity(reorder_point: npt.ArrayLike, order_quantity: npt.ArrayLike) -> Policy:
    """(R, nQ): at or below R, order as many times Q, above 0 (InputError), as bring the position above R.

    With units one by one and a look at every one of them n is 1, the (R, Q) policy: Axsäter, Inventory
    Control, 3rd ed., 3.2.3.
    """
    point, quantity = _column(reorder_point), _column(order_quantity)
    if not (quantity > 0).all():
        raise InputError("order_quantity must be above 0; correct it")

    def asked(_: int, inventory_position: Amounts) -> Amounts:
        times = np.floor((point - inventory_position) / quantity) + 1
        return np.asarray(np.maximum(times, 0.0) * quantity, dtype=np.float64)

    return asked


def _column(amount: npt.ArrayLike) -> Amounts:
    """One number per series as a column beside series x path; anything else as it is."""
    given = np.asarray(amount, dtype=np.float64)
    return given[:, None] if given.ndim == 1 else given

"""How stock is reviewed, kept and issued, and which orders can be placed at all."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from intake.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    _Stated = TypeVar("_Stated", bound=DataclassInstance)

Quantities = npt.NDArray[np.float64]

_FLOAT_DUST = 1e-9  # 0.3 of a pack of 0.1 is 2.9999999999999996 packs and must be 3


class Issuing(Enum):
    """Which lot is sold first."""

    FIFO = "first in, first out: the lot that expires first"
    LIFO = "last in, first out: the lot that expires last, as where customers choose"


@dataclass(frozen=True, kw_only=True, eq=False)
class StockRules:
    """Each amount is one number for all series or one per series; InputError for what cannot be.

    review_period [R]: an order can be placed every so many periods, first for period 0. backorders: whether
    unmet demand waits rather than goes away. shelf_life: periods in which a unit can be sold that is
    received at the start of the first of them; infinite = does not expire. pack_size: an order is rounded
    up to whole packs; None = any quantity. minimum_order_quantity: an order is raised to it.
    most_ordered: most units in one order. most_held: an order is cut so that the inventory_position does
    not pass it, so that what is on hand never does. What must be cut below its minimum is not ordered.
    """

    review_period: int = 1
    backorders: bool = False
    shelf_life: npt.ArrayLike = np.inf
    issuing: Issuing = Issuing.FIFO
    pack_size: npt.ArrayLike | None = None
    minimum_order_quantity: npt.ArrayLike = 0.0
    most_ordered: npt.ArrayLike = np.inf
    most_held: npt.ArrayLike = np.inf

    def __post_init__(self) -> None:
        """Refuse what no shop can do."""
        if self.review_period < 1:
            raise InputError(f"review_period must be 1 or more periods and is {self.review_period}")
        life = np.asarray(self.shelf_life, dtype=np.float64)
        if not (life >= 1).all() or (np.isfinite(life) & (life != np.round(life))).any():
            raise InputError("shelf_life must be whole periods, 1 or more; leave it out for what keeps")
        packs = np.asarray(1.0 if self.pack_size is None else self.pack_size, dtype=np.float64)
        if not ((packs > 0) & np.isfinite(packs)).all():
            raise InputError("pack_size must be above 0 and finite; state 1 where units are sold singly")
        for name in ("minimum_order_quantity", "most_ordered", "most_held"):
            if not (np.asarray(getattr(self, name), dtype=np.float64) >= 0).all():
                raise InputError(f"{name} must not be negative; correct it")

    @property
    def takes_any_order(self) -> bool:
        """Whether every quantity can be ordered as it is."""
        limits = (self.most_ordered, self.most_held)
        return (
            self.pack_size is None
            and not np.any(self.minimum_order_quantity)
            and all(bool(np.isinf(most).all()) for most in limits)
        )

    def accepted(self, asked: Quantities, inventory_position: Quantities) -> Quantities:
        """The order that is placed where a policy asks for `asked`, both by series x path; 0 is no order."""
        if self.takes_any_order:
            return np.maximum(asked, 0.0)
        least = _column(self.minimum_order_quantity)
        most = np.minimum(_column(self.most_ordered), _column(self.most_held) - inventory_position)
        wanted = np.maximum(asked, least)
        if self.pack_size is not None:
            packs = _column(self.pack_size)
            wanted = np.ceil(wanted / packs - _FLOAT_DUST) * packs
            most = np.floor(most / packs + _FLOAT_DUST) * packs
        order = np.minimum(wanted, most)
        return np.where((asked > 0) & (order >= least) & (order > 0), order, 0.0)


def whole_shelf_life(periods: npt.ArrayLike) -> Quantities:
    """`StockRules.shelf_life` of a shelf life in periods: the nearest whole number, 1 at least; what states
    none (NaN) keeps.

    >>> whole_shelf_life([0.3, 1.4, 1.6, np.nan])
    array([ 1.,  1.,  2., inf])
    """
    stated = np.asarray(periods, dtype=np.float64)
    return np.maximum(np.floor(np.where(np.isnan(stated), np.inf, stated) + 0.5), 1.0)


def rows_of(stated: _Stated, rows: slice) -> _Stated:
    """The same for some of the series, of a frozen dataclass whose amounts are one for all or one per
    series."""
    each = {field.name: getattr(stated, field.name) for field in fields(stated)}
    return replace(
        stated, **{name: np.asarray(amount)[rows] for name, amount in each.items() if np.ndim(amount)}
    )


def _column(amount: npt.ArrayLike) -> Quantities:
    """One number per series as a column beside series x path; a single number as it is."""
    given = np.asarray(amount, dtype=np.float64)
    return given[:, None] if given.ndim else given

"""What a simulation costs, by cause."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.inventory_simulator import Simulation, Totals
from planning.simulation.stock_rules import Quantities


@dataclass(frozen=True, kw_only=True, eq=False)
class Costs:
    """Money, each one number for all series or one per series; InputError for what is negative or no number.

    holding_cost [h]: per unit on hand at a period's end. shortage_cost [p]: per unit of demand that finds no
    stock, once. backorder_cost: per unit that waits at a period's end. waste_cost: per unit thrown away,
    beyond what it cost to buy where unit_cost is stated too. ordering_cost [K]: per order, whatever its
    size. unit_cost [c]: per unit ordered.
    """

    holding_cost: npt.ArrayLike = 0.0
    shortage_cost: npt.ArrayLike = 0.0
    backorder_cost: npt.ArrayLike = 0.0
    waste_cost: npt.ArrayLike = 0.0
    ordering_cost: npt.ArrayLike = 0.0
    unit_cost: npt.ArrayLike = 0.0

    def __post_init__(self) -> None:
        """Refuse what is negative, infinite or no number."""
        for name, amount in vars(self).items():
            given = np.asarray(amount, dtype=np.float64)
            if given.ndim > 1 or not (np.isfinite(given) & (given >= 0)).all():
                raise InputError(
                    f"{name} must be one number, or one per series, finite and not negative; correct it"
                )


@dataclass(frozen=True, eq=False)
class Money:
    """By series x path: holding; shortage (lost sales, and waiting); waste; ordering (orders, whatever their
    size); purchase (units)."""

    holding: Quantities
    shortage: Quantities
    waste: Quantities
    ordering: Quantities
    purchase: Quantities

    @property
    def total(self) -> Quantities:
        """All causes together, series x path."""
        return np.asarray(sum(getattr(self, each.name) for each in fields(self)), dtype=np.float64)


def money(played: Simulation | Totals, costs: Costs, *, counted: slice = slice(None)) -> Money:
    """What the `counted` periods of a simulation cost, or those of its totals, which were chosen before.

    holding = h x sum of on_hand; shortage = p x sum of shortfall + backorder_cost x sum of backorders; waste
    = waste_cost x sum of expired; ordering = K x number of orders; purchase = c x sum of ordered.
    """
    sums = played.totals(counted) if isinstance(played, Simulation) else played
    return Money(
        holding=_times(costs.holding_cost, sums.held),
        shortage=_times(costs.shortage_cost, sums.shortfall) + _times(costs.backorder_cost, sums.waiting),
        waste=_times(costs.waste_cost, sums.expired),
        ordering=_times(costs.ordering_cost, sums.orders),
        purchase=_times(costs.unit_cost, sums.ordered),
    )


def _times(cost: npt.ArrayLike, units: Quantities) -> Quantities:
    """Money of each series x path; a series without the thing costs nothing."""
    each = np.asarray(cost, dtype=np.float64)
    if each.ndim and len(each) != len(units):
        raise InputError(f"there are {len(each)} costs and {len(units)} series; give one per series")
    return np.asarray((each[:, None] if each.ndim else each) * units, dtype=np.float64)

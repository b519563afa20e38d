"""Which periods to order in where demand is known, varies, and every order costs money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planning.policies.amounts import Amounts, by_period

_DUST = 1e-9  # an average cost that differs by rounding alone has not risen


@dataclass(frozen=True, eq=False)
class KnownDemand:
    """Demand by period and what serving it costs, arrays of equal length; InputError for what is negative.

    demand: units [d_t]. ordering_cost: money per order [K_t]. holding_cost: money per unit left at the end
    of the period [h_t]. unit_cost: money per unit ordered [c_t]. An order serves its own period too;
    nothing may be late, and nothing is there before.
    """

    demand: Amounts
    ordering_cost: Amounts
    holding_cost: Amounts
    unit_cost: Amounts

    def __post_init__(self) -> None:
        """Refuse what is negative, not finite or of another length."""
        for name, amounts in vars(self).items():
            by_period(name, amounts, len(self.demand))


def known_demand(
    demand: npt.ArrayLike,
    *,
    ordering_cost: npt.ArrayLike,
    holding_cost: npt.ArrayLike,
    unit_cost: npt.ArrayLike = 0.0,
) -> KnownDemand:
    """`KnownDemand` where each cost is one number for all periods or one for each."""
    units = np.atleast_1d(np.asarray(demand, dtype=np.float64))
    costs = {"ordering_cost": ordering_cost, "holding_cost": holding_cost, "unit_cost": unit_cost}
    return KnownDemand(units, **{name: by_period(name, cost, len(units)) for name, cost in costs.items()})


@dataclass(frozen=True, eq=False)
class LotSizes:
    """Units to order by period, and the money for orders, holding and the units themselves."""

    order_quantity: Amounts
    cost: float


def wagner_whitin(known: KnownDemand) -> LotSizes:
    """The orders of least cost, by dynamic programming: theta_t = min over s > t of C(t, s) + theta_s.

    C(t, s) is the cost of one order in t for all demand of t to s - 1. Wagner & Whitin, Management Science 5
    (1958) 89-96; Snyder & Shen, Fundamentals of Supply Chain Theory, 3.7. Costs may vary by period: an
    optimal plan still orders only what begins at zero stock, for a period must have stock or an order,
    never both. Of equally good plans the one that orders less at a time.

    >>> plan = wagner_whitin(known_demand([90, 120, 80, 70], ordering_cost=500, holding_cost=2))
    >>> plan.order_quantity, plan.cost
    (array([210.,   0., 150.,   0.]), 1380.0)
    """
    periods = len(known.demand)
    to_go, until = np.zeros(periods + 1), np.zeros(periods, dtype=np.int64)
    for first in range(periods - 1, -1, -1):
        costs = _costs_of_one_order(known, first) + to_go[first + 1 :]
        if known.demand[first] == 0:
            costs[0] = to_go[first + 1]  # nothing is ordered for a period without demand alone
        best = int(np.flatnonzero(costs <= costs.min() * (1 + _DUST))[0])
        to_go[first], until[first] = costs[best], first + 1 + best
    return _ordered(known, lambda first: int(until[first]))


def silver_meal(known: KnownDemand) -> LotSizes:
    """Lots that last until the average cost per period first rises.

    Silver & Meal, Production and Inventory Management 14/2 (1973) 64-74; Nahmias, Production and Operations
    Analysis, 8.2.
    """
    return _where_needed(
        known, lambda first: _until_first_rise(known, first, np.arange(1.0, _left(known, first) + 1))
    )


def least_unit_cost(known: KnownDemand) -> LotSizes:
    """Lots that last until the average cost per unit first rises. Nahmias, Production and Operations
    Analysis, 8.2."""
    demand = known.demand
    return _where_needed(known, lambda first: _until_first_rise(known, first, demand[first:].cumsum()))


def part_period_balancing(known: KnownDemand) -> LotSizes:
    """Lots whose holding cost comes closest to the cost of an order; of two as close the smaller.

    DeMatteis, IBM Systems Journal 7 (1968) 30-38; Nahmias, Production and Operations Analysis, 8.2.
    """

    def until(first: int) -> int:
        ordering = float(known.ordering_cost[first])
        apart = np.abs(_holding_of_one_order(known, first) - ordering)
        return first + 1 + int(np.argmin(np.round(apart, 9)))

    return _where_needed(known, until)


def _left(known: KnownDemand, first: int) -> int:
    return len(known.demand) - first


def _holding_of_one_order(known: KnownDemand, first: int) -> Amounts:
    """Holding cost of an order in `first` that lasts for 1, 2, ... periods."""
    demand = known.demand[first:]
    held = np.append(0.0, known.holding_cost[first:-1].cumsum())
    return np.asarray((demand * held).cumsum(), dtype=np.float64)


def _costs_of_one_order(known: KnownDemand, first: int) -> Amounts:
    """C(first, s) for s = first + 1, ...: the order, what it buys and what it holds."""
    bought = known.demand[first:].cumsum() * known.unit_cost[first]
    return np.asarray(
        known.ordering_cost[first] + bought + _holding_of_one_order(known, first),
        dtype=np.float64,
    )


def _until_first_rise(known: KnownDemand, first: int, per: Amounts) -> int:
    """First period after the lot of `first`: before the one that makes C / `per` rise."""
    average = (known.ordering_cost[first] + _holding_of_one_order(known, first)) / per
    rises = np.flatnonzero(np.diff(average) > _DUST * average[:-1])
    return first + 1 + (int(rises[0]) if len(rises) else len(average) - 1)


def _where_needed(known: KnownDemand, until: Callable[[int], int]) -> LotSizes:
    """As `_ordered`, and never in a period without demand."""
    demand = known.demand
    return _ordered(known, lambda first: until(first) if demand[first] > 0 else first + 1)


def _ordered(known: KnownDemand, until: Callable[[int], int]) -> LotSizes:
    """Order where nothing is left, each time for the periods before `until(first)`."""
    demand = known.demand
    quantity = np.zeros(len(demand))
    cost, first = 0.0, 0
    while first < len(demand):
        after = until(first)
        quantity[first] = demand[first:after].sum()
        if quantity[first] > 0:
            cost += float(_costs_of_one_order(known, first)[after - first - 1])
        first = after
    return LotSizes(quantity, cost)

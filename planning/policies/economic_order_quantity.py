"""How much to order at a time where demand is steady and every order costs money."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from intake.errors import InputError
from planning.policies.amounts import refuse_unless_finite, refuse_unless_positive


@dataclass(frozen=True, kw_only=True)
class SteadyDemand:
    """What an economic order quantity weighs; InputError for what cannot be.

    demand_rate: units per period [lambda]. ordering_cost: money per order [K]. holding_cost: money per unit
    and period [h]. backorder_cost: money per unit that waits and period [p]; infinite = nobody waits.
    production_rate: units per period that arrive while a batch is made [mu], above demand_rate; infinite =
    an order arrives at once.
    """

    demand_rate: float
    ordering_cost: float
    holding_cost: float
    backorder_cost: float = math.inf
    production_rate: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what is not above 0, and a production that does not keep up with demand."""
        refuse_unless_positive(**vars(self))
        refuse_unless_finite(
            demand_rate=self.demand_rate, ordering_cost=self.ordering_cost, holding_cost=self.holding_cost
        )
        if self.production_rate <= self.demand_rate:
            raise InputError(
                f"production_rate is {self.production_rate} and demand_rate {self.demand_rate}: it never "
                "suffices; raise production_rate above demand_rate"
            )

    @property
    def waiting_share(self) -> float:
        """Share of the demand that pays best to let wait [x* = h / (h + p)]; 0 where nobody waits."""
        return self.holding_cost / (self.holding_cost + self.backorder_cost)

    @property
    def holding_of_a_cycle(self) -> float:
        """h' = h (1 - lambda / mu) p / (h + p): less what is sold while a batch is made, less what waits."""
        return self.holding_cost * (1 - self.demand_rate / self.production_rate) * (1 - self.waiting_share)


@dataclass(frozen=True)
class EconomicOrder:
    """What to order: units at a time, money per period, the share of the demand that waits."""

    order_quantity: float
    cost: float
    waiting_share: float = 0.0


def economic_order_quantity(demand: SteadyDemand) -> EconomicOrder:
    """Q* = sqrt(2 K lambda (h + p) / (h p (1 - lambda / mu))) and its cost g* = sqrt(2 K lambda h').

    h' = h (1 - lambda / mu) p / (h + p), and the share x* = h / (h + p) waits. With p and mu infinite it is
    the square root formula of Harris (1913); Snyder & Shen, Fundamentals of Supply Chain Theory, 3.2 (Q* =
    sqrt(2 K lambda / h)), 3.5 (backorders) and 3.6 (production). Purchase cost is not in it: it does not
    depend on Q.

    >>> order = economic_order_quantity(SteadyDemand(demand_rate=1300, ordering_cost=8, holding_cost=0.225))
    >>> round(order.order_quantity, 4), round(order.cost, 4)
    (304.0468, 68.4105)
    """
    held = demand.holding_of_a_cycle
    quantity = math.sqrt(2 * demand.ordering_cost * demand.demand_rate / held)
    return EconomicOrder(quantity, held * quantity, demand.waiting_share)


def cost_of_order_quantity(demand: SteadyDemand, order_quantity: float) -> float:
    """Money per period if one orders `order_quantity` at a time and lets the best share wait: K lambda / Q
    + h' Q / 2."""
    refuse_unless_positive(order_quantity=order_quantity)
    orders = demand.demand_rate / order_quantity
    return demand.ordering_cost * orders + demand.holding_of_a_cycle * order_quantity / 2


@dataclass(frozen=True, kw_only=True)
class DiscountedDemand:
    """Steady demand for what is cheaper in larger orders; InputError for what cannot be.

    demand_rate [lambda], ordering_cost [K]: as in `SteadyDemand`. break_quantity: units from which the unit
    cost beside it holds [b_j], rising from 0. unit_cost: money per unit [c_j], falling. holding_rate: share
    of the unit cost that it costs to hold a unit for a period [i]; holding_cost: money on top of it that
    does not depend on the price.
    """

    demand_rate: float
    ordering_cost: float
    break_quantity: tuple[float, ...]
    unit_cost: tuple[float, ...]
    holding_rate: float = 0.0
    holding_cost: float = 0.0

    def __post_init__(self) -> None:
        """Refuse negative money, breaks that do not rise from 0 and unit costs that do not fall."""
        refuse_unless_positive(demand_rate=self.demand_rate, ordering_cost=self.ordering_cost)
        refuse_unless_finite(
            demand_rate=self.demand_rate,
            ordering_cost=self.ordering_cost,
            holding_rate=self.holding_rate,
            holding_cost=self.holding_cost,
        )
        breaks, prices = self.break_quantity, self.unit_cost
        if not breaks or len(breaks) != len(prices):
            raise InputError(
                f"{len(breaks)} break quantities and {len(prices)} unit costs: give one unit "
                "cost for each, the first from 0 units"
            )
        if breaks[0] != 0 or not all(low < high < math.inf for low, high in pairwise(breaks)):
            raise InputError(f"break_quantity must rise from 0 and is {breaks}; sort the price breaks")
        if not all(low > high for low, high in pairwise(prices)) or prices[-1] < 0:
            raise InputError(
                f"unit_cost must fall with every break and is {prices}; leave out breaks that are no cheaper"
            )
        if min(self.unit_cost) * self.holding_rate + self.holding_cost <= 0:
            raise InputError(
                "holding costs nothing, so no order is too large; give a holding_rate or a holding_cost"
            )


@dataclass(frozen=True)
class DiscountedOrder:
    """What to order: units at a time, money per period with the purchase, and the index of the price that
    holds."""

    order_quantity: float
    cost: float
    price: int


def all_units_discount(demand: DiscountedDemand) -> DiscountedOrder:
    """The best order where its size sets the price of every unit in it.

    g_j(Q) = c_j lambda + K lambda / Q + (i c_j + h) Q / 2 for b_j <= Q < b_{j+1}; the best is a Q_j* that
    lies in its own range, or a break. Snyder & Shen, Fundamentals of Supply Chain Theory, 3.4.1.

    >>> cheaper = DiscountedDemand(demand_rate=1000, ordering_cost=200, holding_rate=0.2,
    ...                            break_quantity=(0, 200, 500), unit_cost=(500, 475, 450))
    >>> all_units_discount(cheaper)
    DiscountedOrder(order_quantity=500, cost=472900.0, price=2)
    """
    found = []
    for price, (least, most, unit_cost) in enumerate(_ranges(demand)):
        held = demand.holding_rate * unit_cost + demand.holding_cost
        best = math.sqrt(2 * demand.ordering_cost * demand.demand_rate / held)
        if best >= most:
            continue  # at `most` the next price holds, and costs less
        quantity = max(best, least)
        orders = demand.demand_rate / quantity
        cost = unit_cost * demand.demand_rate + demand.ordering_cost * orders + held * quantity / 2
        found.append(DiscountedOrder(quantity, cost, price))
    return min(found, key=lambda order: order.cost)


def incremental_discount(demand: DiscountedDemand) -> DiscountedOrder:
    """The best order where a lower price holds only for the units beyond its break.

    An order of Q in range j costs cbar_j + c_j Q to buy, cbar_j = sum over i < j of c_i (b_{i+1} - b_i) less
    c_j b_j, so g_j(Q) = c_j lambda + (K + cbar_j) lambda / Q + i (cbar_j + c_j Q) / 2 + h Q / 2. Snyder &
    Shen, Fundamentals of Supply Chain Theory, 3.4.2. The best never lies on a break.
    """
    found = []
    dearer = 0.0
    for price, (least, most, unit_cost) in enumerate(_ranges(demand)):
        if price:
            dearer += (demand.unit_cost[price - 1] - unit_cost) * least
        held = demand.holding_rate * unit_cost + demand.holding_cost
        per_order = demand.ordering_cost + dearer
        quantity = math.sqrt(2 * per_order * demand.demand_rate / held)
        if least <= quantity < most:
            cost = unit_cost * demand.demand_rate + demand.holding_rate * dearer / 2
            cost += per_order * demand.demand_rate / quantity + held * quantity / 2
            found.append(DiscountedOrder(quantity, cost, price))
    return min(found, key=lambda order: order.cost)


def _ranges(demand: DiscountedDemand) -> list[tuple[float, float, float]]:
    """Least quantity, the next break, and the unit cost in between."""
    ends = (*demand.break_quantity[1:], math.inf)
    return list(zip(demand.break_quantity, ends, demand.unit_cost, strict=True))

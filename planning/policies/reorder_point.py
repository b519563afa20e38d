"""(R, Q): when the inventory position has fallen to R, order Q; how safe that is and what it costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from intake.errors import InputError
from planning.policies.amounts import refuse_unless_finite, refuse_unless_positive, refuse_unless_share
from planning.policies.demand_laws import Continuous, DemandLaw, Outcomes

_SETTLED = 1e-12  # Q only grows from one turn to the next
_FURTHEST = 60  # doublings of a search; 2^60 of anything is beyond what anybody stocks


@dataclass(frozen=True, kw_only=True)
class LeadTimeDemand:
    """Demand while one waits for an order; InputError for what is negative or not finite.

    mean [mu], deviation [sigma]: demand of one period, units. lead_time [L], lead_time_deviation [s_L]:
    periods. The periods' demands are independent of each other and of the lead time.
    """

    mean: float
    deviation: float
    lead_time: float
    lead_time_deviation: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is negative or not finite."""
        refuse_unless_finite(**vars(self))

    @property
    def expected(self) -> float:
        """mu L, units."""
        return self.mean * self.lead_time

    @property
    def spread(self) -> float:
        """sigma_L = sqrt(L sigma^2 + mu^2 s_L^2), units: Chopra & Meindl, Supply Chain Management, ch. 12."""
        return math.sqrt(self.lead_time * self.deviation**2 + (self.mean * self.lead_time_deviation) ** 2)

    @property
    def law(self) -> Continuous:
        """The normal law with this mean and spread, for a spread above 0 (else InputError)."""
        refuse_unless_positive(spread=self.spread)
        return Continuous(norm(self.expected, self.spread))


@dataclass(frozen=True)
class Service:
    """What a reorder point does for customers.

    safety_stock: units of R beyond the expected demand of the lead time. service_level: probability that a
    cycle passes without a shortage (type 1). shortage_per_cycle: expected units missing between two orders.
    fill_rate: share of the demand that is served from the shelf (type 2).
    """

    safety_stock: float
    service_level: float
    shortage_per_cycle: float
    fill_rate: float


def service_of(demand: DemandLaw, *, reorder_point: float, order_quantity: float) -> Service:
    """ss = R - E[D], P(D <= R), n(R) = E[(D - R)+] and 1 - n(R) / Q, D the demand over the lead time.

    Chopra & Meindl, Supply Chain Management, ch. 12; Silver, Pyke & Thomas, Inventory and Production
    Management in Supply Chains, 6.7. It takes it that an order fills what waits, so that no unit is missing
    in two cycles.

    >>> waiting = LeadTimeDemand(mean=2500, deviation=500, lead_time=2)
    >>> service_of(waiting.law, reorder_point=6000, order_quantity=10_000).safety_stock
    1000.0
    """
    refuse_unless_positive(order_quantity=order_quantity)
    missing = demand.expected_shortage(reorder_point)
    return Service(
        reorder_point - demand.mean, demand.cumulative(reorder_point), missing, 1 - missing / order_quantity
    )


def reorder_point_for_service_level(demand: DemandLaw, service_level: float) -> float:
    """The smallest R with P(D <= R) >= service_level; R - E[D] is the safety stock. Silver, Pyke & Thomas,
    6.7.4."""
    refuse_unless_share(service_level=service_level)
    return demand.quantile(service_level)


def reorder_point_for_fill_rate(demand: DemandLaw, fill_rate: float, *, order_quantity: float) -> float:
    """The smallest R with n(R) <= (1 - fill_rate) Q, in whole units where demand comes in whole units.

    Silver, Pyke & Thomas, 6.7.7. It can lie below the expected demand of the lead time, even below 0: large
    orders alone serve well.
    """
    refuse_unless_share(fill_rate=fill_rate)
    refuse_unless_positive(order_quantity=order_quantity)
    allowed = (1 - fill_rate) * order_quantity

    def excess(point: float) -> float:
        return demand.expected_shortage(point) - allowed

    low = demand.mean - allowed  # there at least `allowed` is missing: n(x) >= E[D] - x
    high = _first(demand.mean, lambda point: excess(point) <= 0, step=max(abs(demand.mean), allowed))
    if not demand.whole:
        return float(brentq(excess, low, high, xtol=1e-9 * max(1.0, abs(high))))
    below, enough = math.floor(low) - 1, math.ceil(high)
    while enough - below > 1:
        middle = (below + enough) // 2
        below, enough = (below, middle) if excess(middle) <= 1e-12 * allowed else (middle, enough)
    return float(enough)


@dataclass(frozen=True, kw_only=True, eq=False)
class WatchedStock:
    """Stock that is watched all the time while unmet demand waits; InputError for what cannot be.

    demand: over the lead time. demand_rate: units per period [lambda]. ordering_cost: money per order [K].
    holding_cost [h], backorder_cost [p]: money per unit and period, in stock or waiting.
    """

    demand: Outcomes | Continuous
    demand_rate: float
    ordering_cost: float
    holding_cost: float
    backorder_cost: float

    def __post_init__(self) -> None:
        """Refuse money and demand that are not above 0."""
        amounts = {name: amount for name, amount in vars(self).items() if name != "demand"}
        refuse_unless_positive(**amounts)
        refuse_unless_finite(**amounts)

    def cost_of_position(self, position: float) -> float:
        """G(y) = h E[(y - D)+] + p E[(D - y)+], money per period at the inventory position y."""
        short = self.demand.expected_shortage(position)
        return self.holding_cost * (position - self.demand.mean + short) + self.backorder_cost * short


@dataclass(frozen=True)
class ReorderQuantity:
    """The policy and its average cost per period."""

    reorder_point: float
    order_quantity: float
    cost: float


def cost_of_reorder_quantity(stock: WatchedStock, *, reorder_point: float, order_quantity: float) -> float:
    """g(R, Q) = (K lambda + the sum of G over positions R + 1 to R + Q, or its integral from R to R + Q) / Q.

    The inventory position is spread evenly over (R, R + Q]. Snyder & Shen, Fundamentals of Supply Chain
    Theory, 5.2 (continuous demand) and 5.5 (whole units, for which R and Q must be whole: else InputError).
    """
    refuse_unless_positive(order_quantity=order_quantity)
    fixed = stock.ordering_cost * stock.demand_rate
    if isinstance(stock.demand, Continuous):
        return (
            fixed + _integral_of_cost(stock, reorder_point, reorder_point + order_quantity)
        ) / order_quantity
    if reorder_point != round(reorder_point) or order_quantity != round(order_quantity):
        raise InputError(
            "demand comes in whole units, so reorder_point and order_quantity must be whole; round them"
        )
    positions = range(int(reorder_point) + 1, int(reorder_point + order_quantity) + 1)
    return (fixed + sum(stock.cost_of_position(position) for position in positions)) / order_quantity


def best_reorder_quantity(stock: WatchedStock) -> ReorderQuantity:
    """The (R, Q) of least average cost, exactly.

    Continuous demand: the R < y* < R + Q with G(R) = G(R + Q) = g(R, Q), y* the position of least G (Zheng,
    Management Science 38 (1992) 87-103; Snyder & Shen, Fundamentals of Supply Chain Theory, 5.2). Whole
    units: beginning at y*, the cheaper neighbour joins the positions while that lowers their average
    (Federgruen & Zheng, Operations Research 40 (1992) 808-813).

    >>> from scipy.stats import poisson
    >>> from planning.policies.demand_laws import law_of
    >>> stock = WatchedStock(demand=law_of(poisson(3.0)), demand_rate=1.5, ordering_cost=100, holding_cost=20,
    ...                      backorder_cost=150)
    >>> best = best_reorder_quantity(stock)
    >>> best.reorder_point, best.order_quantity, round(best.cost, 4)
    (3.0, 5.0, 107.9236)
    """
    least = stock.demand.quantile(stock.backorder_cost / (stock.backorder_cost + stock.holding_cost))
    if isinstance(stock.demand, Continuous):
        return _best_between(stock, least)
    if not stock.demand.whole:
        raise InputError("demand is neither continuous nor in whole units; state it in smaller units")
    low = high = int(least)
    total = stock.ordering_cost * stock.demand_rate + stock.cost_of_position(low)
    while True:
        below, above = stock.cost_of_position(low - 1), stock.cost_of_position(high + 1)
        average = total / (high - low + 1)
        if min(below, above) >= average:
            return ReorderQuantity(float(low - 1), float(high - low + 1), average)
        low, high = (low - 1, high) if below <= above else (low, high + 1)
        total += min(below, above)


def best_reorder_point(stock: WatchedStock, *, order_quantity: float) -> ReorderQuantity:
    """The R of least average cost where Q is given, by a pack or an economic order quantity: G(R) = G(R + Q).

    In whole units the smallest R with G(R + 1 + Q) >= G(R + 1), so that to move the Q positions up by one
    no longer pays. Snyder & Shen, Fundamentals of Supply Chain Theory, 5.2.
    """
    least = stock.demand.quantile(stock.backorder_cost / (stock.backorder_cost + stock.holding_cost))
    refuse_unless_positive(order_quantity=order_quantity)

    def dearer_above(point: float) -> float:
        return stock.cost_of_position(point + order_quantity) - stock.cost_of_position(point)

    if isinstance(stock.demand, Continuous):
        point = float(brentq(dearer_above, least - order_quantity, least))
    else:
        point = least - order_quantity
        while dearer_above(point + 1) < 0:
            point += 1
    cost = cost_of_reorder_quantity(stock, reorder_point=point, order_quantity=order_quantity)
    return ReorderQuantity(point, order_quantity, cost)


@dataclass(frozen=True, kw_only=True, eq=False)
class PenalisedStock:
    """Stock that is watched all the time where a missing unit costs money once, however long it is missing.

    As `WatchedStock`, with shortage_cost: money per missing unit [p]; InputError for what cannot be.
    """

    demand: DemandLaw
    demand_rate: float
    ordering_cost: float
    holding_cost: float
    shortage_cost: float

    def __post_init__(self) -> None:
        """Refuse money and demand that are not above 0."""
        amounts = {name: amount for name, amount in vars(self).items() if name != "demand"}
        refuse_unless_positive(**amounts)
        refuse_unless_finite(**amounts)


def iterated_reorder_quantity(stock: PenalisedStock) -> ReorderQuantity:
    """The (R, Q) of Hadley & Whitin (1963), whose two conditions are solved in turn until neither moves.

    P(D > R) = Q h / (p lambda) and Q = sqrt(2 lambda (K + p n(R)) / h), from the economic order quantity
    on; cost h (Q / 2 + R - E[D]) + (K + p n(R)) lambda / Q. Nahmias, Production and Operations Analysis,
    5.4; Snyder & Shen, 5.4.1 (expected inventory level). An approximation: what waits is not taken off the
    stock held. InputError where a shortage costs less than holding stock against it.
    """
    worth = stock.shortage_cost * stock.demand_rate
    missing, quantity = 0.0, 0.0
    while True:
        per_order = stock.ordering_cost + stock.shortage_cost * missing
        larger = math.sqrt(2 * stock.demand_rate * per_order / stock.holding_cost)
        if larger * stock.holding_cost >= worth:
            raise InputError(
                "a shortage costs less than the stock that would prevent it, so no reorder point is worth "
                "it; check shortage_cost and holding_cost"
            )
        point = stock.demand.quantile(1 - larger * stock.holding_cost / worth)
        if larger <= quantity * (1 + _SETTLED):
            break
        quantity, missing = larger, stock.demand.expected_shortage(point)
    held = stock.holding_cost * (larger / 2 + point - stock.demand.mean)
    return ReorderQuantity(point, larger, held + per_order * stock.demand_rate / larger)


def _best_between(stock: WatchedStock, least: float) -> ReorderQuantity:
    """Zheng's condition, solved for the distance of R below the position `least` of least G."""
    step = _first(0.0, lambda below: _gain(stock, least, below) >= 0, step=max(1.0, abs(least)))
    below = float(brentq(lambda distance: _gain(stock, least, distance), 0, step, xtol=1e-10 * step))
    point = least - below
    quantity = _as_dear_above(stock, least, point) - point
    return ReorderQuantity(
        point, quantity, cost_of_reorder_quantity(stock, reorder_point=point, order_quantity=quantity)
    )


def _gain(stock: WatchedStock, least: float, below: float) -> float:
    """The integral of G(R) - G over the positions where G is less, minus K lambda; it rises with `below`."""
    point = least - below
    above = _as_dear_above(stock, least, point)
    area = stock.cost_of_position(point) * (above - point) - _integral_of_cost(stock, point, above)
    return area - stock.ordering_cost * stock.demand_rate


def _as_dear_above(stock: WatchedStock, least: float, point: float) -> float:
    """The position above `least` at which G is what it is at `point`."""
    if point >= least:
        return least
    cost = stock.cost_of_position(point)
    far = _first(least, lambda position: stock.cost_of_position(position) >= cost, step=least - point)
    return float(brentq(lambda position: stock.cost_of_position(position) - cost, least, far))


def _integral_of_cost(stock: WatchedStock, low: float, high: float) -> float:
    """Of G from low to high, with n's as the integral of P(D > z) (z - low) to high plus (high - low)
    n(high)."""
    demand = stock.demand
    inside, _ = quad(lambda z: (1 - demand.cumulative(z)) * (z - low), low, high, limit=200)
    short = float(inside) + (high - low) * demand.expected_shortage(high)
    middle = (high + low) / 2
    return (high - low) * stock.holding_cost * (middle - demand.mean) + (
        stock.holding_cost + stock.backorder_cost
    ) * short


def _first(start: float, holds: Callable[[float], bool], *, step: float) -> float:
    """The first of start + step, start + 2 step, start + 4 step, ... for which something holds."""
    for doubling in range(_FURTHEST):
        if holds(start + step * 2.0**doubling):
            return start + step * 2.0**doubling
    raise InputError("no reorder point within reach does it; check the units of demand and of the costs")

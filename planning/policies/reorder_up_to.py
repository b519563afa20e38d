"""(s, S): when the inventory position has fallen to s or below, order up to S; each order costs money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intake.errors import InputError
from planning.policies.amounts import refuse_unless_finite, refuse_unless_positive
from planning.policies.demand_laws import Outcomes


@dataclass(frozen=True, kw_only=True, eq=False)
class ReviewedStock:
    """Stock that is reviewed every period while unmet demand waits; InputError for what cannot be.

    demand: of one period, in whole units. ordering_cost: money per order [K]; holding_cost [h] and
    backorder_cost [p]: per unit in stock and per unit waiting at the end of a period. covered: demand over
    lead time and review period (L + 1 periods), in whole units; None where an order arrives at once, so
    that it is `demand`.
    """

    demand: Outcomes
    ordering_cost: float
    holding_cost: float
    backorder_cost: float
    covered: Outcomes | None = None

    def __post_init__(self) -> None:
        """Refuse costs of nothing and demand that is not in whole units, negative or always 0."""
        costs = (self.holding_cost, self.backorder_cost)
        refuse_unless_positive(holding_cost=costs[0], backorder_cost=costs[1])
        refuse_unless_finite(ordering_cost=self.ordering_cost, holding_cost=costs[0], backorder_cost=costs[1])
        for law in (self.demand, self.covered or self.demand):
            if not law.whole or law.values[0] < 0 or law.mean <= 0:
                raise InputError(
                    "this policy counts whole units: give demand in them, not negative and not always 0"
                )

    def cost_of_position(self, position: int) -> float:
        """G(y) = h E[(y - D)+] + p E[(D - y)+], D over lead time and review period: what stock raised to y
        costs."""
        law = self.covered or self.demand
        short = law.expected_shortage(position)
        return self.holding_cost * (position - law.mean + short) + self.backorder_cost * short


@dataclass(frozen=True)
class ReorderUpTo:
    """The policy and its average cost per period."""

    reorder_point: int
    order_up_to_level: int
    cost: float


def best_reorder_up_to(stock: ReviewedStock) -> ReorderUpTo:
    """The (s, S) of least average cost, exactly: Zheng & Federgruen, Operations Research 39 (1991) 654-665.

    Snyder & Shen, Fundamentals of Supply Chain Theory, 4.4.3. From the position y* of least G on, s falls
    until c(s, y*) <= G(s); then S rises while G(S) <= c, and wherever it does better s follows.

    >>> from scipy.stats import poisson
    >>> from planning.policies.demand_laws import law_of
    >>> best = best_reorder_up_to(
    ...     ReviewedStock(demand=law_of(poisson(6)), ordering_cost=5, holding_cost=1, backorder_cost=4))
    >>> best.reorder_point, best.order_up_to_level, round(best.cost, 6)
    (4, 10, 8.034112)
    """
    curve = _Curve(stock)
    law = stock.covered or stock.demand
    ratio = stock.backorder_cost / (stock.backorder_cost + stock.holding_cost)
    best_up_to = int(law.quantile(ratio))
    point = best_up_to - 1
    while curve.cost(point, best_up_to) > curve.at(point):
        point -= 1
    least = curve.cost(point, best_up_to)
    up_to = best_up_to + 1
    while curve.at(up_to) <= least:
        if curve.cost(point, up_to) < least:
            best_up_to = up_to
            while curve.cost(point, best_up_to) <= curve.at(point + 1):
                point += 1
            least = curve.cost(point, best_up_to)
        up_to += 1
    return ReorderUpTo(point, best_up_to, least)


def cost_of_reorder_up_to(stock: ReviewedStock, reorder_point: int, order_up_to_level: int) -> float:
    """c(s, S) = (K + sum over j < S - s of m(j) G(S - j)) / M(S - s), money per period.

    m(j) is the expected number of periods at j units below S between two orders and M their sum (Zheng &
    Federgruen 1991, equations 2 and 3). S must lie above s (InputError).
    """
    if order_up_to_level <= reorder_point:
        raise InputError(
            f"order_up_to_level {order_up_to_level} must lie above reorder_point {reorder_point}; raise it"
        )
    return _Curve(stock).cost(reorder_point, order_up_to_level)


class _Curve:
    """G and m of a `ReviewedStock`, each number computed once."""

    def __init__(self, stock: ReviewedStock) -> None:
        self._stock = stock
        self._at: dict[int, float] = {}
        self._chances = np.zeros(int(stock.demand.values[-1]) + 1)
        self._chances[stock.demand.values.astype(np.int64)] = stock.demand.chances
        self._periods = [1 / (1 - self._chances[0])]

    def at(self, position: int) -> float:
        """G."""
        if position not in self._at:
            self._at[position] = self._stock.cost_of_position(position)
        return self._at[position]

    def cost(self, point: int, up_to: int) -> float:
        """c(s, S)."""
        for below in range(len(self._periods), up_to - point):
            units = np.arange(1, min(below, len(self._chances) - 1) + 1)
            before = np.array(self._periods)[below - units]
            self._periods.append(float(self._chances[units] @ before) * self._periods[0])
        periods = np.array(self._periods[: up_to - point])
        costs = np.array([self.at(position) for position in range(up_to, point, -1)])
        return float((self._stock.ordering_cost + periods @ costs) / periods.sum())

"""One order for one stretch of demand: what is left over and what is missing both cost money."""

from __future__ import annotations

from dataclasses import dataclass

from intake.errors import InputError
from planning.policies.amounts import refuse_unless_finite, refuse_unless_positive
from planning.policies.demand_laws import DemandLaw


@dataclass(frozen=True, kw_only=True)
class OneOrderCosts:
    """holding_cost: money per unit left over [h]. shortage_cost: money per unit missing [p]. Both above 0."""

    holding_cost: float
    shortage_cost: float

    def __post_init__(self) -> None:
        """Refuse costs that are not above 0 or not finite."""
        refuse_unless_positive(**vars(self))
        refuse_unless_finite(**vars(self))

    @property
    def critical_ratio(self) -> float:
        """p / (p + h)."""
        return self.shortage_cost / (self.shortage_cost + self.holding_cost)


@dataclass(frozen=True, kw_only=True)
class OneSeason:
    """What is bought once and sold for a while, in money per unit.

    price: what a customer pays [r]. unit_cost: what we pay [c]. salvage_value: what a unit left over still
    brings [v], less than c. holding_cost: what it costs on top to be left with one [h]; shortage_cost: what
    a disappointed customer costs beyond the sale [p]. A price that does not cover the cost raises
    InputError.
    """

    price: float
    unit_cost: float
    salvage_value: float = 0.0
    holding_cost: float = 0.0
    shortage_cost: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what earns nothing, and what loses nothing when it is left over."""
        refuse_unless_finite(**vars(self))
        if self.price + self.shortage_cost <= self.unit_cost:
            raise InputError(
                f"a unit costs {self.unit_cost} and brings {self.price}: there is nothing to order for"
            )
        if self.unit_cost + self.holding_cost <= self.salvage_value:
            raise InputError(
                f"a unit left over brings {self.salvage_value} and costs {self.unit_cost}: no order is too "
                "large; correct the salvage_value"
            )

    @property
    def costs(self) -> OneOrderCosts:
        """Too many: c - v + h a unit. Too few: r - c + p a unit. Snyder & Shen, 4.3.2.4."""
        return OneOrderCosts(
            holding_cost=self.unit_cost - self.salvage_value + self.holding_cost,
            shortage_cost=self.price - self.unit_cost + self.shortage_cost,
        )

    def expected_profit(self, demand: DemandLaw, order_quantity: float) -> float:
        """(r - c) E[D] less the expected cost of the wrong quantity."""
        lost = expected_cost(demand, self.costs, order_quantity)
        return (self.price - self.unit_cost) * demand.mean - lost


@dataclass(frozen=True)
class Newsvendor:
    """The best order, its expected cost, and the probability that it suffices."""

    order_quantity: float
    cost: float
    service_level: float


def newsvendor(demand: DemandLaw, costs: OneOrderCosts) -> Newsvendor:
    """S* = the smallest S with F(S) >= p / (p + h), and g(S*) of `expected_cost`.

    Snyder & Shen, Fundamentals of Supply Chain Theory, 4.3.2; of equally good quantities the smallest. Where
    unmet demand waits, the order-up-to level of a base-stock policy is the same S* with D the demand over
    lead time and review period (4.3.4), and g its cost per period.

    >>> from scipy.stats import norm
    >>> from planning.policies.demand_laws import law_of
    >>> best = newsvendor(law_of(norm(50, 8)), OneOrderCosts(holding_cost=0.18, shortage_cost=0.70))
    >>> round(best.order_quantity, 5), round(best.cost, 6)
    (56.60396, 1.997605)
    """
    quantity = demand.quantile(costs.critical_ratio)
    return Newsvendor(quantity, expected_cost(demand, costs, quantity), demand.cumulative(quantity))


def expected_cost(demand: DemandLaw, costs: OneOrderCosts, order_quantity: float) -> float:
    """g(S) = h E[(S - D)+] + p E[(D - S)+] = h (S - E[D]) + (h + p) n(S), money."""
    short = demand.expected_shortage(order_quantity)
    return costs.holding_cost * (order_quantity - demand.mean + short) + costs.shortage_cost * short

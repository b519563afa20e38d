"""The best orders there are where unmet demand is lost, by dynamic programme: for slow movers, and to know
how much a base stock gives away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.inventory_simulator import Policy, Quantities
from planning.policies.demand_laws import Outcomes
from planning.policies.newsvendor import OneOrderCosts, expected_cost, newsvendor

MOST_CELLS: Final = 2 * 10**7
"""States times orders that are computed; more take minutes and gigabytes."""

_SETTLED: Final = 1e-7  # of the cost per period of one unit of demand
_STEP: Final = 0.95  # below 1, so that a demand that repeats itself cannot keep the iteration swinging


@dataclass(frozen=True, eq=False)
class LostSalesOptimum:
    """The least average cost per period, and the order_quantity for each state that reaches it.

    order_quantity[x, q1, ..., q(L - 1)]: x units on hand with what arrives now, q1 arrive in the next
    period, q2 in the one after it. most_held: the inventory position that no order passes.
    """

    cost: float
    order_quantity: npt.NDArray[np.int64]
    most_held: int
    lead_time: int

    def policy(self) -> Policy:
        """For one simulation, from its first period on, with this lead time and nothing on order at first.

        What is on hand beyond `most_held` counts as that much: nothing is ordered either way.
        """
        pipeline: list[Quantities] = []

        def order(_: int, inventory_position: Quantities) -> Quantities:
            while len(pipeline) < self.lead_time - 1:
                pipeline.append(np.zeros_like(inventory_position))
            on_hand = inventory_position - sum(pipeline)
            state = (np.minimum(on_hand, self.most_held), *pipeline)
            ordered = self.order_quantity[tuple(amount.astype(np.int64) for amount in state)]
            units: Quantities = ordered.astype(np.float64)
            if self.lead_time > 1:
                pipeline.append(units)
                del pipeline[0]
            return units

        return order


def lost_sales_optimum(demand: Outcomes, costs: OneOrderCosts, *, lead_time: int) -> LostSalesOptimum:
    """Relative value iteration over stock and pipeline: Zipkin, Operations Research 56 (2008) 937-944.

    demand: of one period, independent from period to period, in whole units. An order decided at the end of
    period t is available from the start of t + 1 + lead_time. h is paid per unit on hand at a period's end,
    p per unit of lost sales.

    With S(n) the newsvendor's quantity for n periods of demand, no order takes the inventory position above
    S(L + 1), and none is above S(1): the ends of Zipkin's vector of base-stock levels, which bounds the
    best order from above. With no lead time the order up to S(1) is the best. InputError for demand that is
    not in whole units and where there are more than MOST_CELLS states times orders.

    >>> from scipy.stats import poisson
    >>> from planning.policies.demand_laws import law_of
    >>> costs = OneOrderCosts(holding_cost=1, shortage_cost=4)
    >>> round(lost_sales_optimum(law_of(poisson(5)), costs, lead_time=1).cost, 2)
    4.04
    """
    chances = _chances(demand, lead_time)
    once = newsvendor(demand, costs)
    most_ordered = int(once.order_quantity)
    if lead_time == 0:
        orders = np.arange(most_ordered, -1, -1)
        return LostSalesOptimum(once.cost, orders, most_ordered, 0)
    most_held = _quantile(chances, lead_time + 1, costs.critical_ratio)
    programme = _Programme(chances, costs, (most_held + 1, *[most_ordered + 1] * lead_time))
    return LostSalesOptimum(*programme.solved(_settled(demand)), most_held, lead_time)


def exact_cost_of_base_stock(
    demand: Outcomes, order_up_to_level: int, costs: OneOrderCosts, *, lead_time: int
) -> float:
    """Money per period of ordering up to S, where `cost_of_base_stock` has a standard error.

    All as in `lost_sales_optimum`, with the orders given instead of chosen; S may be above what is best.
    """
    chances = _chances(demand, lead_time)
    if order_up_to_level < 0:
        raise InputError(f"order_up_to_level must not be negative and is {order_up_to_level}")
    if lead_time == 0:
        return expected_cost(demand, costs, order_up_to_level)
    programme = _Programme(chances, costs, (order_up_to_level + 1,) * (lead_time + 1))
    inventory_position = sum(np.ix_(*[np.arange(order_up_to_level + 1)] * lead_time))
    orders = np.maximum(order_up_to_level - np.asarray(inventory_position), 0)
    return programme.solved(_settled(demand), orders)[0]


class _Programme:
    """One step back in time, for all states at once; states are stock, then pipeline, then the order."""

    def __init__(self, chances: Quantities, costs: OneOrderCosts, shape: tuple[int, ...]) -> None:
        if math.prod(shape) > MOST_CELLS:
            raise InputError(
                f"{math.prod(shape):,} states times orders are too many to go through; order by a simulated "
                "base stock, or count demand in larger units"
            )
        self._shape = shape
        on_hand, wanted = np.arange(shape[0]), np.arange(len(chances))
        over = on_hand[:, None] - wanted
        paid = costs.holding_cost * np.maximum(over, 0) + costs.shortage_cost * np.maximum(-over, 0)
        self._now = (paid @ chances).reshape(-1, *[1] * (len(shape) - 1))
        self._left = np.zeros((shape[0], shape[0]))  # chance to end a period with so many
        np.add.at(self._left, (np.broadcast_to(on_hand[:, None], over.shape), np.maximum(over, 0)), chances)
        # With what arrives next period; what would not fit cannot be reached.
        self._next = np.minimum(on_hand[:, None] + np.arange(shape[1]), shape[0] - 1)
        inventory_position = sum(np.ix_(*[np.arange(length) for length in shape]))
        ordered = np.arange(shape[-1])
        self._too_many = np.where((inventory_position >= shape[0]) & (ordered > 0), np.inf, 0.0)

    def solved(
        self, settled: float, orders: npt.NDArray[np.int64] | None = None
    ) -> tuple[float, npt.NDArray[np.int64]]:
        """Average cost and orders, given or best, once the cost of one more period is `settled` in every
        state."""
        value = np.zeros(self._shape[:-1])
        while True:
            choices = self._now + self._ahead(value)
            chosen = choices.argmin(axis=-1) if orders is None else orders
            change = np.take_along_axis(choices, chosen[..., None], axis=-1)[..., 0] - value
            if change.max() - change.min() < settled:
                return float((change.max() + change.min()) / 2), chosen
            value += _STEP * change
            value -= value.flat[0]

    def _ahead(self, value: Quantities) -> Quantities:
        """Expected value of the state one period later, by state and order; infinite for orders that pass
        the most that is held."""
        after = value[self._next].reshape(self._shape[0], -1)
        return np.asarray((self._left @ after).reshape(self._shape) + self._too_many, dtype=np.float64)


def _chances(demand: Outcomes, lead_time: int) -> Quantities:
    """Of a demand of 0, 1, 2, ... units; InputError for what cannot be counted."""
    if not demand.whole or demand.values[0] < 0:
        raise InputError("give demand in whole units, none negative: the programme counts them")
    if lead_time < 0:
        raise InputError(f"lead_time must be 0 periods or more and is {lead_time}")
    chances = np.zeros(int(demand.values[-1]) + 1)
    chances[demand.values.astype(np.int64)] = demand.chances
    return chances


def _settled(demand: Outcomes) -> float:
    return _SETTLED * max(demand.mean, 1.0)


def _quantile(chances: Quantities, periods: int, share: float) -> int:
    """The smallest total of so many periods' demand that suffices with probability `share`."""
    total = np.ones(1)
    for _ in range(periods):
        total = np.convolve(total, chances)
    return int(np.searchsorted(total.cumsum(), share - 1e-12))

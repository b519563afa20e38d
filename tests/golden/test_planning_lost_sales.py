"""Published costs under lost sales, from the simulator the plans use and within the standard error it
states."""

from __future__ import annotations

import numpy as np
import oracles
import pytest
from scipy.stats import poisson

from planning.inventory_simulator import Quantities, simulate_totals
from planning.policies.base_stock import average_cost, best_base_stock
from planning.policies.newsvendor import OneOrderCosts
from planning.simulation.money import Costs, money

PERIODS, WARM_UP, PATHS = 200, 40, 8_000
POISSON_5 = poisson(5).pmf(np.arange(22)) / poisson(5).cdf(21)

OPTIMAL = [
    *((1, p, cost) for p, cost in zip((4, 9, 19, 39), (4.04, 5.44, 6.68, 7.84), strict=True)),
    *((2, p, cost) for p, cost in zip((4, 9, 19, 39), (4.40, 6.09, 7.66, 9.11), strict=True)),
    *((3, p, cost) for p, cost in zip((4, 9, 19, 39), (4.60, 6.53, 8.36, 10.04), strict=True)),
]


class OptimalOrders:
    """The orders of the dynamic programme, as a policy: it remembers what it ordered and has not come yet."""

    def __init__(self, programme: oracles.LostSales, lead_time: int) -> None:
        self.order, self.pipeline = programme.order, [0.0] * (lead_time - 1)

    def __call__(self, period: int, inventory_position: Quantities) -> Quantities:
        coming = [np.broadcast_to(order, inventory_position.shape) for order in self.pipeline]
        on_hand = inventory_position - sum(coming)
        state = tuple(amount.astype(np.int64) for amount in (on_hand, *coming))
        order = self.order[state].astype(np.float64)
        self.pipeline = [*self.pipeline, order][1:]
        return order


@pytest.fixture(scope="module")
def demand() -> Quantities:
    """Common random numbers for every policy: path x period, Poisson(5)."""
    return np.random.default_rng(1).poisson(5, size=(PATHS, PERIODS)).astype(np.float64)


@pytest.mark.parametrize(("lead_time", "shortage_cost", "cost"), OPTIMAL)
def test_optimal_cost_poisson_5_zipkin_2008(
    demand: Quantities, lead_time: int, shortage_cost: float, cost: float
) -> None:
    """Zipkin, Operations Research 56 (2008) 937-944: holding cost 1, lead times of 1 to 3 periods."""
    programme = oracles.LostSales(POISSON_5, lead_time, shortage_cost, most_on_hand=35, most_ordered=13)
    assert programme.cost == pytest.approx(cost, abs=0.0051)
    played = simulate_totals(
        demand[None, :2_000],
        on_hand=np.array([10.0]),
        policy=OptimalOrders(programme, lead_time),
        lead_time=lead_time,
        counted=slice(WARM_UP, None),
    )
    paid = money(played, Costs(holding_cost=1, shortage_cost=shortage_cost))
    average = average_cost(paid.total, PERIODS - WARM_UP)
    assert average.standard_error < 0.04
    assert abs(average.cost - programme.cost) < 3 * average.standard_error


@pytest.mark.parametrize(
    ("shortage_cost", "order_up_to_level", "cost"),
    [(4, 16, 4.64), (9, 19, 6.32), (19, 21, 7.84), (39, 22, 9.19)],
)
def test_best_base_stock_policy_poisson_5_lead_time_2_zipkin_2008(
    demand: Quantities, shortage_cost: float, order_up_to_level: int, cost: float
) -> None:
    """Holding cost 1; an order decided at the end of period t is available from the start of t + 3."""
    costs = OneOrderCosts(holding_cost=1, shortage_cost=shortage_cost)
    best = best_base_stock(demand, costs, lead_time=2, warm_up=WARM_UP)
    assert best.order_up_to_level == order_up_to_level
    assert best.average.standard_error < 0.015
    assert best.average.cost == pytest.approx(cost, abs=0.03)

"""Published costs under lost sales, from the simulator the plans use and within the standard error it
states."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import geom, poisson

from planning.inventory_simulator import Quantities, simulate_totals
from planning.policies.base_stock import average_cost, best_base_stock
from planning.policies.demand_laws import law_of
from planning.policies.lost_sales_optimum import exact_cost_of_base_stock, lost_sales_optimum
from planning.policies.newsvendor import OneOrderCosts
from planning.simulation.money import Costs, money

PERIODS, WARM_UP, PATHS = 200, 40, 8_000

OPTIMAL = [
    *((1, p, cost) for p, cost in zip((4, 9, 19, 39), (4.04, 5.44, 6.68, 7.84), strict=True)),
    *((2, p, cost) for p, cost in zip((4, 9, 19, 39), (4.40, 6.09, 7.66, 9.11), strict=True)),
    *((3, p, cost) for p, cost in zip((4, 9, 19, 39), (4.60, 6.53, 8.36, 10.04), strict=True)),
]


@pytest.fixture(scope="module")
def demand() -> Quantities:
    """Common random numbers for every policy: path x period, Poisson(5)."""
    return np.random.default_rng(1).poisson(5, size=(PATHS, PERIODS)).astype(np.float64)


@pytest.mark.parametrize(("lead_time", "shortage_cost", "cost"), OPTIMAL)
def test_optimal_cost_poisson_5_zipkin_2008(
    demand: Quantities, lead_time: int, shortage_cost: float, cost: float
) -> None:
    """Zipkin, Operations Research 56 (2008) 937-944: holding cost 1, lead times of 1 to 3 periods."""
    costs = OneOrderCosts(holding_cost=1, shortage_cost=shortage_cost)
    best = lost_sales_optimum(law_of(poisson(5)), costs, lead_time=lead_time)
    assert best.cost == pytest.approx(cost, abs=0.0051)
    played = simulate_totals(
        demand[None, :2_000],
        on_hand=np.array([10.0]),
        policy=best.policy(),
        lead_time=lead_time,
        counted=slice(WARM_UP, None),
    )
    paid = money(played, Costs(**vars(costs)))
    average = average_cost(paid.total, PERIODS - WARM_UP)
    assert average.standard_error < 0.04
    assert abs(average.cost - best.cost) < 3 * average.standard_error


@pytest.mark.parametrize(("shortage_cost", "cost"), [(4, 9.82), (39, 23.87)])
def test_optimal_cost_geometric_5_lead_time_1_zipkin_2008(shortage_cost: float, cost: float) -> None:
    """The other demand of the same tables: geometric from 0, mean 5."""
    costs = OneOrderCosts(holding_cost=1, shortage_cost=shortage_cost)
    best = lost_sales_optimum(law_of(geom(1 / 6, loc=-1)), costs, lead_time=1)
    assert best.cost == pytest.approx(cost, abs=0.0051)


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
    exact = exact_cost_of_base_stock(law_of(poisson(5)), order_up_to_level, costs, lead_time=2)
    assert exact == pytest.approx(cost, abs=0.0051)
    assert best.average.standard_error < 0.015
    assert abs(best.average.cost - exact) < 3 * best.average.standard_error

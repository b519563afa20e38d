"""Published costs of base-stock policies under lost sales, from the simulator the plans use."""

from __future__ import annotations

import numpy as np
import pytest

from planning.inventory_simulator import Quantities, simulate

PERIODS, WARM_UP, PATHS = 200, 40, 20_000


@pytest.fixture(scope="module")
def demand() -> Quantities:
    """Common random numbers for every policy: Poisson(5)."""
    return np.random.default_rng(1).poisson(5, size=(1, PATHS, PERIODS)).astype(np.float64)


def average_cost(demand: Quantities, order_up_to_level: int, shortage_cost: float) -> float:
    played = simulate(
        demand,
        on_hand=np.array([float(order_up_to_level)]),
        policy=lambda _, inventory_position: order_up_to_level - inventory_position,
        lead_time=2,
    )
    cost = played.on_hand + shortage_cost * played.lost_sales
    return float(cost[:, :, WARM_UP:].mean())


@pytest.mark.parametrize(
    ("shortage_cost", "order_up_to_level", "cost"),
    [(4, 16, 4.64), (9, 19, 6.32), (19, 21, 7.84), (39, 22, 9.19)],
)
def test_best_base_stock_policy_poisson_5_lead_time_2_zipkin_2008(
    demand: Quantities, shortage_cost: float, order_up_to_level: int, cost: float
) -> None:
    """Holding cost 1; an order decided at the end of period t is available from the start of t + 3."""
    costs = {
        level: average_cost(demand, level, shortage_cost)
        for level in (order_up_to_level - 1, order_up_to_level, order_up_to_level + 1)
    }
    assert min(costs, key=lambda level: costs[level]) == order_up_to_level
    assert costs[order_up_to_level] == pytest.approx(cost, abs=0.03)

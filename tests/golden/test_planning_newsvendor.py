"""Textbook newsvendors, solved by the quantile the plans take and priced by the simulator the plans use.

A distribution enters as 400,000 equally likely demands, its quantiles at the midpoints of as many steps.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from planning.inventory_simulator import Quantities, simulate
from planning.order_up_to import critical_ratio, smallest_sufficient

STEPS = (np.arange(400_000) + 0.5) / 400_000


def solve(demand: Quantities, holding_cost: float, shortage_cost: float) -> tuple[float, float]:
    """The best quantity for one period, and its expected cost."""
    ratio = critical_ratio(np.array([shortage_cost]), np.array([holding_cost]))
    quantity = smallest_sufficient(demand[None, :], ratio)
    return float(quantity[0]), price(demand, float(quantity[0]), holding_cost, shortage_cost)


def price(demand: Quantities, quantity: float, holding_cost: float, shortage_cost: float) -> float:
    played = simulate(demand[None, :, None], on_hand=np.array([quantity]))
    return float((holding_cost * played.on_hand + shortage_cost * played.lost_sales).mean())


@pytest.mark.parametrize(
    ("demand", "holding_cost", "shortage_cost", "quantity", "cost"),
    [
        pytest.param(stats.norm(50, 8), 0.18, 0.70, 56.60396, 1.997605, id="normal-50-8"),
        pytest.param(stats.poisson(50), 0.18, 0.70, 56, 1.797235, id="poisson-50"),
        pytest.param(
            stats.lognorm(s=0.3, scale=np.exp(6)), 1.0, 0.1765, 295.6266, 29.4425, id="lognormal-6-0.3"
        ),
    ],
)
def test_newsvendor_snyder_shen(
    demand: stats.rv_frozen, holding_cost: float, shortage_cost: float, quantity: float, cost: float
) -> None:
    found, expected_cost = solve(demand.ppf(STEPS), holding_cost, shortage_cost)
    assert found == pytest.approx(quantity, rel=5e-6)
    assert expected_cost == pytest.approx(cost, rel=5e-5)


def test_sample_average_approximation_over_five_demands() -> None:
    """p = 4, h = 1 over {10, 20, 30, 40, 50}: 40, which ties with 50, costs 20 on average."""
    demand = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    quantity, cost = solve(demand, 1.0, 4.0)
    assert (quantity, cost) == (40.0, pytest.approx(20.0))
    assert price(demand, 50.0, 1.0, 4.0) == pytest.approx(cost)
    assert price(demand, 39.0, 1.0, 4.0) > cost

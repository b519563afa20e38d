"""Textbook newsvendors, solved from their law, and again by the quantile and the simulator the plans use."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from planning.inventory_simulator import Quantities, simulate
from planning.order_up_to import critical_ratio, smallest_sufficient
from planning.policies.demand_laws import Outcomes, law_of, law_of_samples
from planning.policies.newsvendor import OneOrderCosts, OneSeason, expected_cost, newsvendor

STEPS = (np.arange(100_000) + 0.5) / 100_000


def solve(demand: Quantities, holding_cost: float, shortage_cost: float) -> tuple[float, float]:
    """The best quantity for one period, and its expected cost, over equally likely demands."""
    ratio = critical_ratio(np.array([shortage_cost]), np.array([holding_cost]))
    quantity = smallest_sufficient(demand[None, :], ratio)
    return float(quantity[0]), price(demand, float(quantity[0]), holding_cost, shortage_cost)


def price(demand: Quantities, quantity: float, holding_cost: float, shortage_cost: float) -> float:
    played = simulate(demand[None, :, None], on_hand=np.array([quantity]))
    return float((holding_cost * played.on_hand + shortage_cost * played.lost_sales).mean())


@pytest.mark.parametrize(
    ("demand", "holding_cost", "shortage_cost", "quantity", "cost"),
    [
        pytest.param(stats.norm(50, 8), 0.18, 0.70, 56.60395593, 1.997605193, id="normal-50-8-example-4.3"),
        pytest.param(stats.norm(900, 60), 43, 79, 922.7214038, 2718.196782, id="normal-900-60-problem-4.1"),
        pytest.param(
            stats.norm(250, 8 * 5**0.5), 0.18, 0.70, 264.7668944, 4.466781004, id="lead-time-4-example-4.4"
        ),
        pytest.param(stats.poisson(50), 0.18, 0.70, 56, 1.797235, id="poisson-50"),
        pytest.param(stats.poisson(6), 1, 4, 8, 3.570106946, id="poisson-6-example-4.7"),
        pytest.param(stats.poisson(18), 200, 270, 19, 786.0884409, id="poisson-18-problem-4.8a"),
        pytest.param(
            stats.lognorm(s=0.3, scale=np.exp(6)),
            1,
            0.1765,
            295.6266448,
            29.44254358,
            id="lognormal-problem-4.8b",
        ),
    ],
)
def test_newsvendor_snyder_shen(
    demand: stats.rv_frozen, holding_cost: float, shortage_cost: float, quantity: float, cost: float
) -> None:
    best = newsvendor(law_of(demand), OneOrderCosts(holding_cost=holding_cost, shortage_cost=shortage_cost))
    assert best.order_quantity == pytest.approx(quantity, rel=1e-9)
    assert best.cost == pytest.approx(cost, rel=1e-6)


@pytest.mark.parametrize(
    ("demand", "holding_cost", "shortage_cost"),
    [
        pytest.param(stats.norm(50, 8), 0.18, 0.70, id="normal"),
        pytest.param(stats.poisson(50), 0.18, 0.70, id="poisson"),
        pytest.param(stats.lognorm(s=0.3, scale=np.exp(6)), 1.0, 0.1765, id="lognormal"),
    ],
)
def test_the_plans_and_the_simulator_agree_with_the_law(
    demand: stats.rv_frozen, holding_cost: float, shortage_cost: float
) -> None:
    best = newsvendor(law_of(demand), OneOrderCosts(holding_cost=holding_cost, shortage_cost=shortage_cost))
    quantity, cost = solve(demand.ppf(STEPS), holding_cost, shortage_cost)
    assert quantity == pytest.approx(best.order_quantity, rel=2e-5)
    assert cost == pytest.approx(best.cost, rel=2e-4)


@pytest.mark.parametrize(
    ("demand", "costs", "quantity", "cost"),
    [
        (stats.norm(50, 8), (0.18, 0.70), 40, 7.356131553),
        (stats.norm(900, 60), (43, 79), 1040, 6044.298415),
        (stats.norm(250, 8 * 5**0.5), (0.18, 0.70), 180, 49.00016475),
        (stats.poisson(6), (1, 4), 5, 6.590296025),
        (stats.lognorm(s=0.3, scale=np.exp(6)), (1, 0.1765), 350, 34.58883669),
    ],
)
def test_another_quantity_has_its_own_cost_snyder_shen(
    demand: stats.rv_frozen, costs: tuple[float, float], quantity: float, cost: float
) -> None:
    given = OneOrderCosts(holding_cost=costs[0], shortage_cost=costs[1])
    assert expected_cost(law_of(demand), given, quantity) == pytest.approx(cost, rel=1e-9)


def test_listed_outcomes_snyder_shen_problem_4_7b() -> None:
    demand = Outcomes(np.arange(1.0, 9), np.array([0.25, 0.05, 0.1, 0.2, 0.15, 0.1, 0.1, 0.05]))
    best = newsvendor(demand, OneOrderCosts(holding_cost=500_000, shortage_cost=1_000_000))
    assert (best.order_quantity, best.cost) == (5, pytest.approx(1_225_000))


def test_price_cost_and_salvage_value_snyder_shen_example_4_3() -> None:
    """A paper sold for 1.00, bought for 0.30, taken back for 0.12: h = 0.18, p = 0.70."""
    season = OneSeason(price=1, unit_cost=0.3, salvage_value=0.12)
    demand = law_of(stats.norm(50, 8))
    best = newsvendor(demand, season.costs)
    assert best.order_quantity == pytest.approx(56.60395593)
    assert season.expected_profit(demand, best.order_quantity) == pytest.approx(0.7 * 50 - 1.997605193)


def test_sample_average_approximation_over_five_demands() -> None:
    """p = 4, h = 1 over {10, 20, 30, 40, 50}: 40, which ties with 50, costs 20 on average."""
    demand = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    best = newsvendor(law_of_samples(demand), OneOrderCosts(holding_cost=1, shortage_cost=4))
    assert (best.order_quantity, best.cost) == (40.0, pytest.approx(20.0))
    quantity, cost = solve(demand, 1.0, 4.0)
    assert (quantity, cost) == (40.0, pytest.approx(20.0))
    assert price(demand, 50.0, 1.0, 4.0) == pytest.approx(cost)
    assert price(demand, 39.0, 1.0, 4.0) > cost

"""What the textbooks say of policies, from the simulator that the plans use, within three standard errors."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from planning.inventory_simulator import Policy, simulate_totals
from planning.policies.base_stock import average_cost
from planning.policies.demand_laws import Outcomes, law_of
from planning.policies.newsvendor import OneOrderCosts, expected_cost
from planning.policies.order_rules import order_up_to, reorder_quantity, reorder_up_to
from planning.policies.reorder_point import WatchedStock, cost_of_reorder_quantity
from planning.policies.reorder_up_to import ReviewedStock, best_reorder_up_to, cost_of_reorder_up_to
from planning.simulation.money import Costs, money
from planning.simulation.pipeline import Integers
from planning.simulation.stock_rules import Quantities, StockRules

PATHS, PERIODS, WARM_UP = 600, 260, 60


def agrees(
    demand: Quantities,
    policy: Policy,
    costs: Costs,
    expected: float,
    *,
    lead_time: int | Integers,
    least_error: float,
) -> None:
    """Play one series' demand where what is not there waits; the mean is within three standard errors."""
    played = simulate_totals(
        demand[None].astype(np.float64),
        on_hand=np.array([10.0]),
        policy=policy,
        lead_time=lead_time,
        rules=StockRules(backorders=True),
        counted=slice(WARM_UP, None),
    )
    average = average_cost(money(played, costs).total, PERIODS - WARM_UP)
    assert average.standard_error < least_error * expected
    assert abs(average.cost - expected) < 3 * average.standard_error


def poisson_demand(mean: float, seed: int) -> Quantities:
    return np.random.default_rng(seed).poisson(mean, (PATHS, PERIODS)).astype(np.float64)


def test_s_s_of_snyder_shen_example_4_7() -> None:
    """K 5, h 1, p 4 per unit that waits at a period's end, Poisson(6): (4, 10) costs 8.034112."""
    costs = Costs(ordering_cost=5, holding_cost=1, backorder_cost=4)
    agrees(poisson_demand(6, 1), reorder_up_to(4, 10), costs, 8.034112, lead_time=0, least_error=0.002)


@pytest.mark.parametrize("lead_time", [1, 3])
def test_s_s_with_a_lead_time_is_ruled_by_the_demand_it_covers(lead_time: int) -> None:
    """Zheng & Federgruen (1991), the exact cost."""
    stock = ReviewedStock(
        demand=law_of(poisson(4)),  # type: ignore[arg-type]
        ordering_cost=20,
        holding_cost=1,
        backorder_cost=9,
        covered=law_of(poisson(4 * (lead_time + 1))),  # type: ignore[arg-type]
    )
    best = best_reorder_up_to(stock)
    policy = reorder_up_to(best.reorder_point, best.order_up_to_level)
    costs = Costs(ordering_cost=20, holding_cost=1, backorder_cost=9)
    expected = cost_of_reorder_up_to(stock, best.reorder_point, best.order_up_to_level)
    agrees(poisson_demand(4, lead_time), policy, costs, expected, lead_time=lead_time, least_error=0.005)


def test_r_q_spreads_the_position_evenly() -> None:
    """Snyder & Shen 5.5, K 0: the mean of G over the positions R + 1 to R + Q, reviewed every period."""
    stock = WatchedStock(
        demand=law_of(poisson(4 * 3)), demand_rate=4, ordering_cost=1e-9, holding_cost=1, backorder_cost=9
    )
    expected = cost_of_reorder_quantity(stock, reorder_point=12, order_quantity=10)
    costs = Costs(holding_cost=1, backorder_cost=9)
    agrees(poisson_demand(4, 2), reorder_quantity(12, 10), costs, expected, lead_time=2, least_error=0.005)


@pytest.mark.parametrize(("mean", "size"), [(5.0, None), (3.0, 2.0), (0.4, 0.5)])
def test_base_stock_is_the_newsvendor_of_the_demand_it_covers(mean: float, size: float | None) -> None:
    """Snyder & Shen 4.3.4, Poisson and negative binomial demand, lead time 2."""
    law, covered = poisson(mean), poisson(3 * mean)
    if size is not None:
        law, covered = (nbinom(n * size, size / (size + mean)) for n in (1, 3))
    up_to = int(covered.ppf(0.9))
    demand = law.rvs((PATHS, PERIODS), random_state=7)
    expected = expected_cost(law_of(covered), OneOrderCosts(holding_cost=1, shortage_cost=9), up_to)
    costs = Costs(holding_cost=1, backorder_cost=9)
    agrees(demand, order_up_to(up_to), costs, expected, lead_time=2, least_error=0.02)


def test_sampled_lead_times_let_orders_cross() -> None:
    """Base stock, lead times independent: the order of k periods ago is still out with P(lead time > k).

    So what is out, with the period's own demand, is D + sum over k of B(k) D(k), B(k) 1 with that chance:
    Robinson, Bradley & Thomas, Manufacturing & Service Operations Management 3 (2001) 175-188.
    """
    chances = {0: 0.2, 1: 0.3, 4: 0.5}
    one = law_of(poisson(3))
    assert isinstance(one, Outcomes)
    late = [sum(chance for lead, chance in chances.items() if lead > k) for k in range(max(chances))]
    maybe = [share * one.chances + (1 - share) * np.eye(1, len(one.chances))[0] for share in late]
    out = reduce(np.convolve, maybe, one.chances)
    covered = Outcomes(np.arange(len(out), dtype=np.float64), out / out.sum())
    expected = expected_cost(covered, OneOrderCosts(holding_cost=1, shortage_cost=5), 13)
    lead_time = np.random.default_rng(4).choice(
        list(chances), p=list(chances.values()), size=(1, PATHS, PERIODS)
    )
    costs = Costs(holding_cost=1, backorder_cost=5)
    agrees(poisson_demand(3, 3), order_up_to(13), costs, expected, lead_time=lead_time, least_error=0.01)

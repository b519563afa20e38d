"""Levels for a service, found by simulation where unmet demand waits, beside the formulas that hold there."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from scipy.stats import norm, poisson

from planning.policies.demand_laws import Outcomes, law_of
from planning.policies.lead_times import drawn_lead_times, lead_time_law
from planning.policies.service_targets import AimedStock, FillRate, ServiceLevel, aimed_stock
from planning.simulation.money import Costs
from planning.simulation.stock_rules import StockRules

PATHS, PERIODS = 400, 160


def is_the_smallest(found: AimedStock, share: float, *, here: float, below: float) -> None:
    """The exact service at the threshold and one unit below it, give or take three standard errors."""
    error = 3 * float(found.service_level_error[0] + found.fill_rate_error[0])
    assert error < 0.015
    assert here > share - error
    assert below < share + error


@pytest.mark.parametrize(("mean", "lead_time", "share"), [(5, 2, 0.95), (0.7, 3, 0.9), (20, 0, 0.98)])
def test_cycle_service_of_poisson_demand(mean: float, lead_time: int, share: float) -> None:
    """Silver, Pyke & Thomas 7.9: P(demand over lead time + review period <= S)."""
    demand = poisson(mean).rvs((1, PATHS, PERIODS), random_state=1).astype(np.float64)
    found = aimed_stock(demand, ServiceLevel(share), lead_time=lead_time, rules=StockRules(backorders=True))
    covered, up_to = poisson((lead_time + 1) * mean), found.threshold[0]
    is_the_smallest(found, share, here=covered.cdf(up_to), below=covered.cdf(up_to - 1))


def test_periodic_review_of_chopra_meindl() -> None:
    """Weekly demand normal(2500, 500), lead time 2, review every 4 weeks, service 90 %: S 16,570.

    Chopra & Meindl, Supply Chain Management, ch. 12 (safety stock 1,570).
    """
    demand = norm(2500, 500).rvs((1, 800, 162), random_state=2)
    found = aimed_stock(
        demand,
        ServiceLevel(0.9),
        lead_time=2,
        rules=StockRules(backorders=True, review_period=4),
        unit=10,
    )
    slope = norm.pdf(norm.ppf(0.9)) / (500 * np.sqrt(6))  # service per unit of S
    assert found.service_level_error[0] / slope < 15
    assert found.threshold[0] == pytest.approx(16_570, abs=3 * found.service_level_error[0] / slope + 10)


@pytest.mark.parametrize("share", [0.8, 0.95, 0.99])
def test_fill_rate_of_an_order_up_to_policy(share: float) -> None:
    """Silver, Pyke & Thomas 7.9: what is missing in a cycle is n(S) of L + R periods less that of L."""
    demand = poisson(5).rvs((1, PATHS, PERIODS), random_state=3).astype(np.float64)
    found = aimed_stock(demand, FillRate(share), lead_time=2, rules=StockRules(backorders=True))
    longer, shorter = law_of(poisson(15)), law_of(poisson(10))

    def exact(up_to: float) -> float:
        return 1 - (longer.expected_shortage(up_to) - shorter.expected_shortage(up_to)) / 5

    up_to = float(found.threshold[0])
    is_the_smallest(found, share, here=exact(up_to), below=exact(up_to - 1))


def test_fill_rate_where_orders_come_in_batches() -> None:
    """(R, nQ): the position lies evenly on R + 1 to R + Q (Axsäter, Inventory Control, 5.3)."""
    demand = poisson(4).rvs((1, PATHS, PERIODS), random_state=4).astype(np.float64)
    found = aimed_stock(
        demand, FillRate(0.95), lead_time=3, order_quantity=20, warm_up=30, rules=StockRules(backorders=True)
    )
    longer, shorter = law_of(poisson(16)), law_of(poisson(12))

    def exact(point: int) -> float:
        missing = [
            longer.expected_shortage(position) - shorter.expected_shortage(position)
            for position in range(point + 1, point + 21)
        ]
        return 1 - float(np.mean(missing)) / 4

    point = int(found.threshold[0])
    is_the_smallest(found, 0.95, here=exact(point), below=exact(point - 1))


def test_lead_times_that_vary_and_cross() -> None:
    """What is out when the period ends: Robinson, Bradley & Thomas, Manufacturing & Service Operations
    Management 3 (2001) 175-188; lead times as observed, two of 1, one of 2 and one of 5 periods."""
    law, one = lead_time_law([1, 1, 2, 5]), law_of(poisson(3))
    assert isinstance(one, Outcomes)
    late = [1 - law.cumulative(age) for age in range(5)]
    maybe = [share * one.chances + (1 - share) * np.eye(1, len(one.chances))[0] for share in late]
    out = reduce(np.convolve, maybe, one.chances).cumsum()
    demand = poisson(3).rvs((1, PATHS, PERIODS), random_state=5).astype(np.float64)
    found = aimed_stock(
        demand,
        ServiceLevel(0.95),
        lead_time=drawn_lead_times(law, series=1, paths=PATHS, periods=PERIODS, seed=6),
        rules=StockRules(backorders=True),
    )
    up_to = int(found.threshold[0])
    is_the_smallest(found, 0.95, here=out[up_to], below=out[up_to - 1])


@pytest.mark.parametrize(("shortage_cost", "up_to"), [(4, 16), (39, 22)])
def test_costs_under_lost_sales_of_zipkin_2008(shortage_cost: float, up_to: int) -> None:
    """Poisson(5), holding cost 1, lead time 2: the best base stock; the curve is flat around it."""
    demand = poisson(5).rvs((1, 600, 200), random_state=7).astype(np.float64)
    found = aimed_stock(demand, Costs(holding_cost=1, shortage_cost=shortage_cost), lead_time=2, warm_up=20)
    assert found.threshold[0] == up_to

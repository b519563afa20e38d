from __future__ import annotations

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from intake.errors import InputError
from planning.inventory_simulator import simulate_totals
from planning.policies.base_stock import average_cost, best_base_stock
from planning.policies.demand_laws import Outcomes, law_of
from planning.policies.lost_sales_optimum import exact_cost_of_base_stock, lost_sales_optimum
from planning.policies.newsvendor import OneOrderCosts
from planning.simulation.money import Costs, money


@settings(max_examples=15)
@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=6), st.integers(1, 3), st.sampled_from([0.3, 1, 5, 40])
)
def test_a_programme_with_more_room_finds_nothing_cheaper(
    weights: list[int], lead_time: int, shortage_cost: float
) -> None:
    """The oracle may hold and order far more than the bounds let the fast one."""
    chances = np.array(weights) / sum(weights)
    demand = Outcomes(np.arange(len(weights), dtype=np.float64), chances)
    costs = OneOrderCosts(holding_cost=1, shortage_cost=shortage_cost)
    best = lost_sales_optimum(demand, costs, lead_time=lead_time)
    free = oracles.LostSales(
        chances.tolist(),
        lead_time,
        shortage_cost,
        most_on_hand=(len(weights) + 1) * (lead_time + 1),
        most_ordered=len(weights) + 1,
    )
    assert best.cost == pytest.approx(free.cost, abs=1e-5)
    enough = (lead_time + 1) * (len(weights) - 1)
    base_stocks = [
        exact_cost_of_base_stock(demand, up_to, costs, lead_time=lead_time)
        for up_to in (0, enough // 2, min(enough, 9))
    ]
    assert base_stocks[0] == pytest.approx(shortage_cost * demand.mean), "nothing is ever there"
    assert best.cost <= min(base_stocks) + 1e-6


def test_without_lead_time_it_is_the_newsvendor() -> None:
    best = lost_sales_optimum(law_of(poisson(5)), OneOrderCosts(holding_cost=1, shortage_cost=4), lead_time=0)
    assert best.order_quantity.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    costs = OneOrderCosts(holding_cost=1, shortage_cost=4)
    assert exact_cost_of_base_stock(law_of(poisson(5)), 7, costs, lead_time=0) == best.cost
    assert best.policy()(0, np.array([[2.0, 9.0]])).tolist() == [[5, 0]]


def test_it_costs_less_than_the_best_base_stock_on_the_same_demand() -> None:
    costs = OneOrderCosts(holding_cost=1, shortage_cost=4)
    demand = np.random.default_rng(5).poisson(1.5, (400, 150)).astype(np.float64)
    base_stock = best_base_stock(demand, costs, lead_time=3, warm_up=30)
    played = simulate_totals(
        demand[None],
        on_hand=np.array([50.0]),  # more than any order would make it
        policy=lost_sales_optimum(law_of(poisson(1.5)), costs, lead_time=3).policy(),
        lead_time=3,
        counted=slice(60, None),
    )
    best = average_cost(money(played, Costs(**vars(costs))).total, 90)
    assert best.cost < base_stock.average.cost - 2 * best.standard_error


def test_what_it_cannot_count_is_refused() -> None:
    costs = OneOrderCosts(holding_cost=1, shortage_cost=19)
    halves = Outcomes(np.array([0.5, 1.0]), np.array([0.5, 0.5]))
    for demand, lead_time, complaint in (
        (halves, 1, "whole units"),
        (law_of(poisson(5)), -1, "0 periods or more"),
        (law_of(poisson(50)), 4, "too many"),
    ):
        with pytest.raises(InputError, match=complaint):
            lost_sales_optimum(demand, costs, lead_time=lead_time)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not be negative"):
        exact_cost_of_base_stock(law_of(poisson(5)), -1, costs, lead_time=1)  # type: ignore[arg-type]

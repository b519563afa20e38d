"""Purchase orders whose answers are known: by hand, and from textbooks, as integer programmes."""

from __future__ import annotations

import math

import numpy as np
import pulp
import pytest
from pulp.apis.coin_api import pulp_cbc_path

from planning.purchasing.curves import CostCurves
from planning.purchasing.evaluation import Cause
from planning.purchasing.expected_costs import curves_of_paths
from planning.purchasing.plan import plan_exactly
from planning.purchasing.problem import Offers, PurchaseProblem, Suppliers

SOLVERS = [
    pytest.param(pulp.HiGHS(msg=False), id="HiGHS"),
    pytest.param(pulp.COIN_CMD(path=pulp_cbc_path, msg=False), id="CBC"),
]


@pytest.mark.parametrize("solver", SOLVERS)
def test_minimum_200_over_three_lines_orders_24_20_6_and_wastes_95(solver: pulp.LpSolver) -> None:
    """Needs 7/20/3, packs 12/10/6, unit costs 4/2.5/9: what is over the needs costs what it costs to buy."""
    needs, unit_cost = np.array([7.0, 20.0, 3.0]), np.array([4.0, 2.5, 9.0])
    supply = np.stack([np.zeros(3), needs, needs + 60], axis=1)[:, None]
    cost = np.stack([1000 * needs, np.zeros(3), unit_cost * 60], axis=1)[:, None]
    asked = PurchaseProblem(
        periods=("this week",),
        lines=("a", "b", "c"),
        curves=CostCurves(supply, cost),
        offers=Offers(np.arange(3), np.zeros(1, dtype=np.int64), np.array([12, 10, 6]), unit_cost),
        suppliers=Suppliers(("A",), np.array([200.0]), np.zeros(1), np.ones((1, 1), dtype=bool)),
        value=unit_cost,
        budget=np.array([math.inf]),
    )
    plan = plan_exactly(asked, solver=solver)
    assert plan.quantity.ravel().tolist() == [24, 20, 6]
    assert plan.cost == pytest.approx(95)
    assert plan.causes[Cause.PURCHASE] == pytest.approx(200)


@pytest.mark.parametrize("solver", SOLVERS)
def test_all_units_discount_of_snyder_and_shen(solver: pulp.LpSolver) -> None:
    """K = 200, holding 20 % a year, demand 1000, 500/475/450 from 0/200/500: Q = 500, 472,900 a year.

    The year in ten equal parts; holding is paid on the mean of what is there at the start and the end of
    each, which is exact under steady demand.
    """
    parts, demand, per_year = 10, 1000.0, 0.20 * 450
    served = demand / parts * np.arange(1, parts + 1)
    supply = np.stack([np.zeros(parts), served, np.full(parts, demand + 500)], axis=1)[None]
    left = supply[0, :, 2] - served + demand / parts / 2
    cost = np.stack([1e4 * served, np.full(parts, demand / parts / 2), left], axis=1)[None]
    cost[..., 1:] *= per_year / parts
    cost[..., 0] += cost[..., 1]
    one = np.zeros(1, dtype=np.int64)
    offers = Offers(one, one, np.array([100]), np.array([500.0])).with_price_breaks(
        np.zeros(2, dtype=np.int64), np.array([200, 500]), np.array([475.0, 450.0])
    )
    asked = PurchaseProblem(
        periods=tuple(f"part {t + 1}" for t in range(parts)),
        lines=("one",),
        curves=CostCurves(supply, cost),
        offers=offers,
        suppliers=Suppliers(("A",), np.zeros(1), np.array([200.0]), np.ones((1, parts), dtype=bool)),
        value=np.zeros(1),
        budget=np.full(parts, math.inf),
    )
    plan = plan_exactly(asked, solver=solver)
    assert plan.cost == pytest.approx(472_900)
    assert plan.quantity.sum(axis=0).tolist() == [500, 0, 0, 0, 0, 500, 0, 0, 0, 0]


def test_sample_average_approximation_orders_40_and_costs_20() -> None:
    """Demand 10, 20, 30, 40 or 50, p = 4, h = 1 (tie with 50)."""
    asked = PurchaseProblem(
        periods=("this week",),
        lines=("one",),
        curves=curves_of_paths(
            np.arange(10.0, 60.0, 10.0)[None, :, None],
            on_hand=np.zeros(1),
            supply=np.arange(0.0, 70.0, 10.0)[None, None],
            holding_cost=np.ones(1),
            backorder_cost=np.full(1, 4.0),
        ),
        offers=Offers(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.array([1]), np.zeros(1)),
        suppliers=Suppliers(("A",), np.zeros(1), np.zeros(1), np.ones((1, 1), dtype=bool)),
        value=np.zeros(1),
        budget=np.array([math.inf]),
    )
    plan = plan_exactly(asked)
    assert plan.cost == pytest.approx(20)
    assert 40 <= plan.quantity.sum() <= 50

"""Production plans with published or hand-made answers, by HiGHS and by CBC."""

from __future__ import annotations

import math

import pulp
import pytest
from pulp.apis.coin_api import pulp_cbc_path

from planning.production.plan import ProductionPlan, plan_production
from planning.production.problem import Aim, Process, Product, ProductionProblem, Resource

SOLVERS = [
    pytest.param(pulp.HiGHS(msg=False), id="HiGHS"),
    pytest.param(pulp.COIN_CMD(path=pulp_cbc_path, msg=False), id="CBC"),
]


def one_product(product: Product, capacity: float, **process: float) -> ProductionProblem:
    periods = tuple(f"W{t + 1}" for t in range(len(product.demand)))
    line, made = Resource("line", capacity), Process(product.unique_id, "line", **process)
    return ProductionProblem(periods, (product,), (line,), (made,))


def used(plan: ProductionPlan, resource: str) -> list[float]:
    return plan.production.loc[plan.production["resource"] == resource, "use"].tolist()


@pytest.mark.parametrize("solver", SOLVERS)
def test_sailco_makes_190_boats_for_78450(solver: pulp.LpSolver) -> None:
    """Winston, Operations Research (4th ed.), 3.10, example 14: quarters, overtime, holding cost."""
    boats = Product("sailboat", (40.0, 60.0, 75.0, 25.0), on_hand=10, holding_cost=20, final_stock=None)
    plan = plan_production(
        ProductionProblem(
            ("Q1", "Q2", "Q3", "Q4"),
            (boats,),
            (Resource("regular", 40.0), Resource("overtime", math.inf)),
            (
                Process("sailboat", "regular", unit_cost=400.0),
                Process("sailboat", "overtime", unit_cost=450.0),
            ),
        ),
        solver,
    )
    assert plan.feasible
    assert plan.goals["cost"] == pytest.approx(78_450)
    assert used(plan, "regular") == pytest.approx([40, 40, 40, 25])
    assert used(plan, "overtime") == pytest.approx([0, 10, 35, 0])
    # One boat more of regular time saves overtime's 50, less what holding it for a quarter costs.
    assert [(each.period, each.worth) for each in plan.binding] == [
        ("Q2", pytest.approx(50)),
        ("Q3", pytest.approx(50)),
        ("Q1", pytest.approx(30)),
    ]


@pytest.mark.parametrize("solver", SOLVERS)
def test_sailco_with_backlogs_trades_lateness_for_money(solver: pulp.LpSolver) -> None:
    """The same with boats that may be late for 1 each and quarter, by hand.

    Regular time makes 160 of the 190 and overtime the other 30, by Q3: one more then would idle a boat of Q4.
    """
    boats = Product(
        "sailboat", (40.0, 60.0, 75.0, 25.0), on_hand=10, holding_cost=20, shortage_cost=1, final_stock=None
    )
    order = (
        (Aim.CAPACITY, Aim.RAMP, Aim.MINIMUM_RUN),
        (Aim.UNMET,),
        (Aim.SAFETY_STOCK, Aim.FINAL_STOCK),
        (Aim.DEMAND, Aim.COST),
        (Aim.STOCK_HELD,),
    )
    resources = (Resource("regular", 40.0), Resource("overtime", math.inf))
    processes = (
        Process("sailboat", "regular", unit_cost=400.0),
        Process("sailboat", "overtime", unit_cost=450.0),
    )
    asked = ProductionProblem(("Q1", "Q2", "Q3", "Q4"), (boats,), resources, processes, order=order)
    plan = plan_production(asked, solver)
    assert plan.balance["backorders"].tolist() == pytest.approx([0, 0, 15, 0])
    assert used(plan, "overtime") == pytest.approx([0, 10, 20, 0])
    # 10 boats are in stock at the end of Q1.
    assert plan.goals["demand_and_cost"] == pytest.approx(160 * 400 + 30 * 450 + 10 * 20 + 15 * 1)


@pytest.mark.parametrize("solver", SOLVERS)
def test_yield_density_and_safety_stock_make_902_7778(solver: pulp.LpSolver) -> None:
    """(750 - 100) / (.8 x .9), however it is spread; least stock keeps to the safety stock."""
    safety_stock = (20.0, 20.0, 20.0, 0.0)
    product = Product("crema", (150.0, 200.0, 180.0, 220.0), on_hand=100, safety_stock=safety_stock)
    plan = plan_production(one_product(product, 300.0, yield_rate=0.8, density=0.9), solver)
    assert plan.feasible
    assert plan.production["use"].sum() == pytest.approx(902.7778, abs=1e-4)
    assert plan.balance["on_hand"].tolist() == pytest.approx([20, 20, 20, 0], abs=1e-5)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_peak_above_capacity_is_made_ahead_and_as_late_as_can_be(solver: pulp.LpSolver) -> None:
    product = Product("crema", (100.0, 100.0, 100.0, 400.0), on_hand=50)
    plan = plan_production(one_product(product, 200.0), solver)
    assert plan.feasible
    assert used(plan, "line") == pytest.approx([50, 200, 200, 200])
    # Capacity costs no production; but with one more in W4, one unit less is made in W2 and held to W4.
    assert [(each.period, each.goal, each.worth) for each in plan.binding] == [
        ("W4", "stock_held", pytest.approx(2)),
        ("W3", "stock_held", pytest.approx(1)),
    ]
    assert plan.balance["on_hand"].tolist() == pytest.approx([0, 100, 200, 0])


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_peak_out_of_reach_is_100_short_and_says_what_would_help(solver: pulp.LpSolver) -> None:
    plan = plan_production(one_product(Product("crema", (100.0, 100.0, 100.0, 400.0)), 150.0), solver)
    assert [(each.aim, each.period, each.units) for each in plan.missed] == [
        (Aim.DEMAND, "W4", pytest.approx(100))
    ]
    assert used(plan, "line") == pytest.approx([150] * 4)
    assert [(each.resource, each.period) for each in plan.binding] == [
        ("line", f"W{t}") for t in (1, 2, 3, 4)
    ]
    assert [each.worth for each in plan.binding] == pytest.approx([1] * 4)
    assert {each.aim: each.units for each in plan.relaxations} == {
        Aim.CAPACITY: pytest.approx(100),
        Aim.DEMAND: pytest.approx(100),
    }

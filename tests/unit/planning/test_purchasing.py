"""Purchase plans against every plan there is, against another solver, and against the laws they promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pulp
import purchase_oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulp.apis.coin_api import pulp_cbc_path
from purchase_case import small_problem

from intake.errors import InputError, ServiceError
from planning.purchasing.curves import CostCurves
from planning.purchasing.evaluation import evaluate
from planning.purchasing.expected_costs import curves_of_gamma, curves_of_paths
from planning.purchasing.plan import Binding, plan_exactly
from planning.purchasing.problem import Limit, Offers, Pin, Prices, PurchaseProblem, Suppliers

SEEDS = st.integers(0, 10**6)
CENT = 1e-3


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_plan_is_as_good_as_any_and_says_so(seed: int) -> None:
    """Every limit that can be kept is, none is bought with money, and the costs are added up rightly."""
    asked = small_problem(seed)
    slack, cost = purchase_oracle.best_plan(asked, int(max(asked.most_packs.max(), 1)))
    plan = plan_exactly(asked)
    counted = purchase_oracle.priced(asked, plan.packs.tolist())
    assert counted is not None
    assert counted == pytest.approx((plan.evaluation.slack_cost, plan.cost), abs=CENT)
    assert plan.evaluation.slack_cost == pytest.approx(slack, abs=CENT)
    assert plan.feasible == (slack < CENT)
    assert plan.cost == pytest.approx(cost, abs=CENT)
    assert plan.bound <= cost + CENT
    assert plan.gap <= 1e-3


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_both_solvers_find_the_same_cost(seed: int) -> None:
    asked = small_problem(seed)
    other = plan_exactly(asked, solver=pulp.COIN_CMD(path=pulp_cbc_path, msg=False))
    assert other.cost == pytest.approx(plan_exactly(asked).cost, abs=CENT)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_more_room_never_costs_more(seed: int) -> None:
    """Where nothing had to be broken; elsewhere less may be broken, for more money. (A pin is no limit: it
    also allows what suppliers do not.)"""
    asked = small_problem(seed)
    before = plan_exactly(asked)
    suppliers = replace(asked.suppliers, minimum_order_value=asked.suppliers.minimum_order_value / 2)
    for wider in (
        replace(asked, budget=asked.budget * 1.5),
        replace(asked, suppliers=suppliers),
        replace(asked, storage=None),
        replace(asked, required=None),
    ):
        after = plan_exactly(wider)
        assert after.evaluation.slack_cost <= before.evaluation.slack_cost + CENT
        if before.feasible:
            assert after.cost <= before.cost + CENT


def test_what_a_budget_is_worth_is_said() -> None:
    """A unit costs 2 and saves 5 for the first ten: a budget of 10 buys five, one more is worth 3 / 2."""
    zero = np.zeros(1, dtype=np.int64)
    asked = PurchaseProblem(
        periods=("this week",),
        lines=("one",),
        curves=CostCurves(np.array([[[0.0, 10, 30]]]), np.array([[[50.0, 0, 20]]])),
        offers=Offers(zero, zero, np.array([1]), np.array([2.0])),
        suppliers=Suppliers(("A",), np.array([4.0]), np.array([1.0]), np.ones((1, 1), dtype=bool)),
        value=np.zeros(1),
        budget=np.array([10.0]),
    )
    plan = plan_exactly(asked)
    assert plan.quantity.tolist() == [[5]]
    assert plan.cost == pytest.approx(25 + 10 + 1)
    assert plan.binding == (Binding(Limit.BUDGET, None, 0, pytest.approx(1.5)),)


def test_a_pin_overrules_calendar_minimum_and_use() -> None:
    asked = small_problem(5)
    closed = replace(asked.suppliers, order_periods=np.zeros_like(asked.suppliers.order_periods))
    pinned = int(asked.offers.pack_size[0]) * 40
    plan = plan_exactly(replace(asked, suppliers=closed, pins=(Pin(0, 0, pinned),)))
    assert plan.quantity.sum() == plan.quantity[0, 0] == pinned


def test_a_solver_without_a_proof_is_not_believed() -> None:
    class GivesUp(pulp.HiGHS):  # type: ignore[misc]
        def actualSolve(self, problem: pulp.LpProblem) -> int:  # noqa: N802 - the name is PuLP's
            problem.assignStatus(pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound)
            return 0

    with pytest.raises(ServiceError, match="No Solution Found"):
        plan_exactly(small_problem(1), solver=GivesUp(msg=False))


def test_the_expected_costs_of_paths_are_their_mean() -> None:
    rng = np.random.default_rng(5)
    demand = rng.poisson(4, (2, 50, 3)).astype(float)
    supply = np.broadcast_to([0.0, 3.0, 8.0, 20.0], (2, 3, 4)).copy()
    curves = curves_of_paths(
        demand,
        on_hand=np.array([2.0, 5.0]),
        supply=supply,
        holding_cost=np.array([1.0, 2.0]),
        backorder_cost=np.array([9.0, 5.0]),
    )
    cost = shelf = 0.0
    for path in demand[1]:
        before = 5 + 8 - (path[0] + path[1])
        net = before - path[2]
        cost += (2 * max(net, 0) + 5 * max(-net, 0)) / 50
        shelf += max(before, 0) / 50
    assert curves.cost[1, 2, 2] == pytest.approx(cost)
    assert curves.on_shelf is not None
    assert curves.on_shelf[1, 2, 2] == pytest.approx(shelf)


def test_the_expected_costs_of_a_gamma_law_are_those_of_its_paths() -> None:
    rng = np.random.default_rng(7)
    demand = rng.gamma(2.0, 3.0, (1, 100_000, 2))
    terms = {
        "on_hand": np.array([4.0]),
        "supply": np.broadcast_to([0.0, 5.0, 10.0, 30.0], (1, 2, 4)).copy(),
        "holding_cost": np.ones(1),
        "backorder_cost": np.full(1, 6.0),
    }
    by_law = curves_of_gamma(np.array([[6.0, 12.0]]), np.array([[18.0, 36.0]]), **terms)
    by_paths = curves_of_paths(demand, **terms)
    assert by_law.cost == pytest.approx(by_paths.cost, rel=0.02)
    assert by_law.on_shelf == pytest.approx(by_paths.on_shelf, rel=0.02)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-20, 20)), min_size=1, max_size=7))
def test_the_hull_is_the_greatest_convex_curve_below(steps: list[tuple[int, int]]) -> None:
    supply = np.concatenate([[0.0], np.cumsum([width for width, _ in steps])])
    cost = np.array([5.0, *(float(value) for _, value in steps)])
    keep = np.append(True, np.diff(supply) > 0)
    cost = cost[np.maximum.accumulate(np.where(keep, np.arange(len(cost)), 0))]
    hull = CostCurves.hull(supply[None, None], cost[None, None]).cost[0, 0]
    points = range(len(supply))
    for k in points:
        below = [
            cost[i] + (cost[j] - cost[i]) * (supply[k] - supply[i]) / (supply[j] - supply[i])
            for i in points
            for j in points
            if supply[i] <= supply[k] <= supply[j] and supply[i] < supply[j]
        ]
        assert hull[k] == pytest.approx(min([*below, cost[k]]))


def test_what_breaks_a_limit_is_named() -> None:
    asked = replace(small_problem(3), pins=(), required=None)
    assert evaluate(asked, np.zeros((len(asked.offers), len(asked.periods)), dtype=np.int64)).slacks == ()


def test_what_cannot_be_asked_is_refused() -> None:
    asked = small_problem(3)
    pack = int(asked.offers.pack_size[0])
    with pytest.raises(InputError, match="whole packs"):
        replace(asked, pins=(Pin(0, 0, pack + 1),))
    with pytest.raises(InputError, match="pinned twice"):
        replace(asked, pins=(Pin(0, 0, pack), Pin(0, 0, 0)))
    with pytest.raises(InputError, match="not there"):
        replace(asked, pins=(Pin(0, 9, pack),))
    with pytest.raises(InputError, match="budget must be at least 0"):
        replace(asked, budget=-np.ones(len(asked.periods)))
    with pytest.raises(InputError, match="value has the shape"):
        replace(asked, value=np.zeros(9))
    with pytest.raises(InputError, match="price of budget"):
        Prices(budget=0.0)
    with pytest.raises(InputError, match="not convex"):
        CostCurves(np.array([[[0.0, 1, 2]]]), np.array([[[0.0, 2, 3]]]))
    with pytest.raises(InputError, match="pack_size"):
        Offers(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.array([0]), np.ones(1))
    with pytest.raises(InputError, match="price break"):
        asked.offers.with_price_breaks(np.zeros(1, dtype=np.int64), np.array([50]), np.array([99.0]))

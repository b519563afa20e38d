"""What would have to give way where not all limits can be kept, by hand and against every plan there is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purchase_case import small_problem

from planning.purchasing.curves import CostCurves
from planning.purchasing.plan import plan_exactly
from planning.purchasing.problem import Limit, Offers, PurchaseProblem, Suppliers
from planning.purchasing.relaxations import ways_out
from planning.purchasing.sentences import sentences


def one_line(required: float, minimum: float, budget: float, most: float = 60) -> PurchaseProblem:
    """Units at 10 each in packs of 5; a unit that is missing costs 1, one too many nothing."""
    zero = np.zeros(1, dtype=np.int64)
    return PurchaseProblem(
        periods=("week 1",),
        lines=("soap",),
        curves=CostCurves(np.array([[[0.0, 30, most]]]), np.array([[[30.0, 0, 0]]])),
        offers=Offers(zero, zero, np.array([5]), np.array([10.0])),
        suppliers=Suppliers(("B",), np.array([minimum]), np.zeros(1), np.ones((1, 1), dtype=bool)),
        value=np.array([10.0]),
        budget=np.array([budget]),
        required=np.array([[required]]),
    )


def test_what_is_required_needs_money_or_is_missing() -> None:
    """40 units cost 400, 320 more than the budget of 80; with it 5 units are there and 35 are missing."""
    plan = plan_exactly(one_line(required=40, minimum=0, budget=80))
    assert not plan.feasible
    ways = {way.limits[0]: way for way in ways_out(plan)}
    assert [(part.amount, part.period) for part in ways[Limit.BUDGET].parts] == [(pytest.approx(320), 0)]
    assert [part.amount for part in ways[Limit.REQUIRED].parts] == [pytest.approx(35)]
    assert Limit.MINIMUM_ORDER_VALUE not in ways
    said = sentences(plan, ways_out(plan))
    assert said[0] == "Not every limit can be kept: 35 units of soap missing in week 1 (priced at 35)."
    assert "320 more budget in week 1, at 25 less" in said[1]


def test_a_minimum_above_what_is_of_use_has_to_come_down() -> None:
    """No more than 40 units are of use, 400 of money; the supplier wants 500."""
    plan = plan_exactly(one_line(required=40, minimum=500, budget=math.inf, most=40))
    ways = {way.limits[0]: way for way in ways_out(plan)}
    assert [part.amount for part in ways[Limit.MINIMUM_ORDER_VALUE].parts] == [pytest.approx(100)]
    assert any(
        "supplier B's minimum down to 400 in week 1" in each for each in sentences(plan, ways_out(plan))
    )


def test_a_plan_that_keeps_all_limits_needs_no_way_out() -> None:
    plan = plan_exactly(one_line(required=10, minimum=0, budget=1000))
    assert ways_out(plan) == ()
    assert sentences(plan)[:2] == [
        "Every limit can be kept.",
        "The plan costs 0 (purchases 300, worth of what is bought -300), and nothing is cheaper.",
    ]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_a_way_out_is_one(seed: int) -> None:
    """With the limits changed by its parts a plan without slack exists, and costs what was said."""
    asked = replace(small_problem(seed), total_budget=math.inf)
    for way in ways_out(plan_exactly(asked)):
        minimum, budget = asked.suppliers.minimum_order_value.copy(), asked.budget.copy()
        storage, required = asked.storage, asked.required
        for part in way.parts:
            assert part.limit in way.limits
            if part.limit is Limit.MINIMUM_ORDER_VALUE:
                minimum[part.subject] -= part.amount
            elif part.limit is Limit.BUDGET:
                budget[part.period] += part.amount
            elif part.limit is Limit.STORAGE and storage is not None:
                capacity = storage.capacity.copy()
                capacity[part.subject, part.period] += part.amount
                storage = replace(storage, capacity=capacity)
            elif required is not None:
                required = required.copy()
                required[part.subject, part.period] -= part.amount
        wider = replace(
            asked,
            suppliers=replace(asked.suppliers, minimum_order_value=np.maximum(minimum, 0.0)),
            budget=budget,
            storage=storage,
            required=required,
        )
        plan = plan_exactly(wider)
        assert plan.feasible
        assert plan.cost <= way.cost + 1e-3

"""The way for many lines against the programme as it is written, and the closed form against both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import purchase_oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purchase_case import small_problem

from planning.purchasing.evaluation import evaluate
from planning.purchasing.multipliers import Multipliers, Relaxation
from planning.purchasing.plan import plan_exactly, plan_purchases
from planning.purchasing.problem import PurchaseProblem
from planning.purchasing.schedules import Schedules

SEEDS = st.integers(0, 10**6)
CENT = 1e-3


def without_storage(seed: int) -> PurchaseProblem:
    """Also without what has to be there, and without pins that break a limit by themselves."""
    asked = replace(small_problem(seed), storage=None, required=None)
    broken = evaluate(asked, np.maximum(asked.pinned, 0)).slacks
    return replace(asked, pins=()) if broken else asked


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_the_way_for_many_lines_keeps_every_limit_and_its_bound_is_one(seed: int) -> None:
    asked = without_storage(seed)
    plan, exact = plan_purchases(asked, exact_up_to=0), plan_exactly(asked)
    counted = purchase_oracle.priced(asked, plan.packs.tolist())
    assert counted is not None
    assert counted == pytest.approx((0.0, plan.cost), abs=CENT)
    assert plan.bound <= exact.cost + CENT
    assert plan.cost >= exact.bound - CENT


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_whatever_the_prices_the_bound_is_one(seed: int) -> None:
    """Weak duality, at prices drawn at random."""
    rng, asked = np.random.default_rng(seed), without_storage(seed)
    relaxation = Relaxation(asked, Schedules(asked))
    at = Multipliers(
        np.where(np.isfinite(asked.budget), rng.uniform(0, 0.5, len(asked.periods)), 0.0),
        float(rng.uniform(0, 0.5)) if np.isfinite(asked.total_budget) else 0.0,
        rng.uniform(0, 0.8, asked.suppliers.order_periods.shape) * asked.suppliers.matters[:, None],
        relaxation.shared(rng.normal(size=(len(asked.offers), len(asked.periods)))),
    )
    assert relaxation.bound(at)[0] <= plan_exactly(asked).cost + CENT


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.booleans())
def test_lines_that_share_nothing_are_planned_alone(seed: int, one_costs: bool) -> None:
    """The closed form costs what the programme does; with one supplier that costs by the order, in parts."""
    asked = without_storage(seed)
    count, periods = len(asked.suppliers.names), len(asked.periods)
    suppliers = replace(asked.suppliers, minimum_order_value=np.zeros(count), ordering_cost=np.zeros(count))
    if one_costs:
        suppliers = replace(suppliers, ordering_cost=np.eye(count)[0] * 3.0)
    asked = replace(asked, suppliers=suppliers, budget=np.full(periods, np.inf), total_budget=np.inf)
    plan = plan_purchases(asked)
    assert plan.cost == pytest.approx(plan_exactly(asked).cost, abs=CENT)
    assert plan.gap <= 1e-3
    assert purchase_oracle.priced(asked, plan.packs.tolist()) == pytest.approx((0.0, plan.cost), abs=CENT)

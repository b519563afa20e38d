from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_case import paths_of, plan_of, table

from intake.errors import InputError
from planning.budget_limit import with_materials
from planning.coupling import with_coupling
from planning.minimum_value import RAISED
from planning.plan import Plan, PlanSettings

PACK = 5


def shop(budget: dict[str, float], pins: dict[str, int] | None = None, **tables: Any) -> Plan:
    """10, 20 and 30 are needed at 2.00 in packs of five; a lost sale costs 1, 2 and 3."""
    ids = ["a", "b", "c"]
    given = {
        "stock": table(unique_id=ids, on_hand=[20.0, 40.0, 60.0]),
        "items": table(unique_id=ids, shortage_cost=[1.0, 2.0, 3.0], holding_cost=[0.1] * 3),
        "terms": table(
            supplier_id=["mill"] * 3, unique_id=ids, unit_cost=[2.0] * 3, pack_size=[float(PACK)] * 3
        ),
    }
    return plan_of(
        paths_of(a=[10, 10, 10], b=[20, 20, 20], c=[30, 30, 30]),
        PlanSettings(budget=budget, pins=pins or {}),
        **given | tables,
    )


def about_the_plan(plan: Plan) -> list[str]:
    table = plan.exceptions
    return table.loc[(table["unique_id"] == "") & (table["supplier_id"] == ""), "reason"].tolist()


def test_a_budget_leaves_out_what_is_worth_least() -> None:
    plan = shop({"USD": 100.0})
    assert plan.lines["order_quantity"].tolist() == [0, 20, 30]
    assert plan.lines["coupling"].tolist() == [-10, 0, 0]
    assert about_the_plan(plan) == [
        "the orders would cost 120.00 USD and the budget is 100.00: 1 line orders less, which costs 10.00 in "
        "expected money; one more of budget is worth 0.50"
    ]
    assert "= 10; 10 fewer for the budget = 0. Without an order out of stock" in plan.lines["explanation"][0]
    assert shop({"": 100.0}).lines["order_quantity"].tolist() == [0, 20, 30]


def test_a_budget_that_is_enough_changes_nothing() -> None:
    pd.testing.assert_frame_equal(shop({"USD": 120.0}).lines, shop({}).lines)
    assert not about_the_plan(shop({"EUR": 1.0}))


def test_pins_come_first_and_are_said_where_they_alone_cost_more() -> None:
    plan = shop({"USD": 60.0}, {"a": 10})
    assert plan.lines["order_quantity"].tolist() == [10, 0, 20]
    beyond = shop({"USD": 15.0}, {"a": 10})
    assert beyond.lines["order_quantity"].tolist() == [10, 0, 0]
    assert "what is pinned or has no price costs 20.00" in about_the_plan(beyond)[0]
    everything = shop({"USD": 15.0}, {"a": 10, "b": 0, "c": 0})
    assert "nothing can be left out that is not pinned" in about_the_plan(everything)[0]


def test_a_minimum_that_was_reached_stays_reached_or_nothing_is_ordered() -> None:
    """Of 110 for the orders and 100 at least at the mill, 25 for c leave nothing that the mill accepts."""
    suppliers = table(supplier_id=["mill"], lead_time=[14.0], currency=["USD"], minimum_order_value=[100.0])
    assert shop({"USD": 110.0}, suppliers=suppliers).lines["amount"].sum() == 110.0
    assert shop({"USD": 90.0}, suppliers=suppliers).lines["amount"].sum() == 0.0


def test_what_was_raised_for_a_minimum_and_cut_for_a_budget_says_both() -> None:
    line = table(unique_id=["a"], supplier_id=["mill"], order_quantity=[10], coupling=[0])
    line = line.assign(coupling_words="", list_price=2.0)
    tiers = table(unique_id=[], supplier_id=[], break_quantity=[], unit_cost=[])
    raised = with_coupling(line, np.array([0]), np.array([20]), RAISED, tiers)
    cut = with_coupling(raised, np.array([0]), np.array([16]), "{units} fewer for the budget", tiers)
    assert cut["coupling"].tolist() == [6]
    assert cut["coupling_words"].tolist() == [
        "raised, to reach the minimum order value of mill, by 10, 4 fewer for the budget"
    ]


def test_two_currencies_need_two_budgets() -> None:
    suppliers = table(supplier_id=["mill", "farm"], lead_time=[14.0] * 2, currency=["USD", "EUR"])
    terms = table(supplier_id=["mill", "farm", "farm"], unique_id=["a", "b", "c"], unit_cost=[2.0] * 3)
    tables = {"suppliers": suppliers, "terms": terms}
    with pytest.raises(InputError, match="EUR and USD: state a budget for each"):
        shop({"": 100.0}, **tables)
    lines = shop({"USD": 10.0, "EUR": 70.0}, **tables).lines.set_index("unique_id")
    assert lines.loc[["a", "b", "c"], "order_quantity"].tolist() == [5, 5, 30]


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_agrees_with_trying_every_number_of_packs(seed: int, spared: int) -> None:
    """Certain demand, so that a lost sale is its price and nothing that is ordered is left over."""
    rng = np.random.default_rng(seed)
    packs, worth, price = rng.integers(0, 5, 3), rng.integers(1, 9, 3), rng.integers(1, 6, 3)
    weekly = packs * PACK
    ids = ["a", "b", "c"]
    free = float((weekly * price).sum())
    budget = max(free - spared, 0.0)
    plan = plan_of(
        paths_of(a=[weekly[0]], b=[weekly[1]], c=[weekly[2]]),
        PlanSettings(budget={"USD": budget}),
        stock=table(unique_id=ids, on_hand=[0.0] * 3),
        items=table(unique_id=ids, shortage_cost=list(worth.astype(float)), holding_cost=[0.001] * 3),
        terms=table(
            supplier_id=["mill"] * 3,
            unique_id=ids,
            unit_cost=list(price.astype(float)),
            pack_size=[float(PACK)] * 3,
            lead_time=[0.0] * 3,
        ),
    )
    assert plan.lines["amount"].sum() <= budget + 1e-6
    cheapest = min(
        float(((packs - np.array(chosen)) * PACK) @ worth)
        for chosen in itertools.product(*(range(most + 1) for most in packs))
        if (np.array(chosen) * PACK) @ price <= budget + 1e-9
    )
    assert plan.lines["expected_cost"].sum() <= cheapest * 1.011 + 0.01


def test_what_our_own_plant_supplies_costs_no_money_here() -> None:
    items = table(unique_id=["boston/a", "plant/a"], source=["plant", None], shortage_cost=[1.0, None])
    suppliers = table(supplier_id=["plant", "mill"], lead_time=[14.0] * 2, currency=["USD"] * 2)
    terms = table(supplier_id=["plant", "mill"], unique_id=["boston/a", "boston/b"], unit_cost=[2.0, 2.0])
    plan = plan_of(
        paths_of(boston_a=[1, 1, 30], boston_b=[1, 1, 30]),
        PlanSettings(budget={"USD": 40.0}),
        stock=table(unique_id=["boston/a", "boston/b"], on_hand=[2.0, 2.0]),
        items=items,
        suppliers=suppliers,
        terms=terms,
    )
    assert plan.lines["order_quantity"].tolist() == [20, 30]
    assert plan.notes[-1] == (
        "Of the orders 60.00 USD are to places of our own (plant): no supplier is paid for them, and a "
        "budget does not count them."
    )


def test_materials_that_break_the_budget_are_said() -> None:
    lines = table(supplier_id=["mill"], order_quantity=[10], amount=[90.0], currency=["USD"])
    materials = table(supplier_id=["dock"], order_quantity=[5], amount=[25.0], currency=["USD"])
    ((_, _, reason),) = with_materials(lines, materials, PlanSettings(budget={"": 100.0}))
    assert "with materials for 25.00 the orders cost 115.00 USD and the budget is 100.00" in reason
    assert not with_materials(lines, materials, PlanSettings(budget={"USD": 115.0}))
    assert not with_materials(lines, pd.DataFrame(), PlanSettings(budget={"USD": 1.0}))

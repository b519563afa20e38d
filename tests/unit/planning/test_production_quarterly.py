from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import oracles
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulp.apis.coin_api import pulp_cbc_path
from quarterly_workbook import WEEKS, Made, read, workbook

from intake.errors import InputError
from intake.workbooks.cross_table import Quarter
from planning.production.quarterly import QuarterlyProduction, plan_quarters
from planning.production.quarterly_rules import Capacity, QuarterlyRules, window_of
from planning.production.quarterly_sentences import sentences

Q3, Q4 = Quarter(1996, 3), Quarter(1996, 4)
SMALL = QuarterlyRules(minimum_run=0.0, ramp=1000.0, least_excess=5.0, most_excess=10.0)
PLENTY, LITTLE = (40.0,) * 3 * WEEKS, (4.0,) * 3 * WEEKS
rich = Made("A1", (110.0, 120.0, 130.0), PLENTY)
quiet = Made("Z9", (0.0,) * 3, (0.0,) * 3 * WEEKS, opening=8.0)  # wants nothing and is where it should be
poor = Made("B2", (210.0, 220.0, 230.0), LITTLE, density=3.0)


def planned(*products: Made, solver: pulp.LpSolver | None = None, **rules: Any) -> QuarterlyProduction:
    asked = replace(SMALL, **rules)
    return plan_quarters(window_of(read(workbook(*products, quiet)), asked), asked, solver)


def of(frame: pd.DataFrame, product: str) -> pd.DataFrame:
    return frame[frame["product"] == product]


def agrees_with_the_formulas(plan: QuarterlyProduction, products: tuple[Made, ...], rules: Any) -> None:
    """What the plan says of quarter ends, and its goals, against the workbook's formulas."""
    sums = {"short": 0.0, "over": 0.0}
    for product in products:
        rows = of(plan.weekly, product.name)
        use = [part["use"].tolist() for _, part in rows.groupby("quarter")]
        ends = oracles.quarter_ends(
            use,
            [[product.yield_rate] * len(weeks) for weeks in use],
            product.density,
            product.demand,
            [product.weeks_of_supply] * 2,
            product.opening,
        )
        said = of(plan.quarterly, product.name)
        for name in ends[0]:
            assert said[name].tolist() == pytest.approx([end[name] for end in ends], abs=1e-3)
        late = sum(max(-end["balance"], 0.0) for end in ends)
        assert plan.goals[f"backorders of {product.name}"] == pytest.approx(late, abs=1e-2)
        sums["short"] += sum(max(rules.least_excess - end["excess"], 0.0) for end in ends)
        sums["over"] += sum(max(end["excess"] - rules.most_excess, 0.0) for end in ends)
    assert {name: plan.goals[name] for name in sums} == pytest.approx(sums, abs=1e-2)


SOLVERS = [
    pytest.param(pulp.HiGHS(msg=False), id="HiGHS"),
    pytest.param(pulp.COIN_CMD(path=pulp_cbc_path, msg=False), id="CBC"),
]


@pytest.mark.parametrize("solver", SOLVERS)
def test_what_can_be_had_is_had_and_the_rest_is_told(solver: pulp.LpSolver) -> None:
    plan = planned(rich, poor, solver=solver)
    agrees_with_the_formulas(plan, (rich, poor), SMALL)
    assert plan.goals["backorders of A1"] == 0.0
    # 13 weeks of 4 units make 13 x 4 x 3 x .9 = 140.4 against 210 - 50, and then against 220.
    assert plan.goals["backorders of B2"] == pytest.approx((160 - 140.4) + (160 - 140.4) + (220 - 140.4))
    assert {each.product for each in plan.tight} == {"B2"}
    # A unit of the first quarter is good for both quarter ends.
    assert plan.tight[0].worth == pytest.approx(2 * 3 * 0.9)
    assert of(plan.weekly, "B2")["use"].tolist() == pytest.approx([4.0] * 2 * WEEKS)


@settings(max_examples=6)
@given(
    st.lists(st.integers(0, 400).map(float), min_size=3, max_size=3),
    st.lists(st.integers(0, 20).map(float), min_size=3 * WEEKS, max_size=3 * WEEKS),
    st.sampled_from([1.0, 4.0, 1000.0]),
    st.sampled_from([None, 5]),
    st.sampled_from([0.0, 7.0, 60.0]),
)
def test_a_plan_always_comes_back_within_its_limits(
    demand: list[float], capacity: list[float], ramp: float, batch: int | None, minimum_run: float
) -> None:
    product = Made("B2", tuple(demand), tuple(capacity))
    plan = planned(product, ramp=ramp, batch=batch, minimum_run=minimum_run)
    rules = replace(SMALL, ramp=ramp)
    agrees_with_the_formulas(plan, (product,), rules)
    assert sentences(plan)
    use = of(plan.weekly, "B2")["use"].to_numpy()
    assert (use >= 0).all()
    assert (use <= np.array(capacity[: len(use)]) + 1e-5).all()
    assert (np.diff(use) <= ramp + 1e-5).all()
    idle = float(np.maximum(minimum_run - use, 0).sum())
    assert plan.goals["minimum_run"] == pytest.approx(idle, abs=1e-3)
    if batch:
        assert (use % batch == 0).all()
    elif minimum_run == 0:
        most = oracles.most_use(capacity[: len(use)], ramp)
        ends = oracles.quarter_ends(
            [most[:WEEKS], most[WEEKS:]], [[0.9] * WEEKS] * 2, 2.0, demand, [1.3] * 2, product.opening
        )
        late = sum(max(-end["balance"], 0.0) for end in ends)
        assert plan.goals["backorders of B2"] == pytest.approx(late, abs=1e-2)


def test_capacity_is_handed_down_to_the_next_product_in_a_cascade() -> None:
    own, cascade = planned(rich, poor), planned(rich, poor, capacity=Capacity.CASCADE)
    assert own.goals["backorders of B2"] > cascade.goals["backorders of B2"] == 0.0
    use = cascade.weekly.pivot_table(index="week", columns="product", values="use")
    assert (use["A1"] <= 40 + 1e-6).all()
    assert (use.sum(axis=1) <= 44 + 1e-6).all()
    upwards = planned(poor, rich, capacity=Capacity.CASCADE)
    assert upwards.goals["backorders of B2"] == pytest.approx(own.goals["backorders of B2"])


def test_the_products_that_come_first_in_the_workbook_are_served_first() -> None:
    """Both of them want what the first has and hands down: 13 x 8 units a quarter."""
    first = Made("A1", (180.0, 180.0, 0.0), (8.0,) * 3 * WEEKS)
    second = Made("B2", (180.0, 180.0, 0.0), (0.0,) * 3 * WEEKS)
    plan = planned(first, second, capacity=Capacity.CASCADE)
    assert plan.goals["backorders of A1"] == 0.0
    assert plan.goals["backorders of B2"] > 100.0


def test_more_capacity_would_be_enough() -> None:
    plan = planned(rich, poor)
    assert plan.still_missing == 0.0
    assert set(plan.more_capacity["product"]) == {"B2"}
    added = plan.more_capacity.set_index("week")["units"].to_dict()
    capacity = tuple(units + added.get(week, 0.0) + 1e-4 for week, units in enumerate(LITTLE, start=1))
    enough = planned(rich, replace(poor, capacity=capacity))
    assert enough.goals["backorders of B2"] == enough.goals["short"] == 0.0
    # All demand and the excess on top of the safety stock, less the opening stock and what there is.
    wanted = (210 + 220 - 50 + 1.3 * 230 / 13 + 5) / (3 * 0.9)
    assert sum(added.values()) == pytest.approx(wanted - 2 * 13 * 4, abs=1e-3)


def test_balance_is_rolled_forward_over_quarters_whose_supply_is_given() -> None:
    begun = replace(rich, supply=(90.0, None, None))
    content = workbook(begun, replace(quiet, supply=(0.0, None, None)))

    def rolled(**rules: Any) -> list[tuple[int, float]]:
        asked = replace(SMALL, **rules)
        rows = of(plan_quarters(window_of(read(content), asked), asked).quarterly, "A1")
        before = rows["balance"] - rows["yielded_supply"] + rows["demand"]
        return list(zip(rows["quarter"].dt.month, before, strict=True))

    assert rolled() == [(10, pytest.approx(50 + 90 - 110))]
    assert rolled(opening_balance=0.0) == [(10, pytest.approx(90 - 110))]
    assert rolled(first=Q3)[0] == (7, pytest.approx(50))


def test_the_last_quarter_has_no_safety_stock_to_keep() -> None:
    plan = planned(rich, last=Quarter(1997, 1))
    last = of(plan.quarterly, "A1").iloc[-1]
    assert np.isnan(last["safety_stock"])
    assert last["backorders"] == last["short"] == 0.0


def test_a_plan_speaks() -> None:
    assert sentences(planned(rich, poor)) == [
        "A1 uses 110 of 1,040 units of capacity.",
        "B2 uses 104 of 104 units of capacity; backorders of 119, summed over 2 quarter ends from the "
        "quarter of 1996-07 on; 174 short of the wanted stock, summed over quarter ends.",
        "Z9 uses 0 of 0 units of capacity.",
        "What holds it back first: the capacity of B2 in week 1 (WW_01), of which one unit more saves 5; "
        "then 25 more limits.",
        "With 47 more units of capacity (47 for B2 over 2 weeks) nothing would be late or short.",
    ]


def every_supply_given() -> None:
    window_of(read(workbook(*(replace(each, supply=(1.0,) * 3) for each in (rich, poor)))), SMALL)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: QuarterlyRules(ramp=-1.0), "ramp is -1"),
        (lambda: QuarterlyRules(most_excess=1.0), "most_excess is below least_excess"),
        (lambda: QuarterlyRules(batch=0), "batch is 0"),
        (lambda: QuarterlyRules(first=Q4, last=Q3), "the last quarter, Q3 96, lies before the first, Q4 96"),
        (lambda: planned(rich, first=Quarter(1999, 1)), "the workbook has no weeks of Q1 99"),
        (lambda: planned(rich, first=Q4), "begin in Q4 96 and the supply of Q3 96 is not given"),
        (
            lambda: planned(replace(rich, capacity=LITTLE[:20])),
            "6 of 52 numbers of capacity from Q3 96",
        ),
        (lambda: planned(replace(rich, density=0.0)), "a density must be above 0"),
        (lambda: planned(replace(rich, capacity=(-1.0, *LITTLE[1:]))), "a capacity is below 0"),
        (lambda: every_supply_given(), "the supply of every quarter is given"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        make()
    assert said in str(refused.value)

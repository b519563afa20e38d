from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import oracles
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import InputError, ServiceError
from planning.production.plan import ProductionPlan, plan_production
from planning.production.problem import (
    Aim,
    Prices,
    Process,
    Product,
    ProductionProblem,
    Resource,
    spread,
    stock_of_weeks,
)
from planning.production.sentences import sentences

whole = st.integers(0, 60).map(float)
few = settings(max_examples=10)


@st.composite
def problems(draw: st.DrawFn, *, feasible: bool = False, integers: bool = True) -> ProductionProblem:
    """Two products, on lines of their own and on one that both share; with demand that a drawn use serves."""
    periods = draw(st.integers(1, 5))

    def row(numbers: st.SearchStrategy[float] = whole) -> tuple[float, ...]:
        return tuple(draw(st.lists(numbers, min_size=periods, max_size=periods)))

    resources = tuple(Resource(name, row(), draw(st.sampled_from([0.0, 5.0]))) for name in ("one", "both"))
    processes = []
    for unique_id, name in (("a", "one"), ("a", "both"), ("b", "both")):
        process = Process(
            unique_id,
            name,
            density=draw(st.sampled_from([0.5, 1.0, 4.0])),
            yield_rate=draw(st.sampled_from([0.5, 0.8, 1.0])),
            ramp=draw(st.sampled_from([None, 7.0])),
            before=draw(st.sampled_from([None, 10.0])),
            minimum_run=draw(st.sampled_from([0.0, 0.0, 12.0])) if integers else 0.0,
            scheduled=draw(st.sampled_from([(), (None,), (20.0,)])),
        )
        processes.append(process)
    asked = ProductionProblem(
        tuple(f"W{t}" for t in range(periods)),
        tuple(
            Product(
                unique_id,
                row(),
                on_hand=draw(st.integers(-30, 60)),
                safety_stock=draw(st.sampled_from([0.0, 10.0])),
                safety_stock_weeks=draw(st.sampled_from([0.0, 1.5])),
                final_stock=draw(st.sampled_from([None, 0.0, 15.0])),
                priority=draw(st.integers(1, 2)),
            )
            for unique_id in ("a", "b")
        ),
        resources,
        tuple(processes),
        cascade=draw(st.sampled_from([(), ("one", "both"), ("both", "one")])),
    )
    return _made_feasible(asked, row) if feasible else asked


def _made_feasible(asked: ProductionProblem, row: Any) -> ProductionProblem:
    """The same with demand, capacity and stock that the drawn use fits."""
    use = [row() for _ in asked.processes]
    resources = tuple(
        replace(
            resource,
            minimum_run=0.0,
            capacity=tuple(
                sum(use[i][t] for i, p in enumerate(asked.processes) if p.resource == resource.name)
                for t in range(len(asked.periods))
            ),
        )
        for resource in asked.resources
    )
    processes = tuple(
        replace(process, ramp=60.0, before=None, minimum_run=0.0, scheduled=row[:1])
        for process, row in zip(asked.processes, use, strict=True)
    )
    products = []
    for product in asked.products:
        made = [
            sum(
                use[i][t] * float(p.density) * float(p.yield_rate)  # type: ignore[arg-type]
                for i, p in enumerate(processes)
                if p.unique_id == product.unique_id
            )
            for t in range(len(asked.periods))
        ]
        products.append(
            replace(
                product,
                demand=(made[0] + max(product.on_hand, 0.0), *made[1:]),
                on_hand=max(product.on_hand, 0.0),
                safety_stock=0.0,
                safety_stock_weeks=0.0,
                final_stock=0.0,
            )
        )
    return replace(asked, products=tuple(products), resources=resources, processes=processes)


def vector(plan: ProductionPlan) -> list[float]:
    return list(plan.goals.values())


def no_worse(after: list[float], before: list[float]) -> bool:
    """Whether goals in order of importance are met at least as well, but for the solver's rounding."""
    for one, other in zip(after, before, strict=True):
        if abs(one - other) > 1e-4 * max(1.0, abs(other)):
            return one < other
    return True


@few
@given(problems())
def test_a_plan_always_comes_back_and_its_stock_adds_up(asked: ProductionProblem) -> None:
    plan = plan_production(asked)
    assert sentences(plan)
    made = plan.production.groupby(["unique_id", "period"])["good_units"].sum()
    for product in asked.products:
        net = product.on_hand
        rows = plan.balance[plan.balance["unique_id"] == product.unique_id]
        for row, demand in zip(rows.itertuples(), product.demand, strict=True):
            net += made[product.unique_id, row.period] - demand
            assert row.on_hand - row.backorders == pytest.approx(net, abs=1e-3)
            assert min(row.on_hand, row.backorders) == 0.0
    for process in asked.processes:
        for period, fixed in zip(asked.periods, process.scheduled, strict=False):
            rows = plan.production
            mine = (rows["unique_id"] == process.unique_id) & (rows["resource"] == process.resource)
            if fixed is not None:
                assert rows[mine & (rows["period"] == period)]["use"].item() == pytest.approx(fixed)


@few
@given(problems(feasible=True))
def test_nothing_is_missed_where_a_feasible_plan_exists(asked: ProductionProblem) -> None:
    plan = plan_production(asked)
    assert plan.feasible, plan.missed
    assert plan.relaxations == ()


@few
@given(problems(integers=False), st.integers(0, 4), st.integers(1, 40))
def test_more_capacity_never_makes_a_plan_worse(asked: ProductionProblem, period: int, more: int) -> None:
    first, *others = asked.resources
    given_units = spread(first.capacity, len(asked.periods))
    capacity = tuple(units + more * (t == period) for t, units in enumerate(given_units))
    relaxed = replace(asked, resources=(replace(first, capacity=capacity), *others))
    assert no_worse(vector(plan_production(relaxed)), vector(plan_production(asked)))


@few
@given(problems(integers=False))
def test_constraints_that_are_dropped_never_make_a_plan_worse(asked: ProductionProblem) -> None:
    looser = replace(
        asked,
        processes=tuple(replace(process, ramp=None) for process in asked.processes),
        resources=tuple(replace(resource, minimum_run=0.0) for resource in asked.resources),
    )
    assert no_worse(vector(plan_production(looser)), vector(plan_production(asked)))


@few
@given(problems())
def test_what_is_said_to_be_enough_is_enough(asked: ProductionProblem) -> None:
    plan = plan_production(asked)
    for relaxation in plan.relaxations:
        if relaxation.aim is not Aim.CAPACITY:
            continue
        more = {(part.resource, part.period): part.units + 1e-4 for part in relaxation.parts}
        resources = []
        for resource in asked.resources:
            given_units = zip(asked.periods, spread(resource.capacity, len(asked.periods)), strict=True)
            capacity = tuple(units + more.get((resource.name, period), 0.0) for period, units in given_units)
            resources.append(replace(resource, capacity=capacity))
        assert plan_production(replace(asked, resources=tuple(resources))).feasible


@few
@given(st.lists(st.tuples(whole, whole), min_size=1, max_size=8), st.integers(0, 80))
def test_one_line_is_as_late_as_making_all_it_can_leaves_it(
    rows: list[tuple[float, float]], on_hand: int
) -> None:
    demand, capacity = zip(*rows, strict=True)
    periods = tuple(map(str, range(len(rows))))
    product = Product("a", demand, on_hand=on_hand, final_stock=None)
    asked = ProductionProblem(periods, (product,), (Resource("line", capacity),), (Process("a", "line"),))
    plan = plan_production(asked)
    assert plan.goals["demand_1"] == pytest.approx(oracles.backlog_of_one_line(demand, capacity, on_hand))


def two_products(**changes: Any) -> ProductionProblem:
    products = (
        Product("first", (30.0, 30.0), priority=1),
        Product("second", (30.0, 30.0), priority=2),
    )
    resources = (Resource("of first", 40.0), Resource("of second", 10.0))
    processes = (Process("first", "of first"), Process("second", "of second"))
    return ProductionProblem(("W1", "W2"), products, resources, processes, **changes)


def test_capacity_that_is_not_used_is_handed_down_only_in_a_cascade() -> None:
    def late(plan: ProductionPlan) -> list[float]:
        return plan.balance["backorders"].tolist()

    assert late(plan_production(two_products())) == [0, 0, 20, 40]
    assert late(plan_production(two_products(cascade=("of first", "of second")))) == [0, 0, 10, 20]
    assert late(plan_production(two_products(cascade=("of second", "of first")))) == [0, 0, 20, 40]


def test_the_product_of_higher_priority_is_served_first() -> None:
    def late(first: int, second: int) -> list[float]:
        products = (Product("a", (30.0,), priority=first), Product("b", (30.0,), priority=second))
        line = (Resource("line", 40.0),)
        made = (Process("a", "line"), Process("b", "line", density=0.5))
        plan = plan_production(ProductionProblem(("W1",), products, line, made))
        return plan.balance["backorders"].tolist()

    assert late(1, 2) == [0, 25]
    assert late(2, 1) == [30, 10]  # all of the line makes 20 of b


def one_line(demand: tuple[float, ...], capacity: float = 100.0, **changes: Any) -> ProductionProblem:
    product = {name: changes.pop(name) for name in list(changes) if name in Product.__dataclass_fields__}
    periods = tuple(f"W{t + 1}" for t in range(len(demand)))
    process = Process("a", "line", **changes)
    return ProductionProblem(
        periods, (Product("a", demand, **product),), (Resource("line", capacity),), (process,)
    )


def uses(plan: ProductionPlan) -> list[float]:
    return plan.production["use"].tolist()


def test_production_rises_no_faster_than_the_ramp() -> None:
    assert uses(plan_production(one_line((0.0, 0.0, 60.0), ramp=20.0))) == pytest.approx([0, 20, 40])
    plan = plan_production(one_line((60.0, 0.0), ramp=20.0, before=10.0))
    assert uses(plan) == pytest.approx([30, 30])
    assert [(each.aim, each.period, each.units) for each in plan.missed] == [(Aim.DEMAND, "W1", 30.0)]
    assert {each.aim: each.units for each in plan.relaxations} == {Aim.RAMP: 30.0, Aim.DEMAND: 30.0}


def test_scheduled_production_stays_and_what_it_breaks_is_told() -> None:
    plan = plan_production(one_line((50.0, 50.0), capacity=40.0, scheduled=(55.0,)))
    assert uses(plan) == [55.0, 40.0]
    assert [(each.aim, each.period, each.units) for each in plan.missed] == [
        (Aim.CAPACITY, "W1", 15.0),
        (Aim.DEMAND, "W2", 5.0),
    ]


def test_a_run_is_as_long_as_its_minimum_or_is_none() -> None:
    plan = plan_production(one_line((10.0, 10.0, 10.0), minimum_run=30.0))
    assert uses(plan) == [30.0, 0.0, 0.0]
    plan = plan_production(one_line((10.0, 10.0), minimum_run=30.0))
    assert uses(plan) == [30.0, 0.0]
    assert [(each.aim, each.units) for each in plan.missed] == [(Aim.FINAL_STOCK, 10.0)]


def test_safety_stock_is_what_the_coming_weeks_ask_for() -> None:
    assert stock_of_weeks((10.0, 20.0, 30.0), 0.5) == (10.0, 15.0, 0.0)
    plan = plan_production(one_line((10.0, 20.0, 30.0), safety_stock_weeks=0.5))
    assert plan.balance["on_hand"].tolist() == [10.0, 15.0, 0.0]
    plan = plan_production(one_line((10.0, 20.0, 30.0), safety_stock=12.0, final_stock=5.0))
    assert plan.balance["on_hand"].tolist() == [12.0, 12.0, 5.0]


def test_stock_that_nobody_wants_is_left_over() -> None:
    plan = plan_production(one_line((10.0,), on_hand=25.0))
    assert uses(plan) == [0.0]
    assert [(each.aim, each.units) for each in plan.missed] == [(Aim.FINAL_STOCK, 15.0)]


def test_prices_decide_within_a_group() -> None:
    """Capacity that is exceeded at 3 a unit, or a unit that is late at 1 or at 9."""
    order = ((Aim.RAMP, Aim.MINIMUM_RUN), (Aim.CAPACITY, Aim.DEMAND), (Aim.SAFETY_STOCK, Aim.FINAL_STOCK))
    rest = ((Aim.COST,), (Aim.STOCK_HELD,))

    def missed(shortage_cost: float) -> list[tuple[Aim, float, float]]:
        asked = one_line((15.0,), capacity=10.0, shortage_cost=shortage_cost)
        plan = plan_production(replace(asked, prices=Prices(capacity=3.0), order=order + rest))
        return [(each.aim, each.units, each.cost) for each in plan.missed]

    assert missed(1.0) == [(Aim.DEMAND, 5.0, 5.0)]
    assert missed(9.0) == [(Aim.CAPACITY, 5.0, 15.0)]


def test_a_plan_speaks() -> None:
    plan = plan_production(one_line((100.0, 420.0), capacity=200.0, shortage_cost=2.0))
    assert sentences(plan) == [
        "Not everything can be had: 120 units of a late in W2 (costs 240).",
        "It all can be had with 120 units more of line in W2 (costs 120); or 120 units of a late in W2 "
        "(costs 240).",
        "What holds it back: the capacity of line in W1 (one more is worth 2 of demand), the capacity of "
        "line in W2 (one more is worth 2 of demand).",
    ]
    assert sentences(plan_production(one_line((10.0,))))[0] == "Everything that was asked for can be done."


def test_a_solver_that_proves_nothing_is_an_error() -> None:
    class Idle(pulp.LpSolver):  # type: ignore[misc]
        def actualSolve(self, lp: pulp.LpProblem, **_: object) -> int:  # noqa: N802
            lp.assignStatus(pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound)
            return int(lp.status)

    with pytest.raises(ServiceError, match="No Solution Found"):
        plan_production(one_line((10.0,)), Idle())


TWO = ("W1", "W2")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Product("a", (math.nan,)), "demand of product 'a' is nan"),
        (lambda: Product("a", (-1.0,)), "demand of product 'a' is -1; it must be at least 0"),
        (lambda: Product("a", (1.0,), shortage_cost=0.0), "must be above 0"),
        (lambda: Resource("line", -5.0), "capacity of resource 'line'"),
        (lambda: Process("a", "line", yield_rate=1.5), "above 0 and at most 1"),
        (lambda: Process("a", "line", density=0.0), "density of process of 'a' on 'line'"),
        (lambda: Prices(ramp=0.0), "ramp of prices"),
        (lambda: ProductionProblem((), (), (), ()), "at least one period"),
        (lambda: replace(one_line((1.0,)), periods=TWO), "demand of 'a' has 1 periods, the plan 2"),
        (lambda: replace(one_line((1.0, 2.0)), periods=("W1", "W1")), "period 'W1' is there twice"),
        (lambda: replace(one_line((1.0,)), cascade=("oven",)), "'oven', which is none of the resources"),
        (lambda: replace(one_line((1.0,)), processes=(Process("b", "line"),)), "makes 'b'"),
        (lambda: replace(one_line((1.0,)), processes=(Process("a", "oven"),)), "runs on 'oven'"),
        (lambda: replace(one_line((1.0,)), order=((Aim.COST,),)), "leaves out capacity, demand"),
        (lambda: one_line((1.0,), scheduled=(1.0, 2.0)), "scheduled of 'a' on 'line' has 2 periods"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        make()
    assert said in str(refused.value)

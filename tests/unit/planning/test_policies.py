"""Laws of the textbook policies: nothing is cheaper than the best, and slow loops agree."""

from __future__ import annotations

import doctest
import importlib
import math

import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from intake.errors import InputError
from planning.policies.base_stock import best_base_stock, cost_of_base_stock
from planning.policies.censored_demand import kaplan_meier, law_of_censored_samples
from planning.policies.demand_laws import Continuous, Outcomes, law_of, law_of_samples
from planning.policies.economic_order_quantity import (
    DiscountedDemand,
    SteadyDemand,
    all_units_discount,
    cost_of_order_quantity,
    economic_order_quantity,
    incremental_discount,
)
from planning.policies.lot_sizing import (
    known_demand,
    least_unit_cost,
    part_period_balancing,
    silver_meal,
    wagner_whitin,
)
from planning.policies.newsvendor import OneOrderCosts, OneSeason, expected_cost, newsvendor
from planning.policies.reorder_point import (
    LeadTimeDemand,
    PenalisedStock,
    WatchedStock,
    best_reorder_point,
    best_reorder_quantity,
    cost_of_reorder_quantity,
    iterated_reorder_quantity,
    reorder_point_for_fill_rate,
    service_of,
)
from planning.policies.reorder_up_to import ReviewedStock, best_reorder_up_to, cost_of_reorder_up_to

money = st.floats(0.1, 100)


@given(
    rate=money, ordering=money, holding=money, backorder=money | st.just(math.inf), factor=st.floats(1.01, 20)
)
def test_no_order_quantity_is_cheaper_than_the_economic_one(
    rate: float, ordering: float, holding: float, backorder: float, factor: float
) -> None:
    demand = SteadyDemand(
        demand_rate=rate,
        ordering_cost=ordering,
        holding_cost=holding,
        backorder_cost=backorder,
        production_rate=rate * factor,
    )
    best = economic_order_quantity(demand)
    assert best.cost == pytest.approx(cost_of_order_quantity(demand, best.order_quantity))
    assert best.cost <= cost_of_order_quantity(demand, best.order_quantity * factor) * (1 + 1e-12)
    assert best.cost <= cost_of_order_quantity(demand, best.order_quantity / factor) * (1 + 1e-12)


@st.composite
def discounts(draw: st.DrawFn) -> DiscountedDemand:
    steps = draw(st.lists(st.floats(1, 500), min_size=0, max_size=4))
    prices = draw(st.lists(st.floats(0.5, 50), min_size=len(steps) + 1, max_size=len(steps) + 1, unique=True))
    return DiscountedDemand(
        demand_rate=draw(st.floats(1, 5000)),
        ordering_cost=draw(money),
        holding_rate=draw(st.floats(0.01, 1)),
        holding_cost=draw(st.floats(0, 2)),
        break_quantity=(0.0, *np.cumsum(steps).tolist()),
        unit_cost=tuple(sorted(prices, reverse=True)),
    )


def bought(demand: DiscountedDemand, quantity: float, *, all_units: bool) -> float:
    """Money for one order, unit by unit of price."""
    cost = 0.0
    ends = [*demand.break_quantity[1:], math.inf]
    for least, most, unit_cost in zip(demand.break_quantity, ends, demand.unit_cost, strict=True):
        if all_units and least <= quantity < most:
            return unit_cost * quantity
        cost += unit_cost * max(min(quantity, most) - least, 0)
    return cost


@given(demand=discounts())
def test_no_quantity_on_a_grid_is_cheaper_than_the_best_under_discounts(demand: DiscountedDemand) -> None:
    for all_units, best in ((True, all_units_discount(demand)), (False, incremental_discount(demand))):

        def cost(quantity: float, all_units: bool = all_units) -> float:
            paid = bought(demand, quantity, all_units=all_units)
            held = demand.holding_rate * paid / quantity + demand.holding_cost
            return (paid + demand.ordering_cost) * demand.demand_rate / quantity + held * quantity / 2

        assert cost(best.order_quantity) == pytest.approx(best.cost)
        grid = [
            *np.geomspace(best.order_quantity / 50, best.order_quantity * 50, 60),
            *demand.break_quantity[1:],
        ]
        assert min(map(cost, grid)) >= best.cost * (1 - 1e-9)


@pytest.mark.parametrize(
    "law",
    [
        stats.norm(50, 8),
        stats.gamma(a=0.05, scale=1e5),
        stats.uniform(0, 10),
        stats.expon(scale=1e-3),
        stats.lognorm(s=1.5, scale=10),
        stats.nbinom(2, 0.05),
        stats.poisson(0.3),
    ],
)
@pytest.mark.parametrize("share", [0.01, 0.4, 0.9, 0.9999])
def test_the_loss_function_is_the_mean_beyond_a_quantile(law: stats.rv_frozen, share: float) -> None:
    """E[(D - x)+] by the mean of the quantile function beyond x, or the sum of P(D > y) from x on."""
    found = law_of(law)
    point = found.quantile(share)
    reached = float(law.cdf(point))
    if isinstance(found, Continuous):
        steps = np.geomspace(1e-16, 1, 40_001) * (1 - reached)
        expected = float(np.trapezoid(law.isf(steps) - point, steps))
    else:
        expected = float(law.sf(np.arange(point, point + 2_000)).sum())
    assert found.expected_shortage(point) == pytest.approx(expected, rel=1e-3, abs=1e-12)
    assert found.cumulative(point) >= share - 1e-12


@given(
    samples=st.lists(st.integers(0, 50), min_size=1, max_size=30),
    holding=money,
    shortage=money,
    at=st.integers(0, 50),
)
def test_no_order_is_cheaper_than_the_newsvendors(
    samples: list[int], holding: float, shortage: float, at: int
) -> None:
    costs, law = OneOrderCosts(holding_cost=holding, shortage_cost=shortage), law_of_samples(samples)
    best = newsvendor(law, costs)
    slow = sum(holding * max(at - wanted, 0) + shortage * max(wanted - at, 0) for wanted in samples) / len(
        samples
    )
    assert expected_cost(law, costs, at) == pytest.approx(slow)
    assert best.cost <= slow * (1 + 1e-9) + 1e-12
    assert best.order_quantity in samples


amounts = st.lists(st.integers(0, 30), min_size=1, max_size=7)


@given(demand=amounts, numbers=st.data())
def test_wagner_whitin_is_the_cheapest_of_all_sets_of_periods(
    demand: list[int], numbers: st.DataObject
) -> None:
    per_period = st.lists(st.integers(0, 40), min_size=len(demand), max_size=len(demand))
    ordering, holding, unit = (numbers.draw(per_period) for _ in range(3))
    plan = wagner_whitin(known_demand(demand, ordering_cost=ordering, holding_cost=holding, unit_cost=unit))
    assert plan.cost == pytest.approx(oracles.cheapest_lot_sizes(demand, ordering, holding, unit))
    left = np.cumsum(plan.order_quantity - demand)
    assert (left >= 0).all()
    assert left[-1] == 0
    paid = (plan.order_quantity > 0) @ np.array(ordering) + plan.order_quantity @ np.array(unit)
    assert plan.cost == pytest.approx(paid + left @ np.array(holding))


@given(demand=amounts, ordering=st.integers(0, 200), holding=st.integers(0, 5))
def test_rules_of_thumb_serve_demand_and_are_never_cheaper(
    demand: list[int], ordering: int, holding: int
) -> None:
    known = known_demand(demand, ordering_cost=ordering, holding_cost=holding)
    least = wagner_whitin(known).cost
    for rule in (silver_meal, least_unit_cost, part_period_balancing):
        lots = rule(known)
        left = np.cumsum(lots.order_quantity - demand)
        assert (left >= 0).all()
        assert left[-1] == 0
        assert lots.cost == pytest.approx(
            ordering * np.count_nonzero(lots.order_quantity) + holding * left.sum()
        )
        assert lots.cost >= least - 1e-9


def test_a_cheap_period_is_used_for_later_ones_even_without_demand_of_its_own() -> None:
    plan = wagner_whitin(known_demand([0, 0, 10], ordering_cost=[50, 1, 50], holding_cost=1))
    assert plan.order_quantity.tolist() == [0, 10, 0]


whole_demand = st.lists(st.integers(1, 9), min_size=2, max_size=5)


@settings(max_examples=15)
@given(weights=whole_demand, ordering=st.floats(0, 30), backorder=st.floats(1, 20))
def test_s_s_policies_cost_what_following_the_position_says_and_none_is_cheaper(
    weights: list[int], ordering: float, backorder: float
) -> None:
    chances = np.array(weights) / sum(weights)
    stock = ReviewedStock(
        demand=Outcomes(np.arange(float(len(chances))), chances),
        ordering_cost=ordering,
        holding_cost=1,
        backorder_cost=backorder,
    )
    best = best_reorder_up_to(stock)
    slow = oracles.cost_of_s_s(
        chances.tolist(), best.reorder_point, best.order_up_to_level, ordering, 1, backorder
    )
    assert best.cost == pytest.approx(slow, rel=1e-3)
    costs = [
        cost_of_reorder_up_to(stock, point, point + more)
        for point in range(best.reorder_point - 4, best.reorder_point + 5)
        for more in range(1, 15)
    ]
    assert best.cost <= min(costs) + 1e-9


def test_a_lead_time_enters_by_the_demand_that_is_covered() -> None:
    immediate = ReviewedStock(
        demand=law_of(stats.poisson(4)), ordering_cost=30, holding_cost=1, backorder_cost=9
    )
    later = ReviewedStock(
        demand=law_of(stats.poisson(4)),
        ordering_cost=30,
        holding_cost=1,
        backorder_cost=9,
        covered=law_of(stats.poisson(12)),
    )
    assert best_reorder_up_to(later).reorder_point > best_reorder_up_to(immediate).reorder_point + 8


@settings(max_examples=25)
@given(mean=st.floats(0.5, 20), ordering=st.floats(0.1, 50), backorder=st.floats(1, 50))
def test_no_r_q_in_whole_units_is_cheaper_than_the_best(
    mean: float, ordering: float, backorder: float
) -> None:
    stock = WatchedStock(
        demand=law_of(stats.poisson(mean)),
        demand_rate=mean,
        ordering_cost=ordering,
        holding_cost=1,
        backorder_cost=backorder,
    )
    best = best_reorder_quantity(stock)
    again = cost_of_reorder_quantity(
        stock, reorder_point=best.reorder_point, order_quantity=best.order_quantity
    )
    assert best.cost == pytest.approx(again)
    for point in (-1, 0, 1):
        for more in (-1, 0, 1):
            quantity = best.order_quantity + more
            if quantity >= 1:
                cost = cost_of_reorder_quantity(
                    stock, reorder_point=best.reorder_point + point, order_quantity=quantity
                )
                assert cost >= best.cost - 1e-9


@settings(max_examples=25)
@given(mean=st.floats(0.5, 20), quantity=st.integers(1, 30), backorder=st.floats(0.2, 50))
def test_no_r_in_whole_units_is_cheaper_for_a_given_q(mean: float, quantity: int, backorder: float) -> None:
    stock = WatchedStock(
        demand=law_of(stats.poisson(mean)),
        demand_rate=mean,
        ordering_cost=1,
        holding_cost=1,
        backorder_cost=backorder,
    )
    best = best_reorder_point(stock, order_quantity=quantity)
    for step in (-2, -1, 1, 2):
        cost = cost_of_reorder_quantity(
            stock, reorder_point=best.reorder_point + step, order_quantity=quantity
        )
        assert cost >= best.cost - 1e-9


def test_the_best_r_q_of_another_law_balances_as_zheng_says() -> None:
    stock = WatchedStock(
        demand=law_of(stats.gamma(a=2, scale=20)),
        demand_rate=40,
        ordering_cost=30,
        holding_cost=1,
        backorder_cost=15,
    )
    best = best_reorder_quantity(stock)
    above = best.reorder_point + best.order_quantity
    assert stock.cost_of_position(best.reorder_point) == pytest.approx(best.cost)
    assert stock.cost_of_position(above) == pytest.approx(best.cost)


@settings(max_examples=12)
@given(fill_rate=st.floats(0.5, 0.999), quantity=st.floats(5, 200))
def test_a_reorder_point_for_a_fill_rate_gives_it_and_no_smaller_does(
    fill_rate: float, quantity: float
) -> None:
    for law in (law_of(stats.norm(100, 30)), law_of(stats.poisson(30))):
        point = reorder_point_for_fill_rate(law, fill_rate, order_quantity=quantity)
        assert service_of(law, reorder_point=point, order_quantity=quantity).fill_rate >= fill_rate - 1e-9
        less = service_of(law, reorder_point=point - 1, order_quantity=quantity).fill_rate
        assert less < fill_rate


def test_a_steady_lead_time_and_steady_demand_need_no_safety() -> None:
    assert LeadTimeDemand(mean=10, deviation=0, lead_time=4).spread == 0
    assert LeadTimeDemand(mean=10, deviation=3, lead_time=4).spread == pytest.approx(6)


def test_a_base_stock_that_is_best_costs_less_than_its_neighbours_under_the_same_demand() -> None:
    demand = np.random.default_rng(2).poisson(3, size=(300, 60)).astype(np.float64)
    costs = OneOrderCosts(holding_cost=1, shortage_cost=12)
    best = best_base_stock(demand, costs, lead_time=1, warm_up=10)
    for neighbour in (best.order_up_to_level - 1, best.order_up_to_level + 1):
        other = cost_of_base_stock(demand, neighbour, costs, lead_time=1, warm_up=10)
        assert other.cost >= best.average.cost
    with pytest.raises(InputError, match="draw longer"):
        best_base_stock(demand[:, :2], costs, lead_time=2)
    with pytest.raises(InputError, match="two or more"):
        best_base_stock(demand[:1], costs, lead_time=1)


@given(samples=st.lists(st.integers(0, 20), min_size=1, max_size=20))
def test_without_stockouts_kaplan_meier_is_the_share_that_wanted_more(samples: list[int]) -> None:
    values, beyond = kaplan_meier(samples, [False] * len(samples))
    for value, more in zip(values, beyond, strict=True):
        assert more == pytest.approx(sum(sample > value for sample in samples) / len(samples))


@given(samples=st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=20))
def test_stockouts_never_make_demand_look_smaller(samples: list[tuple[int, bool]]) -> None:
    sold, sold_out = [units for units, _ in samples], [out for _, out in samples]
    if all(sold_out):
        with pytest.raises(InputError, match="no period had stock left"):
            kaplan_meier(sold, sold_out)
        return
    law, plain = law_of_censored_samples(sold, sold_out), law_of_samples(sold)
    assert law.chances.sum() == pytest.approx(1)
    for value in range(21):
        assert law.cumulative(value) <= plain.cumulative(value) + 1e-9


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: SteadyDemand(demand_rate=0, ordering_cost=1, holding_cost=1), "demand_rate"),
        (lambda: SteadyDemand(demand_rate=1, ordering_cost=math.nan, holding_cost=1), "ordering_cost"),
        (
            lambda: SteadyDemand(demand_rate=5, ordering_cost=1, holding_cost=1, production_rate=5),
            "raise production_rate",
        ),
        (
            lambda: DiscountedDemand(
                demand_rate=1, ordering_cost=1, holding_rate=0.1, break_quantity=(10,), unit_cost=(1,)
            ),
            "rise from 0",
        ),
        (
            lambda: DiscountedDemand(
                demand_rate=1, ordering_cost=1, holding_rate=0.1, break_quantity=(0, 10), unit_cost=(1, 2)
            ),
            "must fall",
        ),
        (
            lambda: DiscountedDemand(demand_rate=1, ordering_cost=1, break_quantity=(0,), unit_cost=(1,)),
            "holding costs nothing",
        ),
        (lambda: OneOrderCosts(holding_cost=-1, shortage_cost=1), "holding_cost"),
        (lambda: OneSeason(price=1, unit_cost=2), "nothing to order for"),
        (lambda: OneSeason(price=3, unit_cost=2, salvage_value=2), "no order is too large"),
        (lambda: Outcomes(np.array([1.0, 2.0]), np.array([0.5, 0.4])), "add up to 1"),
        (lambda: Outcomes(np.array([2.0, 1.0]), np.array([0.5, 0.5])), "rise"),
        (lambda: law_of(stats.cauchy()), "no finite mean"),
        (lambda: known_demand([1, 2], ordering_cost=[1, 2, 3], holding_cost=1), "each of 2 periods"),
        (lambda: known_demand([1, -2], ordering_cost=1, holding_cost=1), "not negative"),
        (
            lambda: ReviewedStock(
                demand=law_of_samples([0.5]), ordering_cost=1, holding_cost=1, backorder_cost=1
            ),
            "whole units",
        ),
        (lambda: LeadTimeDemand(mean=1, deviation=0, lead_time=1).law, "spread"),
        (
            lambda: reorder_point_for_fill_rate(law_of(stats.norm(5, 1)), 95, order_quantity=10),
            "write 95 % as 0.95",
        ),
        (lambda: kaplan_meier([1, 2], [True]), "equal length"),
        (
            lambda: iterated_reorder_quantity(
                PenalisedStock(
                    demand=law_of(stats.norm(50, 5)),
                    demand_rate=10,
                    ordering_cost=100,
                    holding_cost=5,
                    shortage_cost=1,
                )
            ),
            "a shortage costs less",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_way_out(make: object, says: str) -> None:
    assert callable(make)
    with pytest.raises(InputError, match=says):
        make()


@pytest.mark.parametrize(
    "module",
    [
        "censored_demand",
        "economic_order_quantity",
        "lot_sizing",
        "newsvendor",
        "reorder_point",
        "reorder_up_to",
    ],
)
def test_examples_in_docstrings_run(module: str) -> None:
    done = doctest.testmod(importlib.import_module(f"planning.policies.{module}"))
    assert done.attempted > 0
    assert done.failed == 0

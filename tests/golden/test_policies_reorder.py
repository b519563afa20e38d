"""(s, S) and (R, Q) policies of Zheng & Federgruen (1991), Snyder & Shen, and Chopra & Meindl."""

from __future__ import annotations

import pytest
from scipy.stats import norm, poisson

from planning.policies.demand_laws import law_of
from planning.policies.reorder_point import (
    LeadTimeDemand,
    PenalisedStock,
    WatchedStock,
    best_reorder_point,
    best_reorder_quantity,
    cost_of_reorder_quantity,
    iterated_reorder_quantity,
    reorder_point_for_fill_rate,
    reorder_point_for_service_level,
    service_of,
)
from planning.policies.reorder_up_to import ReviewedStock, best_reorder_up_to, cost_of_reorder_up_to

# Zheng & Federgruen, Operations Research 39 (1991), table I: K = 64, h = 1, p = 9, Poisson demand of mean mu.
TABLE_I = [
    *((10, 6, 40, 35.022), (15, 10, 49, 42.698), (20, 14, 62, 49.173), (25, 19, 56, 54.262)),
    *((30, 23, 66, 57.819), (35, 28, 77, 61.215), (40, 33, 87, 64.512), (45, 37, 97, 67.776)),
    *((50, 42, 108, 70.975), (55, 47, 118, 74.149), (60, 52, 129, 77.306), (65, 56, 75, 78.518)),
    *((70, 62, 81, 79.037), (75, 67, 86, 79.554), (21, 15, 65, 50.406), (22, 16, 68, 51.632)),
    *((23, 17, 52, 52.757), (24, 18, 54, 53.518), (51, 43, 110, 71.611), (52, 44, 112, 72.246)),
    *((59, 51, 126, 76.679), (61, 52, 131, 77.929), (63, 54, 73, 78.287), (64, 55, 74, 78.402)),
]


@pytest.mark.parametrize(("mean", "reorder_point", "order_up_to_level", "cost"), TABLE_I)
def test_best_s_s_zheng_federgruen_1991(
    mean: float, reorder_point: int, order_up_to_level: int, cost: float
) -> None:
    best = best_reorder_up_to(
        ReviewedStock(demand=law_of(poisson(mean)), ordering_cost=64, holding_cost=1, backorder_cost=9)
    )
    assert (best.reorder_point, best.order_up_to_level) == (reorder_point, order_up_to_level)
    assert best.cost == pytest.approx(cost, abs=6e-4)


def test_best_s_s_snyder_shen_example_4_7() -> None:
    stock = ReviewedStock(demand=law_of(poisson(6)), ordering_cost=5, holding_cost=1, backorder_cost=4)
    best = best_reorder_up_to(stock)
    assert (best.reorder_point, best.order_up_to_level) == (4, 10)
    assert best.cost == pytest.approx(8.034111561)
    assert cost_of_reorder_up_to(stock, 6, 18) == pytest.approx(10.193798672)


CHOPRA_12_1 = LeadTimeDemand(mean=2500, deviation=500, lead_time=2)
EXAMPLE_5_1 = WatchedStock(
    demand=law_of(norm(1300 / 12, 150 / 12**0.5)),
    demand_rate=1300,
    ordering_cost=8,
    holding_cost=0.225,
    backorder_cost=7.5,
)
EXAMPLE_5_8 = WatchedStock(
    demand=law_of(poisson(3)), demand_rate=1.5, ordering_cost=100, holding_cost=20, backorder_cost=150
)


def test_service_of_a_reorder_point_chopra_meindl() -> None:
    """2,500 a week, deviation 500, two weeks: sigma_L = 707.1, safety stock 1,000, lots of 10,000."""
    assert CHOPRA_12_1.spread == pytest.approx(707.1, abs=0.05)
    service = service_of(CHOPRA_12_1.law, reorder_point=6000, order_quantity=10_000)
    assert service.safety_stock == 1000
    assert service.service_level == pytest.approx(0.9214, abs=5e-5)
    assert service.shortage_per_cycle == pytest.approx(25.13, abs=0.005)
    assert service.fill_rate == pytest.approx(0.9975, abs=5e-5)


def test_safety_stock_for_a_cycle_service_level_chopra_meindl() -> None:
    assert reorder_point_for_service_level(CHOPRA_12_1.law, 0.9) - 5000 == pytest.approx(906, abs=0.5)


def test_safety_stock_for_a_fill_rate_chopra_meindl() -> None:
    point = reorder_point_for_fill_rate(CHOPRA_12_1.law, 0.975, order_quantity=10_000)
    assert point - 5000 == pytest.approx(67, abs=0.5)


def test_safety_stock_for_a_lead_time_that_varies_chopra_meindl() -> None:
    """2,500 a day, deviation 500; a lead time of 7 days with a deviation of 7."""
    demand = LeadTimeDemand(mean=2500, deviation=500, lead_time=7, lead_time_deviation=7)
    assert demand.spread == pytest.approx(17_550, abs=0.5)
    assert reorder_point_for_service_level(demand.law, 0.9) - demand.expected == pytest.approx(
        22_491, abs=0.5
    )


def test_cost_of_r_q_snyder_shen_example_5_1() -> None:
    cost = cost_of_reorder_quantity(EXAMPLE_5_1, reorder_point=126.8, order_quantity=328.5)
    assert cost == pytest.approx(78.0711625)
    cost = cost_of_reorder_quantity(EXAMPLE_5_1, reorder_point=100, order_quantity=250)
    assert cost == pytest.approx(87.3464780)


def test_best_r_q_snyder_shen_example_5_6() -> None:
    """The approximation by loss functions (126.867, 328.449) is exact here to all its digits."""
    best = best_reorder_quantity(EXAMPLE_5_1)
    assert best.reorder_point == pytest.approx(126.8670643, abs=1e-5)
    assert best.order_quantity == pytest.approx(328.4491414, abs=1e-4)


def test_best_r_q_in_whole_units_snyder_shen_example_5_8() -> None:
    best = best_reorder_quantity(EXAMPLE_5_8)
    assert (best.reorder_point, best.order_quantity, best.cost) == (3, 5, pytest.approx(107.9235806))
    cost = cost_of_reorder_quantity(EXAMPLE_5_8, reorder_point=8, order_quantity=12)
    assert cost == pytest.approx(242.5281638)


@pytest.mark.parametrize(
    ("order_quantity", "reorder_point"), [(318, 127.7880349), (150, 147.1949582), (750, 99.8537734)]
)
def test_best_r_of_a_given_q_snyder_shen_example_5_2(order_quantity: float, reorder_point: float) -> None:
    best = best_reorder_point(EXAMPLE_5_1, order_quantity=order_quantity)
    assert best.reorder_point == pytest.approx(reorder_point, rel=1e-8)


def test_q_and_r_in_turn_snyder_shen_example_5_2() -> None:
    """The expected inventory level approximation; here p is money per missing unit."""
    stock = PenalisedStock(
        demand=law_of(norm(1300 / 12, 150 / 12**0.5)),
        demand_rate=1300,
        ordering_cost=8,
        holding_cost=0.225,
        shortage_cost=7.5,
    )
    best = iterated_reorder_quantity(stock)
    assert best.reorder_point == pytest.approx(213.9704421, rel=1e-8)
    assert best.order_quantity == pytest.approx(318.5901811, rel=1e-8)
    assert best.cost == pytest.approx(95.4511402, rel=1e-8)


HARVEYS_MUSTARD = law_of(norm(100, 25))


def test_q_and_r_in_turn_nahmias_harveys_specialty_shop() -> None:
    """Nahmias, Production and Operations Analysis, 5.4: 200 jars a year, K = 50, h = 2, p = 25."""
    stock = PenalisedStock(
        demand=HARVEYS_MUSTARD, demand_rate=200, ordering_cost=50, holding_cost=2, shortage_cost=25
    )
    best = iterated_reorder_quantity(stock)
    assert (round(best.order_quantity), round(best.reorder_point)) == (111, 143)


def test_reorder_points_for_both_service_levels_nahmias_harveys_specialty_shop() -> None:
    """98 % of the cycles: R = 151; 98 % of the demand with Q = 100: R = 126."""
    assert round(reorder_point_for_service_level(HARVEYS_MUSTARD, 0.98)) == 151
    assert round(reorder_point_for_fill_rate(HARVEYS_MUSTARD, 0.98, order_quantity=100)) == 126

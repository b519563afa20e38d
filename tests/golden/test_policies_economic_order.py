"""Economic order quantities of Snyder & Shen, Fundamentals of Supply Chain Theory, chapter 3, and of
Heizer."""

from __future__ import annotations

import pytest

from planning.policies.economic_order_quantity import (
    DiscountedDemand,
    SteadyDemand,
    all_units_discount,
    cost_of_order_quantity,
    economic_order_quantity,
    incremental_discount,
)

EXAMPLE_3_1 = SteadyDemand(demand_rate=1300, ordering_cost=8, holding_cost=0.225)
EXAMPLE_3_6 = DiscountedDemand(
    demand_rate=1300,
    ordering_cost=8,
    holding_rate=0.3,
    break_quantity=(0, 400, 800),
    unit_cost=(0.75, 0.72, 0.68),
)


@pytest.mark.parametrize(
    ("demand", "order_quantity", "waiting_share", "cost"),
    [
        pytest.param(EXAMPLE_3_1, 304.0467800, 0, 68.4105255, id="example-3.1"),
        pytest.param(
            SteadyDemand(demand_rate=500 * 365, ordering_cost=2250, holding_cost=275),
            *(1728.1098450, 0, 475230.2073732),
            id="problem-3.1",
        ),
        pytest.param(
            SteadyDemand(demand_rate=1300, ordering_cost=8, holding_cost=0.225, backorder_cost=5),
            *(310.8125552, 0.0430622, 66.9213636),
            id="backorders-example-3.8",
        ),
        pytest.param(
            SteadyDemand(demand_rate=2080, ordering_cost=40, holding_cost=165 * 0.17 + 12, backorder_cost=60),
            *(83.2354481, 0.4002999, 1999.1482444),
            id="backorders-problem-3.2b",
        ),
        pytest.param(
            SteadyDemand(demand_rate=1300, ordering_cost=8, holding_cost=0.225, production_rate=2000),
            *(513.9328596, 0, 40.4722127),
            id="production-example-3.1-made-at-2000",
        ),
        pytest.param(
            SteadyDemand(demand_rate=80, ordering_cost=4, holding_cost=0.08, production_rate=110),
            *(171.2697677, 0, 3.7367949),
            id="production-problem-3.22",
        ),
    ],
)
def test_economic_order_quantity_snyder_shen(
    demand: SteadyDemand, order_quantity: float, waiting_share: float, cost: float
) -> None:
    best = economic_order_quantity(demand)
    assert best.order_quantity == pytest.approx(order_quantity, rel=1e-8)
    assert best.waiting_share == pytest.approx(waiting_share, abs=1e-7)
    assert best.cost == pytest.approx(cost, rel=1e-8)


def test_another_quantity_has_its_own_cost_snyder_shen_example_3_1() -> None:
    assert cost_of_order_quantity(EXAMPLE_3_1, 250) == pytest.approx(69.725)


def test_all_units_discount_snyder_shen_example_3_6() -> None:
    best = all_units_discount(EXAMPLE_3_6)
    assert (best.order_quantity, best.price, best.cost) == (800, 2, pytest.approx(978.60))


def test_all_units_discount_of_three_prices() -> None:
    """K = 200, i = 0.2, demand 1000, prices 500, 475 and 450 from 0, 200 and 500 units."""
    best = all_units_discount(
        DiscountedDemand(
            demand_rate=1000,
            ordering_cost=200,
            holding_rate=0.2,
            break_quantity=(0, 200, 500),
            unit_cost=(500, 475, 450),
        )
    )
    assert (best.order_quantity, best.price, best.cost) == (500, 2, pytest.approx(472_900))


def test_all_units_discount_heizer_wohls_discount_store() -> None:
    """Heizer & Render, Operations Management, 12.9: 5,000 toy cars a year at 5.00, 4.80 or 4.75; order
    1,000."""
    best = all_units_discount(
        DiscountedDemand(
            demand_rate=5000,
            ordering_cost=49,
            holding_rate=0.2,
            break_quantity=(0, 1000, 2000),
            unit_cost=(5.00, 4.80, 4.75),
        )
    )
    assert (best.order_quantity, best.price, best.cost) == (1000, 1, pytest.approx(24_725))


def test_incremental_discount_snyder_shen_example_3_7() -> None:
    best = incremental_discount(EXAMPLE_3_6)
    assert best.order_quantity == pytest.approx(304.0467800)
    assert (best.price, best.cost) == (0, pytest.approx(1043.4105255))


def test_incremental_discount_of_three_prices_stockpyl() -> None:
    """The example of stockpyl's `economic_order_quantity_with_incremental_discounts`."""
    best = incremental_discount(
        DiscountedDemand(
            demand_rate=2400,
            ordering_cost=150,
            holding_rate=0.25,
            break_quantity=(0, 300, 600),
            unit_cost=(100, 90, 80),
        )
    )
    assert best.order_quantity == pytest.approx(1481.8906842)
    assert (best.price, best.cost) == (2, pytest.approx(222_762.8136845))

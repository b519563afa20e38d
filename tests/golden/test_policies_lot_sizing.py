"""Lot sizes of Snyder & Shen, Fundamentals of Supply Chain Theory, and of Nahmias, Production and
Operations Analysis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planning.policies.lot_sizing import (
    KnownDemand,
    LotSizes,
    known_demand,
    least_unit_cost,
    part_period_balancing,
    silver_meal,
    wagner_whitin,
)

EXAMPLE_3_9 = known_demand([90, 120, 80, 70], ordering_cost=500, holding_cost=2)
PROBLEM_3_27 = known_demand([150, 100, 80, 200], ordering_cost=120, holding_cost=0.8)
PROBLEM_3_29 = known_demand([730, 580, 445, 650, 880], ordering_cost=100, holding_cost=0.1)
CASINGS = known_demand([18, 30, 42, 5, 20], ordering_cost=80, holding_cost=2)


@pytest.mark.parametrize(
    ("rule", "known", "order_quantity", "cost"),
    [
        pytest.param(wagner_whitin, EXAMPLE_3_9, [210, 0, 150, 0], 1380, id="snyder-shen-example-3.9"),
        pytest.param(wagner_whitin, PROBLEM_3_27, [150, 180, 0, 200], 424, id="snyder-shen-problem-3.27"),
        pytest.param(
            wagner_whitin, PROBLEM_3_29, [1310, 0, 1095, 0, 880], 423, id="snyder-shen-problem-3.29"
        ),
        pytest.param(silver_meal, EXAMPLE_3_9, [290, 0, 0, 70], 1560, id="silver-meal-of-example-3.9"),
        pytest.param(silver_meal, CASINGS, [48, 0, 47, 0, 20], 310, id="nahmias-silver-meal"),
        pytest.param(least_unit_cost, CASINGS, [48, 0, 42, 25, 0], 340, id="nahmias-least-unit-cost"),
        pytest.param(part_period_balancing, CASINGS, [48, 0, 67, 0, 0], 310, id="nahmias-part-period"),
    ],
)
def test_lot_sizes(
    rule: Callable[[KnownDemand], LotSizes], known: KnownDemand, order_quantity: list[float], cost: float
) -> None:
    lots = rule(known)
    assert lots.order_quantity.tolist() == order_quantity
    assert lots.cost == pytest.approx(cost)

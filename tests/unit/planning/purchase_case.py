"""Purchase problems by seed, small enough to try every plan, with limits that often cannot all be kept."""

from __future__ import annotations

import math

import numpy as np

from planning.purchasing.curves import CostCurves
from planning.purchasing.expected_costs import curves_of_paths
from planning.purchasing.problem import (
    Offers,
    Pin,
    Prices,
    PurchaseProblem,
    Storage,
    Suppliers,
)

MOST_PACKS = 3


def curves(rng: np.random.Generator, lines: int, periods: int, most: float) -> CostCurves:
    """Six demand paths of a few units; points in every unit, so that packs fall on points or between."""
    demand = rng.poisson(rng.uniform(1, 5, (lines, 1, 1)), (lines, 6, periods)).astype(float)
    points = np.array([0.0, 1, 2, 3, 5, 7, 10, most])
    return curves_of_paths(
        demand,
        on_hand=rng.integers(0, 4, lines).astype(float),
        supply=np.broadcast_to(points, (lines, periods, len(points))).copy(),
        holding_cost=rng.uniform(0.1, 1, lines),
        backorder_cost=rng.uniform(2, 9, lines),
    )


def small_problem(seed: int) -> PurchaseProblem:
    """One or two lines, at most three offers, one or two suppliers, one or two periods."""
    rng = np.random.default_rng(seed)
    lines, suppliers, periods = int(rng.integers(1, 3)), int(rng.integers(1, 3)), int(rng.integers(1, 3))
    more = int(rng.integers(0, 2))
    line = np.concatenate([np.arange(lines), rng.integers(0, lines, more)])
    count, packs = len(line), rng.integers(2, 5, lines + more)
    offers = Offers(
        line=line,
        supplier=rng.integers(0, suppliers, count),
        pack_size=packs,
        unit_cost=rng.integers(1, 6, count).astype(float),
        minimum_order_quantity=rng.choice([0, 0, 5], count),
        lead_time=rng.choice([0, 0, 1], count) if periods > 1 else np.zeros(count, dtype=np.int64),
        preference_cost=rng.choice([0.0, 0.5], count),
    )
    if rng.random() < 0.3 and not more:
        first = np.zeros(1, dtype=np.int64)
        offers = offers.with_price_breaks(first, packs[:1] * 2, offers.unit_cost[:1] * 0.8)
    most = float(MOST_PACKS * packs.min())
    storage = None
    if rng.random() < 0.4:
        room = rng.uniform(2, 15, (1, periods))
        storage = Storage(("store",), np.zeros(lines, dtype=np.int64), rng.uniform(0.5, 1.5, lines), room)
    pins: tuple[Pin, ...] = ()
    if rng.random() < 0.4:
        pinned = int(rng.integers(0, count))
        most_pinned = min(MOST_PACKS, int(offers.most_packs[pinned]))
        quantity = int(rng.integers(0, most_pinned + 1)) * int(packs[pinned])
        pins = (Pin(pinned, int(rng.integers(0, periods)), quantity),)
    return PurchaseProblem(
        periods=tuple(f"week {t + 1}" for t in range(periods)),
        lines=tuple(f"line {i + 1}" for i in range(lines)),
        curves=curves(rng, lines, periods, max(most, 11.0)),
        offers=offers,
        suppliers=Suppliers(
            tuple("AB"[:suppliers]),
            rng.choice([0.0, 20.0, 40.0], suppliers),
            rng.choice([0.0, 3.0], suppliers),
            rng.random((suppliers, periods)) < 0.8,
        ),
        value=rng.choice([0.0, 2.0], lines),
        budget=rng.choice([math.inf, 15.0, 30.0], periods),
        total_budget=float(rng.choice([math.inf, 40.0])),
        storage=storage,
        required=rng.integers(0, 6, (lines, periods)).astype(float) if rng.random() < 0.3 else None,
        pins=pins,
        prices=Prices(required=5.0, storage=2.0),
    )

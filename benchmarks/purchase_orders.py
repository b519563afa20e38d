"""Purchase orders of many items, suppliers and weeks to a proven gap, beside a plain PuLP model."""

from __future__ import annotations

import numpy as np

from planning.purchasing.curves import CostCurves
from planning.purchasing.expected_costs import curves_of_gamma
from planning.purchasing.problem import Offers, PurchaseProblem, Suppliers

POINTS = 12
HOLDING, BACKORDER = 0.006, 0.05  # of the unit cost, per week
PACKS = np.array([1, 2, 3, 4, 6, 8, 10, 12, 20, 24, 36, 48, 60, 72, 100, 144, 200, 288, 500, 1000])


def instance(lines: int, suppliers: int, weeks: int, seed: int = 0) -> PurchaseProblem:
    """Weekly demand from 1 to some hundreds, gamma; packs of a quarter of a week to two weeks.

    A third of the items has a minimum of 2 to 4 packs; lead times are 0 to 2 weeks, by supplier; a supplier's
    minimum is half a week to two weeks of its items, an order costs 10 to 60; a week's budget is 1 to 1.3
    times what mean demand costs. Units are worth what they cost.
    """
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.normal(2.5, 1.0, lines)).clip(1, 400)
    weekly = mean[:, None] * (
        1 + 0.2 * np.sin(np.arange(weeks) / 52 * 2 * np.pi + rng.uniform(0, 6, (lines, 1)))
    )
    unit_cost = np.round(np.exp(rng.normal(1.5, 0.8, lines)), 2) + 0.05
    wanted = mean * np.exp(rng.uniform(np.log(0.25), np.log(2.0), lines))
    pack = PACKS[np.abs(np.log(PACKS[None] / wanted[:, None])).argmin(axis=1)]
    supplier = np.sort(rng.choice(suppliers, lines, p=rng.dirichlet(np.full(suppliers, 5.0))))
    curves = _curves(rng, weekly, pack, unit_cost)
    money = np.bincount(supplier, mean * unit_cost, minlength=suppliers)
    spent = float((mean * unit_cost).sum())
    return PurchaseProblem(
        periods=tuple(f"week {t + 1}" for t in range(weeks)),
        lines=tuple(f"item {i}" for i in range(lines)),
        curves=curves,
        offers=Offers(
            np.arange(lines),
            supplier,
            pack,
            unit_cost,
            minimum_order_quantity=np.where(rng.random(lines) < 1 / 3, rng.integers(2, 5, lines) * pack, 0),
            lead_time=rng.integers(0, 3, suppliers)[supplier],
        ),
        suppliers=Suppliers(
            tuple(f"supplier {s}" for s in range(suppliers)),
            np.round(money * rng.uniform(0.5, 2.0, suppliers)),
            np.round(rng.uniform(10, 60, suppliers)),
            np.ones((suppliers, weeks), dtype=bool),
        ),
        value=unit_cost,
        budget=np.round(spent * rng.uniform(1.0, 1.3, weeks)),
    )


def _curves(
    rng: np.random.Generator, weekly: np.ndarray, pack: np.ndarray, unit_cost: np.ndarray
) -> CostCurves:
    """Points at quantiles of what demand leaves to be supplied, and three weeks of demand beyond."""
    mean = np.cumsum(weekly, axis=1)
    variance = np.cumsum((0.4 * weekly) ** 2 + weekly, axis=1)
    on_hand = np.round(weekly[:, 0] * rng.uniform(0.5, 4.0, len(weekly)))
    spread = np.linspace(-2.5, 3.5, POINTS - 2)
    middle = np.maximum(mean[..., None] - on_hand[:, None, None] + spread * np.sqrt(variance)[..., None], 0.0)
    far = middle[..., -1:] + 3 * weekly.max(axis=1)[:, None, None] + 4 * pack[:, None, None]
    supply = np.concatenate([np.zeros_like(far), middle, np.maximum.accumulate(far, axis=1)], axis=2)
    return curves_of_gamma(
        mean,
        variance,
        on_hand=on_hand,
        supply=supply,
        holding_cost=HOLDING * unit_cost,
        backorder_cost=BACKORDER * unit_cost,
    )

"""What the shops will order: this week's lines, then the orders to expect if demand is as the paths say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planning.inventory_simulator import simulate
from planning.order_up_to import smallest_sufficient

Quantities = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_DUST = 1e-9


@dataclass(frozen=True, eq=False)
class OrderRule:
    """How each series is ordered, one number per series.

    lead_time: whole periods. pack_size, minimum_order_quantity: units. critical_ratio: between 0 and 1.
    review_period: the same for all.
    """

    lead_time: Whole
    pack_size: Quantities
    minimum_order_quantity: Quantities
    critical_ratio: Quantities
    review_period: int


@dataclass(frozen=True, eq=False)
class ExpectedOrders:
    """Series x period. ordered: units ordered for the period, decided at the end of the one before.
    position: inventory position with that order."""

    ordered: Quantities
    position: Quantities


def expected_orders(
    demand: Quantities,
    *,
    on_hand: Quantities,
    expiring: Quantities,
    receipts: Quantities,
    now: Quantities,
    rule: OrderRule,
    horizon: int,
) -> ExpectedOrders:
    """The orders of the first `horizon` periods if demand comes as its mean.

    demand: series x path x period, of at least horizon - 1 + lead time + review period periods. on_hand,
    expiring, receipts: as in `simulate`. now: series, what is ordered in the first period. Every review
    period later the inventory position is brought up to the quantile (critical ratio) of the demand of the
    lead time + review period that follow, in whole packs of at least the minimum quantity. The inventory
    simulator plays the mean demand against it.
    """
    levels = _order_up_to_levels(demand, rule, horizon)
    position = np.zeros_like(levels)

    def policy(period: int, inventory_position: Quantities) -> Quantities:
        before = inventory_position[:, 0]
        missing = levels[:, period] - before
        raised = np.maximum(missing, rule.minimum_order_quantity) / rule.pack_size
        quantity = np.where(missing > _DUST, np.ceil(raised - _DUST) * rule.pack_size, 0.0)
        if period == 0:
            quantity = now
        elif period % rule.review_period:
            quantity = np.zeros(len(now))
        position[:, period] = before + quantity
        return quantity[:, None]

    played = simulate(
        demand.mean(axis=1)[:, None, :horizon],
        on_hand=on_hand + expiring[:, horizon:].sum(axis=1),
        expiring=expiring[:, :horizon],
        receipts=receipts[:, :horizon],
        policy=policy,
        lead_time=rule.lead_time[:, None, None],
    )
    return ExpectedOrders(played.ordered[:, 0], position)


def _order_up_to_levels(demand: Quantities, rule: OrderRule, horizon: int) -> Quantities:
    """Series x period; what lies between two reviews is not looked at."""
    levels = np.zeros((len(demand), horizon))
    for interval in np.unique(rule.lead_time + rule.review_period).tolist():
        rows = np.flatnonzero(rule.lead_time + rule.review_period == interval)
        for period in range(rule.review_period, horizon, rule.review_period):
            wanted = demand[rows, :, period : period + interval].sum(axis=2)
            levels[rows, period] = smallest_sufficient(wanted, rule.critical_ratio[rows])
    return levels

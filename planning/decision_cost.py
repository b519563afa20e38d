"""What a forecast costs: one order is decided on its demand paths and played against what was wanted.

Every forecast decides from the same opening stock, at the same costs, by the order rule that the plans use:
what they then cost differs by the forecasts alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.inventory_simulator import Quantities, simulate
from planning.order_up_to import critical_ratio, project


@dataclass(frozen=True)
class Opening:
    """Stock at a cutoff: `on_hand` by series, `receipts` by series and period of the lead time."""

    on_hand: Quantities
    receipts: Quantities


@dataclass(frozen=True)
class DecisionCost:
    """By series: units ordered, and what holding and lost sales cost until the next order arrives."""

    order_quantity: Quantities
    holding: Quantities
    shortage: Quantities


def opening_stock(past: Quantities, lead_time: int) -> Opening:
    """The stock that a cutoff opens with: m = mean demand per period, on hand ceil(m), receipts that fill up.

    `past`: series x period, the last year up to the cutoff, NaN where not known (a series without any has no
    stock). Receipts bring what has been on hand or received by the end of period t of the lead time (from 1)
    to round(t m), so that an order is decided neither out of plenty nor out of need.
    """
    known = ~np.isnan(past)
    mean = np.where(known, past, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    on_hand = np.ceil(mean)
    wanted = np.round(mean[:, None] * np.arange(1, lead_time + 1))
    there = np.maximum(wanted, on_hand[:, None])
    return Opening(on_hand, np.diff(there, axis=1, prepend=on_hand[:, None]))


def decision_cost(
    paths: Quantities,
    demand: Quantities,
    opening: Opening,
    *,
    review_period: int,
    holding_cost: Quantities,
    shortage_cost: Quantities,
    carry_over_factor: float = 1.0,
) -> DecisionCost:
    """Order now by `order_up_to.project` on `paths`, play `demand`, count what the R periods then cost.

    paths: series x path x period, demand: series x period (NaN where not known), both over lead time + review
    period at least (else InputError). The order arrives at the start of period L, the number of periods of
    `opening.receipts`; counted are periods L to L + R - 1: holding_cost per unit left at the end of each and
    shortage_cost per unit of lost sales. A period that is not known sells nothing and costs nothing.
    """
    series, lead_time = opening.receipts.shape
    interval = lead_time + review_period
    if min(paths.shape[2], demand.shape[1]) < interval:
        raise InputError(
            f"lead time + review period is {interval} and there are {min(paths.shape[2], demand.shape[1])} "
            "periods to play: make the horizon longer, or the lead time or the review period shorter"
        )
    receipts = np.concatenate([opening.receipts, np.zeros((series, review_period))], axis=1)
    ratio = critical_ratio(
        shortage_cost,
        holding_cost,
        lead_time=lead_time,
        review_period=review_period,
        carry_over_factor=carry_over_factor,
    )
    projected = project(
        paths[:, :, :interval],
        on_hand=opening.on_hand,
        expiring=np.zeros((series, interval)),
        receipts=receipts,
        lead_time=np.full(series, lead_time, dtype=np.int64),
        review_period=review_period,
        ratio=ratio,
    )
    ordered = np.maximum(projected.required, 0).astype(np.float64)
    receipts[:, lead_time] += ordered
    known: npt.NDArray[np.bool_] = ~np.isnan(demand[:, :interval])
    wanted = np.where(known, demand[:, :interval], 0.0)
    played = simulate(wanted[:, None, :], on_hand=opening.on_hand, receipts=receipts)
    counted = known[:, lead_time:]
    held = np.where(counted, played.on_hand[:, 0, lead_time:], 0.0).sum(axis=1)
    lost = np.where(counted, played.lost_sales[:, 0, lead_time:], 0.0).sum(axis=1)
    return DecisionCost(ordered, holding_cost * held, shortage_cost * lost)

"""How much to order under lost sales: simulate to arrival on joint paths, then take one quantile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.inventory_simulator import Quantities, simulate

_FLOAT_DUST = 1e-9  # 0.95 * 200 is 190.00000000000003, and its ceiling must be 190


@dataclass(frozen=True)
class Projection:
    """What the paths say about each series if nothing is ordered now (arrays by series).

    required: smallest order that suffices, in whole units; negative = so many units too many.
    forecast: mean demand over the protection interval. arrival: mean stock when the order arrives.
    lost_before_arrival: mean lost sales over the lead time. expired: mean units that expire over the
    interval. out_of_stock: first period in which at least half of the paths lose sales, counted from 0; -1
    = none.
    """

    required: npt.NDArray[np.int64]
    forecast: Quantities
    arrival: Quantities
    lost_before_arrival: Quantities
    expired: Quantities
    out_of_stock: npt.NDArray[np.int64]


def critical_ratio(
    shortage_cost: Quantities,
    holding_cost: Quantities,
    *,
    review_period: int | npt.NDArray[np.int64] = 1,
    carry_over_factor: float = 1.0,
) -> Quantities:
    """Probability of no shortage that balances the costs: cr* = r - (k - 1) min(1 - r, r / 3).

    r = p / (p + h R) is the myopic newsvendor ratio (Snyder & Shen, Fundamentals of Supply Chain Theory,
    4.3). p: shortage_cost, money per unit lost. h: holding_cost, money per unit and period; a unit too many
    is held for R = review_period periods before the next order can be smaller by one. k: carry_over_factor,
    1 to 2; 1 leaves r as it is. From r = 3/4 up, cr* = 1 - k (1 - r), which replays chose k for. Below, that
    would fall to 0 while r does not, so the deduction shrinks with r instead: a form that keeps cr*
    continuous, rising with r and at least 2/3 of it, and that paid in replays with r = 2/3 and 1/2.

    >>> critical_ratio(np.array([1.0]), np.array([0.2]), carry_over_factor=1.2).round(4)
    array([0.8])
    """
    textbook = shortage_cost / (shortage_cost + holding_cost * review_period)
    return textbook - (carry_over_factor - 1) * np.minimum(1 - textbook, textbook / 3)


def smallest_sufficient(required: Quantities, ratio: Quantities) -> Quantities:
    """Smallest q, per series, with P(required <= q) >= ratio over the paths (required: series x path)."""
    paths = required.shape[1]
    rank = np.clip(np.ceil(ratio * paths - _FLOAT_DUST).astype(np.int64), 1, paths)
    ordered = np.sort(required, axis=1)
    return np.take_along_axis(ordered, rank[:, None] - 1, axis=1)[:, 0]


def project(
    demand: Quantities,
    *,
    on_hand: Quantities,
    expiring: Quantities,
    receipts: Quantities,
    lead_time: npt.NDArray[np.int64],
    review_period: int | npt.NDArray[np.int64],
    ratio: Quantities,
) -> Projection:
    """The order that keeps P(no lost sale between its arrival and the next one) >= ratio, series by series.

    demand: series x path x period, period 0 = the first after the decision; InputError unless it holds
    lead_time + review_period periods. on_hand, expiring, receipts: as in `simulate`. lead_time, ratio: by
    series; review_period too, or one for all.

    The order is on the shelf from the start of period L. On each path the simulator carries the stock there
    without it, losing what the shelf cannot serve, so stock at arrival X is never negative. What the order
    must then cover is D - X, D the demand of the R periods that follow: the sales lost without the order,
    or minus the stock left over. The answer is one quantile of that difference over joint paths. A sum of
    weekly quantiles, or the quantile of the whole interval's demand less the inventory position, would
    overstate it: sales that are lost before arrival need not be served later (Bijvank & Vis, European
    Journal of Operational Research 215 (2011) 1-13). An order is taken to outlast what is on the shelf and
    the protection interval.
    """
    series, _, horizon = demand.shape
    times = np.stack([lead_time, np.broadcast_to(review_period, (series,))])
    longest = int(times.sum(axis=0).max(initial=0))
    if series and horizon < longest:
        raise InputError(
            f"the demand paths end after {horizon} periods and lead time + review period is {longest}; "
            "ask the model for a longer horizon"
        )
    whole, real = (np.zeros((2, series), dtype=np.int64), np.zeros((4, series)))
    for lead, review in np.unique(times, axis=1).T:
        rows = np.flatnonzero((times[0] == lead) & (times[1] == review))
        interval = int(lead + review)
        wanted, due = demand[rows, :, :interval], receipts[rows, :interval]
        lasting = on_hand[rows] + expiring[rows, interval:].sum(axis=1)
        played = simulate(wanted, on_hand=lasting, expiring=expiring[rows, :interval], receipts=due)

        missing = played.lost_sales[:, :, lead:].sum(axis=2)
        required = np.where(missing > 0, missing, -played.on_hand[:, :, -1])
        whole[0, rows] = np.ceil(smallest_sufficient(required, ratio[rows]) - _FLOAT_DUST)
        out = (played.lost_sales > 0).mean(axis=1) >= 0.5
        whole[1, rows] = np.where(out.any(axis=1), out.argmax(axis=1), -1)

        before = (
            played.on_hand[:, :, lead - 1].mean(axis=1)
            if lead
            else on_hand[rows] + expiring[rows].sum(axis=1)
        )
        real[0, rows] = wanted.mean(axis=1).sum(axis=1)
        real[1, rows] = before + due[:, lead]
        real[2, rows] = played.lost_sales[:, :, :lead].mean(axis=1).sum(axis=1)
        real[3, rows] = played.expired.mean(axis=1).sum(axis=1)
    forecast, arrival, lost_before_arrival, expired = real
    return Projection(whole[0], forecast, arrival, lost_before_arrival, expired, out_of_stock=whole[1])

"""How much to order under lost sales: simulate to arrival on joint paths, then take one quantile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.inventory_simulator import Quantities, Totals, parts, simulate, simulate_totals

MOST_REVIEWS = 5  # orders on their way at a time; with more the best ratio is hardly lower
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
    lead_time: int | npt.NDArray[np.int64] = 0,
    review_period: int | npt.NDArray[np.int64] = 1,
    carry_over_factor: float = 1.3,
) -> Quantities:
    """Probability of no shortage that balances the costs: cr* = r - (k - 1) sqrt(L / R) min(1 - r, r / 3).

    r = p / (p + h R) is the myopic newsvendor ratio (Snyder & Shen, Fundamentals of Supply Chain Theory,
    4.3). p: shortage_cost, money per unit lost. h: holding_cost, money per unit and period; a unit too many
    is held for R = review_period periods before the next order can be smaller by one.

    That ratio is right where the next order is decided knowing what this one left over: without a lead time.
    With one, L = lead_time, orders are placed before it is known, so what is left over adds to a shelf that
    is just then too full, and is held for longer than R. The more orders are on their way, the further below
    r orders are cheapest: `python -m benchmarks.carry_over` finds where. k: carry_over_factor, from 1, which
    leaves r as it is, to 2, is for a lead time of one review period; L / R counts as at most 5, from where
    on it goes no deeper, and (k - 1) sqrt(L / R) as at most 1.
    From r = 3/4 up the deduction is a share of 1 - r. Below, cr* would fall to 0 while r does not, so it
    shrinks with r instead, which keeps cr* continuous, rising with r and at least 2/3 of it.

    >>> critical_ratio(np.array([1.0]), np.array([0.2]), lead_time=1, carry_over_factor=1.2).round(4)
    array([0.8])
    """
    textbook = shortage_cost / (shortage_cost + holding_cost * review_period)
    reviews = np.minimum(np.asarray(lead_time) / review_period, MOST_REVIEWS)
    share = np.minimum((carry_over_factor - 1) * np.sqrt(reviews), 1.0)
    return np.asarray(textbook - share * np.minimum(1 - textbook, textbook / 3), dtype=np.float64)


def smallest_sufficient(required: Quantities, ratio: Quantities) -> Quantities:
    """Smallest q, per series, with P(required <= q) >= ratio over the paths (required: series x path)."""
    paths = required.shape[1]
    rank = np.clip(np.ceil(ratio * paths - _FLOAT_DUST).astype(np.int64), 1, paths)
    ordered = np.sort(required, axis=1)
    return np.take_along_axis(ordered, rank[:, None] - 1, axis=1)[:, 0]


def required_orders(
    demand: Quantities,
    *,
    on_hand: Quantities,
    receipts: Quantities,
    lead_time: int,
    review_period: int,
    ratio: Quantities,
) -> npt.NDArray[np.int64]:
    """`project(...).required` alone, several times as fast, where nothing expires and lead times are
    equal."""
    interval = lead_time + review_period
    required = np.zeros(len(demand), dtype=np.int64)
    for rows in parts(*demand.shape[:2]):
        without = simulate_totals(
            demand[rows, :, :interval],
            on_hand=on_hand[rows],
            receipts=receipts[rows, :interval],
            counted=slice(lead_time, None),
        )
        required[rows] = _required(without, ratio[rows])
    return required


def _required(without: Totals, ratio: Quantities) -> npt.NDArray[np.int64]:
    """What a path without the order loses between its arrival and the next one, or minus what it leaves; the
    quantile of that, in whole units."""
    missing = without.lost_sales
    required = np.where(missing > 0, missing, -without.left)
    return np.ceil(smallest_sufficient(required, ratio) - _FLOAT_DUST).astype(np.int64)


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
    for rows, lead, review in _alike(times, demand.shape[1]):
        interval = lead + review
        wanted, due = demand[rows, :, :interval], receipts[rows, :interval]
        lasting = on_hand[rows] + expiring[rows, interval:].sum(axis=1)
        played = simulate(wanted, on_hand=lasting, expiring=expiring[rows, :interval], receipts=due)

        whole[0, rows] = _required(played.totals(slice(lead, None)), ratio[rows])
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


def _alike(times: npt.NDArray[np.int64], paths: int) -> Iterator[tuple[npt.NDArray[np.int64], int, int]]:
    """Series of equal lead time and review period (`times`, one row each), as many as are played fastest."""
    for lead, review in np.unique(times, axis=1).T:
        rows = np.flatnonzero((times[0] == lead) & (times[1] == review))
        for some in parts(len(rows), paths):
            yield rows[some], int(lead), int(review)

"""The inventory simulator: periodic review, lost sales, receipts, lots that expire, on many paths at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.errors import InputError

Quantities = npt.NDArray[np.float64]
Policy = Callable[[int, Quantities], Quantities]
"""(period, inventory_position by series x path) -> order_quantity by series x path."""


@dataclass(frozen=True)
class Simulation:
    """What happened, each array by series x path x period.

    on_hand: units left on the shelf at the period's end, after expiry. lost_sales: demand that found no
    stock. expired: units thrown away at the period's end. ordered: units that the policy ordered for the
    period (decided at the end of the period before).
    """

    on_hand: Quantities
    lost_sales: Quantities
    expired: Quantities
    ordered: Quantities


def simulate(
    demand: Quantities,
    *,
    on_hand: Quantities,
    expiring: Quantities | None = None,
    receipts: Quantities | None = None,
    policy: Policy | None = None,
    lead_time: int = 0,
) -> Simulation:
    """Play demand against stock; unmet demand is lost, so stock never falls below zero.

    demand: series x path x period. on_hand: series; units that outlast the simulation.
    expiring: series x period; units whose last sellable period is that column, on the shelf from the start.
    receipts: series x period; units already on order, available from the start of that period, and fresh.
    policy, lead_time: an order decided at the end of period t is available from the start of t + 1 +
    lead_time; period 0 is the one after the first decision. Without a policy nothing is ordered.

    Within a period: order, receive, sell (the lot that expires first goes first), throw away. With on hand I,
    demand D and receipts Q: I(t) = max(I(t-1) + Q(t) - D(t), 0), Zipkin, Operations Research 56 (2008)
    937-944. Arrays that do not fit each other, or a negative stock, raise InputError.
    """
    series, paths, periods = demand.shape
    if on_hand.shape != (series,) or any(
        given is not None and given.shape != (series, periods) for given in (expiring, receipts)
    ):
        raise InputError(
            "stock does not fit the demand: on_hand must hold one number per series, "
            "expiring and receipts one per series and period"
        )
    if any((given < 0).any() for given in (on_hand, expiring, receipts) if given is not None):
        raise InputError("on hand, lots and receipts cannot be negative; correct them before simulating")

    shape = (periods, series, paths)  # a period is contiguous while it is played
    left, lost, expired, ordered = (np.zeros(shape) for _ in range(4))
    scheduled = np.zeros((series, periods)) if receipts is None else receipts
    on_order = np.repeat(scheduled.sum(axis=1)[:, None], paths, axis=1)

    lots = np.zeros((series, periods)) if expiring is None else expiring
    perishable = np.flatnonzero(lots.any(axis=1))
    # Row a: units that expire in period a or before. Selling the oldest first takes the same from every row.
    expiring_by = np.repeat(lots[perishable].cumsum(axis=1).T[:, :, None], paths, axis=2)
    shelf = np.repeat((on_hand + lots.sum(axis=1))[:, None], paths, axis=1)

    for period in range(periods):
        if policy is not None:
            ordered[period] = policy(period, shelf + on_order)
            on_order = on_order + ordered[period]
        arriving = scheduled[:, period, None]
        if period >= lead_time:
            arriving = arriving + ordered[period - lead_time]
        on_order = on_order - arriving
        shelf = shelf + arriving

        wanted = demand[:, :, period]
        sold = np.minimum(shelf, wanted)
        lost[period] = wanted - sold
        shelf = shelf - sold
        if perishable.size:
            expiring_by = np.maximum(expiring_by - sold[perishable], 0)
            expired[period, perishable] = expiring_by[period]
            shelf[perishable] -= expiring_by[period]
            expiring_by = expiring_by - expiring_by[period]
        left[period] = shelf

    return Simulation(*(np.moveaxis(by_period, 0, 2) for by_period in (left, lost, expired, ordered)))

"""The inventory simulator: demand paths played against stock, orders and lots, many series and paths at once.

Within a period: order, receive, serve what waits, sell, throw away what expires.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.simulation.lots import Lots
from planning.simulation.pipeline import Integers, Pipeline
from planning.simulation.stock_rules import Quantities as Quantities
from planning.simulation.stock_rules import StockRules

Policy = Callable[[int, Quantities], Quantities]
"""(period, inventory_position by series x path) -> what it asks for, by series x path."""

_CELLS = 2**14  # series x paths: the fastest of those tried by benchmarks/simulator_speed.py

USUAL_RULES = StockRules()
"""An order every period, unmet demand is lost, what is received keeps, every quantity can be ordered."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """What happened, each array by series x path x period; units.

    demand: what was played. on_hand: left on the shelf at the period's end, after expiry. lost_sales:
    demand that found no stock and went away. expired: thrown away at the period's end. ordered: what was
    ordered for the period (decided at the end of the one before). received: what arrived at its start.
    shortfall: demand that found no stock in the period, whether it went away or waits. backorders: what
    waits at the period's end. opening: by series x path, on the shelf before the first period.

    opening + received = served + expired + on_hand, summed up to any period; served is demand - lost_sales
    less the rise of backorders.
    """

    demand: Quantities
    on_hand: Quantities
    lost_sales: Quantities
    expired: Quantities
    ordered: Quantities
    received: Quantities
    shortfall: Quantities
    backorders: Quantities
    opening: Quantities

    def totals(self, counted: slice = slice(None)) -> Totals:
        """Sums over the `counted` periods."""

        def summed(by_period: npt.NDArray[Any]) -> Quantities:
            return np.asarray(by_period[:, :, counted].sum(axis=2), dtype=np.float64)

        return Totals(
            demand=summed(self.demand),
            held=summed(self.on_hand),
            lost_sales=summed(self.lost_sales),
            expired=summed(self.expired),
            ordered=summed(self.ordered),
            orders=summed(self.ordered > 0),
            shortfall=summed(self.shortfall),
            short_periods=summed(self.shortfall > 0),
            waiting=summed(self.backorders),
            left=self.on_hand[:, :, counted][:, :, -1:].sum(axis=2),
        )


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums of a simulation over the counted periods, each array by series x path.

    held: units x periods on hand at periods' ends; waiting: units x periods of backorders; orders: number
    of orders; short_periods: number of periods with a shortfall; the others are the sums of what
    `Simulation` calls so. left: units on hand at the end of the last counted period.
    """

    demand: Quantities
    held: Quantities
    lost_sales: Quantities
    expired: Quantities
    ordered: Quantities
    orders: Quantities
    shortfall: Quantities
    short_periods: Quantities
    waiting: Quantities
    left: Quantities


def simulate(
    demand: Quantities,
    *,
    on_hand: Quantities,
    expiring: Quantities | None = None,
    receipts: Quantities | None = None,
    policy: Policy | None = None,
    lead_time: int | Integers = 0,
    rules: StockRules = USUAL_RULES,
) -> Simulation:
    """Play demand against stock.

    demand: series x path x period. on_hand: by series, or series x path; units that outlast the simulation.
    expiring: series x period; units whose last sellable period is that column, on the shelf from the start.
    receipts: series x period, or series x path x period; units already on order, available from the start
    of that period, and fresh.
    policy, lead_time: an order decided at the end of period t is available from the start of t + 1 +
    lead_time; period 0 is the one after the first decision. Without a policy nothing is ordered; what it
    asks for below 0 is nothing. lead_time: a number, or one per series x path x period that the order is
    for (an axis of length 1 stands for all), so that sampled lead times let orders cross.

    With on hand I, demand D and receipts Q: I(t) = max(I(t-1) + Q(t) - D(t), 0) where unmet demand is lost,
    Zipkin, Operations Research 56 (2008) 937-944; where it waits, the same without the maximum, I < 0 being
    backorders, which what is received serves first. Arrays that do not fit each other, a negative stock and
    a lead time that is not a whole number raise InputError.
    """
    wanted = np.moveaxis(demand, 2, 0)  # a period is contiguous while it is played
    kept: dict[str, Quantities] = {}
    for period, now in enumerate(_play(wanted, on_hand, expiring, receipts, policy, lead_time, rules)):
        for name, values in now._asdict().items():
            if values is not None:
                if name not in kept:  # zeros cost nothing until they are written to
                    kept[name] = np.zeros(wanted.shape)
                kept[name][period] = values
    nothing = np.broadcast_to(0.0, wanted.shape)
    by_series = {
        name: np.moveaxis(kept.get(name, nothing), 0, 2) for name in (*_Period._fields, "lost_sales")
    }
    if not rules.backorders:
        by_series["lost_sales"] = by_series["shortfall"]
    opening = np.broadcast_to(_opening(on_hand, expiring), wanted.shape[1:])
    return Simulation(demand=demand, opening=opening, **by_series)


def simulate_totals(
    demand: Quantities,
    *,
    on_hand: Quantities,
    expiring: Quantities | None = None,
    receipts: Quantities | None = None,
    policy: Policy | None = None,
    lead_time: int | Integers = 0,
    rules: StockRules = USUAL_RULES,
    counted: slice = slice(None),
) -> Totals:
    """`simulate(...).totals(counted)` without keeping what happened in each period.

    For more series than fit the memory, draw and play some at a time: `parts`, `joined`.
    """
    wanted = np.moveaxis(demand, 2, 0)
    chosen = set(range(*counted.indices(len(wanted))))
    sums = {each.name: np.zeros(wanted.shape[1:]) for each in fields(Totals)}
    for period, now in enumerate(_play(wanted, on_hand, expiring, receipts, policy, lead_time, rules)):
        if period not in chosen:
            continue
        sums["left"] = now.on_hand
        sums["demand"] += wanted[period]
        sums["held"] += now.on_hand
        sums["shortfall"] += now.shortfall
        sums["short_periods"] += now.shortfall > 0
        if now.ordered is not None:
            sums["ordered"] += now.ordered
            sums["orders"] += now.ordered > 0
        if now.expired is not None:
            sums["expired"] += now.expired
        if now.backorders is not None:
            sums["waiting"] += now.backorders
    if not rules.backorders:
        sums["lost_sales"] = sums["shortfall"]
    return Totals(**sums)


def parts(series: int, paths: int) -> Iterator[slice]:
    """Slices of the series, in order, of which each is played fastest: what a period touches stays in the
    processor's cache."""
    at_once = max(_CELLS // paths, 1)
    return (slice(first, min(first + at_once, series)) for first in range(0, series, at_once))


def joined(totals: Iterable[Totals]) -> Totals:
    """The sums of some series after those of others."""
    every = list(totals)
    return Totals(
        **{each.name: np.concatenate([getattr(part, each.name) for part in every]) for each in fields(Totals)}
    )


class _Period(NamedTuple):
    """One period by series x path; None = nothing of the kind can happen in it."""

    on_hand: Quantities
    shortfall: Quantities
    received: Quantities
    ordered: Quantities | None
    expired: Quantities | None
    backorders: Quantities | None


def _play(
    wanted: Quantities,
    on_hand: Quantities,
    expiring: Quantities | None,
    receipts: Quantities | None,
    policy: Policy | None,
    lead_time: int | Integers,
    rules: StockRules,
) -> Iterator[_Period]:
    """Period after period; `wanted` is demand with its periods first."""
    periods, *shape = wanted.shape
    series, paths = shape
    dated = np.zeros((series, periods)) if expiring is None else expiring
    due = np.zeros((series, 1, periods)) if receipts is None else receipts
    due = due[:, None, :] if due.ndim == 2 else due
    _refuse_what_does_not_fit(wanted.shape, on_hand, dated, due)
    pipeline = Pipeline(due, lead_time, (series, paths, periods))
    life = np.broadcast_to(np.asarray(rules.shelf_life, dtype=np.float64), (series,))
    lots = Lots(dated, life, paths, rules.issuing)
    perishable = lots.series

    shelf = np.broadcast_to(_opening(on_hand, dated), shape)
    on_order = np.broadcast_to(due.sum(axis=2), shape).copy()
    waiting = np.zeros(shape) if rules.backorders else None
    for period in range(periods):
        ordered = expired = None
        if policy is not None and period % rules.review_period == 0:
            inventory_position = shelf + on_order
            if waiting is not None:
                inventory_position -= waiting
            asked = np.broadcast_to(policy(period, inventory_position), shape)
            ordered = rules.accepted(asked, inventory_position)
            on_order += ordered
            pipeline.order(period, ordered)
        fresh = received = pipeline.arriving(period)
        on_order -= received
        if waiting is not None:
            served = np.minimum(waiting, received)
            waiting = waiting - served
            fresh = received - served
        shelf = shelf + fresh
        demanded = np.ascontiguousarray(wanted[period])
        sold = np.minimum(shelf, demanded)
        shortfall = demanded - sold
        shelf -= sold
        if waiting is not None:
            waiting = waiting + shortfall
        if perishable.size:
            lots.receive(period, np.broadcast_to(fresh, shape)[perishable])
            lots.sell(period, sold[perishable], shelf[perishable])
            expired = np.zeros(shape)
            expired[perishable] = lots.expire(period)
            shelf -= expired
        yield _Period(shelf, shortfall, received, ordered, expired, waiting)


def _opening(on_hand: Quantities, expiring: Quantities | None) -> Quantities:
    """Units on the shelf before the first period, series x path (or 1)."""
    lasting = on_hand if on_hand.ndim == 2 else on_hand[:, None]
    return lasting if expiring is None else lasting + expiring.sum(axis=1)[:, None]


def _refuse_what_does_not_fit(
    shape: tuple[int, ...], on_hand: Quantities, expiring: Quantities, receipts: Quantities
) -> None:
    """InputError unless stock fits demand, whose shape is periods, series, paths, and is not negative."""
    periods, series, paths = shape
    if (
        on_hand.shape not in ((series,), (series, paths))
        or expiring.shape != (series, periods)
        or receipts.shape not in ((series, 1, periods), (series, paths, periods))
    ):
        raise InputError(
            "stock does not fit the demand: on_hand must hold one number per series (and path), expiring "
            "one per series and period, receipts one per series (path) and period"
        )
    if any((given < 0).any() for given in (on_hand, expiring, receipts)):
        raise InputError("on hand, lots and receipts cannot be negative; correct them before simulating")

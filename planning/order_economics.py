"""What an order of one line is expected to cost, in money, for every quantity that could be ordered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from planning.inventory_simulator import simulate
from planning.simulation.stock_rules import Quantities, StockRules

Integers = npt.NDArray[np.int64]

_CELLS = 4_000_000  # line x candidate x path x period at once: a few hundred MB
_GRID = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderSituation:
    """Lines as an order placed now meets them; arrays by line.

    demand: line x path x period, from the first period after the decision. on_hand, expiring, receipts: as
    in `simulate`, without the order. lead_time, review_period: periods. shelf_life: periods in which what is
    received can be sold; infinite = it keeps. floor: units that are not for sale. holding_cost: money per
    unit and period. shortage_cost: money per lost sale. unit_cost: money lost with a unit that expires. week:
    periods after which demand beyond its end repeats (7 for days, else 1). longest_held: periods after which
    what is left is held at no further cost.
    """

    demand: Quantities
    on_hand: Quantities
    expiring: Quantities
    receipts: Quantities
    lead_time: Integers
    review_period: Integers
    shelf_life: Quantities
    floor: Quantities
    holding_cost: Quantities
    shortage_cost: Quantities
    unit_cost: Quantities
    week: int = 1
    longest_held: int = 52

    def of(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> OrderSituation:
        """Some of the lines."""
        numbers = {"week", "longest_held"}
        arrays = {
            each.name: getattr(self, each.name)[rows] for each in fields(self) if each.name not in numbers
        }
        return replace(self, **arrays)

    def may_expire(self, quantity: Quantities) -> npt.NDArray[np.bool_]:
        """Lines where on some path what is there with an order of `quantity` does not sell in its shelf life.

        What keeps for longer than `longest_held` is taken to keep for ever.
        """
        dated = self.shelf_life <= self.longest_held
        risky = np.zeros(len(quantity), dtype=np.bool_)
        for lead, life in np.unique(np.stack([self.lead_time[dated], self.shelf_life[dated]]), axis=1).T:
            rows = np.flatnonzero(dated & (self.lead_time == lead) & (self.shelf_life == life))
            wanted = lengthened(self.demand[rows], int(lead + life), self.week)[:, :, int(lead) :].sum(axis=2)
            most = self.on_hand[rows] + self.expiring[rows].sum(axis=1) + self.receipts[rows].sum(axis=1)
            risky[rows] = wanted.min(axis=1) < most + quantity[rows]
        return risky


@dataclass(frozen=True, eq=False)
class OrderCost:
    """Means over the paths from the order's arrival on, each by line x candidate.

    holding, shortage, waste: money. lost_sales: units, until the next order can arrive. expired: units, until
    what was ordered has sold or expired.
    """

    holding: Quantities
    shortage: Quantities
    waste: Quantities
    lost_sales: Quantities
    expired: Quantities

    @property
    def money(self) -> Quantities:
        """Holding, shortage and waste together."""
        return self.holding + self.shortage + self.waste


def lengthened(demand: Quantities, periods: int, week: int) -> Quantities:
    """The first `periods` of demand (line x path x period); where it ends before, each path goes on with the
    last whole weeks of another. Paths are equally likely and drawn alike, so that is one more draw."""
    known = demand.shape[2]
    cycle = known // week * week or known
    turns = -(-(periods - known) // cycle)
    further = [np.roll(demand[:, :, known - cycle :], -turn, axis=1) for turn in range(1, turns + 1)]
    return np.concatenate([demand, *further], axis=2)[:, :, :periods]


def order_cost(situation: OrderSituation, quantity: Quantities) -> OrderCost:
    """The expected cost of every candidate `quantity` (line x candidate, units) of every line.

    A line's demand is played by the inventory simulator with the candidate arriving in period L, without any
    later order. With I(t) on hand, S(t) lost sales and E(t) expired units of a path,

        cost(q) = mean over paths of  h sum I(t) over t >= L  +  p sum S(t) over L <= t < L + R  +  c sum E(t)

    with h holding_cost, p shortage_cost, c unit_cost. First in, first out: what is ordered later changes
    nothing about the units of this order, so they are held until they sell; a sale lost after the next order
    can arrive is that order's. Where nothing can expire the play ends with the protection interval, and what
    is left sells at the line's mean rate.
    """
    lines, candidates = quantity.shape
    whole = {each.name: np.zeros((lines, candidates)) for each in fields(OrderCost)}
    interval = situation.lead_time + situation.review_period
    risky = situation.may_expire(quantity.max(axis=1, initial=0.0))
    end = situation.lead_time + np.where(risky, situation.shelf_life, 0)
    periods = np.maximum(end, interval).astype(np.int64)
    keys = np.stack([situation.lead_time, situation.review_period, periods])
    for key in np.unique(keys, axis=1).T:
        rows = np.flatnonzero((keys == key[:, None]).all(axis=0))
        at_once = max(1, _CELLS // (candidates * situation.demand.shape[1] * int(key[2])))
        for first in range(0, len(rows), at_once):
            some = rows[first : first + at_once]
            for name, values in _played(situation.of(some), quantity[some], int(key[2])).items():
                whole[name][some] = values
    return OrderCost(**whole)


def cheapest(cost: Callable[[Integers], Quantities], least: Integers, most: Integers) -> Integers:
    """By line, the whole number between `least` and `most` of least cost; the smallest of equals.

    cost: numbers (line x candidate) -> money, convex in the number. Each round looks at nine numbers and goes
    on between the neighbours of the best.
    """
    low, high = least.copy(), np.maximum(least, most)
    while True:
        grid = low[:, None] + (high - low)[:, None] * np.arange(_GRID + 1) // _GRID
        best = cost(grid).argmin(axis=1)
        rows = np.arange(len(low))
        if (high - low <= _GRID).all():
            return np.asarray(grid[rows, best], dtype=np.int64)
        low, high = grid[rows, np.maximum(best - 1, 0)], grid[rows, np.minimum(best + 1, _GRID)]


def _played(situation: OrderSituation, quantity: Quantities, periods: int) -> dict[str, Quantities]:
    """The fields of OrderCost for lines of equal lead time and review period, played so many periods."""
    lines, candidates = quantity.shape
    lead, review = int(situation.lead_time[0]), int(situation.review_period[0])
    wanted = lengthened(situation.demand, periods, situation.week)
    lasting = situation.on_hand + situation.expiring[:, periods:].sum(axis=1)
    unsold = np.minimum(situation.floor, lasting)
    for_sale = np.maximum(quantity - (situation.floor - unsold)[:, None], 0.0)

    def each(values: Quantities) -> Quantities:
        """Once for every candidate."""
        return np.repeat(values, candidates, axis=0)

    receipts = each(_columns(situation.receipts, periods))
    receipts[:, lead] += for_sale.ravel()
    life = np.where(lead + situation.shelf_life <= periods, situation.shelf_life, np.inf)
    simulation = simulate(
        each(wanted),
        on_hand=each(lasting - unsold),
        expiring=each(_columns(situation.expiring, periods)),
        receipts=receipts,
        rules=StockRules(shelf_life=each(life)),
    )
    lost = simulation.lost_sales[:, :, lead : lead + review].sum(axis=2).mean(axis=1)
    expired = simulation.expired[:, :, lead:].sum(axis=2).mean(axis=1)
    held = simulation.on_hand[:, :, lead:].sum(axis=2).mean(axis=1)
    rate = each(wanted.mean(axis=(1, 2)))
    held = held + _held_until_sold(simulation.on_hand[:, :, -1], rate, situation.longest_held).mean(axis=1)
    units = {"holding": held, "shortage": lost, "waste": expired}
    prices = {
        "holding": situation.holding_cost,
        "shortage": situation.shortage_cost,
        "waste": situation.unit_cost,
    }
    shape = (lines, candidates)
    return {
        **{cause: units[cause].reshape(shape) * prices[cause][:, None] for cause in units},
        "lost_sales": lost.reshape(shape),
        "expired": expired.reshape(shape),
    }


def _columns(by_period: Quantities, periods: int) -> Quantities:
    """The first so many periods, filled up with nothing."""
    known = by_period[:, :periods]
    return np.pad(known, ((0, 0), (0, periods - known.shape[1])))


def _held_until_sold(left: Quantities, rate: Quantities, longest: int) -> Quantities:
    """Units x periods that `left` (series x path) is still held for at the ends of periods, while `rate`
    (by series) sells in each, for `longest` periods at most: the sum of left - k rate over k = 1, 2, ..."""
    rate = rate[:, None]
    whole = np.minimum(np.floor(left / np.maximum(rate, 1e-9)), longest)
    return np.asarray(whole * left - rate * whole * (whole + 1) / 2, dtype=np.float64)

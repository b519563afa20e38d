"""The cheapest orders of each line by itself, at given prices: a dynamic programme over whole packs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from planning.purchasing.curves import Amounts
from planning.purchasing.problem import PurchaseProblem, Units

_WIDE: Final = 512  # lines side by side: what they take stays within a processor's cache


@dataclass(frozen=True, eq=False)
class _Block:
    """Lines with as many offers of the same packs, side by side. Supply is counted in steps of the line.

    lines: (B,); offers: (J, B), arrivals are counted from their lead times; pace: (J,) steps in a pack; runs:
    for each J, the columns that share a least order: packs, from, to; most: (J, B) packs, None where nothing
    is limited. cost: (T, N, B) money by supply in steps, endless beyond what is useful.
    """

    lines: Units
    offers: Units
    pace: tuple[int, ...]
    runs: tuple[tuple[tuple[int, int, int], ...], ...]
    most: Units | None
    reach: tuple[int, ...]
    cost: Amounts


class Schedules:
    """All lines of a problem, ready to be planned one by one, again and again, at other prices.

    The cost of a line by supply S at the end of period t, f_t(S) = G_t(S) + min(f_t-1(S), min over whole
    orders q of f_t-1(S - q) + charge + price q), is worked out for all S, in vectors over lines. With pins,
    S is what is ordered beside them. Offers that arrive in the same period are taken one after the other.
    """

    def __init__(self, asked: PurchaseProblem) -> None:
        self.asked = asked
        free = np.where(asked.pinned < 0, asked.most_packs, 0)
        self.can = free > 0
        self._blocks = list(_blocks(asked, self.can))

    def costs(self, prices: Amounts, charges: Amounts) -> Amounts:
        """(lines,) the least cost of each line. prices: (offers, periods) money per pack ordered then;
        charges: for ordering any, math.inf to forbid."""
        found = np.zeros(len(self.asked.lines))
        price, charge = self._by_arrival(prices, charges)
        for block in self._blocks:
            f, _ = self._forward(block, price, charge, keep=False)
            found[block.lines] = f.min(axis=0)
        return found

    def orders(self, prices: Amounts, charges: Amounts) -> tuple[Amounts, Units]:
        """The same, with packs by (offers, periods) that reach it; pinned ones are not among them."""
        found = np.zeros(len(self.asked.lines))
        packs = np.zeros(prices.shape, dtype=np.int64)
        price, charge = self._by_arrival(prices, charges)
        for block in self._blocks:
            f, kept = self._forward(block, price, charge, keep=True)
            steps = f.argmin(axis=0)
            found[block.lines] = f[steps, np.arange(len(steps))]
            self._backward(block, kept, price, steps, packs)
        return found, packs

    def _by_arrival(self, prices: Amounts, charges: Amounts) -> tuple[Amounts, Amounts]:
        lead, last = self.asked.offers.lead_time, prices.shape[1]
        when = np.arange(last) - lead[:, None]
        rows, early = np.arange(len(lead))[:, None], when < 0
        price = prices[rows, np.maximum(when, 0)]
        charge = np.where(self.can, charges, np.inf)[rows, np.maximum(when, 0)]
        return price, np.where(early, np.inf, charge)

    def _forward(
        self, block: _Block, price: Amounts, charge: Amounts, *, keep: bool
    ) -> tuple[Amounts, list[tuple[Amounts, Amounts]]]:
        width = block.cost.shape[2]
        f = np.zeros((1, width))
        kept = []
        for t, steps in enumerate(block.reach):
            f = _padded(f, steps)
            for j in range(len(block.pace)):
                p, fixed = price[block.offers[j], t], charge[block.offers[j], t]
                ordered = f
                if np.isfinite(fixed).any():
                    ordered = _ordered(f, block, j, p, fixed)
                if keep:
                    kept.append((f, ordered))
                f = np.minimum(f, ordered)
            f += block.cost[t, :steps]
        return f, kept

    def _backward(
        self,
        block: _Block,
        kept: list[tuple[Amounts, Amounts]],
        price: Amounts,
        steps: Units,
        packs: Units,
    ) -> None:
        slots = len(block.pace)
        lead = self.asked.offers.lead_time
        for t in reversed(range(block.cost.shape[0])):
            for j in reversed(range(slots)):
                f, ordered = kept[t * slots + j]
                columns = np.arange(len(steps))
                columns = columns[ordered[steps, columns] < f[steps, columns]]
                if not len(columns):
                    continue
                offers, pace = block.offers[j, columns], block.pace[j]
                if block.most is None:
                    count = _unlimited_count(block, j, ordered, columns, steps[columns], price[offers, t])
                else:
                    count = _limited_count(block, j, f, columns, steps[columns], price[offers, t])
                packs[offers, t - lead[offers]] += count
                steps[columns] -= count * pace


def _padded(f: Amounts, steps: int) -> Amounts:
    """As many rows as are useful now; what is beyond cannot have been reached, or is of no use."""
    if len(f) >= steps:
        return f[:steps].copy()
    return np.concatenate([f, np.full((steps - len(f), f.shape[1]), np.inf)])


def _ordered(f: Amounts, block: _Block, j: int, price: Amounts, fixed: Amounts) -> Amounts:
    """The least cost of every supply of which the last part is ordered now."""
    steps, pace = len(f), block.pace[j]
    ordered = np.full(f.shape, np.inf)
    if block.most is None:
        for least, start, end in block.runs[j]:
            if least * pace < steps:
                first = (least * price + fixed)[start:end]
                np.add(f[: -least * pace, start:end], first, out=ordered[least * pace :, start:end])
        spare = np.empty(f.shape[1])
        for s in range(pace, steps):
            np.add(ordered[s - pace], price, out=spare)
            np.minimum(ordered[s], spare, out=ordered[s])
        return ordered
    least_packs, most = _least(block, j), block.most[j]
    for number in range(int(least_packs.min()), min(int(most.max()), (steps - 1) // pace) + 1):
        may = (least_packs <= number) & (number <= most)
        cost = f[: steps - number * pace] + np.where(may, number * price + fixed, np.inf)
        np.minimum(ordered[number * pace :], cost, out=ordered[number * pace :])
    return ordered


def _least(block: _Block, j: int) -> Units:
    return np.concatenate([np.full(end - start, least) for least, start, end in block.runs[j]])


def _unlimited_count(
    block: _Block, j: int, ordered: Amounts, columns: Units, at: Units, price: Amounts
) -> Units:
    """How many packs were ordered: one after the other is taken back while its price made the cost."""
    pace, count = block.pace[j], _least(block, j)[columns]
    at, going = at.copy(), np.arange(len(columns))
    while len(going):
        before = np.maximum(at[going] - pace, 0)
        here, there = ordered[at[going], columns[going]], ordered[before, columns[going]]
        going = going[(here >= there + price[going]) & (at[going] >= pace)]
        at[going] -= pace
        count[going] += 1
    return count


def _limited_count(block: _Block, j: int, f: Amounts, columns: Units, at: Units, price: Amounts) -> Units:
    assert block.most is not None  # noqa: S101 - the caller looked
    least, most, pace = _least(block, j)[columns], block.most[j, columns], block.pace[j]
    best, count = np.full(len(columns), np.inf), least.copy()
    for packs in range(int(least.min()), int(min(most.max(), at.max() // pace)) + 1):
        may = (least <= packs) & (packs <= most) & (at >= packs * pace)
        cost = np.where(may, f[np.maximum(at - packs * pace, 0), columns] + packs * price, np.inf)
        count, best = np.where(cost < best, packs, count), np.minimum(cost, best)
    return count


def _blocks(asked: PurchaseProblem, can: np.ndarray) -> Iterator[_Block]:
    """Lines sorted by number of offers, their packs, their least orders and how far they reach."""
    offers = asked.offers
    usable = np.flatnonzero(can.any(axis=1))
    by_line: dict[int, list[int]] = {}
    for offer, line in zip(usable.tolist(), offers.line[usable].tolist(), strict=True):
        by_line.setdefault(line, []).append(offer)
    most = np.minimum(offers.most_packs, 2**40)
    grouped: dict[tuple[bool, tuple[int, ...]], list[tuple[tuple[int, ...], int, int, int]]] = {}
    fixed = asked.supply(np.maximum(asked.pinned, 0))
    reach = np.max(np.maximum(asked.curves.most - fixed, 0.0), axis=1)
    pack_size, least = offers.pack_size.tolist(), offers.least_packs.tolist()
    for line in range(len(asked.lines)):
        mine = by_line.get(line, [])
        step = int(np.gcd.reduce([pack_size[o] for o in mine])) if mine else 1
        steps = int(reach[line] / step + 1e-9) + 1 if mine else 1
        pace = tuple(pack_size[o] // step for o in mine)
        limited = any(most[o] * pack_size[o] < (steps - 1) * step for o in mine)
        grouped.setdefault((limited, pace), []).append((tuple(least[o] for o in mine), steps, line, step))
    for (limited, pace), members in grouped.items():
        members.sort()
        for start in range(0, len(members), _WIDE):
            part = members[start : start + _WIDE]
            lines = np.array([line for _, _, line, _ in part])
            named = [by_line.get(int(line), []) for line in lines]
            slots = np.array(named, dtype=np.int64).T.reshape(len(pace), len(part))
            runs = tuple(_runs([each[0][j] for each in part]) for j in range(len(pace)))
            size = np.array([each[3] for each in part])
            steps = max(each[1] for each in part)
            supply = np.arange(steps)[:, None] * size
            cost = _by_supply(asked, lines, supply, fixed[lines])
            reach = tuple(int(np.flatnonzero(row.any(axis=1))[-1]) + 1 for row in np.isfinite(cost))
            yield _Block(lines, slots, pace, runs, most[slots] if limited else None, reach, cost)


def _runs(least: list[int]) -> tuple[tuple[int, int, int], ...]:
    values = np.array(least)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(values)) + 1, [len(values)]])
    return tuple((int(values[start]), int(start), int(end)) for start, end in pairwise(starts.tolist()))


def _by_supply(asked: PurchaseProblem, lines: Units, supply: Units, fixed: Amounts) -> Amounts:
    """(periods, steps, lines) what a supply costs, beside what is pinned."""
    curves = asked.curves
    there = supply[None] + fixed.T[:, None, :]
    x = curves.supply[lines].transpose(2, 1, 0)[:, :, None, :]
    cost = _along(x, curves.cost[lines, :, 0], curves.cost_slopes[lines], there)
    useless = (there > curves.most[lines].T[:, None, :] + 1e-9) & (supply > 0)[None]
    cost[useless] = np.inf
    return cost


def _along(x: Amounts, first: Amounts, slopes: Amounts, there: Amounts) -> Amounts:
    reached = np.broadcast_to(first.T[:, None, :], there.shape).copy()
    steep = slopes.transpose(2, 1, 0)[:, :, None, :]
    for k in range(len(steep)):
        run = np.maximum(there - x[k], 0.0)
        if k + 1 < len(steep):
            np.minimum(run, x[k + 1] - x[k], out=run)
        run *= steep[k]
        reached += run
    return reached

"""Orders that miss their supplier's minimum value, brought up to it pack by pack, or left out."""

from __future__ import annotations

import numpy as np

from planning.purchasing.curves import Amounts
from planning.purchasing.evaluation import DUST
from planning.purchasing.problem import PurchaseProblem, Units


def reach_minimums(asked: PurchaseProblem, packs: Units) -> Units:
    """The same orders with every minimum value reached that can be, at little extra cost; others left out.

    packs: (offers, periods). A pack is added, or moved up from a later order of the same offer, wherever it
    costs least per money that the order misses. Where nothing more is useful the order is left out, but for
    what is pinned.
    """
    packs = packs.copy()
    supply = asked.supply(packs)
    offers, minimum = asked.offers, asked.suppliers.minimum_order_value
    paid = packs * offers.pack_cost[:, None]
    value = np.zeros((len(minimum), packs.shape[1]))
    np.add.at(value, offers.supplier, paid)
    short = (value > 0) & (value < (minimum * (1 - DUST / 2))[:, None])
    of_supplier = np.argsort(offers.supplier, kind="stable")
    starts = np.searchsorted(offers.supplier[of_supplier], np.arange(len(minimum) + 1))
    for supplier in np.flatnonzero(short.any(axis=1)).tolist():
        mine = of_supplier[starts[supplier] : starts[supplier + 1]]
        for period in range(packs.shape[1]):
            _raise(asked, packs, supply, mine, period, float(minimum[supplier]))
    return packs


def _raise(
    asked: PurchaseProblem, packs: Units, supply: Amounts, mine: Units, period: int, minimum: float
) -> None:
    pack_cost = asked.offers.pack_cost[mine]
    while True:
        value = float(packs[mine, period] @ pack_cost)
        gap = minimum - value
        if not packs[mine, period].any() or gap <= DUST / 2 * minimum:
            return
        best = _cheapest(asked, packs, supply, mine, period, gap)
        if best is None:
            for offer in mine.tolist():
                kept = max(int(asked.pinned[offer, period]), 0)
                _order(asked, packs, supply, offer, period, kept - int(packs[offer, period]))
            return
        offer, count, later = best
        _order(asked, packs, supply, offer, period, count)
        if later is not None:
            _order(asked, packs, supply, offer, later, -count)


def _order(
    asked: PurchaseProblem, packs: Units, supply: Amounts, offer: int, period: int, count: int
) -> None:
    packs[offer, period] += count
    arrival = period + int(asked.offers.lead_time[offer])
    supply[asked.offers.line[offer], arrival:] += count * int(asked.offers.pack_size[offer])


def _cheapest(
    asked: PurchaseProblem, packs: Units, supply: Amounts, mine: Units, period: int, gap: float
) -> tuple[int, int, int | None] | None:
    """Offer, packs and the later period they are moved up from (None: added) of least cost per money."""
    offers = asked.offers
    least, pack = offers.least_packs[mine], offers.pack_size[mine]
    now = packs[mine, period]
    count = np.where(now > 0, 1, least)
    may = (now + count <= asked.most_packs[mine, period]) & (asked.pinned[mine, period] < 0)
    may &= _alone(asked, packs, mine, period)
    if not may.any():
        return None
    lines = offers.line[mine]
    rows = supply[lines]
    arrival = period + offers.lead_time[mine]
    added = (count * pack)[:, None] * (np.arange(rows.shape[1]) >= arrival[:, None])
    rise = asked.curves.cost_at(rows + added, lines) - asked.curves.cost_at(rows, lines)
    useful = rows + added <= asked.most_supply[lines] + DUST
    ahead = np.arange(rows.shape[1]) > period
    spare = (packs[mine] - count[:, None] >= least[:, None]) & ahead & (asked.pinned[mine] < 0)
    spare &= _above_minimum(asked, packs, mine, count)
    later = np.where(spare.any(axis=1), spare.argmax(axis=1), rows.shape[1])
    until = np.arange(rows.shape[1]) < (later + offers.lead_time[mine])[:, None]
    moved = later < rows.shape[1]
    money = offers.unit_cost + offers.preference_cost - asked.value[offers.line]
    cost = np.stack([rise.sum(axis=1) + count * pack * money[mine], np.where(until, rise, 0.0).sum(axis=1)])
    possible = np.stack([may & useful.all(axis=1), may & moved & (useful | ~until).all(axis=1)])
    reached = np.minimum(count * offers.pack_cost[mine], gap)
    each = np.where(possible & (reached > 0), cost / np.maximum(reached, 1e-12), np.inf)
    way, place = np.unravel_index(int(each.argmin()), each.shape)
    if not np.isfinite(each[way, place]):
        return None
    return int(mine[place]), int(count[place]), int(later[place]) if way else None


def _alone(asked: PurchaseProblem, packs: Units, mine: Units, period: int) -> np.ndarray:
    """Whether no other price of the same terms is used in the period."""
    terms = asked.offers.terms[mine]
    used = terms[packs[mine, period] > 0]
    return np.asarray((packs[mine, period] > 0) | ~np.isin(terms, used))


def _above_minimum(asked: PurchaseProblem, packs: Units, mine: Units, count: Units) -> np.ndarray:
    """(offers, periods) whether the supplier's order stays at its minimum without so many packs."""
    cost = asked.offers.pack_cost[mine]
    minimum = float(asked.suppliers.minimum_order_value[asked.offers.supplier[mine[0]]])
    value = (packs[mine] * cost[:, None]).sum(axis=0)
    return np.asarray(value - (count * cost)[:, None] >= minimum)

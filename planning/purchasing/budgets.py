"""Orders that spend more than a budget, moved to periods that have money left, or left out, pack by pack."""

from __future__ import annotations

import numpy as np

from planning.purchasing.curves import Amounts
from planning.purchasing.evaluation import DUST
from planning.purchasing.problem import Flags, PurchaseProblem, Units


def keep_budgets(asked: PurchaseProblem, packs: Units) -> Units:
    """The same orders within the budgets of the periods and in all, at little extra cost.

    packs: (offers, periods), every minimum value reached. Packs move to another period in which their
    supplier is ordered from anyway and the budget has room, or are left out, those first that cost least per
    money; no supplier's order falls under its minimum. What is pinned stays, even if it is over the budget by
    itself.
    """
    packs = packs.copy()
    supply = asked.supply(packs)
    periods = range(packs.shape[1])
    for period in periods:
        while _relieve(asked, packs, supply, period, in_all=False):
            pass  # each pass spends less in the period
    for period in reversed(periods):
        while _relieve(asked, packs, supply, period, in_all=True):
            pass
    return packs


def _relieve(asked: PurchaseProblem, packs: Units, supply: Amounts, period: int, *, in_all: bool) -> bool:
    """One pass over the offers of a period that spends too much; whether there may be more to do.

    in_all: it is the total budget that is spent, and only leaving out helps.
    """
    offers, periods = asked.offers, packs.shape[1]
    spent = (packs * offers.pack_cost[:, None]).sum(axis=0)
    over = float(spent.sum() - asked.total_budget if in_all else spent[period] - asked.budget[period])
    if over <= DUST / 2 * max(float(spent[period]), 1.0):
        return False
    may = (packs[:, period] > 0) & (asked.pinned[:, period] < 0)
    mine = np.flatnonzero(may)
    if not len(mine):
        return False
    here, least = packs[mine, period], offers.least_packs[mine]
    count = np.where(here - 1 >= least, 1, here)
    cost = _cost_of_moving(asked, packs, supply, mine, count, period)
    money = count * offers.pack_cost[mine]
    value = np.zeros((len(asked.suppliers.names), periods))
    np.add.at(value, offers.supplier, packs * offers.pack_cost[:, None])
    room = np.append(asked.budget - spent, np.inf)
    if in_all:
        cost[:, :periods] = np.inf
    to = cost.argmin(axis=1)
    price = cost[np.arange(len(mine)), to] / np.maximum(money, 1e-12)
    moved = False
    minimum = asked.suppliers.minimum_order_value
    for k in np.argsort(price, kind="stable").tolist():
        supplier, when, paid = int(offers.supplier[mine[k]]), int(to[k]), float(money[k])
        if over <= 0 or not np.isfinite(price[k]):
            break
        if value[supplier, period] - paid < minimum[supplier] or room[when] < paid:
            continue
        value[supplier, period] -= paid
        room[when] -= paid
        over -= paid
        _move(asked, packs, supply, int(mine[k]), int(count[k]), period, when)
        moved = True
    if moved:
        return True
    return _leave_out_one_order(asked, packs, supply, value[:, period], period)


def _cost_of_moving(
    asked: PurchaseProblem, packs: Units, supply: Amounts, mine: Units, count: Units, period: int
) -> Amounts:
    """(offers, periods + 1) money by the period to which so many packs move; the last leaves them out."""
    offers, periods = asked.offers, packs.shape[1]
    lines, lead = offers.line[mine], offers.lead_time[mine]
    units = (count * offers.pack_size[mine])[:, None]
    rows = supply[lines]
    here = asked.curves.cost_at(rows, lines)
    less = asked.curves.cost_at(np.maximum(rows - units, 0.0), lines) - here
    more = asked.curves.cost_at(rows + units, lines) - here
    useful = rows + units <= asked.most_supply[lines] + DUST
    when = np.arange(periods)
    arrival, arrives = period + lead[:, None], when + lead[:, None]
    zero = np.zeros((len(mine), 1))
    less_until = np.concatenate([zero, np.cumsum(less, axis=1)], axis=1)
    more_until = np.concatenate([zero, np.cumsum(np.where(useful, more, np.inf), axis=1)], axis=1)
    at = np.minimum(arrives, periods)
    now = np.minimum(arrival, periods)
    later = np.take_along_axis(less_until, at, 1) - np.take_along_axis(less_until, now, 1)
    earlier = _difference(np.take_along_axis(more_until, now, 1), np.take_along_axis(more_until, at, 1))
    cost = np.where(when > period, later, earlier)
    ordered = np.zeros((len(asked.suppliers.names), periods), dtype=bool)
    np.logical_or.at(ordered, offers.supplier, packs > 0)
    can = ordered[offers.supplier[mine]] & (asked.pinned[mine] < 0) & (when != period)
    there = packs[mine] + count[:, None]
    can &= (there >= offers.least_packs[mine][:, None]) & (there <= asked.most_packs[mine])
    can &= _room_for(asked, packs, mine, count)
    saved = units[:, 0] * (offers.unit_cost + offers.preference_cost - asked.value[offers.line])[mine]
    out = less_until[:, -1:] - np.take_along_axis(less_until, now, 1) - saved[:, None]
    return np.concatenate([np.where(can, cost, np.inf), out], axis=1)


def _difference(late: Amounts, early: Amounts) -> Amounts:
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(late - early, nan=np.inf)


def _room_for(asked: PurchaseProblem, packs: Units, mine: Units, count: Units) -> Flags:
    """(offers, periods) whether the budget has room, and no other price of the terms is in use."""
    spent = (packs * asked.offers.pack_cost[:, None]).sum(axis=0)
    paid = (count * asked.offers.pack_cost[mine])[:, None]
    alone = np.ones((len(mine), packs.shape[1]), dtype=bool)
    terms = asked.offers.terms
    shared = np.bincount(terms, minlength=int(terms.max()) + 1) > 1
    for k in np.flatnonzero(shared[terms[mine]]).tolist():
        others = np.flatnonzero(terms == terms[mine[k]])
        alone[k] = (packs[others[others != mine[k]]] == 0).all(axis=0)
    return np.asarray((spent + paid <= asked.budget) & alone)


def _move(
    asked: PurchaseProblem, packs: Units, supply: Amounts, offer: int, count: int, period: int, to: int
) -> None:
    line, lead = int(asked.offers.line[offer]), int(asked.offers.lead_time[offer])
    units = count * int(asked.offers.pack_size[offer])
    packs[offer, period] -= count
    supply[line, period + lead :] -= units
    if to < packs.shape[1]:
        packs[offer, to] += count
        supply[line, to + lead :] += units


def _leave_out_one_order(
    asked: PurchaseProblem, packs: Units, supply: Amounts, value: Amounts, period: int
) -> bool:
    """Leave out the smallest order of a supplier: none can give up a pack without missing its minimum."""
    offers = asked.offers
    pinned = np.zeros(len(value), dtype=bool)
    pinned[offers.supplier[asked.pinned[:, period] > 0]] = True
    open_orders = np.flatnonzero((value > 0) & ~pinned)
    if not len(open_orders):
        return False
    supplier = open_orders[value[open_orders].argmin()]
    for offer in np.flatnonzero((offers.supplier == supplier) & (packs[:, period] > 0)).tolist():
        _move(asked, packs, supply, offer, int(packs[offer, period]), period, packs.shape[1])
    return True

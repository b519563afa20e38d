"""The best purchase plan by trying them all: plain loops that share no line with what they judge."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from planning.purchasing.problem import PurchaseProblem

Plan = Sequence[Sequence[int]]
CENT = 1e-6


def best_plan(asked: PurchaseProblem, most: int) -> tuple[float, float]:
    """The least slack at its prices, and the least cost with it, over all plans of at most `most` packs of
    an offer in a period."""
    offers, periods = range(len(asked.offers)), range(len(asked.periods))
    pinned = {(pin.offer, pin.period): pin.quantity for pin in asked.pins}
    choices = [
        _choices(asked, pinned, offer, period, most) for offer, period in itertools.product(offers, periods)
    ]
    found = []
    for packs in itertools.product(*choices):
        counted = priced(asked, [list(packs[o * len(periods) : (o + 1) * len(periods)]) for o in offers])
        if counted is not None:
            found.append(counted)
    least = min(slack for slack, _ in found)
    return least, min(cost for slack, cost in found if slack <= least + CENT)


def _choices(
    asked: PurchaseProblem, pinned: dict[tuple[int, int], int], offer: int, period: int, most: int
) -> list[int]:
    terms, line, pack = asked.offers, int(asked.offers.line[offer]), int(asked.offers.pack_size[offer])
    for (other, when), quantity in pinned.items():
        if when == period and int(terms.line[other]) == line:
            return [quantity // pack if other == offer else 0]
    if not asked.suppliers.order_periods[terms.supplier[offer], period]:
        return [0]
    if period + terms.lead_time[offer] >= len(asked.periods):
        return [0]
    return [
        packs
        for packs in range(most + 1)
        if packs == 0
        or terms.minimum_order_quantity[offer] <= packs * pack <= terms.maximum_order_quantity[offer]
    ]


def priced(asked: PurchaseProblem, packs: Plan) -> tuple[float, float] | None:
    """What a plan breaks, at its prices, and what it costs; None where it buys what is of no use, or at two
    prices of the same terms."""
    cost = slack = total = 0.0
    for period in range(len(asked.periods)):
        used = [int(terms) for terms, row in zip(asked.offers.terms, packs, strict=True) if row[period]]
        if len(used) > len(set(used)):
            return None
        spent = 0.0
        for supplier in range(len(asked.suppliers.names)):
            value, weighed, short = _one_order(asked, packs, supplier, period)
            spent, cost = spent + value, cost + weighed
            slack += asked.prices.minimum_order_value * short
        total += spent
        slack += asked.prices.budget * max(spent - float(asked.budget[period]), 0.0)
    slack += asked.prices.budget * max(total - asked.total_budget, 0.0)
    lines = _lines(asked, packs)
    return None if lines is None else (slack + lines[0] + _room(asked, packs), cost + lines[1])


def _one_order(asked: PurchaseProblem, packs: Plan, supplier: int, period: int) -> tuple[float, float, float]:
    """Money spent at a supplier in a period, what it weighs in the cost, and what misses its minimum."""
    terms, value, cost, ordered = asked.offers, 0.0, 0.0, False
    for offer in range(len(terms)):
        if terms.supplier[offer] == supplier and packs[offer][period]:
            units = packs[offer][period] * int(terms.pack_size[offer])
            value += units * float(terms.unit_cost[offer])
            cost += units * (float(terms.preference_cost[offer]) - float(asked.value[terms.line[offer]]))
            ordered = True
    if not ordered:
        return 0.0, 0.0, 0.0
    short = float(asked.suppliers.minimum_order_value[supplier]) - value
    return value, cost + value + float(asked.suppliers.ordering_cost[supplier]), max(short, 0.0)


def _lines(asked: PurchaseProblem, packs: Plan) -> tuple[float, float] | None:
    """What is missing of what is required, and the costs of the curves; None for more than is of use."""
    slack = cost = 0.0
    for line, period in itertools.product(range(len(asked.lines)), range(len(asked.periods))):
        there, fixed = _arrived(asked, packs, line, period)
        x, y = asked.curves.supply[line, period], asked.curves.cost[line, period]
        if there > max(float(x[-1]), fixed) + CENT:
            return None
        cost += _beyond(x, y, there)
        if asked.required is not None:
            slack += asked.prices.required * max(float(asked.required[line, period]) - there, 0.0)
    return slack, cost


def _arrived(asked: PurchaseProblem, packs: Plan, line: int, period: int) -> tuple[int, int]:
    """Units of a line that have arrived by a period, and those of them that are pinned."""
    there = fixed = 0
    pinned = {(pin.offer, pin.period): pin.quantity for pin in asked.pins}
    for offer in range(len(asked.offers)):
        if asked.offers.line[offer] == line:
            for when in range(period - int(asked.offers.lead_time[offer]) + 1):
                there += packs[offer][when] * int(asked.offers.pack_size[offer])
                fixed += pinned.get((offer, when), 0)
    return there, fixed


def _room(asked: PurchaseProblem, packs: Plan) -> float:
    """What is over the capacity of places, at its price."""
    if asked.storage is None or asked.curves.on_shelf is None:
        return 0.0
    over = 0.0
    for place, period in itertools.product(range(len(asked.storage.names)), range(len(asked.periods))):
        room = 0.0
        for line in range(len(asked.lines)):
            if asked.storage.place[line] == place:
                there, _ = _arrived(asked, packs, line, period)
                curve = asked.curves.supply[line, period], asked.curves.on_shelf[line, period]
                room += _beyond(*curve, there) * float(asked.storage.volume[line])
        over += max(room - float(asked.storage.capacity[place, period]), 0.0)
    return over * asked.prices.storage


def _beyond(x: np.ndarray, y: np.ndarray, there: float) -> float:
    if there <= x[-1]:
        return float(np.interp(there, x, y))
    return float(y[-1] + (there - x[-1]) * (y[-1] - y[-2]) / (x[-1] - x[-2]))

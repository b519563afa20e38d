"""One shelf played one unit at a time, slowly: it shares no line with the simulator that it judges."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


def _accepted(wish: int, pack_size: int, minimum: int, most: float) -> int:
    """Pack by pack up to what is wished for and to the minimum, then down to what is possible; else
    nothing."""
    order = 0
    while wish > 0 and order < max(wish, minimum):
        order += pack_size
    while order > most:
        order -= pack_size
    return order if order >= max(minimum, 0) else 0


def stock_by_the_unit(
    demand: Sequence[int],
    *,
    on_hand: int,
    expiring: Sequence[int],
    receipts: Sequence[int],
    asked: Callable[[int], int] | None,
    lead_times: Sequence[int],
    review_period: int = 1,
    backorders: bool = False,
    shelf_life: int | None = None,
    last_first: bool = False,
    pack_size: int = 1,
    minimum: int = 0,
    most_ordered: float = math.inf,
    most_held: float = math.inf,
) -> dict[str, list[int]]:
    """One shelf, one unit at a time: a list of the last sellable period of each, served and thrown away
    singly.

    asked: inventory position -> units. lead_times: of the order for each period. Returns by period the names
    of a simulation.
    """
    never = 10**6
    shelf = [never] * on_hand + [last for last, units in enumerate(expiring) for _ in range(units)]
    under_way = [due for due, units in enumerate(receipts) for _ in range(units)]
    waiting = 0
    seen: dict[str, list[int]] = {}

    def note(name: str, units: int) -> None:
        seen.setdefault(name, []).append(units)

    for period, wanted in enumerate(demand):
        order = 0
        if asked is not None and period % review_period == 0:
            position = len(shelf) + len(under_way) - waiting
            order = _accepted(asked(position), pack_size, minimum, min(most_ordered, most_held - position))
        note("ordered", order)
        under_way += [period + lead_times[period]] * order
        arrived = under_way.count(period)
        under_way = [due for due in under_way if due != period]
        note("received", arrived)
        for _ in range(arrived):
            if waiting:
                waiting -= 1
            else:
                shelf.append(never if shelf_life is None else period + shelf_life - 1)
        short = 0
        for _ in range(wanted):
            if shelf:
                shelf.remove(max(shelf) if last_first else min(shelf))
            else:
                short += 1
        note("shortfall", short)
        note("lost_sales", 0 if backorders else short)
        waiting += short if backorders else 0
        note("backorders", waiting)
        note("expired", shelf.count(period))
        shelf = [last for last in shelf if last != period]
        note("on_hand", len(shelf))
    return seen

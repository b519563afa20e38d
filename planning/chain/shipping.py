"""What places ship, period by period: all that is wanted, or a share of what there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planning.chain.sharing import SharingRule, by_priority, fair_share

Quantities = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_DUST = 1e-6  # what linear programming leaves


@dataclass(frozen=True, eq=False)
class Receivers:
    """Who is supplied, arrays by receiver.

    node: position of what supplies it. wanted: receiver x period, units newly asked for. position: receiver x
    period, inventory position with all that was asked for by then. demand: what gives path x period for one
    receiver. interval: lead time + review period. pack_size: units. rank: by `SharingRule.PRIORITY`, the
    lowest is first.
    """

    node: Whole
    wanted: Quantities
    position: Quantities
    demand: Callable[[int], Quantities]
    interval: Whole
    pack_size: Quantities
    rank: Whole


@dataclass(frozen=True, eq=False)
class Shipped:
    """Receiver x period. wanted: newly asked for, or earlier and not yet shipped. shipped: never more than
    that. scarce: whether the place had to share."""

    wanted: Quantities
    shipped: Quantities
    scarce: npt.NDArray[np.bool_]


def ship(available: Quantities, receivers: Receivers, rule: SharingRule) -> Shipped:
    """Ship what is wanted as far as it goes.

    available: node x period, units that come into the place in the period (the first with what lies there,
    each less what expires). What is not shipped is still wanted in the next period, and what is not wanted
    stays. Where a place has less than all want, `rule` shares it.
    """
    shape = receivers.wanted.shape
    wanted, shipped, scarce = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    nodes = len(available)
    members = [np.flatnonzero(receivers.node == node) for node in range(nodes)]
    left, waiting = np.zeros(nodes), np.zeros(shape[0])
    for period in range(shape[1]):
        left = left + available[:, period]
        asked = receivers.wanted[:, period] + waiting
        given = asked.copy()
        total = np.bincount(receivers.node, weights=asked, minlength=nodes)
        for node in np.flatnonzero(total > left + _DUST * np.maximum(total, 1.0)).tolist():
            rows = members[node]
            given[rows] = _shared(receivers, rows, period, asked[rows], max(left[node], 0.0), rule)
            scarce[rows, period] = True
        wanted[:, period], shipped[:, period] = asked, given
        waiting = asked - given
        left = np.maximum(left - np.bincount(receivers.node, weights=given, minlength=nodes), 0.0)
    return Shipped(wanted, shipped, scarce)


def _shared(
    receivers: Receivers, rows: Whole, period: int, asked: Quantities, available: float, rule: SharingRule
) -> Quantities:
    pack = receivers.pack_size[rows]
    if rule is SharingRule.PRIORITY:
        return by_priority(asked, pack, receivers.rank[rows], available)
    need = np.stack(
        [
            receivers.demand(row)[:, period : period + int(receivers.interval[row])].sum(axis=1)
            for row in rows.tolist()
        ]
    )
    there = receivers.position[rows, period] - asked
    return fair_share(asked, pack, need - there[:, None], available)

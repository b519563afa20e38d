"""Who gets how much of what is too little for all: whole packs, by a stated rule."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

Quantities = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_DUST = 1e-9


class SharingRule(StrEnum):
    """How places share what is scarce."""

    FAIR_SHARE = "fair share"
    PRIORITY = "priority"


def fair_share(wanted: Quantities, pack_size: Quantities, need: Quantities, available: float) -> Quantities:
    """Pack by pack to whoever is most likely to run out; units that each place gets.

    wanted, pack_size: by place. need: place x path, units that must come so that the place does not run out
    before the next shipment. available: units to share, at least 0.

    The next pack goes where P(need > what the place has got so far) is greatest, so that the greatest
    probability of running out is as small as whole packs and what is wanted allow (Eppen & Schrage,
    Centralized ordering policies in a multi-warehouse system with lead times and random demand, 1981).
    Between equals it goes to the place that has the smallest share of what it wants, and then to the first.
    A pack that is more than what is left is passed over: a place with smaller packs may still get one.
    """
    place, got, units = _packs(wanted, pack_size)
    ordered = np.sort(need, axis=1)
    urgency = np.empty(len(place))
    for each in range(len(wanted)):
        here = place == each
        runs_out = need.shape[1] - np.searchsorted(ordered[each], got[here] + _DUST, side="right")
        urgency[here] = runs_out / need.shape[1]
    share = got / np.where(wanted[place] > 0, wanted[place], 1.0)
    return _handed_out(np.lexsort((place, share, -urgency)), place, units, available, len(wanted))


def by_priority(wanted: Quantities, pack_size: Quantities, rank: Whole, available: float) -> Quantities:
    """All that the first place wants, then what is left to the next one: units that each place gets.

    rank: by place, the lowest is served first; equals in their order. A place gets whole packs.
    """
    place, _, units = _packs(wanted, pack_size)
    return _handed_out(np.lexsort((place, rank[place])), place, units, available, len(wanted))


def _packs(wanted: Quantities, pack_size: Quantities) -> tuple[Whole, Quantities, Quantities]:
    """Every pack that is wanted: the place, what it has got before this one, and the units in it; the last
    one of a place may be broken."""
    count = np.ceil(wanted / pack_size - _DUST).astype(np.int64)
    place = np.repeat(np.arange(len(wanted)), count)
    number = np.arange(len(place)) - np.repeat(count.cumsum() - count, count)
    got = number * pack_size[place]
    return place, got, np.minimum(pack_size[place], wanted[place] - got)


def _handed_out(order: Whole, place: Whole, units: Quantities, available: float, places: int) -> Quantities:
    """Hand the packs out in the order given while they fit; no place gets a pack before its earlier ones."""
    shared, left = np.zeros(places), available
    passed_over = np.zeros(places, dtype=bool)
    for pack in order.tolist():
        to = place[pack]
        if passed_over[to] or units[pack] > left + _DUST:
            passed_over[to] = True
            continue
        shared[to] += units[pack]
        left -= units[pack]
    return shared

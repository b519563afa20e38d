"""What must arrive, period by period, so that what is required is there: many things at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.errors import InputError

Quantities = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_DUST = 1e-9  # 0.1 * 3 is more than three tenths by rounding alone


@dataclass(frozen=True, eq=False)
class Rules:
    """How each thing is ordered or made, one number per thing; InputError for what cannot be.

    lead_time: whole periods from release to receipt. minimum_order_quantity: least units of one order; 0 =
    none. pack_size: orders are whole multiples of it; 0 = any quantity (a fixed lot is minimum and multiple
    at once). periods_covered: periods whose net requirements one order brings; 1 = lot for lot.
    safety_stock: units that are to be left at every period's end. shelf_life: periods in which what arrives
    can be used, that of its arrival included; 0 = for ever.
    """

    lead_time: Whole
    minimum_order_quantity: Quantities
    pack_size: Quantities
    periods_covered: Whole
    safety_stock: Quantities
    shelf_life: Whole

    def __post_init__(self) -> None:
        """Refuse negative and infinite numbers, and an order that covers nothing."""
        for name, numbers in vars(self).items():
            least = 1 if name == "periods_covered" else 0
            if not (np.isfinite(numbers).all() and (numbers >= least).all()):
                raise InputError(f"{name} must be finite and at least {least}; correct it", column=name)

    def of(self, rows: slice | Whole) -> Rules:
        """The rules of some of the things."""
        return Rules(**{name: numbers[rows] for name, numbers in vars(self).items()})


@dataclass(frozen=True, eq=False)
class Supply:
    """What there is without a plan. on_hand: units that outlast the horizon, by thing. expiring: thing x
    period, units that can last be used in that period. receipts: thing x period, units already on order,
    fresh when they come.
    """

    on_hand: Quantities
    expiring: Quantities
    receipts: Quantities

    def of(self, rows: slice | Whole) -> Supply:
        """The supply of some of the things."""
        return Supply(self.on_hand[rows], self.expiring[rows], self.receipts[rows])


@dataclass(frozen=True, eq=False)
class Netting:
    """By thing x period: net_requirements, planned_receipts that cover them, on_hand at the end, and what
    expired."""

    net_requirements: Quantities
    planned_receipts: Quantities
    on_hand: Quantities
    expired: Quantities

    def of(self, rows: slice | Whole) -> Netting:
        """The netting of some of the things."""
        return Netting(**{name: numbers[rows] for name, numbers in vars(self).items()})


def net(gross_requirements: Quantities, supply: Supply, rules: Rules) -> Netting:
    """Net requirements and planned receipts of the MRP record, thing x period.

    net = max(gross + safety stock - available, 0), available = left over + receipts; where it is above 0 an
    order arrives in that period: of the net requirements of the periods it covers, raised to the minimum
    quantity and to a whole multiple (Orlicky, Material Requirements Planning, ch. 4; Vollmann et al.,
    Manufacturing Planning and Control, ch. 7). Within a period: receive, use what expires first, throw
    away. What expires is not there for later periods, so their net requirements say so.
    """
    things, periods = gross_requirements.shape
    found = np.zeros((4, periods, things))  # a period is contiguous while it is netted
    net_requirements, planned, left, expired = found
    shelf = _Shelf(supply, rules, periods)
    ahead = _Ahead(gross_requirements, supply.receipts, rules.periods_covered)
    for period in range(periods):
        gross, scheduled = gross_requirements[:, period], supply.receipts[:, period]
        available = shelf.units(period) + scheduled
        required = gross + rules.safety_stock
        short = required - available
        missing = np.where(short > _DUST * np.maximum(required, 1.0), short, 0.0)
        order = _lots(np.where(missing > 0, missing + ahead.beyond(period, missing), 0.0), rules)
        shelf.receive(period, scheduled + order)
        shelf.use(period, gross)
        net_requirements[period], planned[period] = missing, order
        expired[period] = shelf.throw_away(period)
        left[period] = shelf.units(period)
    return Netting(*(np.ascontiguousarray(each.T) for each in found))


def _lots(wanted: Quantities, rules: Rules) -> Quantities:
    """`wanted` raised to minimum and multiple; nothing where nothing is wanted."""
    raised = np.maximum(wanted, rules.minimum_order_quantity)
    multiple = rules.pack_size > 0
    pack = np.where(multiple, rules.pack_size, 1.0)
    whole = np.ceil(raised / pack - _DUST) * pack
    return np.where(wanted > 0, np.where(multiple, whole, raised), 0.0)


class _Ahead:
    """What the periods after one still lack, as far as an order covers them."""

    def __init__(self, gross: Quantities, receipts: Quantities, covered: Whole) -> None:
        self._wide = np.flatnonzero(covered > 1)
        self._covered = covered[self._wide]
        self._lacking = gross[self._wide] - receipts[self._wide]

    def beyond(self, period: int, missing: Quantities) -> Quantities:
        """Units beyond `missing` that an order in the period must bring to last for the periods it covers."""
        more = np.zeros_like(missing)
        if not len(self._wide):
            return more
        running, most = np.zeros(len(self._wide)), np.zeros(len(self._wide))
        for later in range(period + 1, min(period + int(self._covered.max()), self._lacking.shape[1])):
            running = running + np.where(later - period < self._covered, self._lacking[:, later], 0.0)
            most = np.maximum(most, running)
        more[self._wide] = most
        return more


class _Shelf:
    """Units by thing, and for what expires within the horizon also by the last period in which they can be
    used."""

    def __init__(self, supply: Supply, rules: Rules, periods: int) -> None:
        short_lived = (rules.shelf_life > 0) & (rules.shelf_life < periods)
        self._perishing = np.flatnonzero(supply.expiring.any(axis=1) | short_lived)
        self._life = np.where(short_lived, rules.shelf_life, 2 * periods)[
            self._perishing
        ]  # or beyond the end
        self._lasting = supply.on_hand.astype(np.float64).copy()
        self._expiring = supply.expiring[self._perishing].astype(np.float64).copy()

    def units(self, period: int) -> Quantities:
        """What can be used in the period."""
        units = self._lasting.copy()
        units[self._perishing] += self._expiring[:, period:].sum(axis=1)
        return units

    def receive(self, period: int, units: Quantities) -> None:
        """Put fresh units on the shelf."""
        last = period + self._life - 1
        dying = last < self._expiring.shape[1]
        rows = self._perishing[dying]
        self._expiring[np.flatnonzero(dying), last[dying]] += units[rows]
        lasting = units.copy()
        lasting[rows] = 0.0
        self._lasting += lasting

    def use(self, period: int, units: Quantities) -> None:
        """Take units off the shelf, what expires first first; never more than there is."""
        wanted = units.copy()
        if len(self._perishing):
            before = self._expiring[:, period:]
            reached = before.cumsum(axis=1)
            left = np.clip(reached - wanted[self._perishing, None], 0.0, before)
            wanted[self._perishing] = np.maximum(wanted[self._perishing] - reached[:, -1], 0.0)
            self._expiring[:, period:] = left
        self._lasting = np.maximum(self._lasting - wanted, 0.0)

    def throw_away(self, period: int) -> Quantities:
        """Take off what the period was the last for, and say how much."""
        gone = np.zeros_like(self._lasting)
        gone[self._perishing] = self._expiring[:, period]
        self._expiring[:, period] = 0.0
        return gone

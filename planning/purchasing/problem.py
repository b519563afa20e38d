"""What a purchase plan is asked: lines, what suppliers offer, and the limits that hold lines together."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from planning.purchasing.curves import Amounts, CostCurves

Units = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Limit(StrEnum):
    """What reality may break, each with its slack: what must be there, minimums, money, room."""

    REQUIRED = "required"
    MINIMUM_ORDER_VALUE = "minimum_order_value"
    BUDGET = "budget"
    TOTAL_BUDGET = "total_budget"
    STORAGE = "storage"


def _one(number: int) -> Callable[[], Units]:
    return lambda: np.array([number], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Offers:
    """What can be ordered; one entry per offer in every array, or a single one that holds for all.

    line, supplier: their positions. pack_size: units in a pack, the step of every order. unit_cost: money per
    unit. minimum_order_quantity, maximum_order_quantity: units of this offer in one period, if any is ordered
    at all. lead_time: periods from the one in which it is ordered to the one from which it counts as supply;
    0 arrives in time for the same period. preference_cost: money per unit that one would pay elsewhere to
    avoid this offer; it is weighed, but not spent. terms: offers with the same number are prices of the same
    terms for different quantities, of which a period uses one; by default each offer stands alone.
    """

    line: Units
    supplier: Units
    pack_size: Units
    unit_cost: Amounts
    minimum_order_quantity: Units = field(default_factory=_one(0))
    maximum_order_quantity: Units = field(default_factory=_one(2**53))
    lead_time: Units = field(default_factory=_one(0))
    preference_cost: Amounts = field(default_factory=lambda: np.zeros(1))
    terms: Units = field(default_factory=_one(-1))

    def __post_init__(self) -> None:
        count = len(self.line)
        for name in self.__dataclass_fields__:
            values = getattr(self, name)
            if values.shape not in ((count,), (1,)):
                raise InputError(f"{name} of the offers has {len(values)} entries for {count} lines")
            object.__setattr__(self, name, np.broadcast_to(values, count))
        if (self.terms < 0).all():
            object.__setattr__(self, "terms", np.arange(count, dtype=np.int64))
        for name, least in (("pack_size", 1), ("minimum_order_quantity", 0), ("lead_time", 0)):
            _at_least(f"{name} of an offer", getattr(self, name), least)
        for name in ("unit_cost", "preference_cost"):
            _at_least(f"{name} of an offer", getattr(self, name), 0.0)

    def __len__(self) -> int:
        return len(self.line)

    @property
    def least_packs(self) -> Units:
        """The fewest packs of an offer in a period that orders any."""
        return np.asarray(np.maximum(-(-self.minimum_order_quantity // self.pack_size), 1))

    @property
    def most_packs(self) -> Units:
        """The most packs of an offer in a period."""
        return np.asarray(self.maximum_order_quantity // self.pack_size)

    @property
    def pack_cost(self) -> Amounts:
        """Money for one pack."""
        return self.unit_cost * self.pack_size

    def with_price_breaks(self, offer: Units, break_quantity: Units, unit_cost: Amounts) -> Offers:
        """Offers of which each may cost less per unit, for all units, from a break_quantity on.

        Parallel arrays: the position of the offer, units, money per unit from there on. Each break becomes an
        offer of its own, with its quantity as the minimum, and offers of the same terms exclude each other
        (all-units discount: Snyder & Shen, Fundamentals of Supply Chain Theory, 3.4). Breaks are appended in
        the order of (offer, break_quantity).
        """
        order = np.lexsort((break_quantity, offer))
        offer, start, cost = offer[order], break_quantity[order], unit_cost[order]
        before = np.concatenate([[-1], offer[:-1]]) == offer
        dearer = np.where(before, np.concatenate([[0.0], cost[:-1]]), self.unit_cost[offer])
        earlier = np.where(before, np.concatenate([[0], start[:-1]]), 0)
        if (cost > dearer).any() or (start <= earlier).any():
            raise InputError("a price break must not cost more than the one before, nor start where it does")
        following = np.append(offer[1:], -1) == offer
        most = self.maximum_order_quantity.copy()
        first = ~before
        most[offer[first]] = np.minimum(most[offer[first]], start[first] - 1)
        until = np.where(following, np.append(start[1:], 0) - 1, self.maximum_order_quantity[offer])
        return Offers(
            line=np.concatenate([self.line, self.line[offer]]),
            supplier=np.concatenate([self.supplier, self.supplier[offer]]),
            pack_size=np.concatenate([self.pack_size, self.pack_size[offer]]),
            unit_cost=np.concatenate([self.unit_cost, cost]),
            minimum_order_quantity=np.concatenate(
                [self.minimum_order_quantity, np.maximum(start, self.minimum_order_quantity[offer])]
            ),
            maximum_order_quantity=np.concatenate([most, until]),
            lead_time=np.concatenate([self.lead_time, self.lead_time[offer]]),
            preference_cost=np.concatenate([self.preference_cost, self.preference_cost[offer]]),
            terms=np.concatenate([self.terms, self.terms[offer]]),
        )


@dataclass(frozen=True, eq=False)
class Suppliers:
    """Who offers. names; minimum_order_value: (suppliers,) money below which an order is not taken.

    ordering_cost: (suppliers,) money per order, whatever is in it. order_periods: (suppliers, periods)
    whether one can order in that period.
    """

    names: tuple[str, ...]
    minimum_order_value: Amounts
    ordering_cost: Amounts
    order_periods: Flags

    def __post_init__(self) -> None:
        for name in ("minimum_order_value", "ordering_cost"):
            values = getattr(self, name)
            if values.shape != (len(self.names),):
                raise InputError(f"{name} needs one number for each of {len(self.names)} suppliers")
            _at_least(f"{name} of a supplier", values, 0.0)

    @property
    def matters(self) -> Flags:
        """(suppliers,) whether it costs or requires anything to order from them at all."""
        return np.asarray((self.minimum_order_value > 0) | (self.ordering_cost > 0))


@dataclass(frozen=True, eq=False)
class Storage:
    """Where lines lie. place: (lines,) position of the place; volume: (lines,) of one unit.

    capacity: (places, periods) in the unit of volume, math.inf for no limit.
    """

    names: tuple[str, ...]
    place: Units
    volume: Amounts
    capacity: Amounts

    def __post_init__(self) -> None:
        _at_least("volume of a line", self.volume, 0.0)
        if np.isnan(self.capacity).any() or (self.capacity < 0).any():
            raise InputError("capacity of a place must be at least 0")
        if ((self.place < 0) | (self.place >= len(self.names))).any():
            raise InputError("a line lies in a place that has no name")

    def fits(self, lines: int, periods: int) -> None:
        """Raise InputError where it does not speak of so many lines and periods."""
        if self.place.shape != (lines,) or self.volume.shape != (lines,):
            raise InputError(f"place and volume need one number for each of {lines} lines")
        if self.capacity.shape != (len(self.names), periods):
            raise InputError(f"capacity must have {len(self.names)} places and {periods} periods")


@dataclass(frozen=True)
class Pin:
    """What a planner fixed: this offer gets so many units in this period, other offers of its line none.

    It overrules order periods, the offer's minimum and maximum, and what is useful; not the whole packs.
    """

    offer: int
    period: int
    quantity: int


@dataclass(frozen=True)
class Prices:
    """What a unit costs by which a limit is broken: a unit of a line, money, money, volume.

    They rule which limit gives way where not all can be kept; no price buys a limit that can be kept.
    """

    required: float = 1.0
    minimum_order_value: float = 1.0
    budget: float = 1.0
    storage: float = 1.0

    def __post_init__(self) -> None:
        for name in ("required", "minimum_order_value", "budget", "storage"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise InputError(f"the price of {name} must be above 0")

    def of(self, limit: Limit) -> float:
        """The price of a limit; the total budget's is that of the budget."""
        return float(getattr(self, Limit.BUDGET if limit is Limit.TOTAL_BUDGET else limit))


@dataclass(frozen=True, eq=False)
class PurchaseProblem:
    """A whole question. periods, lines: their names.

    value: (lines,) money that a unit is worth when it is bought, because it is sold or saves a later order;
    0 counts purchases in full, the usual cost of a unit leaves only what offers differ by. required: (lines,
    periods) units that must have been supplied by then. budget: (periods,) money for orders placed in each;
    math.inf for no limit.
    """

    periods: tuple[str, ...]
    lines: tuple[str, ...]
    curves: CostCurves
    offers: Offers
    suppliers: Suppliers
    value: Amounts
    budget: Amounts
    total_budget: float = math.inf
    storage: Storage | None = None
    required: Amounts | None = None
    pins: tuple[Pin, ...] = ()
    prices: Prices = field(default_factory=Prices)

    def __post_init__(self) -> None:
        shape = (len(self.lines), len(self.periods))
        if self.curves.supply.shape[:2] != shape:
            raise InputError(
                f"the curves are of {self.curves.supply.shape[:2]} lines and periods, not {shape}"
            )
        for what, values, wanted in (
            ("value", self.value, shape[:1]),
            ("budget", self.budget, shape[1:]),
            ("order_periods", self.suppliers.order_periods, (len(self.suppliers.names), shape[1])),
            ("required", self.required, shape),
        ):
            if values is not None and values.shape != wanted:
                raise InputError(f"{what} has the shape {values.shape}; it must have {wanted}")
        _at_least("value of a line", self.value, 0.0)
        if np.isnan([*self.budget, self.total_budget]).any() or min(*self.budget, self.total_budget) < 0:
            raise InputError("a budget must be at least 0; math.inf where there is none")
        if self.required is not None:
            _at_least("required", self.required, 0.0)
        if self.storage is not None:
            self.storage.fits(*shape)
        if self.storage is not None and self.curves.on_shelf is None:
            raise InputError("storage needs curves with on_shelf: what the lines are expected to take up")
        for what, numbers, count in (
            ("line", self.offers.line, len(self.lines)),
            ("supplier", self.offers.supplier, len(self.suppliers.names)),
        ):
            if ((numbers < 0) | (numbers >= count)).any():
                raise InputError(f"an offer names a {what} that is none of the {count}")
        self._pins_fit()

    def _pins_fit(self) -> None:
        seen: set[tuple[int, int]] = set()
        for pin in self.pins:
            if not (0 <= pin.offer < len(self.offers) and 0 <= pin.period < len(self.periods)):
                raise InputError(f"a pin names offer {pin.offer} in period {pin.period}, which is not there")
            line, pack = int(self.offers.line[pin.offer]), int(self.offers.pack_size[pin.offer])
            if pin.quantity < 0 or pin.quantity % pack:
                raise InputError(
                    f"a pin of '{self.lines[line]}' fixes {pin.quantity} units; it must be whole packs of "
                    f"{pack}"
                )
            if (line, pin.period) in seen:
                raise InputError(f"'{self.lines[line]}' is pinned twice in {self.periods[pin.period]}")
            seen.add((line, pin.period))

    @cached_property
    def pinned(self) -> Units:
        """(offers, periods) packs that are fixed, -1 where the plan is free."""
        fixed = np.full((len(self.offers), len(self.periods)), -1, dtype=np.int64)
        for pin in self.pins:
            fixed[self.offers.line == self.offers.line[pin.offer], pin.period] = 0
            fixed[pin.offer, pin.period] = pin.quantity // self.offers.pack_size[pin.offer]
        return fixed

    @cached_property
    def most_supply(self) -> Amounts:
        """(lines, periods) the most that may have arrived by then: what is useful, or what is pinned."""
        fixed = np.maximum(self.pinned, 0)
        return np.maximum(self.curves.most, self.supply(fixed))

    @cached_property
    def most_packs(self) -> Units:
        """(offers, periods) the most packs of an offer in a period, 0 where it cannot be ordered.

        Pinned periods say what is pinned. No more than is useful at any time from arrival on, nor than the
        offer's maximum.
        """
        last = len(self.periods)
        room = np.minimum.accumulate(self.most_supply[:, ::-1], axis=1)[:, ::-1]
        arrival = np.arange(last) + self.offers.lead_time[:, None]
        useful = room[self.offers.line[:, None], np.minimum(arrival, last - 1)]
        packs = np.floor(useful / self.offers.pack_size[:, None] + 1e-9).astype(np.int64)
        packs = np.minimum(packs, self.offers.most_packs[:, None])
        can = self.suppliers.order_periods[self.offers.supplier] & (arrival < last)
        packs = np.where(can & (packs >= self.offers.least_packs[:, None]), packs, 0)
        fixed = self.pinned
        return np.where(fixed >= 0, fixed, packs)

    def of_lines(self, lines: Units) -> tuple[PurchaseProblem, Units]:
        """The problem of some lines alone, and the positions of their offers in this one."""
        offers = np.flatnonzero(np.isin(self.offers.line, lines))
        place = np.full(len(self.lines), -1, dtype=np.int64)
        place[lines] = np.arange(len(lines))
        picked = {name: getattr(self.offers, name)[offers] for name in self.offers.__dataclass_fields__}
        number = {offer: position for position, offer in enumerate(offers.tolist())}
        curves, storage = self.curves, self.storage
        part = replace(
            self,
            lines=tuple(self.lines[line] for line in lines.tolist()),
            curves=CostCurves(
                curves.supply[lines],
                curves.cost[lines],
                None if curves.on_shelf is None else curves.on_shelf[lines],
            ),
            offers=Offers(**{**picked, "line": place[self.offers.line[offers]]}),
            value=self.value[lines],
            storage=storage and replace(storage, place=storage.place[lines], volume=storage.volume[lines]),
            required=None if self.required is None else self.required[lines],
            pins=tuple(replace(pin, offer=number[pin.offer]) for pin in self.pins if pin.offer in number),
        )
        return part, offers

    @property
    def uncoupled(self) -> Flags:
        """(lines,) that share no limit with others and cost nothing by the order: each is planned alone."""
        limited = np.isfinite(self.budget).any() or math.isfinite(self.total_budget)
        if limited or self.storage is not None or self.required is not None:
            return np.zeros(len(self.lines), dtype=bool)
        tied = self.suppliers.matters[self.offers.supplier]
        return np.asarray(np.bincount(self.offers.line[tied], minlength=len(self.lines)) == 0)

    def supply(self, packs: Units) -> Amounts:
        """(lines, periods) units that have arrived by each period, of packs by offer and period of order."""
        last = len(self.periods)
        arrived = np.zeros((len(self.lines), last))
        for lead in np.unique(self.offers.lead_time):
            rows = self.offers.lead_time == lead
            units = (packs * self.offers.pack_size[:, None])[rows, : max(last - lead, 0)]
            np.add.at(arrived[:, lead:], self.offers.line[rows], units)
        return np.cumsum(arrived, axis=1)


def _at_least(what: str, values: npt.NDArray[np.generic], least: float) -> None:
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all() or (numbers < least).any():
        raise InputError(f"{what} must be a number of at least {least:g}")

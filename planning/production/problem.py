"""What a production plan is asked: products, resources, the processes that make the ones on the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from intake.errors import InputError

PerPeriod = float | tuple[float, ...]  # the same in every period, or one number for each


class Aim(StrEnum):
    """What a plan wants as little of as possible: the six ways to miss a constraint, then cost and stock.

    DEMAND counts every unit in every period that it is late; UNMET, a part of it, what is late when the last
    period ends. FINAL_STOCK counts what is left over or lacking of the stated final stock.
    """

    CAPACITY = "capacity"
    RAMP = "ramp"
    MINIMUM_RUN = "minimum_run"
    DEMAND = "demand"
    UNMET = "unmet"
    SAFETY_STOCK = "safety_stock"
    FINAL_STOCK = "final_stock"
    COST = "cost"
    STOCK_HELD = "stock_held"


ORDER: Final = (
    (Aim.CAPACITY, Aim.RAMP, Aim.MINIMUM_RUN),
    (Aim.DEMAND,),
    (Aim.SAFETY_STOCK,),
    (Aim.FINAL_STOCK,),
    (Aim.COST,),
    (Aim.STOCK_HELD,),
)


@dataclass(frozen=True)
class Product:
    """One product. demand: units per period. on_hand: at the start; negative for backorders.

    safety_stock: units that should be there at the end of a period. safety_stock_weeks: the same told in
    periods of the demand to come (what lies beyond the plan has none); the greater holds. final_stock: what
    should be there at the end of the last period, neither more nor less, and then rules that period in place
    of the safety stock; None for any. holding_cost: of a unit at the end of a period. shortage_cost: the
    price of a unit that is late, per period. priority: 1 is served first.
    """

    unique_id: str
    demand: tuple[float, ...]
    on_hand: float = 0.0
    safety_stock: PerPeriod = 0.0
    safety_stock_weeks: float = 0.0
    final_stock: float | None = 0.0
    holding_cost: float = 0.0
    shortage_cost: float = 1.0
    priority: int = 1

    def __post_init__(self) -> None:
        check = _checks(f"product '{self.unique_id}'")
        check("demand", self.demand, 0.0)
        check("on_hand", self.on_hand, -math.inf)
        check("safety_stock", self.safety_stock, 0.0)
        check("safety_stock_weeks", self.safety_stock_weeks, 0.0)
        check("final_stock", self.final_stock or 0.0, 0.0)
        check("holding_cost", self.holding_cost, 0.0)
        check("shortage_cost", self.shortage_cost, 0.0, above=True)

    @property
    def wanted_stock(self) -> tuple[float, ...]:
        """The safety stock of every period: 0 in the last where a final stock is stated."""
        coming = stock_of_weeks(self.demand, self.safety_stock_weeks)
        wanted = list(map(max, spread(self.safety_stock, len(self.demand)), coming))
        return (*wanted[:-1], 0.0 if self.final_stock is not None else wanted[-1])


@dataclass(frozen=True)
class Resource:
    """A line, a machine, a shift. capacity: the most that can be used in a period, math.inf for no limit.

    minimum_run: the least that must be used in every period.
    """

    name: str
    capacity: PerPeriod
    minimum_run: PerPeriod = 0.0

    def __post_init__(self) -> None:
        check = _checks(f"resource '{self.name}'")
        check("capacity", self.capacity, 0.0, endless=True)
        check("minimum_run", self.minimum_run, 0.0)


@dataclass(frozen=True)
class Process:
    """One product made on one resource. A unit of the resource gives density x yield_rate good units.

    unit_cost: of a unit of the resource; with 1 everywhere the least cost is the least production. ramp: the
    most by which use may rise from one period to the next, None for any; before: the use in the period before
    the plan, None where the first period may be anything. minimum_run: the least use where it runs at all
    (makes the programme an integer one). scheduled: use that is fixed, by period; None is free, and so are
    the periods after the last one that is told.
    """

    unique_id: str
    resource: str
    density: PerPeriod = 1.0
    yield_rate: PerPeriod = 1.0
    unit_cost: PerPeriod = 1.0
    ramp: float | None = None
    before: float | None = None
    minimum_run: float = 0.0
    scheduled: tuple[float | None, ...] = ()

    def __post_init__(self) -> None:
        check = _checks(f"process of '{self.unique_id}' on '{self.resource}'")
        check("density", self.density, 0.0, above=True)
        check("yield_rate", self.yield_rate, 0.0, above=True, most=1.0)
        check("unit_cost", self.unit_cost, 0.0)
        check("ramp", self.ramp or 0.0, 0.0)
        check("before", self.before or 0.0, 0.0)
        check("minimum_run", self.minimum_run, 0.0)
        check("scheduled", tuple(units or 0.0 for units in self.scheduled), 0.0)


@dataclass(frozen=True)
class Prices:
    """What a unit costs by which a constraint is missed; a late unit has its product's price."""

    capacity: float = 1.0
    ramp: float = 1.0
    minimum_run: float = 1.0
    safety_stock: float = 1.0
    final_stock: float = 1.0

    def __post_init__(self) -> None:
        check = _checks("prices")
        for name in ("capacity", "ramp", "minimum_run", "safety_stock", "final_stock"):
            check(name, getattr(self, name), 0.0, above=True)


@dataclass(frozen=True)
class ProductionProblem:
    """A whole question. periods: their names, such as '2026-W31'.

    cascade: resources that hand what they do not use down to the next one named, in that order; those that
    are not named keep their own. order: what matters first; aims in one group are added at their prices.
    DEMAND alone in its group goes by the priority of the products.
    """

    periods: tuple[str, ...]
    products: tuple[Product, ...]
    resources: tuple[Resource, ...]
    processes: tuple[Process, ...]
    cascade: tuple[str, ...] = ()
    prices: Prices = field(default_factory=Prices)
    order: tuple[tuple[Aim, ...], ...] = ORDER

    def __post_init__(self) -> None:
        if not self.periods or not self.products:
            raise InputError("a production plan needs at least one period and one product")
        for what, names in {
            "period": self.periods,
            "product": [product.unique_id for product in self.products],
            "resource": [resource.name for resource in self.resources],
            "cascade": self.cascade,
            "process": [f"{each.unique_id} on {each.resource}" for each in self.processes],
            "aim": [aim for group in self.order for aim in group],
        }.items():
            _once(what, names)
        self._names_are_known()
        self._lengths_fit()
        missing = set(Aim) - {Aim.UNMET} - {aim for group in self.order for aim in group}
        if missing:
            raise InputError(f"the order of aims leaves out {', '.join(sorted(missing))}; name each once")

    def product(self, unique_id: str) -> Product:
        """The product of that name."""
        return next(product for product in self.products if product.unique_id == unique_id)

    def _names_are_known(self) -> None:
        products = {product.unique_id for product in self.products}
        resources = {resource.name for resource in self.resources}
        for process in self.processes:
            if process.unique_id not in products:
                raise InputError(f"a process makes '{process.unique_id}', which is none of the products")
            if process.resource not in resources:
                raise InputError(f"a process runs on '{process.resource}', which is none of the resources")
        for name in self.cascade:
            if name not in resources:
                raise InputError(f"the cascade names '{name}', which is none of the resources")

    def _lengths_fit(self) -> None:
        count = len(self.periods)
        rows: list[tuple[str, PerPeriod]] = []
        for product in self.products:
            rows.append((f"demand of '{product.unique_id}'", product.demand))
            rows.append((f"safety_stock of '{product.unique_id}'", product.safety_stock))
        for resource in self.resources:
            rows.append((f"capacity of '{resource.name}'", resource.capacity))
            rows.append((f"minimum_run of '{resource.name}'", resource.minimum_run))
        for process in self.processes:
            told = f"of '{process.unique_id}' on '{process.resource}'"
            rows += [
                (f"density {told}", process.density),
                (f"yield_rate {told}", process.yield_rate),
                (f"unit_cost {told}", process.unit_cost),
            ]
            if len(process.scheduled) > count:
                raise InputError(f"scheduled {told} has {len(process.scheduled)} periods, the plan {count}")
        for what, values in rows:
            if isinstance(values, tuple) and len(values) != count:
                raise InputError(
                    f"{what} has {len(values)} periods, the plan {count}; state one number for each"
                )


def spread(values: PerPeriod, periods: int) -> tuple[float, ...]:
    """One number per period.

    >>> spread(2.0, 3), spread((1.0, 2.0), 2)
    ((2.0, 2.0, 2.0), (1.0, 2.0))
    """
    return values if isinstance(values, tuple) else (values,) * periods


def stock_of_weeks(demand: tuple[float, ...], weeks: float) -> tuple[float, ...]:
    """The demand of the `weeks` periods after each one, a part of the last for a broken number.

    >>> stock_of_weeks((10.0, 20.0, 30.0, 40.0), 1.5)
    (35.0, 50.0, 40.0, 0.0)
    """
    whole, part = int(weeks), weeks - int(weeks)
    return tuple(
        sum(demand[t + 1 : t + 1 + whole]) + part * sum(demand[t + 1 + whole : t + 2 + whole])
        for t in range(len(demand))
    )


def _checks(whose: str) -> Callable[..., None]:
    """A check that numbers are finite (or endless, where that is allowed) and within their limits."""

    def check(
        what: str,
        values: PerPeriod,
        least: float,
        *,
        most: float = math.inf,
        above: bool = False,
        endless: bool = False,
    ) -> None:
        for value in spread(values, 1):
            known = not math.isnan(value) and (endless or math.isfinite(value))
            if not known or value > most or value < least or (above and value == least):
                limit = f"{'above' if above else 'at least'} {least:g}" if least > -math.inf else "a number"
                raise InputError(
                    f"{what} of {whose} is {value:g}; it must be {limit}"
                    + (f" and at most {most:g}" if most < math.inf else "")
                )

    return check


def _once(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{what} '{name}' is there twice; name each once")
        seen.add(name)

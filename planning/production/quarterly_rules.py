"""What a quarterly plan is asked: the rules that its workbook leaves out, and the numbers of a window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.workbooks.cross_table import Quarter
from intake.workbooks.quarterly_checks import usual_weeks
from intake.workbooks.quarterly_plan import QuarterlyPlan

Numbers = npt.NDArray[np.float64]


class Capacity(StrEnum):
    """Whether a product keeps to its own capacity, or hands what it does not use to the next in priority."""

    OWN = "own"
    CASCADE = "cascade"


@dataclass(frozen=True)
class QuarterlyRules:
    """The rules of the plan.

    first, last: the quarters that are planned; where not told, from the first without a given supply to the
    last whose next quarter's demand is known. capacity: kept or handed down. minimum_run: the least use of
    all products together in a week. ramp: the most by which a product's use rises from one week to the next.
    least_excess, most_excess: where the balance above the safety stock should lie when a quarter ends, in
    units of products. batch: use in whole multiples of this; None for any number. opening_balance: of every
    product when the workbook begins, in place of its own.
    """

    first: Quarter | None = None
    last: Quarter | None = None
    capacity: Capacity = Capacity.OWN
    minimum_run: float = 350.0
    ramp: float = 560.0
    least_excess: float = 70e6
    most_excess: float = 140e6
    batch: int | None = None
    opening_balance: float | None = None

    def __post_init__(self) -> None:
        for name in ("minimum_run", "ramp", "least_excess", "most_excess"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise InputError(f"{name} is {value:g}; it must be a number from 0 up")
        if self.most_excess < self.least_excess:
            raise InputError("most_excess is below least_excess; the greater must not be less")
        if self.batch is not None and self.batch < 1:
            raise InputError(f"batch is {self.batch}; it must be at least 1")
        if self.first and self.last and self.last < self.first:
            raise InputError(f"the last quarter, {self.last}, lies before the first, {self.first}")


@dataclass(frozen=True, eq=False)
class Window:
    """The numbers of the quarters that are planned; products in their priority.

    weeks: the workbook's numbers of the weeks; labels: what it calls them; quarter_of: the position of each
    one's quarter. density by product; capacity and yield_rate by product and week; demand and safety_stock
    by product and quarter (NaN where the next quarter's demand is not known); opening by product.
    """

    products: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    weeks: tuple[int, ...]
    labels: tuple[str, ...]
    quarter_of: tuple[int, ...]
    density: Numbers
    capacity: Numbers
    yield_rate: Numbers
    demand: Numbers
    safety_stock: Numbers
    opening: Numbers

    @property
    def scale(self) -> float:
        """Units of products that a solver meets as one, so that it meets no number above some thousands."""
        return max(1.0, float(self.demand.max()), float(np.abs(self.opening).max())) / 1000


def window_of(plan: QuarterlyPlan, rules: QuarterlyRules) -> Window:
    """Cut a window out of a workbook; InputError where it lies outside, or a number of it is missing.

    The balance before the first quarter is rolled forward from the workbook's opening one by the supply that
    is given: T_q = T_(q-1) + supply - demand.
    """
    products = tuple(plan.products["product"])
    demand = _by_product(plan.demand, products, "demand")
    supply = _by_product(plan.demand, products, "yielded_supply")
    first = rules.first or _first_to_plan(plan, supply)
    last = rules.last or _last_to_plan(plan, demand)
    quarters = _between(plan, first, last)
    places = [plan.quarters.index(quarter) for quarter in quarters]
    following = np.append(demand[:, 1:], np.full((len(products), 1), np.nan), axis=1)
    safety_stock = _by_product(plan.demand, products, "safety_stock_weeks") * following / usual_weeks(plan)
    starts = {pd.Timestamp(quarter.start): number for number, quarter in enumerate(quarters)}
    weeks = plan.weeks[plan.weeks["quarter"].isin(list(starts))]
    by_week = plan.weekly[plan.weekly["week"].isin(weeks["week"])]
    window = Window(
        products=products,
        quarters=quarters,
        weeks=tuple(map(int, weeks["week"])),
        labels=tuple(weeks["label"]),
        quarter_of=tuple(starts[quarter] for quarter in weeks["quarter"]),
        density=plan.products["density"].to_numpy(dtype=np.float64),
        capacity=_by_product(by_week, products, "capacity"),
        yield_rate=_by_product(by_week, products, "yield_rate"),
        demand=demand[:, places],
        safety_stock=safety_stock[:, places],
        opening=_opening(plan, rules, demand, supply, places[0]),
    )
    _nothing_is_missing(window)
    return window


def _by_product(frame: pd.DataFrame, products: tuple[str, ...], column: str) -> Numbers:
    """One row per product, in the order of the frame's periods."""
    rows = [frame.loc[frame["product"] == product, column] for product in products]
    return np.array([row.to_numpy(dtype=np.float64) for row in rows])


def _first_to_plan(plan: QuarterlyPlan, supply: Numbers) -> Quarter:
    """The first quarter after the opening one without a given supply."""
    after = plan.quarters.index(plan.opening) + 1
    given = np.isfinite(supply[:, after:]).all(axis=0)
    ahead = int(np.argmin(given)) if not given.all() else 0
    if given.all():
        raise InputError("the supply of every quarter is given; say which quarter to plan first")
    return plan.quarters[after + ahead]


def _last_to_plan(plan: QuarterlyPlan, demand: Numbers) -> Quarter:
    known = np.flatnonzero(np.isfinite(demand).all(axis=0))
    return plan.quarters[max(int(known[-1]) - 1, 0) if len(known) else 0]


def _between(plan: QuarterlyPlan, first: Quarter, last: Quarter) -> tuple[Quarter, ...]:
    weekly = set(plan.weeks["quarter"])
    for quarter in (first, last):
        if quarter not in plan.quarters or pd.Timestamp(quarter.start) not in weekly:
            raise InputError(f"the workbook has no weeks of {quarter}; {_offered(plan)}")
    found = tuple(quarter for quarter in plan.quarters if not (quarter < first or last < quarter))
    if not found:
        raise InputError(f"no quarter lies between {first} and {last}; {_offered(plan)}")
    return found


def _offered(plan: QuarterlyPlan) -> str:
    starts = list(plan.capacity_starts)
    return f"plan from {starts[0]} to {starts[-1]} or less" if starts else "it has no weeks"


def _opening(
    plan: QuarterlyPlan, rules: QuarterlyRules, demand: Numbers, supply: Numbers, first: int
) -> Numbers:
    opening = plan.products["opening_balance"].to_numpy(dtype=np.float64)
    if rules.opening_balance is not None:
        opening = np.full(len(opening), rules.opening_balance)
    before = slice(plan.quarters.index(plan.opening) + 1, first)
    moved = supply[:, before] - demand[:, before]
    if np.isnan(moved).any():
        at = int(np.flatnonzero(np.isnan(moved).any(axis=0))[0])
        raise InputError(
            f"the plan would begin in {plan.quarters[first]} and the supply of {plan.quarters[before][at]} "
            "is not given; begin there or fill it in"
        )
    return np.asarray(opening + moved.sum(axis=1))


def _nothing_is_missing(window: Window) -> None:
    for what, numbers in {
        "density": window.density,
        "capacity": window.capacity,
        "yield_rate": window.yield_rate,
        "demand": window.demand,
        "opening balance": window.opening,
    }.items():
        missing = int(np.isnan(numbers).sum())
        if missing:
            raise InputError(
                f"{missing} of {numbers.size} numbers of {what} from {window.quarters[0]} to "
                f"{window.quarters[-1]} are missing in the workbook; fill them in or plan other quarters"
            )
    if (window.density <= 0).any() or (window.yield_rate <= 0).any() or (window.yield_rate > 1).any():
        raise InputError("a density must be above 0, and a yield above 0 and at most 1; mend the workbook")
    if (window.capacity < 0).any():
        raise InputError("a capacity is below 0; mend the workbook")

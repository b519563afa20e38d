"""What a plan is: the settings it is made with and the tables it comes back as."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from intake.errors import InputError
from intake.periods import whole_periods

IDENTITY: Final = (
    ("forecast", 1),
    ("safety_stock", 1),
    ("inventory_position", -1),
    ("expected_lost_sales", 1),
    ("floor", 1),
    ("not_below_zero", 1),
    ("pack_rounding", 1),
    ("minimum_rounding", 1),
    ("perishing", 1),
    ("price_break", 1),
    ("pinned", 1),
    ("coupling", 1),
)
"""The terms, with their signs, that add up to `order_quantity` on every line, in whole units."""

LINE_COLUMNS: Final = (
    "purchase_order",
    "supplier_id",
    "unique_id",
    "unit",
    "lead_time",
    "review_period",
    "on_hand",
    "on_order",
    "inventory_position",
    "forecast",
    "safety_stock",
    "order_up_to_level",
    "expected_lost_sales",
    "expected_waste",
    "floor",
    "not_below_zero",
    "pack_rounding",
    "minimum_rounding",
    "perishing",
    "price_break",
    "coupling",
    "pinned",
    "order_quantity",
    "pack_size",
    "minimum_order_quantity",
    "purchase_unit",
    "unit_factor",
    "unit_cost",
    "amount",
    "currency",
    "critical_ratio",
    "shelf_periods",
    "holding_price",
    "shortage_price",
    "covered",
    "lost_sales",
    "lost_sales_without",
    "order_waste",
    "holding_money",
    "shortage_money",
    "waste_money",
    "expected_cost",
    "cost_without",
    "order_date",
    "due_date",
    "explanation",
)

Exceptions = list[tuple[str, str, str]]
"""(unique_id, supplier_id, reason); '' where one does not apply."""

EXCEPTION_COLUMNS: Final = ("unique_id", "supplier_id", "reason")


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """How to order. Impossible values raise InputError.

    review_period: R, periods between two decisions.
    service_level: share of review cycles without a lost sale, where the items table gives neither both costs
        nor a service_level.
    carry_over_factor: k of `order_up_to.critical_ratio`. Orders are placed before it is known what earlier
        ones leave over, so the myopic ratio (k = 1) buys too much; 1.3 is what simulated orders were
        cheapest with, over lead times of a quarter to eight review periods.
    holding_share: what a year on the shelf costs, as a share of unit_cost, where an item states no
        holding_cost.
    longest_cover: an order is raised to a supplier's minimum value only with what sells in so many periods.
    below_minimum: what it costs to order below a supplier's minimum value, for each money that is missing.
    budget: by currency, the most money that the orders may cost; '' where there is one currency.
    pins: order_quantity by unique_id that a planner has fixed; whole units. The plan works around them.
    paths, seed: how many demand paths to ask the model for, and the seed of their draw.
    """

    review_period: int = 1
    service_level: float = 0.95
    carry_over_factor: float = 1.3
    holding_share: float = 0.25
    longest_cover: int = 8
    below_minimum: float = 1.0
    budget: Mapping[str, float] = field(default_factory=dict)
    pins: Mapping[str, int] = field(default_factory=dict)
    paths: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("review_period", "longest_cover", "paths"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be 1 or more, not {getattr(self, name)}")
        if not 0 < self.service_level < 1:
            raise InputError(
                f"service_level must lie between 0 and 1, not {self.service_level}; write 0.95 for 95 %"
            )
        if not 1 <= self.carry_over_factor <= 2:
            raise InputError(
                f"carry_over_factor must lie between 1 (the myopic ratio) and 2, not {self.carry_over_factor}"
            )
        for name in ("holding_share", "below_minimum", "seed"):
            if not 0 <= getattr(self, name) < math.inf:
                raise InputError(f"{name} must be 0 or more, not {getattr(self, name)}")
        _refuse_limits("budget", self.budget)
        _refuse_limits("pins", self.pins)
        for name, quantity in self.pins.items():
            if quantity != int(quantity):
                raise InputError(f"pins.{name} must be whole units, not {quantity}")


def _refuse_limits(option: str, limits: Mapping[str, float]) -> None:
    for name, number in limits.items():
        if not number >= 0:
            raise InputError(f"{option}.{name} must be 0 or more, not {number}")


@dataclass(frozen=True)
class Plan:
    """What to order now, and what a planner must know before signing.

    lines: LINE_COLUMNS, one row per series that can be ordered (also those with order_quantity 0, which
        carry no purchase_order), sorted by supplier_id and unique_id; quantities are whole stock units.
        shelf_periods: periods in which what is received can be sold, missing where it keeps;
        holding_price and shortage_price: money per unit and period, and per lost sale, as
        `line_money.with_prices` gives them.
        What is expected from the order's arrival on: lost_sales over the covered periods (review_period, and
        where some of it expires as long as the order lasts), and lost_sales_without the order; order_waste,
        what of this order expires (units, means); holding_money, shortage_money and waste_money, which make
        up expected_cost; cost_without, the same without the order. Missing where prices are.
    exceptions: EXCEPTION_COLUMNS, one sentence per series or supplier that needs a person ('' = does not
    apply). notes: sentences that hold for the whole plan. open_orders: the open orders that were counted
    (purchase_order, supplier_id, unique_id, quantity, due).
    """

    lines: pd.DataFrame
    exceptions: pd.DataFrame
    notes: tuple[str, ...] = ()
    open_orders: pd.DataFrame = field(default_factory=pd.DataFrame)


def usual_review_period(freq: str) -> int:
    """A week in periods, the usual time between two orders: 7 for days, 1 for anything longer.

    >>> usual_review_period("D"), usual_review_period("W-MON"), usual_review_period("MS")
    (7, 1, 1)
    """
    return whole_periods(7, freq)


def exceptions_table(rows: Exceptions) -> pd.DataFrame:
    """EXCEPTION_COLUMNS from (unique_id, supplier_id, reason); the same sentence is said once, in the order
    given."""
    table = pd.DataFrame(rows, columns=list(EXCEPTION_COLUMNS), dtype=object)
    return table.drop_duplicates(ignore_index=True)


def with_exceptions(plan: Plan, rows: Exceptions) -> Plan:
    """The plan with more exceptions after its own."""
    return replace(plan, exceptions=pd.concat([plan.exceptions, exceptions_table(rows)], ignore_index=True))

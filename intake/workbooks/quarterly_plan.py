"""The quarterly plan of a plant as it was given: demand by quarter, capacity and yield by week."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from intake.findings import Finding
from intake.workbooks.cross_table import Quarter


@dataclass(frozen=True, eq=False)
class QuarterlyPlan:
    """What the workbook gives; numbers that are not there are NaN, and nothing is corrected.

    quarters: in the order of the file. opening: the quarter whose balance the plan starts from.
    demand: product, quarter (its first day), demand, safety_stock_weeks, safety_stock, yielded_supply,
    balance, excess.
    products: product, density, opening_balance, in the file's order (which is their priority).
    weeks: week (1, 2, ...), quarter, label, ds (as written), capacity (the given total).
    weekly: product, week, capacity, yield_rate.
    weekly_split: the share of a quarter's demand in its first, second, ... week.
    plan_starts, capacity_starts: the first week of each quarter, by the plan to fill and by the capacities.
    findings: what was understood, and what contradicts itself.
    """

    quarters: tuple[Quarter, ...]
    opening: Quarter
    demand: pd.DataFrame
    products: pd.DataFrame
    weeks: pd.DataFrame
    weekly: pd.DataFrame
    weekly_split: tuple[float, ...]
    plan_starts: dict[Quarter, int]
    capacity_starts: dict[Quarter, int]
    sheets: dict[str, str]
    findings: tuple[Finding, ...] = ()

"""What contradicts itself in a quarterly workbook: told, never repaired."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from intake.findings import Finding
from intake.workbooks.cross_table import Quarter
from intake.workbooks.quarterly_plan import QuarterlyPlan

_SHOWN: Final = 5
_SAME: Final = 1e-6  # relative
_USUAL_WEEKS: Final = 13


def contradictions(plan: QuarterlyPlan) -> list[Finding]:
    """Everything in the workbook that does not fit the rest of it, with counts and examples."""
    return [
        *_missing(plan),
        *_supply_above_capacity(plan),
        *_safety_stock_formula(plan),
        *_balance_formulas(plan),
        *_total_capacity(plan),
        *_quarter_starts(plan),
        *_weeks_per_quarter(plan),
        *_split(plan),
        *_yields(plan),
    ]


def usual_weeks(plan: QuarterlyPlan) -> int:
    """Weeks in a quarter by which weeks of supply are counted: as many as the weekly split has, else 13."""
    return len(plan.weekly_split) or _USUAL_WEEKS


def _missing(plan: QuarterlyPlan) -> list[Finding]:
    given = {
        f"demand ({plan.sheets['demand']})": plan.demand["demand"],
        f"weeks of supply ({plan.sheets['demand']})": plan.demand["safety_stock_weeks"],
        f"available capacity ({plan.sheets['capacity']})": plan.weekly["capacity"],
        f"yield ({plan.sheets['yield']})": plan.weekly["yield_rate"],
        "density": plan.products["density"],
        "opening balance": plan.products["opening_balance"],
    }
    return [
        Finding("file", f"{missing} of {len(cells)} cells of {what} are missing", suspicious=True)
        for what, cells in given.items()
        if (missing := int(cells.isna().sum()))
    ]


def _supply_above_capacity(plan: QuarterlyPlan) -> list[Finding]:
    """Supply that more wafers (or whatever capacity counts) must have gone into than there was capacity."""
    quarter_of = plan.weeks.set_index("week")["quarter"]
    weekly = plan.weekly.assign(quarter=plan.weekly["week"].map(quarter_of))
    per_quarter = weekly.groupby(["product", "quarter"], as_index=False).agg(
        capacity=("capacity", "sum"), yield_rate=("yield_rate", "mean")
    )
    given = plan.demand[plan.demand["yielded_supply"] > 0]
    supply = given.merge(per_quarter, on=["product", "quarter"]).merge(plan.products, on="product")
    supply = supply.assign(needed=supply["yielded_supply"] / (supply["density"] * supply["yield_rate"]))
    return [
        Finding(
            plan.sheets["demand"],
            f"{_label(row['quarter'])} yielded supply of {row['product']} implies {row['needed']:,.0f} units "
            f"of capacity against {row['capacity']:,.0f} available",
            f"{row['yielded_supply']:,.0f} / (density {row['density']:,.0f} x mean yield "
            f"{row['yield_rate']:.4f})",
            suspicious=True,
        )
        for row in supply[supply["needed"] > supply["capacity"]].to_dict("records")
    ]


def _safety_stock_formula(plan: QuarterlyPlan) -> list[Finding]:
    """Safety stock is weeks of supply times the mean weekly demand of the next quarter."""
    weeks = usual_weeks(plan)
    demand = plan.demand.assign(following=plan.demand.groupby("product")["demand"].shift(-1))
    expected = demand["safety_stock_weeks"] * demand["following"] / weeks
    wrong = _differ(demand["safety_stock"], expected)
    formula = f"weeks of supply x demand of the next quarter / {weeks}"
    return _formula(plan, demand[wrong], "safety stock", formula, demand["safety_stock"], expected)


def _balance_formulas(plan: QuarterlyPlan) -> list[Finding]:
    demand = plan.demand
    after = demand["quarter"] > pd.Timestamp(plan.opening.start)
    supply = demand["yielded_supply"].fillna(0.0)
    balance = demand.groupby("product")["balance"].shift(1) + supply - demand["demand"]
    excess = demand["balance"] - demand["safety_stock"]
    formula = "balance of the quarter before + yielded supply - demand"
    wrong_balance = demand[after & _differ(demand["balance"], balance)]
    wrong_excess = demand[after & _differ(demand["excess"], excess)]
    return [
        *_formula(plan, wrong_balance, "balance", formula, demand["balance"], balance),
        *_formula(plan, wrong_excess, "excess", "balance - safety stock", demand["excess"], excess),
    ]


def _formula(
    plan: QuarterlyPlan,
    wrong: pd.DataFrame,
    what: str,
    formula: str,
    given: pd.Series[float],
    expected: pd.Series[float],
) -> list[Finding]:
    if wrong.empty:
        return []
    by_product = wrong.groupby("product", sort=False).size()
    counts = ", ".join(f"{count} of {product}" for product, count in by_product.items())
    first = wrong.index[0]
    where = f"{wrong.loc[first, 'product']} in {_label(wrong.loc[first, 'quarter'])}"
    return [
        Finding(
            plan.sheets["demand"],
            f"{len(wrong)} {what} cells do not match their formula ({formula}): {counts}",
            f"{where} is {given[first]:,.0f} and the formula gives {expected[first]:,.0f}",
            suspicious=True,
        )
    ]


def _total_capacity(plan: QuarterlyPlan) -> list[Finding]:
    total = plan.weeks.set_index("week")["capacity"]
    if total.isna().all():
        return []
    added = plan.weekly.groupby("week")["capacity"].sum(min_count=1)
    wrong = total[_differ(total, added)]
    if wrong.empty:
        return []
    week = wrong.index[0]
    return [
        Finding(
            plan.sheets["capacity"],
            f"in {len(wrong)} weeks the total available capacity is not the sum of the products'",
            f"week {week} has {total[week]:,.0f} in all and the products {added[week]:,.0f}",
            suspicious=True,
        )
    ]


def _quarter_starts(plan: QuarterlyPlan) -> list[Finding]:
    shared = [quarter for quarter in plan.capacity_starts if quarter in plan.plan_starts]
    apart = {
        quarter: plan.plan_starts[quarter] - plan.capacity_starts[quarter]
        for quarter in shared
        if plan.plan_starts[quarter] != plan.capacity_starts[quarter]
    }
    if not apart:
        return []
    most = max(abs(weeks) for weeks in apart.values())
    by = "a week" if most == 1 else f"up to {most} weeks"
    first = min(apart)
    return [
        Finding(
            plan.sheets["plan"],
            f"{plan.sheets['plan']} and {plan.sheets['capacity']} disagree by {by} at quarter starts from "
            f"{first} ({len(apart)} quarters); the weeks of {plan.sheets['capacity']} are taken",
            f"{first} begins in week {plan.plan_starts[first] + 1} and in week "
            f"{plan.capacity_starts[first] + 1}",
            suspicious=True,
        )
    ]


def _weeks_per_quarter(plan: QuarterlyPlan) -> list[Finding]:
    counts = plan.weeks.groupby("quarter").size()
    usual = usual_weeks(plan)
    other = counts[counts != usual]
    if other.empty:
        return []
    said = ", ".join(f"{_label(quarter)} has {count}" for quarter, count in other.items())
    return [
        Finding(
            plan.sheets["capacity"],
            f"quarters that have not {usual} weeks: {said}; how demand is split over them must be stated",
            suspicious=True,
        )
    ]


def _split(plan: QuarterlyPlan) -> list[Finding]:
    if not plan.weekly_split:
        return [Finding("file", "there is no weekly split of a quarter's demand", suspicious=True)]
    added = float(np.sum(plan.weekly_split))
    if abs(added - 1) <= _SAME:
        return []
    return [
        Finding(plan.sheets["weekly split"], f"the weekly shares add up to {added:g}, not 1", suspicious=True)
    ]


def _yields(plan: QuarterlyPlan) -> list[Finding]:
    wrong = plan.weekly[(plan.weekly["yield_rate"] <= 0) | (plan.weekly["yield_rate"] > 1)]
    return (
        [Finding(plan.sheets["yield"], f"{len(wrong)} yields are not between 0 and 1", suspicious=True)]
        if len(wrong)
        else []
    )


def _differ(given: pd.Series[float], expected: pd.Series[float]) -> pd.Series[bool]:
    """Where both are known and not the same but for rounding."""
    return (given - expected).abs() > _SAME * (1 + expected.abs())


def _label(quarter: object) -> str:
    day = pd.Timestamp(str(quarter))
    return str(Quarter(day.year, (day.month + 2) // 3))

"""A quarterly workbook as tables that can be uploaded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from intake.findings import Finding
from intake.tables import Table
from intake.workbooks.quarterly_plan import QuarterlyPlan
from intake.workbooks.week_dates import out_of_order


def tables_of(plan: QuarterlyPlan) -> tuple[dict[Table, pd.DataFrame], tuple[Finding, ...]]:
    """Demand as sales by quarter, the opening balance as stock, and capacity with yield and density by week.

    What has no number is left out, and so are weeks without a date and those whose date contradicts its
    neighbours; the findings say how many.
    """
    demand = plan.demand[plan.demand["quarter"] > pd.Timestamp(plan.opening.start)].dropna(subset="demand")
    sales = pd.DataFrame({"unique_id": demand["product"], "ds": demand["quarter"], "y": demand["demand"]})
    opening = plan.products.dropna(subset="opening_balance")
    stock = pd.DataFrame({"unique_id": opening["product"], "on_hand": opening["opening_balance"]})
    ds = pd.DatetimeIndex(plan.weeks["ds"])
    undated = np.asarray(ds.isna()) | np.isin(np.arange(len(ds)), out_of_order(ds))
    weekly = plan.weekly.merge(plan.weeks[["week", "ds"]].assign(undated=undated), on="week")
    usable = ~weekly["undated"].astype(bool) & weekly["capacity"].notna()
    capacity = weekly[usable].merge(plan.products[["product", "density"]], on="product")
    capacity = capacity[["product", "ds", "capacity", "yield_rate", "density"]]
    findings = [
        Finding(
            "quarters",
            f"demand is written as the y of a quarter, dated by its first calendar day; the weeks of "
            f"{plan.quarters[1]} begin on {ds[0]:%Y-%m-%d} in the workbook"
            if len(plan.quarters) > 1 and len(ds) and not pd.isna(ds[0])
            else "demand is written as the y of a quarter, dated by its first calendar day",
        )
    ]
    left_out = int((~usable).sum())
    if left_out:
        sentence = (
            f"{left_out} of {len(weekly)} capacities are not written: their week has no date that fits, or "
            "they are missing"
        )
        findings.append(Finding("capacity", sentence, suspicious=True))
    return {
        Table.SALES: sales.reset_index(drop=True),
        Table.STOCK: stock.reset_index(drop=True),
        Table.CAPACITY: capacity.reset_index(drop=True),
    }, tuple(findings)

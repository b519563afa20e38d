from __future__ import annotations

import pandas as pd
import pytest
from planning_case import table

from intake.periods import following, whole_periods
from planning.order_days import longest_order_days, on_order_days, weekdays_in
from planning.plan import Exceptions

SUNDAY = pd.Timestamp("2026-02-08")


def placed(weekdays: str, lead_days: float, cutoff: pd.Timestamp, freq: str, review_period: int) -> pd.Series:
    lines = table(supplier_id=["mill"], lead_days=[lead_days], order_weekdays=[weekdays])
    return on_order_days(lines, cutoff=cutoff, freq=freq, review_period=review_period, exceptions=[]).loc[
        0, ["order_date", "lead_time", "review_period"]
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon thu", {0, 3}),
        ("Lunes, jueves", {0, 3}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat-mon", {5, 6, 0}),
        ("segunda-feira", {0}),
        ("Mo Do", {0, 3}),
        ("mar", {1}),
        ("", set(range(7))),
        ("do", None),
        ("twice a week", None),
    ],
)
def test_weekdays_in_five_languages(text: str, days: set[int] | None) -> None:
    assert weekdays_in(text) == days


@pytest.mark.parametrize(
    ("weekdays", "cutoff", "review_period", "order_date", "lead_time", "next_order"),
    [
        ("", SUNDAY, 7, "2026-02-09", 2, 7),
        ("mon thu", SUNDAY, 7, "2026-02-09", 2, 7),
        ("mon thu", SUNDAY, 1, "2026-02-09", 2, 3),
        ("mon thu", pd.Timestamp("2026-02-09"), 1, "2026-02-12", 4, 4),
        ("wed", SUNDAY, 7, "2026-02-11", 4, 7),
        ("wed", SUNDAY, 11, "2026-02-11", 4, 14),
    ],
)
def test_daily_orders_leave_on_the_days_of_the_supplier(
    weekdays: str,
    cutoff: pd.Timestamp,
    review_period: int,
    order_date: str,
    lead_time: int,
    next_order: int,
) -> None:
    """Two days of lead time. A plan is made `review_period` days after the one before, at the earliest."""
    found = placed(weekdays, 2.0, cutoff, "D", review_period)
    assert found.tolist() == [pd.Timestamp(order_date), lead_time, next_order]
    wait, gap = longest_order_days(weekdays, freq="D", review_period=review_period)
    assert lead_time - 2 + next_order <= wait + gap


@pytest.mark.parametrize(
    ("weekdays", "lead_days", "order_date", "lead_time"),
    [
        ("mon", 14, "2026-02-09", 2),
        ("thu", 14, "2026-02-12", 3),
        ("thu", 4, "2026-02-12", 1),
        ("thu", 5, "2026-02-12", 2),
    ],
)
def test_weekly_orders_wait_for_the_weekday_within_their_lead_time(
    weekdays: str, lead_days: float, order_date: str, lead_time: int
) -> None:
    """Available from the start of the week after the goods came."""
    found = placed(weekdays, lead_days, pd.Timestamp("2026-02-02"), "W-MON", 1)
    assert found.tolist() == [pd.Timestamp(order_date), lead_time, 1]
    wait, gap = longest_order_days(weekdays, freq="W-MON", review_period=1)
    assert (whole_periods(lead_days + wait, "W-MON"), gap) == (lead_time, 1)


def test_days_of_order_that_nobody_can_read_are_said() -> None:
    exceptions: Exceptions = []
    lines = table(supplier_id=["mill"] * 2, lead_days=[7.0] * 2, order_weekdays=["often"] * 2)
    found = on_order_days(lines, cutoff=SUNDAY, freq="D", review_period=7, exceptions=exceptions)
    assert found["order_date"].tolist() == [following(SUNDAY, 1, "D")[0]] * 2
    assert [(supplier, "'often'" in reason) for _, supplier, reason in exceptions] == [("mill", True)]

"""What the rules of a dataset say about each day: closed or open, and the holidays of a country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.dataset_rules import DatasetRules
from intake.periods import WEEKDAYS, period_start

HOLIDAY: Final = "holiday"
CLOSED: Final = "closed"


def holiday_days(rules: DatasetRules, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Every day from `first` to `last`: `ds`, and `holiday` (1 or 0) by the stated country and region.

    Known in advance for every year, from the tables of a library and no service. Empty where none is stated.
    """
    days = pd.DatetimeIndex([]) if rules.holidays is None else pd.date_range(first, last)
    return pd.DataFrame({"ds": days, HOLIDAY: _holidays(rules, days)})


def closed_share(
    rules: DatasetRules,
    first: pd.Timestamp,
    last: pd.Timestamp,
    freq: str,
    own_holidays: Sequence[pd.Timestamp] = (),
) -> pd.Series[float] | None:
    """Share of the days of each period from `first` to `last` on which the shop is shut by a stated rule.

    Indexed by the first day of the period; None where no rule closes anything. `own_holidays` are days that
    a file calls a holiday, beside those of the stated country.
    """
    if not rules.closures:
        return None
    days = pd.date_range(first, last)
    closed = np.isin(days.weekday, [WEEKDAYS.index(weekday) for weekday in rules.closed_weekdays])
    if rules.closed_on_holidays:
        closed |= (_holidays(rules, days) > 0) | days.isin(list(own_holidays))
    for closure in rules.closed:
        closed |= (days >= pd.Timestamp(closure.first)) & (days <= pd.Timestamp(closure.last))
    starts, place = np.unique(np.asarray(period_start(days, freq)), return_inverse=True)
    shares = np.bincount(place, closed.astype(np.float64)) / np.bincount(place)
    return pd.DataFrame({CLOSED: shares}, index=pd.DatetimeIndex(starts))[CLOSED]


def _holidays(rules: DatasetRules, days: pd.DatetimeIndex) -> npt.NDArray[np.float64]:
    if rules.holidays is None or days.empty:
        return np.zeros(len(days))
    country, _, region = rules.holidays.partition("-")
    years = range(days[0].year, days[-1].year + 1)
    known = holidays.country_holidays(country, subdiv=region or None, years=years)
    return np.isin(
        days.to_numpy(dtype="datetime64[D]"), np.array(sorted(known), dtype="datetime64[D]")
    ).astype(np.float64)

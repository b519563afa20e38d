"""Time in whole periods: `freq` says what a period is, `ds` is the first day of one.

`freq` is a pandas alias: 'D' (days), 'W-MON' ... 'W-SUN' (weeks that START on that weekday), 'MS' (calendar
months), 'QS' (calendar quarters). Every function numbers the periods and calculates with the numbers; pandas'
Period is not used, because there 'W-MON' is a week that ENDS on Monday.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError

if TYPE_CHECKING:
    DateSeries = pd.Series[pd.Timestamp]
    Dates = TypeVar("Dates", pd.Timestamp, DateSeries, pd.DatetimeIndex)

WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

_WEEKLY: Final = {f"W-{weekday}": position for position, weekday in enumerate(WEEKDAYS)}
_SEASON_LENGTH: Final = {"D": 7, **dict.fromkeys(_WEEKLY, 52), "MS": 12, "QS": 4}
_MONTHS: Final = {"MS": 1, "QS": 3}
_MEAN_DAYS_PER_MONTH: Final = 365.25 / 12
_FIRST_MONDAY: Final = 4  # 1970-01-05, counted in days since 1970-01-01

FREQUENCIES: Final = tuple(_SEASON_LENGTH)


def season_length(freq: str) -> int:
    """Periods in a season: 7 days, 52 weeks, 12 months, 4 quarters; an unknown `freq` raises InputError.

    >>> season_length("W-MON")
    52
    """
    if freq not in _SEASON_LENGTH:
        raise InputError(f"'{freq}' is not a frequency; use one of {', '.join(FREQUENCIES)}")
    return _SEASON_LENGTH[freq]


def period_number(ds: Dates, freq: str) -> npt.NDArray[np.int64]:
    """Consecutive number of the period that each date lies in (an array of one number for a single date).

    Neighbours differ by 1, so gaps, lags and distances are differences. A missing date raises InputError.
    """
    season_length(freq)
    days = np.atleast_1d(np.asarray(ds, dtype="datetime64[D]"))
    if np.isnat(days).any():
        raise InputError("a period needs a date, and one of the dates is missing; leave those rows out first")
    if freq in _MONTHS:
        return days.astype("datetime64[M]").astype(np.int64) // _MONTHS[freq]
    if freq in _WEEKLY:
        return (days.astype(np.int64) - _FIRST_MONDAY - _WEEKLY[freq]) // 7
    return days.astype(np.int64)


def period_start(ds: Dates, freq: str) -> Dates:
    """First day of the period that contains `ds`; one date, a Series or an index, and the same comes back.

    >>> period_start(pd.Timestamp("2026-02-12 18:30"), "W-MON")
    Timestamp('2026-02-09 00:00:00')
    """
    return _like(ds, _first_days(period_number(ds, freq), freq))


def period_end(ds: Dates, freq: str) -> Dates:
    """Last day of the period that contains `ds`.

    >>> period_end(pd.Timestamp("2024-02-01"), "MS")
    Timestamp('2024-02-29 00:00:00')
    """
    return _like(ds, _first_days(period_number(ds, freq) + 1, freq) - np.timedelta64(1, "D"))


def shift(ds: Dates, periods: int, freq: str) -> Dates:
    """First day of the period that lies `periods` after (before, if negative) the one that contains `ds`.

    >>> shift(pd.Timestamp("2026-01-01"), -1, "QS")
    Timestamp('2025-10-01 00:00:00')
    """
    return _like(ds, _first_days(period_number(ds, freq) + periods, freq))


def following(cutoff: pd.Timestamp, horizon: int, freq: str) -> pd.DatetimeIndex:
    """First days of the `horizon` periods after the one that contains `cutoff`, in order."""
    if horizon < 0:
        raise InputError(f"a horizon counts periods and cannot be {horizon}; give 0 or more")
    return pd.DatetimeIndex(_first_days(period_number(cutoff, freq) + np.arange(1, horizon + 1), freq))


def whole_periods(days: float, freq: str) -> int:
    """Periods needed to cover `days`, by ceiling; a month counts as 365.25 / 12 days and a quarter as three.

    >>> whole_periods(10, "W-MON"), whole_periods(0, "D"), whole_periods(30, "MS")
    (2, 0, 1)
    """
    season_length(freq)
    if not (math.isfinite(days) and days >= 0):
        raise InputError(f"a duration in days must be 0 or more, not {days}; correct it where it was given")
    length = 7 if freq in _WEEKLY else _MONTHS[freq] * _MEAN_DAYS_PER_MONTH if freq in _MONTHS else 1
    return math.ceil(days / length)


def last_complete_period(
    ds: DateSeries | pd.DatetimeIndex, freq: str, as_of: pd.Timestamp | None = None
) -> pd.Timestamp:
    """First day of the last complete period of `ds`: the cutoff of a dataset; it never depends on the clock.

    The last period seen is complete if `as_of` (all of that day is in the file) reaches its last day; if not,
    the period before it is, because a later one has begun. InputError if no period is complete.
    """
    dates = pd.DatetimeIndex(ds)
    if dates.empty:
        raise InputError("there are no dates, so no period is complete; give at least one row of sales")
    newest = period_start(dates.max(), freq)
    if as_of is not None and as_of >= period_end(newest, freq):
        return newest
    complete = shift(newest, -1, freq)
    if complete < period_start(dates.min(), freq):
        raise InputError(
            f"the only period, {newest:%Y-%m-%d}, is not known to be complete; "
            "add sales of a later period or say as_of which day the file is complete"
        )
    return complete


def iso_week(ds: pd.Timestamp) -> str:
    """ISO 8601 label of the week that contains `ds`.

    >>> iso_week(pd.Timestamp("2027-01-01"))
    '2026-W53'
    """
    year, week, _ = ds.isocalendar()
    return f"{year}-W{week:02d}"


def infer_freq(ds: DateSeries) -> str:
    """The frequency that the distinct dates of a whole file speak of; periods may be missing in between.

    In this order: one day of the month throughout (or always its last day) means months, or quarters if every
    step is a multiple of three; one weekday throughout means weeks that start there; steps of 26 to 35 days,
    each in a month of its own, mean months (last working day, say); anything else means days. Fewer than two
    dates, or quarters that are not calendar quarters, raise InputError.
    """
    dates = pd.DatetimeIndex(ds.dropna().unique()).normalize().unique().sort_values()
    if len(dates) < 2:
        raise InputError(
            "a single date does not say whether it stands for a day, a week or a month; give at least two"
        )
    steps = np.diff(dates.to_numpy()) // np.timedelta64(1, "D")
    months = np.asarray(dates, dtype="datetime64[M]").astype(np.int64)
    distinct_months = len(np.unique(months)) == len(months)
    if distinct_months and (len(dates.day.unique()) == 1 or dates.is_month_end.all()):
        return _months_or_quarters(months, ends=bool(dates.is_month_end.all()))
    if len(dates.weekday.unique()) == 1:
        return f"W-{WEEKDAYS[dates.weekday[0]]}"
    if distinct_months and len(dates) > 2 and bool(((steps >= 26) & (steps <= 35)).all()):
        return "MS"
    return "D"


def _months_or_quarters(months: npt.NDArray[np.int64], *, ends: bool) -> str:
    if (np.diff(months) % 3).any():
        return "MS"
    if months[0] % 3 != (2 if ends else 0):
        raise InputError(
            "the dates are three months apart but are not calendar quarters (January, April, July, October); "
            "give monthly rows or date each quarter by its first day"
        )
    return "QS"


def _first_days(numbers: npt.NDArray[np.int64], freq: str) -> npt.NDArray[np.datetime64]:
    if freq in _MONTHS:
        return (numbers * _MONTHS[freq]).astype("datetime64[M]").astype("datetime64[ns]")
    if freq in _WEEKLY:
        numbers = numbers * 7 + _FIRST_MONDAY + _WEEKLY[freq]
    return numbers.astype("datetime64[D]").astype("datetime64[ns]")


def _like(ds: Dates, days: npt.NDArray[np.datetime64]) -> Dates:
    """Give `days` the form that the caller's dates had."""
    if isinstance(ds, pd.Series):
        return pd.Series(days, index=ds.index, name=ds.name)
    if isinstance(ds, pd.DatetimeIndex):
        return pd.DatetimeIndex(days, name=ds.name)
    return pd.Timestamp(days[0])


def to_end_of_next_month(cutoff: pd.Timestamp, freq: str) -> int:
    """Periods after `cutoff` that begin by the end of the calendar month after the one that `cutoff` ends in.

    >>> to_end_of_next_month(pd.Timestamp("2022-12-31"), "D")
    31
    >>> to_end_of_next_month(pd.Timestamp("2022-12-01"), "MS")
    1
    """
    last_day = period_end(cutoff, freq) + pd.offsets.MonthEnd(0) + pd.offsets.MonthEnd(1)
    return int((period_number(last_day, freq) - period_number(cutoff, freq))[0])

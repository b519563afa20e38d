"""Time in whole periods: `freq` says what a period is, `ds` is the first day of one.

`freq` is a pandas alias: 'D' (days), 'W-MON' ... 'W-SUN' (weeks that START on that weekday), 'MS' (calendar
months), 'QS' (calendar quarters). Every function numbers the periods and calculates with the numbers; pandas'
Period is not used, because there 'W-MON' is a week that ENDS on Monday.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError

if TYPE_CHECKING:
    DateSeries = pd.Series[pd.Timestamp]
    Dates = TypeVar("Dates", pd.Timestamp, DateSeries, pd.DatetimeIndex)

WEEKDAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

_WEEKLY: Final = {f"W-{weekday}": position for position, weekday in enumerate(WEEKDAYS)}
_SEASON_LENGTH: Final = {"D": 7, **dict.fromkeys(_WEEKLY, 52), "MS": 12, "QS": 4}
_PERIODS_A_YEAR: Final = {"D": 364, "W": 52, "MS": 12, "QS": 4}
_MONTHS: Final = {"MS": 1, "QS": 3}
_MEAN_DAYS_PER_MONTH: Final = 365.25 / 12
_FIRST_MONDAY: Final = 4  # 1970-01-05, counted in days since 1970-01-01

# What a great majority of dates is, where a few are mistyped or late.
_GREAT_MAJORITY: Final = 0.9
_ODD_ROWS: Final = 0.02
_FEWEST_FOR_ONE_ODD: Final = 6
_FEWEST_OF_A_SERIES: Final = 4
_DAYS_NEAR: Final = 6
_ENOUGH_ROWS: Final = 200_000  # of more, evenly spaced ones tell as much

FREQUENCIES: Final = tuple(_SEASON_LENGTH)


def season_length(freq: str) -> int:
    """Periods in a season: 7 days, 52 weeks, 12 months, 4 quarters; an unknown `freq` raises InputError.

    >>> season_length("W-MON")
    52
    """
    refuse_unknown_freq(freq)
    return _SEASON_LENGTH[freq]


def unit_of(freq: str) -> str:
    """What a period is, on whichever weekday weeks begin: 'D', 'W', 'MS' or 'QS'.

    >>> unit_of("W-MON")
    'W'
    """
    return freq.split("-")[0]


def periods_a_year(freq: str) -> int:
    """Whole periods after which the time of the year comes again, and of days the weekday: 364, 52, 12, 4.

    >>> periods_a_year("D"), periods_a_year("MS")
    (364, 12)
    """
    refuse_unknown_freq(freq)
    return _PERIODS_A_YEAR[unit_of(freq)]


def refuse_unknown_freq(freq: str, file: str | None = None) -> None:
    """InputError if `freq` is none of FREQUENCIES; `file` is the one for which it is stated."""
    if freq not in FREQUENCIES:
        raise InputError(f"'{freq}' is not a frequency; use one of {', '.join(FREQUENCIES)}", file=file)


def freq_in_words(freq: str) -> str:
    """A frequency as people say it, and as it is written.

    >>> freq_in_words("D"), freq_in_words("W-MON"), freq_in_words("QS")
    ('daily (D)', 'weekly (W-MON)', 'quarterly (QS)')
    """
    words = {"D": "daily", **dict.fromkeys(_WEEKLY, "weekly"), "MS": "monthly", "QS": "quarterly"}
    return f"{words[freq]} ({freq})"


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
    return math.ceil(days / _mean_days(freq))


def whole_days(periods: int, freq: str) -> int:
    """The most days that `whole_periods` takes for `periods` of them.

    >>> whole_days(2, "W-MON"), whole_days(1, "MS"), whole_periods(whole_days(5, "QS"), "QS")
    (14, 30, 5)
    """
    season_length(freq)
    return int(periods * _mean_days(freq))


def _mean_days(freq: str) -> float:
    return 7 if freq in _WEEKLY else _MONTHS[freq] * _MEAN_DAYS_PER_MONTH if freq in _MONTHS else 1


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


@dataclass(frozen=True, eq=False)
class Rhythm:
    """The frequency of a file's dates; `odd` are the dates that do not lie where the great majority does."""

    freq: str
    odd: pd.DatetimeIndex
    evidence: str


def infer_freq(ds: DateSeries) -> str:
    """The frequency that the distinct dates of a whole file speak of: that of `infer_rhythm`."""
    return infer_rhythm(ds).freq


def infer_rhythm(ds: DateSeries, unique_id: pd.Series[str] | None = None) -> Rhythm:
    """The frequency that the dates of a whole file speak of; periods may be missing in between.

    In this order: one day of the month (or always its last day) means months, or quarters if every step is a
    multiple of three; one weekday means weeks that start there; one date in each month, all of them near the
    same day (last working day, say), means months; anything else means days. The great majority decides: one
    date in ten may lie elsewhere (one in six of fewer), and so may 2 % of the rows. If the dates of all
    series say days, but those of each series by itself (where `unique_id` is given) have one weekday or one
    day of the month, that counts. Fewer than two dates, or quarters that are not calendar quarters, raise
    InputError.
    """
    codes, different = pd.factorize(ds.to_numpy())
    counts = np.bincount(codes[codes >= 0], minlength=len(different))
    days, position = np.unique(different.astype("datetime64[D]"), return_inverse=True)
    rows = np.bincount(position, counts, len(days)).astype(np.int64)
    dates = pd.DatetimeIndex(days.astype("datetime64[ns]"))
    if len(dates) < 2:
        raise InputError(
            "a single date does not say whether it stands for a day, a week or a month; give at least two"
        )
    rhythm = _rhythm_of(dates, rows)
    if rhythm is None and unique_id is not None:
        rhythm = _rhythm_of_each(ds, unique_id)
    return rhythm or Rhythm("D", dates[:0], f"{len(dates)} different dates, on all days of the week")


def _rhythm_of(dates: pd.DatetimeIndex, rows: npt.NDArray[np.int64]) -> Rhythm | None:
    """Months, quarters or weeks, if the great majority of the dates lie where these begin or end."""
    months = np.asarray(dates, dtype="datetime64[M]").astype(np.int64)
    same_day = dates.day == dates.day.value_counts().idxmax()
    ends = np.asarray(dates.is_month_end)
    on = ends if ends.sum() > same_day.sum() else same_day
    if len(np.unique(months[on])) > 1 and _great_majority(on, rows):
        freq = _months_or_quarters(months[on], ends=bool(ends[on].all()))
        where = "the last day of the month" if ends[on].all() else f"day {dates[on][0].day} of the month"
        return Rhythm(freq, dates[~on], f"{on.sum()} of {len(dates)} different dates are {where}")
    weekday = int(dates.weekday.value_counts().idxmax())
    on = dates.weekday == weekday
    if on.sum() > 1 and _great_majority(on, rows):
        return Rhythm(
            f"W-{WEEKDAYS[weekday]}",
            dates[~on],
            f"{on.sum()} of {len(dates)} different dates are a {WEEKDAY_NAMES[weekday]}",
        )
    if _one_in_each_month(dates, months):
        return Rhythm("MS", dates[:0], f"each of {len(dates)} different dates has a month of its own")
    return None


def _great_majority(on: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64]) -> bool:
    odd = int((~on).sum())
    tolerated = max(len(on) // 10, 1 if len(on) >= _FEWEST_FOR_ONE_ODD else 0)
    few_rows = bool(rows[~on].sum() <= _ODD_ROWS * rows.sum()) and 2 * odd < len(on)
    return odd <= tolerated or few_rows


def _one_in_each_month(dates: pd.DatetimeIndex, months: npt.NDArray[np.int64]) -> bool:
    """Whether each date has a month of its own: a month apart or, with gaps, on nearly the same day."""
    if len(dates) < 3 or len(np.unique(months)) < len(months):
        return False
    steps = np.diff(dates.to_numpy()) // np.timedelta64(1, "D")
    if ((steps >= 26) & (steps <= 35)).all():
        return True
    day = dates.day.to_numpy()
    spread = min(int(np.ptp(day)), int(np.ptp((day + 14) % 31)))  # around the turn of the month too
    return len(dates) >= _FEWEST_FOR_ONE_ODD and spread <= _DAYS_NEAR


def _rhythm_of_each(ds: DateSeries, unique_id: pd.Series[str]) -> Rhythm | None:
    """Weeks or months, if each series keeps to a weekday or a day of the month, all to their own."""
    some = slice(None, None, max(1, len(ds) // _ENOUGH_ROWS))
    pairs = pd.DataFrame(
        {"series": pd.factorize(unique_id.iloc[some])[0], "ds": ds.iloc[some].dt.normalize().to_numpy()}
    )
    pairs = pairs.dropna().drop_duplicates()
    enough = pairs.groupby("series")["ds"].transform("size") >= _FEWEST_OF_A_SERIES
    pairs = pairs[enough]
    if pairs["series"].nunique() < 2:
        return None
    for where, name in ((pairs["ds"].dt.day, "day of the month"), (pairs["ds"].dt.weekday, "weekday")):
        kept = pd.Series(1, index=pairs.index).groupby([pairs["series"], where]).sum()
        share = kept.groupby(level=0).max().sum() / len(pairs)
        if share < _GREAT_MAJORITY:
            continue
        main = int(where.value_counts().idxmax())
        freq = f"W-{WEEKDAYS[main]}" if name == "weekday" else "MS"
        odd = pd.DatetimeIndex(np.unique(pairs["ds"][where != main]))
        return Rhythm(freq, odd, f"each series keeps to its own {name}, in {share:.1%} of its dates")
    return None


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

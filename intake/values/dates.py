"""Texts to days: whatever a date, a week, a month or a quarter looks like, and whichever part comes first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.mapping import Order
from intake.periods import WEEKDAY_NAMES
from intake.text_columns import TextColumn, Texts, Values
from intake.values.conventions import Convention, Readings
from intake.values.date_forms import Form, Numbers, Written, take_apart
from intake.values.names import plain

Days = npt.NDArray[np.datetime64]

PIVOT: Final = 69  # as POSIX has it: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068

_FIRST_YEAR, _LAST_YEAR = 1900, 2199  # beyond it a year is a slip of the keyboard
_FIRST_SERIAL, _LAST_SERIAL = 19725, 73050  # 1954-01-01 and 2099-12-31; other numbers count something else
_SERIAL_ZERO: Final = np.datetime64("1899-12-30", "D")
ORDERS: Final[tuple[Order, ...]] = ("day/month/year", "month/day/year", "year/month/day")
_YEAR_FIRST: Final = ORDERS.index("year/month/day")
_WEEK_HEADER: Final = re.compile(r"\b(week|wk|semana|sem|semaine|woche|kw|kalenderwoche)\b")
_FREQ_OF_FORM: Final = {Form.MONTH: "MS", Form.QUARTER: "QS", Form.WEEK: "W-MON"}
_FEWEST_TO_SEE_A_RHYTHM: Final = 6
_FEWEST_DAYS_OF_A_MONTH: Final = 16  # sales of so many years with years of two digits are hardly met
_SLIPS: Final = 0.1
_MUCH_CLOSER: Final = 4
_VERY_MUCH_CLOSER: Final = 30


@dataclass(frozen=True, eq=False)
class DateColumn:
    """A column of dates taken apart.

    `weeks`: whether 202607 and 2026-07 are weeks, as a header may say. `yearless`: texts such as 'Jan 02' in
    a column that has so many of these numbers that they must be days.
    """

    column: TextColumn
    written: Written
    weeks: bool
    yearless: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, column: TextColumn) -> DateColumn:
        """Take the texts apart; numbers beside a year are weeks if a header or their size says so."""
        written = take_apart(column.texts)
        yearless = (written.form == Form.MONTH) & (written.one < 100)
        yearless &= len(np.unique(written.one[yearless])) >= _FEWEST_DAYS_OF_A_MONTH
        written = replace(written, form=np.where(yearless, np.int64(Form.NONE), written.form))
        numbered = written.form == Form.MONTH_OR_WEEK
        by_header = bool(_WEEK_HEADER.search(re.sub(r"[^a-z]+", " ", plain(column.header))))
        beyond_months = written.two[numbered] > 12
        # One text beyond 12 is a slip among months; several are weeks.
        weeks = by_header or (beyond_months.sum() > 1 and beyond_months.mean() > _SLIPS)
        return cls(column, written, bool(weeks) and bool(numbered.any()), yearless)

    def readings(self) -> Readings:
        """The day of each distinct text by each of the DATE_CONVENTIONS."""
        values = [days_of(self.written, order, self.weeks) for order in ORDERS]
        short = self.written.form == Form.ANY_ORDER
        counts = [int((~np.isnat(days)).sum()) for days in values]
        if counts[_YEAR_FIRST] <= max(counts[:_YEAR_FIRST]) and not self.written.dashed[short].all():
            # Hardly anybody writes 21/02/01 for 2021: it counts only where nothing else can be meant.
            values[_YEAR_FIRST] = np.where(short, np.datetime64("NaT"), values[_YEAR_FIRST])
        return Readings(self.column, tuple(values))

    @property
    def forms(self) -> Numbers:
        """The form of each text, where a number after a year is either a month or a week."""
        form = self.written.form
        numbered = form == Form.MONTH_OR_WEEK
        return np.where(numbered, Form.WEEK if self.weeks else Form.MONTH, form)

    def freq_of_labels(self, days: Days) -> str | None:
        """The frequency that labels say themselves (2026-W07, Q3 1995, ene-24), if all readable ones do."""
        forms = set(self.forms[~np.isnat(days)].tolist())
        with_day = self.written.three[self.forms == Form.WEEK] != 1
        if len(forms) != 1 or with_day.any():
            return None
        return _FREQ_OF_FORM.get(Form(forms.pop()))

    def complaints(self, order: Order) -> Texts:
        """What is wrong with texts that could be dates and are none by that order; '' elsewhere."""
        days = days_of(self.written, order, self.weeks, checked=False)
        complaints = np.full(len(days), "", dtype=object)
        wrong = _contradicted(self.written, days)
        complaints[wrong] = [
            f"names another weekday: {day} is a {WEEKDAY_NAMES[number]}"
            for day, number in zip(days[wrong], pd.DatetimeIndex(days[wrong]).weekday, strict=True)
        ]
        complaints[self.yearless] = "may be a day without its year; write the year with four digits"
        return complaints


def read_days(texts: Texts, *, day_first: bool) -> Days:
    """One day (datetime64[D]) per text; NaT where the text is no date of the years 1900 to 2199."""
    return days_of(take_apart(texts), "day/month/year" if day_first else "month/day/year", weeks=False)


def days_of(written: Written, order: Order, weeks: bool, *, checked: bool = True) -> Days:
    """The first day of what each text says, NaT where it says no date or (if `checked`) another weekday."""
    form, one, two, three = written.form, written.one, written.two, written.three
    year, month, day = one, two, three
    in_doubt = (form == Form.DAY_OR_MONTH_FIRST) | (form == Form.ANY_ORDER)
    if order == "year/month/day":
        in_doubt &= written.form == Form.DAY_OR_MONTH_FIRST
    day_first = order == "day/month/year"
    year = np.where(in_doubt, three, year)
    month = np.where(in_doubt, two if day_first else one, month)
    day = np.where(in_doubt, one if day_first else two, day)
    if order == "year/month/day":  # says nothing of a date that ends in a year of four digits
        year = np.where(in_doubt, 0, year)
        month = np.where(in_doubt, 0, month)
    quarter = form == Form.QUARTER
    month = np.where(quarter, month * 3 - 2, month)
    year = np.where((year >= 0) & (year < 100) & (form != Form.NONE), _with_century(year), year)
    days = _days(year, month, day)
    of_weeks = (form == Form.WEEK) | ((form == Form.MONTH_OR_WEEK) & weeks)
    days = np.where(of_weeks, _of_weeks(year, two, three), days)
    serial = (form == Form.SERIAL) & (one >= _FIRST_SERIAL) & (one <= _LAST_SERIAL)
    days = np.where(serial, _SERIAL_ZERO + np.where(serial, one, 0), days)
    days[(form == Form.NONE) | ((form == Form.SERIAL) & ~serial)] = np.datetime64("NaT")
    if checked:
        days[_contradicted(written, days)] = np.datetime64("NaT")
    return days


def _with_century(year: Numbers) -> Numbers:
    return np.where(year >= PIVOT, 1900, 2000) + year


def _contradicted(written: Written, days: Days) -> npt.NDArray[np.bool_]:
    """Which texts name a weekday that their day is not."""
    known = ~np.isnat(days) & (written.named_weekday >= 0)
    actual = np.where(known, (days.astype(np.int64) + 3) % 7, 0)  # 1970-01-01 was a Thursday
    disagrees: npt.NDArray[np.bool_] = known & ((written.named_weekday >> actual) & 1 == 0)
    return disagrees


def _days(year: Numbers, month: Numbers, day: Numbers) -> Days:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    in_range = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12)
    exists = days.astype("datetime64[M]") == months
    return np.where(in_range & exists, days, np.datetime64("NaT", "D"))


def _of_weeks(year: Numbers, week: Numbers, weekday: Numbers) -> Days:
    """ISO 8601: week 1 has the year's first Thursday, so 4 January lies in it."""

    def first_monday(of: Numbers) -> Days:
        fourth = ((of - 1970).astype("datetime64[Y]").astype("datetime64[D]")) + 3
        after_monday = ((fourth.astype(np.int64) + 3) % 7).astype("timedelta64[D]")
        monday: Days = fourth - after_monday
        return monday

    in_range = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (week >= 1)
    usable = np.where(in_range, year, 2000)
    monday = first_monday(usable) + (week - 1) * 7
    exists = in_range & (monday < first_monday(usable + 1))
    return np.where(exists, monday + (weekday - 1), np.datetime64("NaT", "D"))


def by_rhythm(readings: Mapping[int, Values]) -> tuple[int, str] | None:
    """Choose between orders that read the same texts, where the dates leave no doubt.

    The year is not where its numbers would lie decades apart; and day and month are in the order in which
    all dates lie at one distance (of days, or of months on the same day), if only one order has that.
    """
    left = dict(readings)
    evidence = ""
    if _YEAR_FIRST in left and len(left) > 1:
        spans = {position: _span(days) for position, days in left.items()}
        first = spans.pop(_YEAR_FIRST)
        if first >= _MUCH_CLOSER * max(spans.values()):
            if _is_sold_by(np.unique(left[_YEAR_FIRST][~np.isnat(left[_YEAR_FIRST])])):
                return _only_rhythm(left)
            del left[_YEAR_FIRST]
            evidence = f"with the year first the dates would spread over {first // 365} years"
        elif min(spans.values()) >= _VERY_MUCH_CLOSER * first:
            years = min(spans.values()) // 365
            return _YEAR_FIRST, f"with the year last the dates would spread over {years} years"
        else:
            return None
    if len(left) == 1:
        return next(iter(left)), evidence
    distinct = {position: np.unique(days[~np.isnat(days)]) for position, days in left.items()}
    if min(len(days) for days in distinct.values()) < _FEWEST_TO_SEE_A_RHYTHM:
        return None
    regular = [position for position, days in distinct.items() if _is_regular(days)]
    if len(regular) != 1:
        return None
    days = distinct[regular[0]]
    return regular[0], f"only so do all dates from {days[0]} to {days[-1]} lie at one distance"


def _only_rhythm(readings: Mapping[int, Values]) -> tuple[int, str] | None:
    """The order with which dates are days, weeks, months or quarters without a gap, if only one has that."""
    having = [
        position for position, days in readings.items() if _is_sold_by(np.unique(days[~np.isnat(days)]))
    ]
    return (having[0], "only so do all dates follow at one distance") if len(having) == 1 else None


def _is_sold_by(days: Days) -> bool:
    """Whether sorted dates are all days, weeks, months or quarters from the first to the last."""
    if len(days) < _FEWEST_TO_SEE_A_RHYTHM or not _is_regular(days):
        return False
    months = int((days[1].astype("datetime64[M]") - days[0].astype("datetime64[M]")).astype(np.int64))
    return int((days[1] - days[0]).astype(np.int64)) in (1, 7) or months in (1, 3)


def _span(days: Values) -> int:
    known = days[~np.isnat(days)]
    return int((known.max() - known.min()).astype(np.int64)) + 1


def _is_regular(days: Days) -> bool:
    steps = np.diff(days.astype(np.int64))
    if (steps == steps[0]).all():
        return True
    months = days.astype("datetime64[M]")
    same_day = len(np.unique(days - months.astype("datetime64[D]"))) == 1
    between = np.diff(months.astype(np.int64))
    return same_day and bool((between == between[0]).all())


DATE_CONVENTIONS: Final = (
    Convention("as day/month/year", partial(read_days, day_first=True), 'dates = "day/month/year"'),
    Convention("as month/day/year", partial(read_days, day_first=False), 'dates = "month/day/year"'),
    Convention(
        "as year/month/day",
        lambda texts: days_of(take_apart(texts), "year/month/day", weeks=False),
        'dates = "year/month/day"',
    ),
)

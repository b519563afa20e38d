"""The ways to write a date, a week, a month or a quarter: a text is taken apart here, and read elsewhere.

Nothing is guessed: a text has one of the forms below, or none. Which number is the day and which the month in
01/02/2026 is left open, and so is the century of a year of two digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.text_columns import Texts
from intake.values.names import months, plain, weekdays_of_any_language
from intake.values.time_of_day import TimeOfDay, cut_time_of_day

Numbers = npt.NDArray[np.int64]


class Form(IntEnum):
    """What the three numbers of a date are; a year of two digits is meant where it is below 100."""

    NONE = 0
    DAY = 1  # year, month, day
    DAY_OR_MONTH_FIRST = 2  # two numbers in doubt, year
    ANY_ORDER = 3  # three numbers of at most two digits
    MONTH = 4  # year, month
    QUARTER = 5  # year, quarter
    WEEK = 6  # year, week of ISO 8601, day of the week
    MONTH_OR_WEEK = 7  # year, number of a month (or of a week, in a column of weeks)
    SERIAL = 8  # days since 1899-12-30, as spreadsheets count


@dataclass(frozen=True, eq=False)
class Written:
    """What each text of a column says: one entry per text.

    `named_weekday`: -1 where no weekday is written; else a bit for each weekday that the name may mean.
    `dashed`: whether ANY_ORDER is written with dashes, as in 21-02-01.
    """

    form: Numbers
    one: Numbers
    two: Numbers
    three: Numbers
    named_weekday: Numbers
    dashed: npt.NDArray[np.bool_]
    time: TimeOfDay


Parts = tuple[int, int, int, int]  # form and its numbers

_S: Final = r"[\s./,_-]*"  # between the parts of a date with a name in it
_OF: Final = rf"{_S}(?:d[eo]l?\s+|of\s+|d')?"
_ORDINAL: Final = r"(?:er|st|nd|rd|th|o|a|\.)?"
_YEAR: Final = r"([0-9]{4}|'?[0-9]{2})"
_MONTH: Final = r"([a-z]{3,10})\.?"
_QUARTER_WORD: Final = r"(?:q|t|tr|trim|trimestre|tri|qtr|quarter|quartal|quart)\.?"
_QUARTER_ORDINAL: Final = r"(?:er|ere|re|eme|e|ro|do|to|o|a|st|nd|rd|th|\.)?"
_QUARTER_NUMBER: Final = r"([1-4]|iv|i{1,3})"
_WEEK_WORD: Final = r"(?:w|s|kw|wk|sem|semana|week|woche|semaine|kalenderwoche)\.?"
_NO_YEAR: Final = 9999
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def _year(text: str) -> int:
    """The year; below 100 only where it was written with two digits (0001-01-01 is the year of no date)."""
    year = int(text.lstrip("'"))
    return year if year >= 100 or len(text.lstrip("'")) == 2 else _NO_YEAR


def _quarter(text: str) -> int:
    return _ROMAN.get(text) or int(text)


def _with_month_name(year: str, month: str, day: str) -> Parts | None:
    number = months().get(month)
    return None if number is None else (Form.DAY, _year(year), number, int(day))


def _of_month(year: str, month: str) -> Parts | None:
    number = months().get(month)
    return None if number is None else (Form.MONTH, _year(year), number, 1)


# The first pattern that matches decides. Each says which form it is and which number is which.
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[..., Parts | None]], ...]] = tuple(
    (re.compile(pattern), parts)
    for pattern, parts in (
        (
            r"([0-9]{4})([-/. ])([0-9]{1,2})\2([0-9]{1,2})\.?",
            lambda y, _, m, d: (Form.DAY, _year(y), int(m), int(d)),
        ),
        (r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?", lambda y, m, d: (Form.DAY, _year(y), int(m), int(d))),
        (
            r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})\.?",
            lambda one, _, two, y: (Form.DAY_OR_MONTH_FIRST, int(one), int(two), _year(y)),
        ),
        (
            r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{2})\.?",
            lambda one, _, two, three: (Form.ANY_ORDER, int(one), int(two), int(three)),
        ),
        (r"([0-9]{5})(?:[.,][0-9]+)?", lambda serial: (Form.SERIAL, int(serial), 0, 0)),
        (
            r"([0-9]{4})[-/. ]?([0-9]{2})(?:\.0+)?|([0-9]{4})[-/. ]([0-9])",
            lambda y, m, y1, m1: (Form.MONTH_OR_WEEK, _year(y or y1), int(m or m1), 1),
        ),
        (r"([0-9]{1,2})[-/. ]([0-9]{4})", lambda m, y: (Form.MONTH_OR_WEEK, _year(y), int(m), 1)),
        (r"([0-9]{4})[-\s]?m([0-9]{1,2})", lambda y, m: (Form.MONTH, _year(y), int(m), 1)),
        (
            rf"([0-9]{{4}}){_S}{_WEEK_WORD}[-\s]?([0-9]{{1,2}})(?:-([1-7]))?",
            lambda y, w, d: (Form.WEEK, _year(y), int(w), int(d or 1)),
        ),
        (rf"{_WEEK_WORD}\s*([0-9]{{1,2}}){_OF}{_YEAR}", lambda w, y: (Form.WEEK, _year(y), int(w), 1)),
        (
            rf"{_QUARTER_WORD}\s*{_QUARTER_NUMBER}{_QUARTER_ORDINAL}{_OF}{_YEAR}",
            lambda q, y: (Form.QUARTER, _year(y), _quarter(q), 1),
        ),
        (
            rf"{_QUARTER_NUMBER}{_QUARTER_ORDINAL}\s*{_QUARTER_WORD}{_OF}{_YEAR}",
            lambda q, y: (Form.QUARTER, _year(y), _quarter(q), 1),
        ),
        (
            rf"([0-9]{{4}}){_S}{_QUARTER_WORD}\s*{_QUARTER_NUMBER}",
            lambda y, q: (Form.QUARTER, _year(y), _quarter(q), 1),
        ),
        (
            rf"([0-9]{{4}}){_S}{_QUARTER_NUMBER}{_QUARTER_ORDINAL}\s*{_QUARTER_WORD}",
            lambda y, q: (Form.QUARTER, _year(y), _quarter(q), 1),
        ),
        (
            rf"([0-9]{{1,2}}){_ORDINAL}{_OF}{_MONTH}{_OF}{_YEAR}",
            lambda d, m, y: _with_month_name(y, m, d),
        ),
        (
            rf"{_MONTH}{_S}([0-9]{{1,2}}){_ORDINAL}(?:{_S}([0-9]{{4}})|[\s./,-]+([0-9]{{2}}))",
            lambda m, d, y, short: _with_month_name(y or short, m, d),
        ),
        (rf"([0-9]{{4}}){_S}{_MONTH}{_S}([0-9]{{1,2}})", lambda y, m, d: _with_month_name(y, m, d)),
        (rf"{_MONTH}{_OF}{_YEAR}", lambda m, y: _of_month(y, m)),
        (rf"([0-9]{{4}}){_S}{_MONTH}", lambda y, m: _of_month(y, m)),
    )
)
_WEEKDAY: Final = r"[a-z]{2,10}(?:-feira)?"
_WEEKDAY_FIRST: Final = re.compile(
    rf"({_WEEKDAY})(?:\.,|[.,])?\s*(?:den\s+|el\s+|le\s+)?([0-9].*|[a-z]{{3}}.*)"
)
_WEEKDAY_LAST: Final = re.compile(rf"(.*[0-9])[\s,]+\(?({_WEEKDAY})\.?\)?")
_NOTHING: Final[Parts] = (Form.NONE, 0, 0, 0)


def take_apart(texts: Texts) -> Written:
    """Say of each text which form it has and which numbers stand in it; a time of day is cut off before."""
    rest, time = cut_time_of_day(texts)
    codes, distinct = pd.factorize(rest)
    parts = [_parts_of(str(text)) for text in distinct]
    numbers = np.array([each for each, _ in parts], dtype=np.int64).reshape(len(parts), 4)
    named = np.array([weekday for _, weekday in parts], dtype=np.int64)
    dashed = np.array(["-" in str(text) for text in distinct], dtype=np.bool_)
    form, one, two, three = numbers[codes].T
    # 10:30 alone is no date, and neither is a month with a time of day.
    timely = np.isin(form, (Form.DAY, Form.DAY_OR_MONTH_FIRST, Form.ANY_ORDER))
    form = np.where(time.written & ~timely, Form.NONE, form)
    return Written(form, one, two, three, named[codes], dashed[codes], time)


@lru_cache(maxsize=20_000)  # header, contents and dates are looked for in the same texts
def _parts_of(text: str) -> tuple[Parts, int]:
    """Form and numbers of a text, and the weekdays (a bit each) that it names, -1 for none."""
    text = plain(text)
    if (found := _match(text)) is not None:
        return found, -1
    for match, weekday, date in (
        (_WEEKDAY_FIRST.fullmatch(text), 1, 2),
        (_WEEKDAY_LAST.fullmatch(text), 2, 1),
    ):
        if match is None:
            continue
        meant = weekdays_of_any_language().get(match[weekday])
        found = _match(match[date]) if meant else None
        if meant and found is not None and found[0] in (Form.DAY, Form.DAY_OR_MONTH_FIRST, Form.ANY_ORDER):
            return found, sum(1 << number for number in meant)
    return _NOTHING, -1


def _match(text: str) -> Parts | None:
    for pattern, parts in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None and (found := parts(*match.groups())) is not None:
            return found
    return None

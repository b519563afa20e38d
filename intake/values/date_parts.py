"""A date in several columns (year, month, day; year and week; year and quarter) put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.findings import Finding
from intake.problems import Problem
from intake.text_columns import TextColumn, quoted
from intake.values.date_forms import Form, Numbers, Written, take_apart
from intake.values.dates import days_of
from intake.values.names import months, plain
from intake.values.time_of_day import TimeOfDay

_PERIOD_OF: Final = {"day": "D", "week": "W-MON", "month": "MS", "quarter": "QS"}
_STANDS_FOR: Final = {
    "week": "a week is the one of ISO 8601 and stands for its Monday",
    "month": "a month stands for its first day",
    "quarter": "a quarter stands for its first day",
}
_WHOLE: Final = re.compile(r"0*([0-9]{1,4})(?:\.0+)?")
_BESIDE_A_WORD: Final = re.compile(
    r"(?:[a-z]{1,15}\.?\s*)?0*([0-9]{1,2})(?:er|ere|re|eme|e|ro|do|to|o|a|st|nd|rd|th|\.)?(?:\s*[a-z]{1,15})?"
)


@dataclass(frozen=True, eq=False)
class DateOfParts:
    """One day per row (NaT where there is none), what was wrong, and the period that the parts speak of."""

    days: npt.NDArray[np.datetime64]
    problem: Problem
    freq: str | None
    finding: Finding


def date_of_parts(parts: Mapping[str, TextColumn]) -> DateOfParts:
    """Put a date together of the columns year, quarter, month, week and day, as far as they are there.

    Day and month count before the week, the week before the month alone, and that before the quarter. A
    month, a week or a quarter may repeat the year (202607 beside 2026), which has to be the same.
    """
    smallest = _smallest(parts)
    used = ("year", "month", "day") if smallest == "day" else ("year", smallest)
    numbers: dict[str, tuple[Numbers, Numbers]] = {name: _numbers_of(name, parts[name]) for name in used}
    year = numbers["year"][0]
    wrong = np.zeros(len(year), dtype=np.bool_)
    for number, own_year in numbers.values():
        wrong |= (number < 0) | ((own_year >= 0) & (own_year != year))
    nothing = np.zeros(len(year), dtype=np.int64)
    form = {"day": Form.DAY, "month": Form.MONTH, "week": Form.WEEK, "quarter": Form.QUARTER}[smallest]
    middle: str = "month" if smallest == "day" else smallest
    third = numbers["day"][0] if smallest == "day" else nothing + 1
    no = np.zeros(len(year), dtype=np.bool_)
    written = Written(
        np.where(wrong, np.int64(Form.NONE), np.int64(form)),
        year,
        numbers[middle][0],
        third,
        nothing - 1,
        no,
        TimeOfDay(no, no, no),
    )
    days = days_of(written, "day/month/year", weeks=False)
    texts = {name: parts[name].spread(parts[name].texts) for name in used}
    rows = np.flatnonzero(np.isnat(days))
    reasons = {
        int(row): f"{', '.join(f'{name} {quoted(texts[name][row])}' for name in used)} is not a date"
        for row in rows
    }
    headers = " + ".join(quoted(parts[name].header) for name in used)
    note = f"; {_STANDS_FOR[smallest]}" if smallest in _STANDS_FOR else ""
    return DateOfParts(
        days,
        Problem.of(parts[smallest].header, reasons),
        None if smallest == "day" else _PERIOD_OF[smallest],
        Finding(parts[smallest].header, f"the date is {headers}{note}"),
    )


def can_be_a_date(parts: Mapping[str, TextColumn]) -> bool:
    """Whether the columns say together which day, week, month or quarter is meant."""
    return "year" in parts and bool(_smallest(parts))


def _smallest(parts: Mapping[str, TextColumn]) -> str:
    if "day" in parts and "month" in parts:
        return "day"
    return next((name for name in ("week", "month", "quarter") if name in parts), "")


def _numbers_of(name: str, column: TextColumn) -> tuple[Numbers, Numbers]:
    """Per row the number that a part is (-1 where it is none), and the year that it says itself or -1."""
    read: Callable[[str], tuple[int, int]] = (
        _year if name == "year" else lambda text: _within_year(name, text)
    )
    pairs = np.array([read(plain(text)) for text in column.texts], dtype=np.int64).reshape(-1, 2)
    return column.spread(pairs[:, 0]), column.spread(pairs[:, 1])


def _year(text: str) -> tuple[int, int]:
    whole = _WHOLE.fullmatch(text)
    return (int(whole[1]) if whole else -1), -1


def _within_year(name: str, text: str) -> tuple[int, int]:
    """The number of a quarter, month, week or day, and the year beside it (202607, 2026-W07) or -1."""
    whole = _WHOLE.fullmatch(text)
    if whole and int(whole[1]) < 100:
        return int(whole[1]), -1
    if name == "day":
        return -1, -1
    if name == "month" and text.rstrip(".") in months():
        return months()[text.rstrip(".")], -1
    written = take_apart(np.array([text], dtype=object))
    form, with_year = written.form[0], (int(written.two[0]), int(written.one[0]))
    labels = {"month": (Form.MONTH, Form.MONTH_OR_WEEK), "week": (Form.WEEK, Form.MONTH_OR_WEEK)}
    if form in labels.get(name, (Form.QUARTER,)):
        return with_year
    if form == Form.DAY and name == "month":  # the first day of the month, as spreadsheets have it
        return with_year if written.three[0] == 1 else (-1, -1)
    beside = _BESIDE_A_WORD.fullmatch(text)
    if beside and name != "month":
        return int(beside[1]), -1
    roman = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
    return (roman[text], -1) if name == "quarter" and text in roman else (-1, -1)

"""Texts to days: ISO 8601 dates, and dates that end in the year with the day or the month first."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.text_columns import Texts
from intake.values.conventions import Convention

_MIDNIGHT: Final = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"  # spreadsheets and databases add it to plain dates
_YEAR_FIRST: Final = rf"^([0-9]{{4}})([-/.]|(?=[0-9]{{4}}$))([0-9]{{1,2}})\2([0-9]{{1,2}}){_MIDNIGHT}$"
_YEAR_LAST: Final = rf"^([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_MIDNIGHT}$"
_FIRST_YEAR, _LAST_YEAR = 1900, 2199  # beyond it a year is a slip of the keyboard


def read_days(texts: Texts, *, day_first: bool) -> npt.NDArray[np.datetime64]:
    """One day (datetime64[D]) per text; NaT where the text is not a date, or not of the years 1900 to 2199.

    Understood: 2026-02-01, 2026/2/1, 20260201, and 01/02/2026, 1.2.2026, 01-02-2026 with the day or the month
    first; a time of midnight may follow.
    """
    series = pd.Series(texts, dtype=object)
    year, month, day = _parts(series, _YEAR_FIRST)
    one, other, last_year = _parts(series, _YEAR_LAST)
    year_first = year > 0
    return _days(
        np.where(year_first, year, last_year),
        np.where(year_first, month, other if day_first else one),
        np.where(year_first, day, one if day_first else other),
    )


def _parts(series: pd.Series[str], pattern: str) -> npt.NDArray[np.int64]:
    """The three numbers of each date, 0 where the pattern does not match."""
    numbers = series.str.extract(pattern)[[0, 2, 3]].astype(np.float64)
    return numbers.fillna(0).to_numpy(dtype=np.int64).T


def _days(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]
) -> npt.NDArray[np.datetime64]:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    in_range = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12)
    exists = days.astype("datetime64[M]") == months
    return np.where(in_range & exists, days, np.datetime64("NaT", "D"))


DATE_CONVENTIONS: Final = (
    Convention("as day/month/year", partial(read_days, day_first=True)),
    Convention("as month/day/year", partial(read_days, day_first=False)),
)

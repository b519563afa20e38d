"""What a series with little history takes from its look-alikes: their size, and their scaled features."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.rows import Rows
from forecasting.series.history import Array, History, Index

LENT_PERIODS: Final = 4  # the look-alikes' mean counts like so many periods of the series' own


def lent_mean(history: History, rows: Rows, window: int) -> Array:
    """Mean demand of a row's look-alikes over the `window` periods up to its origin; NaN without any."""
    place, lender = history.lenders(rows.series)
    end = rows.origin[place] + 1
    return _mean_by_row(history.mean_between(lender, end - window, end), place, len(rows))


def lent_values(history: History, series: Index, values: Array) -> Array:
    """Mean of `values`, one for each of the `series` (ascending), over each one's look-alikes among them; NaN
    without any.
    """
    place, lender = history.lenders(series)
    among = np.isin(lender, series)
    found = np.searchsorted(series, lender[among])
    return _mean_by_row(values[found], place[among], len(series))


def lenders_rows(history: History, rows: Rows) -> tuple[Index, Rows]:
    """Which of `rows` each look-alike speaks for, and its own row at the same origin and horizon."""
    place, lender = history.lenders(rows.series)
    return place, Rows(lender, rows.origin[place], rows.horizon[place])


def with_lent(
    own: pd.DataFrame, lent: pd.DataFrame, place: Index, seen: Array, kept: Collection[str]
) -> pd.DataFrame:
    """`own` features with gaps filled by the mean of those `lent` to each row (`place`), but in `kept`.

    Features are shares of a series' scale, so a series that never sold (`seen` 0) stands like its look-alikes
    in its own size; where it has sold, what it has counts.
    """
    never = (seen == 0) & np.isin(np.arange(len(own)), place)
    filled = {}
    for name in own.select_dtypes("number").columns.difference(list(kept)):
        values = own[name].to_numpy(dtype=np.float64)
        theirs = _mean_by_row(lent[name].to_numpy(dtype=np.float64), place, len(own))
        filled[name] = np.where(never | np.isnan(values), theirs, values).astype(np.float32)
    return own.assign(**filled)


def _mean_by_row(values: Array, place: Index, rows: int) -> Array:
    known = ~np.isnan(values)
    count = np.bincount(place[known], minlength=rows)
    total = np.bincount(place[known], weights=values[known], minlength=rows)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

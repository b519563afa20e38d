"""The course of the year in days: what came next a year ago."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.features.season_profile import PRIOR_SERIES
from forecasting.series.history import History, Index

Array = npt.NDArray[np.float64]

YEAR: Final = 364  # days; the same weekday a year ago
BEFORE: Final = 14  # days before the origin that the days after it are compared with
AROUND: Final = 3  # days on each side of a day that share its season: whole weeks, so no weekday counts twice
TRUST: Final = 0.75  # power of the ratio: no year is quite like the one before


def year_profile(history: History, origin: Index, horizon: Index) -> Array:
    """Season index of each day `origin` + `horizon`, seen from `origin`; 1 where a year ago is not known.

    Mean demand of all series in the week around the day a year before, over that of the fortnight up to the
    origin a year before, to the power of .75, and shrunk towards 1 by n / (n + 4) for n series observed on
    a day of that fortnight. It uses nothing after the origin.
    """
    end = origin - YEAR + 1
    day = origin - YEAR + horizon
    before, series = _pooled(history, end - BEFORE, end)
    after, _ = _pooled(history, day - AROUND, np.minimum(day + AROUND, origin) + 1)
    known = (end >= BEFORE) & (before > 0) & (after > 0)
    ratio = np.where(known, after, 1.0) / np.where(known, before, 1.0)
    return np.asarray(1.0 + series / (series + PRIOR_SERIES) * (ratio**TRUST - 1.0))


def _pooled(history: History, start: Index, end: Index) -> tuple[Array, Array]:
    """Mean demand of a series and day in [start, end), 0 where none was observed; series observed a day."""
    low = np.maximum(start, 0)
    high = np.maximum(end, low)
    demand, seen = (sums[high] - sums[np.minimum(low, high)] for sums in history.pooled_sums)
    return demand / np.maximum(seen, 1.0), seen / np.maximum(high - low, 1)

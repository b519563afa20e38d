"""The rhythm of the week: what each weekday sells of a usual day."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.series.history import History
from intake.periods import periods_a_year

Array = npt.NDArray[np.float64]

DAYS: Final = 7
PRIOR_DAYS: Final = 2.0  # observed days of one weekday after which a series is trusted by half
LEAST: Final = 0.05  # of a usual day; sales of a day are divided by the index


def weekday_profile(history: History, origin: int) -> Array:
    """Sales of each weekday over those of a usual day, (series, 7), Monday first; 1 where nothing is known.

    Of each series over the last year up to `origin`, shrunk by n / (n + 2) for n observed days of the weekday
    towards that of all series together. No index is below .05: nothing is ever divided by nearly nothing.
    """
    start = max(origin + 1 - periods_a_year(history.freq), 0)
    demand = history.demand[:, start : origin + 1]
    seen = ~np.isnan(demand)
    is_day = np.asarray(history.ds.weekday)[start : origin + 1, None] == np.arange(DAYS)
    total = np.where(seen, demand, 0.0) @ is_day
    days = seen.astype(np.float64) @ is_day
    mean = _ratio(total.sum(axis=1), days.sum(axis=1), 0.0)[:, None]
    everyone = _ratio(total.sum(axis=0), (days * mean).sum(axis=0), 1.0)
    # Over the days that a series has shown, so that one which began on a Friday is not taken for a fast one.
    usual = _ratio(total.sum(axis=1), days @ everyone, 0.0)[:, None]
    own = _ratio(total, np.broadcast_to(usual, total.shape), 0.0)
    index = np.where(usual > 0, (own + PRIOR_DAYS * everyone) / (days + PRIOR_DAYS), everyone)
    return np.asarray(np.maximum(index, LEAST))


def _ratio(numerator: Array, denominator: Array, otherwise: float) -> Array:
    return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), otherwise)

"""Products that have stopped selling: a run of zeros that neither chance nor the season explains."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.features.rows import Rows
from forecasting.series.censoring import FIRST_SPREAD
from forecasting.series.history import Array, History
from intake.periods import periods_a_year, unit_of

CHANCE: Final = 0.001  # of a run of zeros, below which it is none
LEAST_RUN: Final = {"D": 91, "W": 26, "MS": 9, "QS": 4}
"""Observed periods without a sale after which a product may be over."""


def faded(history: History, rows: Rows) -> npt.NDArray[np.bool_]:
    """Which rows stand at the end of a run of zeros that ends a product.

    The run has at least `LEAST_RUN` observed periods (one with an empty shelf is not observed). What was to
    be expected of it is what the series sold in the same periods a year before, so that a product of the
    summer may rest in winter; where less than half of these were observed, its mean of the year before its
    last sale. The negative binomial law of slow retail gives the chance that nothing of it was sold.
    """
    last = history.last_sale[rows.series, rows.origin]
    start, end = last + 1, rows.origin + 1
    observed = history.seen_between(rows.series, start, end)
    long = (last >= 0) & (observed >= LEAST_RUN[unit_of(history.freq)])
    silent = np.zeros(len(rows), dtype=np.bool_)
    if not long.any():
        return silent
    series, start, end, observed = rows.series[long], start[long], end[long], observed[long]
    ago = periods_a_year(history.freq)
    same = history.mean_between(series, start - ago, end - ago)
    enough = history.seen_between(series, start - ago, end - ago) >= observed / 2
    before = history.mean_between(series, start - ago, start)
    silent[long] = observed * _log_zero(np.where(enough, same, before)) < np.log(CHANCE)
    return silent


def _log_zero(mean: Array) -> Array:
    """ln P(D = 0) of a negative binomial law with variance c m + a m^2: r ln(m / v), r = m^2 / (v - m)."""
    c, a = FIRST_SPREAD
    safe = np.maximum(np.nan_to_num(mean), 1e-9)
    return np.asarray(-safe / (c - 1.0 + a * safe) * np.log(c + a * safe))

"""The course of the year in days: what came next a year ago."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.features.season_profile import PRIOR_SERIES
from forecasting.series.history import History
from intake.periods import periods_a_year

Array = npt.NDArray[np.float64]

BEFORE: Final = 14  # days before the origin that the days after it are compared with
AROUND: Final = 3  # days on each side of a day that share its season: whole weeks, so no weekday counts twice
TRUST: Final = 0.75  # power of the ratio: no year is quite like the one before


def year_profile(history: History, origin: int, horizon: int) -> Array:
    """Season index of each of the `horizon` days after `origin`; 1 where a year ago is not known.

    Mean demand of all series in the week around the day a year before, over that of the fortnight up to the
    origin a year before, to the power of .75, and shrunk towards 1 by n / (n + 4) for n series observed then.
    """
    end = origin - periods_a_year(history.freq) + 1
    start = end - BEFORE
    if start < 0:
        return np.ones(horizon)
    demand = history.demand[:, start : origin + 1]
    seen = ~np.isnan(demand)
    sold, days = np.where(seen, demand, 0.0).sum(axis=0), seen.sum(axis=0).astype(np.float64)
    before = _mean(sold[:BEFORE].sum(), days[:BEFORE].sum())
    series = float(seen[:, :BEFORE].any(axis=1).sum())
    ratio = np.ones(horizon)
    for step in range(horizon):
        week = slice(BEFORE + step - AROUND, BEFORE + step + AROUND + 1)
        after = _mean(sold[week].sum(), days[week].sum())
        ratio[step] = after / before if before > 0 and after > 0 else 1.0
    return np.asarray(1.0 + series / (series + PRIOR_SERIES) * (ratio**TRUST - 1.0))


def _mean(total: float, count: float) -> float:
    return total / count if count > 0 else 0.0

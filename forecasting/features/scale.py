"""The size of a series: what its demand is divided by, so that one model serves slow and fast movers."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.features.look_alikes import LENT_PERIODS, lent_mean
from forecasting.features.rows import Rows
from forecasting.series.history import Array, History
from forecasting.series.size_groups import LEAST

GROUP_PERIODS: Final = 10.0  # what a group sells counts like so many periods of a series' own
USUAL_PERIODS: Final = 1.0  # what the median series sells, where no attribute tells sizes


def series_scale(history: History, rows: Rows, window: int) -> Array:
    """Demand of a usual period of each row's series, known at its origin; units of sales, above 0.

    s = (n m + k g) / (n + k), with m the mean of the n periods observed of the newest `window`, and g the
    mean of the look-alikes of the series, else of the others of its group (`SizeGroups`), which count like k
    periods. A credibility weighting: Buhlmann & Gisler (2005), A Course in Credibility Theory, chapter 3.
    """
    end = rows.origin + 1
    mean = np.nan_to_num(history.mean_between(rows.series, end - window, end))
    seen = history.seen_between(rows.series, end - window, end)
    groups = history.size_groups(window)
    others = groups.mean_of_others(rows.series, rows.origin, mean, (seen > 0).astype(np.float64))
    like = lent_mean(history, rows, window)
    prior = np.where(np.isnan(like), others, like)
    periods = np.where(groups.tells(rows.origin), GROUP_PERIODS, USUAL_PERIODS)
    periods = np.where(np.isnan(like), periods, LENT_PERIODS)
    scale = (seen * mean + periods * prior) / (seen + periods)
    return np.asarray(np.maximum(scale, LEAST * groups.usual[rows.origin]))

"""The season that all series share."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.series.history import History, Index

Array = npt.NDArray[np.float64]

PRIOR_SERIES: Final = 4.0  # a profile of this many series is trusted by half
NEIGHBOURS: Final = ((-1, 0.5), (0, 1.0), (1, 0.5))  # weeks beside a week share its season


def season_profile(history: History, origin: Index, ago: Index) -> Array:
    """Season index of the period `ago` (the newest same season known at `origin`); 1 where nothing is known.

    For each period: demand of all series over their mean of the season up to that period, pooled. The index
    is this ratio, averaged with the one a season earlier where there is one, over the mean ratio of the
    season up to the origin, and shrunk towards 1 by n / (n + 4) for n series. It uses nothing after the
    origin.
    """
    ratio, series = history.pooled_ratio
    seasons = [
        _smoothed(ratio, ago - back, origin, history.season_length) for back in (0, history.season_length)
    ]
    both = np.stack(seasons)
    known = ~np.isnan(both)
    raw = np.where(known.any(axis=0), np.nansum(both, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
    usual = _trailing_mean(ratio, history.season_length)[origin]
    index = np.where((raw > 0) & (usual > 0), raw / np.where(usual > 0, usual, 1.0), 1.0)
    trusted = series[np.maximum(ago, 0)]
    return np.asarray(1.0 + trusted / (trusted + PRIOR_SERIES) * (index - 1.0))


def _smoothed(ratio: Array, period: Index, origin: Index, season_length: int) -> Array:
    total = np.zeros(len(period))
    weight = np.zeros(len(period))
    for step, share in NEIGHBOURS if season_length > 12 else ((0, 1.0),):
        at = period + step
        value = np.where((at >= 0) & (at <= origin), ratio[np.clip(at, 0, len(ratio) - 1)], np.nan)
        known = ~np.isnan(value)
        total += np.where(known, share * np.nan_to_num(value), 0.0)
        weight += np.where(known, share, 0.0)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def _trailing_mean(ratio: Array, window: int) -> Array:
    known = ~np.isnan(ratio)
    totals = np.concatenate([[0.0], np.cumsum(np.where(known, ratio, 0.0))])
    counts = np.concatenate([[0.0], np.cumsum(known)])
    end = np.arange(1, len(ratio) + 1)
    start = np.maximum(end - window, 0)
    seen = counts[end] - counts[start]
    return np.where(seen > 0, (totals[end] - totals[start]) / np.maximum(seen, 1.0), np.nan)

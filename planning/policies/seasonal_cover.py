"""The rule of thumb that a better one must beat: a seasonal moving average, and stock for some periods."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.periods import following, periods_a_year, unit_of
from planning.inventory_simulator import Quantities


def seasonal_moving_average(demand: Quantities, ds: pd.DatetimeIndex, freq: str, horizon: int) -> Quantities:
    """Forecast (series x horizon) of the periods after the last of `ds`.

    demand: series x period, NaN where not known. The mean of the last quarter of a year without its season,
    times the season: by week of the year (day of the week, month, quarter), the mean of the mean demand of
    all series, over the mean of these means; 1 where a week has not been seen. It is the public benchmark of
    the VN2 inventory planning challenge.
    """
    recent = max(periods_a_year(freq) // 4, 1)
    phase = _phase(ds, freq)
    spoken = (~np.isnan(demand)).sum(axis=0) > 0
    by_phase = pd.Series(_mean_known(demand, axis=0)).where(spoken).groupby(phase).mean()
    season = by_phase / by_phase.mean()
    now = season.reindex(phase).fillna(1.0).to_numpy(dtype=np.float64)
    usual = _mean_known((demand / np.where(now > 0, now, 1.0))[:, -recent:], axis=1)
    ahead = season.reindex(_phase(following(ds[-1], horizon, freq), freq)).fillna(1.0)
    return np.asarray(usual[:, None] * ahead.to_numpy(dtype=np.float64))


def order_for_cover(forecast: Quantities, on_hand: Quantities, receipts: Quantities) -> Quantities:
    """Order up to the forecast of all its periods, less what is on hand and on order, in whole units."""
    wanted = forecast.sum(axis=1) - on_hand - receipts.sum(axis=1)
    return np.asarray(np.maximum(np.round(wanted), 0.0))


def _phase(ds: pd.DatetimeIndex, freq: str) -> npt.NDArray[np.int64]:
    unit = unit_of(freq)
    if unit == "W":
        return np.asarray(ds.isocalendar().week, dtype=np.int64)
    return np.asarray({"D": ds.dayofweek, "MS": ds.month, "QS": ds.quarter}[unit], dtype=np.int64)


def _mean_known(values: Quantities, axis: int) -> Quantities:
    """Mean of what is not NaN along `axis`; 0 where nothing is."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=axis) / np.maximum(known.sum(axis=axis), 1))

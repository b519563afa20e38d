"""Rolling-origin windows: every candidate refitted at each cutoff and judged on what followed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.rows import RowLimits, forecast_rows
from forecasting.judging import metrics
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import Candidate
from forecasting.recipes.regressions import single_threaded_sums
from forecasting.series.history import History
from forecasting.series.panel import Panel
from intake.errors import InputError
from intake.periods import period_number, shift

PREDICTION_COLUMNS: Final = ("recipe", "cutoff", "horizon", "unique_id", "ds", "y", "y_hat")
WORKERS: Final = (
    2  # windows fitted side by side; every fit is single-threaded, so figures do not depend on it
)


def rolling_cutoffs(
    earliest: pd.Timestamp, end: pd.Timestamp, horizon: int, windows: int, freq: str
) -> tuple[pd.Timestamp, ...]:
    """At most `windows` cutoffs from `earliest` on, in order, whose last window of `horizon` ends with `end`.

    They lie a horizon apart where there is room, closer (their windows overlap) where there is not.
    InputError if not one window fits.
    """
    room = int((period_number(end, freq) - period_number(earliest, freq))[0]) - horizon
    if room < 0 or windows < 1:
        raise InputError(
            f"no window of {horizon} periods fits between {earliest:%Y-%m-%d} and {end:%Y-%m-%d}; "
            "shorten the horizon or bring more history"
        )
    step = min(horizon, max(1, room // max(windows - 1, 1)))
    count = min(windows, room // step + 1)
    return tuple(shift(end, -horizon - step * back, freq) for back in reversed(range(count)))


def evaluate(
    panel: Panel,
    candidates: Sequence[Candidate],
    cutoffs: Sequence[pd.Timestamp],
    horizon: int,
    limits: RowLimits | None = None,
) -> pd.DataFrame:
    """Forecasts of every candidate from every cutoff, each fitted on what was known at that cutoff.

    Returns the columns recipe (the candidate's name), cutoff, horizon, unique_id, ds, y (demand; NaN where
    unknown), y_hat; one row per candidate, cutoff, series begun by then, and period ahead. Exogenous columns
    of the forecast periods count as known in advance. A series that begins after a cutoff has no part in it.
    """
    if not cutoffs:
        return pd.DataFrame({name: [] for name in PREDICTION_COLUMNS})
    history = History.of(panel, until=shift(max(cutoffs), horizon, panel.freq))
    task = partial(_from_cutoff, history, candidates, horizon, limits or RowLimits())
    with single_threaded_sums(), ThreadPoolExecutor(WORKERS) as workers:
        return pd.concat(workers.map(task, cutoffs), ignore_index=True)


def _from_cutoff(
    history: History,
    candidates: Sequence[Candidate],
    horizon: int,
    limits: RowLimits,
    cutoff: pd.Timestamp,
) -> pd.DataFrame:
    standing = Standing(history, history.position(cutoff), horizon, limits)
    rows = forecast_rows(history, standing.origin, horizon)
    fixed = {
        "cutoff": pd.Series(cutoff, index=range(len(rows))),
        "horizon": rows.horizon,
        "unique_id": np.array(history.unique_id, dtype=object)[rows.series],
        "ds": history.ds[rows.period],
        "y": history.demand[rows.series, rows.period],
    }
    frames = []
    for candidate in candidates:
        y_hat = candidate.expected(candidate.fit(standing, limits.seed), standing)
        frames.append(pd.DataFrame({"recipe": candidate.name, **fixed, "y_hat": y_hat}))
    joined: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return joined


def metrics_table(predictions: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Errors of each recipe over all its predictions, sorted as the recipes first appear.

    Columns recipe, mae, mse, rmse, wape, mase, rmsse, bias, rows (pairs with known y). MASE is the mean over
    series and cutoffs. RMSSE is weighted by the demand of the series up to the cutoff, as in the M5
    competition (Makridakis et al. 2022): proper for expected demand, in no unit, and deaf to series that
    hardly sell.
    """
    known = predictions.dropna(subset=["y", "y_hat"])
    scaled = _scaled_errors(predictions, panel)
    rows = []
    for recipe in predictions["recipe"].unique():
        y, y_hat = (known.loc[known["recipe"] == recipe, name].to_numpy(float) for name in ("y", "y_hat"))
        own = scaled[scaled["recipe"] == recipe]
        rows.append(
            {
                "recipe": recipe,
                "mae": metrics.mae(y, y_hat),
                "mse": metrics.mse(y, y_hat),
                "rmse": metrics.rmse(y, y_hat),
                "wape": metrics.wape(y, y_hat),
                "mase": float(own["mase"].mean()),
                "rmsse": _weighted_mean(own["rmsse"], own["volume"]),
                "bias": metrics.bias(y, y_hat),
                "rows": len(y),
            }
        )
    return pd.DataFrame(rows)


def _scaled_errors(predictions: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """MASE, RMSSE and past volume per recipe, cutoff and series; columns recipe, mase, rmsse, volume."""
    history = History.of(panel)
    number = {unique_id: place for place, unique_id in enumerate(history.unique_id)}
    tables = [pd.DataFrame({"recipe": [], "mase": [], "rmsse": [], "volume": []})]
    for (recipe, _), own in predictions.groupby(["recipe", "cutoff"], sort=False):
        y, y_hat = (
            own[name].to_numpy(np.float64).reshape(-1, own["horizon"].max()) for name in ("y", "y_hat")
        )
        begun = np.array([number[unique_id] for unique_id in own["unique_id"].unique()])
        past = history.demand[begun, : history.position(own["cutoff"].iloc[0]) + 1]
        errors = {
            "mase": metrics.mase(y, y_hat, past, panel.season_length),
            "rmsse": metrics.rmsse(y, y_hat, past, panel.season_length),
            "volume": np.nansum(past, axis=1),
        }
        tables.append(pd.DataFrame({"recipe": recipe, **errors}))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _weighted_mean(values: pd.Series[float], weights: pd.Series[float]) -> float:
    use = values.notna() & (weights > 0)
    return float(np.average(values[use], weights=weights[use])) if use.any() else float("nan")

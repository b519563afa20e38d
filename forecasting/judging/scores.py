"""From forecasts of the past to figures: errors of each recipe, overall and window by window."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.judging import metrics
from forecasting.series.history import Array, History
from forecasting.series.panel import Panel

SCALED_COLUMNS: Final = ("recipe", "cutoff", "unique_id", "mase", "rmsse", "volume")


def metrics_table(predictions: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Errors of each recipe over all its predictions, sorted as the recipes first appear.

    Columns recipe, mae, mse, rmse, wape, mase, rmsse, bias, rows (pairs with known y). MASE is the mean over
    series and cutoffs. RMSSE is weighted by the demand of the series up to the cutoff, as in the M5
    competition (Makridakis et al. 2022): proper for expected demand, in no unit, and deaf to series that
    hardly sell.
    """
    known = predictions.dropna(subset=["y", "y_hat"])
    scaled = scaled_errors(predictions, panel)
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


def window_losses(predictions: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """The loss of each recipe in each window: recipe, cutoff, until (its last period), rmsse, wape.

    RMSSE as in `metrics_table`, of one window; sorted by recipe as they first appear, then by cutoff.
    """
    scaled = scaled_errors(predictions, panel)
    rows = []
    for (recipe, cutoff), own in predictions.groupby(["recipe", "cutoff"], sort=False):
        of_window = scaled[(scaled["recipe"] == recipe) & (scaled["cutoff"] == cutoff)]
        rows.append(
            {
                "recipe": recipe,
                "cutoff": cutoff,
                "until": own["ds"].max(),
                "rmsse": _weighted_mean(of_window["rmsse"], of_window["volume"]),
                "wape": metrics.wape(own["y"].to_numpy(np.float64), own["y_hat"].to_numpy(np.float64)),
            }
        )
    return pd.DataFrame(rows, columns=["recipe", "cutoff", "until", "rmsse", "wape"])


def scaled_errors(predictions: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """SCALED_COLUMNS: MASE, RMSSE and past volume of each recipe, cutoff and series."""
    history = History.of(panel)
    number = {unique_id: place for place, unique_id in enumerate(history.unique_id)}
    known: dict[Any, tuple[Array, Array, Array]] = {}  # by cutoff: it is the same for all recipes
    tables = [pd.DataFrame({name: [] for name in SCALED_COLUMNS})]
    for (recipe, cutoff), own in predictions.groupby(["recipe", "cutoff"], sort=False):
        y, y_hat = (
            own[name].to_numpy(np.float64).reshape(-1, own["horizon"].max()) for name in ("y", "y_hat")
        )
        unique_id = own["unique_id"].unique()
        begun = np.array([number[name] for name in unique_id], dtype=np.int64)
        if cutoff not in known:
            past = history.demand[:, : history.position(own["cutoff"].iloc[0]) + 1]
            naive = (metrics.naive_error(past, panel.season_length, power) for power in (1, 2))
            known[cutoff] = (*naive, np.nansum(past, axis=1))
        absolute, squared, volume = (values[begun] for values in known[cutoff])
        tables.append(
            pd.DataFrame(
                {
                    "recipe": recipe,
                    "cutoff": cutoff,
                    "unique_id": unique_id,
                    "mase": metrics.scaled_error(y, y_hat, absolute, 1),
                    "rmsse": np.sqrt(metrics.scaled_error(y, y_hat, squared, 2)),
                    "volume": volume,
                }
            )
        )
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _weighted_mean(values: pd.Series[float], weights: pd.Series[float]) -> float:
    use = values.notna() & (weights > 0)
    return float(np.average(values[use], weights=weights[use])) if use.any() else float("nan")

"""Sums of losses, from which every measure of every group of forecasts follows by division.

One recipe's forecasts from one cutoff become a row per series and a row per horizon; rows add up over
windows, series and classes. That is a thousand times less to keep than every forecast with its paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.judging import metrics
from forecasting.judging.calibration import randomised_pit
from forecasting.paths.sample_quantiles import sample_quantiles
from forecasting.series.history import Array

PINBALL: Final = {"pinball_50": 0.5, "pinball_80": 0.8, "pinball_95": 0.95}
COVERAGE: Final = {"coverage_50": 0.5, "coverage_80": 0.8, "coverage_95": 0.95}
PIT: Final = tuple(f"pit_{number}" for number in range(10))
BLOCK_SERIES: Final = 2_000  # judged at a time: sorting paths takes several copies of them
MEASURES: Final = (
    *("mae", "mse", "rmse", "wape", "mase", "rmsse", "bias"),
    *(*PINBALL, "crps", *COVERAGE, "rows"),
)


def losses(
    y: Array, y_hat: Array, values: Array, past: Array, season_length: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums of losses by series and by horizon, of one recipe from one cutoff.

    y, y_hat: (series, horizon), NaN in y where unknown; values: (series, paths, horizon); past: (series,
    periods up to the cutoff), what MASE and RMSSE are scaled by. The columns are those that `measures` reads;
    by series they follow the order of y, by horizon they begin with `horizon`. Quantiles are values that
    occur in the paths; the probability of an outcome is drawn within ties (`calibration.randomised_pit`), so
    that coverage is right for counts as well.
    """
    blocks = [slice(start, start + BLOCK_SERIES) for start in range(0, max(len(y), 1), BLOCK_SERIES)]
    parts = [
        _of_block(y[block], y_hat[block], values[block], past[block], season_length, seed + block.start)
        for block in blocks
    ]
    by_horizon = pd.concat([other for _, other in parts]).groupby("horizon", as_index=False).sum()
    return pd.concat([one for one, _ in parts], ignore_index=True), by_horizon


def _of_block(
    y: Array, y_hat: Array, values: Array, past: Array, season_length: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    error = y_hat - y
    known = ~np.isnan(error)
    pit = randomised_pit(values, y, seed)
    each: dict[str, Array] = {
        "rows": known.astype(np.float64),
        "absolute": np.abs(error),
        "squared": error**2,
        "signed": error,
        "sold": np.abs(y),
        "crps": metrics.crps(y, values),
    }
    quantiles = sample_quantiles(values, tuple(PINBALL.values()))
    for (name, q), quantile in zip(PINBALL.items(), quantiles, strict=True):
        each[name] = metrics.pinball_losses(y, quantile, q)
    for name, share in COVERAGE.items():
        each[name] = (np.abs(pit - 0.5) <= share / 2).astype(np.float64)
    place = np.minimum(np.nan_to_num(pit) * len(PIT), len(PIT) - 1).astype(np.int64)
    each |= {name: (place == number).astype(np.float64) for number, name in enumerate(PIT)}
    sums = {name: np.where(known, values_of, 0.0) for name, values_of in each.items()}
    by_series = pd.DataFrame({name: values_of.sum(axis=1) for name, values_of in sums.items()})
    by_horizon = pd.DataFrame({name: values_of.sum(axis=0) for name, values_of in sums.items()})
    by_horizon.insert(0, "horizon", np.arange(1, y.shape[1] + 1))
    volume = np.nansum(past, axis=1)
    naive = {power: metrics.naive_error(past, season_length, power) for power in (1, 2)}
    mase, rmsse = (np.abs(error) ** power / scale[:, None] for power, scale in naive.items())
    alone = [metrics.scaled_error(y, y_hat, scale, power)[:, None] for power, scale in naive.items()]
    return (
        by_series.assign(**_scaled_sums(alone[0], np.sqrt(alone[1]), volume, axis=1)),
        by_horizon.assign(**_scaled_sums(mase, np.sqrt(rmsse), volume, axis=0)),
    )


def _scaled_sums(mase: Array, rmsse: Array, volume: Array, axis: int) -> Mapping[str, Array]:
    """Sums and weights of scaled errors (series, cases); RMSSE counts by the past volume of the series."""
    weight = np.where(np.isnan(rmsse), 0.0, volume[:, None])
    return {
        "mase_sum": np.nansum(mase, axis=axis),
        "mase_weight": (~np.isnan(mase)).sum(axis=axis).astype(np.float64),
        "rmsse_sum": (np.nan_to_num(rmsse) * weight).sum(axis=axis),
        "rmsse_weight": weight.sum(axis=axis),
    }


def measures(table: pd.DataFrame, by: Sequence[str], also: Sequence[str] = ()) -> pd.DataFrame:
    """`by` and MEASURES, one row per group of rows of `losses`, in the order in which groups first appear.

    `also` names further columns that are added up (money). A measure of nothing is NaN.
    """
    sums = table.groupby(list(by), sort=False, observed=True).sum(numeric_only=True).reset_index()
    rows = sums["rows"].where(sums["rows"] > 0)
    mse = sums["squared"] / rows
    columns: dict[str, Any] = {
        "mae": sums["absolute"] / rows,
        "mse": mse,
        "rmse": np.sqrt(mse),
        "wape": sums["absolute"] / sums["sold"].where(sums["sold"] > 0),
        "mase": sums["mase_sum"] / sums["mase_weight"].where(sums["mase_weight"] > 0),
        "rmsse": sums["rmsse_sum"] / sums["rmsse_weight"].where(sums["rmsse_weight"] > 0),
        "bias": sums["signed"] / rows,
        **{name: sums[name] / rows for name in (*PINBALL, "crps", *COVERAGE)},
        "rows": sums["rows"].astype(np.int64),
    }
    return sums[list(by)].assign(**columns).join(sums[list(also)])

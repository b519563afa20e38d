"""Measures of forecast error, on plain arrays; each formula lives here and nowhere else.

All of them take observed values `y` and forecasts `y_hat` of one shape, skip pairs in which either is
NaN, and return NaN where nothing is left to measure or the denominator is zero.

Sources: Hyndman & Koehler (2006), "Another look at measures of forecast accuracy", International Journal
of Forecasting 22 (MAE, MSE, RMSE, MASE); Kolassa & Schuetz (2007), Foresight 6 (WAPE); Makridakis,
Spiliotis & Assimakopoulos (2022), IJF 38 (RMSSE); Koenker & Bassett (1978), Econometrica 46 (pinball loss);
Gneiting & Raftery (2007), Journal of the American Statistical Association 102 (CRPS).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _error(y: Array, y_hat: Array) -> Array:
    difference = np.asarray(y_hat, dtype=np.float64) - np.asarray(y, dtype=np.float64)
    return np.asarray(difference[~np.isnan(difference)])


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else float("nan")


def mae(y: Array, y_hat: Array) -> float:
    """Mean absolute error, in the unit of y."""
    return _mean(np.abs(_error(y, y_hat)))


def mse(y: Array, y_hat: Array) -> float:
    """Mean squared error, in the square of the unit of y."""
    return _mean(_error(y, y_hat) ** 2)


def rmse(y: Array, y_hat: Array) -> float:
    """Root mean squared error, in the unit of y."""
    return float(np.sqrt(mse(y, y_hat)))


def bias(y: Array, y_hat: Array) -> float:
    """Mean of forecast minus observed, in the unit of y: positive means the forecasts are too high."""
    return _mean(_error(y, y_hat))


def wape(y: Array, y_hat: Array) -> float:
    """Weighted absolute percentage error: sum of absolute errors over sum of absolute y (1 is 100 %)."""
    both = ~(np.isnan(y) | np.isnan(y_hat))
    return _ratio(float(np.abs(_error(y, y_hat)).sum()), float(np.abs(y[both]).sum()))


def mase(y: Array, y_hat: Array, history: Array, season_length: int) -> Array:
    """Mean absolute error over that of the seasonal naive forecast within `history`, which ends before `y`.

    Along the last axis (periods, in order of time), so that one call measures one series or many; `history`
    is NaN where not observed. Where it is no longer than a season, the naive forecast is the last value
    (lag 1). Below 1 is better than naive.
    """
    return scaled_error(y, y_hat, naive_error(history, season_length, 1), 1)


def rmsse(y: Array, y_hat: Array, history: Array, season_length: int) -> Array:
    """Root mean squared scaled error: as `mase`, with squared errors and a square root."""
    return np.asarray(np.sqrt(scaled_error(y, y_hat, naive_error(history, season_length, 2), 2)))


def naive_error(history: Array, season_length: int, power: int) -> Array:
    """Mean power of the seasonal naive errors within `history`, along its last axis; NaN where that is 0."""
    lag = season_length if history.shape[-1] > season_length else 1
    naive = _mean_known(np.abs(history[..., lag:] - history[..., :-lag]) ** power)
    return np.where(naive > 0, naive, np.nan)


def scaled_error(y: Array, y_hat: Array, naive: Array, power: int) -> Array:
    """Mean power of the errors, along the last axis, over `naive`, the `naive_error` of the same power."""
    return np.asarray(_mean_known(np.abs(y_hat - y) ** power) / naive)


def _mean_known(values: Array) -> Array:
    """Mean along the last axis of what is not NaN; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def pinball_loss(y: Array, quantile_forecast: Array, q: float) -> float:
    """Mean pinball loss of a forecast f of the quantile q: q (y - f) above f, (1 - q) (f - y) below."""
    losses = pinball_losses(y, quantile_forecast, q)
    return _mean(losses[~np.isnan(losses)])


def pinball_losses(y: Array, quantile_forecast: Array, q: float) -> Array:
    """The pinball loss of every pair, in the unit of y; NaN where either is."""
    shortfall = np.asarray(y, dtype=np.float64) - np.asarray(quantile_forecast, dtype=np.float64)
    return np.asarray(np.maximum(q * shortfall, (q - 1) * shortfall))


def crps(y: Array, values: Array) -> Array:
    """Continuous ranked probability score of sample paths, one per observed value, in the unit of y.

    `y`: (series, ...), NaN where unknown, which stays NaN; `values`: the same with the paths as its second
    axis, as in `DemandPaths`. E|X - y| - E|X - X'| / 2 with X and X' drawn from the paths: 0 is perfect, of a
    single path it is the absolute error, and it is twice the mean pinball loss over all quantiles (Gneiting &
    Raftery 2007). With sorted x(1) <= ... <= x(n) that is 2/n^2 sum_i (x(i) - y) (n [y < x(i)] - i + 1/2)
    (Jordan, Krueger & Lerch 2019, Journal of Statistical Software 90), in O(n log n).
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=1)
    paths = ordered.shape[1]
    observed = np.expand_dims(np.asarray(y, dtype=np.float64), 1)
    rank = np.arange(1, paths + 1).reshape(1, -1, *[1] * (ordered.ndim - 2))
    terms = (ordered - observed) * (paths * (observed < ordered) - rank + 0.5)
    return np.asarray(2.0 / paths**2 * terms.sum(axis=1))

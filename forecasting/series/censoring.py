"""Sales are not demand: what a sold-out period would have sold."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import nbinom

Array = npt.NDArray[np.float64]

SMOOTHING: Final = 0.1  # of the running mean; the pace that serves weekly retail best as a plain forecast
FIRST_SPREAD: Final = (1.1, 0.34)
"""Variance 1.1 m + 0.34 m^2 of slow weekly retail, until a series, or a law of errors, has its own."""
LEAST_SPREAD: Final = 1.05  # variance over mean: a negative binomial must vary more than a Poisson


def expected_demand(sold: Array, mean: Array, variance: Array) -> Array:
    """E[D | D >= sold] for D negative binomial with the given mean and variance (raised to 1.05 mean at
    least).

    With size r = m^2 / (v - m), k P_r(D = k) = m P_{r+1}(D = k - 1), hence
    E[D | D >= s] = m P_{r+1}(D >= s - 1) / P_r(D >= s). Far in the tail, where both vanish, the law is
    geometric and the expected excess is (v - m) / m. Fractions of a unit sold are rounded up inside the law.
    """
    mean = np.maximum(mean, 1e-9)
    variance = np.maximum(variance, LEAST_SPREAD * mean)
    size = mean**2 / (variance - mean)
    p = mean / variance
    least = np.ceil(sold)
    reached = nbinom.sf(least - 1, size, p)
    in_reach = reached > 1e-100
    beyond = nbinom.sf(least - 2, size + 1, p) / np.where(in_reach, reached, 1.0)
    return np.maximum(sold, np.where(in_reach, mean * beyond, sold + variance / mean - 1.0))


def replace_sold_out(demand: Array, in_stock: Array, phases: int) -> Array:
    """Demand with sold-out periods replaced by their conditional mean, a new array of the same shape.

    `demand` and `in_stock` are (series, periods), NaN where unknown; a period with 0 < in_stock < 1 sold out.
    Mean and variance of a series are exponentially smoothed over its earlier periods of the same phase (7 for
    days of the week, 1 elsewhere), replaced ones included in the mean, so nothing depends on later periods
    and stockouts do not teach the forecast that demand is falling.
    """
    sold_out = (in_stock > 0) & (in_stock < 1) & ~np.isnan(demand)
    replaced = demand.copy()
    if not sold_out.any():
        return replaced
    series, periods = demand.shape
    mean = np.full((series, phases), np.nan)
    variance = np.full((series, phases), np.nan)
    for period in range(periods):
        phase = period % phases
        before, spread = mean[:, phase], variance[:, phase]
        known = np.where(np.isnan(before), demand[:, period], before)
        typical = np.where(np.isnan(spread), FIRST_SPREAD[0] * known + FIRST_SPREAD[1] * known**2, spread)
        censored = sold_out[:, period]
        if censored.any():
            replaced[censored, period] = expected_demand(
                demand[censored, period], known[censored], typical[censored]
            )
        seen = ~np.isnan(demand[:, period])
        step = replaced[:, period] - known
        mean[seen, phase] = (known + SMOOTHING * step)[seen]
        honest = seen & ~censored & ~np.isnan(before)
        variance[honest, phase] = (typical + SMOOTHING * (step**2 - typical))[honest]
    return replaced

"""Quantiles of the law of one period for many forecasts at once, read off tables over a grid of means."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammaincinv, gammaln, ndtr, ndtri
from scipy.stats import nbinom

from forecasting.paths.marginal_law import LARGE, Spread, binomial_shape
from forecasting.paths.recalibration import GRID, curves_at, recalibrated

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

HIGHEST: Final = 1.0 - 1e-6  # probability beyond which a law is not trusted
COUNT_STEP: Final = 0.01  # between the logarithms of means in the table of counts: a forecast is met to 1/2 %
EVERY_COUNT: Final = 1_000  # beyond it the table has every so many counts
FAR_COUNTS: Final = 200
REAL_STEP: Final = 0.02
MARGIN: Final = 0.4  # by how much recalibration may shift the logarithm of a mean
SMALLEST: Final = 2.0**-20
BLOCK_ROWS: Final = 1_024
SCORES: Final = np.linspace(-5.0, 5.0, 161)


def replace_by_quantiles(
    probability: Array,
    own: Index,
    y_hat: Array,
    ahead: int,
    spread: Spread,
    curves: Array,
    whole: bool,
) -> None:
    """Replace `probability` (series, paths), in the rows `own`, by quantiles of demand `ahead` periods ahead.

    The law has the mean `y_hat`, whatever recalibration did to it: 0 where that is not above zero.
    """
    expected = y_hat[own]
    probability[own[~(expected > 0)]] = 0.0
    rows = own[expected > 0]
    mean = np.maximum(y_hat[rows], SMALLEST)
    octave = np.floor(np.log2(mean)).astype(np.int64)
    for power in np.unique(octave):
        counted = whole and 2.0**power < LARGE
        low = 2.0**power
        members = np.flatnonzero(octave == power)
        asked = mean[members].min(), mean[members].max()
        table = (
            _Counts(low, ahead, spread, curves)
            if counted
            else _Amounts(low, asked, ahead, spread, curves, whole)
        )
        for start in range(0, len(members), BLOCK_ROWS):
            some = members[start : start + BLOCK_ROWS]
            probability[rows[some]] = table.quantiles(probability[rows[some]], mean[some])


def _grid(low: float, step: float) -> Array:
    """Means from below `low` to above twice that, evenly spaced in their logarithms."""
    return np.asarray(np.exp(np.arange(np.log(low) - MARGIN, np.log(2.0 * low) + MARGIN + step, step)))


class _Counts:
    """Recalibrated negative binomial laws: P(Y <= n) by row of the grid, n = 0, 1, ..."""

    def __init__(self, low: float, ahead: int, spread: Spread, curves: Array) -> None:
        grid = _grid(low, COUNT_STEP)
        r, p = binomial_shape(grid, spread.variance(grid, ahead))
        most = float(nbinom.ppf(HIGHEST, r[[0, -1]], p[[0, -1]]).max()) + 1.0
        n = np.arange(min(most, EVERY_COUNT) + 1.0)
        logarithm = gammaln(n + r[:, None]) - gammaln(r)[:, None] - gammaln(n + 1.0)
        logarithm += (r * np.log(p))[:, None] + n * np.log1p(-p)[:, None]
        upto = np.cumsum(np.exp(logarithm), axis=1)
        if most > EVERY_COUNT:
            far = np.ceil(np.geomspace(EVERY_COUNT * 1.01, most * 1.01, FAR_COUNTS))
            upto = np.concatenate([upto, betainc(r[:, None], far + 1.0, p[:, None])], axis=1)
            n = np.concatenate([n, far])
        upto = recalibrated(np.maximum.accumulate(upto, axis=1), grid, curves)
        upto[:, -1] = 1.0
        self.mean = np.maximum.accumulate((1.0 - upto[:, :-1]) @ np.diff(n))
        # Rows one after the other, each 2 higher than the one before: one sorted array to search.
        self.steps = (upto + 2.0 * np.arange(len(grid))[:, None]).reshape(-1)
        self.counts = n

    def quantiles(self, probability: Array, mean: Array) -> Array:
        row = _nearest(self.mean, mean)[:, None]
        place = np.searchsorted(self.steps, probability + 2.0 * row) - row * len(self.counts)
        return np.asarray(self.counts[place])


class _Amounts:
    """Recalibrated gamma laws, with a chance of no sale: demand by row of the grid at each of SCORES."""

    def __init__(
        self, low: float, asked: tuple[float, float], ahead: int, spread: Spread, curves: Array, whole: bool
    ) -> None:
        grid = _grid(low, REAL_STEP)
        least, most = np.searchsorted(grid, (asked[0] * np.exp(-MARGIN), asked[1] * np.exp(MARGIN)))
        grid = grid[max(least - 1, 0) : most + 1]
        wanted = ndtr(SCORES)
        own = curves_at(grid, curves) + 1e-12 * np.arange(len(GRID))
        plain = np.stack([np.interp(wanted, curve, GRID) for curve in own])
        silence = spread.silence(grid)[:, None]
        self.silence = recalibrated(silence[:, 0], grid, curves)
        selling = grid[:, None] / (1.0 - silence)
        variance = spread.variance(selling, ahead)
        of_sale = np.clip((plain - silence) / (1.0 - silence), 0.0, HIGHEST)
        self.demand = gammaincinv(selling**2 / variance, of_sale) * variance / selling
        share = np.diff(wanted)
        middle = (self.demand[:, 1:] + self.demand[:, :-1]) / 2
        self.mean = np.maximum.accumulate(middle @ share / share.sum())
        self.whole = whole

    def quantiles(self, probability: Array, mean: Array) -> Array:
        row = _nearest(self.mean, mean)
        score = ndtri(np.clip(probability, ndtr(SCORES[0]), ndtr(SCORES[-1])))
        position = (score - SCORES[0]) / (SCORES[1] - SCORES[0])
        left = np.minimum(position.astype(np.int64), len(SCORES) - 2)
        low, high = self.demand[row[:, None], left], self.demand[row[:, None], left + 1]
        values = (low + (position - left) * (high - low)) * (mean / self.mean[row])[:, None]
        values = np.where(probability > self.silence[row][:, None], values, 0.0)
        return np.asarray(np.floor(values + 0.5) if self.whole else values)


def _nearest(grid: Array, wanted: Array) -> Index:
    """Position in the increasing `grid` of what is nearest to each of `wanted`."""
    above = np.clip(np.searchsorted(grid, wanted), 1, len(grid) - 1)
    return np.asarray(above - (wanted - grid[above - 1] < grid[above] - wanted))

"""The law of one period's demand around its forecast: its variance, its probabilities and its quantiles.

Demand in whole units with mean m and variance v = c m + (a + g (h - 1)) m^2, h periods ahead, is negative
binomial; gamma in whole units where m is large, which takes any variance. Real units are gamma, beside a
chance exp(-m / s) of no sale at all, s being the mean size of one sale (none in a Poisson number of sales).
Sources: Hilbe (2011), Negative Binomial Regression, 2nd ed. (variance linear and quadratic in the mean);
Jorgensen (1997), The Theory of Dispersion Models (no sale in a Poisson number of gamma sales).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar
from scipy.special import betainc, gammainc, gammaln

from forecasting.series.censoring import FIRST_SPREAD

Array = npt.NDArray[np.float64]

LARGE: Final = 128.0  # whole units on average from which gamma and negative binomial are alike
LEAST_ERRORS: Final = 10
MOST_ERRORS: Final = 5_000  # more of them tell three numbers no better
PRIOR_WIDTH: Final = math.log(100.0)
_LEAST_VARIANCE: Final = 1.0001  # of a negative binomial law, over its mean: all but Poisson


@dataclass(frozen=True)
class Spread:
    """`linear` c, `quadratic` a and `growth` g of the variance; `sale`: s, 0 where there is always a sale."""

    linear: float
    quadratic: float
    growth: float = 0.0
    sale: float = 0.0

    def variance(self, mean: Array, ahead: Array | int) -> Array:
        """Variance of demand with this `mean`, `ahead` periods ahead (the next period: 1)."""
        return np.asarray(self.linear * mean + (self.quadratic + self.growth * (ahead - 1)) * mean**2)

    def silence(self, mean: Array) -> Array:
        """Chance that nothing is sold of what is sold in real units."""
        return np.asarray(np.exp(-mean / self.sale) if self.sale > 0 else np.zeros_like(mean))


DEFAULT_SPREAD: Final = Spread(*FIRST_SPREAD)
"""Slow weekly retail; the law until there are errors of one's own."""


def fit_spread(y: Array, mean: Array, ahead: Array, weight: Array, *, whole: bool) -> Spread:
    """The spread under which the demands `y` were likeliest, given their forecasts (one axis, all known).

    Maximum likelihood; a weak normal prior on the logarithms of the numbers, around DEFAULT_SPREAD and as
    wide as two orders of magnitude, keeps few errors from saying something extreme.
    """
    if len(y) < LEAST_ERRORS:
        return DEFAULT_SPREAD
    if len(y) > MOST_ERRORS:
        kept = np.sort(np.random.default_rng(len(y)).permutation(len(y))[:MOST_ERRORS])
        y, mean, ahead, weight = y[kept], mean[kept], ahead[kept], weight[kept]
    sale = 0.0 if whole else _fit_sale(y, mean, weight)
    furthest = max(float(ahead.max()) - 1.0, 1.0)
    selling = np.full(len(y), whole) | (y > 0)
    if not selling.any():
        return replace(DEFAULT_SPREAD, sale=sale)
    y, ahead, weight = y[selling], ahead[selling], weight[selling] / weight[selling].mean()
    mean = _given_a_sale(mean[selling], sale)
    start = np.log([DEFAULT_SPREAD.linear, DEFAULT_SPREAD.quadratic, DEFAULT_SPREAD.quadratic / 4])

    def spread(logarithms: Array) -> Spread:
        c, a, g = np.exp(np.clip(logarithms, -20.0, 20.0))
        return Spread(float(c), float(a), float(g / furthest), sale)

    def loss(logarithms: Array) -> float:
        likely = _log_likelihood(y, mean, spread(logarithms).variance(mean, ahead), whole=whole)
        return float(((logarithms - start) ** 2).sum() / (2 * PRIOR_WIDTH**2) - (weight * likely).sum())

    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 400, "xatol": 0.02, "fatol": 0.1})
    return spread(found.x)


def _fit_sale(y: Array, mean: Array, weight: Array) -> float:
    """Likeliest s, given which demands were zero, near the forecasts by a weak prior; 0 where none was."""
    none = y <= 0
    if not none.any():
        return 0.0

    def loss(logarithm: float) -> float:
        silence = np.clip(np.exp(-mean / np.exp(logarithm)), 1e-12, 1.0 - 1e-12)
        likely = float((weight * np.where(none, np.log(silence), np.log1p(-silence))).sum())
        return (logarithm - middle) ** 2 / (2 * PRIOR_WIDTH**2) - likely

    middle = float(np.log(mean.mean()))
    return float(np.exp(minimize_scalar(loss, bounds=(middle - 8, middle + 8), method="bounded").x))


def _given_a_sale(mean: Array, sale: float) -> Array:
    """Mean demand where there is any: never below the size of a sale."""
    return np.asarray(mean / -np.expm1(-mean / sale) if sale > 0 else mean)


def binomial_shape(mean: Array, variance: Array) -> tuple[Array, Array]:
    """r and p of the negative binomial law P(n) = C(n + r - 1, n) p^r (1 - p)^n; Poisson at the least."""
    shape = mean**2 / np.maximum(variance - mean, (_LEAST_VARIANCE - 1.0) * mean)
    return shape, shape / (shape + mean)


def _log_likelihood(y: Array, mean: Array, variance: Array, *, whole: bool) -> Array:
    counted = whole & (mean < LARGE)
    likely = np.empty(len(y))
    r, p = binomial_shape(mean[counted], variance[counted])
    n = y[counted]
    likely[counted] = gammaln(n + r) - gammaln(r) - gammaln(n + 1.0) + r * np.log(p) + n * np.log1p(-p)
    scale = variance[~counted] / mean[~counted]
    shape = mean[~counted] / scale
    # A whole number of zero stands for what is below a half; real demand near zero is as likely as a little.
    sold = np.maximum(y[~counted], 0.5 if whole else 1e-3 * mean[~counted]) / scale
    likely[~counted] = (shape - 1.0) * np.log(sold) - sold - gammaln(shape) - np.log(scale)
    return likely


def probabilities(y: Array, mean: Array, ahead: Array, spread: Spread, *, whole: bool) -> tuple[Array, Array]:
    """P(Y < y) and P(Y <= y) for demands `y` with forecasts `mean`, all above zero."""
    if not whole:
        silence = spread.silence(mean)
        selling = _given_a_sale(mean, spread.sale)
        variance = spread.variance(selling, ahead)
        upto = silence + (1.0 - silence) * gammainc(selling**2 / variance, y * selling / variance)
        return np.where(y > 0, upto, 0.0), upto
    variance = spread.variance(mean, ahead)
    r, p = binomial_shape(mean, variance)
    units = np.round(y)
    shape, rate = mean**2 / variance, mean / variance
    small = mean < LARGE
    upto = np.where(small, betainc(r, units + 1.0, p), gammainc(shape, (units + 0.5) * rate))
    below = np.where(
        small, betainc(r, np.maximum(units, 1.0), p), gammainc(shape, np.maximum(units - 0.5, 0) * rate)
    )
    return np.where(units > 0, below, 0.0), upto

"""How errors go together: over the periods of one series, and across series in the same period.

A Gaussian copula. The score of a series in a period is standard normal; the correlation of two periods k
apart is `lasting` + `fading` * `decay`^k. A share of every score comes from a factor that all series have in
common, with such a course of its own. What is known of the score Z of an outcome Y that was a count is
E[Z | Y]; the covariance of two such expected scores is, to first order, the correlation of the scores times
the variances of both, which undoes what rounding to units takes off.
Sources: Sklar (1959), Publ. Inst. Statist. Univ. Paris 8 (copula); Song (2000), Scandinavian Journal of
Statistics 27 (Gaussian copula of counts); Kish & Lansing (1954) for the variance component of a cluster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.special import ndtri

from forecasting.paths.recalibration import size_class

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]

DECAYS: Final = (0.3, 0.5, 0.7, 0.85, 0.95)
MOST: Final = 0.98  # correlation of neighbouring periods
PRIOR_PAIRS: Final = 50.0  # pairs of periods that speak for independence from the start
PRIOR_WINDOWS: Final = 3.0  # windows that speak against a common factor
_EDGE: Final = 1e-9


@dataclass(frozen=True)
class Course:
    """Correlation k periods apart: `lasting` + `fading` * `decay`^k; 1 at k = 0."""

    lasting: float = 0.0
    fading: float = 0.0
    decay: float = 0.5

    def correlation(self, lag: Array) -> Array:
        """Correlation of scores `lag` periods apart."""
        return np.asarray(np.where(lag > 0, self.lasting + self.fading * self.decay**lag, 1.0))

    def scores(self, generator: np.random.Generator, paths: int, horizon: int) -> Scores:
        """Standard normal scores of this course, shape (paths, horizon); their order is what counts."""
        alone = generator.standard_normal((paths, horizon), dtype=np.float32)
        if self.lasting + self.fading <= 0:
            return alone
        always = generator.standard_normal((paths, 1), dtype=np.float32)
        moving = generator.standard_normal((paths, horizon), dtype=np.float32)
        for period in range(1, horizon):
            moving[:, period] *= math.sqrt(1.0 - self.decay**2)
            moving[:, period] += self.decay * moving[:, period - 1]
        rest = math.sqrt(1.0 - self.lasting - self.fading)
        return np.asarray(
            math.sqrt(self.lasting) * always + math.sqrt(self.fading) * moving + rest * alone, np.float32
        )


ALONE: Final = Course()


@dataclass(frozen=True)
class Dependence:
    """`shared` is the part of the variance of every score that all series have in common."""

    own: Course = ALONE
    common: Course = ALONE
    shared: float = 0.0


INDEPENDENT: Final = Dependence()


def expected_scores(below: Array, upto: Array) -> Array:
    """E[Z | Y = y] for Z standard normal, given P(Y < y) and P(Y <= y)."""
    low, high = (ndtri(np.clip(share, _EDGE, 1.0 - _EDGE)) for share in (below, upto))
    width = upto - below
    density = (np.exp(-(low**2) / 2) - np.exp(-(high**2) / 2)) / np.sqrt(2.0 * np.pi)
    narrow = width < 1e-6
    return np.asarray(np.where(narrow, (low + high) / 2, density / np.where(narrow, 1.0, width)))


def learn_dependence(
    score: Array, known: npt.NDArray[np.bool_], size: Array, window: Index, weight: Array
) -> Dependence:
    """Dependence from the expected scores of past forecasts, shape (rows, horizon), where `known`.

    A row is a series in a backtest `window`; `size` is its forecast, `weight` that of its window.
    """
    horizon = score.shape[1]
    score = np.where(known, score, 0.0)
    told = np.where(known, _variance_told(score, known, size, weight), 0.0)
    heavy = np.sqrt(weight)[:, None]
    count = int(window.max(initial=0)) + 1
    sums, told_sums = (_by_window(values * heavy, window, count) for values in (score, told))
    lags = np.arange(horizon)
    within, within_told = (_products(values * heavy, lags) for values in (score, told))
    across = _products(sums, lags) - within
    across_told = _products(told_sums, lags) - within_told
    windows = float(weight[np.unique(window, return_index=True)[1]].sum()) if len(window) else 0.0
    shared, common = 0.0, ALONE
    if across_told[0] > 0 and windows > 1:
        trust = (windows - 1.0) / (windows - 1.0 + PRIOR_WINDOWS)
        shared = float(np.clip(across[0] / across_told[0], 0.0, 0.9)) * trust
        if shared > 0:
            common = _course(across * trust / shared, across_told, lags)
    left = (
        within - shared * np.where(lags > 0, common.correlation(lags.astype(np.float64)), 1.0) * within_told
    )
    return Dependence(_course(left / (1.0 - shared), within_told, lags), common, shared)


def _variance_told(score: Array, known: npt.NDArray[np.bool_], size: Array, weight: Array) -> Array:
    """Variance of expected scores by class of size: 1 for large counts, little where most weeks sell none."""
    classes = size_class(size)
    heavy = np.broadcast_to(weight[:, None], score.shape)[known]
    number = int(classes.max(initial=0)) + 1
    total = np.bincount(classes[known], heavy * score[known] ** 2, minlength=number)
    count = np.bincount(classes[known], heavy, minlength=number)
    return np.asarray(np.minimum(total / np.maximum(count, _EDGE), 1.0)[classes])


def _by_window(values: Array, window: Index, count: int) -> Array:
    columns = [np.bincount(window, values[:, step], minlength=count) for step in range(values.shape[1])]
    return np.stack(columns, axis=1)


def _products(values: Array, lags: Index) -> Array:
    """Sum of products of values each of `lags` periods apart."""
    horizon = values.shape[1]
    return np.array([float((values[:, : horizon - lag] * values[:, lag:]).sum()) for lag in lags])


def _course(covariance: Array, told: Array, lags: Index) -> Course:
    """Least squares fit of a course to covariances over what they were told by, lag 0 left out."""
    pairs = told[1:]
    if len(pairs) == 0 or pairs.sum() <= 0:
        return ALONE
    heavy = np.sqrt(np.maximum(pairs, 0.0))
    wanted = np.where(heavy > 0, covariance[1:] / np.maximum(heavy, _EDGE), 0.0)
    fits = []
    for decay in DECAYS:
        terms = np.stack([np.ones(len(pairs)), decay ** lags[1:]], axis=1) * heavy[:, None]
        (lasting, fading), misfit = nnls(terms, wanted)
        fits.append((misfit, lasting, fading, decay))
    _, lasting, fading, decay = min(fits)
    trust = float(pairs.sum() / (pairs.sum() + PRIOR_PAIRS)) * min(1.0, MOST / max(lasting + fading, _EDGE))
    return Course(float(lasting) * trust, float(fading) * trust, decay)

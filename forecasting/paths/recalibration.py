"""What a law of demand gets wrong, size by size, learned from where past outcomes fell in it.

The share of outcomes up to the law's quantile u is a distribution function G(u): the identity where the law
is right. G of the law is then right by construction. It is estimated in classes of the forecast's size,
drawn towards that of all sizes together, and that towards the identity, as the posterior mean of a Dirichlet
process with `PRIOR` pseudo-observations.
Sources: Gneiting & Ranjan (2013), Electronic Journal of Statistics 7 (recalibration by the distribution of
the probability integral transform); Czado, Gneiting & Held (2009), Biometrics 65 (its non-randomised form
for counts); Ferguson (1973), Annals of Statistics 1 (Dirichlet process); Kish (1965), Survey Sampling (how
many independent observations clustered ones are worth).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

GRID: Final = np.linspace(0.0, 1.0, 21)
PRIOR: Final = 15.0
LOWEST, HIGHEST = -3, 20  # powers of two between which sizes are told apart
LEAST_CASES: Final = 20
IDENTITY: Final = np.tile(GRID, (HIGHEST - LOWEST + 1, 1))


def size_class(size: Array) -> Index:
    """Number k of the class of forecasts from 2^(k - 4) up to 2^(k - 3); the first and the last are open."""
    exponent = np.floor(np.log2(np.maximum(size, 2.0**-30)))
    return np.asarray(np.clip(exponent - LOWEST + 1, 0, HIGHEST - LOWEST), dtype=np.int64)


def learn_curves(below: Array, upto: Array, size: Array, window: Index, weight: Array) -> Array:
    """G at the points of GRID, shape (classes, points), from P(Y < y) and P(Y <= y) of past outcomes y.

    `size`: their forecasts; `window`: number of the backtest window that they belong to, and err together in.
    """
    everything = np.ones(len(size), dtype=np.bool_)
    pooled = _drawn_to(GRID, below, upto, window, weight, everything)
    classes = size_class(size)
    rows = []
    for number in range(len(IDENTITY)):
        own = classes == number
        enough = int(own.sum()) >= LEAST_CASES
        rows.append(_drawn_to(pooled, below, upto, window, weight, own) if enough else pooled)
    return np.stack(rows)


def _drawn_to(
    prior: Array, below: Array, upto: Array, window: Index, weight: Array, own: npt.NDArray[np.bool_]
) -> Array:
    below, upto, window, weight = below[own], upto[own], window[own], weight[own]
    if len(weight) < LEAST_CASES:
        return prior
    width = np.maximum(upto - below, 1e-9)
    # Not a product of vectors, whose rounding depends on how many threads share it.
    shares = [(weight * np.clip((point - below) / width, 0.0, 1.0)).sum() for point in GRID]
    share = np.asarray(shares) / weight.sum()
    share[-1] = 1.0
    count = _worth(ndtri(np.clip((below + upto) / 2, 1e-4, 1 - 1e-4)), window, weight)
    return np.asarray((count * share + PRIOR * prior) / (count + PRIOR))


def _worth(score: Array, window: Index, weight: Array) -> float:
    """Number of independent observations that would tell as much as these, which err together by window."""
    count = float(weight.sum() ** 2 / (weight**2).sum())
    windows = len(np.unique(window))
    centred = score - (np.average(score, weights=weight) if windows > 1 else 0.0)
    together = np.bincount(window, weight * centred)
    alone = float(((weight * centred) ** 2).sum())
    effect = float((together**2).sum()) / max(alone, 1e-12) * windows / max(windows - 1, 1)
    return count / max(effect, 1.0)


def recalibrated(probability: Array, size: Array, curves: Array) -> Array:
    """G(probability), `size` being the forecasts; between the middles of classes their curves are mixed.

    `probability` has shape (rows,) or (rows, points), `size` (rows,).
    """
    own = curves_at(size, curves)
    position = np.clip(probability, 0.0, 1.0) * (len(GRID) - 1)
    left = np.minimum(position.astype(np.int64), len(GRID) - 2)
    row = np.arange(len(size)).reshape((-1,) + (1,) * (probability.ndim - 1))
    low, high = own[row, left], own[row, left + 1]
    return np.asarray(low + (position - left) * (high - low))


def curves_at(size: Array, curves: Array) -> Array:
    """G at the points of GRID for each forecast, shape (rows, points)."""
    middle = np.log2(np.maximum(size, 2.0**-30)) - LOWEST + 0.5
    position = np.clip(middle, 0.0, len(curves) - 1.0)
    left = np.minimum(position.astype(np.int64), len(curves) - 2)
    share = (position - left)[:, None]
    return np.asarray((1.0 - share) * curves[left] + share * curves[left + 1])

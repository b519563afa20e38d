"""How forecasts err: whole out-of-sample error paths, kept as probabilities and replayed.

A forecast m and a spread law v(m) = c m + a m^2 give every period a gamma law (rounded to whole units where
sales are). What was then observed has a probability under that law; the probabilities of one series over one
rolling-origin window are a residual path. Replaying whole paths keeps what is right about them: their shape
(however wrong the gamma law is), their dependence over the horizon and the growth of error with it.
Sources: Diebold, Gunther & Tay (1998), International Economic Review 39 (probability integral transform);
Czado, Gneiting & Held (2009), Biometrics 65 (its randomised form for counts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import nnls
from scipy.special import gammainc, gammaincinv

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

DEFAULT_SPREAD: Final = (1.1, 0.34)  # slow weekly retail; used until there are errors of one's own
FEW_PATHS: Final = 300  # below this, paths are also replayed from other starting points
PATHS_PER_CLASS: Final = 150
MOST_CLASSES: Final = 8
_HIGHEST: Final = 1.0 - 1e-6


@dataclass(frozen=True)
class ResidualPaths:
    """`probabilities` (paths, horizon); mean forecast (`size`) and `window` of each path; the spread law."""

    probabilities: Array
    size: Array
    window: Index
    spread: tuple[float, float]


def collect(predictions: pd.DataFrame, whole_units: pd.Series[bool], seed: int) -> ResidualPaths:
    """Residual paths of the out-of-sample `predictions` of one recipe (columns as `backtest.evaluate`).

    `whole_units` says per unique_id whether its sales are integers. Paths of which less than half was
    observed are left out; unknown periods of the others, and everything if no path is left, are drawn
    uniformly.
    """
    keys = ["cutoff", "unique_id"]
    wide = predictions.set_index([*keys, "horizon"])[["y", "y_hat"]].sort_index()
    horizon = max(predictions["horizon"].nunique(), 1)
    observed, y_hat = (wide[name].to_numpy(np.float64).reshape(-1, horizon) for name in ("y", "y_hat"))
    cutoff, unique_id = (wide.index.get_level_values(key)[::horizon] for key in keys)
    known = ~np.isnan(observed)
    alive = y_hat > 0
    spread = _fit_spread(observed[known & alive], y_hat[known & alive])
    generator = np.random.default_rng([seed, 2])
    uniform = generator.random(observed.shape)
    whole = whole_units.reindex(unique_id).to_numpy(dtype=bool)[:, None]
    probability = _probability(observed, np.where(alive, y_hat, 1.0), spread, whole, uniform)
    probability = np.where(known & alive, probability, uniform)
    kept = (known & alive).mean(axis=1) >= 0.5 if observed.size else np.zeros(0, dtype=bool)
    if not kept.any():
        return ResidualPaths(
            generator.random((FEW_PATHS, horizon)),
            np.ones(FEW_PATHS),
            np.zeros(FEW_PATHS, dtype=np.int64),
            spread,
        )
    windows = pd.factorize(cutoff, sort=True)[0]
    return ResidualPaths(probability[kept], y_hat[kept].mean(axis=1), windows[kept].astype(np.int64), spread)


def replay(
    residuals: ResidualPaths, y_hat: Array, whole: npt.NDArray[np.bool_], paths: int, seed: int
) -> Array:
    """Sample paths (series, paths, horizon) around the forecasts `y_hat` (series, horizon).

    Each path of a series replays one residual path of a forecast of similar size. Path p of all series comes
    from the same window, so what once went wrong for many series at a time does so again. Beyond the length
    of a residual path another one of that window follows. Where there are few, they start at a random period.
    """
    series, horizon = y_hat.shape
    generator = np.random.default_rng([seed, 3])
    donors, length = residuals.probabilities.shape
    windows = int(residuals.window.max()) + 1
    edges = _class_edges(residuals.size)
    group = np.digitize(residuals.size, edges) * windows + residuals.window
    order = np.argsort(group, kind="stable")
    count = np.bincount(group, minlength=(len(edges) + 1) * windows)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    window = generator.permutation(np.arange(paths) % windows)
    wanted = np.digitize(y_hat.mean(axis=1), edges)[:, None] * windows + window[None, :]
    blocks = []
    for _ in range(-(-horizon // length)):
        uniform = generator.random((series, paths))
        inside = start[wanted] + np.floor(uniform * count[wanted]).astype(np.int64)
        anywhere = np.floor(uniform * donors).astype(np.int64)
        donor = order[np.where(count[wanted] > 0, np.minimum(inside, donors - 1), anywhere)]
        offset = (
            generator.integers(0, length, (series, paths)) if donors < FEW_PATHS else np.zeros_like(donor)
        )
        step = (offset[:, :, None] + np.arange(length)) % length
        blocks.append(residuals.probabilities[donor[:, :, None], step])
    probability = np.concatenate(blocks, axis=2)[:, :, :horizon]
    return _quantile(probability, y_hat[:, None, :], residuals.spread, whole[:, None, None])


def _class_edges(size: Array) -> Array:
    classes = int(np.clip(len(size) // PATHS_PER_CLASS, 1, MOST_CLASSES))
    return np.unique(np.quantile(size, np.arange(1, classes) / classes)) if classes > 1 else np.empty(0)


def _fit_spread(y: Array, y_hat: Array) -> tuple[float, float]:
    """Least squares for E (y - m)^2 = c m + a m^2 with c, a >= 0; rows weighted by 1 / m^2, the size of the
    noise.
    """
    if len(y) < 10:
        return DEFAULT_SPREAD
    weight = 1.0 / (y_hat + 0.1 * y_hat.mean())
    terms = np.stack([y_hat, y_hat**2], axis=1) * weight[:, None]
    (c, a), _ = nnls(terms, (y - y_hat) ** 2 * weight)
    return (float(c), float(a)) if c + a > 0 else (1e-6, 1e-6)


def _gamma(y_hat: Array, spread: tuple[float, float]) -> tuple[Array, Array]:
    """Shape and scale of the gamma law with mean m and variance c m + a m^2."""
    scale = spread[0] + spread[1] * y_hat
    return y_hat / scale, scale


def _probability(
    y: Array, y_hat: Array, spread: tuple[float, float], whole: npt.NDArray[np.bool_], uniform: Array
) -> Array:
    """P(Y <= y), drawn uniformly between P(Y < y) and P(Y <= y) where Y is a gamma law in whole units."""
    shape, scale = _gamma(y_hat, spread)
    known = np.nan_to_num(y)
    below = gammainc(shape, np.maximum(known - 0.5, 0.0) / scale)
    upto = gammainc(shape, (known + 0.5) / scale)
    drawn = below + uniform * (upto - below)
    return np.asarray(np.where(whole, drawn, gammainc(shape, known / scale)))


def _quantile(
    probability: Array, y_hat: Array, spread: tuple[float, float], whole: npt.NDArray[np.bool_]
) -> Array:
    alive = y_hat > 0
    shape, scale = _gamma(np.where(alive, y_hat, 1.0), spread)
    values = gammaincinv(shape, np.clip(probability, 0.0, _HIGHEST)) * scale
    values = np.where(whole, np.floor(values + 0.5), values)
    return np.asarray(np.where(alive, values, 0.0))

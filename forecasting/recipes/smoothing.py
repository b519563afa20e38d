"""Statistical methods: one smoothed level per series, times the season that series share.

No loop runs over series. A period in which demand is not known is skipped, as if it had not been. Every
level starts with what was observed first.

Sources: Brown (1959), Statistical Forecasting for Inventory Control, and Hyndman, Koehler, Ord & Snyder
(2008), Forecasting with Exponential Smoothing (simple exponential smoothing); Croston (1972), Operational
Research Quarterly 23; Syntetos & Boylan (2005), International Journal of Forecasting 21 (SBA); Teunter,
Syntetos & Babai (2011), European Journal of Operational Research 214 (TSB).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.features.look_alikes import lent_values
from forecasting.features.season_profile import season_profile
from forecasting.features.weekday_profile import weekday_profile
from forecasting.features.year_profile import year_profile
from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Standing

LEAST_INDEX: Final = 0.1  # one sale in a period that hardly ever sells says little of the level


@dataclass(frozen=True)
class Smoothing:
    """A recipe that reads `smooth` (demand (series, periods), hyperparameters -> (series,)) off the past.

    Days: demand is divided by the weekday's index before, and the level multiplied by it after, and by
    the course of the year (`year_profile`) where the hyperparameter `profile` is 1. Longer periods, where
    `profile` is 1: the same with the season index of all series (feature `profile`); demand is divided by
    it only once a season was seen and half of another, as before the index of a period is what was sold in
    it. A series in which nothing was ever observed has the level of its scale, or that of its look-alikes
    over theirs.
    """

    smooth: Callable[[Array, Hyperparameters], Array]
    search: tuple[Hyperparameters, ...]
    least_rows: int = 0

    def fit(self, standing: Standing, hyperparameters: Hyperparameters, seed: int) -> Fitted:
        """Nothing: the level is read off the history at the origin."""
        del standing, hyperparameters, seed
        return {}

    def expected(self, fitted: Fitted, standing: Standing, hyperparameters: Hyperparameters) -> Array:
        """The level times the season of each row of `standing.ahead`, in units of sales."""
        del fitted
        past, ahead = _seasons(standing, hyperparameters)
        smoothed = self.smooth(
            standing.history.demand[standing.begun, : standing.origin + 1] / past, hyperparameters
        )
        scale = standing.ahead.scale.reshape(-1, standing.horizon)[:, 0]
        lent = np.nan_to_num(lent_values(standing.history, standing.begun, smoothed / scale), nan=1.0)
        known = np.where(np.isnan(smoothed), scale * lent, smoothed)
        return np.asarray((known[:, None] * ahead).reshape(-1))


def exponential_level(demand: Array, alpha: float) -> Array:
    """Simple exponential smoothing, (series, periods) -> (series,): l = l + alpha (y - l), l first = y first.

    NaN periods are skipped; a series without any observed one has no level (NaN).
    """
    smoothed = np.full(len(demand), np.nan)
    for y in demand.T:
        moved = np.where(np.isnan(smoothed), y, smoothed + alpha * (y - smoothed))
        smoothed = np.where(np.isnan(y), smoothed, moved)
    return smoothed


def croston(demand: Array, alpha: float) -> Array:
    """Croston (1972): size z of demands over the interval q between them, both smoothed, at demands alone.

    The forecast is z / q per period. Intervals count observed periods, the first one from the beginning.
    0 without any demand, NaN without any observed period.
    """
    sold = demand > 0
    size = exponential_level(np.where(sold, demand, np.nan), alpha)
    interval = exponential_level(np.where(sold, _intervals(demand), np.nan), alpha)
    return _of_observed(demand, size / interval)


def sba(demand: Array, alpha: float) -> Array:
    """Syntetos & Boylan (2005): (1 - alpha / 2) of Croston's forecast, which is too high by about that."""
    return (1.0 - alpha / 2.0) * croston(demand, alpha)


def tsb(demand: Array, alpha: float, beta: float) -> Array:
    """Teunter, Syntetos & Babai (2011): size z of demands times the probability p of one.

    z is smoothed by `alpha` at demands alone, p by `beta` in every observed period, so that a product that
    no longer sells fades away. 0 without any demand, NaN without any observed period.
    """
    sold = np.where(np.isnan(demand), np.nan, demand > 0)
    size = exponential_level(np.where(demand > 0, demand, np.nan), alpha)
    return _of_observed(demand, size * exponential_level(sold, beta))


def _intervals(demand: Array) -> Array:
    """Observed periods since the demand before, the period itself included."""
    observed = np.cumsum(~np.isnan(demand), axis=1)
    at_sale = np.maximum.accumulate(np.where(demand > 0, observed, 0), axis=1)
    before = np.concatenate([np.zeros((len(demand), 1), dtype=at_sale.dtype), at_sale[:, :-1]], axis=1)
    return np.asarray(observed - before, dtype=np.float64)


def _of_observed(demand: Array, smoothed: Array) -> Array:
    """`smoothed`, 0 where nothing was ever demanded, NaN where nothing was ever observed."""
    nothing = np.isnan(demand).all(axis=1)
    return np.where(nothing, np.nan, np.where(np.isnan(smoothed), 0.0, smoothed))


def _seasons(standing: Standing, hyperparameters: Hyperparameters) -> tuple[Array, Array]:
    """What past demand (series, periods) is divided and a level (series, horizon) multiplied by."""
    history, periods = standing.history, standing.origin + 1
    shape = (len(standing.begun), standing.horizon)
    if history.freq == "D":
        weekday = np.asarray(history.ds.weekday)
        profile = weekday_profile(history, standing.origin)[standing.begun]
        ahead = profile[:, weekday[periods : periods + standing.horizon]]
        if hyperparameters["profile"]:
            steps = np.arange(1, standing.horizon + 1)
            ahead = ahead * year_profile(history, np.full_like(steps, standing.origin), steps)
        return profile[:, weekday[:periods]], ahead
    past, ahead = np.ones((1, 1)), np.ones(shape)
    if hyperparameters["profile"]:
        ahead = standing.ahead.frame["profile"].to_numpy(dtype=np.float64).reshape(shape)
        if standing.knows_year:
            seen = np.arange(periods)
            past = season_profile(history, np.full_like(seen, standing.origin), seen)[None]
    return np.maximum(past, LEAST_INDEX), ahead


def _searched(*pairs: tuple[float, int]) -> tuple[Hyperparameters, ...]:
    return tuple({"alpha": alpha, "profile": profile} for alpha, profile in pairs)


def _tsb_searched(*triples: tuple[float, float, int]) -> tuple[Hyperparameters, ...]:
    return tuple({"alpha": alpha, "beta": beta, "profile": profile} for alpha, beta, profile in triples)


EXPONENTIAL_LEVEL: Final = Smoothing(
    smooth=lambda demand, given: exponential_level(demand, given["alpha"]),
    search=_searched((0.1, 1), (0.1, 0), (0.2, 1), (0.05, 1)),
)
CROSTON: Final = Smoothing(
    smooth=lambda demand, given: croston(demand, given["alpha"]), search=_searched((0.1, 1), (0.1, 0))
)
SBA: Final = Smoothing(
    smooth=lambda demand, given: sba(demand, given["alpha"]), search=_searched((0.1, 1), (0.1, 0))
)
TSB: Final = Smoothing(
    smooth=lambda demand, given: tsb(demand, given["alpha"], given["beta"]),
    search=_tsb_searched((0.1, 0.1, 1), (0.1, 0.05, 1), (0.1, 0.1, 0)),
)

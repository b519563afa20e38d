"""AutoETS: the exponential smoothing model with the lowest AICc, series by series, by statsforecast.

Source: Hyndman, Koehler, Snyder & Grose (2002), International Journal of Forecasting 18.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Standing
from intake.errors import MissingError
from intake.periods import unit_of

SEASONS: Final = {"D": 7, "W": 1, "MS": 12, "QS": 4}  # a season of 52 takes minutes and rarely pays
LEAST_OBSERVED: Final = 7  # periods; statsforecast fits nothing to fewer


@dataclass(frozen=True)
class AutoEts:
    """A recipe that fits every series by itself when it forecasts; it needs the package statsforecast."""

    search: tuple[Hyperparameters, ...] = ({},)
    least_rows: int = 0

    def fit(self, standing: Standing, hyperparameters: Hyperparameters, seed: int) -> Fitted:
        """Nothing: a model of each series is fitted at the origin. MissingError without statsforecast."""
        del standing, hyperparameters, seed
        _models()
        return {}

    def expected(self, fitted: Fitted, standing: Standing, hyperparameters: Hyperparameters) -> Array:
        """The mean of each series' model, in units of sales; its scale where hardly anything was observed or
        the mean is not finite.
        """
        del fitted, hyperparameters
        models, history = _models(), standing.history
        season_length = SEASONS[unit_of(history.freq)]
        scale = standing.ahead.scale.reshape(-1, standing.horizon)[:, 0]
        y_hat = np.repeat(scale[:, None], standing.horizon, axis=1)
        for place, series in enumerate(standing.begun):
            y = without_gaps(history.demand[series, : standing.origin + 1])
            if len(y) >= LEAST_OBSERVED:
                model = models.AutoETS(season_length=season_length)
                mean = model.forecast(y=y, h=standing.horizon)["mean"]
                if np.isfinite(mean).all():
                    y_hat[place] = mean
        return np.asarray(y_hat.reshape(-1))


def without_gaps(demand: Array) -> Array:
    """One series from its first observed period on, unknown periods on the line between known ones."""
    known = np.flatnonzero(~np.isnan(demand))
    if not len(known):
        return np.empty(0)
    return np.interp(np.arange(known[0], len(demand)), known, demand[known])


def _models() -> Any:
    try:
        from statsforecast import models
    except ImportError as absent:
        raise MissingError(
            "the recipe auto_ets needs the package statsforecast: pip install 'abasto[ets]'"
        ) from absent
    return models


AUTO_ETS: Final = AutoEts()

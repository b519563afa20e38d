"""Forecasts read off the features, without fitting: what every other recipe has to beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Standing


@dataclass(frozen=True)
class Reading:
    """`read` takes the features of the rows ahead and gives each row's demand over its series' scale."""

    read: Callable[[pd.DataFrame, Hyperparameters], Array]
    search: tuple[Hyperparameters, ...] = ({},)
    least_rows: int = 0

    def fit(self, _: Standing, __: Hyperparameters, ___: int) -> Fitted:
        """Nothing is learned."""
        return {}

    def expected(self, _: Fitted, standing: Standing, hyperparameters: Hyperparameters) -> Array:
        """What is read, in units of sales."""
        return self.read(standing.ahead.frame, hyperparameters) * standing.ahead.scale


def _seasonal_naive(frame: pd.DataFrame, _: Hyperparameters) -> Array:
    return _first_known(frame, ["season_1", "season_2", "lag_1", "season_mean_8"])


def _moving_average(frame: pd.DataFrame, hyperparameters: Hyperparameters) -> Array:
    """Mean of the last `window` periods, times the season that all series share if `profile` is 1.

    For days: mean of the last `window` same weekdays. The nearest width of the features counts.
    """
    daily = "profile" not in frame
    prefix = "season_mean_" if daily else "mean_"
    widths = [int(name.removeprefix(prefix)) for name in frame.filter(regex=f"^{prefix}").columns]
    nearest = min(widths, key=lambda width: abs(width - hyperparameters["window"]))
    mean = _first_known(frame, [f"{prefix}{nearest}"])
    if daily or not hyperparameters["profile"]:
        return mean
    return np.asarray(mean * frame["profile"].to_numpy(dtype=np.float64))


def _first_known(frame: pd.DataFrame, names: Sequence[str]) -> Array:
    """The first of the columns `names` that is known in each row, then the series' own scale (1)."""
    present = [*(name for name in names if name in frame), *frame.filter(regex="^mean_").columns]
    values = frame[present].bfill(axis=1).iloc[:, 0].fillna(1.0)
    return values.to_numpy(dtype=np.float64)


def _mean_of(window: int, profile: int) -> Hyperparameters:
    return {"window": window, "profile": profile}


SEASONAL_NAIVE: Final = Reading(_seasonal_naive)
MOVING_AVERAGE: Final = Reading(
    _moving_average, search=(_mean_of(13, 1), _mean_of(13, 0), _mean_of(4, 1), _mean_of(4, 0))
)

"""Demand paths at the end of one period after the other, each from what was known there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.paths.demand_law import draw_paths, learn_law
from forecasting.paths.demand_paths import DemandPaths
from forecasting.series.history import Array, History
from forecasting.series.panel import Panel
from forecasting.series.whole_units import whole_units
from forecasting.single_thread import single_threaded_sums
from intake.errors import MissingError

LAW_CUTOFFS: Final = 40
"""Newest cutoffs whose errors make the law; older ones weigh next to nothing."""


@dataclass(frozen=True, eq=False)
class RollingPaths:
    """`forecasts`: columns as `backtest.evaluate`, of one recipe, `horizon` periods ahead. `panel`, and
    `history` of it: what their errors are held against.
    """

    forecasts: pd.DataFrame
    panel: Panel
    history: History
    horizon: int

    def at(self, origin: int, paths: int, seed: int) -> DemandPaths:
        """Paths over the horizon of what was forecast at the end of period `origin` of the history.

        Their law is that of the errors of forecasts whose horizon was over by then. MissingError if nothing
        was forecast there.
        """
        history = self.history
        now = self.forecasts[self.forecasts["cutoff"] == history.ds[origin]]
        if now.empty:
            raise MissingError(f"nothing was forecast on {history.ds[origin]:%Y-%m-%d}; begin later")
        unique_id = now["unique_id"].to_numpy()[:: self.horizon]
        y_hat = now["y_hat"].to_numpy(dtype=np.float64).reshape(-1, self.horizon)
        by_piece = whole_units(self.panel, history.ds[origin])
        whole = by_piece.reindex(unique_id).to_numpy(dtype=np.bool_)
        with single_threaded_sums():
            law = learn_law(self.errors(origin), by_piece)
            values = draw_paths(law, y_hat, whole, unique_id.tolist(), paths, seed)
        ds = history.ds[origin + 1 : origin + 1 + self.horizon]
        return DemandPaths(values, tuple(unique_id.tolist()), ds)

    def errors(self, origin: int) -> pd.DataFrame:
        """The forecasts whose horizon was over at the end of period `origin`, with what came then."""
        newest = origin - self.horizon
        if newest < 0:
            return self.forecasts.head(0)
        over = self.forecasts[self.forecasts["cutoff"] <= self.history.ds[newest]]
        kept = np.sort(over["cutoff"].unique())[-LAW_CUTOFFS:]
        past = over[over["cutoff"].isin(kept)]
        return past.assign(y=self._demand_of(past))

    def _demand_of(self, past: pd.DataFrame) -> Array:
        series = pd.Index(self.history.unique_id).get_indexer(pd.Index(past["unique_id"]))
        period = self.history.ds.get_indexer(pd.DatetimeIndex(past["ds"]))
        return np.asarray(self.history.demand[series, period], dtype=np.float64)

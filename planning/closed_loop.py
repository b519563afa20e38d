"""A shop that sees only what it sold: what its own empty shelves hide from its forecasts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.features.rows import forecast_rows
from forecasting.paths.rolling_paths import RollingPaths
from forecasting.recipes.contract import Fitted, Standing
from forecasting.series.history import History
from intake.periods import period_number
from intake.stock_records import SOLD_OUT
from planning.inventory_simulator import Quantities
from planning.replay import Decide

if TYPE_CHECKING:
    from forecasting.recipes.registry import Candidate
    from forecasting.series.panel import Panel


class SeenSales:
    """The sales of a panel as they would have been with another shelf, from some period on.

    A period that sold all there was is marked as sold out, so that whoever reads it takes for its demand
    E[demand | demand >= sold] (`forecasting.series.censoring`); one without anything to sell says nothing.
    """

    def __init__(self, panel: Panel) -> None:
        frame = panel.frame
        self._panel = panel
        series = panel.series[0]
        number = period_number(frame["ds"], panel.freq)
        self._series, self._period = series, number - number.min()
        self._y = frame["y"].to_numpy(dtype=np.float64, copy=True)
        self._in_stock = frame["in_stock"].to_numpy(dtype=np.float64, copy=True)

    def see(self, period: int, demand: Quantities, available: Quantities) -> None:
        """Record what was sold in a period (numbered from the panel's first) of what was `available`.

        demand: by series, NaN where it is not known; then nothing is seen.
        """
        sold = np.minimum(demand, available)
        blind = np.isnan(demand) | (available <= 0)
        sold_out = sold >= available
        rows = np.flatnonzero(self._period == period)
        own = self._series[rows]
        self._y[rows] = np.where(blind, np.nan, sold)[own]
        self._in_stock[rows] = np.where(blind, 0.0, np.where(sold_out, SOLD_OUT, 1.0))[own]

    def panel(self) -> Panel:
        """The panel with what was seen instead."""
        return replace(
            self._panel, frame=self._panel.frame.assign(y=self._y.copy(), in_stock=self._in_stock.copy())
        )


class ClosedLoop:
    """A `Decide` that forecasts from what its own shelf sold, and watches what it sells next.

    demand: series x period of the whole panel, NaN where not known: what customers want; only what is sold of
    it is seen. before: forecasts of earlier decisions, columns as `backtest.evaluate`; their errors, and
    those of the loop's own forecasts as it sees them, make the demand paths. first: number of the first
    period that is played. What expires is taken to be sold last.
    """

    def __init__(
        self,
        panel: Panel,
        demand: Quantities,
        before: pd.DataFrame,
        *,
        candidate: Candidate,
        horizon: int,
        lead_time: npt.NDArray[np.int64],
        review_period: int,
        retrain_every: int,
        first: int,
    ) -> None:
        self._seen, self._demand, self._forecasts = SeenSales(panel), demand, before
        self._candidate, self._horizon = candidate, horizon
        self._lead_time, self._review_period = lead_time, review_period
        self._retrain_every, self._first = retrain_every, first
        self._fitted: Fitted = {}
        self._decide: Decide | None = None
        self.rolling = RollingPaths(before, panel, History.of(panel), horizon)
        """Paths around all forecasts so far, as seen at the last decision."""

    def deciding_by(self, decide: Decide) -> ClosedLoop:
        """The loop, ordering by `decide`, which reads `rolling`."""
        self._decide = decide
        return self

    def __call__(self, period: int, on_hand: Quantities, receipts: Quantities) -> Quantities:
        """Look at what was seen, forecast, order, and see the next review period."""
        self._forecast(self._first + period - 1, period // self._review_period)
        asked = np.zeros_like(on_hand) if self._decide is None else self._decide(period, on_hand, receipts)
        coming = receipts.copy()
        coming[np.arange(len(asked)), self._lead_time] += asked
        for step in range(self._review_period):
            number = self._first + period + step
            if number < self._demand.shape[1]:
                available = on_hand + coming[:, step]
                self._seen.see(number, self._demand[:, number], available)
                on_hand = np.maximum(available - np.nan_to_num(self._demand[:, number]), 0.0)
        return asked

    def _forecast(self, origin: int, decision: int) -> None:
        panel = self._seen.panel()
        history = History.of(panel)
        standing = Standing(history, origin, self._horizon)
        if decision % self._retrain_every == 0:
            self._fitted = self._candidate.fit(standing, seed=0)
        rows = forecast_rows(history, origin, self._horizon)
        now = pd.DataFrame(
            {
                "recipe": self._candidate.name,
                "cutoff": pd.Series(history.ds[origin], index=range(len(rows))),
                "horizon": rows.horizon,
                "unique_id": np.array(history.unique_id, dtype=object)[rows.series],
                "ds": history.ds[rows.period],
                "y": np.nan,
                "y_hat": self._candidate.expected(self._fitted, standing),
            }
        )
        self._forecasts = pd.concat([self._forecasts, now], ignore_index=True)
        self.rolling = RollingPaths(self._forecasts, panel, history, self._horizon)

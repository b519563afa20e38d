"""What a recipe would have forecast at past cutoffs: the errors that demand paths are made of.

A fit serves `refit` cutoffs from its own on, and which they are depends on the calendar
alone, not on where the history ends: a week later, what was forecast before is the same and need not be made
again. Whoever keeps forecasts knows by a fingerprint that they are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.rows import RowLimits, forecast_rows
from forecasting.judging.backtest import PREDICTION_COLUMNS, WORKERS
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import Candidate
from forecasting.series.history import Array, History
from forecasting.single_thread import single_threaded_sums
from intake.errors import InputError
from intake.periods import period_number

Keep = Callable[[str, int, Callable[[], Array]], Array]
"""(fingerprint, how many, how to make them) -> forecasts, made or as they were kept."""

LEAST_HISTORY: Final = 4  # horizons that lie before a fit


@dataclass(frozen=True)
class PastForecasts:
    """Which forecasts to make: of `candidate`, `horizon` periods ahead, from each of so many `cutoffs`, which
    are the newest whose horizon is over and lie `step` periods apart. `refit`: cutoffs that a fit serves.
    """

    candidate: Candidate
    horizon: int
    cutoffs: int
    refit: int = 6
    step: int = 1
    limits: RowLimits = field(default_factory=RowLimits)

    def __post_init__(self) -> None:
        """Raise InputError unless all numbers are 1 or more."""
        if min(self.horizon, self.cutoffs, self.refit, self.step) < 1:
            raise InputError("horizon, cutoffs, refit and step of past forecasts must be 1 or more")


def made_now(_: str, __: int, make: Callable[[], Array]) -> Array:
    """The `Keep` that keeps nothing."""
    return make()


def past_forecasts(
    history: History, until: int, wanted: PastForecasts, keep: Keep = made_now
) -> pd.DataFrame:
    """Forecasts from cutoffs before period `until` of the history, each with what was known at the cutoff.

    Columns as `backtest.evaluate`, sorted by cutoff, series and horizon; nothing after `until` is looked at.
    Cutoffs with too little history are left out. `keep` is asked once for the forecasts of each fit.
    """
    last, step = until - wanted.horizon, wanted.step
    least = LEAST_HISTORY * wanted.horizon - 1
    number = (int(period_number(history.ds[0], history.freq)[0]) + last) // step  # of the last cutoff
    before = min(wanted.cutoffs - 1, (last - least) // step) if last >= least else -1
    fits = range((number - before) // wanted.refit, number // wanted.refit + 1) if before >= 0 else ()
    blocks = [
        range(start, min(start + step * wanted.refit, last + 1), step)
        for start in (last - step * (number - fit * wanted.refit) for fit in fits)
        if start >= least and len(history.begun(start))
    ]
    if not blocks:
        return pd.DataFrame({name: [] for name in PREDICTION_COLUMNS})
    task = partial(_of_one_fit, history, wanted, keep)
    with single_threaded_sums(), ThreadPoolExecutor(WORKERS) as workers:
        return pd.concat(list(workers.map(task, blocks)), ignore_index=True)


def _of_one_fit(history: History, wanted: PastForecasts, keep: Keep, cutoffs: Sequence[int]) -> pd.DataFrame:
    rows = [forecast_rows(history, cutoff, wanted.horizon) for cutoff in cutoffs]
    count = sum(len(each) for each in rows)
    y_hat = keep(fingerprint(history, cutoffs, wanted), count, lambda: _forecast(history, wanted, cutoffs))
    series, period, horizon = (
        np.concatenate([getattr(each, name) for each in rows]) for name in ("series", "period", "horizon")
    )
    values = {
        "recipe": wanted.candidate.name,
        "cutoff": history.ds[period - horizon],
        "horizon": horizon,
        "unique_id": np.array(history.unique_id, dtype=object)[series],
        "ds": history.ds[period],
        "y": history.demand[series, period],
        "y_hat": y_hat,
    }
    return pd.DataFrame(values)


def _forecast(history: History, wanted: PastForecasts, cutoffs: Sequence[int]) -> Array:
    candidate = wanted.candidate
    fitted = candidate.fit(Standing(history, cutoffs[0], wanted.horizon, wanted.limits), wanted.limits.seed)
    return np.concatenate(
        [candidate.expected(fitted, Standing(history, cutoff, wanted.horizon)) for cutoff in cutoffs]
    )


def fingerprint(history: History, cutoffs: Sequence[int], wanted: PastForecasts) -> str:
    """A hash of all that the forecasts from `cutoffs` depend on, but the code: what was known at the last of
    them of the series begun by then, and of the periods ahead what is known in advance.
    """
    known, ahead = cutoffs[-1] + 1, cutoffs[-1] + 1 + wanted.horizon
    begun = history.begun(cutoffs[-1])
    digest = hashlib.sha256()
    facts = (
        wanted.candidate.recipe,
        sorted(wanted.candidate.hyperparameters.items()),
        (wanted.horizon, wanted.limits, list(cutoffs)),
        (history.freq, history.season_length, str(history.ds[0])),
        [history.unique_id[place] for place in begun],
        {name: list(values[begun]) for name, values in sorted(history.categories.items())},
        sorted(history.look_alikes.items()),
    )
    digest.update(repr(facts).encode())
    for values in (history.demand, history.spoken):
        digest.update(np.ascontiguousarray(values[begun, :known]).tobytes())
    for values_ahead in (history.closed, *(history.exog[name] for name in sorted(history.exog))):
        digest.update(np.ascontiguousarray(values_ahead[begun, :ahead]).tobytes())
    return digest.hexdigest()

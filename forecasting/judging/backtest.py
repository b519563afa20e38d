"""Rolling-origin windows: every candidate refitted at each cutoff and judged on what followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.rows import RowLimits, forecast_rows, training_rows
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import RECIPES, Candidate
from forecasting.series.history import History
from forecasting.series.panel import Panel
from forecasting.single_thread import single_threaded_sums
from intake.errors import InputError
from intake.periods import period_number, shift

PREDICTION_COLUMNS: Final = ("recipe", "cutoff", "horizon", "unique_id", "ds", "y", "y_hat")
ERROR_WINDOWS: Final = 3
WORKERS: Final = (
    2  # windows fitted side by side; every fit is single-threaded, so figures do not depend on it
)


def rolling_cutoffs(
    earliest: pd.Timestamp, end: pd.Timestamp, horizon: int, windows: int, freq: str
) -> tuple[pd.Timestamp, ...]:
    """At most `windows` cutoffs from `earliest` on, in order, whose last window of `horizon` ends with `end`.

    They lie a horizon apart where there is room, closer (their windows overlap) where there is not.
    InputError if not one window fits.
    """
    room = int((period_number(end, freq) - period_number(earliest, freq))[0]) - horizon
    if room < 0 or windows < 1:
        raise InputError(
            f"no window of {horizon} periods fits between {earliest:%Y-%m-%d} and {end:%Y-%m-%d}; "
            "shorten the horizon or bring more history"
        )
    step = min(horizon, max(1, room // max(windows - 1, 1)))
    count = min(windows, room // step + 1)
    return tuple(shift(end, -horizon - step * back, freq) for back in reversed(range(count)))


def backtest_cutoffs(
    first: pd.Timestamp, end: pd.Timestamp, horizon: int, windows: int, freq: str
) -> tuple[tuple[pd.Timestamp, ...], tuple[pd.Timestamp, ...]]:
    """Cutoffs that judge, in the second half of first .. end, and up to ERROR_WINDOWS earlier ones.

    The earlier ones lie a horizon apart, where a quarter of the history lies before them: their errors are
    what is known of a recipe when it is first judged. InputError if there is no room for one window.
    """
    periods = int((period_number(end, freq) - period_number(first, freq))[0]) + 1
    judging = rolling_cutoffs(shift(first, periods // 2 - 1, freq), end, horizon, windows, freq)
    earlier = [shift(judging[0], -horizon * back, freq) for back in range(ERROR_WINDOWS, 0, -1)]
    return judging, tuple(cutoff for cutoff in earlier if cutoff >= shift(first, periods // 4 - 1, freq))


def with_enough_rows(
    panel: Panel, recipes: Sequence[str], cutoff: pd.Timestamp, horizon: int, limits: RowLimits
) -> list[str]:
    """Those of `recipes` that can be fitted on what is known at `cutoff`; InputError if none can."""
    history = History.of(panel.upto(cutoff))
    rows = len(training_rows(history, history.position(cutoff), horizon, limits))
    able = [name for name in recipes if rows >= RECIPES[name].least_rows]
    if not able:
        raise InputError(
            f"the history is too short for {', '.join(recipes)}; add seasonal_naive to the recipes"
        )
    return able


def evaluate(
    panel: Panel,
    candidates: Sequence[Candidate],
    cutoffs: Sequence[pd.Timestamp],
    horizon: int,
    limits: RowLimits | None = None,
) -> pd.DataFrame:
    """Forecasts of every candidate from every cutoff, each fitted on what was known at that cutoff.

    Returns the columns recipe (the candidate's name), cutoff, horizon, unique_id, ds, y (demand; NaN where
    unknown), y_hat; one row per candidate, cutoff, series begun by then, and period ahead. Exogenous columns
    of the forecast periods count as known in advance. A series that begins after a cutoff has no part in it.
    """
    if not cutoffs:
        return pd.DataFrame({name: [] for name in PREDICTION_COLUMNS})
    return pd.concat(evaluate_each(panel, candidates, cutoffs, horizon, limits), ignore_index=True)


def evaluate_each(
    panel: Panel,
    candidates: Sequence[Candidate],
    cutoffs: Sequence[pd.Timestamp],
    horizon: int,
    limits: RowLimits | None = None,
) -> Iterator[pd.DataFrame]:
    """What `evaluate` returns, one table per cutoff, in their order, each as soon as it is there."""
    history = History.of(panel, until=shift(max(cutoffs), horizon, panel.freq))
    task = partial(_from_cutoff, history, candidates, horizon, limits or RowLimits())
    with single_threaded_sums(), ThreadPoolExecutor(WORKERS) as workers:
        yield from workers.map(task, cutoffs)


def _from_cutoff(
    history: History,
    candidates: Sequence[Candidate],
    horizon: int,
    limits: RowLimits,
    cutoff: pd.Timestamp,
) -> pd.DataFrame:
    standing = Standing(history, history.position(cutoff), horizon, limits)
    rows = forecast_rows(history, standing.origin, horizon)
    fixed = {
        "cutoff": pd.Series(cutoff, index=range(len(rows))),
        "horizon": rows.horizon,
        "unique_id": np.array(history.unique_id, dtype=object)[rows.series],
        "ds": history.ds[rows.period],
        "y": history.demand[rows.series, rows.period],
    }
    frames = []
    for candidate in candidates:
        y_hat = candidate.expected(candidate.fit(standing, limits.seed), standing)
        frames.append(pd.DataFrame({"recipe": candidate.name, **fixed, "y_hat": y_hat}))
    joined: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return joined

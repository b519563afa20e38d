"""What the forecasts of a contest are worth: errors, the sum that an order has to cover, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.contest_data import Race
from benchmarks.contest_methods import PATHS, Forecasts
from forecasting.judging.calibration import pit_deciles, randomised_pit
from forecasting.judging.metrics import crps, pinball_loss
from forecasting.judging.scores import metrics_table
from forecasting.paths.demand_law import paths_around
from forecasting.paths.sample_quantiles import sample_quantiles
from forecasting.series.whole_units import whole_units

Array = npt.NDArray[np.float64]
QUANTILES: Final = (0.5, 0.8, 0.95)
LOWER_IS_BETTER: Final = ("WAPE", "MASE", *(f"pinball {q:g}" for q in QUANTILES), "CRPS")


@dataclass(frozen=True)
class Score:
    """`errors` by the names of `LOWER_IS_BETTER`; CRPS of each reported window; PIT of sums and periods."""

    errors: Mapping[str, float]
    crps_by_window: Array
    pit_of_sums: Array
    pit_of_periods: Array


def score(race: Race, forecasts: Forecasts) -> Score:
    """Judge the reported windows.

    A method without paths of its own gets them from our law and the errors of its own windows that were over
    by the cutoff: all are treated alike. Sums in which a period is unknown are left out.
    """
    predictions = forecasts.predictions
    reported = predictions[predictions["cutoff"].isin(race.reported)]
    table = metrics_table(reported, race.panel).iloc[0]
    losses: dict[float, list[float]] = {q: [] for q in QUANTILES}
    of_sums, sizes, pit_of_sums, pit_of_periods = [], [], [], []
    for number, cutoff in enumerate(race.reported):
        now = reported[reported["cutoff"] == cutoff]
        y = now["y"].to_numpy(dtype=np.float64).reshape(-1, race.horizon)
        drawn = (
            forecasts.paths[cutoff] if forecasts.paths is not None else _by_our_law(race, predictions, now)
        )
        wanted, total = y[:, : race.interval].sum(axis=1), drawn[:, :, : race.interval].sum(axis=2)
        for (q, each), quantile in zip(losses.items(), sample_quantiles(total, QUANTILES), strict=True):
            each.append(pinball_loss(wanted, quantile, q))
        own = crps(wanted, total)
        of_sums.append(float(np.nanmean(own)))
        sizes.append(int((~np.isnan(own)).sum()))
        pit_of_sums.append(randomised_pit(total[:, :, None], wanted[:, None], number).reshape(-1))
        pit_of_periods.append(randomised_pit(drawn, y, number).reshape(-1))
    weights = np.array(sizes)
    errors = {"WAPE": float(table["wape"]), "MASE": float(table["mase"])}
    errors |= {f"pinball {q:g}": float(np.average(each, weights=weights)) for q, each in losses.items()}
    errors["CRPS"] = float(np.average(of_sums, weights=weights))
    return Score(errors, np.array(of_sums), _known(pit_of_sums), _known(pit_of_periods))


def worst_decile(pit: Array) -> float:
    """The most that a tenth of the probabilities is off 10 %, in points."""
    return float(100 * np.abs(pit_deciles(pit) - 0.1).max())


def worst_decile_by_chance(cases: int) -> float:
    """What `worst_decile` comes to on average where paths are right and cases independent, by simulation."""
    generator = np.random.default_rng(0)
    return float(np.mean([worst_decile(generator.random(cases)) for _ in range(200)]))


def ranks(errors: Sequence[Mapping[str, float]]) -> list[int]:
    """Place of each method: by the mean of its places on all errors; equal figures share the better place."""
    each = pd.DataFrame([dict(error) for error in errors]).rank(method="min")
    return [int(place) for place in each.mean(axis=1).rank(method="min")]


def less(ours: Array, theirs: Array) -> tuple[float, float]:
    """Share by which our mean over windows is below theirs, and its standard error over windows."""
    difference = (theirs - ours) / theirs.mean()
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))


def _by_our_law(race: Race, predictions: pd.DataFrame, now: pd.DataFrame) -> Array:
    cutoff = now["cutoff"].iloc[0]
    over = predictions.groupby("cutoff")["ds"].transform("max") <= cutoff
    return paths_around(now, predictions[over], whole_units(race.panel, cutoff), PATHS, seed=0)


def _known(parts: Sequence[Array]) -> Array:
    joined = np.concatenate(parts)
    return np.asarray(joined[~np.isnan(joined)])

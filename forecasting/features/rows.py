"""Which (series, origin, horizon) rows a model learns from and forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.series.history import History, Index
from intake.errors import InputError
from intake.periods import period_number

LEAST_OBSERVED: Final = {"D": 14, "W": 8, "MS": 6, "QS": 4}  # periods seen before an origin teaches well


@dataclass(frozen=True)
class RowLimits:
    """How much a model learns from: at most `most_rows`, each period seen from at most `views` origins."""

    most_rows: int = 40_000
    views: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise InputError unless both limits are positive."""
        if self.most_rows < 1 or self.views < 1:
            raise InputError("most_rows and views must be 1 or more")


@dataclass(frozen=True)
class Rows:
    """Forecast tasks: for series `series` standing at the end of period `origin`, the period `horizon`
    later.
    """

    series: Index
    origin: Index
    horizon: Index

    def __len__(self) -> int:
        return len(self.series)

    @property
    def period(self) -> Index:
        """Index of the forecast period."""
        return np.asarray(self.origin + self.horizon)


def forecast_rows(history: History, origin: int, horizon: int) -> Rows:
    """Every series begun by `origin`, standing there, every horizon up to `horizon`; series by series."""
    begun = history.begun(origin)
    return Rows(
        series=np.repeat(begun, horizon),
        origin=np.full(len(begun) * horizon, origin),
        horizon=np.tile(np.arange(1, horizon + 1), len(begun)),
    )


def training_rows(history: History, cutoff: int, horizon: int, limits: RowLimits) -> Rows:
    """Observed periods up to `cutoff`, each seen from a few origins spread over the horizons 1 .. `horizon`.

    The horizons up to `horizon`, or to half the history if that is less, are cut into `views` strata and one
    of each is drawn by a hash of unique_id, date and seed, so neither later periods nor the length of the
    calendar nor other series change a row. Origins with little history are left out where enough others
    remain. Above `most_rows` the rows with the smallest hashes stay.
    """
    series, period = np.nonzero(~np.isnan(history.demand[:, : cutoff + 1]))
    longest = max(1, min(horizon, (cutoff + 1) // 2))
    edges = np.unique(np.linspace(0, longest, min(limits.views, longest) + 1).astype(np.int64))
    first = int(period_number(history.ds[0], history.freq)[0])
    parts = []
    for stratum, (low, high) in enumerate(pairwise(edges)):
        draw = _hash(history.identity[series], period + first, stratum, limits.seed)
        ahead = low + 1 + (draw % np.uint64(high - low)).astype(np.int64)
        parts.append(np.stack([series, period - ahead, ahead]))
    tasks = np.concatenate(parts, axis=1)
    tasks = tasks[:, tasks[1] >= 0]
    observed = history.seen_between(tasks[0], np.zeros_like(tasks[1]), tasks[1] + 1)
    enough = observed >= LEAST_OBSERVED[history.freq.split("-")[0]]
    kept = tasks[:, enough] if enough.sum() >= max(50, 0.3 * len(enough)) else tasks[:, observed > 0]
    if kept.shape[1] > limits.most_rows:
        order = _hash(history.identity[kept[0]], kept[1] + first, kept[2], limits.seed + 1)
        kept = kept[:, np.sort(np.argsort(order, kind="stable")[: limits.most_rows])]
    return Rows(series=kept[0], origin=kept[1], horizon=kept[2])


def _hash(
    identity: npt.NDArray[np.uint64], number: Index, salt: int | Index, seed: int
) -> npt.NDArray[np.uint64]:
    """Well-mixed 64 bits of each (identity, number, salt, seed): the finaliser of SplitMix64 (Steele et al.
    2014).
    """
    mixed = (
        identity * np.uint64(0x9E3779B97F4A7C15)
        + number.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        # An array of one: numpy warns where a scalar wraps around, which is what it is to do here.
        + np.atleast_1d(salt).astype(np.uint64) * np.uint64(0x165667B19E3779F9)
        + np.uint64(seed % 2**32 * 0x27D4EB2F165667C5 % 2**64)
    )
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))

"""Which (series, origin, horizon) rows a model learns from and forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.series.history import History, Index
from intake.errors import InputError
from intake.periods import period_number, periods_a_year, unit_of

MOST_ROWS: Final = 200_000
LEAST_OBSERVED: Final = {"D": 14, "W": 8, "MS": 6, "QS": 4}  # periods seen before an origin teaches well
BLOCK_CELLS: Final = 1 << 17  # (series, period) pairs looked at together; no row depends on it
# What a row comes after, the weightiest first; below these bits a hash decides.
LITTLE_SEEN: Final = np.uint64(1 << 63)
SILENT: Final = np.uint64(1 << 62)
OLD: Final = np.uint64(1 << 61)


@dataclass(frozen=True)
class RowLimits:
    """How much a model learns from: at most `most_rows`, each period seen from at most `views` origins."""

    most_rows: int = MOST_ROWS
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

    def part(self, which: slice) -> Rows:
        """Some of the rows."""
        return Rows(self.series[which], self.origin[which], self.horizon[which])


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
    remain. Above `most_rows`, recent and informative rows come first: those whose series sold in the year up
    to the origin, and of these the periods of the newest two years; within each, those with the smallest
    hashes. What is known at the origin alone decides whether a row is informative, so that the choice does
    not bias what is learned. Rows are sorted by series, period and stratum. The series are looked at in
    blocks, so memory is that of the rows that stay.
    """
    longest = max(1, min(horizon, (cutoff + 1) // 2))
    edges = np.unique(np.linspace(0, longest, min(limits.views, longest) + 1).astype(np.int64))
    views = _Views(history, cutoff, edges, limits.seed)
    order, code = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    beyond = ~np.uint64(0)
    parts = [(order, code)]
    length = max(1, BLOCK_CELLS // (cutoff + 1))
    for start in range(0, len(history.unique_id), length):
        parts.append(views.of_series(start, start + length, beyond))
        if sum(len(part) for part, _ in parts) > 2 * limits.most_rows:
            parts = [_first(parts, limits.most_rows)]
            beyond = parts[0][0].max()
    order, code = _first(parts, limits.most_rows)
    seen_enough = order < LITTLE_SEEN
    if seen_enough.sum() >= max(50, 0.3 * len(code)):
        code = code[seen_enough]
    return views.rows(np.sort(code))


@dataclass(frozen=True)
class _Views:
    """Each observed (series, period) as seen from one origin of each stratum of horizons, by a number."""

    history: History
    cutoff: int
    edges: Index
    seed: int

    def of_series(self, start: int, end: int, beyond: np.uint64) -> tuple[npt.NDArray[np.uint64], Index]:
        """Order and number of the rows of the series [start, end) whose order lies below `beyond`."""
        strata = np.arange(len(self.edges) - 1)
        series, period = np.nonzero(~np.isnan(self.history.demand[start:end, : self.cutoff + 1]))
        series += start
        year = periods_a_year(self.history.freq)
        identity = self.history.identity[series][:, None]
        order = _hash(identity, period[:, None] + self._first, strata, self.seed + 1) >> np.uint64(3)
        old = self.cutoff - period >= 2 * year
        order |= np.where(old, OLD, np.uint64(0))[:, None]
        row, stratum = np.nonzero(order < beyond)
        order = order[row, stratum]
        code = (series[row] * self.history.demand.shape[1] + period[row]) * len(strata) + stratum
        rows = self.rows(code)
        seen = self.history.seen_between(rows.series, np.zeros_like(rows.origin), rows.origin + 1)
        sold = self.history.last_sale[rows.series, rows.origin]
        silent = (sold < 0) | (rows.origin - sold >= year)
        order |= np.where(silent, SILENT, np.uint64(0))
        order |= np.where(seen < LEAST_OBSERVED[unit_of(self.history.freq)], LITTLE_SEEN, np.uint64(0))
        kept = (rows.origin >= 0) & (seen > 0) & (order < beyond)
        return order[kept], code[kept]

    def rows(self, code: Index) -> Rows:
        """The rows of these numbers; an origin may lie before the calendar."""
        cell, stratum = np.divmod(code, len(self.edges) - 1)
        series, period = np.divmod(cell, self.history.demand.shape[1])
        draw = _hash(self.history.identity[series], period + self._first, stratum, self.seed)
        low, high = self.edges[stratum], self.edges[stratum + 1]
        ahead = low + 1 + (draw % (high - low).astype(np.uint64)).astype(np.int64)
        return Rows(series=series, origin=period - ahead, horizon=ahead)

    @property
    def _first(self) -> int:
        return int(period_number(self.history.ds[0], self.history.freq)[0])


def _first(
    parts: list[tuple[npt.NDArray[np.uint64], Index]], most: int
) -> tuple[npt.NDArray[np.uint64], Index]:
    """The `most` rows of all parts that come first."""
    order, code = (np.concatenate(column) for column in zip(*parts, strict=True))
    if len(order) > most:
        chosen = np.argpartition(order, most - 1)[:most]
        order, code = order[chosen], code[chosen]
    return order, code


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

"""A panel as arrays (series, periods), with running sums that make any trailing mean one subtraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.signal import lfilter

from forecasting.series.censoring import replace_sold_out
from forecasting.series.panel import Panel
from forecasting.series.size_groups import SizeGroups
from intake.periods import following, period_number, shift

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

BLOCK_SERIES: Final = 1 << 12  # series looked at together, so that what is made on the way stays small


@dataclass(frozen=True)
class History:
    """What features are made of; every array is (series, periods) over one common calendar `ds`.

    `demand` is NaN where unknown, never negative (a period of net returns has no demand), sold-out periods
    replaced by their expected demand. `spoken` is the newest period so far in which the series had a row (-1:
    none). `closed`: nothing can be sold in the period, which is known in advance. `look_alikes`: series that
    speak for one that has little history, by position. Column t of every derived
    array depends on columns up to t alone: that is what makes one History serve all cutoffs without a leak.
    """

    unique_id: tuple[str, ...]
    ds: pd.DatetimeIndex
    freq: str
    season_length: int
    demand: Array
    spoken: Index
    closed: npt.NDArray[np.bool_]
    exog: Mapping[str, Array]
    categories: Mapping[str, pd.Categorical]
    look_alikes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    # Derived once. Several threads may derive the same, which does no harm; the dictionary itself is not made
    # when first asked for, because then one thread could keep what another looks for elsewhere.
    _remembered: dict[str, Array] = field(default_factory=dict, init=False, repr=False, compare=False)
    _size_groups: dict[int, SizeGroups] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, panel: Panel, until: pd.Timestamp | None = None) -> History:
        """Arrays of `panel`, over all its periods and at least up to `until`."""
        frame = panel.frame
        first, last = frame["ds"].min(), frame["ds"].max()
        last = last if until is None else max(last, until)
        periods = int((period_number(last, panel.freq) - period_number(first, panel.freq))[0]) + 1
        codes, ids = panel.series
        start = int(period_number(first, panel.freq)[0])
        place = (codes, period_number(frame["ds"], panel.freq) - start)

        def wide(column: str) -> Array:
            values = np.full((len(ids), periods), np.nan)
            values[place] = frame[column].to_numpy(dtype=np.float64)
            return values

        in_stock = wide("in_stock")
        phases = panel.season_length if panel.freq == "D" else 1
        demand = replace_sold_out(np.maximum(wide("y"), 0.0), in_stock, phases)
        row = np.where(np.isnan(in_stock), -1, np.arange(periods))
        closed = wide("closed") >= 1.0 if "closed" in frame else np.zeros_like(demand, dtype=np.bool_)
        number = {str(name): place for place, name in enumerate(ids)}
        begins = np.full(len(ids), periods)
        np.minimum.at(begins, *place)
        for name, newcomer in panel.newcomers.items():
            own = number.get(name)
            if own is not None and (row[own] < 0).all():
                launch = newcomer.launch
                day = None if launch is None else int(period_number(launch, panel.freq)[0]) - start
                _stand_ready(row[own], closed[own], int(begins[own]), day)
        return cls(
            unique_id=tuple(str(name) for name in ids),
            ds=following(shift(first, -1, panel.freq), periods, panel.freq),
            freq=panel.freq,
            season_length=panel.season_length,
            demand=demand,
            spoken=np.maximum.accumulate(row, axis=1),
            closed=closed,
            exog={name: wide(name) for name in panel.exog},
            categories=_categories(panel, ids),
            look_alikes={
                number[name]: lenders
                for name, newcomer in panel.newcomers.items()
                if name in number
                and (lenders := tuple(number[each] for each in newcomer.similar_to if each in number))
            },
        )

    @cached_property
    def identity(self) -> npt.NDArray[np.uint64]:
        """A hash of each unique_id: what is drawn by it does not depend on which other series there are."""
        digests = [blake2b(name.encode(), digest_size=8).digest() for name in self.unique_id]
        return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)

    def begun(self, origin: int) -> Index:
        """Positions of the series that had a row by the end of period `origin`."""
        return np.flatnonzero(self.spoken[:, origin] >= 0)

    def lenders(self, series: Index) -> tuple[Index, Index]:
        """For each look-alike of each of `series`: the place in `series` that it speaks for, its position."""
        young = np.flatnonzero(np.isin(series, list(self.look_alikes)))
        lenders = [self.look_alikes[each] for each in series[young].tolist()]
        place = np.repeat(young, [len(each) for each in lenders])
        return place, np.array([each for some in lenders for each in some], dtype=np.int64)

    def position(self, ds: pd.Timestamp) -> int:
        """Index of the period `ds` in the calendar; may lie outside it."""
        return int((period_number(ds, self.freq) - period_number(self.ds[0], self.freq))[0])

    @cached_property
    def sums(self) -> Mapping[str, Array]:
        """Running sums, with a leading zero, of observed demand, its square, and counts of periods."""
        seen = ~np.isnan(self.demand)
        filled = np.where(seen, self.demand, 0.0)
        parts = {"demand": filled, "square": filled**2, "seen": seen, "zero": seen & (filled == 0)}
        return {name: _running_sum(values) for name, values in parts.items()}

    def mean_between(self, series: Index, start: Index, end: Index, part: str = "demand") -> Array:
        """Mean of `part` over the observed periods in [start, end) of each series; NaN without any."""
        low, high = np.maximum(start, 0), np.maximum(np.maximum(end, start), 0)
        seen = self.sums["seen"][series, high] - self.sums["seen"][series, low]
        total = self.sums[part][series, high] - self.sums[part][series, low]
        return np.where(seen > 0, total / np.maximum(seen, 1.0), np.nan)

    def seen_between(self, series: Index, start: Index, end: Index) -> Array:
        """Number of observed periods in [start, end) of each given series."""
        low, high = np.maximum(start, 0), np.maximum(end, 0)
        return np.asarray(self.sums["seen"][series, high] - self.sums["seen"][series, low])

    def at(self, series: Index, period: Index) -> Array:
        """Demand of each given series and period; NaN before the calendar begins."""
        return np.where(period >= 0, self.demand[series, np.maximum(period, 0)], np.nan)

    def exponential_mean(self, span: int, exog: str = "") -> Array:
        """Weighted mean of observed demand, or of a column `exog`, so far; a period's weight is
        1 - 2 / (span + 1) of the next.
        """
        name = f"exponential_mean_{span} {exog}"
        if name not in self._remembered:
            decay = 1.0 - 2.0 / (span + 1.0)
            values = self.exog[exog] if exog else self.demand
            seen = ~np.isnan(values)
            total = lfilter([1.0], [1.0, -decay], np.where(seen, values, 0.0), axis=1)
            weight = lfilter([1.0], [1.0, -decay], seen.astype(np.float64), axis=1)
            np.divide(total, weight, out=total, where=weight > 1e-9)
            total[weight <= 1e-9] = np.nan
            self._remembered[name] = total
        return self._remembered[name]

    def size_groups(self, window: int) -> SizeGroups:
        """What series of a kind sell, by trailing means over `window` periods."""
        if window not in self._size_groups:
            codes = [texts.codes.astype(np.int64) for texts in self.categories.values()]
            sums = self.sums
            self._size_groups[window] = SizeGroups.of(sums["demand"], sums["seen"], window, codes)
        return self._size_groups[window]

    @cached_property
    def pooled_ratio(self) -> tuple[Array, Array]:
        """Per period: demand of all series over their mean of the season up to it, and how many series.

        A series counts where it was observed, and in at least half of the season up to the period.
        """
        length = self.season_length
        start = np.maximum(np.arange(1, self.demand.shape[1] + 1) - length, 0)
        demand, expected, series = (np.zeros(len(start)) for _ in range(3))
        for block in _blocks(len(self.demand)):
            total = self.sums["demand"][block, 1:] - self.sums["demand"][block][:, start]
            seen = self.sums["seen"][block, 1:] - self.sums["seen"][block][:, start]
            both = (seen >= length / 2) & ~np.isnan(self.demand[block])
            demand = _added(demand, np.where(both, self.demand[block], 0.0))
            expected = _added(expected, np.where(both, total / np.maximum(seen, 1.0), 0.0))
            series += both.sum(axis=0)
        return np.where(expected > 0, demand / np.where(expected > 0, expected, 1.0), np.nan), series

    @cached_property
    def pooled_sums(self) -> tuple[Array, Array]:
        """Running sums, with a leading zero, of the demand of all series and of how many were observed."""
        demand, seen = (np.zeros(self.demand.shape[1]) for _ in range(2))
        for block in _blocks(len(self.demand)):
            observed = ~np.isnan(self.demand[block])
            demand = _added(demand, np.where(observed, self.demand[block], 0.0))
            seen += observed.sum(axis=0)
        return _running_sum(demand[None])[0], _running_sum(seen[None])[0]

    @cached_property
    def last_sale(self) -> Index:
        """Newest period so far with demand above zero, -1 where there was none."""
        sold = np.where(self.demand > 0, np.arange(self.demand.shape[1]), -1)
        return np.asarray(np.maximum.accumulate(sold, axis=1))


def _stand_ready(row: Index, closed: npt.NDArray[np.bool_], begins: int, launch: int | None) -> None:
    """Let a series without sales begin at `begins` and expect nothing before the period of its `launch`.

    `row` and `closed` are the series' own. A launch that passed long ago without a sale is an ended series.
    """
    row[begins] = begins if launch is None else min(begins, max(launch, 0))
    if launch is not None:
        closed[begins + 1 : max(launch, 0)] = True


def _running_sum(values: Array | npt.NDArray[np.bool_]) -> Array:
    sums = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def _added(sums: Array, values: Array) -> Array:
    """`sums` plus the rows of `values`, one after the other: where blocks end then changes no rounding."""
    values[0] += sums
    return np.asarray(values.sum(axis=0))


def _blocks(series: int) -> list[slice]:
    return [slice(start, start + BLOCK_SERIES) for start in range(0, series, BLOCK_SERIES)]


def _categories(panel: Panel, ids: pd.Index[str]) -> dict[str, pd.Categorical]:
    if panel.attributes is None:
        return {}
    texts = panel.attributes.set_index("unique_id").reindex(ids).fillna("")
    return {str(name): pd.Categorical(texts[name].to_numpy()) for name in texts.columns}

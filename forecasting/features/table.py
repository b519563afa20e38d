"""Features known at the origin of a forecast, one row per (series, origin, horizon), all at once.

Every value in units of sales is divided by the series' own scale at the origin, so that one model serves a
product that sells 3 a week and one that sells 3,000. Nothing here looks past the origin, except the calendar
and exogenous columns of the forecast period, which are known in advance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.features.fading import faded
from forecasting.features.look_alikes import lenders_rows, with_lent
from forecasting.features.rows import Rows
from forecasting.features.scale import series_scale
from forecasting.features.season_profile import season_profile
from forecasting.features.year_profile import year_profile
from forecasting.series.history import History
from intake.periods import unit_of

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Windows:
    """Lengths, in periods, that suit a frequency.

    `means` and `exponential` are trailing means, `lags` single periods, `scale` the year-like window that a
    series is scaled by, `year` the periods in a calendar year, `ended` the periods without a row after which
    a series has ended.
    """

    means: tuple[int, ...]
    exponential: tuple[int, ...]
    lags: int
    spread: tuple[int, ...]
    scale: int
    year: float
    ended: int


WINDOWS: Final = {
    "D": Windows((7, 14, 28, 91), (28,), 0, (28,), 91, 365.25, 28),
    "W": Windows((2, 4, 8, 13, 26), (4, 10, 26), 3, (8, 26), 52, 365.25 / 7, 13),
    "MS": Windows((3, 6, 12), (6,), 2, (6,), 12, 12.0, 6),
    "QS": Windows((2, 4), (4,), 1, (4,), 4, 4.0, 4),
}
PRICE: Final = "price"
PRICE_RATIO: Final = "price_ratio"
YEARLY_TERMS: Final = 3
BLOCK_ROWS: Final = 1 << 16  # made together, so that what is made on the way stays small
CALENDAR_CATEGORIES: Final = ("weekday", "month", "quarter")


@dataclass(frozen=True)
class FeatureTable:
    """One column of `frame` per feature; `scale` in units of sales; `silent` rows expect no demand."""

    frame: pd.DataFrame
    scale: Array
    silent: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.frame)


def windows_of(freq: str) -> Windows:
    """The window lengths of a frequency ('W-MON' and its like share those of weeks)."""
    return WINDOWS[unit_of(freq)]


def feature_table(history: History, rows: Rows) -> FeatureTable:
    """Features of all `rows`; what a series with little history lacks is lent by its look-alikes.

    Columns: mean_<w>, exponential_mean_<w>, lag_<k>, spread_<w>, zero_share_<w>, periods_since_sale,
    periods_seen, log_scale, season_<k> (same season k seasons ago), season_mean_* around them, season_level
    (of days: the weekday's mean times its recent rise and the course of the year), profile (pooled season
    index), horizon, calendar columns of the period, the exogenous columns, price_ratio (over the usual
    price), the attributes (category).
    """
    own = _own_features(history, rows)
    place, theirs = lenders_rows(history, rows)
    if not len(place):
        return own
    seen = history.seen_between(rows.series, np.zeros_like(rows.origin), rows.origin + 1)
    lent = _own_features(history, theirs).frame
    return replace(
        own, frame=with_lent(own.frame, lent, place, seen, {"log_scale", PRICE_RATIO, *history.exog})
    )


def _own_features(history: History, rows: Rows) -> FeatureTable:
    windows = windows_of(history.freq)
    numbers, categories = _calendar(history, windows)
    scale, silent = np.empty(len(rows)), np.empty(len(rows), dtype=np.bool_)
    values = np.empty((0, len(rows)), dtype=np.float32)
    names: list[str] = []
    for start in range(0, max(len(rows), 1), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        part = rows.part(block)
        scale[block] = series_scale(history, part, windows.scale)
        silent[block] = _silent(history, part, windows)
        columns = _numbers(history, part, windows, scale[block])
        columns |= {name: of_period[part.period] for name, of_period in numbers.items()}
        if not names:
            names = list(columns)
            values = np.empty((len(names), len(rows)), dtype=np.float32)
        for place, column in enumerate(columns.values()):
            values[place, block] = column
    frame = pd.DataFrame(values.T, columns=names, copy=False)
    for name, of_date in categories.items():
        frame[name] = of_date.take(rows.period)
    for name, of_series in history.categories.items():
        frame[name] = of_series.take(rows.series)
    return FeatureTable(frame=frame, scale=scale, silent=silent)


def _numbers(history: History, rows: Rows, windows: Windows, scale: Array) -> dict[str, Array]:
    return {
        **_levels(history, rows, windows, scale),
        **_seasons(history, rows, scale),
        **_life(history, rows, windows, scale),
        **{name: values[rows.series, rows.period] for name, values in history.exog.items()},
        **_price_ratio(history, rows, windows),
    }


def _price_ratio(history: History, rows: Rows, windows: Windows) -> dict[str, Array]:
    """The price of the forecast period over the usual price of the series so far, 1 where that is not known:
    a discount is the same thing for cheap and dear products.
    """
    if PRICE not in history.exog:
        return {}
    usual = history.exponential_mean(windows.scale, PRICE)[rows.series, rows.origin]
    price = history.exog[PRICE][rows.series, rows.period]
    known = usual > 0
    return {PRICE_RATIO: np.where(known, price / np.where(known, usual, 1.0), 1.0)}


def _levels(history: History, rows: Rows, windows: Windows, scale: Array) -> dict[str, Array]:
    end = rows.origin + 1
    columns = {}
    for window in windows.means:
        columns[f"mean_{window}"] = history.mean_between(rows.series, end - window, end) / scale
    for span in windows.exponential:
        columns[f"exponential_mean_{span}"] = history.exponential_mean(span)[rows.series, rows.origin] / scale
    for lag in range(1, windows.lags + 1):
        columns[f"lag_{lag}"] = history.at(rows.series, end - lag) / scale
    for window in windows.spread:
        mean = history.mean_between(rows.series, end - window, end)
        square = history.mean_between(rows.series, end - window, end, "square")
        columns[f"spread_{window}"] = np.sqrt(np.maximum(square - mean**2, 0.0)) / scale
        columns[f"zero_share_{window}"] = history.mean_between(rows.series, end - window, end, "zero")
    return columns


def _seasons(history: History, rows: Rows, scale: Array) -> dict[str, Array]:
    length = history.season_length
    ago = rows.period - length * (-(-rows.horizon // length))  # newest same season at or before the origin
    columns = {f"season_{k}": history.at(rows.series, ago - (k - 1) * length) / scale for k in (1, 2)}
    if history.freq == "D":
        same = np.stack([history.at(rows.series, ago - k * length) for k in range(8)])
        columns |= {f"season_mean_{k}": _mean_known(same[:k]) / scale for k in (4, 8)}
        columns["season_level"] = columns["season_mean_8"] * _risen(history, rows)
        return columns
    for reach in (1, 2, 6) if length > 12 else (1,):
        end = np.minimum(ago + reach, rows.origin) + 1
        columns[f"season_mean_{2 * reach + 1}"] = history.mean_between(rows.series, ago - reach, end) / scale
    columns["profile"] = season_profile(history, rows.origin, ago)
    return columns


def _risen(history: History, rows: Rows) -> Array:
    """What a day will sell over its weekday's mean of eight weeks: the mean of the last fortnight over that
    of eight weeks, times the course of the year before; as one factor, so that a linear model multiplies.
    """
    end = rows.origin + 1
    recent = history.mean_between(rows.series, end - 14, end)
    usual = history.mean_between(rows.series, end - 56, end)
    known = usual > 0
    rise = np.where(known, recent / np.where(known, usual, 1.0), 1.0)
    return rise * year_profile(history, rows.origin, rows.horizon)


def _mean_known(values: Array) -> Array:
    seen = (~np.isnan(values)).sum(axis=0)
    return np.where(seen > 0, np.nansum(values, axis=0) / np.maximum(seen, 1), np.nan)


def _life(history: History, rows: Rows, windows: Windows, scale: Array) -> dict[str, Array]:
    last_sale = history.last_sale[rows.series, rows.origin]
    since = np.where(last_sale >= 0, rows.origin - last_sale, windows.scale)
    return {
        "periods_since_sale": np.minimum(since, windows.scale).astype(np.float64),
        "periods_seen": history.seen_between(rows.series, rows.origin + 1 - windows.scale, rows.origin + 1),
        "log_scale": np.log(scale),
        "horizon": rows.horizon.astype(np.float64),
    }


def _silent(history: History, rows: Rows, windows: Windows) -> npt.NDArray[np.bool_]:
    """Rows of closed periods, and of series never observed up to the origin (unless look-alikes speak for
    them), without a row for so long that they ended, or without a sale for so long that they faded out.
    """
    spoken = history.spoken[rows.series, rows.origin]
    never = history.seen_between(rows.series, np.zeros_like(rows.origin), rows.origin + 1) == 0
    never &= ~np.isin(rows.series, list(history.look_alikes))
    closed = history.closed[rows.series, rows.period]
    return np.asarray(closed | never | faded(history, rows) | (rows.origin - spoken >= windows.ended))


def _calendar(history: History, windows: Windows) -> tuple[dict[str, Array], dict[str, pd.Categorical]]:
    """By period: the position in the year as Fourier terms; weekday, month or quarter as a category."""
    dates = history.ds
    categories: dict[str, pd.Categorical] = {}
    if history.freq == "D":
        categories["weekday"] = pd.Categorical(dates.day_name())
    elif history.freq == "MS":
        categories["month"] = pd.Categorical(dates.month_name())
    elif history.freq == "QS":
        categories["quarter"] = pd.Categorical([f"Q{quarter}" for quarter in dates.quarter])
    numbers: dict[str, Array] = {}
    if windows.year > 12:
        turn = 2 * np.pi * (np.asarray(dates.dayofyear, dtype=np.float64) - 1) / 365.25
        for k in range(1, YEARLY_TERMS + 1):
            numbers[f"year_sin_{k}"] = np.sin(k * turn)
            numbers[f"year_cos_{k}"] = np.cos(k * turn)
    return numbers, categories

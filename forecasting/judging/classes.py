"""Kinds of series: what sells most (ABC), how evenly (XYZ), and how often and how erratically.

Everything is read off the last year up to the cutoff, so that a class never knows what it is to judge.
Sources: Syntetos, Boylan & Croston (2005), Journal of the Operational Research Society 56 (intermittency, by
the interval between demands and the variation of their sizes); Scholz-Reiter et al. (2012), International
Journal of Productivity and Performance Management 61 (ABC by share of value, XYZ by variation).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.features.table import windows_of
from forecasting.series.history import Array, History

A_SHARE: Final = 0.80  # the largest series that make 80 % of the value are A,
B_SHARE: Final = 0.95  # those up to 95 % are B, the rest C
X_VARIATION: Final = 0.5
Y_VARIATION: Final = 1.0
INTERVAL: Final = 1.32  # periods from one demand to the next
SIZE_VARIATION: Final = 0.49  # squared coefficient of variation of the demands that are not zero
CLASS_COLUMNS: Final = ("unique_id", "abc_xyz", "intermittency", "value")


def series_classes(history: History, origin: int, unit_value: Array | None = None) -> pd.DataFrame:
    """CLASS_COLUMNS, one row per series of `history`, by its last year up to the position `origin`.

    abc_xyz: 'AX' to 'CZ'. intermittency: 'smooth', 'erratic', 'intermittent', 'lumpy', or 'no sales' where
    nothing was sold in that year. value: demand, times `unit_value` (by series) where it is given, by which
    ABC is told. Periods that are not known count nowhere.
    """
    year = history.demand[:, max(0, origin + 1 - int(windows_of(history.freq).year)) : origin + 1]
    known = ~np.isnan(year)
    demand = np.where(known, year, 0.0)
    sold = demand > 0
    mean, variation = _mean_and_variation(demand, known)
    _, size_variation = _mean_and_variation(demand, sold)
    interval = known.sum(axis=1) / np.maximum(sold.sum(axis=1), 1)
    value = demand.sum(axis=1) if unit_value is None else demand.sum(axis=1) * unit_value
    return pd.DataFrame(
        {
            "unique_id": np.array(history.unique_id, dtype=object),
            "abc_xyz": np.char.add(_abc(value), _xyz(np.where(mean > 0, variation, np.inf))),
            "intermittency": np.where(
                sold.any(axis=1), _intermittency(interval, size_variation**2), "no sales"
            ),
            "value": value,
        }
    ).astype({"abc_xyz": object, "intermittency": object})


def _mean_and_variation(values: Array, counted: np.ndarray) -> tuple[Array, Array]:
    """Mean and coefficient of variation of what is `counted` in each row; 0 and 0 where nothing is."""
    count = np.maximum(counted.sum(axis=1), 1)
    mean = np.where(counted, values, 0.0).sum(axis=1) / count
    variance = np.where(counted, (values - mean[:, None]) ** 2, 0.0).sum(axis=1) / count
    return mean, np.sqrt(variance) / np.where(mean > 0, mean, 1.0)


def _abc(value: Array) -> np.ndarray:
    """A while the series above make less than 80 % of all value, B below 95 %, else C; C if worth nothing."""
    order = np.argsort(-value, kind="stable")
    above = np.zeros_like(value)
    above[order] = (np.cumsum(value[order]) - value[order]) / max(value.sum(), np.finfo(float).tiny)
    return np.where(value <= 0, "C", np.select([above < A_SHARE, above < B_SHARE], ["A", "B"], "C"))


def _xyz(variation: Array) -> np.ndarray:
    return np.select([variation <= X_VARIATION, variation <= Y_VARIATION], ["X", "Y"], "Z")


def _intermittency(interval: Array, squared_variation: Array) -> np.ndarray:
    rare, uneven = interval >= INTERVAL, squared_variation >= SIZE_VARIATION
    return np.select([rare & uneven, rare, uneven], ["lumpy", "intermittent", "erratic"], "smooth")

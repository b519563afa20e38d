"""Made-up weekly retail sales of any number of series: what the benchmarks of forecasting grow with."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

FIRST_WEEK: Final = "2021-01-04"
SEASON: Final = 52
DEPARTMENTS: Final = 6  # products of one have their season at the same time
PRODUCTS_OF_A_SHOP: Final = 40


def weekly_retail(series: int, weeks: int, seed: int = 0) -> pd.DataFrame:
    """Sales with the columns unique_id, ds, y, in_stock, sorted.

    Sizes are log-normal, counts negative binomial (gamma-Poisson, shape 3) around a yearly season; three in
    ten series sell in one week of four only; three in twenty begin later than the others, down to four weeks
    before the end; in 4 % of the weeks the shelf is empty, in 1 % the series sells out.
    """
    generator = np.random.default_rng(seed)
    shape = (series, weeks)
    week = np.arange(weeks)
    size = np.exp(generator.normal(0.5, 1.3, series))
    peak = generator.integers(0, SEASON, DEPARTMENTS)[generator.integers(0, DEPARTMENTS, series)]
    strength = generator.uniform(0.0, 0.6, series)
    season = 1.0 + strength[:, None] * np.cos(2 * np.pi * (week - peak[:, None]) / SEASON)
    wanted = generator.poisson(generator.gamma(3.0, size[:, None] * season / 3.0)).astype(np.float64)
    lumpy = generator.random(series) < 0.3
    wanted[lumpy[:, None] & (generator.random(shape) >= 0.25)] = 0.0
    chance = generator.random(shape)
    in_stock = np.where(chance < 0.04, 0.0, np.where(chance < 0.05, 0.5, 1.0))
    first = np.where(generator.random(series) < 0.15, generator.integers(0, weeks - 4, series), 0)
    own, at = np.nonzero(week >= first[:, None])
    ids = [f"s{n // PRODUCTS_OF_A_SHOP:04d}/p{n:06d}" for n in range(series)]
    return pd.DataFrame(
        {
            "unique_id": np.array(ids, dtype=object)[own],
            "ds": pd.date_range(FIRST_WEEK, periods=weeks, freq="W-MON")[at],
            "y": np.where(in_stock > 0, wanted, 0.0)[own, at],
            "in_stock": in_stock[own, at],
        }
    )

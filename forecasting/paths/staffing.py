"""How many people a day needs, from the demand paths of daily sales."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths
from forecasting.paths.sample_quantiles import sample_quantiles
from intake.errors import InputError

BUSY_DAY: Final = 0.90
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def staffing_table(
    paths: DemandPaths, sales_per_person: float, freq: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Expected and busy-day sales and the people they need, by weekday and by date.

    The sales of all series of a path are added first: the same people serve them. A busy day is the 90 %
    quantile; people are the ceiling of sales / `sales_per_person`, both in the unit of y per day.

    By weekday (Monday first; a weekday pools the paths of all its dates): weekday, expected_sales,
    busy_day_sales, people_expected, people_busy_day. By date: ds, weekday and the same four.
    InputError if the paths are not daily (`freq` 'D', which a single period cannot tell) or
    `sales_per_person` is not positive.
    """
    if not (np.isfinite(sales_per_person) and sales_per_person > 0):
        raise InputError(
            f"sales_per_person, what one person sells a day, must be positive, not {sales_per_person}"
        )
    if freq != "D" or (np.diff(paths.ds.to_numpy()) != np.timedelta64(1, "D")).any():
        raise InputError(
            "a staffing table needs a daily forecast and these periods are longer; train on daily sales"
        )
    total = paths.total()
    weekday = np.asarray(paths.ds.weekday)
    by_date = pd.DataFrame(
        {
            "ds": paths.ds,
            "weekday": [WEEKDAYS[day] for day in weekday],
            **_needs([total[:, day] for day in range(len(paths.ds))], sales_per_person),
        }
    )
    present = [day for day in range(7) if (weekday == day).any()]
    by_weekday = pd.DataFrame(
        {
            "weekday": [WEEKDAYS[day] for day in present],
            **_needs([total[:, weekday == day].reshape(-1) for day in present], sales_per_person),
        }
    )
    return by_weekday, by_date


def _needs(samples: list[np.ndarray], sales_per_person: float) -> dict[str, np.ndarray]:
    expected = np.array([sample.mean() for sample in samples])
    busy = np.array([float(sample_quantiles(sample[None], (BUSY_DAY,))[0, 0]) for sample in samples])
    return {
        "expected_sales": expected,
        "busy_day_sales": busy,
        "people_expected": np.ceil(expected / sales_per_person).astype(np.int64),
        "people_busy_day": np.ceil(busy / sales_per_person).astype(np.int64),
    }

"""The table of predictions that people download."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths

QUANTILES: Final = {"p10": 0.10, "p50": 0.50, "p80": 0.80, "p90": 0.90, "p95": 0.95}


def prediction_table(paths: DemandPaths) -> pd.DataFrame:
    """Mean and quantiles of each period, read off the paths.

    Columns ds, unique_id, mean, p10, p50, p80, p90, p95; one row per period and series, sorted by unique_id,
    ds.
    """
    series, _, horizon = paths.shape
    columns: dict[str, object] = {
        "ds": np.tile(paths.ds.to_numpy(), series),
        "unique_id": np.repeat(np.array(paths.unique_id, dtype=object), horizon),
        "mean": paths.mean().reshape(-1),
    }
    quantiles = paths.quantiles(tuple(QUANTILES.values()))
    columns |= {name: values.reshape(-1) for name, values in zip(QUANTILES, quantiles, strict=True)}
    return pd.DataFrame(columns).sort_values(["unique_id", "ds"], ignore_index=True)


def total_table(paths: DemandPaths) -> pd.DataFrame:
    """`prediction_table` of the sum of all series, summed path by path; its unique_id is 'total'."""
    together = DemandPaths(values=paths.total()[np.newaxis], unique_id=("total",), ds=paths.ds)
    return prediction_table(together)

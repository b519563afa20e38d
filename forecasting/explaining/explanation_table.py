"""Which forecasts are explained, and the table that people download."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import pandas as pd

from forecasting.explaining.contributions import Contributions
from forecasting.explaining.words import Language, in_words
from forecasting.model import Model
from forecasting.paths.demand_paths import DemandPaths
from forecasting.series.panel import Panel

EXPLAINED_ROWS: Final = 20_000  # about twenty seconds of SHAP values
_COLUMNS: Final[Mapping[str, Language]] = {"explanation": "en", "explicacion": "es"}


def worth_explaining(paths: DemandPaths) -> tuple[list[str], int]:
    """The series and the number of first periods to explain: all, or as many as `EXPLAINED_ROWS` allow.

    The next period of every series comes first; where even that is too much, the series that sell most.
    """
    series, _, horizon = paths.shape
    periods = min(horizon, max(1, EXPLAINED_ROWS // max(series, 1)))
    most = np.argsort(-paths.mean()[:, 0], kind="stable")[:EXPLAINED_ROWS]
    return [paths.unique_id[place] for place in np.sort(most)], periods


def explained(
    model: Model,
    panel: Panel,
    cutoff: pd.Timestamp,
    paths: DemandPaths,
    unique_id: Collection[str],
    periods: int,
) -> Contributions:
    """What the means of the first `periods` of `paths` of the series `unique_id` are made of.

    `panel` as `model.demand_paths` took it. Where the law of demand moves the mean, all parts move with it.
    """
    parts = model.contributions(panel, cutoff, periods, unique_id)
    number = {name: place for place, name in enumerate(paths.unique_id)}
    chosen = [number[name] for name in parts.unique_id]
    return parts.of(paths.values[chosen, :, :periods].mean(axis=1))


def explanation_table(
    parts: Contributions, ds: pd.DatetimeIndex, similar_to: Mapping[str, str]
) -> pd.DataFrame:
    """One row per series and period of `ds` (the first ones of the horizon), sorted by unique_id, ds.

    Columns ds, unique_id, mean, a column per group in units, explanation, explicacion (in Spanish).
    `similar_to`: by unique_id, the look-alikes that speak for a series.
    """
    periods = len(ds)
    values = parts.values[:, :periods].reshape(-1, len(parts.groups))
    names = list(np.repeat(np.array(parts.unique_id, dtype=object), periods))
    said = {
        column: [
            in_words(dict(zip(parts.groups, row, strict=True)), language, similar_to=similar_to.get(name, ""))
            for name, row in zip(names, values.tolist(), strict=True)
        ]
        for column, language in _COLUMNS.items()
    }
    table = pd.DataFrame({"ds": np.tile(ds.to_numpy(), len(parts.unique_id)), "unique_id": names})
    table = table.assign(mean=values.sum(axis=1), **dict(zip(parts.groups, values.T, strict=True)), **said)
    return table.sort_values(["unique_id", "ds"], ignore_index=True)

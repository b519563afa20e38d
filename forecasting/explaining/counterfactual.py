"""What would be expected if exogenous columns were otherwise in the periods ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from forecasting.recipes.contract import Array, Standing
from forecasting.series.history import History


def instead(standing: Standing, values: Mapping[str, float | Array]) -> Standing:
    """`standing` with other exogenous `values` after its origin: a number, or one per series, by column."""
    history = standing.history
    changed = dict(history.exog)
    for name, value in values.items():
        column = changed[name].copy()
        column[:, standing.origin + 1 :] = np.reshape(value, (-1, 1))
        changed[name] = column
    return replace(standing, history=replace(history, exog=changed))


def events(history: History, origin: int) -> tuple[str, ...]:
    """Exogenous columns that are mostly 0 up to `origin` and never below: what happens or does not."""
    found = []
    for name, values in history.exog.items():
        known = values[:, : origin + 1]
        known = known[~np.isnan(known)]
        if known.size and (known >= 0).all() and (known == 0).mean() >= 0.5:
            found.append(name)
    return tuple(found)

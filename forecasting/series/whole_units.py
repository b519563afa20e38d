"""Whether a series sells by the piece: then its demand paths are whole numbers, too."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.series.panel import Panel


def whole_units(panel: Panel, cutoff: pd.Timestamp) -> pd.Series[bool]:
    """Per unique_id: whether all its demand up to `cutoff` came in whole units; of a series without any, that
    of its look-alikes.
    """
    series, ids = panel.series
    y = panel.frame["y"].to_numpy()
    past = (panel.frame["ds"] <= cutoff).to_numpy()
    sold = past & ~np.isnan(y)
    begun, seen, broken = (
        np.bincount(series[rows], minlength=len(ids)) > 0 for rows in (past, sold, sold & (y != np.round(y)))
    )
    of_series = pd.Series(~broken, index=ids)
    own = of_series[seen]
    for name in panel.newcomers.keys() & set(ids[~seen]):
        # Of look-alikes that have sold, so that it does not matter which newcomer comes first.
        of_series[name] = own.reindex(list(panel.newcomers[name].similar_to)).dropna().all()
    return of_series[begun]

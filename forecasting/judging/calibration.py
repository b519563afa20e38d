"""Do 80 % intervals hold 80 % of what happens?"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

NOMINAL: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def randomised_pit(
    values: npt.NDArray[np.float64], y: npt.NDArray[np.float64], seed: int
) -> npt.NDArray[np.float64]:
    """Probability of `y` (series, horizon) under sample paths (series, paths, horizon), drawn within ties.

    A uniform number between the shares of paths below y and not above y (Czado, Gneiting & Held 2009), so
    that it is uniform for counts as well if the paths are right; plain coverage of counts is too high by
    construction.
    """
    below = (values < y[:, None, :]).mean(axis=1)
    upto = (values <= y[:, None, :]).mean(axis=1)
    drawn = below + np.random.default_rng([seed, 1]).random(y.shape) * (upto - below)
    return np.where(np.isnan(y), np.nan, drawn)


def calibration_table(pit: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Columns nominal, empirical, rows: the share of probabilities that lie in the central interval."""
    known = pit[~np.isnan(pit)]
    inside = [
        float((np.abs(known - 0.5) <= nominal / 2).mean()) if known.size else np.nan for nominal in NOMINAL
    ]
    return pd.DataFrame({"nominal": NOMINAL, "empirical": inside, "rows": known.size})


def pit_deciles(pit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Share of probabilities in each tenth of 0 to 1: a tenth each where the paths are right; NaN skipped."""
    known = pit[~np.isnan(pit)]
    return np.asarray(np.histogram(known, bins=10, range=(0.0, 1.0))[0] / max(known.size, 1))

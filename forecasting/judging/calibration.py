"""Do 80 % intervals hold 80 % of what happens?"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

NOMINAL: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
REPORTED: Final = (0.5, 0.8, 0.95)
SIZES: Final = (0.0, 0.25, 0.5, *(2.0**power for power in range(11)), np.inf)
"""Edges of the classes of forecasts by size, in units of sales."""


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


def size_classes(size: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    """Class of each forecast by its size, in words: "0.5 to 1" holds 0.5 and not 1."""
    words = [f"{low:g} to {high:g}" for low, high in pairwise(SIZES[:-1])] + [f"{SIZES[-2]:g} and more"]
    return np.array(words, dtype=object)[np.searchsorted(SIZES, size, side="right") - 1]


def coverage_table(pit: npt.NDArray[np.float64], classes: npt.NDArray[Any]) -> pd.DataFrame:
    """Columns class, nominal (50, 80 and 95 %), empirical, rows: as `calibration_table`, by class.

    `classes`, of the shape of `pit`, may be sizes (`size_classes`), horizons or whatever tells cases apart.
    """
    known = ~np.isnan(pit)
    case = pd.DataFrame({"class": classes[known], "off": np.abs(pit[known] - 0.5)})
    tables = [
        pd.DataFrame(
            {
                "class": name,
                "nominal": REPORTED,
                "empirical": [float((own["off"] <= nominal / 2).mean()) for nominal in REPORTED],
                "rows": len(own),
            }
        )
        for name, own in case.groupby("class", sort=True)
    ]
    return pd.concat(tables or [pd.DataFrame({"class": [], "nominal": [], "empirical": [], "rows": []})])

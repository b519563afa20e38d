"""Quantiles of sample paths, read off without interpolation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError

BLOCK_SERIES: Final = 256  # sorted together, so that no copy of all paths is made


def sample_quantiles(values: npt.NDArray[np.float64], qs: Sequence[float]) -> npt.NDArray[np.float64]:
    """For each of `qs` the quantile over axis 1 of `values` (series, paths, ...): (quantiles, series, ...).

    It is a value that occurs: of n sorted values the quantile q is number ceil(n q), definition 1 of Hyndman
    & Fan (1996), The American Statistician 50. All are read off one sorting. InputError unless 0 <= q <= 1.
    """
    for q in qs:
        if not 0 <= q <= 1:
            raise InputError(f"a quantile lies between 0 and 1, not at {q}")
    ranks = [max(math.ceil(values.shape[1] * q - 1.0), 0) for q in qs]
    quantiles = np.empty((len(ranks), len(values), *values.shape[2:]))
    for start in range(0, len(values), BLOCK_SERIES):
        block = slice(start, start + BLOCK_SERIES)
        quantiles[:, block] = np.moveaxis(np.sort(values[block], axis=1)[:, ranks], 1, 0)
    return quantiles

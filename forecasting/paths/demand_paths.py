"""Joint sample paths of demand: the one form in which `forecasting` hands uncertainty to `planning`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.paths.sample_quantiles import sample_quantiles
from intake.errors import InputError


@dataclass(frozen=True)
class DemandPaths:
    """Equally likely futures of every series, drawn together.

    `values` has shape (series, paths, horizon) and is never negative; path number p of all series and periods
    is one joint future. Sum a path, then take the quantile: a sum of weekly P95s is not the P95 of the sum.
    """

    values: npt.NDArray[np.float64]
    unique_id: tuple[str, ...]
    ds: pd.DatetimeIndex

    def __post_init__(self) -> None:
        """Raise InputError unless shapes agree, ids are distinct and values finite and not negative."""
        if self.values.ndim != 3:
            raise InputError(
                f"demand paths need three axes (series, paths, horizon), these have {self.values.ndim}"
            )
        series, paths, horizon = self.values.shape
        if (series, horizon) != (len(self.unique_id), len(self.ds)) or paths == 0:
            raise InputError(
                f"demand paths of shape {self.values.shape} do not fit {len(self.unique_id)} series "
                f"and {len(self.ds)} periods; give one path or more per series and a value per period"
            )
        if len(set(self.unique_id)) != series:
            raise InputError("demand paths name a unique_id twice; join the series before drawing paths")
        # Not by a mask of each value: there may be hundreds of millions.
        if self.values.size and not 0 <= self.values.min() <= self.values.max() < np.inf:
            raise InputError("demand paths must be finite and not negative")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of series, of paths and of periods."""
        series, paths, horizon = self.values.shape
        return series, paths, horizon

    def total(self) -> npt.NDArray[np.float64]:
        """Demand of all series together, path by path, shape (paths, horizon)."""
        return np.asarray(self.values.sum(axis=0), dtype=np.float64)

    def mean(self) -> npt.NDArray[np.float64]:
        """Expected demand, shape (series, horizon)."""
        return np.asarray(self.values.mean(axis=1), dtype=np.float64)

    def quantile(self, q: float) -> npt.NDArray[np.float64]:
        """Smallest sampled demand that a share `q` of the paths does not exceed, (series, horizon)."""
        return np.asarray(self.quantiles((q,))[0])

    def quantiles(self, qs: Sequence[float]) -> npt.NDArray[np.float64]:
        """`quantile` for each of `qs`, shape (quantiles, series, horizon); all are read off one sorting."""
        return sample_quantiles(self.values, qs)

    def sum_quantile(self, q: float, periods: int | slice) -> npt.NDArray[np.float64]:
        """Quantile of demand summed over `periods`, shape (series,).

        `periods` is a number of first periods, or a slice such as slice(2, 5) for the third to fifth.
        """
        chosen = slice(0, periods) if isinstance(periods, int) else periods
        if isinstance(periods, int) and not 0 <= periods <= len(self.ds):
            raise InputError(
                f"{periods} periods were asked of paths over {len(self.ds)}; draw paths over a longer horizon"
            )
        return np.asarray(sample_quantiles(self.values[:, :, chosen].sum(axis=2), (q,))[0])

    def to_frame(self) -> pd.DataFrame:
        """Long table with the columns unique_id, path, ds, y, sorted in that order."""
        series, paths, horizon = self.values.shape
        return pd.DataFrame(
            {
                "unique_id": np.repeat(np.array(self.unique_id, dtype=object), paths * horizon),
                "path": np.tile(np.repeat(np.arange(paths, dtype=np.int64), horizon), series),
                "ds": np.tile(self.ds.to_numpy(), series * paths),
                "y": self.values.reshape(-1),
            }
        )

"""Splits by time, the only kind there is: what comes later never teaches what came before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from intake.errors import InputError


@dataclass(frozen=True)
class Split:
    """Last period of each part: train to `train_end`, then validation (if any), then test to `test_end`."""

    train_end: pd.Timestamp
    validation_end: pd.Timestamp | None
    test_end: pd.Timestamp

    def __post_init__(self) -> None:
        """Raise InputError unless every part ends after the one before it."""
        ends = [end for end in (self.train_end, self.validation_end, self.test_end) if end is not None]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            shown = ", ".join(f"{end:%Y-%m-%d}" for end in ends)
            raise InputError(f"the parts of a split must end one after the other, not at {shown}")

    @property
    def development_end(self) -> pd.Timestamp:
        """Last period that may be used to choose a recipe; everything later is the test part."""
        return self.validation_end if self.validation_end is not None else self.train_end

    def part(self, ds: pd.Series[pd.Timestamp]) -> pd.Series[str]:
        """Name of the part (train, validation, test) that each date falls in, as a Series like `ds`."""
        parts = pd.Series("train", index=ds.index, name="part")
        return parts.mask(ds > self.train_end, "validation").mask(ds > self.development_end, "test")


def split_by_time(
    ds: pd.Series[pd.Timestamp] | pd.DatetimeIndex,
    *,
    shares: Sequence[float] = (0.7, 0.3),
    dates: Sequence[pd.Timestamp] | None = None,
) -> Split:
    """Cut the distinct periods of `ds` in two (train, test) or three (train, validation, test) parts by time.

    `shares` add up to 1 and are counted in distinct periods, rounded down for all but the last part.
    `dates`, if given, are the last period of each part but the last and win over `shares`. InputError if a
    part stays empty.

    >>> split_by_time(pd.date_range("2022-01-01", periods=10)).train_end
    Timestamp('2022-01-07 00:00:00')
    """
    periods = pd.DatetimeIndex(np.sort(pd.DatetimeIndex(ds).unique()))
    if periods.empty:
        raise InputError("there is nothing to split; give at least two periods")
    ends = _ends_of_shares(periods, shares) if dates is None else [pd.Timestamp(date) for date in dates]
    if len(ends) not in (1, 2):
        raise InputError("a split has two parts (train, test) or three (train, validation, test)")
    parts = [0, *(int(periods.searchsorted(end, side="right")) for end in ends), len(periods)]
    if any(later <= earlier for earlier, later in pairwise(parts)):
        raise InputError(
            f"the split leaves a part without one of the {len(periods)} periods; "
            "move the cut or bring more history"
        )
    last_periods = [pd.Timestamp(periods[end - 1]) for end in parts[1:]]
    return Split(
        train_end=last_periods[0],
        validation_end=last_periods[1] if len(last_periods) == 3 else None,
        test_end=last_periods[-1],
    )


def _ends_of_shares(periods: pd.DatetimeIndex, shares: Sequence[float]) -> list[pd.Timestamp]:
    if any(not share > 0 for share in shares) or not math.isclose(sum(shares), 1.0, abs_tol=1e-9):
        raise InputError(f"the shares of a split must be positive and add up to 1, not {tuple(shares)}")
    counts = [math.floor(len(periods) * share + 1e-9) for share in np.cumsum(shares)[:-1]]
    if min(counts, default=1) < 1:
        raise InputError(
            f"{len(periods)} periods are too few for the shares {tuple(shares)}; bring more history"
        )
    return [pd.Timestamp(periods[count - 1]) for count in counts]

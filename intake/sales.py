"""Sales from several files as one table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from intake.errors import MissingError


def merge_sales(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One sales frame from several, given from the oldest to the newest file.

    The unit of correction is series x period: the row of a later frame replaces the whole row of an earlier
    one with the same `unique_id` and `ds`, and everything else stays. Sorted by `unique_id` and `ds`; a
    column that a frame does not have is NaN in its rows. MissingError if there are no frames.
    """
    if not frames:
        raise MissingError("there are no sales to merge; upload at least one sales file")
    together = pd.concat(frames, ignore_index=True)
    newest = together.drop_duplicates(["unique_id", "ds"], keep="last")
    return newest.sort_values(["unique_id", "ds"], ignore_index=True)

"""What counts of stock say about the shelf: which periods were missed, and which sold out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from intake.errors import MissingError
from intake.periods import period_start, shift
from intake.reading import Reading
from intake.sales import KEY

SOLD_OUT: Final = 0.5  # any share between 0 and 1 marks a period that sold out; how long is not known


def in_stock_from_counts(
    sales: pd.DataFrame, readings: Sequence[Reading], freq: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """`sales` with `in_stock` where stock counts of several days say it, and what was done.

    The last count of a period (all lots together; a later file corrects an earlier one) is what was left at
    its end, and the next period's beginning. Nothing at the beginning, nothing at the end and nothing sold:
    0, the period is missing. Nothing at the end and something sold: 0.5, it sold out. Any other period with a
    count at its end was on the shelf: 1. Periods without a count, and those of which the sales file itself
    states in_stock, stay as they are. MissingError if counts of fewer than two days are there.
    """
    counts = _counts(readings)
    days = counts["as_of"].nunique()
    if days < 2:
        raise MissingError(
            f'in_stock = "from_stock_records" needs stock files with as_of on two days or more, and there '
            f"are {days}; upload older counts, or state another in_stock in [dataset]"
        )
    ends = counts.assign(ds=period_start(counts["as_of"], freq)).sort_values("as_of", kind="stable")
    left = ends.drop_duplicates(KEY, keep="last").set_index(KEY)["on_hand"]
    wanted = pd.MultiIndex.from_frame(sales[KEY])
    before = pd.MultiIndex.from_arrays([sales["unique_id"], shift(sales["ds"], -1, freq)])
    at_end, at_begin = (left.reindex(keys).to_numpy(dtype=np.float64) for keys in (wanted, before))
    y = sales["y"].to_numpy(dtype=np.float64)
    missed = (at_end <= 0) & (at_begin <= 0) & (y <= 0)
    sold_out = (at_end <= 0) & (y > 0)
    told = pd.Series(
        np.select([missed, sold_out, ~np.isnan(at_end)], [0.0, SOLD_OUT, 1.0], np.nan), index=sales.index
    )
    given = sales["in_stock"] if "in_stock" in sales else pd.Series(np.nan, index=sales.index)
    open_ = given.isna().to_numpy()
    note = (
        f"stock counts of {days:,} days give in_stock of {int((told.notna() & open_).sum()):,} rows: "
        f"{int((missed & open_).sum()):,} missing (nothing left before, nothing after, nothing sold), "
        f"{int((sold_out & open_).sum()):,} sold out; {int((told.isna() & open_).sum()):,} rows have no count"
    )
    return sales.assign(in_stock=given.fillna(told)), (note,)


def _counts(readings: Sequence[Reading]) -> pd.DataFrame:
    """One row per series and day of counting, of the newest file that has them; lots are added up."""
    dated = [reading.frame.dropna(subset=["as_of"]) for reading in readings if "as_of" in reading.frame]
    summed = [
        frame.groupby(["unique_id", "as_of"], as_index=False)["on_hand"].sum()
        for frame in dated
        if len(frame)
    ]
    if not summed:
        return pd.DataFrame(
            {"unique_id": [], "as_of": pd.DatetimeIndex([]), "on_hand": np.array([], dtype=np.float64)}
        )
    together: pd.DataFrame = pd.concat(summed, ignore_index=True)
    return together.drop_duplicates(["unique_id", "as_of"], keep="last")

"""Sales from several files as one table, and the same sales in longer periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import MissingError
from intake.period_shares import SHARED
from intake.periods import period_start

KEY: Final = ["unique_id", "ds"]


@dataclass(frozen=True)
class Drop:
    """What one file did to the sales before it, in rows of series x period.

    `added`: new ones. `replaced`: corrected ones. `repeated`: said again, just as they were. `quantity`: by
    how much the sum of y changed.
    """

    added: int
    replaced: int
    repeated: int
    quantity: float


@dataclass(frozen=True, eq=False)
class Merged:
    """The rows that count, the place of the frame that each comes from, and what each frame changed."""

    frame: pd.DataFrame
    file: npt.NDArray[np.intp]
    drops: tuple[Drop, ...]


def merge_sales(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One sales frame from several, given from the oldest to the newest file.

    The unit of correction is series x period: the row of a later frame replaces the whole row of an earlier
    one with the same `unique_id` and `ds`, and everything else stays. Sorted by `unique_id` and `ds`; a
    column that a frame does not have is NaN in its rows. MissingError if there are no frames.
    """
    return merge_drops(frames).frame


def merge_drops(frames: Sequence[pd.DataFrame]) -> Merged:
    """`merge_sales`, with the place of each row's frame and what each of the frames changed."""
    if not frames:
        raise MissingError("there are no sales to merge; upload at least one sales file")
    together = pd.concat(frames, ignore_index=True)
    file = np.repeat(np.arange(len(frames)), [len(frame) for frame in frames])
    order = together[KEY].assign(file=file).sort_values([*KEY, "file"], kind="stable").index.to_numpy()
    rows, file = together.loc[order].reset_index(drop=True), file[order]
    first = ~rows.duplicated(KEY).to_numpy(dtype=np.bool_)
    values = rows.drop(columns=KEY)
    before = values.shift()
    same = ((values == before) | (values.isna() & before.isna())).all(axis=1).to_numpy(dtype=np.bool_)
    change = np.zeros(len(rows))
    if "y" in rows:
        y = rows["y"].to_numpy(dtype=np.float64)
        change = y - np.where(first, 0.0, np.concatenate([[0.0], y[:-1]]))
    drops = tuple(
        Drop(
            added=int((first & own).sum()),
            replaced=int((~first & ~same & own).sum()),
            repeated=int((~first & same & own).sum()),
            quantity=float(np.nansum(change[own])),
        )
        for own in (file == number for number in range(len(frames)))
    )
    newest = ~rows.duplicated(KEY, keep="last")
    return Merged(rows[newest].reset_index(drop=True), file[newest.to_numpy()], drops)


def sum_to(frame: pd.DataFrame, freq: str) -> pd.DataFrame:
    """Sales in the longer periods of `freq`.

    y, requested and revenue are added up (a row without `requested` asked for its y); price is the mean per
    unit sold, in_stock, flags and every other number the mean over the rows: a promotion on two days of seven
    is 2/7. Sorted by `unique_id` and `ds`.
    """
    rows = frame.assign(ds=period_start(frame["ds"], freq))
    if "requested" in rows and "y" in rows:
        asked = rows.groupby(KEY)["requested"].transform("count") > 0
        rows = rows.assign(requested=rows["requested"].fillna(rows["y"].where(asked)))
    if not rows.duplicated(KEY).any():
        return rows.sort_values(KEY, ignore_index=True)
    groups = rows.groupby(KEY, sort=True)
    columns = {}
    for name in rows.columns.drop(KEY):
        if name in SHARED:
            columns[name] = groups[name].sum(min_count=1)
        else:
            numeric = pd.api.types.is_numeric_dtype(rows[name])
            columns[name] = groups[name].mean() if numeric else groups[name].last()
    summed = pd.DataFrame(columns)
    if "price" in rows and "y" in rows:
        weight = rows["y"].clip(lower=0.0).where(rows["price"].notna(), 0.0)
        weighted = rows[KEY].assign(weight=weight, money=weight * rows["price"].fillna(0.0))
        sold = weighted.groupby(KEY, sort=True)[["weight", "money"]].sum()
        summed["price"] = (sold["money"] / sold["weight"].where(sold["weight"] > 0)).fillna(summed["price"])
    return summed.reset_index()[list(frame.columns)]

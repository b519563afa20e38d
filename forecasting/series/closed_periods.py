"""Unknown, zero and closed: three things that a period without sales can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

from intake.errors import MissingError

MissingPeriods = Literal["unknown", "zero", "closed"]

CLOSED: Final = "closed"
_WHOLE: Final = 1.0 - 1e-9
_MEANING: Final = {
    "unknown": "unknown, so nothing is learned from them",
    "zero": "periods in which nothing was sold",
    "closed": "closed, so nothing is learned from them",
}


def with_closures(
    frame: pd.DataFrame, exog: Sequence[str], closures: pd.Series[float] | None
) -> tuple[pd.DataFrame, list[str]]:
    """`frame` with the column `closed`, where the calendar or `closures` close anything, and its exog.

    The longer of both closures counts. A period that is closed in part sells less: then `closed` is an
    exogenous column like any other, known in advance.
    """
    names = [name for name in exog if name != CLOSED]
    if closures is None and CLOSED not in frame:
        return frame, names
    share = _stated(frame["ds"], closures).fillna(0.0)
    if CLOSED in frame:
        given = frame[CLOSED].fillna(0.0)
        share = share.where(share > given, given)
    partial = ((share > 0) & (share < _WHOLE)).any()
    return frame.assign(closed=share.where(share < _WHOLE, 1.0)), [*names, *([CLOSED] if partial else [])]


def closed_ahead(future: pd.DataFrame, closures: pd.Series[float] | None) -> pd.DataFrame:
    """`future` rows with `closed` where nothing said so yet; MissingError beyond what `closures` reach."""
    if CLOSED not in future:
        return future
    stated = _stated(future["ds"], closures)
    if closures is not None and len(closures) and stated.isna().any():
        raise MissingError(
            f"it is not known which periods after {closures.index.max():%Y-%m-%d} are closed; "
            "ask for closures that reach to the end of the horizon"
        )
    return future.assign(closed=future[CLOSED].fillna(stated).fillna(0.0))


def fill_missing(frame: pd.DataFrame, missing_periods: MissingPeriods) -> tuple[pd.DataFrame, list[str]]:
    """`frame` with y and in_stock of periods without a row as `missing_periods` says, and a count of each.

    Closed periods are masked (y NaN, in_stock 0) where nothing was sold; a sale on a closed day stays one. Of
    a series without any row of sales (a newcomer) nothing is said.
    """
    last = frame.loc[frame["in_stock"].notna(), "ds"].max()
    told = frame["in_stock"].notna().groupby(frame["unique_id"]).transform("any")
    absent = frame["in_stock"].isna() & (frame["ds"] <= last) & told
    closed = frame[CLOSED] >= _WHOLE if CLOSED in frame else pd.Series(False, index=frame.index)
    shut = closed & (frame["ds"] <= last) & (absent | (frame["y"] == 0))
    other = absent & ~shut
    y, in_stock = frame["y"], frame["in_stock"]
    if missing_periods == "zero":
        y, in_stock = y.mask(other, 0.0), in_stock.mask(other, 1.0)
    elif missing_periods == "closed":
        in_stock = in_stock.mask(other, 0.0)
    counts = []
    if other.any():
        series = frame.loc[other, "unique_id"].nunique()
        counts.append(
            f"{int(other.sum()):,} missing periods in {series:,} series: {_MEANING[missing_periods]}; "
            f"[dataset] missing_periods = {_others(missing_periods)} says otherwise"
        )
    if shut.any():
        counts.append(f"{int(shut.sum()):,} periods without sales are closed by what is stated")
    sold = closed & frame["y"].notna() & (frame["y"] != 0)
    if sold.any():
        row = frame[sold].iloc[0]
        counts.append(
            f"{int(sold.sum()):,} periods that are stated to be closed have sales, which are kept: "
            f"{row['unique_id']} sold {row['y']:.10g} on {row['ds']:%Y-%m-%d}"
        )
    return frame.assign(y=y.mask(shut), in_stock=in_stock.mask(shut, 0.0)), counts


def _stated(ds: pd.Series[pd.Timestamp], closures: pd.Series[float] | None) -> pd.Series[float]:
    if closures is None:
        return pd.Series(np.nan, index=ds.index)
    return pd.Series(closures.reindex(pd.DatetimeIndex(ds)).to_numpy(dtype=np.float64), index=ds.index)


def _others(missing_periods: str) -> str:
    return " or ".join(f'"{name}"' for name in _MEANING if name != missing_periods)

"""Join a calendar of holidays, promotions, weather and the like to the series of a panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from intake.errors import InputError, MissingError
from intake.periods import following, period_number, period_start


def add_calendar(
    frame: pd.DataFrame,
    calendar: pd.DataFrame,
    exog: Sequence[str],
    freq: str,
    attributes: pd.DataFrame | None,
) -> tuple[pd.DataFrame, list[str]]:
    """`frame` with the calendar's numeric columns, and the names of all exogenous columns.

    Days are averaged over each period, so a weekly holiday is the share of holidays in the week. A row with a
    location counts there alone and wins over one without. Values of `exog` in `frame` win over the
    calendar's. Where the calendar reaches past the last row, future rows (y and in_stock NaN) are added to
    every series.
    """
    if "ds" not in calendar.columns:
        raise MissingError("the calendar has no column 'ds'; every row needs its date")
    names = [
        name
        for name in calendar.columns
        if name not in ("ds", "location") and pd.api.types.is_numeric_dtype(calendar[name])
    ]
    clashing = sorted({"y", "in_stock", "requested", "unique_id"} & set(names))
    if clashing:
        raise InputError(
            f"a calendar cannot have a column '{clashing[0]}'; it belongs to the sales", column=clashing[0]
        )
    if not names or calendar.empty:
        return frame, list(exog)
    rows = calendar.assign(ds=period_start(calendar["ds"], freq))
    extended = _with_future_rows(frame, rows["ds"].max(), freq)
    values = _lookup(extended, rows, names, attributes)
    present = [name for name in names if name in extended.columns]
    values[present] = extended[present].fillna(values[present])
    return extended.assign(**{name: values[name] for name in names}), list(dict.fromkeys([*exog, *names]))


def _with_future_rows(frame: pd.DataFrame, until: pd.Timestamp, freq: str) -> pd.DataFrame:
    last = frame["ds"].max()
    dates = following(last, max(int((period_number(until, freq) - period_number(last, freq))[0]), 0), freq)
    future = pd.MultiIndex.from_product([list(frame["unique_id"].unique()), dates], names=["unique_id", "ds"])
    both = pd.concat([frame, future.to_frame(index=False)], ignore_index=True) if len(future) else frame
    return both.sort_values(["unique_id", "ds"], ignore_index=True)


def _lookup(
    frame: pd.DataFrame, rows: pd.DataFrame, names: list[str], attributes: pd.DataFrame | None
) -> pd.DataFrame:
    if "location" not in rows.columns:
        return frame[["ds"]].merge(rows.groupby("ds")[names].mean(), on="ds", how="left")[names]
    place = rows["location"].fillna("").astype(str)
    everywhere = frame[["ds"]].merge(rows[place == ""].groupby("ds")[names].mean(), on="ds", how="left")[
        names
    ]
    here = rows.assign(location=place).groupby(["location", "ds"])[names].mean()
    keys = pd.MultiIndex.from_arrays([_location(frame["unique_id"], attributes), frame["ds"]])
    local = pd.DataFrame(here.reindex(keys).to_numpy(dtype=np.float64), columns=names, index=everywhere.index)
    return local.fillna(everywhere)


def _location(unique_id: pd.Series[str], attributes: pd.DataFrame | None) -> pd.Series[str]:
    if attributes is not None and "location" in attributes.columns:
        return unique_id.map(attributes.set_index("unique_id")["location"])
    return unique_id.str.split("/").str[0]


def unmatched_places(
    frame: pd.DataFrame, calendar: pd.DataFrame, attributes: pd.DataFrame | None
) -> tuple[str, ...]:
    """A sentence about calendar rows of places in which no series is sold."""
    if "location" not in calendar:
        return ()
    place = calendar["location"].fillna("").astype(str)
    known = set(_location(frame["unique_id"].drop_duplicates(), attributes).dropna())
    strange = place[(place != "") & ~place.isin(known)]
    if strange.empty:
        return ()
    names = ", ".join(f"'{name}'" for name in sorted(strange.unique())[:5])
    return (
        f"{len(strange):,} rows of the calendar are of places in which no series is sold and hold nowhere: "
        f"{names}; the place of a series is its unique_id up to the first '/', or its location in the items",
    )


def twice_told(sales: pd.DataFrame, frame: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each column of sales that the calendar has, too: in how many rows they differ.

    `frame`: the series with the calendar's columns. `names`: columns of sales that give way to a calendar.
    """
    joined = [name for name in names if name in frame]
    both = sales[["unique_id", "ds", *joined]].merge(
        frame[["unique_id", "ds", *joined]], on=["unique_id", "ds"], suffixes=("", " of the calendar")
    )
    sentences = []
    for name in joined:
        given, told = both[name], both[f"{name} of the calendar"]
        compared = int((given.notna() & told.notna()).sum())
        differ = int((given - told).abs().gt(1e-9 * told.abs().clip(lower=1)).sum())
        sentences.append(
            f"'{name}' is taken from the calendar; in {compared - differ:,} of {compared:,} rows that of the "
            "sales file is the same"
        )
    return tuple(sentences)

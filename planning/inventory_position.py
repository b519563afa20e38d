"""What there is: lots on the shelf by the period in which they expire, receipts by the period they are
due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.periods import period_end, period_number, period_start
from planning.inventory_simulator import Quantities


@dataclass(frozen=True)
class Shelf:
    """Stock of each series at the end of the cutoff period (arrays in the order of unique_id).

    on_hand: units that outlast the horizon. expiring: series x period, units by their last sellable period.
    unusable: units expired or in quarantine. counted: whether the stock file has the series at all.
    negative: the sum of the rows below zero, which count as 0.
    """

    on_hand: Quantities
    expiring: Quantities
    unusable: Quantities
    counted: npt.NDArray[np.bool_]
    negative: Quantities


@dataclass(frozen=True)
class Receipts:
    """Open orders of each series by the period they are due (arrays in the order of unique_id).

    due: series x period. undated: without a due date. overdue: due in the cutoff period or before; these are
    also counted in the first period of `due`. total: all of them, also those due after the horizon.
    """

    due: Quantities
    undated: Quantities
    overdue: Quantities
    total: Quantities


def check_as_of(stock: pd.DataFrame, cutoff: pd.Timestamp, freq: str) -> None:
    """Refuse (InputError) a stock file that was not counted when the cutoff period ended.

    `as_of` must be the last day of the cutoff period, or the day after it (counted before the doors open).
    A file without as_of passes; the plan then says that it was taken to be counted at the cutoff.
    """
    if "as_of" not in stock:
        return
    as_of = pd.to_datetime(stock["as_of"]).dropna().dt.normalize()
    close = period_end(cutoff, freq)
    wrong = as_of[(as_of != close) & (as_of != close + pd.Timedelta(days=1))]
    if len(wrong):
        raise InputError(
            f"the stock file was counted on {wrong.iloc[0]:%Y-%m-%d} and the sales end on {close:%Y-%m-%d}: "
            f"give a stock file as of {close:%Y-%m-%d} or the day after, or the sales that are missing",
            column="as_of",
        )


def shelf_from(
    stock: pd.DataFrame, unique_id: tuple[str, ...], *, cutoff: pd.Timestamp, horizon: int, freq: str
) -> Shelf:
    """The shelf at the end of the cutoff period; rows of one series add up.

    stock: unique_id, on_hand, optional expiry (the last day a lot may be sold) and quarantine (units of
    on_hand that may not be sold). A lot counts for a period if it may be sold on at least half of its days;
    one that expires before the order arrives is not there then. A row with a blank on_hand is no count.
    """
    position = pd.Index(unique_id).get_indexer(pd.Index(stock["unique_id"]))
    known = (position >= 0) & stock["on_hand"].notna().to_numpy()
    rows, at = stock[known], position[known]
    units = rows["on_hand"].to_numpy(dtype=np.float64)
    blocked = np.zeros(len(rows))
    if "quarantine" in rows:
        blocked = np.clip(rows["quarantine"].astype("float64").fillna(0).to_numpy(), 0, np.maximum(units, 0))
    last = _last_sellable(rows, cutoff, freq)

    usable = np.maximum(units, 0) - blocked
    fresh = np.zeros(len(unique_id))
    unusable, negative = np.zeros_like(fresh), np.zeros_like(fresh)
    expiring = np.zeros((len(unique_id), horizon))
    gone, kept = last < 0, last >= horizon
    dying = ~gone & ~kept
    np.add.at(fresh, at[kept], usable[kept])
    np.add.at(unusable, at, blocked + usable * gone)
    np.add.at(negative, at, np.minimum(units, 0))
    np.add.at(expiring, (at[dying], last[dying]), usable[dying])
    return Shelf(fresh, expiring, unusable, np.isin(np.arange(len(unique_id)), at), negative)


def receipts_from(
    open_orders: pd.DataFrame, unique_id: tuple[str, ...], *, cutoff: pd.Timestamp, horizon: int, freq: str
) -> Receipts:
    """Open orders by due period; a due date inside a period counts from the period's start.

    open_orders: unique_id, quantity, due. Overdue orders are taken to arrive in the first period; orders due
    after the horizon do not count. Unknown series are left to the caller; a negative quantity raises
    InputError.
    """
    position = pd.Index(unique_id).get_indexer(pd.Index(open_orders["unique_id"]))
    rows, at = open_orders[position >= 0], position[position >= 0]
    quantity = rows["quantity"].to_numpy(dtype=np.float64)
    if not (quantity >= 0).all():
        wrong = rows.loc[~(quantity >= 0), "unique_id"].iloc[0]
        raise InputError(f"'{wrong}' has an open order with a quantity that is negative or blank; correct it")
    dated = rows["due"].notna().to_numpy()
    index = np.zeros(len(rows), dtype=np.int64)
    if dated.any():
        index[dated] = _periods_after(rows.loc[dated, "due"], cutoff, freq)

    due = np.zeros((len(unique_id), horizon))
    undated, overdue, total = (np.zeros(len(unique_id)) for _ in range(3))
    late = dated & (index < 0)
    inside = dated & (index < horizon)
    np.add.at(total, at, quantity)
    np.add.at(undated, at[~dated], quantity[~dated])
    np.add.at(overdue, at[late], quantity[late])
    np.add.at(due, (at[inside], np.maximum(index[inside], 0)), quantity[inside])
    return Receipts(due, undated, overdue, total)


def _periods_after(dates: pd.Series[pd.Timestamp], cutoff: pd.Timestamp, freq: str) -> npt.NDArray[np.int64]:
    """0 for the first period after the cutoff, negative for the cutoff period and before."""
    return period_number(dates, freq) - period_number(cutoff, freq) - 1


def _last_sellable(rows: pd.DataFrame, cutoff: pd.Timestamp, freq: str) -> npt.NDArray[np.int64]:
    """Last period, counted after the cutoff, for which each lot counts; a lot without expiry lasts for
    ever."""
    last = np.full(len(rows), np.iinfo(np.int64).max)
    if "expiry" not in rows or not rows["expiry"].notna().any():
        return last
    dated = rows["expiry"].notna().to_numpy()
    expiry = pd.to_datetime(rows.loc[dated, "expiry"])
    start, day = period_start(expiry, freq), pd.Timedelta(days=1)
    sellable, length = expiry.dt.normalize() - start + day, period_end(expiry, freq) - start + day
    too_short = (2 * sellable < length).to_numpy()
    last[dated] = _periods_after(expiry, cutoff, freq) - too_short
    return last

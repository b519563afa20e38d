"""Longer periods as shorter ones, by a stated split; what is shared out adds up to what there was."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.dataset_rules import OtherNumber, Split
from intake.errors import InputError
from intake.periods import period_end, period_number, period_start, unit_of

SHARED: Final = ("y", "requested", "revenue")  # amounts; everything else holds in every part of the period
_LENGTH: Final = {"D": 1, "W": 7, "MS": 30, "QS": 91}


def is_finer(freq: str, other: str) -> bool:
    """Whether periods of `freq` are shorter than those of `other`."""
    return _LENGTH[unit_of(freq)] < _LENGTH[unit_of(other)]


def fits_into(freq: str, other: str) -> bool:
    """Whether every period of `freq` lies in one period of `other`, so that sums need no split."""
    return freq == other or freq == "D" or (freq, other) == ("MS", "QS")


def share_out(
    frame: pd.DataFrame, own: str, freq: str, split: Split | None, other_number: OtherNumber = "refuse"
) -> pd.DataFrame:
    """Rows of period `own` as rows of period `freq`, by `split`.

    'even' and weights share a row among the periods that begin in its own, in order; 'calendar_days' gives
    each period as many parts as days that it has in common with the row's. The parts of y, requested and
    revenue add up to the row's, exactly; all else is repeated. With 'calendar_days' two rows may speak of one
    period: sum them. InputError without a split, or where it does not fit.
    """
    if split is None:
        raise InputError(
            f"sales of period {own} cannot become {freq} by themselves: state the split in [dataset], "
            'split = "even", "calendar_days" or a list of weights that add up to 1'
        )
    if split != "calendar_days" and not is_finer(freq, own):
        raise InputError(
            f"periods of {own} are not longer than those of {freq}, so only "
            'split = "calendar_days" can turn one into the other'
        )
    starts, place = np.unique(frame["ds"].to_numpy(dtype="datetime64[ns]"), return_inverse=True)
    tables = [_shares(pd.Timestamp(start), own, freq, split, other_number) for start in starts]
    counts = np.array([len(table) for table in tables], dtype=np.intp)[place]
    largest = np.array([int(table["share"].to_numpy().argmax()) for table in tables], dtype=np.intp)[place]
    begin = np.cumsum(counts) - counts
    rows = np.repeat(np.arange(len(frame)), counts)
    within = np.arange(len(rows)) - np.repeat(begin, counts)
    offsets = np.cumsum([0, *(len(table) for table in tables[:-1])])[place]
    chosen = pd.concat(tables, ignore_index=True).iloc[offsets[rows] + within]
    parts = frame.iloc[rows].reset_index(drop=True).assign(ds=chosen["ds"].to_numpy())
    for name in SHARED:
        if name in frame:
            whole = frame[name].to_numpy(dtype=np.float64)
            parts[name] = _parts(whole, rows, chosen["share"].to_numpy(), begin + largest)
    return parts


def _parts(
    whole: npt.NDArray[np.float64],
    rows: npt.NDArray[np.intp],
    shares: npt.NDArray[np.float64],
    largest: npt.NDArray[np.intp],
) -> npt.NDArray[np.float64]:
    """Shares of each row's amount; the `largest` is what the others leave.

    Every other part is a multiple of the amount's unit in the last place and no larger than it: sums of such
    parts are exact in floating point, in any order.
    """
    amount = whole[rows]
    unit = np.spacing(np.abs(amount))
    parts = np.rint(amount * shares / unit) * unit
    parts[largest] = 0.0
    taken = np.zeros(len(whole))
    np.add.at(taken, rows, parts)
    parts[largest] = whole - taken
    return parts


def _shares(
    start: pd.Timestamp, own: str, freq: str, split: Split, other_number: OtherNumber
) -> pd.DataFrame:
    """First days of the periods that share the one beginning at `start`, and the share of each."""
    days = pd.Series(pd.date_range(start, period_end(start, own)))
    if split == "calendar_days":
        share = days.groupby(period_start(days, freq)).size() / len(days)
        return pd.DataFrame({"ds": share.index, "share": share.to_numpy(dtype=np.float64)})
    number = period_number(days, freq)
    begins = days[number != np.concatenate([[number[0] - 1], number[:-1]])]
    begins = begins[period_start(begins, freq) == begins]
    if begins.empty:
        raise InputError(
            f"no period of {freq} begins between {days.iloc[0]:%Y-%m-%d} and {days.iloc[-1]:%Y-%m-%d}; "
            'state split = "calendar_days"'
        )
    if split == "even":
        weights = np.full(len(begins), 1 / len(begins))
    else:
        weights = _fitted(np.array(split), len(begins), start, freq, other_number)
    return pd.DataFrame({"ds": begins.to_numpy(), "share": weights})


def _fitted(
    weights: npt.NDArray[np.float64], count: int, start: pd.Timestamp, freq: str, other_number: OtherNumber
) -> npt.NDArray[np.float64]:
    """As many weights as periods: the last weight is shared by the rest, or takes the ones that are over."""
    given = len(weights)
    if given == count:
        return weights
    if other_number == "refuse":
        raise InputError(
            f"{count} periods of {freq} begin in the one of {start:%Y-%m-%d} and split has {given} weights; "
            f'give {count}, or state split_other_number = "last" (the last weight stands for the rest)'
        )
    if given < count:
        rest = count - given + 1
        return np.concatenate([weights[:-1], np.full(rest, weights[-1] / rest)])
    return np.concatenate([weights[: count - 1], [weights[count - 1 :].sum()]])

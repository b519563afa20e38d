"""Several lines per series and period: how that is noticed, and how they become one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.findings import Finding
from intake.mapping import FileMapping
from intake.period_shares import fits_into
from intake.periods import freq_in_words, period_start, refuse_unknown_freq
from intake.text_columns import Values

Mask = npt.NDArray[np.bool_]

_MOST: Final = 0.5  # share of the lines that stand beside another one of their series and period
_SUMMED: Final = ("y", "revenue", "requested")
_HIGHEST: Final = ("promotion", "holiday")


@dataclass(frozen=True, eq=False)
class Keys:
    """The series and date of every row as one number; -1 where a row has none that can be read."""

    numbers: npt.NDArray[np.int64]

    @classmethod
    def of(cls, frame: pd.DataFrame, usable: Mask) -> Keys:
        """The keys of the usable rows."""
        series = pd.factorize(frame["unique_id"])[0].astype(np.int64)
        dates, distinct = pd.factorize(frame["ds"])
        numbers = series * (len(distinct) + 1) + dates
        return cls(np.where(usable & (series >= 0) & (dates >= 0), numbers, -1))

    def shared(self, among: Mask) -> float:
        """The share of the rows `among` all that have the key of another one of them."""
        keys = self.numbers[among & (self.numbers >= 0)]
        if not len(keys):
            return 0.0
        counts = np.bincount(pd.factorize(keys)[0])
        return float(counts[counts > 1].sum() / len(keys))

    def uneven(self, among: Mask) -> bool:
        """Whether some keys come more often than others."""
        keys = self.numbers[among & (self.numbers >= 0)]
        counts = np.bincount(pd.factorize(keys)[0]) if len(keys) else np.zeros(0)
        return bool(len(counts)) and bool(counts.min() < counts.max())


def are_tickets(
    keys: Keys, usable: Mask, repeated: Mask, roles: frozenset[str], mapping: FileMapping
) -> Finding | None:
    """Why the lines are tickets, None where they are not; what `mapping` states wins.

    They are if the file says which ticket or what time of day, and lines share a series and date, or if more
    than half of the lines do. Lines that are the same cell by cell (`repeated`) are no sign, unless some
    series and dates have more of them than others: a file that was exported twice has each line twice.
    """
    if mapping.shape is not None:
        sentence = "as is stated, lines of the same series and period are summed"
        return Finding("series", sentence) if mapping.shape == "tickets" else None
    different = keys.shared(usable & ~repeated)
    overrule = 'shape = "long"'
    named = [name for name in ("ticket", "time") if name in roles]
    if named and (different > 0 or keys.shared(usable) > 0):
        sentence = f"the lines are tickets: the file says the {' and the '.join(named)} of each"
        return Finding("series", sentence, overrule=overrule)
    if different > _MOST:
        sentence = (
            f"the lines are tickets: {different:.0%} of them share their series and date with another one"
        )
        named_series = bool(roles & {"unique_id", "location", "product", "channel"})
        if not named_series:
            sentence += "; no column names the series, so if there are several, their sum is read"
        return Finding("series", sentence, f"more than {_MOST:.0%} do", overrule, suspicious=not named_series)
    same = keys.shared(usable)
    if repeated.any() and same > _MOST and keys.uneven(usable):
        sentence = (
            f"the lines are tickets: {same:.0%} of them share their series and date with another one, some "
            "series and dates more often than others"
        )
        return Finding("series", sentence, "most are the same cell by cell", overrule, suspicious=True)
    return None


def sum_lines(frame: pd.DataFrame, freq: str | None) -> pd.DataFrame:
    """One row per `unique_id` and period, in the order in which they first come.

    y, revenue and requested are summed; a line without `requested` beside one that has it asked for its y.
    revenue is y times price where only the price is given, and price is revenue / y, the mean by quantity
    (NaN where y is 0). promotion and holiday are the highest, in_stock and
    exog columns the mean of what is given.
    """
    series, names = pd.factorize(frame["unique_id"])
    dates, days = pd.factorize(frame["ds"])
    if freq:
        periods, days = pd.factorize(period_start(pd.DatetimeIndex(days), freq))
        dates = periods[dates]
    groups, distinct = _numbered(series.astype(np.int64) * len(days) + dates, len(names) * len(days))
    summed: dict[str, Values] = {
        "unique_id": np.asarray(names, dtype=object)[distinct // len(days)],
        "ds": pd.DatetimeIndex(days).to_numpy()[distinct % len(days)],
    }
    money = None
    if "price" in frame and "y" in frame:
        money = frame["y"] * frame["price"]
        if "revenue" in frame:
            money = frame["revenue"].fillna(money)
    elif "revenue" in frame:
        money = frame["revenue"]
    for name in frame.columns.drop(["unique_id", "ds"]):
        if name in _SUMMED:
            summed[name] = _sums(frame[name], groups, len(distinct))
        elif name in _HIGHEST:
            summed[name] = frame[name].groupby(groups, sort=False).max().to_numpy()
        elif name != "price":
            summed[name] = frame[name].groupby(groups, sort=False).mean().to_numpy()
    summed |= _requested(frame, groups, len(distinct))
    if money is not None and "y" in frame:
        paid = _sums(money, groups, len(distinct))
        unpaid = money.isna()
        units = _sums(frame["y"].mask(unpaid), groups, len(distinct)) if unpaid.any() else summed["y"]
        summed["revenue"] = paid
        summed["price"] = np.divide(paid, units, out=np.full(len(paid), np.nan), where=units != 0)
    together = pd.DataFrame(summed)
    first = [name for name in frame.columns if name in together]
    return together[[*first, *together.columns.difference(first, sort=False)]]


def _numbered(
    keys: npt.NDArray[np.int64], possible: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """The position of each key among the distinct ones, and these, in the order in which they first come.

    All of them are from 0 to `possible` - 1.
    """
    if possible > len(keys):
        codes, distinct = pd.factorize(keys)
        return codes, distinct
    first = np.full(possible, len(keys), dtype=np.intp)
    first[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)
    distinct = keys[np.sort(first[first < len(keys)])]
    positions = np.zeros(possible, dtype=np.intp)
    positions[distinct] = np.arange(len(distinct))
    return positions[keys], distinct


def _requested(frame: pd.DataFrame, groups: npt.NDArray[np.intp], count: int) -> dict[str, Values]:
    """The units asked for in each group where a line of it says; nothing where none of the file does."""
    if "requested" not in frame or "y" not in frame:
        return {}
    said = _sums(frame["requested"], groups, count)
    asked = _sums(frame["requested"].fillna(frame["y"]), groups, count)
    return {"requested": np.where(np.isnan(said), np.nan, asked)}


def _sums(numbers: pd.Series[float], groups: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.float64]:
    """The sum of each of `count` groups; NaN where it has no number."""
    given = numbers.to_numpy(dtype=np.float64)
    missing = np.isnan(given)
    if not missing.any():
        return np.asarray(np.bincount(groups, given, count), dtype=np.float64)
    sums = np.asarray(np.bincount(groups, np.where(missing, 0.0, given), count), dtype=np.float64)
    sums[np.bincount(groups[~missing], minlength=count) == 0] = np.nan
    return sums


def coarser(stated: str, found: str | None, file: str, *, tickets: bool) -> bool:
    """Whether sales of the frequency `found` are to be summed to the `stated` one.

    InputError if periods of the one are not whole periods of the other: a longer period is not split here.
    """
    refuse_unknown_freq(stated, file)
    if found is None or found == stated or tickets:
        return tickets
    if fits_into(found, stated):
        return True
    raise InputError(
        f"the file is {freq_in_words(found)}, and its periods cannot be summed to {freq_in_words(stated)} "
        "ones, as stated; state the freq of the file, and how periods are split in the rules of the dataset",
        file=file,
    )

"""What could be read but is hardly meant: said to a person, and changed nowhere."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from intake.findings import Finding
from intake.look_alikes import look_alikes

Lines = npt.NDArray[np.int64]

_MOST_SHOWN: Final = 3
_FEWEST_ROWS: Final = 8
_FEWEST_OF_A_SERIES: Final = 5
_TIMES: Final = 100  # a decimal mark that slipped by two places
_APART_DAYS: Final = 3 * 365
_EDGE: Final = 0.02  # of the dates, at either end, do not say where the others lie
_MOSTLY: Final = 0.9
_SELDOM: Final = 0.5


def find_suspicions(frame: pd.DataFrame, lines: Lines | None) -> list[Finding]:
    """Dates far from the others, numbers 100 times the usual of their series, zeros from some date on,
    look-alikes that the file does not have.

    `frame`: accepted rows; `lines`: where each stands in the file, None where rows are sums of
    lines. Every finding is suspicious.
    """
    findings: list[Finding] = []
    for column in ("ds", "expiry", "due_date", "as_of"):
        if column in frame and is_datetime64_any_dtype(frame[column]):  # as are dates that they do not know
            findings += _far_dates(frame, column, lines)
    for column in ("y", "on_hand", "price", "unit_cost"):
        if column in frame and is_numeric_dtype(frame[column]):  # items keep an unknown y as text
            both_ways = column in ("price", "unit_cost")
            findings += _out_of_scale(frame, column, lines, both_ways=both_ways)
    if {"ds", "y"} <= set(frame.columns) and is_datetime64_any_dtype(frame["ds"]):  # items keep text
        findings += _zeros_from_a_date_on(frame)
    if {"unique_id", "similar_to"} <= set(frame.columns):
        findings += _unknown_look_alikes(frame, lines)
    return findings


def _far_dates(frame: pd.DataFrame, column: str, lines: Lines | None) -> list[Finding]:
    numbers = frame[column].to_numpy(dtype="datetime64[D]")
    known = ~np.isnat(numbers)
    if known.sum() < _FEWEST_ROWS:
        return []
    sorted_days = np.sort(numbers[known])
    last = len(sorted_days) - 1
    low, high = sorted_days[int(last * _EDGE)], sorted_days[last - int(last * _EDGE) - 1]
    margin = np.maximum(high - low, np.timedelta64(_APART_DAYS, "D"))
    far = known & ((numbers < low - margin) | (numbers > high + margin))
    texts = frame.loc[far, column].dt.strftime("%Y-%m-%d") + _where(frame, far, lines)
    others = f"all but a few dates lie between {low} and {high}"
    return _finding(column, texts, f"far from the other dates of {column}", others)


def _out_of_scale(frame: pd.DataFrame, column: str, lines: Lines | None, *, both_ways: bool) -> list[Finding]:
    """Numbers 100 times (prices: or a hundredth of) the median of their series; zeros are no scale."""
    amounts = frame[column].abs()
    amounts = amounts.where(amounts > 0)
    # A cheap look first: within one series of a file without large numbers nothing can be out of scale.
    if not amounts.max() >= _TIMES * amounts.min():
        return []
    named = [name for name in ("unique_id", "product", "component", "supplier_id") if name in frame]
    groups = amounts.groupby(frame[named[0]], sort=False, observed=True) if named else None
    usual = groups.transform("median") if groups is not None else pd.Series(amounts.median(), amounts.index)
    count = groups.transform("count") if groups is not None else pd.Series(amounts.count(), amounts.index)
    large = amounts >= _TIMES * usual
    small = (amounts * _TIMES <= usual) if both_ways else np.zeros(len(frame), dtype=np.bool_)
    odd = ((large | small) & (count >= _FEWEST_OF_A_SERIES)).to_numpy(dtype=np.bool_)
    texts = frame.loc[odd, column].map("{:.10g}".format) + _where(frame, odd, lines)
    what = f"{_TIMES} times or more" + (" away from" if both_ways else "")
    return _finding(column, texts, f"{what} the usual {column} of the series", "the median is usual")


def _zeros_from_a_date_on(frame: pd.DataFrame) -> list[Finding]:
    """Nothing sold by anybody from a date on, where zeros are seldom before: rows filled in advance."""
    by_date = (frame["y"] == 0).groupby(frame["ds"]).mean()
    zero = by_date.to_numpy(dtype=np.float64)
    if len(zero) < _FEWEST_ROWS or zero[-1] < _MOSTLY:
        return []
    filled = np.flatnonzero(zero < _MOSTLY)
    first = int(filled[-1]) + 1 if len(filled) else 0
    if len(zero) - first < 2 or first == 0 or zero[:first].mean() > _SELDOM:
        return []
    day = by_date.index[first]
    sentence = (
        f"from {day:%Y-%m-%d} on {zero[first:].mean():.0%} of y are 0 ({zero[:first].mean():.0%} before); "
        "leave those rows out if they stand for periods that are not over"
    )
    return [Finding("y", sentence, suspicious=True)]


def _unknown_look_alikes(frame: pd.DataFrame, lines: Lines | None) -> list[Finding]:
    known = set(frame["unique_id"])
    pairs = zip(frame["similar_to"].astype(str), frame["unique_id"].astype(str), strict=True)
    unknown = [
        [name for name, series in look_alikes(text, unique_id, known).items() if not series]
        for text, unique_id in pairs
    ]
    odd = np.array([len(names) > 0 for names in unknown], dtype=np.bool_)
    texts = pd.Series([", ".join(names) for names in unknown], frame.index, dtype=object)[odd]
    return _finding(
        "similar_to",
        texts + _where(frame, odd, lines),
        "similar_to what is no other unique_id of this file",
        "a new product is forecast from look-alikes that have sales",
    )


def _where(frame: pd.DataFrame, odd: npt.NDArray[np.bool_], lines: Lines | None) -> pd.Series[str]:
    """Where a person finds these rows: the line, or the series and the period that lines are summed to."""
    rows = frame.index[odd]
    if lines is not None:
        return pd.Series([f" in line {line}" for line in lines[odd]], rows, dtype=object)
    keys = [name for name in ("unique_id", "ds") if name in frame]
    shown = frame.loc[odd, keys].itertuples(index=False)
    return pd.Series([f" ({', '.join(map(_shown, each))})" for each in shown], rows, dtype=object)


def _shown(key: object) -> str:
    return f"{key:%Y-%m-%d}" if isinstance(key, pd.Timestamp) else str(key)


def _finding(about: str, texts: pd.Series[str], what: str, evidence: str) -> list[Finding]:
    if texts.empty:
        return []
    more = f" and {len(texts) - _MOST_SHOWN} more" if len(texts) > _MOST_SHOWN else ""
    sentence = f"{len(texts)} rows are {what}: {', '.join(texts.iloc[:_MOST_SHOWN])}{more}"
    return [Finding(about, sentence, evidence, suspicious=True)]

"""The dates above the weeks of a workbook: read together, and held against one another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from intake.findings import Finding
from intake.workbooks.cross_table import is_date

_FORMATS: Final = ("%m-%d-%y", "%d-%m-%y", "%m-%d-%Y", "%d-%m-%Y", "%y-%m-%d")
_ISO: Final = "%Y-%m-%d"
_SHOWN: Final = 3


def read_week_dates(labels: Sequence[str], sheet: str) -> tuple[pd.DatetimeIndex, list[Finding]]:
    """One date per label, NaT for a label that is none; the format of the texts is the one that makes most
    of them follow one another by a week. Nothing is corrected; what does not fit is told.
    """
    if not any(map(is_date, labels)):
        return pd.DatetimeIndex([pd.NaT] * len(labels)), []
    dates = max((_read(labels, each) for each in _FORMATS), key=_weekly_steps)
    return dates, [*_out_of_order(labels, dates, sheet), *_other_steps(labels, dates, sheet)]


def out_of_order(dates: pd.DatetimeIndex) -> list[int]:
    """The positions of dates that lie outside of those on both sides, which themselves are in order.

    >>> out_of_order(pd.DatetimeIndex(["1996-01-01", "1996-01-08", "1996-01-02", "1996-01-22"]))
    [2]
    """
    wrong: list[int] = []
    for at, this in enumerate(dates):
        before = next((dates[i] for i in range(at - 1, -1, -1) if i not in wrong), None)
        after = next((each for each in dates[at + 1 :] if not pd.isna(each)), None)
        if before is None or after is None or pd.isna(this) or before >= after:
            continue
        if not before < this < after:
            wrong.append(at)
    return wrong


def _read(labels: Sequence[str], form: str) -> pd.DatetimeIndex:
    texts = pd.Series(list(labels), dtype=object).str.replace(r"[/.]", "-", regex=True)
    typed = pd.to_datetime(texts.where(texts.str.match(r"\d{4}-")), format=_ISO, errors="coerce")
    written = pd.to_datetime(texts.where(typed.isna()), format=form, errors="coerce")
    return pd.DatetimeIndex(typed.fillna(written))


def _weekly_steps(dates: pd.DatetimeIndex) -> int:
    return int((np.diff(dates.to_numpy()) == np.timedelta64(7, "D")).sum())


def _out_of_order(labels: Sequence[str], dates: pd.DatetimeIndex, sheet: str) -> list[Finding]:
    found = []
    for at in out_of_order(dates):
        before = dates[at - 1]
        expected = before + pd.Timedelta(days=7)
        found.append(
            Finding(
                sheet,
                f"the date '{labels[at]}' stands inside {expected.year}, between '{labels[at - 1]}' and "
                f"'{labels[at + 1]}' (week {at + 1}); it is left as it is and {expected:%Y-%m-%d} would fit",
                suspicious=True,
            )
        )
    return found


def _other_steps(labels: Sequence[str], dates: pd.DatetimeIndex, sheet: str) -> list[Finding]:
    wrong = set(out_of_order(dates))
    kept = [at for at in range(len(dates)) if at not in wrong and not pd.isna(dates[at])]
    odd = []
    for before, after in pairwise(kept):
        days = (dates[after] - dates[before]).days
        if days != 7 * (after - before):
            odd.append(f"{days} days from '{labels[before]}' to '{labels[after]}'")
    if not odd:
        return []
    more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
    return [
        Finding(
            sheet,
            f"{len(odd)} weeks are not 7 days apart: {', '.join(odd[:_SHOWN])}{more}",
            suspicious=True,
        )
    ]

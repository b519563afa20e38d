"""Files of one dataset, each with its own frequency, brought to the frequency of the dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from intake.dataset_rules import DatasetRules
from intake.errors import InputError
from intake.period_shares import fits_into, is_finer, share_out
from intake.periods import infer_freq, period_end, period_start, shift
from intake.sales import KEY, sum_to


class Dated(Protocol):
    """A file that was read: its rows, and its frequency where it has two dates or more."""

    @property
    def frame(self) -> pd.DataFrame:
        """Rows with `ds`."""

    @property
    def freq(self) -> str | None:
        """None where a single date says nothing."""


def own_freqs(readings: Sequence[Dated], rules: DatasetRules) -> list[str]:
    """The frequency of each file; a file of a single date has that of the others, the shortest of theirs.

    Where every file has a single date, all dates together say it. InputError if there is only one.
    """
    known = [reading.freq for reading in readings if reading.freq is not None]
    if known:
        shortest = known[0]
        for freq in known[1:]:
            shortest = freq if is_finer(freq, shortest) else shortest
    else:
        days = pd.concat([reading.frame["ds"] for reading in readings], ignore_index=True)
        if len(days.unique()) > 1:
            shortest = infer_freq(days)
        elif rules.freq is not None:
            shortest = rules.freq
        else:
            raise InputError(
                "the sales hold a single date, which says nothing about their frequency; upload more history"
            )
    return [reading.freq or shortest for reading in readings]


def common_freq(owns: Sequence[str], rules: DatasetRules) -> str:
    """The frequency of the dataset: the stated one, else the one that all files have."""
    if rules.freq is not None:
        return rules.freq
    different = sorted(set(owns))
    if len(different) > 1:
        raise InputError(
            f"the sales files of one dataset have different frequencies ({', '.join(different)}); "
            "upload each kind as a dataset of its own, into a folder of its own, or state in [dataset] "
            f'the one that all are to be brought to, such as freq = "{_longest(different)}"'
        )
    return different[0]


def in_freq(
    merged: Mapping[str, pd.DataFrame], freq: str, rules: DatasetRules
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Sales by own frequency (with `file`, the number of the file of each row) as one table of `freq`.

    Where files of different frequency tell of the same series and period, they are not added up: those that
    cover the period whole come first, and of them the newest file. Returns the table and what was done.
    """
    parts, notes = [], []
    for own, rows in merged.items():
        if own == freq:
            part = rows
        elif fits_into(own, freq):
            part = sum_to(rows.drop(columns="file"), freq).merge(_newest_file(rows, freq), on=KEY)
            notes.append(f"sales of period {own} are added up to {freq}{_gaps(rows, own)}")
        else:
            shared = share_out(rows, own, freq, rules.split, rules.split_other_number)
            part = sum_to(shared.drop(columns="file"), freq).merge(_newest_file(shared, freq), on=KEY)
            notes.append(f"sales of period {own} become {freq} by split = {_written(rules)}")
        begins, ends = rows["ds"].min(), period_end(pd.Timestamp(rows["ds"].max()), own)
        whole = (part["ds"] >= begins) & (period_end(part["ds"], freq) <= ends)
        parts.append(part.assign(whole=whole))
    together = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    if len(parts) > 1:
        together = together.sort_values([*KEY, "whole", "file"], kind="stable", ignore_index=True)
        twice = int(together.duplicated(KEY).sum())
        together = together.drop_duplicates(KEY, keep="last", ignore_index=True)
        if twice:
            notes.append(
                f"{twice:,} series and periods are told by files of different frequency: the newest that "
                "covers the period whole counts, and they are not added up"
            )
    return together.drop(columns=["file", "whole"]), tuple(notes)


def known_until(merged: Mapping[str, pd.DataFrame], as_of: pd.Timestamp | None) -> dict[str, pd.Timestamp]:
    """By own frequency: first day of the last period that is complete, by a later one or by `as_of`.

    The first day before all sales where none is.
    """
    until = {}
    for own, rows in merged.items():
        newest = period_start(pd.Timestamp(rows["ds"].max()), own)
        whole = as_of is not None and as_of >= period_end(newest, own)
        until[own] = newest if whole else shift(newest, -1, own)
    return until


def last_whole_period(
    until: Mapping[str, pd.Timestamp], ds: pd.Series[pd.Timestamp], freq: str, rules: DatasetRules
) -> pd.Timestamp:
    """The last period of `freq` of which all sales are known, where each own frequency is known `until`.

    InputError if none is complete.
    """
    ends = []
    for own, start in until.items():
        end = period_end(start, own)
        begun = period_start(end, freq)
        begins_inside = not fits_into(own, freq) and rules.split != "calendar_days"
        ends.append(begun if begins_inside or period_end(begun, freq) <= end else shift(begun, -1, freq))
    cutoff = max(ends)
    if cutoff < ds.min():
        raise InputError(
            f"the only period, {ds.min():%Y-%m-%d}, is not known to be complete; "
            "add sales of a later period or say as_of which day the file is complete"
        )
    return cutoff


def _newest_file(rows: pd.DataFrame, freq: str) -> pd.DataFrame:
    starts = rows[["unique_id", "file"]].assign(ds=period_start(rows["ds"], freq))
    return starts.groupby(KEY)["file"].max().reset_index()


def _gaps(rows: pd.DataFrame, own: str) -> str:
    """What is said about periods between the first and the last of which no file has a row."""
    days = pd.Timestamp(rows["ds"].max()) - pd.Timestamp(rows["ds"].min())
    silent = days.days + 1 - rows["ds"].nunique() if own == "D" else 0
    return f"; {silent:,} days between the first and the last have no row in any file" if silent else ""


def _written(rules: DatasetRules) -> str:
    return f'"{rules.split}"' if isinstance(rules.split, str) else str(list(rules.split or ()))


def _longest(freqs: Sequence[str]) -> str:
    longest = freqs[0]
    for freq in freqs[1:]:
        longest = freq if is_finer(longest, freq) else longest
    return longest

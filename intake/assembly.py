"""Several files of one table as one table: what the newest file says wins, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from intake.errors import InputError, MissingError
from intake.periods import last_complete_period, period_end, period_start
from intake.reading import Reading
from intake.sales import merge_sales
from intake.tables import SCHEMAS, Table


@dataclass(frozen=True, eq=False)
class Sales:
    """The sales of a dataset.

    `frame`: the complete periods, one row per unique_id and ds. `running`: rows of the period that may still
    be going on, kept apart. `cutoff`: the last complete period.
    """

    frame: pd.DataFrame
    running: pd.DataFrame
    freq: str
    cutoff: pd.Timestamp
    notes: tuple[str, ...]


def assemble_sales(readings: Sequence[Reading], as_of: pd.Timestamp | None = None) -> Sales:
    """Join sales files, given from the oldest to the newest, and leave the running period out.

    `as_of`: a day up to which all sales are known to be in the files. Raises MissingError without files,
    InputError if they are of different frequency or if no period is complete.
    """
    freqs = sorted({reading.freq for reading in readings if reading.freq is not None})
    if len(freqs) > 1:
        raise InputError(
            f"the sales files of one dataset have different frequencies ({', '.join(freqs)}); "
            "upload each kind as a dataset of its own, into a folder of its own"
        )
    if not freqs:
        raise InputError(
            "the sales hold a single date, which says nothing about their frequency; upload more history"
        )
    freq = freqs[0]
    merged = merge_sales([_on_period_starts(reading.frame, freq) for reading in readings])
    cutoff = last_complete_period(merged["ds"], freq, as_of)
    complete = merged["ds"] <= cutoff
    running = merged[~complete].reset_index(drop=True)
    notes = []
    if len(running):
        first = pd.Timestamp(running["ds"].min())
        notes.append(
            f"the period that begins on {first:%Y-%m-%d} may still be going on and is left out: no later one "
            f"has begun in the files; state as_of={period_end(first, freq):%Y-%m-%d} if it is over"
        )
    return Sales(merged[complete].reset_index(drop=True), running, freq, cutoff, tuple(notes))


def assemble_table(table: Table, readings: Sequence[Reading]) -> pd.DataFrame:
    """Join files of one planning table, given from the oldest to the newest.

    Rows with the same key are replaced by those of the newest file. Stock is a count: only files of the
    newest `as_of` count, each for its series (the newest file, where none says a day). Terms have no key: a
    file replaces what earlier files say about its suppliers. Raises MissingError without files.
    """
    if not readings:
        raise MissingError(f"there is no {table} file")
    if table is Table.STOCK:
        return _newest_count(readings)
    joined = readings[0].frame
    for reading in readings[1:]:
        joined = _replaced(joined, reading.frame, list(SCHEMAS[table].key) or ["supplier_id"])
    return joined


def newest_as_of(readings: Sequence[Reading]) -> pd.Timestamp | None:
    """The latest day on which stock was counted, or None where no stock file says."""
    days = [reading.frame["as_of"].max() for reading in readings if "as_of" in reading.frame]
    known = [day for day in days if pd.notna(day)]
    return max(known) if known else None


def _newest_count(readings: Sequence[Reading]) -> pd.DataFrame:
    as_of = newest_as_of(readings)
    if as_of is None:
        return readings[-1].frame
    dated = [reading.frame for reading in readings if "as_of" in reading.frame]
    newest = [frame[frame["as_of"] == as_of] for frame in dated if (frame["as_of"] == as_of).any()]
    joined = newest[0]
    for frame in newest[1:]:  # one file per shop, say, or a corrected count
        joined = _replaced(joined, frame, ["unique_id"])
    return joined.reset_index(drop=True)


def _replaced(earlier: pd.DataFrame, later: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    shared = [column for column in key if column in earlier and column in later]
    known = pd.MultiIndex.from_frame(later[shared].drop_duplicates())
    kept = earlier[~pd.MultiIndex.from_frame(earlier[shared]).isin(known)]
    return pd.concat([kept, later], ignore_index=True)


def _on_period_starts(frame: pd.DataFrame, freq: str) -> pd.DataFrame:
    return frame.assign(ds=period_start(frame["ds"], freq))

"""Several files of one table as one table: what the newest file says wins, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from intake.common_freq import common_freq, in_freq, known_until, last_whole_period, own_freqs
from intake.dataset_rules import NO_RULES, DatasetRules
from intake.errors import InputError, MissingError
from intake.periods import period_end, period_start
from intake.reading import Reading
from intake.recipes import refuse_cycles
from intake.sales import KEY, Drop, merge_drops
from intake.tables import SCHEMAS, Table

# What a file speaks for where rows of a table have no key, or where a key is less than a statement.
_REPLACED_BY: Final = {Table.TERMS: ["supplier_id"], Table.BILL_OF_MATERIALS: ["parent"]}


@dataclass(frozen=True)
class Sales:
    """The sales of a dataset.

    `frame`: the complete periods, one row per unique_id and ds. `running`: rows of the period that may still
    be going on, and of a first one that the files do not cover whole, kept apart. `cutoff`: the last complete
    period. `drops`: what each file changed, in the order of the files.
    """

    frame: pd.DataFrame
    running: pd.DataFrame
    freq: str
    cutoff: pd.Timestamp
    drops: tuple[Drop, ...]
    notes: tuple[str, ...]


def assemble_sales(
    readings: Sequence[Reading], as_of: pd.Timestamp | None = None, rules: DatasetRules = NO_RULES
) -> Sales:
    """Join sales files, given from the oldest to the newest, and leave the running period out.

    Files correct each other at their own frequency, series by series and period by period, before anything is
    brought to the frequency of the dataset: two files that share a week do not take each other's days. A
    reading without `y` holds in_stock flags, and is joined by unique_id and ds. `as_of`: a day up to which
    all sales are known to be in the files. Raises MissingError without files of sales, InputError if they are
    of different frequency and `rules` state none, or if no period is complete.
    """
    sold = [position for position, reading in enumerate(readings) if "y" in reading.frame]
    flags = [position for position in range(len(readings)) if position not in sold]
    if not sold:
        raise MissingError("there are no sales to merge; upload at least one sales file")
    owns = own_freqs([readings[position] for position in sold], rules)
    freq = common_freq(owns, rules)
    kinds = list(dict.fromkeys(owns))
    drops: dict[int, Drop] = {}
    merged: dict[str, pd.DataFrame] = {}
    for own in kinds:
        members = [position for position, kind in zip(sold, owns, strict=True) if kind == own]
        together = merge_drops([_on_period_starts(readings[position].frame, own) for position in members])
        merged[own] = together.frame.assign(file=[members[number] for number in together.file])
        drops |= dict(zip(members, together.drops, strict=True))
    frame, notes = in_freq(merged, freq, rules)
    until = known_until(merged, as_of)
    cutoff = last_whole_period(until, frame["ds"], freq, rules)
    if flags:
        frame, changes, told = _with_flags(frame, [readings[position] for position in flags], freq)
        drops |= dict(zip(flags, changes, strict=True))
        notes += told
    frame, partial, told = _without_partial_start(frame, merged, freq)
    complete = frame["ds"] <= cutoff
    running = frame[~complete]
    notes = (*notes, *told)
    if len(running):
        first = pd.Timestamp(running["ds"].min())
        notes += (
            f"the period that begins on {first:%Y-%m-%d} may still be going on and is left out: no later one "
            f"has begun in the files; state as_of={period_end(first, freq):%Y-%m-%d} if it is over",
        )
    if not complete.any():
        raise InputError(
            f"no period of {freq} is complete; add sales of a later period or say as_of which day the "
            "file is complete"
        )
    return Sales(
        frame=frame[complete].reset_index(drop=True),
        running=pd.concat([partial, running], ignore_index=True)
        if len(partial)
        else running.reset_index(drop=True),
        freq=freq,
        cutoff=cutoff,
        drops=tuple(drops[position] for position in range(len(readings))),
        notes=notes,
    )


def assemble_table(table: Table, readings: Sequence[Reading]) -> pd.DataFrame:
    """Join files of one planning table, given from the oldest to the newest.

    Rows with the same key are replaced by those of the newest file. A calendar is replaced cell by cell: a
    file of temperatures and a file of promotions speak of the same days. Stock is a count: only files of the
    newest `as_of` count, each for its series (the newest file, where none says a day). A file of terms
    replaces what earlier files say about its suppliers, a file of recipes about what its parents are made of.
    Raises MissingError without files, InputError if
    files together say that something is made of itself.
    """
    if not readings:
        raise MissingError(f"there is no {table} file")
    if table is Table.STOCK:
        return _newest_count(readings)
    if table is Table.CALENDAR:
        return cell_by_cell([reading.frame for reading in readings], SCHEMAS[table].key)
    joined = readings[0].frame
    for reading in readings[1:]:
        joined = _replaced(joined, reading.frame, _REPLACED_BY.get(table, list(SCHEMAS[table].key)))
    if table is Table.BILL_OF_MATERIALS:
        refuse_cycles(joined)
    return joined


def newest_as_of(readings: Sequence[Reading]) -> pd.Timestamp | None:
    """The latest day on which stock was counted, or None where no stock file says."""
    days = [reading.frame["as_of"].max() for reading in readings if "as_of" in reading.frame]
    known = [day for day in days if pd.notna(day)]
    return max(known) if known else None


def _with_flags(
    frame: pd.DataFrame, readings: Sequence[Reading], freq: str
) -> tuple[pd.DataFrame, tuple[Drop, ...], tuple[str, ...]]:
    """`frame` with the in_stock of files of flags; where they say nothing, that of the sales file stays."""
    for reading in readings:
        if reading.freq not in (None, freq, "D"):
            raise InputError(
                f"the in_stock flags are of period {reading.freq} and the sales of {freq}; flags of the same "
                "period, or of days, can be joined"
            )
    merged = merge_drops([reading.frame[[*KEY, "in_stock"]] for reading in readings])
    share = _on_period_starts(merged.frame, freq).groupby(KEY)["in_stock"].mean()
    wanted = pd.MultiIndex.from_frame(frame[KEY])
    flag = pd.Series(share.reindex(wanted).to_numpy(dtype=float), index=frame.index)
    given = frame["in_stock"] if "in_stock" in frame else pd.Series(float("nan"), index=frame.index)
    unsold = int((~share.index.isin(wanted)).sum())
    notes = [f"in_stock of {int(flag.notna().sum()):,} rows of sales comes from the files of flags"]
    if flag.isna().any():
        notes.append(f"{int(flag.isna().sum()):,} rows of sales have no in_stock flag in those files")
    if unsold:
        notes.append(f"{unsold:,} in_stock flags have no row of sales and are not used")
    return frame.assign(in_stock=flag.fillna(given)), merged.drops, tuple(notes)


def _without_partial_start(
    frame: pd.DataFrame, merged: Mapping[str, pd.DataFrame], freq: str
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Set the first period aside where the files begin in the middle of it: its sum is not its sales."""
    begins = min(pd.Timestamp(rows["ds"].min()) for rows in merged.values())
    first = pd.Timestamp(frame["ds"].min())
    if set(merged) == {freq} or begins <= first or not (frame["ds"] > first).any():
        return frame, frame.iloc[:0], ()
    partial = frame["ds"] == first
    note = (
        f"the period that begins on {first:%Y-%m-%d} is left out: the files begin on {begins:%Y-%m-%d}, in "
        f"the middle of it ({frame.loc[partial, 'y'].sum():,.10g} units)"
    )
    return frame[~partial].reset_index(drop=True), frame[partial], (note,)


def cell_by_cell(frames: Sequence[pd.DataFrame], key: Sequence[str]) -> pd.DataFrame:
    """Frames over one another: a later cell that says something wins; no location means everywhere."""
    place = any("location" in frame for frame in frames)
    index = [name for name in key if name != "location" or place]
    joined = pd.DataFrame()
    for frame in frames:
        rows = frame.assign(location=frame.get("location", "")) if place else frame
        rows = rows.drop_duplicates(index, keep="last").set_index(index)
        joined = rows if joined.empty else rows.combine_first(joined)
    columns = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    return joined.reset_index()[columns]


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

"""What was understood of one file, summed up for the person who sent it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from intake.errors import printable
from intake.findings import Finding
from intake.periods import freq_in_words, period_number, shift
from intake.reading import Reading
from intake.rejection import LineCount
from intake.tables import SCHEMAS, Table

_SHOWN = 3
_REPEATED = 3  # days without a row, from which on a common weekday is no chance
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, eq=False)
class Inspection:
    """`facts`: subject and statement, in the order in which people ask. `findings`: the doubtful ones first.

    `rejected`: file, line, column, reason, text.
    """

    file: str
    table: Table
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    rejected: pd.DataFrame


def inspect_reading(reading: Reading, name: str) -> Inspection:
    """Sum up what was understood of the file `name`."""
    facts = [("lines", _lines(reading.lines)), *_quantities(reading)]
    if reading.table is Table.SALES:
        facts += _series_and_periods(reading)
    facts.append(("columns", ", ".join(map(str, reading.frame.columns))))
    findings = sorted(reading.findings, key=lambda finding: not finding.suspicious)
    return Inspection(name, reading.table, tuple(facts), tuple(findings), reading.rejected)


def _lines(lines: LineCount) -> str:
    counts = {field.name: getattr(lines, field.name) for field in fields(lines)}
    parts = " + ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    return f"{lines.total:,} = {parts}"


def _quantities(reading: Reading) -> list[tuple[str, str]]:
    if reading.quantity_in is None:
        return []
    parts = {
        "accepted": reading.quantity_accepted,
        "duplicate": reading.quantity_duplicate,
        "rejected": reading.quantity_rejected,
    }
    summed = " + ".join(f"{amount:,.10g} {kind}" for kind, amount in parts.items() if amount)
    return [(f"sum of {SCHEMAS[reading.table].measure}", f"{reading.quantity_in:,.10g} = {summed or 0}")]


def _series_and_periods(reading: Reading) -> list[tuple[str, str]]:
    frame, freq = reading.frame, reading.freq
    names = pd.unique(frame["unique_id"])
    some = ", ".join(printable(str(name)) for name in names[:_SHOWN]) + (
        ", ..." if len(names) > _SHOWN else ""
    )
    first, last = frame["ds"].min(), frame["ds"].max()
    facts = [
        ("series", f"{len(names):,}: {some}"),
        ("from, to", f"{first:%Y-%m-%d}, {last:%Y-%m-%d}" + (f", {freq_in_words(freq)}" if freq else "")),
    ]
    if freq is not None:
        facts.append(("gaps", _gaps(frame, freq)))
    return facts


def _gaps(frame: pd.DataFrame, freq: str) -> str:
    """Periods without a row between the first and the last one of each series."""
    held = pd.DataFrame(
        {"unique_id": frame["unique_id"].to_numpy(), "period": period_number(frame["ds"], freq)}
    ).drop_duplicates()
    held = held.sort_values(["unique_id", "period"])
    before = held.groupby("unique_id", sort=False, observed=True)["period"].shift(1)
    missing = (held["period"] - before - 1).fillna(0).astype(np.int64)
    if not missing.any():
        return "none: every series has a row for each period from its first to its last"
    longest = missing.idxmax()
    row = held.loc[longest]
    since = shift(frame["ds"].min(), int(before[longest]) + 1 - _number(frame["ds"].min(), freq), freq)
    series = int(held.loc[missing > 0, "unique_id"].nunique())
    return (
        f"{int(missing.sum()):,} periods without a row in {series:,} series; "
        f"the longest: {int(missing[longest]):,} of {row['unique_id']}, from {since:%Y-%m-%d} on"
        + (_day_of_rest(held["period"] - missing, missing, frame["ds"].min()) if freq == "D" else "")
    )


def _day_of_rest(first: pd.Series[int], days: pd.Series[int], start: pd.Timestamp) -> str:
    """What to state where all missing days are the same weekday. `first`: of `days` missing ones in a row."""
    numbers = first[days > 0].to_numpy() - _number(start, "D") + start.dayofweek
    # More than a day in a row are more than one weekday.
    if days.max() > 1 or len(numbers) < _REPEATED or len(np.unique(numbers % len(_DAYS))) > 1:
        return ""
    name = _DAYS[int(numbers[0]) % len(_DAYS)]
    return (
        f"; all are {name}s: if that is a day of rest, say so, or {name}s to come are forecast as days of "
        f'sale: [dataset] closed_weekdays = ["{name[:3].upper()}"] where all rest; where some do, closed = 1 '
        "by location and ds in a calendar file"
    )


def _number(day: pd.Timestamp, freq: str) -> int:
    return int(period_number(day, freq)[0])

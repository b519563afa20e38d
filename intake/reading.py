"""Bytes to a table: the door through which every file comes, with an account of every line of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from intake.conversion import convert
from intake.errors import InputError
from intake.fates import Mask, decide_fates, repeats
from intake.files.grid import Grid
from intake.files.opening import open_file
from intake.findings import Finding
from intake.frepple.fixture_records import looks_like_frepple
from intake.layout.footers import find_footers
from intake.layout.recognition import find_sheet
from intake.layout.sheet import Sheet
from intake.mapping import NOTHING_STATED, FileMapping, Shape
from intake.period_shares import is_finer
from intake.periods import Rhythm, freq_in_words, infer_rhythm, period_start, refuse_unknown_freq
from intake.planning_models import FREPPLE, QUARTERLY_PLAN
from intake.problems import rows_with_problems
from intake.recipes import refuse_cycles
from intake.rejection import LineCount, count_lines, refuse_if_too_many, rejected_table
from intake.repeated_columns import rows_of_repeated
from intake.suspicions import Lines, find_suspicions
from intake.tables import Table, schema_of
from intake.tickets import Keys, are_tickets, coarser, sum_lines
from intake.values.conventions import NOTHING_SETTLED, Settled
from intake.workbooks.quarterly_sheets import looks_like

_MOST_SHOWN: Final = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """A file as it was understood.

    `frame`: the accepted rows in the file's order, with canonical columns (text str, '' if empty; dates
    datetime64[ns]; everything else float64, NaN if empty); optional columns only if the file has them.
    `rejected`: file, line, column, reason, text of every rejected record. `freq`: of sales with two dates or
    more. The quantities are sums of `y` (of `on_hand` in stock, None in other tables); what is rejected
    counts where the cell could be read. `findings`: everything that was inferred. `shape`: how the rows stood
    in the file; tickets have one row per series and period in `frame`, and are counted line by line.
    Sales that only say whether there was something to sell have in_stock and no y. `series_headers`: the
    columns that `unique_id` is read from (joined by "/" where there are several), as the file calls them.
    `settled`: the order of dates and the decimal mark that this and earlier files have decided.
    """

    table: Table
    frame: pd.DataFrame
    rejected: pd.DataFrame
    lines: LineCount
    freq: str | None
    quantity_in: float | None
    quantity_accepted: float | None
    quantity_duplicate: float | None
    quantity_rejected: float | None
    findings: tuple[Finding, ...]
    settled: Settled = NOTHING_SETTLED
    shape: Shape = "long"
    series_headers: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was inferred, one sentence each."""
        return tuple(finding.sentence for finding in self.findings)


def read_table(
    content: bytes,
    name: str,
    table: Table,
    *,
    mapping: FileMapping = NOTHING_STATED,
    rejected_share: float = 0.05,
    settled: Settled = NOTHING_SETTLED,
) -> Reading:
    """Read the file `name`, of which `content` are the bytes, as a `table`; what `mapping` states wins.

    `settled`, of the readings of earlier files of the dataset, counts only where this one does not decide.
    A row with a cell that cannot be used is rejected as a whole; in a wide file, a cell alone. A line that
    repeats an earlier one cell by cell is a duplicate and counts once, except in tickets without line
    numbers. Different lines for the same key (series and period in sales) are summed if the file is one of
    tickets; else they contradict each other, and all of them are rejected: which one is right, nobody but the
    sender knows. Totals and notes are footers. InputError if more than `rejected_share` of the lines are
    rejected, if none is accepted, or if the file as a whole cannot be used or can be read in two ways.

    Dates of sales become the first day of their period. A sales file that names no series is one series,
    named after the file.
    """
    if not 0 <= rejected_share <= 1:
        raise InputError(f"rejected_share is a share between 0 and 1, not {rejected_share}; 0.05 is usual")
    sheet = find_sheet(_grids(content, name, table, mapping), table, mapping)
    stated = replace(mapping, columns={**sheet.meanings, **mapping.columns})
    conversion = convert(sheet, table, stated, settled=settled)
    frame = pd.DataFrame(conversion.columns)
    findings = [*sheet.findings, *conversion.findings]
    schema = schema_of(table, sheet.measure)
    faulty = rows_with_problems(conversion.problems, len(frame))
    footer, about_footers = find_footers(sheet, frame, faulty, schema.measure, conversion.dates)
    findings += about_footers
    usable = ~faulty & ~footer
    freq, tickets, shape = None, None, sheet.shape
    repeated = repeats(sheet, usable)
    if table is Table.SALES:
        frame, freq, about_periods = _to_periods(frame, usable, sheet, conversion.freq, mapping.freq)
        findings += about_periods
        if sheet.shape == "long":
            tickets = are_tickets(Keys.of(frame, usable), usable, repeated, conversion.roles, mapping)
    if tickets is not None:
        shape = "tickets"
        findings.append(tickets)
    drop = _drops(conversion.roles, mapping, tickets=tickets is not None)
    _refuse_kept_repeats(repeated & (not drop), table, schema.key, sheet)
    if repeated.any():
        findings.append(_about_repeats(sheet, repeated, table, kept=not drop))
    fates = decide_fates(
        sheet,
        frame,
        conversion.problems,
        () if tickets else schema.key,
        footer=footer,
        repeated=repeated,
        drop=drop,
    )
    lines = count_lines(sheet, fates)
    refuse_if_too_many(lines, fates.reasons, sheet, rejected_share)
    accepted = frame if fates.accepted.all() else frame[fates.accepted].reset_index(drop=True)
    if schema.measure == "y" and (accepted["y"] < 0).any():
        returns = accepted.loc[accepted["y"] < 0, "y"]
        findings.append(
            Finding(
                "y", f"returns (negative sales) are kept: {len(returns)} rows, {returns.sum():.10g} in all"
            )
        )
    lines_of_rows: Lines | None = sheet.first_lines[fates.accepted]
    if table is Table.SALES:
        accepted, freq, about_sums = _summed(accepted, freq, mapping, name, tickets=tickets is not None)
        findings += about_sums
        lines_of_rows = None if about_sums else lines_of_rows
    findings += find_suspicions(accepted, lines_of_rows)
    texts = accepted.columns[accepted.dtypes == "category"]
    accepted = accepted.astype(dict.fromkeys(texts, object))
    accepted, about_rows = rows_of_repeated(accepted, table, name)
    findings += about_rows
    if table is Table.BILL_OF_MATERIALS:
        refuse_cycles(accepted, name, lines=sheet.first_lines[fates.accepted])

    def quantity(fate: Mask) -> float | None:
        return _exact_sum(frame[schema.measure], fate) if schema.measure else None

    return Reading(
        table=table,
        frame=accepted,
        rejected=rejected_table(fates.reasons, sheet),
        lines=lines,
        freq=freq,
        quantity_in=quantity(~fates.footer),
        quantity_accepted=quantity(fates.accepted),
        quantity_duplicate=quantity(fates.duplicate),
        quantity_rejected=quantity(fates.rejected),
        findings=tuple(findings),
        settled=conversion.settled,
        shape=shape,
        series_headers=conversion.series_headers,
    )


def _exact_sum(column: pd.Series[float], among: Mask) -> float:
    """The sum of the numbers there are; of many, of the sums of a thousand each, which are nearly exact."""
    numbers = column.to_numpy(dtype=np.float64)
    known = among & ~np.isnan(numbers)
    numbers = numbers if known.all() else numbers[known]
    if len(numbers) < 1_000_000:
        return math.fsum(numbers)
    return math.fsum(np.add.reduceat(numbers, np.arange(0, len(numbers), 1000)))


def _grids(content: bytes, name: str, table: Table, mapping: FileMapping) -> tuple[Grid, ...]:
    """What is in a file; InputError where it is a whole planning model, of which a sheet is no table."""
    kind = FREPPLE if looks_like_frepple(content) else ""
    grids = () if kind else open_file(content, name, table, mapping)
    if len(grids) > 1 and mapping.sheet is None and looks_like(grids):
        kind = QUARTERLY_PLAN
    if kind:
        raise InputError(
            f"this is {kind} and not one table of {table.replace('_', ' ')}: `abasto convert {name}` makes "
            "tables of it, and says how to upload each",
            file=name,
        )
    return grids


def _drops(roles: frozenset[str], mapping: FileMapping, *, tickets: bool) -> bool:
    """Whether repeated lines do not count again; those of tickets do, if they have no line number."""
    if mapping.duplicates is None:
        return not tickets or "line_number" in roles
    return mapping.duplicates == "drop"


def _refuse_kept_repeats(kept: Mask, table: Table, key: Sequence[str], sheet: Sheet) -> None:
    """InputError if repeated lines are to be kept in a table that has one row per key and adds up nothing."""
    if kept.any() and key and table is not Table.SALES:
        raise InputError(
            f"the line repeats an earlier one, and {table} has one row per {' and '.join(key)}; "
            'leave duplicates = "keep" out of mapeo.toml',
            file=sheet.name,
            line=int(sheet.first_lines[np.argmax(kept)]),
        )


def _about_repeats(sheet: Sheet, repeated: Mask, table: Table, *, kept: bool) -> Finding:
    lines = len(np.unique(sheet.first_lines[repeated]))
    first = int(sheet.first_lines[np.argmax(repeated)])
    if kept:
        sentence = f"lines that repeat an earlier one cell by cell, and count as sales of their own: {lines}"
        return Finding("file", sentence, f"the first is line {first}", 'duplicates = "drop"')
    sentence = f"lines that repeat an earlier one cell by cell, and do not count again: {lines}"
    overrule = 'duplicates = "keep"' if table is Table.SALES or not schema_of(table).key else ""
    return Finding("file", sentence, f"the first is line {first}", overrule)


def _summed(
    accepted: pd.DataFrame, freq: str | None, mapping: FileMapping, name: str, *, tickets: bool
) -> tuple[pd.DataFrame, str | None, list[Finding]]:
    """One row per series and period, where there may be several or where a longer period is stated."""
    found = freq
    if mapping.freq is not None:
        summing = coarser(mapping.freq, found, name, tickets=tickets) or mapping.duplicates == "keep"
        freq = mapping.freq
    else:
        summing = tickets or mapping.duplicates == "keep"
    if not summing:
        return accepted, freq, []
    together = sum_lines(accepted, freq)
    sentence = f"{len(accepted)} lines are summed to {len(together)} rows of one series and period each"
    if freq is not None and freq != found:
        sentence += f", {freq_in_words(freq)} as stated"
    return together, freq, [Finding("periods", sentence)]


def _rhythm(
    days: pd.Series[pd.Timestamp], unique_id: pd.Series[str], file: str, stated: str | None
) -> Rhythm | None:
    """The rhythm of the dates; None where a period is stated that days of this rhythm lie in as well.

    Sales of a market on Saturdays look weekly and may be daily; months never become weeks by a statement.
    """
    if stated is not None:
        refuse_unknown_freq(stated, file)
    try:
        rhythm = infer_rhythm(days, unique_id)
    except InputError as error:
        if stated is None:
            raise InputError(str(error), file=file) from error
        return None
    weeks = rhythm.freq.startswith("W")
    other = stated is not None and stated != rhythm.freq and not is_finer(rhythm.freq, stated)
    return None if other and (weeks or stated == "MS") else rhythm


def _to_periods(
    frame: pd.DataFrame, usable: Mask, sheet: Sheet, labels: str | None, stated: str | None
) -> tuple[pd.DataFrame, str | None, list[Finding]]:
    """Move `ds` of usable rows to the first day of its period; freq is None if there is one date only."""
    dated = frame[["unique_id", "ds"]]
    dated = dated if usable.all() else dated[usable]
    days = dated["ds"]
    if labels is not None:
        return (
            frame,
            labels,
            [Finding("periods", f"the table is {freq_in_words(labels)}, as the labels of its periods say")],
        )
    codes, different = pd.factorize(days.to_numpy())
    if len(different) < 2:
        note = "there are not two different dates, so whether it is daily, weekly or monthly is left open"
        return frame, None, [Finding("periods", note)]
    rhythm = _rhythm(days, dated["unique_id"], sheet.name, stated)
    if rhythm is None:
        sentence = (
            f"the table is {freq_in_words(stated or 'D')}, as is stated, and not what the dates look like"
        )
        return frame, "D", [Finding("periods", sentence, suspicious=True)]
    freq = rhythm.freq
    starts = period_start(pd.DatetimeIndex(different), freq).to_numpy()
    moved = int((starts != different)[codes].sum())
    note = f"the table is {freq_in_words(freq)}: {rhythm.evidence}"
    if moved:
        note += f"; in {moved} rows ds is moved to the first day of its period"
    findings = [Finding("periods", note, rhythm.evidence, 'freq = "W-MON"' if freq == "D" else 'freq = "MS"')]
    if len(rhythm.odd):
        odd = days[days.dt.normalize().isin(rhythm.odd)]
        lines = sheet.first_lines[odd.index.to_numpy()]
        shown = ", ".join(
            f"{day:%Y-%m-%d} in line {line}" for day, line in zip(odd[:_MOST_SHOWN], lines, strict=False)
        )
        more = f" and {len(odd) - _MOST_SHOWN} more" if len(odd) > _MOST_SHOWN else ""
        findings.append(
            Finding(
                "periods",
                f"{len(odd)} rows have a date off the rhythm of the others and count for the period that it "
                f"lies in: {shown}{more}",
                rhythm.evidence,
                suspicious=True,
            )
        )
    ds = starts[codes]
    if len(codes) < len(frame):
        ds = np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[ns]")
        ds[usable] = starts[codes]
    moved_frame = frame.copy(deep=False)
    moved_frame["ds"] = ds
    return moved_frame, freq, findings

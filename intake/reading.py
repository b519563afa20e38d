"""Bytes to a table: the door through which every file comes, with an account of every line of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from intake.conversion import convert
from intake.errors import InputError
from intake.fates import Mask, decide_fates
from intake.files.opening import open_file
from intake.findings import Finding
from intake.layout.recognition import find_sheet
from intake.mapping import NOTHING_STATED, FileMapping
from intake.periods import infer_freq, period_start
from intake.problems import rows_with_problems
from intake.recipes import refuse_cycles
from intake.rejection import LineCount, count_lines, refuse_if_too_many, rejected_table
from intake.repeated_columns import rows_of_repeated
from intake.tables import SCHEMAS, Table
from intake.values.conventions import NOTHING_SETTLED, Settled


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """A file as it was understood.

    `frame`: the accepted rows in the file's order, with canonical columns (text str, '' if empty; dates
    datetime64[ns]; everything else float64, NaN if empty); optional columns only if the file has them.
    `rejected`: file, line, column, reason, text of every rejected record. `freq`: of sales with two dates or
    more. The quantities are sums of `y` (of `on_hand` in stock, None in other tables); what is rejected
    counts where the cell could be read. `findings`: everything that was inferred.
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
    A row with a cell that cannot be used is rejected as a whole. A line that repeats an earlier one cell by
    cell is a duplicate and counts once. Different lines for the same key (series and period in sales)
    contradict each other, and all of them are rejected: which one is right, nobody but the sender knows. A
    last line that starts with a word like 'Total', and cannot be accepted, is a footer. InputError if more
    than `rejected_share` of the lines are rejected, if none is accepted, or if the file as a whole cannot be
    used or can be read in two ways.

    Dates of sales become the first day of their period. A sales file that names no series is one series,
    named after the file.
    """
    if not 0 <= rejected_share <= 1:
        raise InputError(f"rejected_share is a share between 0 and 1, not {rejected_share}; 0.05 is usual")
    sheet = find_sheet(open_file(content, name, table, mapping), table, mapping)
    conversion = convert(sheet, table, mapping, settled=settled)
    frame = pd.DataFrame(conversion.columns)
    findings = [*sheet.findings, *conversion.findings]
    freq = None
    if table is Table.SALES:
        usable = ~rows_with_problems(conversion.problems, len(frame))
        frame, freq, note = _to_periods(frame, usable, name, conversion.freq)
        findings.append(Finding("periods", note))
    schema = SCHEMAS[table]
    fates = decide_fates(sheet, frame, conversion.problems, schema.key)
    lines = count_lines(sheet, fates)
    refuse_if_too_many(lines, fates.reasons, sheet, rejected_share)
    if lines.duplicate:
        findings.append(
            Finding(
                "file",
                f"lines that repeat an earlier one cell by cell, and do not count again: {lines.duplicate}",
            )
        )
    accepted = frame[fates.accepted].reset_index(drop=True)
    if table is Table.SALES and (accepted["y"] < 0).any():
        returns = accepted.loc[accepted["y"] < 0, "y"]
        findings.append(
            Finding("y", f"returns (negative y) are kept: {len(returns)} rows, {returns.sum():.10g} in all")
        )

    accepted, about_rows = rows_of_repeated(accepted, table, name)
    findings += about_rows
    if table is Table.BILL_OF_MATERIALS:
        refuse_cycles(accepted, name, lines=sheet.first_lines[fates.accepted])

    def quantity(fate: Mask) -> float | None:
        return math.fsum(frame.loc[fate, schema.measure].dropna()) if schema.measure else None

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
    )


def _to_periods(
    frame: pd.DataFrame, usable: Mask, name: str, labels: str | None
) -> tuple[pd.DataFrame, str | None, str]:
    """Move `ds` of usable rows to the first day of its period; freq is None if there is one date only."""
    days = frame.loc[usable, "ds"]
    if labels is not None:
        return frame, labels, f"freq is {labels}, as the labels of the periods say"
    if days.nunique() < 2:
        return frame, None, "there are not two different dates, so the frequency is left open"
    try:
        freq = infer_freq(days)
    except InputError as error:
        raise InputError(str(error), file=name) from error
    starts = period_start(days, freq)
    moved = int((starts != days).sum())
    note = f"freq is {freq}, as {days.nunique()} different dates say"
    if moved:
        note += f"; in {moved} rows ds is moved to the first day of its period"
    return frame.assign(ds=starts.reindex(frame.index)), freq, note

"""Labels written once, in the first of their rows: every row below gets the label that it is under."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.findings import Finding
from intake.layout.meanings import is_total, meaning_of
from intake.layout.sheet import Sheet
from intake.mapping import IGNORE, FileMapping, column_line
from intake.tables import SCHEMAS, Kind, Table
from intake.text_columns import TextColumn, quoted

Mask = npt.NDArray[np.bool_]

_FEWEST_ROWS: Final = 4
_MOSTLY: Final = 0.5  # as many of the rows have no label of their own; a slip is seldom so common


def fill_down(sheet: Sheet, table: Table, mapping: FileMapping) -> Sheet:
    """The sheet with every label in all of its rows, where the file writes each label once.

    It does if a column that names a series or its date is filled in the first row and empty in half of the
    rows or more, and no label comes back below another one (in a label further left, it may). Rows whose
    label is a total are then no data: they are footers.
    """
    if len(sheet.spans) < _FEWEST_ROWS or len(sheet.columns) < 2:
        return sheet
    totals = np.zeros(len(sheet.spans), dtype=np.bool_)
    begins = np.zeros(len(sheet.spans), dtype=np.bool_)  # where a label further left begins
    columns, findings = list(sheet.columns), []
    for i, column in enumerate(sheet.columns):
        if not _may_be_label(column, table, mapping):
            continue
        own = ~column.blank_rows()
        if own.all() or not own[0]:
            continue
        called = np.array([is_total(text) for text in column.texts], dtype=np.bool_)[column.codes]
        if not _labels_once(column, own, called, totals, np.cumsum(begins)):
            continue
        at = np.maximum.accumulate(np.where(own | begins, np.arange(len(own)), 0))
        columns[i] = TextColumn(column.header, column.texts, column.codes[at], column.exact)
        totals |= called
        begins |= own
        empty = int((~own & ~column.spread(column.blank)[at]).sum())
        findings.append(
            Finding(
                column.header,
                f"{quoted(column.header)} is written once per group: {empty} rows get it from above",
                f"no label comes back; {quoted(column.text(0))} in line {int(sheet.first_lines[0])} is first",
                column_line(column.header, IGNORE),
                suspicious=True,
            )
        )
    if not findings:
        return sheet
    filled = replace(sheet, columns=tuple(columns), findings=(*sheet.findings, *findings))
    return without_subtotals(filled, totals) if totals.any() else filled


def without_subtotals(sheet: Sheet, totals: Mask) -> Sheet:
    """The sheet without rows that are totals of the rows above them, as their label and place say."""
    lines = sheet.first_lines[totals]
    finding = Finding(
        "file",
        f"{len(lines)} lines are totals of groups and not data",
        "line" + ("s " if len(lines) > 1 else " ") + ", ".join(map(str, lines[:5].tolist())),
    )
    kept = sheet.without(totals, footer=True)
    return replace(kept, findings=(*kept.findings, finding))


def _may_be_label(column: TextColumn, table: Table, mapping: FileMapping) -> bool:
    schema = SCHEMAS[table]
    meaning = meaning_of(column.header, table, mapping)
    names = {each.name for each in schema.required if each.kind in (Kind.TEXT, Kind.DATE)}
    return meaning in names | {*schema.unique_id_parts, *schema.any_of, "unique_id"}


def _labels_once(
    column: TextColumn, own: Mask, called: Mask, totals: Mask, segments: npt.NDArray[np.intp]
) -> bool:
    plain = ~(called | totals)
    if (own & plain).sum() > (1 - _MOSTLY) * plain.sum():
        return False
    pairs = segments[own].astype(np.int64) * (len(column.texts) + 1) + column.codes[own]
    return len(np.unique(pairs)) == len(pairs)

"""Several sheets with the same columns as one table: one per month, or one per shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from intake.findings import Finding
from intake.layout.meanings import meaning_of
from intake.layout.sheet import Sheet
from intake.mapping import FileMapping, toml_text
from intake.problems import Problem
from intake.tables import SCHEMAS, Table
from intake.text_columns import TextColumn, quoted

_SAME_DATES = 0.5  # share of the dates of one sheet that are in the next one too


@dataclass(frozen=True, eq=False)
class Part:
    """One of the sheets, and the names of its file and sheet."""

    file: str
    name: str
    sheet: Sheet

    @property
    def label(self) -> str:
        """How the sheet, or else the file, calls itself."""
        return self.name or PurePosixPath(self.file).stem


def stack(parts: Sequence[Part], table: Table, mapping: FileMapping) -> Sheet:
    """The rows of all parts, which have the same columns.

    Where they have the same dates for the same products (or name none), and no column says which shop, each
    is a shop, named after its sheet.
    """
    first = parts[0].sheet
    sheets = [_in_order(part.sheet, first) for part in parts]
    rows = np.cumsum([0, *(len(sheet.spans) for sheet in sheets)])
    records = np.cumsum([0, *(int(sheet.records.max(initial=-1)) + 1 for sheet in sheets)])
    columns = [_joined([sheet.columns[i] for sheet in sheets]) for i in range(len(first.columns))]
    place_of = np.repeat(np.arange(len(parts)), np.diff(rows))
    findings = list(dict.fromkeys(finding for sheet in sheets for finding in sheet.findings))
    shown = ", ".join(quoted(part.label) for part in parts[:8])
    findings.append(
        Finding(
            "file",
            f"{len(parts)} sheets with the same columns are read as one table: {shown}",
            overrule=f"sheet = {toml_text(parts[0].name)}" if parts[0].name else "",
        )
    )
    if table is Table.SALES and _are_shops(sheets, table, mapping):
        labels = np.array([part.label for part in parts], dtype=np.object_)
        columns.append(TextColumn("location", labels, place_of))
        findings.append(
            Finding(
                "series",
                "each sheet is a shop, named after the sheet: they have the same dates, and no column says "
                "which shop it is",
                shown,
                suspicious=True,
            )
        )

    def original_text(row: int) -> str:
        part = int(place_of[row])
        return sheets[part].original_text(row - int(rows[part]))

    reasons = np.concatenate([sheet.malformed.reasons for sheet in sheets])
    malformed = np.concatenate(
        [sheet.malformed.rows + start for sheet, start in zip(sheets, rows[:-1], strict=True)]
    )
    written = [sheet.cells for sheet in sheets if sheet.cells is not None]
    return replace(
        first,
        header_span=sum(sheet.header_span for sheet in sheets),
        blank_lines=sum(sheet.blank_lines for sheet in sheets),
        footer_lines=sum(sheet.footer_lines for sheet in sheets),
        silent_lines=sum(sheet.silent_lines for sheet in sheets),
        columns=tuple(columns),
        first_lines=np.concatenate([sheet.first_lines for sheet in sheets]),
        spans=np.concatenate([sheet.spans for sheet in sheets]),
        records=np.concatenate(
            [sheet.records + start for sheet, start in zip(sheets, records[:-1], strict=True)]
        ),
        malformed=Problem("", malformed.astype(np.intp), reasons),
        original_text=original_text,
        findings=tuple(findings),
        cells=_joined(written) if len(written) == len(sheets) else None,
        places=tuple(f"{part.file}, sheet {quoted(part.name)}" if part.name else part.file for part in parts),
        place_of=place_of,
    )


def _in_order(sheet: Sheet, first: Sheet) -> Sheet:
    """The sheet with its columns in the order of the first one."""
    own = {column.header.lower(): column for column in sheet.columns}
    names = [column.header.lower() for column in first.columns]
    if len(own) < len(names):  # a header that comes twice is left to be refused
        return sheet
    return replace(sheet, columns=tuple(own[name] for name in names))


def _joined(columns: Sequence[TextColumn]) -> TextColumn:
    """One column below the other."""
    texts = np.concatenate([column.texts for column in columns])
    typed = np.concatenate(
        [np.zeros(len(each.texts), np.bool_) if each.exact is None else each.exact for each in columns]
    )
    keys = np.where(typed, texts + "\0", texts) if typed.any() else texts
    positions, distinct = pd.factorize(keys)
    first = np.zeros(len(distinct), dtype=np.intp)
    first[positions[::-1]] = np.arange(len(keys))[::-1]
    starts = np.cumsum([0, *(len(column.texts) for column in columns)])
    codes = np.concatenate(
        [positions[column.codes + start] for column, start in zip(columns, starts[:-1], strict=True)]
    )
    return TextColumn(columns[0].header, texts[first], codes, typed[first] if typed.any() else None)


def _are_shops(sheets: Sequence[Sheet], table: Table, mapping: FileMapping) -> bool:
    meanings = [meaning_of(column.header, table, mapping) for column in sheets[0].columns]
    if {"location", "unique_id"} & set(meanings) or "ds" not in meanings:
        return False
    names = [i for i, meaning in enumerate(meanings) if meaning in SCHEMAS[table].unique_id_parts]
    for one, other in pairwise(sheets):
        if _shared(one, other, meanings.index("ds")) <= _SAME_DATES:
            return False
        if any(_shared(one, other, i) == 0 for i in names):
            return False
    return True


def _shared(one: Sheet, other: Sheet, column: int) -> float:
    texts, others = set(one.columns[column].texts) - {""}, set(other.columns[column].texts) - {""}
    return len(texts & others) / max(min(len(texts), len(others)), 1)

"""The sheets of a workbook as grids: a row is a line, and what a cell shows by its type is written out."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from types import TracebackType
from typing import Final

import numpy as np
import python_calamine as calamine

from intake.errors import InputError
from intake.files.containers import listed
from intake.files.grid import Grid
from intake.files.kinds import FileKind
from intake.files.limits import refuse_too_many_columns
from intake.files.merged_cells import Range, cell_name, repeat_merged
from intake.files.ods_scan import scan_ods
from intake.files.typed_cells import column_of
from intake.files.xls_scan import scan_xls
from intake.files.xlsx_scan import SheetScan, scan_xlsx
from intake.files.zip_parts import zip_entries
from intake.findings import Finding
from intake.mapping import FileMapping, toml_text
from intake.text_columns import Rows, TextColumn, quoted

_BLOCK: Final = 1 << 16  # cells that are held as objects at a time
_SHOWN: Final = 5


@dataclass(frozen=True)
class _Seen:
    """What was found before the workbook was opened: per sheet, or merged ranges per sheet of an ODS."""

    sheets: Mapping[str, SheetScan] = field(default_factory=dict)
    merged: Mapping[str, Sequence[Range]] = field(default_factory=dict)


def workbook_grids(content: bytes, name: str, kind: FileKind, mapping: FileMapping) -> tuple[Grid, ...]:
    """One grid per sheet with a filled cell, hidden ones too, or that of the stated sheet alone.

    InputError if the workbook is damaged, has a password or no filled cell, is not safe to open, or has not
    the stated sheet.
    """
    seen = _look_over(content, name, kind)
    with _one_sentence(name):
        book = calamine.load_workbook(io.BytesIO(content))
    tables = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    if mapping.sheet is not None:
        tables = _stated(tables, mapping.sheet, name)
    grids = []
    for table in tables:
        with _one_sentence(name):
            sheet = book.get_sheet_by_name(table.name)
        if sheet.start is not None:
            hidden = table.visible != calamine.SheetVisibleEnum.Visible
            grids.append(_grid(sheet, name, seen, hidden=hidden, alone=len(tables) == 1))
    if not grids:
        raise InputError(
            "the workbook has no filled cell; export it again and check that it has rows", file=name
        )
    return tuple(grids)


def _look_over(content: bytes, name: str, kind: FileKind) -> _Seen:
    if kind is FileKind.XLS:
        scan_xls(content, name)
        return _Seen()
    entries = zip_entries(content, name)
    if kind is FileKind.ODS:
        return _Seen(merged=scan_ods(content, entries, name))
    return _Seen(sheets=scan_xlsx(content, entries, name))


def _stated(tables: Sequence[calamine.SheetMetadata], stated: str, name: str) -> list[calamine.SheetMetadata]:
    found = [table for table in tables if table.name == stated]
    found = found or [table for table in tables if table.name.strip().lower() == stated.strip().lower()]
    if not found:
        raise InputError(
            f"'{stated}' is stated as the sheet to read and is not there; there is "
            f"{listed([table.name for table in tables], most=20)}",
            file=name,
        )
    return found[:1]


def _grid(sheet: calamine.CalamineSheet, name: str, seen: _Seen, *, hidden: bool, alone: bool) -> Grid:
    refuse_too_many_columns(sheet.width, name)
    top, left = sheet.start or (0, 0)
    scan = seen.sheets.get(sheet.name, SheetScan())
    columns = _columns(sheet, top, left, scan)
    about = quoted(sheet.name)
    findings = []
    if hidden or not alone:
        findings.append(
            Finding(
                "file",
                f"the table is on the sheet {about}" + (", which is hidden" if hidden else ""),
                overrule=f"sheet = {toml_text(sheet.name)}",
                suspicious=hidden,
            )
        )
    merged = seen.merged.get(sheet.name, sheet.merged_cell_ranges or [])
    columns, more = repeat_merged(columns, merged, left, about)
    findings += more
    findings += _unseen_cells(scan, about)
    return Grid.of_cells(name, columns, findings, sheet.name)


def _columns(sheet: calamine.CalamineSheet, top: int, left: int, scan: SheetScan) -> list[TextColumn]:
    """Every column from the first filled one on, from row 1 of the sheet on."""
    codes: list[list[Rows]] = [[np.zeros(top, dtype=np.intp)] for _ in range(sheet.width)]
    # The first code is that of the empty cell, above the table too.
    seen: list[defaultdict[tuple[type, object], int]] = [
        defaultdict(count(1).__next__, {(str, ""): 0}) for _ in range(sheet.width)
    ]
    rows = islice(sheet.iter_rows(), top, None)
    at_once = max(_BLOCK // sheet.width, 1)
    first = top
    while block := list(islice(rows, at_once)):
        for row, column in _places(scan.errors, first, first + len(block), left, left + sheet.width):
            block[row - first][column - left] = scan.errors[row, column]
        for position, cells in enumerate(zip(*block, strict=True)):
            keys = zip(map(type, cells), cells, strict=True)
            codes[position].append(
                np.fromiter(map(seen[position].__getitem__, keys), dtype=np.intp, count=len(cells))
            )
        first += len(block)
    return [
        column_of("", [value for _, value in distinct], np.concatenate(parts))
        for distinct, parts in zip(seen, codes, strict=True)
    ]


def _places(
    errors: Mapping[tuple[int, int], str], top: int, bottom: int, left: int, right: int
) -> Iterable[tuple[int, int]]:
    return ((row, column) for row, column in errors if top <= row < bottom and left <= column < right)


def _unseen_cells(scan: SheetScan, about: str) -> list[Finding]:
    findings = []
    if scan.errors:
        findings.append(
            Finding(
                "file",
                f"cells of the sheet {about} that show an error: {len(scan.errors)}",
                ", ".join(
                    f"{cell_name(*place)} {text}" for place, text in islice(scan.errors.items(), _SHOWN)
                ),
                suspicious=True,
            )
        )
    if scan.uncalculated:
        findings.append(
            Finding(
                "file",
                f"formulas of the sheet {about} that were saved without their value, and are empty: "
                f"{len(scan.uncalculated)}; open the workbook in a spreadsheet program and save it",
                ", ".join(cell_name(*place) for place in sorted(scan.uncalculated)[:_SHOWN]),
                suspicious=True,
            )
        )
    return findings


class _one_sentence:  # noqa: N801 - it is used like a function
    """What calamine says of a workbook that it cannot read, as an error for a person."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if isinstance(error, calamine.PasswordError):
            raise InputError(
                "the workbook has a password; take the password off and save it", file=self.name
            ) from error
        # A panic of calamine is no CalamineError, and has no class that could be imported.
        panicked = kind is not None and kind.__name__ == "PanicException"
        if panicked or isinstance(error, (calamine.CalamineError, OSError, ValueError)):
            raise InputError(
                "the workbook is damaged; open it in a spreadsheet program and save it as XLSX",
                file=self.name,
            ) from error

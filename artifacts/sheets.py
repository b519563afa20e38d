"""Sheets that people read and print: styles, headings, rows, the page; the same bytes for the same cells.

All cells hold values, so that readers which do not calculate show them too. Text is made harmless.
"""

from __future__ import annotations

import datetime
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from io import BytesIO
from typing import Final

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from artifacts.csv_files import harmless

TITLE: Final = Font(name="Calibri", size=16, bold=True, color="1F2933")
QUIET: Final = Font(name="Calibri", size=10, color="6B7280")
PLAIN: Final = Font(name="Calibri", size=11, color="1F2933")
BOLD: Final = Font(name="Calibri", size=11, bold=True, color="1F2933")
HEAD: Final = PatternFill("solid", fgColor="E8F1F8")
LINE: Final = Border(bottom=Side(style="thin", color="E5E7EB"))
SUM: Final = Border(top=Side(style="medium", color="1F2933"))
MONEY: Final = "#,##0.00"
WHOLE: Final = "#,##0"
UNITS: Final = "#,##0.###"  # of whole numbers a spreadsheet would show the bare mark: they are WHOLE
DATE: Final = "yyyy-mm-dd"
WRAPPED: Final = 40  # characters: wider columns hold sentences
LINE_HEIGHT: Final = 15.0  # points
ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)

Column = tuple[str, float, str | None]  # heading, width in characters, number format


def sheet_title(name: str, taken: Sequence[str]) -> str:
    """A name that a workbook accepts: no []:*?/\\, at most 31 characters, unlike those taken.

    >>> sheet_title("hudson/home", ["Summary", "HUDSON-HOME"])
    'hudson-home 2'
    """
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", name).strip("' ")[:31] or "supplier"
    used = {each.lower() for each in taken}
    title, number = clean, 1
    while title.lower() in used:
        number += 1
        title = f"{clean[: 30 - len(str(number))]} {number}"
    return title


def head(sheet: Worksheet, title: str, *sentences: str) -> None:
    """A title and quiet sentences below it, one a row from the first."""
    for row, sentence in enumerate((title, *sentences), start=1):
        cell = sheet.cell(row=row, column=1, value=harmless(sentence))
        cell.font = QUIET if row > 1 else TITLE
    sheet.row_dimensions[1].height = 26


def wrap_sentences(sheet: Worksheet, row: int, sentences: int, columns: Sequence[Column]) -> None:
    """Give the sentences from a row on the width of the table, and as many lines as they need."""
    width = sum(width for _, width, _ in columns)
    for at in range(row, row + sentences):
        sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=len(columns))
        cell = sheet.cell(row=at, column=1)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[at].height = LINE_HEIGHT * math.ceil(len(str(cell.value)) / (0.95 * width))


def headings(sheet: Worksheet, row: int, columns: Sequence[Column]) -> int:
    """The headings of a table, which stay in sight; returns the row below."""
    for place, (heading, width, number_format) in enumerate(columns, start=1):
        cell = sheet.cell(row=row, column=place, value=heading)
        cell.font, cell.fill = BOLD, HEAD
        cell.alignment = _side(number_format)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"A{row + 1}"
    return row + 1


def add_row(
    sheet: Worksheet, row: int, values: Sequence[object], columns: Sequence[Column], *, total: bool = False
) -> int:
    """One row of cells, as wide and as formatted as their columns say; returns the row below."""
    return add_rows(sheet, row, [values], columns, total=total)


def add_rows(
    sheet: Worksheet,
    row: int,
    rows: Iterable[Sequence[object]],
    columns: Sequence[Column],
    *,
    total: bool = False,
) -> int:
    """Rows that look alike; returns the row below. A column's style is made once: it costs most of all."""
    styles: dict[tuple[int, bool], StyleArray] = {}
    for values in rows:
        for place, (value, (_, width, number_format)) in enumerate(
            zip(values, columns, strict=True), start=1
        ):
            cell = sheet.cell(row=row, column=place, value=_value(value))
            kind = (place, number_format == UNITS and isinstance(cell.value, int))
            if kind in styles:
                cell._style = copy(styles[kind])  # type: ignore[attr-defined]
            else:
                cell.font, cell.border = (BOLD, SUM) if total else (PLAIN, LINE)
                cell.alignment = _side(number_format, wrapped=width >= WRAPPED)
                if number_format:
                    cell.number_format = WHOLE if kind[1] else number_format
                styles[kind] = copy(cell._style)  # type: ignore[attr-defined]
            if width >= WRAPPED and isinstance(value, str):
                # Readers do not fit the height of wrapped rows by themselves.
                sheet.row_dimensions[row].height = LINE_HEIGHT * math.ceil(len(value) / (0.95 * width))
        row += 1
    return row


def _side(number_format: str | None, *, wrapped: bool = False) -> Alignment:
    side, indent = ("right", 0) if number_format else ("left", 1)
    return Alignment(horizontal=side, indent=indent, vertical="top", wrap_text=wrapped)


def _value(value: object) -> str | int | float | datetime.date | None:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, (int, float, np.integer, np.floating)) and np.isfinite(value):
        return int(value) if float(value).is_integer() else float(value)
    return None


def set_up_print(
    sheet: Worksheet,
    heading_row: int,
    columns: Sequence[Column],
    *,
    portrait: bool = False,
    footer: str = "Page &P of &N",
) -> None:
    """A4, as wide as the paper, the headings on every page; in `footer` &P is the page and &N how many."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "portrait" if portrait else "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{sheet.max_row}"
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text=footer))


def reproducible(book: Workbook, day: datetime.date) -> bytes:
    """The workbook without the clock, which openpyxl stamps into its properties and its zip."""
    moment = f"{day:%Y-%m-%d}T00:00:00Z"
    saved, fixed = BytesIO(), BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>" + moment.encode(), content)
            entry = zipfile.ZipInfo(name, date_time=ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            copy.writestr(entry, content)
    return fixed.getvalue()

"""A workbook as it was handed out, with cells filled in: the same sheets, formulas and formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from intake.errors import InputError


@dataclass(frozen=True)
class Filling:
    """Cells for one row, from the column on where `header` first stands on header_line; lines count from 1.

    values: None leaves a cell alone; a text is a formula, in which {column} is the cell's own column. kept:
    whether what a cell holds already stays.
    """

    sheet: str
    line: int
    header_line: int
    header: str
    values: Sequence[float | str | None]
    kept: bool = False


def fill_workbook(content: bytes, fillings: Iterable[Filling]) -> bytes:
    """The .xlsx with the cells filled in; Excel computes all formulas when it opens it.

    InputError where the content is no .xlsx, or a filling has no place in it.
    """
    try:
        book = load_workbook(BytesIO(content))
    except (BadZipFile, KeyError, ValueError) as damaged:
        raise InputError("the workbook to fill in is no .xlsx; save it as one and try again") from damaged
    for filling in fillings:
        _fill(book, filling)
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def _fill(book: Workbook, filling: Filling) -> None:
    if filling.sheet not in book.sheetnames:
        raise InputError(f"the workbook has no sheet '{filling.sheet}'")
    sheet: Worksheet = book[filling.sheet]
    header = next((cell for cell in sheet[filling.header_line] if str(cell.value) == filling.header), None)
    if header is None or header.column is None:
        raise InputError(f"'{filling.header}' is not on line {filling.header_line} of '{filling.sheet}'")
    for column, value in enumerate(filling.values, start=header.column):
        cell = sheet.cell(row=filling.line, column=column)
        if value is None or (filling.kept and cell.value is not None):
            continue
        cell.value = value.format(column=get_column_letter(column)) if isinstance(value, str) else value

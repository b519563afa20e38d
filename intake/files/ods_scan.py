"""An ODS workbook looked over before it is opened: how large its sheets are, and which cells are merged.

ODS says "repeat this cell 16,384 times, and this row a million times"; its reader does.
"""

from __future__ import annotations

import zipfile
from typing import Final

from intake.errors import InputError
from intake.files.limits import refuse_sparse, refuse_too_much_text
from intake.files.merged_cells import Range
from intake.files.xml_parts import parse
from intake.files.zip_parts import pieces

_CELLS: Final = frozenset({"table:table-cell", "table:covered-table-cell"})


class _Table:
    """The cells of one sheet, as its elements go by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = self.filled_rows = self.width = self.filled = self.characters = 0
        self.row_repeats = self.column = self.last_column = self.said = self.filled_in_row = 0
        self.repeats = 0
        self.is_filled = False
        self.merged: list[Range] = []

    def start_row(self, repeats: int) -> None:
        self.row_repeats, self.column, self.last_column, self.filled_in_row, self.said = repeats, 0, 0, 0, 0

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.repeats = _number(attributes, "table:number-columns-repeated")
        self.is_filled = "office:value-type" in attributes or "table:formula" in attributes
        if self.is_filled:
            value = max((len(text) for text in attributes.values()), default=0)
            self.said += value * self.repeats
        rows = _number(attributes, "table:number-rows-spanned")
        columns = _number(attributes, "table:number-columns-spanned")
        if rows * columns > 1:
            self.merged.append(((self.rows, self.column), (self.rows + rows - 1, self.column + columns - 1)))

    def say(self, characters: int) -> None:
        self.said += characters * self.repeats

    def end_cell(self) -> None:
        self.column += self.repeats
        if self.is_filled:
            self.last_column = self.column
            self.filled_in_row += self.repeats

    def end_row(self) -> None:
        self.rows += self.row_repeats
        self.characters += self.said * self.row_repeats
        if self.filled_in_row:
            self.filled += self.filled_in_row * self.row_repeats
            self.width = max(self.width, self.last_column)
            self.filled_rows = self.rows


def scan_ods(content: bytes, entries: list[zipfile.ZipInfo], name: str) -> dict[str, list[Range]]:
    """Sheet -> its merged ranges, of a workbook that is safe to open; InputError if it is not."""
    tables = _Tables()
    for entry in entries:
        if entry.filename == "META-INF/manifest.xml" and b"encryption-data" in b"".join(
            pieces(content, entry, name)
        ):
            raise InputError("the workbook has a password; take the password off and save it", file=name)
    for entry in entries:
        if entry.filename == "content.xml":
            parse(content, entry, name, start=tables.start, end=tables.end, text=tables.text)
    if not tables:
        raise InputError("there is no sheet in it; save it again", file=name)
    refuse_sparse(
        sum(table.filled_rows * table.width for table in tables),
        max(table.filled_rows for table in tables),
        max(table.width for table in tables),
        sum(table.filled for table in tables),
        name,
    )
    refuse_too_much_text(sum(table.characters for table in tables), name)
    return {table.name: table.merged for table in tables}


class _Tables(list[_Table]):
    """All sheets, as the elements of the workbook go by."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _CELLS:
            self[-1].start_cell(attributes)
        elif tag == "table:table-row":
            self[-1].start_row(_number(attributes, "table:number-rows-repeated"))
        elif tag == "text:s":
            self[-1].say(_number(attributes, "text:c"))
        elif tag == "table:table":
            self.append(_Table(attributes.get("table:name", "")))

    def end(self, tag: str) -> None:
        if tag in _CELLS:
            self[-1].end_cell()
        elif tag == "table:table-row":
            self[-1].end_row()

    def text(self, said: str) -> None:
        if self:
            self[-1].say(len(said))


def _number(attributes: dict[str, str], key: str) -> int:
    return max(int(attributes[key][:12]), 0) if key in attributes else 1

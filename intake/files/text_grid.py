"""A text file as a grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.delimiters import find_delimiter, separator_line
from intake.files.encoding import decode
from intake.files.grid import Cells, Grid
from intake.files.lines import physical_lines
from intake.files.records import Records, cut_records
from intake.files.text_cells import read_columns
from intake.mapping import FileMapping
from intake.tables import Table
from intake.text_columns import BLANKS


class Misfits(Mapping[int, Cells | None]):
    """The cells of the records at `rows` (ascending), cut when somebody asks for them."""

    def __init__(self, records: Records, rows: npt.NDArray[np.intp], title: bool) -> None:
        self._records, self._rows, self._title = records, rows, title

    def __getitem__(self, row: int) -> Cells | None:
        if row not in self:
            raise KeyError(row)
        if self._title and row == 0:
            return (self._records.text(0).strip(BLANKS),)
        cells = self._records.cells(row)
        return None if cells is None else tuple(cell.strip(BLANKS) for cell in cells)

    def __contains__(self, row: object) -> bool:
        if not isinstance(row, int | np.integer):
            return False
        position = int(np.searchsorted(self._rows, row))
        return position < len(self._rows) and int(self._rows[position]) == row

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows.tolist())

    def __len__(self) -> int:
        return len(self._rows)


def text_grid(content: bytes, name: str, table: Table, mapping: FileMapping) -> Grid:
    """Cut a text file into cells.

    InputError if it is empty, not text, has only blank lines, or a line that is too long or has too many
    cells.
    """
    decoded = decode(content, name, mapping.encoding)
    lines = physical_lines(decoded.content, name)
    delimiter, finding = find_delimiter(lines, name, table, mapping)
    records = cut_records(lines, delimiter, name)
    if records.blank.all():
        raise InputError(
            "the file has only blank lines; export it again and check that it has rows", file=name
        )
    title = separator_line(lines) is not None
    filled = ~records.blank
    filled[0] &= not title
    widths = np.bincount(records.widths, minlength=2)
    widths -= np.bincount(records.widths[~filled], minlength=len(widths))
    widths[0] = 0
    width = len(widths) - 1 - int(np.argmax(widths[::-1])) if widths.any() else 1
    fits = filled & (records.widths == width)
    misfits = np.flatnonzero(~records.blank & ~fits)

    return Grid(
        name=name,
        delimiter=delimiter,
        columns=read_columns(records, fits, width),
        first_lines=records.first + 1,
        spans=records.spans,
        misfits=Misfits(records, misfits, title),
        original_text=lambda row: records.text(row).rstrip("\r\n"),
        findings=(decoded.finding, finding),
    )

"""Cells as they came, before anybody knows what they mean: a text file, or one sheet of a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.findings import Finding
from intake.text_columns import TextColumn

Cells = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Grid:
    """All rows of a file or sheet, titles and headers and blank ones too, as columns of text.

    Row i begins at line `first_lines[i]` (1 = first) and covers `spans[i]` lines, more than one where a
    quoted cell has line breaks; together the rows cover every line exactly once. Every column has one cell
    per row.
    A row that has not as many cells as there are columns is empty in all of them and its cells are in
    `misfits` (None where its quotes do not match). `original_text(row)` is the row as it came, without its
    line end. `delimiter` is '' where cells were not cut out of text. `findings`: how the bytes were read.
    `sheet` is the name of the sheet in its workbook, '' where there is none; the rows of a sheet are its
    lines, and its cells are joined by tabs in `original_text`.
    """

    name: str
    delimiter: str
    columns: tuple[TextColumn, ...]
    first_lines: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    misfits: Mapping[int, Cells | None]
    original_text: Callable[[int], str]
    findings: tuple[Finding, ...] = ()
    sheet: str = ""

    @classmethod
    def of_cells(
        cls, name: str, columns: Sequence[TextColumn], findings: Sequence[Finding], sheet: str = ""
    ) -> Grid:
        """The grid of cells that came as such, in a workbook or a Parquet file: every row is a line."""
        rows = len(columns[0].codes)
        return cls(
            name=name,
            delimiter="",
            columns=tuple(columns),
            first_lines=np.arange(1, rows + 1, dtype=np.int64),
            spans=np.ones(rows, dtype=np.int64),
            misfits={},
            original_text=lambda row: "\t".join(column.text(row) for column in columns),
            findings=tuple(findings),
            sheet=sheet,
        )

    def row(self, row: int) -> Cells | None:
        """The cells of a row, trimmed, as many as it has; None where its quotes do not match."""
        if row in self.misfits:
            return self.misfits[row]
        return tuple(column.text(row) for column in self.columns)

    def __len__(self) -> int:
        return len(self.first_lines)

"""Which grid is the table, where it begins, and what shape it has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.grid import Grid
from intake.layout.cutting import cut
from intake.layout.footers import without_notes
from intake.layout.header import find_header
from intake.layout.sheet import Sheet
from intake.layout.wide import to_rows
from intake.mapping import FileMapping
from intake.tables import Table


def find_sheet(grids: Sequence[Grid], table: Table, mapping: FileMapping) -> Sheet:
    """The rows of `table` in these grids; what `mapping` states about sheet, header and shape wins.

    InputError if there is no header, if nothing follows it, or if two sheets fit equally well.
    """
    (grid,) = grids
    return _below_header(grid, table, mapping)


def _below_header(grid: Grid, table: Table, mapping: FileMapping) -> Sheet:
    blank = _blank(grid)
    filled = np.flatnonzero(~blank)
    if not len(filled):
        raise InputError(
            "the file has only blank lines; export it again and check that it has rows", file=grid.name
        )
    header = find_header(grid, filled, table, mapping)
    below = cut(grid, header)
    lines = [*header.rows, *header.titles, *below.repeats.tolist()]
    rows = below.rows
    sheet = Sheet(
        name=grid.name,
        delimiter=grid.delimiter,
        header_line=int(grid.first_lines[header.rows[0]]) if header.rows else 1,
        header_span=int(grid.spans[lines].sum()),
        blank_lines=int(grid.spans[blank].sum()),
        columns=below.columns,
        first_lines=grid.first_lines[rows],
        spans=grid.spans[rows],
        records=np.arange(len(rows)),
        malformed=below.malformed,
        original_text=lambda row: grid.original_text(int(rows[row])),
        findings=(*grid.findings, *header.findings, *below.findings),
    )
    return to_rows(without_notes(sheet, table), below.groups, table, mapping)


def _blank(grid: Grid) -> npt.NDArray[np.bool_]:
    blank = np.ones(len(grid), dtype=np.bool_)
    for column in grid.columns:
        blank &= column.spread(column.blank)
    blank[list(grid.misfits)] = False
    return blank

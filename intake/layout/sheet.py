"""A grid of which is known where the header stands: named columns, and rows below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.grid import Cells, Grid
from intake.findings import Finding
from intake.mapping import FileMapping
from intake.problems import Problem
from intake.tables import Table
from intake.text_columns import TextColumn


@dataclass(frozen=True, eq=False)
class Sheet:
    """The rows of a table. Row i comes from line `first_lines[i]` on and covers `spans[i]` lines.

    Rows that come from one record of the file (a wide file has one per period) have the same number in
    `records`; where each row is its own record, `records` counts 0, 1, 2, ...
    `header_span` counts the lines of header, titles and repeated headers, `blank_lines` the blank ones.
    A row that has not the header's width is empty in all `columns` and named in `malformed`.
    `original_text(row)` is the record of a row as it came.
    """

    name: str
    delimiter: str
    header_line: int
    header_span: int
    blank_lines: int
    columns: tuple[TextColumn, ...]
    first_lines: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    records: npt.NDArray[np.intp]
    malformed: Problem
    original_text: Callable[[int], str]
    findings: tuple[Finding, ...] = ()


def find_sheet(grids: Sequence[Grid], table: Table, mapping: FileMapping) -> Sheet:
    """Find the header of a grid and the rows below it; the first row that is not blank is the header.

    InputError if there is no such row, if its quotes do not match, or if nothing follows.
    """
    (grid,) = grids
    blank = np.ones(len(grid), dtype=np.bool_)
    for column in grid.columns:
        blank &= column.spread(column.blank)
    blank[list(grid.misfits)] = False
    filled = np.flatnonzero(~blank)
    if not len(filled):
        raise InputError(
            "the file has only blank lines; export it again and check that it has rows", file=grid.name
        )
    top, rows = int(filled[0]), filled[1:]
    line = int(grid.first_lines[top])
    headers = grid.row(top)
    if headers is None:
        raise InputError("the quotes of the header do not match; correct them", file=grid.name, line=line)
    if not len(rows):
        raise InputError(
            "there is a header and no row below it; export the file again and check that it has rows",
            file=grid.name,
            line=line,
        )
    columns, malformed = _fit(grid, headers, rows)
    return Sheet(
        name=grid.name,
        delimiter=grid.delimiter,
        header_line=line,
        header_span=int(grid.spans[top]),
        blank_lines=int(grid.spans[blank].sum()),
        columns=columns,
        first_lines=grid.first_lines[rows],
        spans=grid.spans[rows],
        records=np.arange(len(rows)),
        malformed=malformed,
        original_text=lambda row: grid.original_text(int(rows[row])),
        findings=grid.findings,
    )


def _fit(grid: Grid, headers: Cells, rows: npt.NDArray[np.intp]) -> tuple[tuple[TextColumn, ...], Problem]:
    """Rows of exactly the header's width; empty cells beyond it are nothing, other misfits are problems."""
    width = len(headers)
    position = {int(row): i for i, row in enumerate(rows)}
    replaced: dict[int, Cells] = {}
    reasons: dict[int, str] = {}
    if width != len(grid.columns):
        candidates: dict[int, Cells | None] = {int(row): grid.row(int(row)) for row in rows}
    else:
        candidates = {row: cells for row, cells in grid.misfits.items() if row in position}
    for row, cells in candidates.items():
        if cells is not None and (len(cells) == width or (len(cells) > width and not any(cells[width:]))):
            replaced[position[row]] = cells[:width]
        else:
            reasons[position[row]] = (
                "the quotes do not match"
                if cells is None
                else f"{len(cells)} cells where the header has {width}"
            )
    columns = []
    for i, header in enumerate(headers):
        if i < len(grid.columns):
            column = grid.columns[i]
            texts = column.texts[column.codes[rows]].copy()
        else:
            texts = np.full(len(rows), "", dtype=object)
        for row, cells in replaced.items():
            texts[row] = cells[i]
        for row in reasons:
            texts[row] = ""
        columns.append(TextColumn.of(header, texts))
    return tuple(columns), Problem.of("", reasons)

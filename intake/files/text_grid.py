"""A text file as a grid."""

from __future__ import annotations

from collections import Counter

import numpy as np

from intake.errors import InputError
from intake.files.encoding import decode
from intake.files.grid import Cells, Grid
from intake.files.records import DELIMITERS, find_delimiter, is_blank, physical_lines, read_records
from intake.findings import Finding
from intake.mapping import FileMapping
from intake.tables import Table
from intake.text_columns import TextColumn


def text_grid(content: bytes, name: str, table: Table, mapping: FileMapping) -> Grid:
    """Cut a text file into cells; InputError if it is empty, not text, or has only blank lines."""
    decoded = decode(content, name)
    lines = physical_lines(decoded.text)
    delimiter = mapping.delimiter or find_delimiter(lines, table)
    records = read_records(lines, delimiter)
    if all(cells is not None and is_blank(cells) for cells in records.cells):
        raise InputError(
            "the file has only blank lines; export it again and check that it has rows", file=name
        )
    widths = Counter(len(cells) for cells in records.cells if cells is not None and not is_blank(cells))
    width = max(widths, key=lambda each: (widths[each], each), default=1)
    misfits: dict[int, Cells | None] = {}
    fitted: list[list[str]] = []
    for row, cells in enumerate(records.cells):
        if cells is not None and len(cells) == width:
            fitted.append(cells)
            continue
        fitted.append([""] * width)
        if cells is None or not is_blank(cells):
            misfits[row] = None if cells is None else tuple(cell.strip() for cell in cells)
    grid = np.array(fitted, dtype=object).reshape(len(fitted), width)
    first_lines = np.array(records.first_lines, dtype=np.int64)
    spans = np.array(records.spans, dtype=np.int64)

    def original_text(row: int) -> str:
        first = first_lines[row] - 1
        return "".join(lines[first : first + spans[row]]).rstrip("\r\n")

    return Grid(
        name=name,
        delimiter=delimiter,
        columns=tuple(TextColumn.of("", grid[:, i]) for i in range(width)),
        first_lines=first_lines,
        spans=spans,
        misfits=misfits,
        original_text=original_text,
        findings=(
            Finding(
                "file",
                f"the file is {decoded.encoding} text with {DELIMITERS[delimiter]}s between the cells",
                overrule=f"encoding = {decoded.encoding!r}",
            ),
        ),
    )

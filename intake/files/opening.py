"""Bytes to grids: whatever kind of file came."""

from __future__ import annotations

from intake.files.grid import Grid
from intake.files.text_grid import text_grid
from intake.mapping import FileMapping
from intake.tables import Table


def open_file(content: bytes, name: str, table: Table, mapping: FileMapping) -> tuple[Grid, ...]:
    """Every grid in a file, in its order: one of a text file, one per sheet of a workbook.

    InputError if the file is empty, of no kind that can be read, or larger than can be read safely.
    """
    return (text_grid(content, name, table, mapping),)

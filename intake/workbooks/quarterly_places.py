"""Where a quarterly workbook is to be filled in: the rows of the plan and of what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from intake.errors import InputError
from intake.files.grid import Grid
from intake.workbooks.cross_table import CrossTable, has_words
from intake.workbooks.quarterly_sheets import AVAILABLE, TOTAL, YIELDED_SUPPLY, tables_by_part

SCHEDULED: Final = ("capacity|capacidad", "scheduled|programada|programado")
UNUSED: Final = ("capacity|capacidad", "over|under|exceso|sobra")


@dataclass(frozen=True)
class FillRow:
    """A row to fill: of a product, or of '' for all together.

    line, header_line: in its sheet, from 1. header: what stands there above the first of its `width` cells.
    """

    sheet: str
    line: int
    header_line: int
    header: str
    width: int
    product: str


@dataclass(frozen=True)
class FillRows:
    """The rows of the plan, of the capacity given, scheduled and unused, and of the supply it yields."""

    plan: tuple[FillRow, ...]
    available: tuple[FillRow, ...]
    scheduled: tuple[FillRow, ...]
    unused: tuple[FillRow, ...]
    supply: tuple[FillRow, ...]


def fill_rows(grids: Sequence[Grid]) -> FillRows:
    """Find the rows; InputError that says which there is not."""
    tables = tables_by_part(grids)
    name = grids[0].name if grids else ""
    if "plan" not in tables:
        raise InputError("there is no sheet with quarters, weeks and a row per product to plan", file=name)
    found = FillRows(
        plan=_rows(tables["plan"]),
        available=_rows(tables["capacity"], *AVAILABLE),
        scheduled=_rows(tables["capacity"], *SCHEDULED),
        unused=_rows(tables["capacity"], *UNUSED),
        supply=_rows(tables["demand"], *YIELDED_SUPPLY),
    )
    for what, rows in {"scheduled capacity": found.scheduled, "over/under capacity": found.unused}.items():
        if not rows:
            raise InputError(f"there is no row of {what} to fill in", file=name)
    return found


def _rows(table: CrossTable, *words: str) -> tuple[FillRow, ...]:
    return tuple(
        FillRow(
            table.sheet,
            row.line,
            table.header_line,
            table.header,
            len(row.cells),
            "" if has_words(row.product, TOTAL) else row.product,
        )
        for row in table.rows
        if has_words(row.attribute, *words)
    )

"""The files that a decision is made from, read through the door; needs no service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from cli.console import progress, say
from cli.inspection import read_bytes
from forecasting.series.dataset_panel import panel_of
from forecasting.series.panel import Panel
from intake.assembly import Sales, assemble_sales, newest_as_of
from intake.dataset_rules import DatasetRules
from intake.errors import InputError
from intake.mapping_file import MAPPING_FILE, NO_MAPPING, MappingFile, parse_mapping
from intake.periods import period_end
from intake.reading import Reading, read_table
from intake.tables import Table
from intake.text_columns import quoted
from intake.values.conventions import NOTHING_SETTLED


@dataclass(frozen=True, kw_only=True)
class DecisionFiles:
    """Where the tables are; `mapping` is the mapeo.toml for all of them, by default the one beside each."""

    sales: Sequence[Path]
    stock: Path | None = None
    in_stock: Path | None = None
    items: Path | None = None
    suppliers: Path | None = None
    terms: Path | None = None
    calendar: Path | None = None
    mapping: Path | None = None


@dataclass(frozen=True, eq=False)
class DecisionTables:
    """The files as they were understood. `series_headers`: as sales call the columns of unique_id."""

    sales: Sales
    rules: DatasetRules
    stock: Reading | None
    items: pd.DataFrame | None
    suppliers: pd.DataFrame | None
    terms: pd.DataFrame | None
    calendar: pd.DataFrame | None
    series_headers: tuple[str, ...] = ()

    def panel(self, horizon: int) -> Panel:
        """All sales with what items, calendar and rules say about them, `horizon` periods ahead too."""
        sales = self.sales
        return panel_of(sales.frame, sales.freq, self.rules, self.items, self.calendar, horizon)


def read_files(files: DecisionFiles, as_of: date | None) -> DecisionTables:
    """Read all files and join the sales; raises InputError for one that must be refused.

    The sales are complete up to `as_of`, else to the day on which the stock was counted, else to the end of
    the last period that they have.
    """
    mapping = _mapping_of(files.sales[0], files.mapping)
    stock = _read(files.stock, Table.STOCK, files.mapping)
    sold = [_read_file(file, Table.SALES, files.mapping) for file in files.sales]
    flags = _read(files.in_stock, Table.SALES, files.mapping)
    readings = [*sold, *([_as_flags(flags, str(files.in_stock))] if flags else [])]
    counted = newest_as_of([stock]) if stock else None
    complete = pd.Timestamp(as_of) if as_of is not None else counted
    if complete is None:
        complete = max(period_end(each.frame["ds"].max(), each.freq or "D") for each in sold)
        say(f"The sales are taken to be complete to {complete:%Y-%m-%d}; --as-of says otherwise.")
    sales = assemble_sales(readings, complete, mapping.rules)
    for note in sales.notes:
        progress(note)
    others = {
        table: _read(file, table, files.mapping)
        for table, file in (
            (Table.ITEMS, files.items),
            (Table.SUPPLIERS, files.suppliers),
            (Table.TERMS, files.terms),
            (Table.CALENDAR, files.calendar),
        )
    }
    items, suppliers, terms, calendar = (
        None if reading is None else reading.frame for reading in others.values()
    )
    return DecisionTables(
        sales, mapping.rules, stock, items, suppliers, terms, calendar, sold[0].series_headers
    )


def read_ordered(file: Path, mapping: Path | None) -> pd.DataFrame:
    """What was really ordered, from a file in the shape of sales: unique_id, ds, order_quantity."""
    frame = _read_file(file, Table.SALES, mapping).frame
    return frame[["unique_id", "ds"]].assign(order_quantity=frame["y"])


def _read(file: Path | None, table: Table, mapping: Path | None) -> Reading | None:
    return None if file is None else _read_file(file, table, mapping)


def _read_file(file: Path, table: Table, mapping: Path | None) -> Reading:
    stated = _mapping_of(file, mapping).of(file.name)
    reading = read_table(read_bytes(file), str(file), table, mapping=stated, settled=NOTHING_SETTLED)
    lines = reading.lines
    rejected = f", {lines.rejected:,} rejected" if lines.rejected else ""
    progress(f"{file}: {lines.accepted:,} lines of {table.replace('_', ' ')}{rejected}")
    for row in reading.rejected.head(3).to_dict("records"):
        column = f", column {quoted(str(row['column']))}" if row["column"] else ""
        say(f"! {file}, line {row['line']}{column}: {row['reason']}; left out")
    return reading


def _mapping_of(file: Path, mapping: Path | None) -> MappingFile:
    """What is stated about a file: by `mapping`, else by the mapeo.toml beside it, if there is one."""
    found = mapping or file.parent / MAPPING_FILE
    return parse_mapping(read_bytes(found), str(found)) if mapping or found.is_file() else NO_MAPPING


def _as_flags(reading: Reading, file: str) -> Reading:
    """A file that was handed in as in_stock says nothing of sales: its numbers are shares of the period."""
    frame = reading.frame
    column = "in_stock" if "in_stock" in frame else "y"
    if not frame[column].dropna().between(0, 1).all():
        raise InputError("in_stock is yes or no, or a share between 0 and 1", file=file, column=column)
    flags = frame[["unique_id", "ds"]].assign(in_stock=frame[column])
    return Reading(**{**vars(reading), "frame": flags})

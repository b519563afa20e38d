"""Frames as rows of the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd
from sqlalchemy import Column, Date, DateTime, Double, Integer, Table

from intake.errors import InputError
from storage.sql.schema import Name

Row = dict[str, Any]
_CHUNK: Final = 10_000  # rows


def rows_of(table: Table, frame: pd.DataFrame) -> Iterator[list[Row]]:
    """The rows of a frame for a table, in chunks; a column that the frame does not have is NULL.

    Columns that the table does not have stay outside. Raises InputError for a name that is too long.
    """
    for first in range(0, len(frame), _CHUNK):
        chunk = frame.iloc[first : first + _CHUNK]
        cells = [_cells(table, column, chunk) for column in table.columns]
        names = [column.name for column in table.columns]
        yield [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _cells(table: Table, column: Column[Any], frame: pd.DataFrame) -> list[Any]:
    if column.name not in frame:
        return [None] * len(frame)
    values = frame[column.name]
    known = values.notna().tolist()
    plain: list[Any]
    if isinstance(column.type, Date):
        plain = pd.to_datetime(values).dt.date.tolist()
    elif isinstance(column.type, DateTime):
        plain = [value.replace(microsecond=0, tzinfo=None) if value else None for value in values]
    elif isinstance(column.type, Double):
        plain = pd.to_numeric(values).astype("float64").tolist()
    elif isinstance(column.type, Integer):
        plain = [int(value) if there else None for value, there in zip(values, known, strict=True)]
    else:
        plain = [str(value) for value in values]
    if isinstance(column.type, Name):
        _check_length(table, column, [text for text, there in zip(plain, known, strict=True) if there])
    return [value if there else None for value, there in zip(plain, known, strict=True)]


def _check_length(table: Table, column: Column[Any], names: list[str]) -> None:
    longest = getattr(column.type, "length", 0)
    for name in names:
        if len(name) > longest:
            raise InputError(
                f"{column.name} '{name[:60]}...' of the table {table.name} has {len(name)} characters and "
                f"the database takes {longest}: give it a shorter name in the file"
            )

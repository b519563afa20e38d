"""Which column of a sheet plays which part: canonical column, part of the series' name, exog, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.findings import Finding
from intake.layout.sheet import Sheet
from intake.mapping import FileMapping
from intake.repeated_columns import repeated_column
from intake.tables import DATE_PARTS, SCHEMAS, Column, Kind, Schema, Table, schema_of
from intake.text_columns import TextColumn, quoted
from intake.values.decimals import DECIMAL_CONVENTIONS
from intake.words.headers import snake_case, translate

# Empty cells of number and date columns; never of text columns, where NA may be a code.
_MISSING: Final = ("", "na", "n/a", "#n/a", "nan", "null", "none")
_PLAIN_NAMES: Final = {"ds": "date", "y": "quantity", "unique_id": "series or product"}


@dataclass(frozen=True, eq=False)
class Role:
    """A column to keep, and the text it is read from."""

    column: Column
    written: TextColumn


def assign_roles(sheet: Sheet, table: Table, mapping: FileMapping) -> tuple[dict[str, Role], list[Finding]]:
    """Translate the headers and decide about columns that the schema does not know.

    Returns the roles by canonical name and what was inferred, a sentence each. InputError if a required
    column is not there or if two headers mean the same.
    """
    schema = schema_of(table, sheet.measure)
    headers = [column.header for column in sheet.columns]
    translated = translate(headers, table, sheet.name, sheet.header_line)
    known = {name: column for name, column in zip(translated, sheet.columns, strict=True) if name is not None}
    known = _date_of_one_part(known, schema)
    _require_columns(sheet, table, set(known))
    renamed = [
        f"{quoted(column.header)} is {name}" for name, column in known.items() if column.header != name
    ]
    findings = [Finding("header", "columns: " + ", ".join(renamed))] if renamed else []
    if "unique_id" in known:
        parts = [part for part in schema.unique_id_parts if part in schema.helpers and part in known]
        names = [quoted(known.pop(part).header) for part in parts]
        findings += [
            Finding(name, f"{name} is not kept, because unique_id names the series") for name in names
        ]
    roles = {name: Role(_needed(schema, name, known), column) for name, column in known.items()}
    for name, written in zip(translated, sheet.columns, strict=True):
        if name is None:
            column, note = _repeated_or_unknown(written, table)
            if column is not None and column.name in roles:
                raise InputError(
                    f"the columns {quoted(roles[column.name].written.header)} and {quoted(written.header)} "
                    f"both mean {column.name}; rename or delete one",
                    file=sheet.name,
                    line=sheet.header_line,
                    column=written.header,
                )
            if column is not None:
                roles[column.name] = Role(column, written)
            if note:
                findings.append(Finding(written.header, note))
    return roles, findings


def _date_of_one_part(known: Mapping[str, TextColumn], schema: Schema) -> dict[str, TextColumn]:
    """A period that stands alone ('Semana' with a date in it) is the date; parts are put together later."""
    parts = [part for part in DATE_PARTS if part in known and part in schema.helpers]
    alone = parts if "ds" not in known and len(parts) == 1 else []
    return {"ds" if name in alone else name: column for name, column in known.items()}


def is_missing(column: TextColumn) -> npt.NDArray[np.bool_]:
    """Which distinct texts of a number or date column stand for no value."""
    return pd.Series(column.texts, dtype=object).str.lower().isin(_MISSING).to_numpy(dtype=np.bool_)


def _needed(schema: Schema, name: str, known: Mapping[str, TextColumn]) -> Column:
    """The column as the schema has it; what names the series is needed in every row."""
    names_series = name == "unique_id" or ("unique_id" not in known and name in schema.unique_id_parts)
    return replace(schema[name], required=True) if names_series and not schema.any_of else schema[name]


def _repeated_or_unknown(written: TextColumn, table: Table) -> tuple[Column | None, str]:
    repeated = None if written.blank.all() else repeated_column(written.header, table)
    if repeated is None:
        return _unknown(written, SCHEMAS[table])
    return repeated, f"{quoted(written.header)} is {repeated.description}"


def _unknown(written: TextColumn, schema: Schema) -> tuple[Column | None, str]:
    header, name = quoted(written.header), snake_case(written.header)
    if written.blank.all():
        return None, f"{header} is empty, so it is not kept" if written.header else ""
    if not name:
        return None, f"the column headed {header} is not kept; give it a name of letters to keep it"
    missing = is_missing(written)
    numeric = not missing.all() and any(
        (missing | ~np.isnan(c.read(written.texts))).all() for c in DECIMAL_CONVENTIONS
    )
    if schema.keeps_exog and numeric:
        column = Column(name=name, kind=Kind.NUMBER, description="exog")
        return column, f"{header} is kept as the exog column {name}"
    if schema.keeps_text:
        return Column(name=name, kind=Kind.TEXT, description="attribute"), f"{header} is kept as {name}"
    return None, f"{header} is not used in this table, so it is not kept"


def _require_columns(sheet: Sheet, table: Table, known: set[str]) -> None:
    schema = schema_of(table, sheet.measure)
    named_by_parts = {"unique_id"} if known & set(schema.unique_id_parts) else set()
    if "year" in known and len(known & set(DATE_PARTS)) > 1:
        named_by_parts.add("ds")
    found = ", ".join(quoted(column.header) for column in sheet.columns)
    for column in schema.required:
        if column.name not in known | named_by_parts:
            raise InputError(
                f"there is no {_PLAIN_NAMES.get(column.name, column.name)} column among {found}; "
                f"give the right one the name '{column.name}' ({column.description})",
                file=sheet.name,
                line=sheet.header_line,
            )
    if schema.any_of and not known & set(schema.any_of):
        raise InputError(
            f"there is no column {' or '.join(schema.any_of)} among {found}; "
            "give the one that says which it is that name",
            file=sheet.name,
            line=sheet.header_line,
        )

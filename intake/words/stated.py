"""The columns that a mapping file states: taken as they are said, after a look whether they are there."""

from __future__ import annotations

from intake.errors import InputError
from intake.layout.sheet import Sheet
from intake.mapping import IGNORE, FileMapping
from intake.tables import SCHEMAS, Table
from intake.text_columns import quoted
from intake.words.headers import snake_case
from intake.words.vocabulary import columns_of, squeezed


def stated_for(header: str, mapping: FileMapping) -> str | None:
    """What a header is stated to be, as it is written or else without regard to case, accents and signs."""
    exact = mapping.columns.get(header)
    if exact is not None or not squeezed(header):
        return exact
    alike = (column for other, column in mapping.columns.items() if squeezed(other) == squeezed(header))
    return next(alike, None)


def stated_columns(sheet: Sheet, table: Table, mapping: FileMapping) -> dict[int, str]:
    """Position of a column -> canonical name, or IGNORE.

    A header is found as it is written, else without regard to case, accents and signs. InputError if it is
    not there or there more than once, if the table has no such column, or if two are stated to be the same.
    """
    headers = [column.header for column in sheet.columns]
    stated: dict[int, str] = {}
    for header, column in mapping.columns.items():
        places = [i for i, written in enumerate(headers) if written == header]
        if not places:
            places = [i for i, written in enumerate(headers) if squeezed(written) == squeezed(header) != ""]
        there = ", ".join(quoted(written) for written in headers if written)
        if len(places) != 1:
            problem = "is not there" if not places else f"is there {len(places)} times"
            raise InputError(
                f"the column {quoted(header)}, which mapeo.toml states to be {column}, {problem}; "
                f"the headers are {there}",
                file=sheet.name,
                line=sheet.header_line,
                column=header,
            )
        if column != IGNORE:
            _check_column(sheet, table, header, column)
            if column in stated.values():
                other = headers[next(i for i, name in stated.items() if name == column)]
                raise InputError(
                    f"mapeo.toml states both {quoted(other)} and {quoted(header)} to be {column}; "
                    "take one of the two lines out",
                    file=sheet.name,
                    line=sheet.header_line,
                    column=header,
                )
        stated[places[0]] = column
    return stated


def _check_column(sheet: Sheet, table: Table, header: str, column: str) -> None:
    schema = SCHEMAS[table]
    if column in columns_of(table) or (
        (schema.keeps_exog or schema.keeps_text) and snake_case(column) == column
    ):
        return
    known = ", ".join(each.name for each in schema.columns)
    raise InputError(
        f"mapeo.toml states {quoted(header)} to be {quoted(column)}, which is no column of {table}; "
        f"there are {known}, and '{IGNORE}'",
        file=sheet.name,
        line=sheet.header_line,
        column=header,
    )

"""Columns that must be there: found by what they hold where that leaves one only, else an error."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from intake.errors import InputError
from intake.layout.sheet import Sheet
from intake.mapping import column_line
from intake.tables import DATE_PARTS, Schema, Table, schema_of
from intake.text_columns import TextColumn, quoted
from intake.words.claims import Claim
from intake.words.headers import says_code, snake_case

_FEW: Final = 0.5
_PLAIN_NAMES: Final = {"ds": "date", "y": "quantity", "unique_id": "series or product"}


def found_by_content(
    known: Collection[str], undecided: Sequence[Claim], chosen: Mapping[str, Claim], schema: Schema
) -> dict[str, Claim]:
    """The date and the measure of a table, where its headers do not say them but one column alone can be it.

    Where no column but the money is left, the money is what there is to forecast, which is suspicious.
    """
    required = {column.name for column in schema.required}
    found: dict[str, Claim] = {}
    if "ds" in required and not {"ds", *DATE_PARTS} & set(known):
        dates = [claim for claim in undecided if claim.content.is_date]
        if len(dates) == 1:
            found["ds"] = _by_content(dates[0], "ds", "it is the only column that holds dates")
    measure = schema.measure
    if measure is not None and measure in required and measure not in known:
        numbers = [
            claim
            for claim in undecided
            if claim.content.is_number and not claim.topic
            if not (claim.content.row_number and nameless(claim.header))
            if not says_code(claim.header) and claim.written is not getattr(found.get("ds"), "written", None)
        ]
        if len(numbers) == 1:
            found[measure] = _by_content(
                numbers[0], measure, "it is the only column of numbers that means nothing else"
            )
        elif not numbers and "revenue" in chosen and measure == "y":
            why = f"{chosen['revenue'].evidence}; no column says units, so what is counted here is money"
            found["y"] = _by_content(chosen["revenue"], "y", why)
    date = found.get("ds") or chosen.get("ds")
    if schema.measure == "y" and date is not None and not {"unique_id", *schema.unique_id_parts} & set(known):
        names = [claim for claim in undecided if _tells_rows_apart(claim, date)]
        if len(names) == 1:
            why = "no column names the series, and each text of this one is there once per date"
            found["product"] = _by_content(names[0], "product", why)
    return found


def _tells_rows_apart(claim: Claim, date: Claim) -> bool:
    """Whether a column of unknown words, each on many dates, is what differs between rows of one date."""
    rows = len(claim.written.codes)
    words = claim.content.numbers < _FEW and claim.content.dates < _FEW and not claim.topic
    if not (words or says_code(claim.header)) or claim.written.blank.any():
        return False
    texts, dates = len(claim.written.texts), len(date.written.texts)
    if not 1 < texts <= rows / 2 or dates == rows:
        return False
    pairs = claim.written.codes.astype(np.int64) * dates + date.written.codes
    return len(np.unique(pairs)) == rows


def nameless(header: str) -> bool:
    """Whether a header is none, or one that programs give to the numbers of rows."""
    return snake_case(header) in ("", "index", "unnamed_0", "unnamed") or not header.strip()


def require_columns(sheet: Sheet, table: Table, roles: Mapping[str, TextColumn]) -> None:
    """InputError, with what could be written in a mapping file, where a required column is not there.

    roles: the columns that are understood, by canonical name; the example is one that is not.
    """
    known, understood = set(roles), {id(column) for column in roles.values()}
    schema = schema_of(table, sheet.measure)
    by_parts = {"unique_id"} if known & set(schema.unique_id_parts) else set()
    if known & set(DATE_PARTS):
        by_parts.add("ds")
    found = ", ".join(quoted(column.header) for column in sheet.columns)
    left = (column.header for column in sheet.columns if column.header and id(column) not in understood)
    example = next(left, "header")
    for column in schema.required:
        if column.name not in known | by_parts:
            raise InputError(
                f"there is no {_PLAIN_NAMES.get(column.name, column.name)} column among {found}; "
                f"give the right one the name '{column.name}' ({column.description}), or say which it is in "
                f"mapeo.toml, as {column_line(example, column.name)}",
                file=sheet.name,
                line=sheet.header_line,
            )
    if schema.any_of and not known & set(schema.any_of):
        raise InputError(
            f"there is no column {' or '.join(schema.any_of)} among {found}; "
            "give the one that says which it is that name, or say which it is in mapeo.toml, as "
            f"{column_line(example, schema.any_of[0])}",
            file=sheet.name,
            line=sheet.header_line,
        )


def _by_content(claim: Claim, column: str, evidence: str) -> Claim:
    return replace(claim, column=column, evidence=evidence, suspicious=True)

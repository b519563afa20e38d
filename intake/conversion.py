"""A sheet of text to the canonical columns of a table: every cell becomes a value or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from intake.errors import InputError
from intake.findings import Finding
from intake.layout.sheet import Sheet
from intake.mapping import FileMapping
from intake.problems import Problem
from intake.tables import DATE_PARTS, Kind, Schema, Table, schema_of
from intake.text_columns import TextColumn, Texts, Values, quoted
from intake.values.cells import reasons_against, with_words
from intake.values.closed_texts import CLOSED_TEXTS, read_closed_texts
from intake.values.conventions import NOTHING_SETTLED, Interpretation, Settled
from intake.values.date_columns import read_dates
from intake.values.date_parts import DateOfParts, can_be_a_date, date_of_parts
from intake.values.number_columns import read_numbers
from intake.values.weekdays import check_weekdays
from intake.words.roles import Role, assign_roles, is_missing


@dataclass(frozen=True, eq=False)
class Conversion:
    """Canonical name -> one value per row of the sheet; what was wrong; what was inferred.

    `freq` is what the labels of `ds` say by themselves (2026-W07, Q3 1995, ene-24), None where they are days.
    `settled` is what holds for later files of the same dataset that do not decide themselves. `roles`: all
    canonical columns that the sheet has, those that do not stay too.
    """

    columns: dict[str, Values]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    freq: str | None = None
    settled: Settled = NOTHING_SETTLED
    roles: frozenset[str] = frozenset()


def convert(
    sheet: Sheet, table: Table, mapping: FileMapping, *, settled: Settled = NOTHING_SETTLED
) -> Conversion:
    """Read every column as the schema of `table` says; values of rows that have a problem mean nothing.

    What `mapping` states wins; `settled` (by earlier files) counts only where this file does not decide.
    InputError if a column is missing or there twice, or if its dates or numbers can be read in two ways.
    """
    schema = schema_of(table, sheet.measure)
    roles, findings = assign_roles(sheet, table, mapping)
    dates = read_dates(
        {name: role.written for name, role in roles.items() if role.column.kind is Kind.DATE},
        *(sheet, mapping, settled),
    )
    numbers = read_numbers(
        {
            name: (role.column, role.written)
            for name, role in roles.items()
            if role.column.kind not in (Kind.TEXT, Kind.DATE)
        },
        *(sheet, mapping, settled),
    )
    findings += [*dates.findings, *numbers.findings]
    columns: dict[str, Values] = {}
    problems: list[Problem] = []
    for name, role in roles.items():
        meaning = dates.meanings.get(name) or numbers.meanings.get(name)
        meaning = with_words(role, meaning) if meaning else Interpretation(role.written.texts)
        if name in CLOSED_TEXTS and role.column.kind is Kind.TEXT:
            texts, reasons = read_closed_texts(name, role.written)
            meaning = Interpretation(texts)
            problems.append(Problem.of_texts(role.written, reasons))
        columns[name] = role.written.spread(meaning.values)
        if role.column.kind is Kind.DATE:
            columns[name] = columns[name].astype("datetime64[ns]")
        objections = Problem.of_texts(role.written, reasons_against(role, meaning))
        problems.append(objections if not role.column.unless else _unless_given(role, objections, roles))
    freq = dates.freqs.get("ds")
    parts = {name: roles[name].written for name in DATE_PARTS if name in roles}
    if parts and "ds" not in roles and "ds" in {column.name for column in schema.columns}:
        together = _date_of_parts(parts, sheet)
        columns["ds"], freq = together.days.astype("datetime64[ns]"), together.freq
        problems.append(together.problem)
        findings.append(together.finding)
    if "weekday" in roles:
        disagreement, note = check_weekdays(
            roles["weekday"].written, roles["ds"].written.header if "ds" in roles else "ds", columns["ds"]
        )
        problems.append(disagreement)
        findings.append(Finding(roles["weekday"].written.header, note))
    if schema.any_of:
        problems.append(_nothing_given(schema, columns, len(sheet.spans)))
    if schema.unique_id_parts and "unique_id" not in columns:
        columns["unique_id"], note = _series(schema, roles, columns, sheet)
        findings.append(Finding("series", note))
    order = [column.name for column in schema.columns if column.name not in schema.helpers]
    order += [name for name in columns if name not in {column.name for column in schema.columns}]
    return Conversion(
        {name: columns[name] for name in order if name in columns},
        (sheet.malformed, *(problem.without(sheet.malformed.rows) for problem in problems)),
        tuple(findings),
        freq,
        Settled(dates.order or settled.dates, numbers.decimal or settled.decimal),
        frozenset(roles),
    )


def _date_of_parts(parts: Mapping[str, TextColumn], sheet: Sheet) -> DateOfParts:
    if not can_be_a_date(parts):
        headers = ", ".join(quoted(column.header) for column in parts.values())
        raise InputError(
            f"{headers} do not say together which day, week, month or quarter a row is of; "
            "give a year and a month, a week or a quarter, or one column of dates",
            file=sheet.name,
            line=sheet.header_line,
        )
    return date_of_parts(parts)


def _unless_given(role: Role, objections: Problem, roles: Mapping[str, Role]) -> Problem:
    """The objections to a column, except to cells that are empty where another column makes up for them."""
    other = roles.get(role.column.unless)
    if other is None:
        return objections
    made_up = role.written.spread(is_missing(role.written)) & ~other.written.spread(is_missing(other.written))
    return objections.without(np.flatnonzero(made_up))


def _nothing_given(schema: Schema, columns: Mapping[str, Values], rows: int) -> Problem:
    empty = np.ones(rows, dtype=np.bool_)
    for name in schema.any_of:
        if name in columns:
            empty &= columns[name] == ""
    reason = f"none of {', '.join(schema.any_of)} is given"
    return Problem.of("", {int(row): reason for row in np.flatnonzero(empty)})


def _series(
    schema: Schema, roles: Mapping[str, Role], columns: Mapping[str, Values], sheet: Sheet
) -> tuple[Texts, str]:
    """The `unique_id` of every row, from its parts or else from the file's name."""
    parts = [part for part in schema.unique_id_parts if part in columns]
    if not parts:
        stem = PurePosixPath(sheet.name).stem.lower()
        named = np.array([stem] * len(sheet.spans), dtype=object)
        return named, f"the file is one series, named {quoted(stem)} after it"
    unique_id = columns[parts[0]]
    for part in parts[1:]:
        unique_id = unique_id + "/" + columns[part]
    return unique_id, "unique_id is " + "/".join(quoted(roles[part].written.header) for part in parts)

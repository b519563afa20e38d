"""A sheet of text to the canonical columns of a table: every cell becomes a value or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.errors import InputError
from intake.files.limits import refuse_too_many_names
from intake.findings import Finding
from intake.layout.sheet import Sheet
from intake.mapping import IGNORE, FileMapping, column_line
from intake.problems import Problem
from intake.tables import DATE_PARTS, Column, Kind, Schema, Table, schema_of
from intake.text_columns import TextColumn, Texts, Values, quoted
from intake.values.cells import named_events, reasons_against, with_words
from intake.values.closed_texts import CLOSED_TEXTS, read_closed_texts
from intake.values.conventions import NOTHING_SETTLED, Interpretation, Settled
from intake.values.date_columns import read_dates
from intake.values.date_parts import DateOfParts, can_be_a_date, date_of_parts
from intake.values.number_columns import read_numbers
from intake.values.weekdays import check_weekdays
from intake.words.roles import Role, assign_roles, is_missing


@dataclass(frozen=True, eq=False)
class Conversion:
    """Canonical name -> one value per row (a category where it is a text); what was wrong; what was inferred.

    `freq` is what the labels of `ds` say by themselves (2026-W07, Q3 1995, ene-24), None where they are days.
    `settled` is what holds for later files of the same dataset that do not decide themselves. `roles`: all
    canonical columns that the sheet has, those that do not stay too. `dates`: the column that `ds` is read
    from, as it is written; None where there is none. `series_headers`: those that `unique_id` is read from.
    """

    columns: dict[str, Values | pd.Categorical]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    freq: str | None = None
    settled: Settled = NOTHING_SETTLED
    roles: frozenset[str] = frozenset()
    dates: TextColumn | None = None
    series_headers: tuple[str, ...] = ()


def convert(
    sheet: Sheet, table: Table, mapping: FileMapping, *, settled: Settled = NOTHING_SETTLED
) -> Conversion:
    """Read every column as the schema of `table` says; values of rows that have a problem mean nothing.

    What `mapping` states wins; `settled` (by earlier files) counts only where this file does not decide.
    InputError if a column is missing or there twice, or if its dates or numbers can be read in two ways.
    """
    refuse_too_many_names(len(sheet.columns), sheet.name)
    schema = schema_of(table, sheet.measure)
    roles, findings = assign_roles(sheet, table, mapping)
    roles = {name: _by_day(role) for name, role in roles.items()}
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
    columns: dict[str, Values | pd.Categorical] = {}
    problems: list[Problem] = []
    for name, role in roles.items():
        if _only_its_presence_counts(role.column, schema):
            continue
        meaning = dates.meanings.get(name) or numbers.meanings.get(name)
        meaning = with_words(role, meaning) if meaning else Interpretation(role.written.texts)
        findings += _about_names(role)
        if name in CLOSED_TEXTS and role.column.kind is Kind.TEXT:
            texts, reasons = read_closed_texts(name, role.written)
            meaning = Interpretation(texts)
            problems.append(Problem.of_texts(role.written, reasons))
        if role.column.kind is Kind.TEXT:
            columns[name] = _texts(role.written, meaning.values)
        elif role.column.kind is Kind.DATE:
            columns[name] = role.written.spread(meaning.values.astype("datetime64[ns]"))
        else:
            columns[name] = role.written.spread(meaning.values)
        objections = Problem.of_texts(role.written, reasons_against(role, meaning))
        problems.append(objections if not role.column.unless else _unless_given(role, objections, roles))
    freq = dates.freqs.get("ds")
    parts = {name: roles[name].written for name in DATE_PARTS if name in roles}
    if parts and "ds" not in roles and "ds" in {column.name for column in schema.columns}:
        together = _date_of_parts(parts, sheet)
        columns["ds"], freq = together.days.astype("datetime64[ns]"), together.freq
        problems.append(together.problem)
        findings.append(together.finding)
    if "weekday" in roles and "weekday" in schema.helpers:  # and is no attribute that somebody calls so
        disagreement, note = check_weekdays(
            roles["weekday"].written,
            roles["ds"].written.header if "ds" in roles else "ds",
            np.asarray(columns["ds"]),
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
        roles["ds"].written if "ds" in roles else None,
        tuple(roles[name].written.header for name in _parts_of_series(schema, roles)),
    )


def _parts_of_series(schema: Schema, roles: Mapping[str, Role]) -> tuple[str, ...]:
    """The canonical columns that say which series a row is of; none in a file that is one series."""
    if "unique_id" in roles:
        return ("unique_id",)
    return tuple(name for name in schema.unique_id_parts if name in roles)


def _by_day(role: Role) -> Role:
    """The role of a date column without the times of day, of which there may be as many as rows."""
    return replace(role, written=role.written.one_text_per_day()) if role.column.kind is Kind.DATE else role


def _only_its_presence_counts(column: Column, schema: Schema) -> bool:
    """Whether nobody asks for the values of a column (a ticket's number), only whether it is there."""
    needed = {*schema.unique_id_parts, *schema.any_of, *DATE_PARTS, "weekday"}
    free = column.kind is Kind.TEXT and not column.required and column.name not in CLOSED_TEXTS
    return free and column.name in schema.helpers and column.name not in needed


def _texts(written: TextColumn, texts: Texts) -> pd.Categorical:
    """A text per row, from one per distinct text: as a categorical, so that rows share it."""
    positions, distinct = pd.factorize(texts)
    codes = written.codes if len(distinct) == len(texts) else positions[written.codes]
    return _shared_texts(codes, distinct)


def _shared_texts(codes: Any, texts: Any) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=texts)


def _about_names(role: Role) -> list[Finding]:
    texts = role.written.texts[named_events(role)]
    if not len(texts):
        return []
    header = role.written.header
    shown = ", ".join(map(quoted, texts[:3])) + (", ..." if len(texts) > 3 else "")
    sentence = f"{quoted(header)} names each {role.column.name}: {shown} count as yes"
    return [Finding(header, sentence, overrule=column_line(header, IGNORE))]


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


def _nothing_given(schema: Schema, columns: Mapping[str, Values | pd.Categorical], rows: int) -> Problem:
    empty = np.ones(rows, dtype=np.bool_)
    for name in schema.any_of:
        if name in columns:
            empty &= columns[name] == ""
    reason = f"none of {', '.join(schema.any_of)} is given"
    return Problem.of("", {int(row): reason for row in np.flatnonzero(empty)})


def _codes_of(column: Values | pd.Categorical) -> tuple[npt.NDArray[Any], Any]:
    if isinstance(column, pd.Categorical):
        return np.asarray(column.codes), column.categories
    return pd.factorize(column)


def _series(
    schema: Schema, roles: Mapping[str, Role], columns: Mapping[str, Values | pd.Categorical], sheet: Sheet
) -> tuple[pd.Categorical, str]:
    """The `unique_id` of every row, from its parts or else from the file's name."""
    parts = [part for part in schema.unique_id_parts if part in columns]
    if not parts:
        stem = PurePosixPath(sheet.name).stem.lower()
        named = _shared_texts(np.zeros(len(sheet.spans), dtype=np.int8), [stem])
        return named, f"the file is one series, named {quoted(stem)} after it"
    codes, names = _codes_of(columns[parts[0]])
    for part in parts[1:]:
        more, others = _codes_of(columns[part])
        codes, pairs = pd.factorize(codes.astype(np.int64) * len(others) + more)
        first, second = np.divmod(pairs, len(others))
        names = np.asarray(names, dtype=object)[first] + "/" + np.asarray(others, dtype=object)[second]
    unique, distinct = pd.factorize(np.asarray(names, dtype=object))
    unique_id = _shared_texts(unique[codes], distinct)
    return unique_id, "unique_id is " + "/".join(quoted(roles[part].written.header) for part in parts)

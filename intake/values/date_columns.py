"""The date columns of a file together: in which order they are written, and what else there is to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.findings import Finding
from intake.layout.sheet import Sheet
from intake.mapping import FileMapping, Order
from intake.text_columns import TextColumn, quoted
from intake.values.conventions import Doubt, Interpretation, Settled, interpret
from intake.values.date_forms import Form
from intake.values.dates import DATE_CONVENTIONS, ORDERS, PIVOT, DateColumn, by_rhythm

_BY_ORDER: Final = dict(zip(ORDERS, DATE_CONVENTIONS, strict=True))
_ORDER_OF: Final = {convention: order for order, convention in _BY_ORDER.items()}


@dataclass(frozen=True, eq=False)
class DatesRead:
    """The meaning of every date column by name, the frequency that labels say (Q3 1995: 'QS'), the order."""

    meanings: dict[str, Interpretation]
    freqs: dict[str, str | None]
    order: Order | None
    findings: tuple[Finding, ...]


def read_dates(
    columns: Mapping[str, TextColumn], sheet: Sheet, mapping: FileMapping, settled: Settled
) -> DatesRead:
    """Read the date columns of a file; InputError if one can be read in two ways."""
    dated = {name: DateColumn.of(column) for name, column in columns.items()}
    doubt = Doubt(
        way_out="write the dates like 2026-12-31",
        stated=_BY_ORDER[mapping.dates] if mapping.dates else None,
        settled=_BY_ORDER[settled.dates] if settled.dates else None,
        tie_break=by_rhythm,
    )
    read = interpret([each.readings() for each in dated.values()], DATE_CONVENTIONS, sheet, doubt)
    meanings: dict[str, Interpretation] = {}
    findings: list[Finding] = []
    for (name, column), meaning in zip(dated.items(), read, strict=True):
        order = _ORDER_OF[meaning.convention] if meaning.convention else ORDERS[0]
        meanings[name] = replace(meaning, complaints=column.complaints(order))
        findings += _convention_finding(column, meaning)
        findings += _form_findings(column, meaning, sheet)
    conventions = {meaning.convention for meaning in read if meaning.convention}
    return DatesRead(
        meanings,
        {name: dated[name].freq_of_labels(meaning.values) for name, meaning in meanings.items()},
        _ORDER_OF[conventions.pop()] if len(conventions) == 1 else None,
        tuple(findings),
    )


def _convention_finding(column: DateColumn, meaning: Interpretation) -> list[Finding]:
    if meaning.convention is None:
        return []
    header = column.column.header
    other = DATE_CONVENTIONS[1] if meaning.convention == DATE_CONVENTIONS[0] else DATE_CONVENTIONS[0]
    sentence = f"{quoted(header)} is read {meaning.convention.name}: {meaning.evidence}"
    return [Finding(header, sentence, meaning.evidence, other.statement, suspicious=meaning.borrowed)]


def _form_findings(column: DateColumn, meaning: Interpretation, sheet: Sheet) -> list[Finding]:
    """What the texts of a column have that is not a plain date."""
    written, texts, header = column.written, column.column.texts, column.column.header
    readable = ~np.isnat(meaning.values)
    forms = column.forms
    kinds = set(forms[readable].tolist())
    findings: list[Finding] = []

    def say(which: npt.NDArray[np.bool_], what: str, *, suspicious: bool = False) -> None:
        which = which & readable
        if not which.any():
            return
        position = int(np.argmax(which))
        line = sheet.first_lines[column.column.first_row(position)]
        evidence = f"{quoted(str(texts[position]))} in line {line} is {meaning.values[position]}"
        rows = int(column.column.spread(which).sum())
        findings.append(
            Finding(header, f"{quoted(header)}: {what} ({rows} rows; {evidence})", evidence, "", suspicious)
        )

    short = ((forms == Form.ANY_ORDER) | ((written.one < 100) & (forms != Form.NONE))) & (
        (forms != Form.DAY_OR_MONTH_FIRST) & (forms != Form.SERIAL)
    )
    say(short, f"years of two digits lie from 19{PIVOT} to 20{PIVOT - 1}")
    say(written.time.later & ~written.time.zoned, "the time of day is left out")
    say(written.time.zoned, "the date is the one that is written; its time of day and zone are left out")
    say(
        forms == Form.SERIAL,
        "numbers are days since 1899-12-30, as spreadsheets count them",
        suspicious=len(kinds) > 1,
    )
    say(forms == Form.MONTH, "a month stands for its first day", suspicious=len(kinds) > 1)
    say(forms == Form.QUARTER, "a quarter stands for its first day", suspicious=len(kinds) > 1)
    say(
        (forms == Form.WEEK) & (written.form != Form.MONTH_OR_WEEK),
        "a week is the one of ISO 8601 and stands for its Monday",
        suspicious=len(kinds) > 1,
    )
    say(
        (forms == Form.WEEK) & (written.form == Form.MONTH_OR_WEEK),
        "the number with the year is a week of ISO 8601, which stands for its Monday",
        suspicious=bool((written.two[written.form == Form.MONTH_OR_WEEK] <= 12).all()),
    )
    return findings

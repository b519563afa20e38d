"""The number columns of a file together: which decimal mark they have, and what else a person should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from intake.findings import Finding
from intake.layout.sheet import Sheet
from intake.mapping import FileMapping
from intake.tables import Column, Kind
from intake.text_columns import TextColumn, quoted
from intake.values.conventions import Convention, Doubt, Interpretation, Settled, interpret
from intake.values.decimals import DECIMAL_CONVENTIONS, NumberColumn

_Mark = Literal[".", ","]
_BY_MARK: Final[dict[_Mark, Convention]] = {".": DECIMAL_CONVENTIONS[0], ",": DECIMAL_CONVENTIONS[1]}
_MARK_OF: Final[dict[Convention, _Mark]] = {convention: mark for mark, convention in _BY_MARK.items()}
_UNITS: Final = ("y", "requested", "on_hand", "on_order", "quarantine", "capacity", "quantity_per")
_MONEY: Final = ("price", "revenue", "discount")


@dataclass(frozen=True, eq=False)
class NumbersRead:
    """The meaning of every number column by name, and the decimal mark of the file where it matters."""

    meanings: dict[str, Interpretation]
    decimal: _Mark | None
    findings: tuple[Finding, ...]


def read_numbers(
    columns: Mapping[str, tuple[Column, TextColumn]], sheet: Sheet, mapping: FileMapping, settled: Settled
) -> NumbersRead:
    """Read the number columns of a file; InputError if one can be read in two ways."""
    numeric = {name: NumberColumn.of(written) for name, (_, written) in columns.items()}
    doubt = Doubt(
        way_out="write the numbers without separators of thousands and with other than three decimals",
        stated=_BY_MARK[mapping.decimal] if mapping.decimal else None,
        usual=(
            (DECIMAL_CONVENTIONS[0], "nothing in it says otherwise, and commas separate the cells")
            if sheet.delimiter == ","
            else None
        ),
        settled=_BY_MARK[settled.decimal] if settled.decimal else None,
    )
    read = interpret([each.readings() for each in numeric.values()], DECIMAL_CONVENTIONS, sheet, doubt)
    meanings: dict[str, Interpretation] = {}
    findings: list[Finding] = []
    for (name, column), meaning in zip(numeric.items(), read, strict=True):
        canonical = columns[name][0]
        meanings[name] = replace(meaning, complaints=_complaints(column, canonical))
        findings += _findings(column, canonical, meaning)
    conventions = {meaning.convention for meaning in read if meaning.convention}
    return NumbersRead(
        meanings, _MARK_OF[conventions.pop()] if len(conventions) == 1 else None, tuple(findings)
    )


def _takes_percent(column: Column) -> bool:
    """Whether a percentage can be meant: never where units are counted."""
    counts_units = column.kind in (Kind.QUANTITY, Kind.FLAG) or column.name == "y"
    return column.name in _MONEY or not counts_units


def _complaints(column: NumberColumn, canonical: Column) -> np.typing.NDArray[np.object_]:
    complaints = column.complaints()
    if not _takes_percent(canonical):
        complaints[column.parts.percent] = "is a percentage and not a quantity"
    return complaints


def _findings(column: NumberColumn, canonical: Column, meaning: Interpretation) -> list[Finding]:
    header, parts = column.column.header, column.parts
    findings: list[Finding] = []

    def rows(which: np.typing.NDArray[np.bool_]) -> int:
        return int(column.column.spread(which & ~np.isnan(meaning.values)).sum())

    if meaning.convention is not None:
        other = DECIMAL_CONVENTIONS[1 - DECIMAL_CONVENTIONS.index(meaning.convention)]
        sentence = f"{quoted(header)} is read {meaning.convention.name}: {meaning.evidence}"
        findings.append(
            Finding(header, sentence, meaning.evidence, other.statement, suspicious=meaning.borrowed)
        )
    if parts.percent.any() and _takes_percent(canonical):
        sentence = f"{quoted(header)}: {rows(parts.percent)} percentages are read as shares (12.5 % is 0.125)"
        mixed = rows(~parts.percent & (parts.digits != "")) > 0
        if mixed:
            sentence += "; the others are read as they are"
        findings.append(Finding(header, sentence, suspicious=mixed))
    if column.currency:
        counts = canonical.name in _UNITS
        sentence = f"{quoted(header)} is in {column.currency}"
        if counts:
            sentence += f", which is money, and is read as {canonical.name}: {canonical.description}"
        findings.append(Finding(header, sentence, suspicious=counts))
    if column.unit:
        bare = rows((parts.unit == "") & (parts.digits != ""))
        sentence = f"{quoted(header)} is in '{column.unit}', as its numbers say"
        if bare:
            sentence += f"; {bare} without a unit are taken to be in it too"
        findings.append(Finding(header, sentence, suspicious=bare > 0))
    return findings

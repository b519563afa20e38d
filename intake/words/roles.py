"""Which column of a sheet plays which part: canonical column, part of the series' name, exog, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.findings import Finding
from intake.layout.sheet import Sheet
from intake.mapping import IGNORE, FileMapping, column_line
from intake.repeated_columns import repeated_column
from intake.tables import SCHEMAS, Column, Kind, Schema, Table, schema_of
from intake.text_columns import TextColumn, quoted
from intake.values.decimals import NumberTexts
from intake.words.choice import choose, rivals_error
from intake.words.claims import Claim, claim_of
from intake.words.headers import says_code, snake_case
from intake.words.purchases import about_purchases
from intake.words.required import found_by_content, nameless, require_columns
from intake.words.stated import stated_columns
from intake.words.undone import about_undone
from intake.words.vocabulary import KNOWN_EXOG

# Empty cells of number and date columns; never of text columns, where NA may be a code.
_MISSING: Final = ("", "na", "n/a", "#n/a", "nan", "null", "none")
EXOG: Final = "exog"  # the description of a number that the schema does not know
ATTRIBUTE: Final = "attribute"  # that of a text
_LOOKED_AT: Final = 100_000  # distinct texts of a column that may be exog
_MEASURED: Final = (
    "cost and margin",
    "stock",
    "the budget",
    "the waste",
)  # topics whose numbers are worth keeping as exog

_PLAIN: Final = {
    "ds": "the date (ds)",
    "y": "the units sold (y)",
    "unique_id": "the series (unique_id)",
    "on_hand": "what is in stock (on_hand)",
}


@dataclass(frozen=True, eq=False)
class Role:
    """A column to keep, and the text it is read from."""

    column: Column
    written: TextColumn


def assign_roles(sheet: Sheet, table: Table, mapping: FileMapping) -> tuple[dict[str, Role], list[Finding]]:
    """Decide what every column of a sheet is; what `mapping` states wins and is not looked at again.

    Returns the roles by canonical name, in the order of the file, and a finding for everything that was
    inferred. InputError if a required column is not there, if a stated one is not there, or if two columns
    claim to be what must be one.
    """
    schema = schema_of(table, sheet.measure)
    stated = stated_columns(sheet, table, mapping)
    claims = [claim_of(written, table) for i, written in enumerate(sheet.columns) if i not in stated]
    claims = [
        claim for claim in claims if not claim.written.is_empty or claim.column in _needed_names(schema)
    ]
    free, findings = _left_to_claim(claims, set(stated.values()))
    choice = choose(free, table, sheet.name, sheet.header_line, set(stated.values()))
    findings += choice.findings
    chosen = dict(choice.chosen)
    settled = {id(claim.written) for claim in chosen.values()} | {
        id(claim.written) for claim in claims if claim.column and claim not in chosen.values()
    }
    undecided = [claim for claim in free if id(claim.written) not in settled]
    found = found_by_content({*chosen, *stated.values()}, undecided, chosen, schema)
    chosen = {name: claim for name, claim in chosen.items() if not _in(claim, found)} | found
    taken = {id(claim.written): name for name, claim in chosen.items()}
    known: dict[str, TextColumn] = {}
    for i, written in enumerate(sheet.columns):
        name = stated.get(i) or taken.get(id(written))
        if name is not None and name != IGNORE:
            known[name] = written
    require_columns(sheet, table, known)
    findings += [
        _said(claim, name, table) for name, claim in chosen.items() if claim.header != name == claim.column
    ]
    if "unique_id" in known:
        parts = [part for part in schema.unique_id_parts if part in schema.helpers and part in known]
        names = [quoted(known.pop(part).header) for part in parts]
        findings += [
            Finding(name.strip("'"), f"{name} is not kept, because unique_id names the series")
            for name in names
        ]
    roles = {name: Role(_column(schema, table, name, known), column) for name, column in known.items()}
    decided = {id(written) for written in known.values()}
    for i, written in enumerate(sheet.columns):
        if i in stated or id(written) in decided or id(written) in taken or id(written) in settled:
            continue
        column, finding = _unknown(written, claims, schema)
        if column is not None:
            if column.name in roles:
                other = roles[column.name].written.header
                raise rivals_error(column.name, other, written.header, sheet.name, sheet.header_line)
            roles[column.name] = Role(column, written)
        if finding is not None:
            findings.append(finding)
    if table is Table.SALES:
        findings += about_purchases([claim.topic for claim in claims], roles)
    return roles, findings + _undone(sheet, roles, table)


def _undone(sheet: Sheet, roles: Mapping[str, Role], table: Table) -> list[Finding]:
    if table is not Table.SALES:
        return []
    parts = ("unique_id", *SCHEMAS[table].unique_id_parts)
    return about_undone(sheet.columns, [roles[part].written for part in parts if part in roles])


def is_missing(column: TextColumn) -> npt.NDArray[np.bool_]:
    """Which distinct texts of a number or date column stand for no value."""
    return pd.Series(column.texts, dtype=object).str.lower().isin(_MISSING).to_numpy(dtype=np.bool_)


def _in(claim: Claim, found: Mapping[str, Claim]) -> bool:
    return any(claim.written is other.written for other in found.values())


def _needed_names(schema: Schema) -> set[str]:
    return {column.name for column in schema.required}


def _left_to_claim(claims: Sequence[Claim], taken: set[str]) -> tuple[list[Claim], list[Finding]]:
    """The claims to columns that nobody stated, and a finding for each that came too late."""
    late = [claim for claim in claims if claim.column and claim.column in taken]
    findings = [
        Finding(
            claim.header,
            f"{quoted(claim.header)} is not used: another column is stated to be {claim.column}",
            claim.evidence,
            column_line(claim.header, claim.column),
        )
        for claim in late
    ]
    return [claim for claim in claims if claim not in late], findings


def _said(claim: Claim, name: str, table: Table) -> Finding:
    repeated = repeated_column(claim.header, table)
    said = repeated.description if repeated else _PLAIN.get(name, name)
    sentence = f"{quoted(claim.header)} is {said}"
    if claim.unit:
        sentence += f", in {claim.unit}"
    if claim.currency:
        sentence += f", in {claim.currency}"
    otherwise = "revenue" if name == "y" else IGNORE
    return Finding(
        claim.header,
        sentence,
        claim.evidence,
        column_line(claim.header, otherwise),
        suspicious=claim.suspicious,
    )


def _column(schema: Schema, table: Table, name: str, known: Mapping[str, TextColumn]) -> Column:
    """The column as the schema has it; what names the series is needed in every row."""
    repeated = repeated_column(known[name].header, table)
    if repeated is not None and repeated.name == name:
        return repeated
    if name not in {column.name for column in schema.columns}:
        kind = Kind.NUMBER if schema.keeps_exog or name in KNOWN_EXOG.get(table, ()) else Kind.TEXT
        return Column(name=name, kind=kind, description=EXOG if kind is Kind.NUMBER else ATTRIBUTE)
    names_series = name == "unique_id" or ("unique_id" not in known and name in schema.unique_id_parts)
    return replace(schema[name], required=True) if names_series and not schema.any_of else schema[name]


def _unknown(
    written: TextColumn, claims: Sequence[Claim], schema: Schema
) -> tuple[Column | None, Finding | None]:
    """A column that means nothing we know: exog if it has numbers, an attribute if texts are kept."""
    claim = next((each for each in claims if each.written is written), None)
    header, name = quoted(written.header), snake_case(written.header)

    def left_out(why: str, evidence: str = "", column: str = "") -> tuple[None, Finding]:
        overrule = column_line(written.header, column or name) if written.header and (column or name) else ""
        return None, Finding(written.header, f"{header} {why}", evidence, overrule)

    if claim is None or written.is_empty:
        return left_out("is empty, so it is not kept", column=IGNORE) if written.header else (None, None)
    measured = claim.topic in _MEASURED and schema.keeps_exog and claim.content.is_number
    if claim.topic and not measured:
        return left_out(f"is not used: it is {_about(claim.topic)}", claim.evidence, column=IGNORE)
    if claim.content.row_number and nameless(written.header):
        return left_out("is not used: it counts the rows", column=IGNORE)
    if not name:
        return None, Finding(
            written.header, f"the column headed {header} is not kept; give it a name of letters to keep it"
        )
    if schema.keeps_exog and claim.content.is_number and not _of_one_unit(written):
        return left_out("is not used: its numbers have different units", column=IGNORE)
    if schema.keeps_exog and claim.content.is_number and not says_code(written.header):
        column = Column(name=name, kind=Kind.NUMBER, description=EXOG)
        overrule = column_line(written.header, IGNORE)
        return column, Finding(
            written.header, f"{header} is kept as the exog column {name}", "it holds numbers", overrule
        )
    if schema.keeps_text:
        column = Column(name=name, kind=Kind.TEXT, description=ATTRIBUTE)
        overrule = column_line(written.header, IGNORE)
        return column, Finding(written.header, f"{header} is kept as {name}", "", overrule)
    return left_out("is not used in this table, so it is not kept", column=IGNORE)


def _of_one_unit(written: TextColumn) -> bool:
    """Whether all numbers of a column have the same unit, or none: '500 g' and '1 kg' have not."""
    parts = NumberTexts.of(written.texts[:_LOOKED_AT])
    read = parts.digits != ""
    return len(set(parts.unit[read])) <= 1 and len(set(parts.currency[read])) <= 1


def _about(topic: str) -> str:
    return topic if topic.startswith("a ") else f"about {topic}"

"""Which column each header claims to be, by its words and by what stands below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from intake.repeated_columns import repeated_column
from intake.tables import DATE_PARTS, SCHEMAS, Kind, Table
from intake.text_columns import TextColumn
from intake.words.content import Content, content_of
from intake.words.headers import Meaning, is_piece, understand
from intake.words.languages.language import Y_OR_REVENUE
from intake.words.vocabulary import Aspect

_NUMERIC: Final = (Kind.NUMBER, Kind.QUANTITY)


@dataclass(frozen=True, eq=False)
class Claim:
    """A column of the file that may be `column` of the table.

    `strength`: the higher, the better; equal ones are rivals. `topic`: what is not used holds. `unit` and
    `currency` as the header says them.
    """

    written: TextColumn
    content: Content
    column: str = ""
    aspect: Aspect = ""
    strength: tuple[float, ...] = (0.0,)
    evidence: str = ""
    topic: str = ""
    unit: str = ""
    currency: str = ""
    suspicious: bool = False

    @property
    def header(self) -> str:
        """The header as it is written."""
        return self.written.header


def claim_of(written: TextColumn, table: Table) -> Claim:
    """What a column of the file claims by itself, its header read with its contents."""
    content = content_of(written)
    repeated = repeated_column(written.header, table)
    if repeated is not None:
        return Claim(written, content, repeated.name, strength=(3.0, 1.0), evidence=repeated.description)
    meaning = understand(written.header, table)
    claim = Claim(written, content)
    if meaning is not None:
        claim = replace(
            claim,
            column=meaning.column,
            aspect=meaning.aspect,
            strength=(2.0 - meaning.entry.rank if meaning.entry.rank == 2 else 2.0, meaning.confidence),
            evidence=meaning.evidence,
            topic=meaning.entry.topic,
            unit=meaning.unit,
            currency=meaning.currency,
            suspicious=meaning.confidence < 0.6 or (meaning.entry.rank == 2 and meaning.column == "product"),
        )
        if meaning.entry.rank == 0 and meaning.likeness == "word":
            claim = replace(claim, strength=(3.0, 1.0))
        claim = _money_or_units(claim, meaning)
    return _as_contents_allow(claim, table)


def _money_or_units(claim: Claim, meaning: Meaning) -> Claim:
    if claim.column in ("y", Y_OR_REVENUE) and meaning.currency:
        return replace(
            claim, column="revenue", evidence=f"{claim.evidence} with a currency, {meaning.currency}"
        )
    if claim.column in ("revenue", Y_OR_REVENUE) and meaning.unit:
        what = "pieces" if is_piece(meaning.unit) else "the unit"
        return replace(claim, column="y", evidence=f"{claim.evidence} with {what}, {meaning.unit}")
    return claim


def _as_contents_allow(claim: Claim, table: Table) -> Claim:
    """A word that its contents contradict claims something else, or nothing."""
    content = claim.content
    if not content.filled or claim.strength[0] == 3.0:
        return claim
    if claim.column in (*DATE_PARTS, "ds") and content.weekdays > 0.9:
        return replace(claim, column="weekday", evidence=f"{claim.evidence}, and it holds names of weekdays")
    if claim.column == "day" and content.is_date:
        return replace(claim, column="ds", evidence=f"{claim.evidence}, and it holds whole dates")
    if claim.column == "discount" and content.numbers < 0.5 and "product" in _names(table):
        return replace(
            claim, column="product", aspect="name", evidence=f"{claim.evidence}, and it holds text"
        )
    if claim.column and content.row_number and claim.strength[0] < 2.0 and claim.column == "product":
        return replace(claim, column="", topic="a remark", evidence="it counts the rows")
    kind = next((column.kind for column in SCHEMAS[table].columns if column.name == claim.column), None)
    required = any(column.name == claim.column for column in SCHEMAS[table].required)
    if kind in _NUMERIC and content.numbers == 0 and not required:
        return replace(claim, column="", strength=(0.0,), evidence="")
    if (kind in _NUMERIC and content.numbers < 0.5) or (kind is Kind.DATE and content.is_money):
        return replace(claim, strength=(0.5, *claim.strength), suspicious=True)
    return claim


def _names(table: Table) -> set[str]:
    return {column.name for column in SCHEMAS[table].columns}

"""One column of the file per column of the table: the strongest claim, or an error between true rivals."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from intake.errors import InputError
from intake.findings import Finding
from intake.mapping import IGNORE, column_line
from intake.tables import DATE_PARTS, SCHEMAS, Table
from intake.text_columns import quoted
from intake.words.claims import Claim
from intake.words.content import same_content
from intake.words.headers import snake_case
from intake.words.languages.language import Y_OR_REVENUE
from intake.words.vocabulary import ITEM_NAME, THINGS, affixes, columns_of, plain

_FINEST_FIRST: Final = ("day", "week", "month", "quarter", "year")
_OF_TICKETS: Final = 0.2  # share of the lines without an amount
_NAMED: Final = ("product", "unique_id")
_ASPECTS: Final = {"code": 0, "": 1, "name": 2}
# Of two columns that are otherwise equal, the one with such a word comes second: our own code before a bar
# code, money without tax before money with it, what is there before what is promised to nobody.
_WITH_TAX: Final = frozenset(
    [
        "brutto",
        "bruto",
        "bruta",
        "gross",
        "brut",
        "brute",
        "ttc",
        "incl",
        "including",
        "inclusive",
        "con",
        "com",
    ]
)
_SECOND: Final = {
    "product": frozenset(
        [
            "ean",
            "ean13",
            "gtin",
            "upc",
            "barcode",
            "bar",
            "barra",
            "barras",
            "asin",
            "plu",
            "mpn",
            "strichcode",
        ]
    ),
    "revenue": _WITH_TAX,
    "price": _WITH_TAX,
    "on_hand": frozenset(["disponible", "available", "verfugbar", "disponivel", "libre", "free", "frei"]),
}


@dataclass(frozen=True)
class Choice:
    """`chosen`: column -> claim. `findings` say what was put aside, and why.

    What is put aside stays in `chosen` where the table keeps texts: a name beside the code of an item as
    `name`, anything else under its own header.
    """

    chosen: dict[str, Claim]
    findings: list[Finding] = field(default_factory=list)


def choose(
    claims: Sequence[Claim], table: Table, name: str, line: int, taken: Collection[str] = ()
) -> Choice:
    """Settle what each column is; InputError where two different columns claim to be what must be one.

    `name` and `line`: the file and where its headers stand. `taken`: the columns that are stated already.
    """
    claims, findings = _sales_are_units_or_money(_without_document_series(claims))
    by_column: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.column:
            by_column.setdefault(claim.column, []).append(claim)
    chosen: dict[str, Claim] = {}
    for column, rivals in by_column.items():
        winner, aside = _settle(column, rivals, table, name, line)
        chosen[column] = winner
        for loser, finding in aside:
            kept = _kept_as(loser, winner, table, {*taken, *by_column, *chosen})
            if kept:
                chosen[kept] = loser
                finding = _about_kept(finding, kept)
            findings.append(finding)
    return _date_and_parts(_without_money_of_tickets(Choice(chosen, findings)), table)


def _sales_are_units_or_money(claims: Sequence[Claim]) -> tuple[list[Claim], list[Finding]]:
    """'Ventas' is the quantity where nothing else is; else it is money, or the poorer quantity."""
    either = [claim for claim in claims if claim.column == Y_OR_REVENUE]
    quantities = [claim for claim in claims if claim.column == "y" and claim.strength[0] >= 2]
    settled: dict[int, Claim] = {}
    if quantities:
        for claim in either:
            if claim.content.filled and not claim.content.numbers:  # 'Sales category'
                settled[id(claim)] = replace(claim, column="", strength=(0.0,), evidence="")
                continue
            settled[id(claim)] = replace(
                claim,
                column="revenue",
                strength=(1.5, claim.strength[-1]),
                evidence=f"{claim.evidence}; {quoted(quantities[0].header)} says the units, so this is money",
            )
    elif either:
        whole = [claim for claim in either if claim.content.is_number and not claim.content.is_money]
        money = [claim for claim in either if claim.content.is_money]
        for claim in either:
            if whole and claim in money:
                settled[id(claim)] = replace(
                    claim, column="revenue", evidence=f"{claim.evidence}, and it has cents", suspicious=True
                )
            else:
                cents = claim in money
                evidence = f"{claim.evidence}; no other column says the units"
                settled[id(claim)] = replace(
                    claim,
                    column="y",
                    suspicious=claim.suspicious or cents,
                    evidence=evidence + (", though it has cents like money" if cents else ""),
                )
    return [settled.get(id(claim), claim) for claim in claims], []


def _without_document_series(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, where a 'Serie' that holds several products in one text is of documents, not of sales."""
    products = [claim for claim in claims if claim.column == "product" and claim.strength[0] >= 2]
    return [
        replace(claim, column="", topic="the number of a document", strength=(0.0,))
        if claim.column == "unique_id"
        and claim.strength[0] < 3
        and any(not _determines(claim, product) for product in products)
        else claim
        for claim in claims
    ]


def _determines(one: Claim, other: Claim) -> bool:
    """Whether each text of the one stands beside a single text of the other."""
    pairs = np.unique(np.stack([one.written.codes, other.written.codes]), axis=1).shape[1]
    return bool(pairs == len(np.unique(one.written.codes)))


def _without_money_of_tickets(choice: Choice) -> Choice:
    """An amount that is empty in many lines that have a price is that of the whole ticket, not of a line."""
    revenue, price = choice.chosen.get("revenue"), choice.chosen.get("price")
    if revenue is None or price is None or revenue.strength[0] == 3:
        return choice
    priced = ~price.written.blank_rows()
    empty = int((revenue.written.blank_rows() & priced).sum())
    if empty <= _OF_TICKETS * priced.sum():
        return choice
    finding = Finding(
        revenue.header,
        f"{quoted(revenue.header)} is not used: it is that of whole tickets, not of lines",
        f"it is empty in {empty} rows that have {quoted(price.header)}",
        column_line(revenue.header, "revenue"),
        suspicious=True,
    )
    chosen = {name: claim for name, claim in choice.chosen.items() if name != "revenue"}
    return Choice(chosen, [*choice.findings, finding])


def _settle(
    column: str, rivals: list[Claim], table: Table, name: str, line: int
) -> tuple[Claim, list[tuple[Claim, Finding]]]:
    ordered = sorted(rivals, key=lambda claim: (_says_nothing(claim, rivals), _preference(column, claim)))
    winner = ordered[0]
    findings = []
    for loser in ordered[1:]:
        doubtful = False
        if column in THINGS and loser.aspect != winner.aspect:
            why = _of_one_thing(winner, loser)
            doubtful = len(loser.written.texts) > len(winner.written.texts)
        elif column in columns_of(table) and same_content(winner.written, loser.written):
            why = f"it holds the same as {quoted(winner.header)} in every row"
        elif _preference(column, loser) != _preference(column, winner):
            why = f"{quoted(winner.header)} is the better {column}"
            doubtful = _must_be_right(column, table) and column != "product"
        elif _says_nothing(loser, rivals) and not _says_nothing(winner, rivals):
            why = "it is the same in every row"
        elif column in THINGS and _one_to_one(winner, loser):
            why = f"it says the same as {quoted(winner.header)} in other words"
        elif _must_be_right(column, table):
            raise rivals_error(column, winner.header, loser.header, name, line)
        else:
            why, doubtful = f"{quoted(winner.header)}, which stands first, is taken for {column}", True
        finding = Finding(
            loser.header,
            f"{quoted(loser.header)} is not used: {why}",
            loser.evidence,
            column_line(loser.header, column),
            suspicious=doubtful,
        )
        findings.append((loser, finding))
    return winner, findings


def _says_nothing(claim: Claim, rivals: Sequence[Claim]) -> bool:
    """Whether one of several names of a thing is the same in all of many rows, and so tells none apart."""
    return (
        len(rivals) > 1
        and claim.column in THINGS
        and claim.strength[0] < 3
        and len(claim.written.texts) == 1
        and len(claim.written.codes) > 1
        and any(len(rival.written.texts) > 1 for rival in rivals)
    )


def _kept_as(loser: Claim, winner: Claim, table: Table, taken: Collection[str]) -> str:
    """The column that a text of an item becomes though another column is what it claims to be; '' if none."""
    if not SCHEMAS[table].keeps_text:
        return ""
    says_name = loser.column in _NAMED and loser.aspect != winner.aspect and loser.aspect != "code"
    wanted = ITEM_NAME if says_name and not loser.content.is_number else ""
    own, says = snake_case(loser.header), f"{loser.column}_{loser.aspect or 'name'}"
    numbered = (f"{says}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (wanted, own, says, *numbered) if name and name not in taken)


def _about_kept(finding: Finding, kept: str) -> Finding:
    sentence = finding.sentence.replace("is not used:", f"is kept as {kept}:", 1)
    return replace(finding, sentence=sentence, suspicious=False)


def rivals_error(column: str, one: str, other: str, name: str, line: int) -> InputError:
    """The error where two headers mean the same, with the lines of a mapping file that decide."""
    return InputError(
        f"the columns {quoted(one)} and {quoted(other)} both mean {column}; rename or delete one, or say in "
        f"mapeo.toml which one is not: {column_line(one, IGNORE)} or {column_line(other, IGNORE)}",
        file=name,
        line=line,
        column=other,
    )


def _preference(column: str, claim: Claim) -> tuple[float, ...]:
    aspect = _ASPECTS[claim.aspect] if column in THINGS else 0
    rank, *confidence = claim.strength
    # Among headers that are equally its words, one that says more than 'id' or 'name' alone comes first.
    words = re.findall("[a-z0-9]+", plain(claim.header).lower())
    second = any(word in _SECOND.get(column, ()) for word in words)
    alone = len(words) == 1 and words[0] in affixes()
    # 'product' is our own word and an English one: of a thing, its code still comes first.
    first = min(rank, 2.0) if column in THINGS else rank
    return (-first, second, aspect, alone, -rank, *(-each for each in confidence))


def _must_be_right(column: str, table: Table) -> bool:
    """Whether a file cannot be read rightly without this column: of two of these, nobody guesses."""
    if column not in columns_of(table):  # one of many of a kind, such as on_order_w_1
        return True
    schema = SCHEMAS[table]
    required = [each.name for each in schema.required]
    return column in (*required, *schema.unique_id_parts, *schema.any_of, "unique_id")


def _of_one_thing(winner: Claim, loser: Claim) -> str:
    says = {"code": "the code", "name": "the name", "": "a name"}[loser.aspect]
    return f"it is {says} of what {quoted(winner.header)} names the series by"


def _one_to_one(one: Claim, other: Claim) -> bool:
    pairs = np.unique(np.stack([one.written.codes, other.written.codes]), axis=1).shape[1]
    return bool(pairs == len(np.unique(one.written.codes)) == len(np.unique(other.written.codes)))


def _date_and_parts(choice: Choice, table: Table) -> Choice:
    """A date makes its parts superfluous; a part that is a whole date, or stands alone, is the date."""
    parts = [part for part in _FINEST_FIRST if part in choice.chosen and part in SCHEMAS[table].helpers]
    if not parts:
        return choice
    chosen = dict(choice.chosen)
    if "ds" not in chosen:
        finest = chosen[parts[0]]
        if len(parts) > 1 and not finest.content.is_date:
            return choice
        chosen["ds"] = replace(chosen.pop(parts.pop(0)), column="ds")
    date = chosen["ds"]
    findings = [
        Finding(
            chosen[part].header,
            f"{quoted(chosen[part].header)} is not used: {quoted(date.header)} is the date",
            chosen[part].evidence,
            column_line(chosen[part].header, "ds"),
        )
        for part in parts
    ]
    kept = {name: claim for name, claim in chosen.items() if name not in DATE_PARTS}
    return Choice(kept, [*choice.findings, *findings])

"""One purchase order as its supplier gets it: XLSX and CSV, in English or Spanish.

A supplier reads what to deliver, when, where and at what cost; why we need so much is ours alone, so no
forecast, safety stock or explanation is in it. The same order gives the same bytes.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.worksheet.worksheet import Worksheet

from artifacts.csv_files import csv_bytes, harmless
from artifacts.plan_words import WORDS, Language, Speech
from artifacts.sheets import (
    BOLD,
    DATE,
    LINE_HEIGHT,
    MONEY,
    PLAIN,
    QUIET,
    TITLE,
    UNITS,
    Column,
    add_row,
    add_rows,
    headings,
    reproducible,
    set_up_print,
    sheet_title,
)

UNIT_COST: Final = "#,##0.00##"
_SIGNED: Final = Border(top=Side(style="thin", color="1F2933"))
_COLUMNS: Final[dict[str, tuple[float, str | None]]] = {  # width in characters, number format
    "item": (28, None),
    "product": (28, None),
    "ship_to": (19, None),
    "quantity": (10, UNITS),
    "purchase_unit": (19, None),
    "units": (10, UNITS),
    "unit": (9, None),
    "unit_cost": (18, UNIT_COST),
    "amount": (14, MONEY),
    "due": (12, DATE),
}

_NOT_SAID: Final[dict[str, str | float]] = {
    "item_name": "",
    "location": "",
    "purchase_unit": "",
    "unit_factor": 1.0,
}


@dataclass(frozen=True)
class PurchaseOrder:
    """What a supplier is asked for.

    lines: unique_id, product, location, order_quantity (stock units), unit, pack_size, purchase_unit,
        unit_factor (stock units per purchase unit), unit_cost (per stock unit, may be missing), amount,
        currency, due_date; sorted by location and unique_id.
    terms: of the supplier, as far as they are known: name, email, lead_time (days), minimum_order_value,
        order_weekdays. day: on which it was issued; while it is proposed, the first of the plan's period.
    """

    number: str
    supplier_name: str
    terms: dict[str, Any]
    lines: pd.DataFrame
    day: datetime.date
    issued: bool = False

    @property
    def places(self) -> list[str]:
        """Where it is to be delivered."""
        return sorted({str(place) for place in self.lines["location"] if place})

    @property
    def totals(self) -> dict[str, float]:
        """Money by currency; lines without a cost are not in it."""
        priced = self.lines.dropna(subset=["amount"])
        sums = priced.groupby("currency")["amount"].sum()
        return {str(currency): round(float(amount), 2) for currency, amount in sums.items()}


def purchase_order_of(
    lines: pd.DataFrame, suppliers: pd.DataFrame, day: datetime.date, *, issued: bool = False
) -> PurchaseOrder:
    """The order that the lines of one purchase_order make.

    lines: of a plan, with supplier_name, item_name and location, which older plans lack, as they do
    purchase_unit and unit_factor. suppliers: the table of that name; who is not in it has no terms.
    """
    for column in [column for column in _NOT_SAID if column not in lines]:
        lines = lines.assign(**{column: _NOT_SAID[column]})
    first = lines.iloc[0]
    known = suppliers[suppliers["supplier_id"] == first["supplier_id"]]
    products = lines["item_name"].where(
        lines["item_name"] != "",
        lines["unique_id"].str.partition("/")[2].where(lambda part: part != "", lines["unique_id"]),
    )
    return PurchaseOrder(
        number=str(first["purchase_order"]),
        supplier_name=str(first["supplier_name"]),
        terms=known.iloc[0].dropna().to_dict() if len(known) else {},
        lines=lines.assign(product=products, currency=lines["currency"].fillna("")).sort_values(
            ["location", "unique_id"], ignore_index=True
        ),
        day=day,
        issued=issued,
    )


def order_csv(order: PurchaseOrder, language: Language) -> bytes:
    """One row per line with the facts of the order before it, headings in the language."""
    say = Speech(language)
    table = _table(order, say)
    lead = {
        "purchase_order": order.number,
        "date": order.day.isoformat() if order.issued else "",
        "supplier": order.supplier_name,
    }
    facts = pd.DataFrame({key: [value] * len(table) for key, value in lead.items()})
    full = pd.concat([facts, table, order.lines["currency"]], axis=1).round({"amount": 2})
    return csv_bytes(full.set_axis([say(str(key)) for key in full], axis=1))


def order_xlsx(order: PurchaseOrder, language: Language) -> bytes:
    """A sheet for A4: who, what, when, where, the terms, the lines, the total, notes, room to sign."""
    say = Speech(language)
    book = Workbook()
    book.remove(book["Sheet"])
    sheet = book.create_sheet(sheet_title(say("purchase_order"), ()))
    row = _facts(sheet, order, say)
    heading_row = row + 1
    table = _table(order, say)
    hidden = {"ship_to"} if len(order.places) < 2 else set()
    hidden |= {"due"} if len(set(order.lines["due_date"])) == 1 else set()
    shown = [key for key in _COLUMNS if key not in hidden]
    columns: list[Column] = [(say(key), *_COLUMNS[key]) for key in shown]
    row = headings(sheet, heading_row, columns)
    row = add_rows(sheet, row, table[shown].itertuples(index=False), columns)
    for currency, amount in order.totals.items():
        total: dict[str, object] = {"item": say("total"), "unit_cost": currency, "amount": amount}
        row = add_row(sheet, row, [total.get(key) for key in shown], columns, total=True)
    row = _notes(sheet, row + 1, order, say)
    _signatures(sheet, row + 2, len(shown), say)
    set_up_print(sheet, heading_row, columns, portrait="ship_to" in hidden, footer=say("page"))
    book.properties.creator = "Abasto"
    book.properties.title = f"{say('purchase_order')} {harmless(order.number)}"
    return reproducible(book, order.day)


def _table(order: PurchaseOrder, say: Speech) -> pd.DataFrame:
    """The lines in the columns of `_COLUMNS`."""
    lines = order.lines
    named = (lines["purchase_unit"] != "") & (lines["unit_factor"] != 1)
    content = lines["unit_factor"].where(named, lines["pack_size"].astype("float64"))
    names = [
        _purchase_unit(str(name) if own else "", units, str(unit), say)
        for name, own, units, unit in zip(lines["purchase_unit"], named, content, lines["unit"], strict=True)
    ]
    table = {
        "item": lines["unique_id"],
        "product": lines["product"],
        "ship_to": lines["location"],
        "quantity": lines["order_quantity"] / content,
        "purchase_unit": names,
        "units": lines["order_quantity"],
        "unit": lines["unit"],
        "unit_cost": lines["unit_cost"],
        "amount": lines["amount"],
        "due": lines["due_date"],
    }
    return pd.DataFrame(table)


def _purchase_unit(name: str, units: float, unit: str, say: Speech) -> str:
    """What the quantity counts: cartons of 50, packs of 24, or single units.

    >>> _purchase_unit("carton", 50.0, "piece", Speech(Language.ES))
    'carton de 50'
    >>> _purchase_unit("", 1.0, "", Speech(Language.EN))
    'each'
    """
    if name:
        return say("named_of", name=name, units=say.number(units))
    return say("pack_of", units=say.number(units)) if units != 1 else unit or say("each")


def _facts(sheet: Worksheet, order: PurchaseOrder, say: Speech) -> int:
    sheet.cell(row=1, column=1, value=f"{say('purchase_order')} {harmless(order.number)}").font = TITLE
    sheet.row_dimensions[1].height = 26
    if not order.issued:
        sheet.cell(row=2, column=1, value=say("proposal")).font = QUIET
    due = sorted(set(order.lines["due_date"]))
    facts = {
        "date": say.date(order.day) if order.issued else say("on_issue"),
        "delivery": " - ".join(say.date(day) for day in dict.fromkeys((due[0], due[-1]))),
        "supplier": order.supplier_name,
        "email": str(order.terms.get("email", "")),
        "ship_to": "; ".join(order.places),
        "terms": "; ".join(_terms(order, say)),
        "currency": ", ".join(order.totals),
    }
    row = 4
    for key, text in facts.items():
        if text:
            sheet.cell(row=row, column=1, value=say(key)).font = QUIET
            sheet.cell(row=row, column=2, value=harmless(text)).font = BOLD if key == "supplier" else PLAIN
            row += 1
    return row


def _terms(order: PurchaseOrder, say: Speech) -> Sequence[str]:
    terms = order.terms
    said = [say("within_days", days=say.number(terms["lead_time"]))] if "lead_time" in terms else []
    if terms.get("minimum_order_value"):
        money = f"{say.money(terms['minimum_order_value'])} {next(iter(order.totals), '')}".strip()
        said.append(say("minimum_value", money=money))
    if "order_weekdays" in terms:
        days = str(terms["order_weekdays"]).split()
        said.append(say("taken_on", days=" ".join(say(day) if day in WORDS else day for day in days)))
    return said or [say("as_agreed")]


def _notes(sheet: Worksheet, row: int, order: PurchaseOrder, say: Speech) -> int:
    notes = [say("please_confirm"), say("quote_number", number=order.number)]
    if order.lines["amount"].isna().any():
        notes.append(say("unpriced"))
    sheet.cell(row=row, column=1, value=say("notes")).font = BOLD
    for row_of_note, note in enumerate(notes, start=row + 1):
        sheet.cell(row=row_of_note, column=1, value=harmless(note)).font = PLAIN
    return row + 1 + len(notes)


def _signatures(sheet: Worksheet, row: int, columns: int, say: Speech) -> None:
    """Two lines to sign on, one for each side."""
    sheet.row_dimensions[row].height = 3 * LINE_HEIGHT
    half = (columns + 1) // 2
    for first, last, key in ((1, half - 1, "ordered_by"), (half + 1, columns, "confirmed_by")):
        for column in range(first, last + 1):
            sheet.cell(row=row + 1, column=column).border = _SIGNED
        cell = sheet.cell(row=row + 1, column=first, value=say(key))
        cell.font, cell.alignment = QUIET, Alignment(vertical="top")

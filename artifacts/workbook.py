"""`purchase_orders.xlsx`: a summary sheet, then the purchase order of each supplier, ready to be sent.

All cells hold values, so that readers which do not calculate show them too; the bytes depend on the plan
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from artifacts.plan_header import PlanHeader
from artifacts.purchase_orders import order_lines, order_totals
from artifacts.sheets import (
    DATE,
    MONEY,
    UNITS,
    WHOLE,
    Column,
    add_row,
    add_rows,
    head,
    headings,
    reproducible,
    set_up_print,
    sheet_title,
)

SUMMARY: Final[Sequence[Column]] = (
    ("Purchase order", 28, None),
    ("Supplier", 32, None),
    ("Lines", 8, WHOLE),
    ("Amount", 14, MONEY),
    ("Currency", 10, None),
    ("First due", 12, DATE),
    ("State", 12, None),
)
NAME: Final[Column] = ("Name", 28, None)
ORDER: Final[Sequence[Column]] = (
    ("Item", 32, None),
    NAME,
    ("Quantity", 10, UNITS),
    ("Unit", 8, None),
    ("Packs", 8, UNITS),
    ("Unit cost", 11, "#,##0.00##"),
    ("Amount", 13, MONEY),
    ("Due", 12, DATE),
    ("Why this quantity", 80, None),
)


def purchase_orders_xlsx(header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame) -> bytes:
    """The workbook of a plan. `lines`: the plan's; `suppliers`: the suppliers table."""
    ordered = order_lines(lines, suppliers)
    totals = order_totals(ordered)
    facts = suppliers.set_index("supplier_id")
    book = Workbook()
    book.remove(book["Sheet"])
    _summary(book.create_sheet("Summary"), header, totals)
    for purchase_order in totals["purchase_order"].unique():
        own = ordered[ordered["purchase_order"] == purchase_order]
        supplier_id = own["supplier_id"].iloc[0]
        known = facts.loc[supplier_id].dropna().to_dict() if supplier_id in facts.index else {}
        sheet = book.create_sheet(sheet_title(str(supplier_id), book.sheetnames))
        _purchase_order(sheet, header, own, known)
    book.properties.creator = "Abasto"
    book.properties.title = f"Purchase orders {header.plan_id}"
    return reproducible(book, header.cutoff)


def _summary(sheet: Worksheet, header: PlanHeader, totals: pd.DataFrame) -> None:
    head(
        sheet,
        f"Purchase orders for {header.week}",
        f"Plan {header.plan_id} of {header.dataset}; sales known to {header.cutoff:%Y-%m-%d}; "
        f"model {header.model_version} ({header.recipe})",
        header.on_order_source,
    )
    row = headings(sheet, 5, SUMMARY)
    for total in totals.itertuples(index=False):
        values = (total.purchase_order, total.supplier_name, total.lines, total.amount, total.currency)
        row = add_row(sheet, row, (*values, total.due_date, "proposed"), SUMMARY)
    for currency, amounts in totals.groupby("currency"):
        lines, amount = int(amounts["lines"].sum()), round(float(amounts["amount"].sum()), 2)
        row = add_row(sheet, row, ("Total", None, lines, amount, currency, None, None), SUMMARY, total=True)
    set_up_print(sheet, 5, SUMMARY)


def _purchase_order(
    sheet: Worksheet, header: PlanHeader, own: pd.DataFrame, known: dict[str, object]
) -> None:
    first = own.iloc[0]
    terms = [f"Delivery within {known['lead_time']:g} days"] if "lead_time" in known else []
    if known.get("minimum_order_value"):
        terms.append(f"minimum order {known['minimum_order_value']:,.2f} {first['currency']}")
    if "order_weekdays" in known:
        terms.append(f"orders taken on {known['order_weekdays']}")
    to = [str(first["supplier_name"]), *([str(known["email"])] if "email" in known else [])]
    head(
        sheet,
        f"Purchase order {first['purchase_order']}",
        f"To {', '.join(to)}",
        "; ".join(terms) or "Terms as agreed",
        f"Prices in {first['currency']}; plan {header.plan_id} for {header.week}; state: proposed",
    )
    named = bool((own["item_name"] != "").any())
    columns = [column for column in ORDER if named or column is not NAME]
    row = headings(sheet, 6, columns)
    rows = (
        (
            *((line.unique_id, line.item_name) if named else (line.unique_id,)),
            *(line.order_quantity, line.unit, line.packs, line.unit_cost, line.amount),
            *(line.due_date, line.explanation),
        )
        for line in own.itertuples(index=False)
    )
    row = add_rows(sheet, row, rows, columns)
    for currency, money in own.groupby("currency")["amount"]:
        amount = round(float(money.sum()), 2)
        blanks = (None,) * (len(columns) - 4)
        row = add_row(sheet, row, ("Total", *blanks, amount, currency, None), columns, total=True)
    set_up_print(sheet, 6, columns)

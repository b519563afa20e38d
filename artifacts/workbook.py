"""`purchase_orders.xlsx`: a summary sheet, then the purchase order of each supplier, ready to be sent.

All cells hold values, so that readers which do not calculate show them too; the bytes depend on the plan
alone.
"""

from __future__ import annotations

import datetime
import math
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Final

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from artifacts.csv_files import harmless
from artifacts.plan_header import PlanHeader
from artifacts.purchase_orders import order_lines, order_totals

TITLE: Final = Font(name="Calibri", size=16, bold=True, color="1F2933")
QUIET: Final = Font(name="Calibri", size=10, color="6B7280")
PLAIN: Final = Font(name="Calibri", size=11, color="1F2933")
BOLD: Final = Font(name="Calibri", size=11, bold=True, color="1F2933")
HEAD: Final = PatternFill("solid", fgColor="E8F1F8")
LINE: Final = Border(bottom=Side(style="thin", color="E5E7EB"))
SUM: Final = Border(top=Side(style="medium", color="1F2933"))
MONEY: Final = "#,##0.00"
WHOLE: Final = "#,##0"
DATE: Final = "yyyy-mm-dd"
WRAPPED: Final = 40  # characters: wider columns hold sentences
LINE_HEIGHT: Final = 15.0  # points
ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)

Column = tuple[str, float, str | None]  # heading, width in characters, number format
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
    ("Quantity", 10, WHOLE),
    ("Unit", 8, None),
    ("Packs", 8, "#,##0.##"),
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
    return _reproducible(book, header.cutoff)


def sheet_title(name: str, taken: Sequence[str]) -> str:
    """A name that a workbook accepts: no []:*?/\\, at most 31 characters, unlike those taken.

    >>> sheet_title("hudson/home", ["Summary", "HUDSON-HOME"])
    'hudson-home 2'
    """
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", name).strip("' ")[:31] or "supplier"
    used = {each.lower() for each in taken}
    title, number = clean, 1
    while title.lower() in used:
        number += 1
        title = f"{clean[: 30 - len(str(number))]} {number}"
    return title


def _summary(sheet: Worksheet, header: PlanHeader, totals: pd.DataFrame) -> None:
    _head(
        sheet,
        f"Purchase orders for {header.week}",
        f"Plan {header.plan_id} of {header.dataset}; sales known to {header.cutoff:%Y-%m-%d}; "
        f"model {header.model_version} ({header.recipe})",
        header.on_order_source,
    )
    row = _headings(sheet, 5, SUMMARY)
    for total in totals.itertuples(index=False):
        values = (total.purchase_order, total.supplier_name, total.lines, total.amount, total.currency)
        row = _row(sheet, row, (*values, total.due_date, "proposed"), SUMMARY)
    for currency, amounts in totals.groupby("currency"):
        lines, amount = int(amounts["lines"].sum()), round(float(amounts["amount"].sum()), 2)
        row = _row(sheet, row, ("Total", None, lines, amount, currency, None, None), SUMMARY, total=True)
    _print_setup(sheet, 5, SUMMARY)


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
    _head(
        sheet,
        f"Purchase order {first['purchase_order']}",
        f"To {', '.join(to)}",
        "; ".join(terms) or "Terms as agreed",
        f"Prices in {first['currency']}; plan {header.plan_id} for {header.week}; state: proposed",
    )
    named = bool((own["item_name"] != "").any())
    columns = [column for column in ORDER if named or column is not NAME]
    row = _headings(sheet, 6, columns)
    for line in own.itertuples(index=False):
        amounts = (line.order_quantity, line.unit, line.packs, line.unit_cost, line.amount)
        item = (line.unique_id, line.item_name) if named else (line.unique_id,)
        row = _row(sheet, row, (*item, *amounts, line.due_date, line.explanation), columns)
    for currency, money in own.groupby("currency")["amount"]:
        amount = round(float(money.sum()), 2)
        blanks = (None,) * (len(columns) - 4)
        row = _row(sheet, row, ("Total", *blanks, amount, currency, None), columns, total=True)
    _print_setup(sheet, 6, columns)


def _head(sheet: Worksheet, title: str, *sentences: str) -> None:
    for row, sentence in enumerate((title, *sentences), start=1):
        cell = sheet.cell(row=row, column=1, value=harmless(sentence))
        cell.font = QUIET if row > 1 else TITLE
    sheet.row_dimensions[1].height = 26


def _headings(sheet: Worksheet, row: int, columns: Sequence[Column]) -> int:
    for place, (heading, width, number_format) in enumerate(columns, start=1):
        cell = sheet.cell(row=row, column=place, value=heading)
        cell.font, cell.fill = BOLD, HEAD
        cell.alignment = _side(number_format)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"A{row + 1}"
    return row + 1


def _row(
    sheet: Worksheet, row: int, values: Sequence[object], columns: Sequence[Column], *, total: bool = False
) -> int:
    for place, (value, (_, width, number_format)) in enumerate(zip(values, columns, strict=True), start=1):
        cell = sheet.cell(row=row, column=place, value=_value(value))
        cell.font, cell.border = (BOLD, SUM) if total else (PLAIN, LINE)
        cell.alignment = _side(number_format, wrapped=width >= WRAPPED)
        if width >= WRAPPED and isinstance(value, str):
            # Readers do not fit the height of wrapped rows by themselves.
            sheet.row_dimensions[row].height = LINE_HEIGHT * math.ceil(len(value) / (0.95 * width))
        if number_format:
            cell.number_format = number_format
    return row + 1


def _side(number_format: str | None, *, wrapped: bool = False) -> Alignment:
    side, indent = ("right", 0) if number_format else ("left", 1)
    return Alignment(horizontal=side, indent=indent, vertical="top", wrap_text=wrapped)


def _value(value: object) -> str | int | float | datetime.date | None:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, (int, float, np.integer, np.floating)) and np.isfinite(value):
        return int(value) if float(value).is_integer() else float(value)
    return None


def _print_setup(sheet: Worksheet, heading_row: int, columns: Sequence[Column]) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{sheet.max_row}"
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="Page &P of &N"))


def _reproducible(book: Workbook, day: datetime.date) -> bytes:
    """The workbook without the clock, which openpyxl stamps into its properties and its zip."""
    moment = f"{day:%Y-%m-%d}T00:00:00Z"
    saved, fixed = BytesIO(), BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>" + moment.encode(), content)
            entry = zipfile.ZipInfo(name, date_time=ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            copy.writestr(entry, content)
    return fixed.getvalue()

"""A quarterly workbook made to measure: 13 weeks a quarter, two products, numbers of any size."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

from openpyxl import Workbook
from openpyxl.styles import Font

from intake.files.opening import open_file
from intake.mapping import NOTHING_STATED
from intake.tables import Table
from intake.workbooks.quarterly_plan import QuarterlyPlan
from intake.workbooks.quarterly_sheets import read_quarterly_plan

WEEKS = 13
QUARTERS = ("Q2 96", "Q3 96", "Q4 96", "Q1 97")
ATTRIBUTES = ("Available Capacity", "Scheduled Capacity", "Over/Under Capacity")


@dataclass(frozen=True)
class Made:
    """One product. demand: of the quarters after the opening one; capacity: of the weeks of these."""

    name: str
    demand: tuple[float, ...]
    capacity: tuple[float, ...]
    opening: float = 50.0
    density: float = 2.0
    yield_rate: float = 0.9
    weeks_of_supply: float = 1.3
    supply: tuple[float | None, ...] = (None, None, None)


def workbook(*products: Made) -> bytes:
    """The sheets with their formulas, as a planner would hand them out."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Supply_Demand"
    sheet.append(["Product ID", "Attribute", *QUARTERS])
    for product in products:
        row = sheet.max_row + 1
        columns = "CDEF"
        sheet.append([product.name, "Yielded Supply", 0, *product.supply])
        formulas = [f"=({after}{row + 3}/13)*{at}{row + 2}" for at, after in zip("DE", "EF", strict=True)]
        sheet.append([product.name, "Safety Stock Target", 0, *formulas])
        sheet.append([product.name, "Safety Stock Target (WOS)", 0, *[product.weeks_of_supply] * 3])
        sheet.append([product.name, "EffectiveDemand", 0, *product.demand])
        formulas = [f"={before}{row + 4}+{at}{row}-{at}{row + 3}" for before, at in pairwise(columns)]
        sheet.append([product.name, "Total Projected Inventory Balance", product.opening, *formulas])
        formulas = [f"={at}{row + 4}-{at}{row + 1}" for at in "DE"]
        sheet.append([product.name, "Inventory Balance in excess of SST", 0, *formulas])
    density = book.create_sheet("Density per Wafer")
    density.append([product.name for product in products])
    density.append([product.density for product in products])
    ratio = book.create_sheet("Weekly Demand Ratio")
    ratio.append([f"Wk{number}" for number in range(1, WEEKS + 1)])
    ratio.append([1 / WEEKS] * WEEKS)
    quarters = [quarter for quarter in QUARTERS[1:] for _ in range(WEEKS)]
    labels = [f"WW_{number:02d}" for number in range(1, len(quarters) + 1)]
    plan = book.create_sheet("Wafer Plan")
    plan.append(["", *quarters])
    plan.append(["Design Handle", *labels])
    plan.append(["Total", f"=+SUM(B4:B{3 + len(products)})"])
    for product in products:
        plan.append([product.name])
    plan["B4"].font = Font(bold=True)
    limits = book.create_sheet("Boundary Conditions")
    limits.append([None, "", *quarters])
    limits.append(["Product ID", "Attribute", *labels])
    for name in ("Total", *(product.name for product in products)):
        for attribute in ATTRIBUTES:
            given = next((product.capacity for product in products if product.name == name), ())
            limits.append([name, attribute, *(given if attribute == ATTRIBUTES[0] else ())])
    yields = book.create_sheet("Yield")
    yields.append(["", "", *quarters])
    yields.append(["Product ID", None, *labels])
    for product in products:
        yields.append([product.name, "Yield", *[product.yield_rate] * len(labels)])
    notes = book.create_sheet("Notes")
    notes.append(["Change nothing", "please"])
    notes.sheet_state = "hidden"
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read(content: bytes) -> QuarterlyPlan:
    """The workbook as it comes through the door."""
    return read_quarterly_plan(open_file(content, "plan.xlsx", Table.CAPACITY, NOTHING_STATED))

from __future__ import annotations

import pandas as pd
import pytest

from artifacts.inspection_text import inspection_text
from intake.errors import InputError
from intake.guessing import guess_table
from intake.inspection import inspect_reading
from intake.mapping import NOTHING_STATED
from intake.reading import read_table
from intake.tables import Table

HEADERS = {
    Table.SALES: "fecha;producto;ventas",
    Table.STOCK: "Store,Product,End Inventory,In Transit W+1,Holding Cost",
    Table.ITEMS: "menu_code,menu,price",
    Table.SUPPLIERS: "supplier,name,lead_time,minimum_order_value",
    Table.TERMS: "proveedor,producto,coste,unidades_por_caja",
    Table.BILL_OF_MATERIALS: "parent,component,quantity_per",
    Table.CAPACITY: "machine,week_start,capacity",
    Table.CALENDAR: "Fecha,Avg_temp",
}


def rows(header: str) -> bytes:
    mark = ";" if ";" in header else ","
    cells = {"fecha": "2026-01-{day:02d}", "Fecha": "2026-01-{day:02d}", "week_start": "2026-01-{day:02d}"}
    lines = [
        mark.join(
            cells.get(name, "{day}").format(day=day)
            if name
            not in {"product", "Product", "producto", "menu", "parent", "component", "supplier", "name"}
            else f"{name}{day}"
            for name in header.split(mark)
        )
        for day in range(1, 20)
    ]
    return "\n".join([header, *lines]).encode()


@pytest.mark.parametrize("table", list(Table))
def test_a_table_is_known_by_its_headers(table: Table) -> None:
    assert guess_table(rows(HEADERS[table]), "file.csv", NOTHING_STATED) is table


def test_what_is_no_table_of_ours_is_refused_as_sales_are() -> None:
    with pytest.raises(InputError, match=r"f\.csv"):
        guess_table(b"one,other\nx,y\n", "f.csv", NOTHING_STATED)


def test_an_inspection_says_lines_quantities_series_and_gaps() -> None:
    content = (
        b"fecha,producto,ventas\n2026-01-01,pan,5\n2026-01-02,pan,6\n2026-01-05,pan,7\n"
        b"2026-01-01,sal,1\n2026-01-02,sal,2\n2026-01-03,sal,x\n2026-01-04,sal,3\n\n"
    )
    reading = read_table(content, "v.csv", Table.SALES, rejected_share=0.5)
    facts = dict(inspect_reading(reading, "v.csv").facts)
    assert facts["lines"] == "9 = 1 header + 1 blank + 1 rejected + 6 accepted"
    assert facts["sum of y"] == "24 = 24 accepted"
    assert facts["series"] == "2: pan, sal"
    assert facts["from, to"].startswith("2026-01-01, 2026-01-05")
    # pan lacks the 3rd and the 4th, sal the 3rd, which was rejected.
    assert facts["gaps"] == "3 periods without a row in 2 series; the longest: 2 of pan, from 2026-01-03 on"


def test_the_text_shows_doubts_first_and_the_lines_to_write() -> None:
    content = b"fecha;producto;ventas\n" + b"".join(b"2026-01-%02d;pan;5,5\n" % day for day in range(1, 29))
    content += b"2026-01-29;pan;x\n"
    inspection = inspect_reading(read_table(content, "v.csv", Table.SALES), "v.csv")
    text = inspection_text("v.csv", inspection.facts, inspection.findings, inspection.rejected, "mapeo.toml")
    assert "Rejected: 1\n  - line 30, column 'ventas': 'x' is not a number" in text
    assert 'decimal = "."' in text.partition("into mapeo.toml")[2]
    assert max(map(len, text.splitlines())) <= 80


def test_days_of_rest_are_told_from_other_gaps() -> None:
    days = [day for day in pd.date_range("2026-01-01", "2026-02-28") if day.dayofweek != 6]
    for kept, said in ((days, True), (days[:20] + days[21:], False)):
        content = "fecha;ventas\n" + "".join(f"{day:%Y-%m-%d};5\n" for day in kept)
        reading = read_table(content.encode(), "v.csv", Table.SALES)
        gaps = dict(inspect_reading(reading, "v.csv").facts)["gaps"]
        assert ("all are Sundays" in gaps and 'closed_weekdays = ["SUN"]' in gaps) == said


@pytest.mark.parametrize("header", ["Presupuesto", "Mermas", "Budget", "Abschriften", "Quebras"])
def test_a_budget_or_waste_is_not_taken_for_sales(header: str) -> None:
    content = f"Fecha;Tienda;{header}\n" + "".join(f"2026-01-{day:02d};Sol;{day}\n" for day in range(1, 29))
    with pytest.raises(InputError, match="there is no quantity column"):
        read_table(content.encode(), "v.csv", Table.SALES)

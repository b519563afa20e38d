from __future__ import annotations

import csv
import io
import re
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from artifacts.csv_files import csv_bytes, harmless, prediction_csv, staffing_csv
from artifacts.item_names import item_names, named
from artifacts.plan_header import PlanHeader
from artifacts.purchase_orders import order_lines, order_totals, purchase_orders_csv
from artifacts.sheets import sheet_title
from artifacts.workbook import purchase_orders_xlsx

GOLDEN = """\
purchase_order,supplier_id,supplier_name,unique_id,item_name,order_quantity,unit,packs,unit_cost,amount,currency,due_date,\
state,explanation
2026-W07-r1-green-valley,green-valley,Green & Valley,web/pot,Clay pot,1200,piece,150,\
4.125,4950,USD,2026-02-23,proposed,c
2026-W07-r1-plant,plant,"Own plant, Newark",boston/soap,,24,piece,1,2.3,55.2,USD,2026-02-16,proposed,b
2026-W07-r1-plant,plant,"Own plant, Newark",web/soap,,72,piece,3,2.3,165.6,USD,2026-02-16,proposed,\
Forecast 60 + safety 9 - on the shelf 3 = 66; 3 packs of 24 = 72.
"""
ATTACKS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "＝1"]


def workbook(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def test_the_csv_is_golden(lines: pd.DataFrame, suppliers: pd.DataFrame) -> None:
    assert purchase_orders_csv(lines, suppliers).decode() == GOLDEN


def test_the_order_of_the_input_does_not_matter(lines: pd.DataFrame, suppliers: pd.DataFrame) -> None:
    assert purchase_orders_csv(lines[::-1], suppliers[::-1]).decode() == GOLDEN


def test_totals_are_the_sums_of_the_lines(lines: pd.DataFrame, suppliers: pd.DataFrame) -> None:
    totals = order_totals(order_lines(lines, suppliers)).set_index("supplier_id")
    assert totals["amount"].to_dict() == {"green-valley": 4950.0, "plant": 220.8}  # 165.60 + 55.20
    assert totals["lines"].to_dict() == {"green-valley": 1, "plant": 2}


def test_an_unknown_supplier_goes_by_its_id(lines: pd.DataFrame, suppliers: pd.DataFrame) -> None:
    ordered = order_lines(lines, suppliers.drop(columns="name"))
    assert set(ordered["supplier_name"]) == {"plant", "green-valley"}


def test_an_order_without_a_currency_is_not_lost(
    header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    unknown = lines.assign(currency=None)
    assert order_totals(order_lines(unknown, suppliers))["amount"].tolist() == [4950.0, 220.8]
    assert workbook(purchase_orders_xlsx(header, unknown, suppliers))["plant"]["F9"].value == 220.8


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_csv_is_a_formula(attack: str, lines: pd.DataFrame, suppliers: pd.DataFrame) -> None:
    content = purchase_orders_csv(
        lines.assign(unique_id=attack, explanation=attack), suppliers.assign(name=attack)
    ).decode()
    first, *rows = csv.reader(io.StringIO(content, newline=""))
    assert all(len(row) == len(first) for row in rows)
    texts = [row[first.index(name)] for row in rows for name in ("unique_id", "supplier_name", "explanation")]
    (text,) = set(texts)
    assert text.startswith("'")
    assert text.replace("'", "") == attack.replace("\r", "\n").replace("'", "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_workbook_is_a_formula(
    attack: str, header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    attacked = lines.assign(unique_id=attack, explanation=attack, unit=attack)
    book = workbook(purchase_orders_xlsx(header, attacked, suppliers.assign(name=attack, email=attack)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    assert not any(re.match(r"\s*[=+\-@＝]", cell.value) for cell in cells if isinstance(cell.value, str))
    assert sum(attack.strip() in str(cell.value) for cell in cells) >= 6


@given(st.text())
def test_harmless_text_never_starts_like_a_formula_and_keeps_the_rest(text: str) -> None:
    cell = harmless(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    if text and text.isalnum():
        assert cell == text


def test_negative_numbers_stay_numbers() -> None:
    assert csv_bytes(pd.DataFrame({"bias": [-1.5]})) == b"bias\n-1.5\n"


def test_the_workbook_shows_the_numbers_it_was_given(
    header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    book = workbook(purchase_orders_xlsx(header, lines, suppliers))
    assert book.sheetnames == ["Summary", "green-valley", "plant"]
    summary = [[cell.value for cell in row] for row in book["Summary"].iter_rows(min_row=5)]
    assert summary[0][:5] == ["Purchase order", "Supplier", "Lines", "Amount", "Currency"]
    assert summary[1][:5] == ["2026-W07-r1-green-valley", "Green & Valley", 1, 4950, "USD"]
    assert summary[2][:5] == ["2026-W07-r1-plant", "Own plant, Newark", 2, 220.8, "USD"]
    assert summary[3][2:5] == [3, 5170.8, "USD"]
    plant = [[cell.value for cell in row] for row in book["plant"].iter_rows()]
    assert plant[0][0] == "Purchase order 2026-W07-r1-plant"
    assert plant[1][0] == "To Own plant, Newark, orders@plant.example"
    assert plant[2][0] == "Delivery within 7 days; orders taken on mon"
    assert plant[7][:6] == ["web/soap", 72, "piece", 3, 2.3, 165.6]
    assert plant[8][0] == "Total"
    assert plant[8][5] == 220.8
    assert (
        book["green-valley"]["A3"].value
        == "Delivery within 10 days; minimum order 300.00 USD; orders taken on mon thu"
    )


def test_the_workbook_is_ready_to_print(
    header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    sheet = workbook(purchase_orders_xlsx(header, lines, suppliers))["plant"]
    assert sheet.freeze_panes == "A7"
    assert sheet.print_title_rows == "$6:$6"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet["F7"].number_format == "#,##0.00"
    assert sheet["G7"].number_format == "yyyy-mm-dd"
    assert sheet.column_dimensions["A"].width > 20


def test_the_bytes_of_the_workbook_know_no_clock(
    header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    content = purchase_orders_xlsx(header, lines, suppliers)
    assert content == purchase_orders_xlsx(header, lines, suppliers)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        stamps = re.findall(rb"W3CDTF\">([^<]*)<", archive.read("docProps/core.xml"))
    assert stamps == [b"2026-02-08T00:00:00Z"] * 2


def test_a_plan_that_orders_nothing_still_has_documents(
    header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    idle = lines.assign(order_quantity=0)
    assert purchase_orders_csv(idle, suppliers).decode() == GOLDEN.splitlines(keepends=True)[0]
    assert workbook(purchase_orders_xlsx(header, idle, suppliers)).sheetnames == ["Summary"]


@given(st.lists(st.text(min_size=1), max_size=12))
def test_sheet_titles_are_accepted_and_unlike_each_other(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(sheet_title(name, taken))
    assert len({title.lower() for title in taken}) == len(names)
    assert all(1 <= len(title) <= 31 and not re.search(r"[\[\]:*?/\\]", title) for title in taken)


def test_control_characters_do_not_stop_the_workbook(
    header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    book = workbook(purchase_orders_xlsx(header, lines.assign(unique_id="so\x00ap\x1f"), suppliers))
    assert book["plant"]["A7"].value == "so�ap�"


def test_prediction_csv(prediction_table: pd.DataFrame) -> None:
    first, second, *_ = prediction_csv(prediction_table).decode().splitlines()
    assert first == "date,series,mean,P10,P50,P80,P90,P95"
    assert second == "2026-01-19,a/soap,110,106,110,113,114,115"


def test_staffing_csv() -> None:
    by_date = pd.DataFrame(
        {
            "ds": pd.to_datetime(["2026-01-05"]),
            "weekday": ["Monday"],
            "expected_sales": [1180.04],
            "people_expected": [3],
        }
    )
    assert staffing_csv(by_date) == b"ds,weekday,expected_sales,people_expected\n2026-01-05,Monday,1180,3\n"


def test_names_of_items_stand_beside_their_series(
    header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    book = workbook(purchase_orders_xlsx(header, lines, suppliers))
    assert [book["green-valley"][cell].value for cell in ("A6", "B6", "A7", "B7", "C7")] == [
        *("Item", "Name", "web/pot", "Clay pot", 1200)
    ]
    assert book["plant"]["B6"].value == "Quantity"  # nothing there has a name


def test_a_product_that_its_series_says_is_no_name() -> None:
    items = pd.DataFrame(
        {
            "unique_id": ["web/soap", "web/2", "3"],
            "product": ["soap", "2", "tea"],
            "name": ["", "Clay pot", ""],
        }
    )
    assert item_names(items) == {"web/2": "Clay pot", "3": "tea"}
    assert item_names(items.drop(columns="name")) == {"3": "tea"}
    assert named("web/3", item_names(items)) == "web/3 tea"
    assert item_names(None) == {}

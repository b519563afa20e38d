from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from artifacts.filled_workbook import Filling, fill_workbook
from intake.errors import InputError


def book() -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Plan"
    sheet.append(["", "Q1 96", "Q1 96", "Q2 96"])
    sheet.append(["a", None, None, None])
    sheet.append(["all", "=SUM(B2:B2)", None, None])
    sheet["C2"].font = Font(bold=True)
    sheet["C2"].number_format = "#,##0"
    sheet.freeze_panes = "B2"
    sheet.merge_cells("A5:B5")
    content = BytesIO()
    made.save(content)
    return content.getvalue()


def test_cells_are_filled_from_the_column_of_the_header_on() -> None:
    fillings = [
        Filling("Plan", 2, 1, "Q1 96", [None, 5.0, 7.5]),
        Filling("Plan", 3, 1, "Q1 96", ["={column}2"] * 3, kept=True),
    ]
    sheet = load_workbook(BytesIO(fill_workbook(book(), fillings)))["Plan"]
    assert [cell.value for cell in sheet[2]] == ["a", None, 5, 7.5]
    assert [cell.value for cell in sheet[3]] == ["all", "=SUM(B2:B2)", "=C2", "=D2"]
    assert sheet["C2"].font.bold
    assert sheet["C2"].number_format == "#,##0"
    assert sheet.freeze_panes == "B2"
    assert [str(each) for each in sheet.merged_cells.ranges] == ["A5:B5"]


def test_what_is_there_is_replaced_unless_it_is_to_be_kept() -> None:
    filled = fill_workbook(book(), [Filling("Plan", 3, 1, "Q1 96", [1.0])])
    assert load_workbook(BytesIO(filled))["Plan"]["B3"].value == 1


@pytest.mark.parametrize(
    ("filling", "said"),
    [
        (Filling("Demand", 2, 1, "Q1 96", [1.0]), "no sheet 'Demand'"),
        (Filling("Plan", 2, 1, "Q9 96", [1.0]), "'Q9 96' is not on line 1 of 'Plan'"),
    ],
)
def test_a_place_that_is_not_there_is_named(filling: Filling, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fill_workbook(book(), [filling])


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(InputError, match=r"no \.xlsx"):
        fill_workbook(b"Fecha,Ventas\n", [])

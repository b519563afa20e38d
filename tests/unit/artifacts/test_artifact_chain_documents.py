"""The production plan and the materials list: what is read off them is what was planned."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from openpyxl import load_workbook

from artifacts.chain_documents import loads, materials_xlsx, production_xlsx, with_something
from artifacts.plan_header import PlanHeader
from artifacts.plan_words import Language

WEEKS = pd.to_datetime(["2026-02-09", "2026-02-16"])


@pytest.fixture
def production() -> pd.DataFrame:
    """Two products on one line, which is full in the first week, and a base that nothing limits."""
    return pd.DataFrame(
        {
            "resource": ["mixer", "mixer", "mixer", ""],
            "unique_id": ["soap", "cream", "soap", "base"],
            "ds": [WEEKS[0], WEEKS[0], WEEKS[1], WEEKS[0]],
            "use": [30.0, 10.0, 12.5, 7.0],
            "good_units": [60.0, 20.0, 25.0, 7.0],
            "capacity": [40.0, 40.0, 50.0, float("nan")],
            "worth": [1.5, 1.5, 0.0, 0.0],
        }
    )


@pytest.fixture
def materials() -> pd.DataFrame:
    table = pd.DataFrame({"unique_id": ["oil", "oil", "jar"], "ds": [WEEKS[0], WEEKS[1], WEEKS[0]]})
    return table.assign(
        gross_requirements=[5.0, 7.5, 0.0],
        receipts=[2.0, 0.0, 0.0],
        net_requirements=[0.0, 7.5, 0.0],
        planned_receipts=[0.0, 25.0, 0.0],
        planned_releases=[25.0, 0.0, 0.0],
        on_hand=[9.0, 26.5, 40.0],
        expired=[0.0, 1.0, 0.0],
    )


def rows_of(content: bytes, sheet: int) -> list[list[object]]:
    worksheet = load_workbook(io.BytesIO(content)).worksheets[sheet]
    return [[cell for cell in row if cell is not None] for row in worksheet.iter_rows(values_only=True)]


def test_the_load_of_a_resource_is_the_use_of_all_it_makes(production: pd.DataFrame) -> None:
    table = loads(production)
    assert table["use"].tolist() == [40.0, 12.5]
    assert table["load"].tolist() == [1.0, 0.25]
    assert table["binds"].tolist() == [True, False]


def test_the_production_plan_marks_what_holds_it_back(header: PlanHeader, production: pd.DataFrame) -> None:
    content = production_xlsx(header, production, {"soap": "Olive soap"}, ["It cannot be had."], Language.EN)
    first = rows_of(content, 0)
    assert ["It cannot be had."] in first
    assert [row[0] for row in first if len(row) > 3] == ["Resource", "mixer", "mixer"]
    assert [row[5:] for row in first if len(row) > 3][1:] == [["yes", 1.5], []]
    made = rows_of(content, 1)
    assert [WEEKS[0], "mixer", "soap", "Olive soap", 60, 30] in made
    assert [WEEKS[0], "base", 7, 7] in made
    assert ["Plan de producción para 2026-W07"] in rows_of(
        production_xlsx(header, production, {}, [], Language.ES), 0
    )


def test_what_is_late_comes_before_all_requirements(header: PlanHeader, materials: pd.DataFrame) -> None:
    late = pd.DataFrame({"unique_id": ["jar", "oil"], "ds": WEEKS, "quantity": [3.0, 4.0], "late_by": [1, 2]})
    content = materials_xlsx(header, materials, late, {"oil": "Olive oil"}, Language.EN)
    assert [row[0] for row in rows_of(content, 0)[4:]] == ["oil", "jar"]
    assert rows_of(content, 1)[4:] == [
        ["oil", "Olive oil", WEEKS[0], 5, 2, 25, 9],
        ["oil", "Olive oil", WEEKS[1], 7.5, 7.5, 25, 26.5, 1],
    ]
    assert len(with_something(materials)) == 2
    nothing = materials_xlsx(header, materials, late[:0], {}, Language.ES)
    assert ["No hay nada urgente."] in rows_of(nothing, 0)
    assert rows_of(nothing, 1)[3][:2] == ["Artículo", "Periodo desde"], "nothing has a name"


def test_the_same_plan_gives_the_same_bytes(header: PlanHeader, production: pd.DataFrame) -> None:
    hostile = production.assign(unique_id="=1+1", resource="@x")
    content = production_xlsx(header, hostile, {}, ["=A1"], Language.EN)
    assert content == production_xlsx(header, hostile, {}, ["=A1"], Language.EN)
    cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet for cell in row]
    assert all(cell.data_type != "f" for cell in cells)

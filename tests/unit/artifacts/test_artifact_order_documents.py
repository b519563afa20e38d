"""What a supplier gets: every number of the order, in both languages, and none of our reasons."""

from __future__ import annotations

import datetime
import io
import string
import zipfile

import pandas as pd
import pytest
from openpyxl import load_workbook

from artifacts.item_names import places_of
from artifacts.order_documents import PurchaseOrder, order_csv, order_xlsx, purchase_order_of
from artifacts.plan_words import WORDS, Language

ISSUED = datetime.date(2026, 2, 10)


@pytest.fixture
def order(lines: pd.DataFrame, suppliers: pd.DataFrame) -> PurchaseOrder:
    own = lines[lines["purchase_order"] == "2026-W07-r1-plant"].assign(
        supplier_name="Own plant, Newark",
        location=["web", "boston"],
        purchase_unit=["carton", ""],
        unit_factor=[12.0, 1.0],
        explanation="forecast 60 + safety 9",
    )
    return purchase_order_of(own, suppliers, ISSUED, issued=True)


def cells(content: bytes) -> list[list[object]]:
    (sheet,) = load_workbook(io.BytesIO(content)).worksheets
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def test_a_plan_of_an_older_release_still_makes_an_order(
    lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    old = lines[lines["supplier_id"] == "green-valley"].drop(columns="item_name")
    order = purchase_order_of(old.assign(supplier_name="Green & Valley"), suppliers, ISSUED)
    rows = cells(order_xlsx(order, Language.EN))
    assert ["web/pot", "pot", 150, "pack of 8", 1200, "piece", 4.125, 4950] in rows


@pytest.mark.parametrize("key", WORDS)
def test_every_word_is_there_in_both_languages_with_the_same_places(key: str) -> None:
    english, spanish = WORDS[key]
    assert english.strip()
    assert spanish.strip()
    places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in WORDS[key]]
    assert places[0] == places[1]


def test_the_sheet_says_what_to_deliver_when_and_where(order: PurchaseOrder) -> None:
    rows = cells(order_xlsx(order, Language.EN))
    assert rows[0] == ["Purchase order 2026-W07-r1-plant"]
    facts = dict(row for row in rows if len(row) == 2)
    assert facts["Date"] == "Tue 10 Feb 2026"
    assert facts["Delivery due"] == "Mon 16 Feb 2026"
    assert facts["Supplier"] == "Own plant, Newark"
    assert facts["Ship to"] == "boston; web"
    assert facts["Terms"] == "delivery within 7 days; orders taken on Mon"
    at = next(number for number, row in enumerate(rows) if row and row[0] == "Our item")
    assert rows[at][3:] == ["Quantity", "Purchase unit", "Units", "Unit", "Cost per unit", "Amount"]
    assert rows[at + 1] == ["boston/soap", "soap", "boston", 1, "pack of 24", 24, "piece", 2.3, 55.2]
    assert rows[at + 2] == ["web/soap", "soap", "web", 6, "carton of 12", 72, "piece", 2.3, 165.6]
    assert rows[at + 3] == ["Total", "USD", 220.8]


def test_the_spanish_sheet_has_the_same_numbers(order: PurchaseOrder) -> None:
    english, spanish = (cells(order_xlsx(order, language)) for language in Language)
    assert spanish[0] == ["Orden de compra 2026-W07-r1-plant"]
    assert ["Fecha", "mar 10 feb 2026"] in spanish
    assert ["Condiciones", "entrega en 7 días; recibe pedidos lun"] in spanish
    assert len(english) == len(spanish)
    for one, other in zip(english, spanish, strict=True):
        assert [cell for cell in one if not isinstance(cell, str)] == [
            cell for cell in other if not isinstance(cell, str)
        ]


def test_the_supplier_sees_no_reason_of_ours(order: PurchaseOrder) -> None:
    for language in Language:
        with zipfile.ZipFile(io.BytesIO(order_xlsx(order, language))) as archive:
            text = b"".join(archive.read(name) for name in archive.namelist()).decode()
        for written in (text, order_csv(order, language).decode()):
            assert "safety" not in written
            assert "forecast" not in written.lower()


def test_the_csv_has_one_row_per_line_and_the_sum_of_the_order(order: PurchaseOrder) -> None:
    english, spanish = (pd.read_csv(io.BytesIO(order_csv(order, language))) for language in Language)
    assert english["Amount"].sum() == spanish["Importe"].sum() == 165.6 + 55.2
    assert set(english["Date"]) == {"2026-02-10"}
    assert (english["Units"] == order.lines["order_quantity"]).all()


def test_a_proposal_is_no_order(lines: pd.DataFrame, suppliers: pd.DataFrame, order: PurchaseOrder) -> None:
    proposed = PurchaseOrder(order.number, order.supplier_name, {}, order.lines, order.day)
    rows = cells(order_xlsx(proposed, Language.EN))
    assert rows[1] == ["Proposed: not an order before it is issued"]
    assert ["Date", "when it is issued"] in rows
    assert ["Terms", "as agreed"] in rows
    assert pd.read_csv(io.BytesIO(order_csv(proposed, Language.EN)))["Date"].isna().all()


def test_one_place_needs_no_column_and_unpriced_lines_are_said(order: PurchaseOrder) -> None:
    one = PurchaseOrder(
        order.number,
        order.supplier_name,
        {"minimum_order_value": 1300.5},
        order.lines.assign(location="web", unit_cost=[2.3, None], amount=[165.6, None]),
        order.day,
        issued=True,
    )
    rows = cells(order_xlsx(one, Language.ES))
    assert ["Condiciones", "pedido mínimo 1.300,50 USD"] in rows
    assert ["Total", "USD", 165.6] in rows
    assert not any("Lugar de entrega" in row and len(row) > 2 for row in rows)
    assert any("precio queda por acordar" in str(row) for row in rows)


def test_the_same_order_gives_the_same_bytes_and_runs_nothing(order: PurchaseOrder) -> None:
    assert order_xlsx(order, Language.ES) == order_xlsx(order, Language.ES)
    attacked = PurchaseOrder(
        "=1+1", "@SUM(A1)", {"email": "-1"}, order.lines.assign(product="=cmd"), order.day
    )
    book = load_workbook(io.BytesIO(order_xlsx(attacked, Language.EN)))
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in texts)
    assert not any(str(cell.value).startswith(("=", "@", "-")) for cell in texts if cell.data_type == "s")


def test_a_place_is_what_the_items_say_else_what_the_series_begins_with() -> None:
    items = pd.DataFrame({"unique_id": ["a/1", "b/1"], "location": ["Calle 5", None]})
    assert places_of(["a/1", "b/1", "c"], items) == ["Calle 5", "b", ""]
    assert places_of(["a/1"], items.drop(columns="location")) == ["a"]

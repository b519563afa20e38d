"""Headers of real exports, in five languages, and the doubts that contents decide."""

from __future__ import annotations

import pytest

from intake.errors import InputError
from intake.reading import Reading, read_table
from intake.tables import Table
from intake.words.headers import understand

HEADERS = {
    "ds": "Fec. Alb.|Fecha Factura|Invoice Date|Datum|Date de vente|Data da venda|F. Venta|FECHA_VENTA",
    "y": "Uds.|Uds vendidas|Cantidad [kg]|Qty Sold|Menge|Verkaufsmenge|Quantité vendue|Quantidade",
    "revenue": "Importe €|Total neto|Net Sales|Line Total|Umsatz|CA HT|Montant TTC",
    "product": "Cód. Art.|Desc. artículo|Item #|SKU|StockCode|Artikelnummer|Réf. produit|Código do produto",
    "location": "Store No.|Filiale|Filialnummer|Magasin|Loja|Cód. Tienda|store_nbr",
    "price": "PVP (IVA inc.)|UnitPrice|Preis EUR/kg|Precio Unit.|Preço unitário",
    "ticket": "Belegnummer|Bonnummer|InvoiceNo|Nº ticket",
    "": "Vendedor|CustomerID|Kunden-Nr.|Postal Code|Forma de pago|Email del cliente",
}


@pytest.mark.parametrize(
    ("header", "column"),
    [(header, column) for column, headers in HEADERS.items() for header in headers.split("|")],
)
def test_headers_of_real_exports_are_understood(header: str, column: str) -> None:
    meaning = understand(header, Table.SALES)
    assert meaning is not None
    assert meaning.column == column


@pytest.mark.parametrize("header", ["Sal", "Pan", "X1", "12", "", "Segment", "日本"])
def test_what_is_no_word_is_not_taken_for_one(header: str) -> None:
    assert understand(header, Table.SALES) is None


def rows(headers: str, *cells: str) -> Reading:
    lines = [f"2026-01-{day:02d};" + ";".join(cells).format(day=day) for day in range(5, 25)]
    return read_table("\n".join([headers, *lines]).encode(), "v.csv", Table.SALES)


def test_sales_are_money_beside_a_quantity_and_units_without_one() -> None:
    both = rows("Fecha;Ventas;Unidades", "{day}.50", "{day}")
    assert list(both.frame) == ["unique_id", "ds", "y", "revenue"]
    assert both.frame["y"].iloc[0] == 5
    alone = rows("Fecha;Ventas", "{day}.55")
    assert alone.frame["y"].iloc[0] == 5.55
    (said,) = [finding for finding in alone.findings if finding.sentence == "'Ventas' is the units sold (y)"]
    assert said.suspicious
    assert said.overrule == 'columns."Ventas" = "revenue"'


def test_the_code_names_the_series_and_the_name_is_told() -> None:
    reading = rows("Fecha;Descripción;Cód. producto;Uds", "pan", "007", "{day}")
    assert set(reading.frame["unique_id"]) == {"007"}
    assert any("'Descripción' is not used: it is the name" in note for note in reading.notes)


def test_items_keep_names_and_further_families_as_attributes() -> None:
    content = b"Menu_Code,Menu,Product,Category,Department\n2,Baguette,b,Pan,Uno\n30,Croissant,c,Dulce,Dos\n"
    frame = read_table(content, "items.csv", Table.ITEMS).frame
    assert list(frame["unique_id"]) == ["2", "30"]
    assert list(frame["menu"]) == ["Baguette", "Croissant"]
    assert list(frame["name"]) == ["b", "c"]
    assert list(frame["department"]) == ["Uno", "Dos"]


def test_one_column_alone_can_be_what_no_header_says() -> None:
    reading = rows("cuando;cuanto", "{day}0")
    assert len(reading.frame) == 20
    assert {f.about for f in reading.findings if f.suspicious} >= {"cuando", "cuanto"}
    with pytest.raises(InputError, match=r'no quantity column.*columns\."cuanto" = "y"'):
        rows("cuando;cuanto;otro", "{day}0", "{day}1")


def test_two_codes_of_the_same_things_are_no_rivals() -> None:
    reading = rows("Fecha;SKU;EAN;Uds", "a", "97801", "{day}")
    assert set(reading.frame["unique_id"]) == {"a"}


def test_personal_data_is_named_and_not_kept() -> None:
    reading = rows("Fecha;Uds;CustomerID;Teléfono", "{day}", "17850", "600100{day:03d}")
    assert list(reading.frame) == ["unique_id", "ds", "y"]
    assert "'CustomerID' is not used: it is about the customer" in reading.notes


def test_a_year_a_month_and_a_day_are_a_date() -> None:
    lines = [f"{day},2026,202601,{day},33.5,2" for day in range(5, 25)]
    text = "\n".join(["Quantity,Year,Month,Day,Avg_temp,Menu_Code", *lines])
    frame = read_table(text.encode(), "v.csv", Table.SALES).frame
    assert list(frame) == ["unique_id", "ds", "y", "temperature"]
    assert f"{frame['ds'].iloc[0]:%Y-%m-%d}" == "2026-01-05"

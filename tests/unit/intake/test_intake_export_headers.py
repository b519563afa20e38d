"""Headers as tills, shops and accounts really write them, and the choice among several of them."""

from __future__ import annotations

import pytest

from intake.reading import Reading, read_table
from intake.tables import Table
from intake.words.headers import understand


def read(text: str, table: Table = Table.SALES) -> Reading:
    return read_table(text.encode(), "v.csv", table)


@pytest.mark.parametrize(
    ("header", "column", "aspect"),
    [
        ("CODART", "product", "code"),
        ("DESCART", "product", "name"),
        ("CODPROD", "product", "code"),
        ("IDTIENDA", "location", "code"),
        ("NUMDOC", "ticket", "code"),
        ("Lineitem sku", "product", "code"),
        ("unit_price_tax_incl", "price", ""),
        ("Gesamtpreis netto", "revenue", ""),
        ("Restaurant", "location", ""),
    ],
)
def test_headers_of_exports(header: str, column: str, aspect: str) -> None:
    meaning = understand(header, Table.SALES)
    assert meaning is not None
    assert (meaning.column, meaning.aspect) == (column, aspect)


@pytest.mark.parametrize("header", ["DESTINO", "Nomade", "Decor", "Codo"])
def test_words_that_only_begin_like_a_code_or_a_name(header: str) -> None:
    assert understand(header, Table.SALES) is None


def test_the_name_of_an_order_is_not_that_of_the_product() -> None:
    reading = read(
        "Name,Created at,Subtotal,Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1001,2026-01-13 10:00:00 +0100,10.00,2,Muffin,2.50\n"
        "#1001,2026-01-13 10:00:00 +0100,,1,Coffee,5.00\n"
        "#1002,2026-01-14 10:00:00 +0100,2.50,1,Muffin,2.50\n"
        "#1003,2026-01-15 10:00:00 +0100,15.00,3,Coffee,5.00\n"
    )
    assert sorted(reading.frame["unique_id"].unique()) == ["Coffee", "Muffin"]
    assert (
        reading.frame["y"] * reading.frame["price"]
    ).sum() == 27.5  # not the subtotals, which are those of whole orders
    assert any("that of whole tickets" in finding.sentence for finding in reading.findings)


def test_the_series_of_a_document_is_no_series_of_sales() -> None:
    reading = read(
        "Serie,NumDoc,Data,Artigo,Quantidade\n"
        "2025,1,2026-01-13,A,2\n2025,2,2026-01-13,B,3\n2025,3,2026-01-14,A,4\n"
    )
    assert sorted(reading.frame["unique_id"].unique()) == ["A", "B"]


def test_a_category_of_sales_is_no_amount_of_sales() -> None:
    reading = read("Date,Sales Category,Item,Qty\n2026-01-13,Food,Pan,2\n2026-01-14,Food,Pan,3\n")
    assert reading.frame["y"].tolist() == [2, 3]


def test_money_without_tax_before_money_with_it() -> None:
    reading = read(
        "Datum;Artikel;Menge;Betrag brutto;Betrag netto\n"
        "13.01.2026;Brot;2;5,35;5,00\n14.01.2026;Brot;4;10,70;10,00\n"
    )
    assert reading.frame["revenue"].tolist() == [5, 10]


def test_of_two_places_the_one_that_tells_rows_apart_names_the_series() -> None:
    reading = read("Material;Centro;Almacén;Libre utilización\nA;1000;0001;5\nA;1000;0002;6\n", Table.STOCK)
    assert reading.frame["unique_id"].tolist() == ["0001/A", "0002/A"]


def test_what_is_there_before_what_is_free() -> None:
    reading = read("Réf. article;Stock réel;Stock disponible\nA;20;15\nB;7;5\n", Table.STOCK)
    assert reading.frame["on_hand"].tolist() == [20, 7]


def test_units_behind_numbers_are_numbers() -> None:
    reading = read("Proveedor;Artículo;Plazo de entrega\nHarinas;A;3 días\nHarinas;B;5 días\n", Table.TERMS)
    assert reading.frame["lead_time"].tolist() == [3, 5]


def test_a_holiday_that_has_a_name_is_one() -> None:
    reading = read("Fecha;Festivo\n25/12/2025;Navidad\n26/12/2025;No\n", Table.CALENDAR)
    assert reading.frame["holiday"].tolist() == [1, 0]


def test_days_of_order_as_a_list_with_dashes() -> None:
    reading = read(
        "Código;Días de pedido;Pedido mínimo €\nP1;L-X-V;100,00 €\nP2;L-V;50,00 €\n", Table.SUPPLIERS
    )
    assert reading.frame["order_weekdays"].tolist() == ["mon wed fri", "mon tue wed thu fri"]
    assert reading.frame["minimum_order_value"].tolist() == [100, 50]


def test_products_across_with_their_total() -> None:
    reading = read("Fecha;Barra;Napolitana;Total\n13/01/2026;1;2;3\n14/01/2026;4;5;9\n15/01/2026;6;7;13\n")
    assert reading.quantity_accepted == 25
    assert sorted(reading.frame["unique_id"].unique()) == ["Barra", "Napolitana"]


def test_sizes_in_several_units_are_no_exog() -> None:
    rows = "".join(f"{day}/01/2026;A;500 g;2\n{day}/01/2026;B;1 kg;3\n" for day in range(13, 28))
    reading = read("Fecha;Artículo;Formato;Uds\n" + rows)
    assert reading.lines.rejected == 0
    assert "formato" not in reading.frame


def test_an_unknown_column_that_tells_the_rows_of_a_date_apart_is_the_product() -> None:
    rows = "".join(f"{day}/01/2026;{name};2\n" for day in range(13, 28) for name in ("Pan", "Sal"))
    reading = read("Fecha;Denom. interna;Uds\n" + rows)
    assert sorted(reading.frame["unique_id"].unique()) == ["Pan", "Sal"]
    about = next(finding for finding in reading.findings if finding.about == "Denom. interna")
    assert about.suspicious
    assert about.overrule == 'columns."Denom. interna" = "ignore"'


def test_cancelled_orders_are_kept_and_said() -> None:
    reading = read(
        "Order date,Order status,Item,Qty\n"
        "2026-01-13,Completed,Pan,2\n2026-01-14,Cancelled,Pan,3\n2026-01-15,Completed,Pan,4\n"
    )
    assert reading.quantity_accepted == 9
    about = next(finding for finding in reading.findings if "'Cancelled'" in finding.sentence)
    assert about.suspicious
    assert about.sentence.startswith("1 rows say 'Cancelled' in 'Order status'")

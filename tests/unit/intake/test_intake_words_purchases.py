from __future__ import annotations

import pytest

from intake.reading import read_table
from intake.tables import Table


@pytest.mark.parametrize(
    ("header", "row", "doubtful"),
    [
        ("Fecha albarán;Proveedor;Artículo;Cantidad;Coste", "Sur;Harina;50;1,25", True),
        ("Delivery date;Supplier;Item;Quantity;Unit cost", "Sur;Harina;50;1,25", True),
        ("Fecha;Proveedor;Artículo;Cantidad;Coste;PVP", "Sur;Harina;50;1,25;2,10", False),
        ("Fecha;Cliente;Proveedor;Artículo;Cantidad;Coste", "Ana;Sur;Harina;50;1,25", False),
        ("Fecha;Artículo;Cantidad;Coste", "Harina;50;1,25", False),
    ],
)
def test_a_list_of_purchases_is_doubted(header: str, row: str, doubtful: bool) -> None:
    lines = [header, *(f"2026-01-{day:02d};{row}" for day in range(1, 20))]
    reading = read_table("\n".join(lines).encode(), "f.csv", Table.SALES)
    said = [finding for finding in reading.findings if "bought" in finding.sentence]
    assert [finding.suspicious for finding in said] == [True] * doubtful

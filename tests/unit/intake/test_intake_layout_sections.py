"""Labels that stand once over many rows: in the first row of a group, in a row of their own, in a title."""

from __future__ import annotations

import pytest

from intake.mapping import IGNORE, FileMapping
from intake.reading import Reading, read_table
from intake.tables import Table

EXPECTED = {
    ("Norte/Pan", "2026-01-05", 3.0),
    ("Norte/Sal", "2026-01-05", 4.0),
    ("Norte/Pan", "2026-01-06", 6.0),
    ("Sur/Pan", "2026-01-05", 5.0),
    ("Sur/Sal", "2026-01-05", 7.0),
    ("Sur/Pan", "2026-01-06", 8.0),
}
NORTH = "2026-01-05;Pan;3\n2026-01-05;Sal;4\n2026-01-06;Pan;6\n"
SOUTH = "2026-01-05;Pan;5\n2026-01-05;Sal;7\n2026-01-06;Pan;8\n"


def read(text: str, **stated: object) -> Reading:
    reading = read_table(text.encode(), "v.csv", Table.SALES, mapping=FileMapping(**stated))  # type: ignore[arg-type]
    assert reading.lines.total == text.count("\n")
    return reading


def rows(reading: Reading) -> set[tuple[str, str, float]]:
    frame = reading.frame
    return set(zip(frame["unique_id"], frame["ds"].dt.strftime("%Y-%m-%d"), frame["y"], strict=True))


def grouped(block: str, label: str) -> str:
    first, *others = block.splitlines()
    return "".join(f"{cell};{line}\n" for cell, line in [(label, first), *(("", line) for line in others)])


@pytest.mark.parametrize("totals", [False, True])
def test_a_shop_written_once_is_that_of_the_rows_below(totals: bool) -> None:
    text = "Tienda;Fecha;Producto;Unidades\n"
    for shop, block, total in (("Norte", NORTH, 13), ("Sur", SOUTH, 20)):
        text += grouped(block, shop) + (f"Total {shop};;;{total}\n" if totals else "")
    reading = read(text)
    assert rows(reading) == EXPECTED
    assert reading.lines.footer == 2 * totals
    about = next(finding for finding in reading.findings if "once per group" in finding.sentence)
    assert about.suspicious
    assert about.overrule == f'columns."Tienda" = "{IGNORE}"'


def test_shops_and_products_of_a_pivot_table() -> None:
    reading = read(
        "Suma de Unidades;;Mes;;;\n"
        "Tienda;Producto;ene-26;feb-26;mar-26;Total general\n"
        "Norte;Pan;1;2;3;6\n;Sal;4;5;6;15\n;Mar;1;1;1;3\nTotal Norte;;6;8;10;24\n"
        "Sur;Pan;7;8;9;24\n;Sal;2;2;2;6\n;Mar;3;3;3;9\nTotal Sur;;12;13;14;39\n"
        "Total general;;18;21;24;63\n"
    )
    assert reading.lines.footer == 3
    assert reading.quantity_accepted == 63
    assert sorted(reading.frame["unique_id"].unique()) == [
        *("Norte/Mar", "Norte/Pan", "Norte/Sal", "Sur/Mar", "Sur/Pan", "Sur/Sal")
    ]


def test_labels_that_come_back_are_slips_and_not_groups() -> None:
    text = "Tienda;Fecha;Producto;Unidades\n" + "".join(
        f"{shop};2026-01-{day:02};{product};{day}\n"
        for day in range(1, 31)
        for shop in ("Norte", "Sur" if day != 7 else "")
        for product in ("Pan", "Sal")
    )
    reading = read(text)
    assert len(reading.rejected) == 2
    assert not any("once per group" in finding.sentence for finding in reading.findings)


@pytest.mark.parametrize("column", ["", "Producto"])
def test_the_product_stands_in_a_row_of_its_own(column: str) -> None:
    reading = read(
        f"{column};Fecha;Unidades\n"
        "Pan;;\n;2026-01-05;3\n;2026-01-06;6\nTotal Pan;;9\n"
        "Sal;;\n;2026-01-05;4\n;2026-01-06;5\nTotal Sal;;9\nTOTAL;;18\n"
    )
    assert rows(reading) == {
        *(("Pan", "2026-01-05", 3.0), ("Pan", "2026-01-06", 6.0)),
        *(("Sal", "2026-01-05", 4.0), ("Sal", "2026-01-06", 5.0)),
    }
    assert (reading.lines.header, reading.lines.footer) == (3, 3)


@pytest.mark.parametrize("label", ["{}", "{};;", "Tienda: {};;"])
def test_shops_stand_between_the_rows(label: str) -> None:
    text = "Informe de ventas\n\nFecha;Producto;Unidades\n"
    text += label.format("Norte") + "\n" + NORTH + "Total Norte;;13\n"
    text += label.format("Sur") + "\n" + SOUTH + "Total Sur;;20\nTotal general;;33\n"
    reading = read(text)
    assert rows(reading) == EXPECTED
    assert reading.lines.footer == 3


@pytest.mark.parametrize("label", ["{}", "Tienda: {}"])
def test_a_block_with_its_own_header_for_each_shop(label: str) -> None:
    header = "Fecha;Producto;Unidades\n"
    text = "Informe de ventas\nPeriodo: enero\n\n"
    text += label.format("Norte") + "\n" + header + NORTH + "Total Norte;;13\n\n"
    text += label.format("Sur") + "\n" + header + SOUTH + "Total Sur;;20\n"
    assert rows(read(text)) == EXPECTED


def test_what_a_section_means_can_be_stated() -> None:
    header = "Fecha;Producto;Unidades\n"
    text = f"Norte\n{header}{NORTH}\nSur\n{header}{SOUTH}"
    reading = read(text, columns={"section": "channel"})
    assert set(reading.frame["unique_id"]) == {"Pan/Norte", "Sal/Norte", "Pan/Sur", "Sal/Sur"}


def test_titles_of_pages_are_no_sections() -> None:
    header = "Fecha;Producto;Unidades\n"
    reading = read(f"Página 1\n{header}{NORTH}Página 2\n{header}2026-01-07;Pan;5\n")
    assert set(reading.frame["unique_id"]) == {"Pan", "Sal"}


def test_a_title_says_the_shop_of_the_whole_file() -> None:
    reading = read(f"Ventas\nTienda: Norte\n\nFecha;Producto;Unidades\n{NORTH}")
    assert rows(reading) == {row for row in EXPECTED if row[0].startswith("Norte")}
    everything = read(f"Ventas\nTienda: Todas\n\nFecha;Producto;Unidades\n{NORTH}")
    assert set(everything.frame["unique_id"]) == {"Pan", "Sal"}

"""Wide files: every cell of the table comes out once, and every line is counted once."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import InputError
from intake.mapping import FileMapping
from intake.reading import Reading, read_table
from intake.rejection import LineCount
from intake.tables import Table

WEEKS = ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]


def read(text: str, share: float = 0.05, **stated: object) -> Reading:
    mapping = FileMapping(**stated)  # type: ignore[arg-type]
    return read_table(text.encode(), "v.csv", Table.SALES, mapping=mapping, rejected_share=share)


def cells_of(reading: Reading, column: str = "y") -> dict[tuple[str, str], float]:
    frame = reading.frame
    keys = zip(frame["unique_id"], frame["ds"].dt.strftime("%Y-%m-%d"), strict=True)
    return dict(zip(keys, frame[column], strict=True))


numbers = st.none() | st.integers(-9, 10**6)


@settings(max_examples=40)
@given(st.lists(st.lists(numbers, min_size=4, max_size=4), min_size=2, max_size=6), st.sampled_from(";,\t|"))
def test_every_filled_cell_comes_out_once(table: list[list[int | None]], mark: str) -> None:
    lines = [mark.join(["Tienda", "Producto", *WEEKS])]
    expected = {}
    for i, row in enumerate(table):
        lines.append(mark.join(["N", f"p{i}", *("" if cell is None else str(cell) for cell in row)]))
        for week, cell in zip(WEEKS, row, strict=True):
            if cell is not None:
                expected[f"N/p{i}", week] = float(cell)
    if not expected:
        return
    reading = read("\n".join(lines) + "\n")
    assert cells_of(reading) == expected
    assert reading.shape == "wide"
    assert reading.lines == LineCount(
        header=1, blank=0, footer=0, duplicate=0, rejected=0, accepted=len(table)
    )
    assert reading.quantity_in == reading.quantity_accepted == sum(expected.values())


def test_a_bad_cell_is_rejected_alone_and_a_bad_name_with_its_line() -> None:
    good = "".join(f"p{i},1,2,3,4\n" for i in range(20))
    reading = read(f"Product,{','.join(WEEKS)}\n{good}a,1,x,3,4\n,1,1,1,1\nb,1,2\na,1,9,3,4\n", share=0.2)
    assert cells_of(reading)["a", WEEKS[1]] == 9
    assert ("a", WEEKS[0]) in cells_of(reading)
    rejected = reading.rejected
    assert list(zip(rejected["line"], rejected["column"], strict=True)) == [
        (22, WEEKS[1]),
        *[(23, "Product")] * 4,
        (24, ""),
    ]
    assert rejected["reason"][0] == "'x' is not a number"
    assert rejected["text"][0] == "a,1,x,3,4"
    assert reading.lines == LineCount(header=1, blank=0, footer=0, duplicate=0, rejected=2, accepted=22)


def test_a_line_without_any_cell_is_accepted_and_says_nothing() -> None:
    reading = read(f"Product,{','.join(WEEKS)}\na,1,2,3,4\nb,,NA,,\n")
    assert set(reading.frame["unique_id"]) == {"a"}
    assert reading.lines.accepted == 2
    assert "1 lines have no cell filled; they say nothing" in reading.notes


def test_totals_are_told_by_their_sums() -> None:
    weeks = ",".join(WEEKS)
    reading = read(
        f"Product,{weeks},Total\na,1,2,3,4,10\nb,1,1,1,1,4\nTotal,2,3,4,5,14\nNote: of the till,,,,,\n"
    )
    assert sorted(set(reading.frame["unique_id"])) == ["a", "b"]
    assert (reading.lines.footer, reading.lines.accepted) == (2, 2)
    assert "'Total' is the sum of the other columns, so it is not kept" in reading.notes
    doubtful = read(f"Product,{weeks},Total\na,1,2,3,4,11\nb,1,1,1,1,9\nTotal,2,3,4,6,14\n")
    assert sorted(set(doubtful.frame["unique_id"])) == ["Total", "a", "b"]
    assert sum(finding.suspicious for finding in doubtful.findings) == 2


def test_two_measures_stand_side_by_side() -> None:
    reading = read(
        f"Producto;Unidades;;;Importe;;\n;{';'.join(WEEKS[:3] * 2)}\nPan;1;2;3;10;20;30\nSal;4;;6;8;;12\n"
    )
    assert cells_of(reading)["Sal", WEEKS[2]] == 6
    assert cells_of(reading, "revenue")["Pan", WEEKS[1]] == 20
    assert len(reading.frame) == 5
    named = read(
        "Product,Units 2026-01-05,Units 2026-01-12,Units 2026-01-19,Revenue 2026-01-05\n"
        "a,1,2,3,9\nb,1,2,3,9\n"
    )
    assert cells_of(named)["b", WEEKS[2]] == 3
    assert np.isnan(cells_of(named, "revenue")["b", WEEKS[2]])


def test_cells_of_yes_and_no_are_in_stock() -> None:
    reading = read(f"Store,Product,{','.join(WEEKS)}\n1,a,True,False,True,True\n1,b,True,,True,False\n")
    assert list(reading.frame) == ["unique_id", "ds", "in_stock"]
    assert cells_of(reading, "in_stock")["1/b", WEEKS[3]] == 0
    assert (reading.quantity_in, reading.lines.accepted, len(reading.frame)) == (None, 2, 7)


def test_products_across_are_told_by_what_is_missing() -> None:
    text = "Fecha;Pan;Sal;Festivo\n2026-01-05;1;2;0\n2026-01-06;3;;1\n"
    reading = read(text)
    assert cells_of(reading) == {("Pan", "2026-01-05"): 1, ("Sal", "2026-01-05"): 2, ("Pan", "2026-01-06"): 3}
    assert list(reading.frame["holiday"]) == [0, 0, 1]
    said = next(finding for finding in reading.findings if "each is a product" in finding.sentence)
    assert (said.suspicious, said.overrule) == (True, 'shape = "long"')
    with pytest.raises(InputError, match="no quantity column"):
        read(text, shape="long")
    exog = read("Fecha;Ventas;Visitas;Lluvia\n2026-01-05;1;2;0\n2026-01-06;3;4;1\n")
    assert (exog.shape, len(exog.frame)) == ("long", 2)


def test_the_same_period_twice_is_refused() -> None:
    with pytest.raises(InputError, match="two columns stand for the period '2026-01-12'"):
        read(f"Product,{','.join(WEEKS)},2026-01-12\na,1,2,3,4,5\nb,1,2,3,4,5\n")


def test_a_wide_file_of_a_million_cells_takes_seconds() -> None:
    days = pd.date_range("2024-01-01", periods=100).strftime("%Y-%m-%d")
    line = "," + ",".join(map(str, range(100))) + "\n"
    text = "Product," + ",".join(days) + "\n" + "".join(f"p{i}{line}" for i in range(2000))
    start = time.process_time()
    assert len(read(text).frame) == 200_000
    assert time.process_time() - start < 10


def test_quantity_and_money_side_by_side_under_each_period() -> None:
    reading = read_table(
        (
            "Filiale;Artikel;Q1 2025;;Q2 2025;;Q3 2025;\n"
            ";;Menge;Umsatz;Menge;Umsatz;Menge;Umsatz\n"
            "Nord;Brot;1;10;2;20;3;30\nSüd;Brot;4;40;5;50;6;60\n"
        ).encode(),
        "v.csv",
        Table.SALES,
    )
    assert (reading.freq, reading.quantity_accepted) == ("QS", 21)
    assert (reading.frame["revenue"] == 10 * reading.frame["y"]).all()
    assert sorted(reading.frame["unique_id"].unique()) == ["Nord/Brot", "Süd/Brot"]


@pytest.mark.parametrize(
    ("title", "name"), [("Ventas por mes - Ejercicio 2025\n\n", "v.csv"), ("", "ventas/ventas_2025.csv")]
)
def test_months_without_a_year_are_of_the_one_in_the_title_or_the_name(title: str, name: str) -> None:
    text = title + "Tienda;Producto;Enero;Febrero;Marzo\nNorte;Pan;1;2;3\nSur;Pan;4;5;6\n"
    reading = read_table(text.encode(), name, Table.SALES)
    assert sorted(reading.frame["ds"].dt.strftime("%Y-%m").unique()) == ["2025-01", "2025-02", "2025-03"]
    assert (reading.freq, reading.quantity_accepted) == ("MS", 21)
    assert any(finding.suspicious and "2025" in finding.sentence for finding in reading.findings)


def test_months_of_no_year_or_of_two_are_refused() -> None:
    table = "Tienda;Producto;Enero;Febrero;Marzo\nNorte;Pan;1;2;3\nSur;Pan;4;5;6\n"
    for title in ("", "Comparativa 2024 2025\n\n"):
        with pytest.raises(InputError, match="there is no date column"):
            read_table((title + table).encode(), "v.csv", Table.SALES)

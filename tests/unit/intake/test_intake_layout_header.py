"""Where a table begins: titles, headers in later rows and over two rows, units, repeats, what counts rows."""

from __future__ import annotations

import pandas as pd
import pytest

from intake.errors import InputError
from intake.mapping import FileMapping
from intake.reading import Reading, read_table
from intake.tables import Table

PLAIN = "Fecha;Producto;Unidades\n2026-01-05;Pan;3\n2026-01-05;Sal;4\n2026-01-06;Pan;5\n"


def read(text: str, **stated: object) -> Reading:
    return read_table(text.encode(), "v.csv", Table.SALES, mapping=FileMapping(**stated))  # type: ignore[arg-type]


def rows_of(reading: Reading) -> list[tuple[str, str, float]]:
    frame = reading.frame
    return list(zip(frame["unique_id"], frame["ds"].dt.strftime("%m-%d"), frame["y"], strict=True))


EXPECTED = [("Pan", "01-05", 3.0), ("Sal", "01-05", 4.0), ("Pan", "01-06", 5.0)]


@pytest.mark.parametrize(
    ("above", "header", "blank"),
    [
        ("", 1, 0),
        ("Panadería López, S.L.\nInforme de ventas\n", 3, 0),
        ("Panadería López, S.L.;;\n;;\nVentas;;\n", 3, 1),
        ("Empresa:;Norte;\nDesde:;01/01/2026;\n\nImpreso el 3 de marzo\n\n", 4, 2),
        ("Sales report;;;;;\n\n\n", 2, 2),
    ],
)
def test_titles_stand_above_the_header_and_count_with_it(above: str, header: int, blank: int) -> None:
    reading = read(above + PLAIN)
    assert rows_of(reading) == EXPECTED
    assert (reading.lines.header, reading.lines.blank, reading.lines.accepted) == (header, blank, 3)
    assert reading.lines.total == (above + PLAIN).count("\n")
    said = [finding for finding in reading.findings if "above it are titles" in finding.sentence]
    assert len(said) == (header > 1)
    if said:
        assert said[0].overrule == f"header_line = {header + blank}"


def test_a_stated_header_line_wins() -> None:
    text = "Fecha;Producto;Unidades\nds;unique_id;y\n2026-01-05;Pan;3\n2026-01-06;Pan;4\n"
    assert rows_of(read(text, header_line=2)) == [("Pan", "01-05", 3.0), ("Pan", "01-06", 4.0)]
    with pytest.raises(InputError, match="header_line = 9, and that line is blank or not there"):
        read(text, header_line=9)


def test_a_file_that_begins_with_data_is_refused_and_shows_its_first_row() -> None:
    with pytest.raises(
        InputError, match="no line names the columns: the first row is '2026-01-05', 'Pan', '3'"
    ):
        read(PLAIN.split("\n", 1)[1])


def test_the_first_column_that_counts_rows_is_not_a_column() -> None:
    for name in ("", "Unnamed: 0"):
        lines = PLAIN.splitlines()
        text = "\n".join([f"{name};{lines[0]}", *(f"{i};{line}" for i, line in enumerate(lines[1:]))])
        reading = read(text)
        assert rows_of(reading) == EXPECTED
        assert any("only counts the rows" in note for note in reading.notes)


def test_a_header_and_a_title_on_every_page_count_as_header() -> None:
    page = "Ventas por día\nFecha;Producto;Unidades\n"
    reading = read(f"{page}2026-01-05;Pan;3\n\n{page}2026-01-05;Sal;4\n\nPágina 3\n{page}2026-01-06;Pan;5\n")
    assert rows_of(reading) == EXPECTED
    assert (reading.lines.header, reading.lines.blank) == (7, 2)
    assert any("is repeated in 5 rows" in note for note in reading.notes)


def test_a_row_of_units_below_the_header_is_no_data() -> None:
    reading = read(PLAIN.replace("Unidades\n", "Unidades\n(dd/mm/yyyy);;(uds)\n"))
    assert rows_of(reading) == EXPECTED
    assert reading.lines.header == 2


def test_empty_columns_and_rows_say_nothing() -> None:
    text = "\n".join(f";{line};;" for line in ["", *PLAIN.splitlines(), ";;"]) + "\n"
    reading = read(text)
    assert rows_of(reading) == EXPECTED
    assert list(reading.frame) == ["unique_id", "ds", "y"]
    assert (reading.lines.blank, reading.lines.accepted) == (2, 3)


def test_names_under_merged_labels_belong_to_one_header() -> None:
    text = "Fecha;Producto;Ventas;\n;;Unidades;Importe\n2026-01-05;Pan;3;9\n2026-01-06;Pan;5;15\n"
    reading = read(text)
    assert rows_of(reading) == [("Pan", "01-05", 3.0), ("Pan", "01-06", 5.0)]
    assert list(reading.frame["revenue"]) == [9, 15]
    assert reading.lines.header == 2


def test_rows_above_a_lost_header_are_read_as_data() -> None:
    reading = read("2026-01-04;Pan;2\n" + PLAIN)
    assert rows_of(reading) == [("Pan", "01-04", 2.0), *EXPECTED]
    assert [finding.suspicious for finding in reading.findings if "look like data" in finding.sentence] == [
        True
    ]


def test_a_header_alone_and_columns_by_position() -> None:
    with pytest.raises(InputError, match="a header and no row below it"):
        read("Informe\n\nFecha;Producto;Unidades\n")
    assert pd.Timestamp("2026-01-05") == read(PLAIN).frame["ds"].min()


def test_lines_drawn_with_hyphens_are_blank() -> None:
    reading = read(
        "Lista\n-----------\n|Fecha|Producto|Unidades|\n-----------\n|2026-01-05|Pan|3|\n|2026-01-05|Sal|4|\n"
        "|2026-01-06|Pan|5|\n-----------\n"
    )
    assert rows_of(reading) == EXPECTED
    assert (reading.lines.header, reading.lines.blank, reading.lines.accepted) == (2, 3, 3)

"""Whole files: what is read, what is refused, and that every line is accounted for."""

from __future__ import annotations

import csv
import datetime
import io
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import AbastoError, InputError
from intake.reading import Reading, read_table
from intake.rejection import LineCount
from intake.tables import Table


def read_sales(text: str, **options: float) -> Reading:
    return read_table(text.encode(), "ventas/Tienda Sur.csv", Table.SALES, **options)


def days_of_january(count: int) -> str:
    return "".join(f"2026-01-{day:02d},{day}\n" for day in range(1, count + 1))


# --- a file as it comes


def test_a_plain_spanish_file_is_one_daily_series_named_after_the_file() -> None:
    reading = read_sales(
        "Fecha,DíaDeLaSemana,Promociones,Festivo,Ventas\n2026-01-01,4,0,1,12\n2026-01-02,5,1,0,-3\n"
    )
    expected = pd.DataFrame(
        {
            "unique_id": ["tienda sur", "tienda sur"],
            "ds": pd.to_datetime(["2026-01-01", "2026-01-02"]),
            "y": [12.0, -3.0],
            "promotion": [0.0, 1.0],
            "holiday": [1.0, 0.0],
        }
    )
    pd.testing.assert_frame_equal(reading.frame, expected)
    assert reading.lines == LineCount(header=1, blank=0, footer=0, duplicate=0, rejected=0, accepted=2)
    assert (reading.freq, reading.quantity_in, reading.quantity_accepted) == ("D", 9, 9)
    assert "returns (negative sales) are kept: 1 rows, -3 in all" in reading.notes
    assert "'DíaDeLaSemana' repeats the weekday of 'Fecha' (1 is Monday), so it is not kept" in reading.notes
    assert reading.notes[:2] == ("the file is utf-8 text", "there are commas between the cells")


def test_location_product_and_channel_name_the_series_and_codes_keep_their_zeros() -> None:
    reading = read_sales(
        "Canal;Tienda;Artículo;Semana;Unidades\nweb; Norte ;007;2026-01-05;1\nweb;Norte;007;2026-01-12;2\n"
    )
    assert list(reading.frame) == ["unique_id", "ds", "y"]
    assert set(reading.frame["unique_id"]) == {"Norte/007/web"}
    for sentence in (
        "'Canal' is channel",
        "'Tienda' is location",
        "'Artículo' is product",
        "'Semana' is the date (ds)",
        "'Unidades' is the units sold (y)",
    ):
        assert sentence in reading.notes
    assert reading.freq == "W-MON"


def test_a_given_unique_id_wins_over_its_parts() -> None:
    reading = read_sales("unique_id,store,ds,y\na,Norte,2026-01-05,1\nb,Norte,2026-01-05,2\n")
    assert list(reading.frame["unique_id"]) == ["a", "b"]
    assert reading.freq is None
    assert (
        "there are not two different dates, so whether it is daily, weekly or monthly is left open"
        in reading.notes
    )


def test_unknown_numbers_become_exog_and_unknown_text_does_not() -> None:
    reading = read_sales("ds,y,Temp. Máx,Nota,,Vacía,Nula\n2026-01-01,1,NA,x,,,NA\n2026-01-02,2,3.5,4,,,NA\n")
    assert list(reading.frame) == ["unique_id", "ds", "y", "temp_max"]
    np.testing.assert_array_equal(reading.frame["temp_max"], [np.nan, 3.5])
    assert "'Temp. Máx' is kept as the exog column temp_max" in reading.notes
    assert "'Nota' is not used: it is a remark" in reading.notes
    assert "'Vacía' is empty, so it is not kept" in reading.notes
    assert "'Nula' is not used in this table, so it is not kept" in reading.notes


def test_periods_labelled_by_their_end_are_moved_to_their_first_day() -> None:
    reading = read_sales("mes,ventas\n2026-01-31,1\n2026-02-28,2\n2026-03-31,3\n")
    assert reading.freq == "MS"
    assert list(reading.frame["ds"].dt.strftime("%m-%d")) == ["01-01", "02-01", "03-01"]
    assert (
        "the table is monthly (MS): 3 of 3 different dates are the last day of the month; "
        "in 3 rows ds is moved to the first day of its period" in reading.notes
    )


@pytest.mark.parametrize(
    ("table", "text", "expected"),
    [
        (
            Table.STOCK,
            "Almacén;Código artículo;Existencias;Lote;Caduca;Fecha\nC;01;1.200,5;L;31/12/2026;15/11/2026\n",
            {"unique_id": "C/01", "on_hand": 1200.5, "lot": "L", "expiry": pd.Timestamp("2026-12-31"),
             "as_of": pd.Timestamp("2026-11-15")},
        ),
        (
            Table.ITEMS,
            "Producto,Unidad,Nivel de servicio,Vida útil,Color\n01,kg,0.95,30,NA\n",
            {"unique_id": "01", "product": "01", "unit": "kg", "service_level": 0.95, "shelf_life": 30.0,
             "color": "NA"},
        ),
        (
            Table.ITEMS,
            'Tienda;Artículo;Similar a;Fecha de lanzamiento\nC;07;"C/01;C/02";14/09/2026\n',
            {"unique_id": "C/07", "location": "C", "product": "07", "similar_to": "C/01;C/02",
             "launch": pd.Timestamp("2026-09-14")},
        ),
        (
            Table.ITEMS,
            "unique_id,Look-alike,First day on sale\nC/07,C/01,2026-09-14\n",
            {"unique_id": "C/07", "similar_to": "C/01", "launch": pd.Timestamp("2026-09-14")},
        ),
        (
            Table.SUPPLIERS,
            "Proveedor,Razón social,Correo,Plazo de entrega,Moneda\nP1,Jabón SA,a@b,5,EUR\n",
            {"supplier_id": "P1", "name": "Jabón SA", "email": "a@b", "lead_time": 5.0, "currency": "EUR"},
        ),
        (
            Table.TERMS,
            "Vendor,Component,Unit cost,Pack size,MOQ,Lead time (days)\nP1,wax,2.5,6,12,4\n",
            {"supplier_id": "P1", "component": "wax", "unit_cost": 2.5, "pack_size": 6.0,
             "minimum_order_quantity": 12.0, "lead_time": 4.0},
        ),
        (
            Table.BILL_OF_MATERIALS,
            "Producto,Componente,Cantidad,Merma\nsoap,wax,0.25,0.02\n",
            {"parent": "soap", "component": "wax", "quantity_per": 0.25, "scrap_rate": 0.02},
        ),
        (
            Table.CAPACITY,
            "Máquina,Semana,Capacidad,Rendimiento\nM1,2026-01-05,100,0.9\n",
            {"resource": "M1", "ds": pd.Timestamp("2026-01-05"), "capacity": 100.0, "yield_rate": 0.9},
        ),
        (
            Table.CALENDAR,
            "Date,Store,Holiday,Temperature,Match\n2026-01-05,N,yes,-2.5,1\n",
            {"ds": pd.Timestamp("2026-01-05"), "location": "N", "holiday": 1.0, "temperature": -2.5,
             "match": 1.0},
        ),
    ],
)  # fmt: skip
def test_every_planning_table_is_understood(table: Table, text: str, expected: dict[str, object]) -> None:
    assert read_table(text.encode(), "t.csv", table).frame.to_dict("records") == [expected]


def test_known_headers_tell_the_delimiter_even_if_rows_do_not_fit() -> None:
    reading = read_sales("Fecha;Ventas;Nota, si hay\n2026-01-01;1,5;\n2026-01-02;2,5\n", rejected_share=0.5)
    assert list(reading.frame["y"]) == [1.5]
    assert "there are semicolons between the cells" in reading.notes


# --- every line is accounted for


def test_one_line_of_each_fate() -> None:
    reading = read_sales(
        "\n"
        '"Fecha\nde venta",Ventas,Tienda\n'
        + "".join(f"2026-01-{day:02d},{day},N\n" for day in range(1, 29))
        + " , , \n"
        + "2026-01-29,x,N\n"  # line 33
        + "2026-01-28,28,N\n"  # repeats line 31
        + '2026-01-30,5,"N\nord"\n'  # one record, two lines
        + "2026-13-30,2,,7\n"  # line 37
        + "Total general,406,\n\nTotal,406,\n",
        rejected_share=0.1,
    )
    assert reading.lines == LineCount(header=2, blank=3, footer=2, duplicate=1, rejected=2, accepted=30)
    assert reading.lines.total == 40
    assert reading.rejected.to_dict("list") == {
        "file": ["ventas/Tienda Sur.csv"] * 2,
        "line": [33, 37],
        "column": ["Ventas", ""],
        "reason": ["'x' is not a number", "4 cells where the header has 3"],
        "text": ["2026-01-29,x,N", "2026-13-30,2,,7"],
    }
    assert reading.frame["unique_id"].iloc[-1] == "N\nord"
    assert (reading.quantity_accepted, reading.quantity_duplicate, reading.quantity_rejected) == (
        406 + 5,
        28,
        0,
    )
    assert reading.quantity_in == 406 + 5 + 28
    assert "lines that repeat an earlier one cell by cell, and do not count again: 1" in reading.notes


def test_a_rejected_row_has_all_its_reasons_and_its_quantity_counts_if_readable() -> None:
    rows = days_of_january(28).replace("\n", ",0.5\n")
    reading = read_sales("ds,y,in_stock\n" + rows + "2026-02-30,9,1.5\n")
    assert list(reading.rejected["column"]) == ["ds"]
    assert list(reading.rejected["reason"]) == [
        "'2026-02-30' is not a date; '1.5' is above 1, which is the whole"
    ]
    assert reading.quantity_rejected == 9


def test_lines_that_contradict_each_other_are_all_rejected() -> None:
    reading = read_sales("ds,y\n" + days_of_january(28) + "2026-01-03,4\n2026-01-03,5\n", rejected_share=0.1)
    assert list(reading.rejected["line"]) == [4, 30, 31]
    assert [re.findall(r"line (\d+)", reason) for reason in reading.rejected["reason"]] == [
        ["31"],
        ["4"],
        ["4"],
    ]
    assert pd.Timestamp("2026-01-03") not in set(reading.frame["ds"])


def test_ticket_lines_are_not_taken_for_duplicates() -> None:
    reading = read_sales("ds,y,ticket\n2026-01-01,1,A1\n2026-01-01,1,A2\n2026-01-02,1,A3\n")
    assert list(reading.frame["y"]) == [2, 1]
    assert (reading.shape, reading.lines.accepted, reading.quantity_accepted) == ("tickets", 3, 3)


@pytest.mark.parametrize(
    ("table", "text", "reason"),
    [
        (Table.STOCK, "product,on_hand\na,5\nb,-1\n", "'-1' is below 0"),
        (Table.STOCK, "product,on_hand\na,5\n,1\n", "is empty"),
        (Table.TERMS, "supplier,product,pack_size\na,5,1\nb,5,0\n", "'0' is not above 0"),
        (
            Table.TERMS,
            "supplier,product,component\na,5,\nb,,\n",
            "none of unique_id, product, component is given",
        ),
        (Table.ITEMS, "unique_id,service_level\na,0.9\nb,95\n", "'95' is above 1, which is the whole"),
        (Table.CALENDAR, "ds,holiday\n2026-01-05,no\n2026-01-06,-1\n", "'-1' is below 0"),
        (Table.CALENDAR, "ds,closed\n2026-01-05,no\n2026-01-06,Reyes\n", "'Reyes' is not a number"),
        (Table.SUPPLIERS, 'supplier,name\na,b\n"a"b,c\n', "the quotes do not match"),
        (Table.SUPPLIERS, "supplier,name\na,b\nc\n", "1 cells where the header has 2"),
    ],
)
def test_each_rule_of_a_cell(table: Table, text: str, reason: str) -> None:
    reading = read_table(text.encode(), "t.csv", table, rejected_share=0.5)
    assert list(reading.rejected["reason"]) == [reason]
    assert list(reading.rejected["line"]) == [3]
    assert len(reading.frame) == 1


def test_a_product_called_total_is_not_a_footer() -> None:
    reading = read_table(b"product,on_hand\na,5\nTotal cream,7\n", "s.csv", Table.STOCK)
    assert list(reading.frame["unique_id"]) == ["a", "Total cream"]
    assert reading.quantity_in == 12


def test_texts_of_the_file_stay_on_one_line_of_a_reason() -> None:
    reading = read_sales(
        "ds,y\n" + days_of_january(28) + '2026-02-01,"1\n2' + "3" * 100 + '"\n', rejected_share=0.1
    )
    assert list(reading.rejected["reason"]) == ["'1 2" + "3" * 57 + "...' is not a number"]
    assert reading.rejected["text"][0].count("\n") == 1


def test_a_quote_that_never_closes_costs_one_line() -> None:
    text = "ds,y,product\n" + days_of_january(28).replace("\n", ",a\n").replace("05,5,a", '05,5,"a')
    reading = read_sales(text)
    assert list(reading.rejected["line"]) == [6]
    assert len(reading.frame) == 27


# --- files that are refused


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "v.csv: the file is empty"),
        (b"\xef\xbb\xbf", "v.csv: the file has only blank lines"),
        (b"\n ,\n\n,,\n", "v.csv: the file has only blank lines"),
        (b"PK\x03\x04\0\0", "v.csv: the file is damaged"),
        (
            b"ds;y\n2026-01-01;\x81\n",
            r"v.csv, line 2: the encoding is neither UTF-8 nor Windows-1252 \(byte 0x81\)",
        ),
        (b"ds,y\n\n", "v.csv, line 1: there is a header and no row below it"),
        (b'"ds"x,y\n2026-01-01,1\n', "v.csv, line 1: the quotes of the header do not match"),
        (b"\nTienda,Ventas\na,5\n", "v.csv, line 2: there is no date column among 'Tienda', 'Ventas'"),
        (b"Tienda,Ventas,Zona\na,5,n\n", """say which it is in mapeo.toml, as columns."Zona" = "ds"$"""),
        (
            b"Fecha,Tienda\n2026-01-01,a\n",
            "v.csv, line 1: there is no quantity column among 'Fecha', 'Tienda'",
        ),
        (
            b"Fecha,Cantidad,Unidades\n2026-01-01,5,6\n",
            "line 1, column 'Unidades': .*'Cantidad' and 'Unidades' both mean y",
        ),
        (
            b"Fecha,Ventas,Brisa,brisa.\n2026-01-01,5,5,5\n",
            "line 1, column 'brisa.': .*'Brisa' and 'brisa.' both mean brisa",
        ),
        (b"ds,y\n2026-02-01,1\n2026-05-01,2\n", "v.csv: the dates are three months apart"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_table(content, "v.csv", Table.SALES)
    assert "\n" not in str(caught.value)
    assert caught.value.file == "v.csv"


def test_a_table_without_any_of_its_columns_is_refused() -> None:
    with pytest.raises(
        InputError, match="no column unique_id or product or component among 'supplier', 'cost'"
    ):
        read_table(b"supplier,cost\na,1\n", "t.csv", Table.TERMS)
    with pytest.raises(InputError, match="no series or product column among 'on_hand'"):
        read_table(b"on_hand\n1\n", "t.csv", Table.STOCK)


def test_over_the_share_a_file_is_refused_with_the_first_reasons() -> None:
    good = days_of_january(19)
    assert read_sales("Fecha,Ventas\n" + good + "2026-01-20,x\n").lines.rejected == 1  # 1 of 20 is 5 %
    with pytest.raises(InputError) as caught:
        read_sales("Fecha,Ventas\n" + good + "2026-01-20,x\n" * 6)
    assert str(caught.value) == (
        "ventas/Tienda Sur.csv: 6 of 25 lines cannot be used, and 5% is the most that is set aside without "
        "refusing the file (line 21, column 'Ventas': 'x' is not a number; "
        "line 22, column 'Ventas': 'x' is not a number; line 23, column 'Ventas': 'x' is not a number; "
        "line 24, column 'Ventas': 'x' is not a number; line 25, column 'Ventas': 'x' is not a number; "
        "and 1 more); "
        "correct them and give the file again"
    )


def test_a_file_with_nothing_to_accept_is_refused_whatever_the_share() -> None:
    with pytest.raises(InputError, match="1 of 1 lines cannot be used"):
        read_sales("Fecha,Ventas\n2026-01-20,x\n", rejected_share=1)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_is_between_0_and_1(share: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        read_sales("Fecha,Ventas\n2026-01-20,1\n", rejected_share=share)


# --- laws

names = st.text("aÑé 0,;|\t\"'\r\n", min_size=1, max_size=6).map(str.strip).filter(bool)


@st.composite
def clean_sales(draw: st.DrawFn) -> tuple[pd.DataFrame, str]:
    """A regular table with more than 13 periods, so that some day of the month is beyond 12."""
    freq = draw(st.sampled_from(["D", "W-MON", "W-SUN"]))
    start = draw(st.dates(datetime.date(2000, 1, 1), datetime.date(2050, 1, 1)))
    ds = pd.date_range(start, periods=draw(st.integers(14, 30)), freq=freq)
    locations = draw(st.lists(names, min_size=1, max_size=2, unique=True))
    products = draw(st.lists(names, min_size=1, max_size=2, unique=True))
    index = pd.MultiIndex.from_product([locations, products, ds], names=["location", "product", "ds"])
    cents = st.integers(-(10**7), 10**7)
    decimals = draw(st.sampled_from([0, 2]))
    y = draw(st.lists(cents, min_size=len(index), max_size=len(index)))
    return index.to_frame(index=False).assign(y=[number / 10**decimals for number in y]), freq


@settings(max_examples=80)
@given(
    clean_sales(),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(
        [["tienda", "Artículo", "FECHA", "Unidades vendidas"], ["Store", "ITEM", "date", "Quantity"]]
    ),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"]),
    st.sampled_from([",", "."]),
    st.booleans(),
)
def test_a_clean_table_is_read_back_from_any_dialect(
    written: tuple[pd.DataFrame, str],
    encoding: str,
    delimiter: str,
    line_end: str,
    headers: list[str],
    date_pattern: str,
    decimal_mark: str,
    blank_last_column: bool,
) -> None:
    table, freq = written
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    last = [""] if blank_last_column else []
    writer.writerow(headers + last)
    for location, product, ds, y in table.itertuples(index=False):
        number = f"{y:.2f}" if (table["y"] % 1).any() else f"{y:.0f}"
        writer.writerow(
            [location, product, ds.strftime(date_pattern), number.replace(".", decimal_mark), *last]
        )
    content = stream.getvalue().encode(encoding)

    reading = read_table(content, "v.csv", Table.SALES, rejected_share=0)

    expected = pd.DataFrame(
        {"unique_id": table["location"] + "/" + table["product"], "ds": table["ds"], "y": table["y"]}
    )
    pd.testing.assert_frame_equal(reading.frame, expected)
    assert reading.freq == freq
    assert reading.rejected.empty
    assert reading.lines.total == number_of_lines(content.decode(encoding))


def number_of_lines(text: str) -> int:
    """By definition: line ends, and one more if something follows the last."""
    ends = re.findall(r"\r\n|\r|\n", text)
    return len(ends) + (0 if re.search(r"(\r|\n)\Z", text) or not text else 1)


GOOD = ("ds;product;y;price\n" + "".join(f"2026-01-{day:02d};a;{day};1,5\n" for day in range(1, 25))).encode()
debris = st.one_of(
    st.sampled_from(
        [b"\n", b"\r", b'"', b";", b",", b"Total;;;", b"2026-01-03;a;3;1,5\n", b"x", b"-", b"0", b"\xf1"]
    ),
    st.binary(max_size=3),
)


@st.composite
def mangled_files(draw: st.DrawFn) -> bytes:
    content = GOOD
    for _ in range(draw(st.integers(1, 12))):
        start = draw(st.integers(0, len(content)))
        cut = draw(st.integers(0, 8))
        content = content[:start] + draw(debris) + content[start + cut :]
    return content


@settings(max_examples=200)
@given(mangled_files(), st.sampled_from(list(Table)), st.sampled_from([0.05, 1.0]))
def test_every_line_of_a_mangled_file_is_accounted_for_or_the_file_refused(
    content: bytes, table: Table, share: float
) -> None:
    try:
        reading = read_table(content, "v.csv", table, rejected_share=share)
    except AbastoError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert "\n" not in refusal
    if refusal:
        return
    encoding = re.fullmatch("the file is (.+) text", reading.notes[0])[1]
    text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    assert reading.lines.total == number_of_lines(text)
    assert len(reading.frame) <= reading.lines.accepted
    assert len(reading.rejected) <= reading.lines.rejected
    lines = [line.rstrip("\r\n") for line in io.StringIO(text, newline="")]
    for line, original in zip(reading.rejected["line"], reading.rejected["text"], strict=True):
        assert original.startswith(lines[line - 1])
    if reading.quantity_in is not None:
        assert reading.quantity_accepted is not None
        assert reading.quantity_duplicate is not None
        assert reading.quantity_rejected is not None
        parts = reading.quantity_accepted + reading.quantity_duplicate + reading.quantity_rejected
        assert math.isclose(reading.quantity_in, parts, rel_tol=1e-9, abs_tol=1e-6)
        assert "y" not in reading.frame or math.isclose(
            reading.quantity_accepted, reading.frame["y"].sum(), rel_tol=1e-9, abs_tol=1e-6
        )

"""Dates, numbers and weekdays: what a text means, and when two meanings are refused."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import InputError
from intake.reading import read_table
from intake.tables import Table
from intake.values.dates import read_days
from intake.values.decimals import read_decimal_comma, read_decimal_point

dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))


def texts(*words: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(words, dtype=object)


@given(st.lists(dates, min_size=1), st.sampled_from("-/."), st.sampled_from(["", " 00:00:00", "T00:00"]))
def test_dates_are_read_as_python_writes_them(written: list[datetime.date], mark: str, midnight: str) -> None:
    expected = np.array(written, dtype="datetime64[D]")
    for pattern, day_first in (
        ("%Y-%m-%d", True),
        ("%Y-%m-%d", False),
        ("%d-%m-%Y", True),
        ("%m-%d-%Y", False),
    ):
        as_text = texts(*(day.strftime(pattern).replace("-", mark) + midnight for day in written))
        np.testing.assert_array_equal(read_days(as_text, day_first=day_first), expected)


def test_dates_may_lack_zeros_or_marks() -> None:
    expected = np.array(["2026-02-01"] * 3, dtype="datetime64[D]")
    np.testing.assert_array_equal(
        read_days(texts("2026-2-1", "1/2/2026", "20260201"), day_first=True), expected
    )


@pytest.mark.parametrize(
    "text",
    ["31/02/2026", "00/01/2026", "2026-13-01", "2026-00-10", "2026-02-29", "2026-1/2", "", "0001-01-01",
     "01/01/0001", "1899-12-31", "2200-01-01", "2026-01-01 25:30", "19000", "2026011", "enero",
     "12026-01-01", "2026-01-011"],
)  # fmt: skip
def test_what_is_no_date_is_not_made_one(text: str) -> None:
    assert np.isnat(read_days(texts(text), day_first=True))
    assert np.isnat(read_days(texts(text), day_first=False))


@given(st.decimals(-(10**9), 10**9, places=2), st.booleans())
def test_numbers_are_read_as_python_writes_them(number: Decimal, grouped: bool) -> None:
    point = f"{number:,f}" if grouped else f"{number:f}"
    comma = point.translate(str.maketrans(".,", ",."))
    assert read_decimal_point(texts(point)) == float(number)
    assert read_decimal_comma(texts(comma)) == float(number)


@given(st.floats(-1e15, 1e15))
def test_every_float_survives(number: float) -> None:
    assert read_decimal_point(texts(repr(number)))[0] == number


@pytest.mark.parametrize(
    "text",
    ["1,23", "12,34.5", "0,123", "1234,567", "1,234,56", "1.2.3", "abc", "", "-", ".", "1 00", "inf", "nan",
     "1e999", "1000000000000001", "5--", "(5", "-(5)", "5 kg", "--5", "٣", "0x1F", "1_000"],
)  # fmt: skip
def test_what_is_no_number_is_not_made_one(text: str) -> None:
    assert np.isnan(read_decimal_point(texts(text)))


def sales(rows: str, header: str = "Fecha;Ventas") -> bytes:
    return f"{header}\n{rows}".replace(" ", "\n").encode()


def read_ds(rows: str) -> list[str]:
    reading = read_table(sales(rows), "v.csv", Table.SALES)
    return list(reading.frame["ds"].dt.strftime("%Y-%m-%d"))


def test_one_date_decides_for_the_whole_column() -> None:
    assert read_ds("02/01/2026;5 03/01/2026;6 13/01/2026;7") == ["2026-01-02", "2026-01-03", "2026-01-13"]
    assert read_ds("01/02/2026;5 01/03/2026;6 01/13/2026;7") == ["2026-01-02", "2026-01-03", "2026-01-13"]


def test_dates_that_are_the_same_both_ways_need_no_decision() -> None:
    assert read_ds("01/01/2026;5 2026-01-02;6") == ["2026-01-01", "2026-01-02"]


def test_an_ambiguous_date_column_is_refused_with_both_readings() -> None:
    with pytest.raises(InputError) as caught:
        read_ds("2026-01-01;4 01/02/2026;5 02/02/2026;6")
    assert (caught.value.file, caught.value.line, caught.value.column) == ("v.csv", 3, "Fecha")
    assert "'01/02/2026' is 2026-02-01 as day/month/year but 2026-01-02 as month/day/year" in str(
        caught.value
    )
    assert "write the dates like 2026-12-31" in str(caught.value)


def test_a_date_column_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(InputError, match=r"'13/01/2026' can only be .*day/month.* but '01/13/2026' only"):
        read_ds("13/01/2026;5 01/13/2026;6")


def test_a_date_column_in_doubt_follows_the_other_date_column() -> None:
    content = sales(
        "a;5;02/01/2027;31/01/2026 b;5;03/01/2027;05/02/2026", "Producto;Existencias;Caducidad;Entrega"
    )
    reading = read_table(content, "stock.csv", Table.STOCK)
    assert list(reading.frame["expiry"]) == [pd.Timestamp("2027-01-02"), pd.Timestamp("2027-01-03")]


def read_y(rows: str, delimiter: str = ";") -> list[float]:
    content = sales(rows).replace(b";", delimiter.encode())
    return list(read_table(content, "v.csv", Table.SALES).frame["y"])


def test_the_decimal_mark_is_decided_by_the_whole_column() -> None:
    assert read_y("2026-01-01;1.234 2026-01-02;12,5") == [1234, 12.5]
    assert read_y("2026-01-01;1.234 2026-01-02;12.5") == [1.234, 12.5]
    assert read_y("2026-01-01;-7 2026-01-02;1,234.5") == [-7, 1234.5]


def test_a_decimal_mark_in_doubt_is_refused_with_both_readings() -> None:
    with pytest.raises(InputError) as caught:
        read_y("2026-01-01;12 2026-01-02;1.234")
    assert (caught.value.line, caught.value.column) == (3, "Ventas")
    assert "'1.234' is 1.234 with a decimal point but 1234.0 with a decimal comma" in str(caught.value)


def test_between_commas_a_point_is_decimal() -> None:
    assert read_y("2026-01-01;12 2026-01-02;1.234", ",") == [12, 1.234]


def test_a_decimal_mark_in_doubt_follows_the_other_columns() -> None:
    content = sales("2026-01-01;1.234;2,50 2026-01-02;2.000;2,75", "Fecha;Ventas;Precio")
    reading = read_table(content, "v.csv", Table.SALES)
    assert list(reading.frame["y"]) == [1234, 2000]
    assert list(reading.frame["price"]) == [2.5, 2.75]


def test_columns_that_do_not_agree_decide_for_no_other() -> None:
    content = sales("2026-01-01;1.234;2,50;7.5", "Fecha;Ventas;Precio;Solicitado")
    with pytest.raises(
        InputError, match=r"column 'Ventas': '1.234' is 1.234 with a decimal point but 1234.0"
    ):
        read_table(content, "v.csv", Table.SALES)


WEEK = pd.date_range("2026-01-05", periods=14)  # begins on a Monday


@pytest.mark.parametrize(
    "labels",
    [
        ["1", "2", "3", "4", "5", "6", "7"],
        ["0", "1", "2", "3", "4", "5", "6"],
        ["2", "3", "4", "5", "6", "7", "1"],
        ["1", "2", "3", "4", "5", "6", "0"],
        ["lunes", "martes", "Miércoles", "jueves", "VIERNES", "sábado", "domingo"],
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "DIMANCHE"],
        ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
        ["Segunda", "terça-feira", "qua", "Quinta", "sex", "sábado", "domingo"],
    ],
)
def test_a_weekday_column_is_checked_and_dropped_however_it_counts(labels: list[str]) -> None:
    lines = [f"{day:%Y-%m-%d},{labels[day.weekday()]},5" for day in WEEK]
    good = read_table("\n".join(["Fecha,Día semana,Ventas", *lines]).encode(), "v.csv", Table.SALES)
    assert list(good.frame) == ["unique_id", "ds", "y"]
    assert len(good.frame) == 14

    lines[7] = "2026-01-12,,5"  # nothing said
    lines[8] = f"2026-01-13,{labels[3]},5"  # a Tuesday, said to be a Thursday
    lines[9] = f"2026-01-32,{labels[2]},5"  # no day at all
    content = "\n".join(["Fecha,Día semana,Ventas", *lines]).encode()
    bad = read_table(content, "v.csv", Table.SALES, rejected_share=0.2)
    assert list(bad.rejected["line"]) == [10, 11]
    assert list(bad.rejected["column"]) == ["Día semana", "Fecha"]
    assert bad.rejected["reason"][0].endswith("but 2026-01-13 is a Tuesday")
    assert bad.rejected["reason"][1] == "'2026-01-32' is not a date"


def test_flags_and_shares_in_words_and_numbers() -> None:
    content = sales(
        "2026-01-01,5,Sí,X,no 2026-01-02,5,FALSO,2,0.5 2026-01-03,5,,n,yes",
        "Fecha,Ventas,Festivo,Promo,EnStock",
    )
    frame = read_table(content, "v.csv", Table.SALES).frame
    np.testing.assert_array_equal(frame["holiday"], [1, 0, np.nan])
    np.testing.assert_array_equal(frame["promotion"], [1, 2, 0])
    np.testing.assert_array_equal(frame["in_stock"], [0, 0.5, 1])

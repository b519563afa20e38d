"""Every way of writing a date or a number is read back exactly; what has two readings is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import InputError
from intake.findings import Finding
from intake.mapping import FileMapping, Order
from intake.reading import Reading, read_table
from intake.tables import Table
from intake.text_columns import TextColumn
from intake.values.conventions import Settled
from intake.values.date_forms import take_apart
from intake.values.dates import DateColumn, days_of
from intake.values.decimals import NumberColumn
from tests.unit.intake.dialects import (
    DATE_STYLES,
    DateStyle,
    NumberStyle,
    amounts,
    number_styles,
    sale_dates,
)


def texts(*words: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(words, dtype=object)


def day_of(text: str, order: Order = "day/month/year") -> str:
    return str(days_of(take_apart(texts(text)), order, weeks=False)[0])


@pytest.mark.parametrize("style", DATE_STYLES, ids=lambda style: style.name)
@given(drawn=st.data())
def test_a_day_is_read_back_however_it_was_written(style: DateStyle, drawn: st.DataObject) -> None:
    days = drawn.draw(st.lists(sale_dates(style), min_size=1, max_size=5))
    written = take_apart(texts(*(style.write(day) for day in days)))
    for order in [style.order] if style.order else get_args(Order):
        np.testing.assert_array_equal(days_of(written, order, weeks=False), np.array(days, "datetime64[D]"))


@given(st.lists(amounts, min_size=1, max_size=5), number_styles())
def test_a_number_is_read_back_however_it_was_written(numbers: list[Decimal], style: NumberStyle) -> None:
    column = TextColumn.of("y", texts(*(style.write(number) for number in numbers)))
    point, comma = NumberColumn.of(column).readings().values
    read = column.spread(point if style.decimal == "." else comma)
    np.testing.assert_array_equal(read, [float(number) for number in numbers])


# Written by hand after CLDR's patterns, ISO 8601 and what people type.
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 de marzo de 2024", "2024-03-03"),
        ("3 de marzo del 2024", "2024-03-03"),
        ("1er février 2024", "2024-02-01"),
        ("1 FEVRIER 2024", "2024-02-01"),
        ("5. März 2024", "2024-03-05"),
        ("5 maerz 2024", "2024-03-05"),
        ("1º de março de 2024", "2024-03-01"),
        ("12-ene-24", "2024-01-12"),
        ("12ene2024", "2024-01-12"),
        ("March 3rd, 2024", "2024-03-03"),
        ("Jan 2024", "2024-01-01"),
        ("março/2024", "2024-03-01"),
        ("sept. 24", "2024-09-01"),
        ("Mai 24", "2024-05-01"),
        ("ene-24", "2024-01-01"),
        ("2024-01", "2024-01-01"),
        ("01/2024", "2024-01-01"),
        ("202401", "2024-01-01"),
        ("2026-07", "2026-07-01"),
        ("2024-Q1", "2024-01-01"),
        ("Q1 2024", "2024-01-01"),
        ("T2 2024", "2024-04-01"),
        ("1T2024", "2024-01-01"),
        ("2024T3", "2024-07-01"),
        ("1er trimestre 2024", "2024-01-01"),
        ("4º trimestre de 2024", "2024-10-01"),
        ("III trimestre 2024", "2024-07-01"),
        ("2. Quartal 2024", "2024-04-01"),
        ("Q3 95", "1995-07-01"),
        ("2026-W07", "2026-02-09"),
        ("2026W07", "2026-02-09"),
        ("2026-W07-3", "2026-02-11"),
        ("W07-2026", "2026-02-09"),
        ("S07/2026", "2026-02-09"),
        ("KW 7 2026", "2026-02-09"),
        ("Semana 7 de 2026", "2026-02-09"),
        ("2009-W01", "2008-12-29"),
        ("2009-W53", "2009-12-28"),
        ("lun 03/02/2025", "2025-02-03"),
        ("Montag, den 3. März 2025", "2025-03-03"),
        ("03/02/2025 (lunes)", "2025-02-03"),
        ("20240105103000", "2024-01-05"),
        ("2024-01-05 0:00:00", "2024-01-05"),
        ("01/02/69", "1969-02-01"),
        ("01/02/68", "2068-02-01"),
        ("45292", "2024-01-01"),
        ("20240105.0", "2024-01-05"),
    ],
)
def test_dates_as_people_write_them(text: str, day: str) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(
    "text",
    ["2025-W54", "2025-W53", "2025-W00", "Q5 2024", "2024-13", "jui 2024", "ene", "lunes", "mar 04/02/2024",
     "31 de febrero de 2024", "Friday, 3 March 2025", "10:30", "2024", "12", "99999", "1704067200"],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert day_of(text) == "NaT"


def read(rows: str, header: str = "Fecha;Ventas", name: str = "v.csv", **stated: object) -> Reading:
    mapping = FileMapping(**{key: value for key, value in stated.items() if key in ("dates", "decimal")})  # type: ignore[arg-type]
    settled = stated.get("settled", Settled())
    assert isinstance(settled, Settled)
    content = f"{header}\n{rows}".replace("|", "\n").encode()
    return read_table(content, name, Table.SALES, mapping=mapping, rejected_share=0.6, settled=settled)


def days_read(reading: Reading) -> list[str]:
    return list(reading.frame["ds"].dt.strftime("%Y-%m-%d"))


def about(reading: Reading, words: str) -> Finding:
    (found,) = [finding for finding in reading.findings if words in finding.sentence]
    return found


def test_the_mapping_wins_over_what_the_texts_say_of_dates_and_numbers() -> None:
    reading = read("01/02/2026;1.234|02/02/2026;1.555", dates="month/day/year", decimal=",")
    assert list(reading.frame["y"]) == [1234, 1555]
    assert about(reading, "month/day/year: the mapping says so").overrule == 'dates = "day/month/year"'


def test_earlier_files_decide_where_this_one_does_not_and_only_there() -> None:
    settled = read("13/02/2026;1,5|14/02/2026;2").settled
    assert settled == Settled("day/month/year", ",")
    reading = read("01/02/2026;1.234|02/02/2026;1", settled=settled)
    assert days_read(reading) == ["2026-02-01", "2026-02-02"]
    assert list(reading.frame["y"]) == [1234, 1]
    borrowed = [each for each in reading.findings if "as the earlier files of the dataset" in each.sentence]
    assert [(each.about, each.suspicious) for each in borrowed] == [("Fecha", True), ("Ventas", True)]
    assert reading.settled == settled
    assert days_read(read("02/13/2026;1|02/14/2026;2", settled=settled)) == ["2026-02-13", "2026-02-14"]


def test_a_refusal_shows_the_lines_of_a_mapping_that_decide() -> None:
    with pytest.raises(InputError, match=r'dates = "day/month/year" or dates = "month/day/year"'):
        read("01/02/2026;5|02/03/2026;6")
    with pytest.raises(InputError, match=r'decimal = "\." or decimal = ","'):
        read("2026-01-01;1.234|2026-01-02;6")


def test_dashes_tell_the_year_only_where_the_dates_then_lie_close() -> None:
    first = "|".join(f"24-01-{day:02d};5" for day in range(1, 25))
    last = "|".join(f"{day:02d}-01-24;5" for day in range(1, 25))
    assert days_read(read(first)) == days_read(read(last)) == [f"2024-01-{day:02d}" for day in range(1, 25)]
    with pytest.raises(InputError, match="as day/month/year but 2023-01-02 as month/day/year"):
        read("|".join(f"01-{month:02d}-{year};5" for year in (23, 24) for month in range(1, 13)))


def test_months_of_two_years_can_only_be_meant_with_the_day_first() -> None:
    reading = read("|".join(f"01/{month:02d}/{year};5" for year in (2023, 2024) for month in range(1, 13)))
    assert reading.freq == "MS"
    assert "lie at one distance" in about(reading, "as day/month/year").evidence


def test_a_weekday_beside_the_date_decides_and_is_checked() -> None:
    reading = read("lun 03/02/2025;5|mar 04/02/2025;6|lun 05/02/2025;1")
    assert days_read(reading) == ["2025-02-03", "2025-02-04"]
    assert "names another weekday: 2025-02-05 is a Wednesday" in reading.rejected["reason"][0]


@pytest.mark.parametrize(
    ("header", "rows", "freq", "days"),
    [
        ("Año;Mes;Día;Ventas", "2024;1;3;5|2024;2;9;6|2024;2;28;7", "D", ["01-03", "02-09", "02-28"]),
        ("Year;Month;Sales", "2024;202401;5|2024;202402;6", "MS", ["01-01", "02-01"]),
        ("Año;Mes;Ventas", "2024;enero;5|2024;Feb.;6", "MS", ["01-01", "02-01"]),
        ("Year;Week;Sales", "2024;1;5|2024;W02;6", "W-MON", ["01-01", "01-08"]),
        ("Año;Trimestre;Ventas", "2024;T1;5|2024;2;6", "QS", ["01-01", "04-01"]),
    ],
)
def test_a_date_in_several_columns(header: str, rows: str, freq: str, days: list[str]) -> None:
    reading = read(rows, header)
    assert reading.freq == freq
    assert days_read(reading) == [f"2024-{day}" for day in days]


def test_parts_that_are_no_date_say_which() -> None:
    reading = read("2024;1;3;5|2024;2;30;6|2024;202302;3;7|2024;3;4;8", "Año;Mes;Día;Ventas")
    assert list(reading.rejected["line"]) == [3, 4]
    assert reading.rejected["reason"][0] == "year '2024', month '2', day '30' is not a date"


@pytest.mark.parametrize(
    ("rows", "freq"),
    [("ene-24;1|feb-24;2", "MS"), ("2024-Q1;1|2024-Q2;1", "QS"), ("2026-W07;1|2026-W09;1", "W-MON"),
     ("202401;1|202402;1", "MS"), ("202415;1|202416;1|202453;1", "W-MON")],
)  # fmt: skip
def test_labels_say_the_frequency(rows: str, freq: str) -> None:
    assert read(rows).freq == freq


def test_a_number_with_the_year_is_a_week_under_a_header_of_weeks_which_is_suspicious() -> None:
    reading = read("202407;1|202408;2", "Semana;Ventas")
    assert days_read(reading) == ["2024-02-12", "2024-02-19"]
    assert about(reading, "week of ISO 8601").suspicious


def test_serial_numbers_among_dates_are_counted() -> None:
    reading = read("45292;5|45293;6|2024-01-03;7")
    assert days_read(reading) == ["2024-01-01", "2024-01-02", "2024-01-03"]
    finding = about(reading, "days since 1899-12-30")
    assert finding.suspicious
    assert "(2 rows; '45292' in line 2 is 2024-01-01)" in finding.sentence


def test_so_many_short_years_must_be_days() -> None:
    with pytest.raises(InputError, match="may be a day without its year"):
        read("|".join(f"Jan {day:02d};5" for day in range(1, 29)))


def test_units_currencies_and_percentages_are_said_and_odd_ones_rejected() -> None:
    reading = read(
        "2024-01-01;5 uds;12,50 €;5 %|2024-01-02;1 ud;13 €;7 %|"
        "2024-01-03;6 kg;14 €;0,1|2024-01-04;7 uds.;2 $;1 %",
        "Fecha;Ventas;Precio;Margen",
    )
    np.testing.assert_array_equal(reading.frame["y"], [5, 1])
    np.testing.assert_array_equal(reading.frame["price"], [12.5, 13])
    np.testing.assert_allclose(reading.frame["margen"], [0.05, 0.07])
    assert list(reading.rejected["line"]) == [4, 5]
    assert "has the unit 'kg' and the rest of the column has 'ud'" in reading.rejected["reason"][0]
    assert "has the currency '$' and the rest of the column has '€'" in reading.rejected["reason"][1]
    assert about(reading, "percentages are read as shares").suspicious  # one is written without %


def test_a_letter_behind_one_number_is_a_slip_and_a_percentage_is_no_quantity() -> None:
    reading = read("2024-01-01;5|2024-01-02;12A|2024-01-03;7|2024-01-04;50 %|2024-01-05;7")
    assert list(reading.frame["y"]) == [5, 7, 7]
    assert "'12A' has the unit 'a'" in reading.rejected["reason"][0]
    assert reading.rejected["reason"][1] == "'50 %' is a percentage and not a quantity"


def test_yes_and_no_in_five_languages() -> None:
    words = ["sim", "Oui", "JA", "wahr", "✓", "vrai", "não", "non", "nein", "falsch", "faux", "✗"]
    rows = "|".join(f"2024-01-{day:02d};5;{word}" for day, word in enumerate(words, 1))
    promotion = read(rows, "Fecha;Ventas;Promoción").frame["promotion"]
    assert list(promotion) == [1] * 6 + [0] * 6


def test_typed_cells_are_never_evidence() -> None:
    column = TextColumn("y", texts("1.5", "1.234"), np.array([0, 1]), np.array([True, False]))
    point, comma = NumberColumn.of(column).readings().values
    assert (point[0], comma[0]) == (1.5, 1.5)
    assert (point[1], comma[1]) == (1.234, 1234)


def test_a_column_names_weeks_by_its_header_or_by_numbers_beyond_months() -> None:
    for header, words, weeks in (
        ("Semana", ["202401"], True),
        ("KW", ["2024-07"], True),
        ("Periodo", ["202401", "202452", "202451"], True),
        ("Periodo", ["202401", "202413"], False),
        ("Mes", ["202401"], False),
    ):
        assert DateColumn.of(TextColumn.of(header, texts(*words))).weeks is weeks


def test_a_day_is_not_read_with_a_time_that_does_not_exist() -> None:
    assert day_of("2024-01-05 24:10") == "NaT"
    assert day_of("2024-01-05 10:61") == "NaT"
    assert datetime.date.fromisoformat(day_of("05/01/2024 14h30")) == datetime.date(2024, 1, 5)


def test_all_columns_in_doubt_follow_the_one_that_decides() -> None:
    content = (
        b"fecha,unidades,requested,precio\n2024-01-01,'1.234','1.234','1,50'\n2024-01-02,2,'1.234','1,50'\n"
    )
    reading = read_table(content.replace(b"'", b'"'), "v.csv", Table.SALES)
    assert list(reading.frame["y"]) == [1234, 2]
    assert list(reading.frame["requested"]) == [1234, 1234]


def test_what_is_usual_and_what_earlier_files_say_may_not_contradict_each_other() -> None:
    content = b"fecha,unidades\n2024-01-01,1.234\n2024-01-02,2.345\n"
    assert list(read_table(content, "v.csv", Table.SALES).frame["y"]) == [1.234, 2.345]
    with pytest.raises(InputError, match=r'state one of them in mapeo\.toml: decimal = "\."'):
        read_table(content, "v.csv", Table.SALES, settled=Settled(decimal=","))

"""What the fuzzer once found, one test for each."""

from __future__ import annotations

import io
import time
import zipfile

import olefile
import pytest

from intake.errors import InputError
from intake.files.xls_scan import scan_xls
from intake.mapping import FileMapping
from intake.reading import Reading, read_table
from intake.tables import Table
from tests.unit.intake import workbooks


def read(content: str | bytes, table: Table = Table.SALES, name: str = "v.csv", **stated: object) -> Reading:
    content = content.encode() if isinstance(content, str) else content
    return read_table(content, name, table, mapping=FileMapping(**stated), rejected_share=1.0)  # type: ignore[arg-type]


DAYS = "".join(f"2024-01-{day:02d};{day}\n" for day in range(1, 15))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_ascii_in_wide_characters_needs_no_byte_order_mark(encoding: str) -> None:
    stated = {} if encoding != "utf-32" else {"encoding": "utf-32"}
    assert len(read(f"Fecha;Ventas\n{DAYS}".encode(encoding), **stated).frame) == 14


def test_utf_16_that_is_stated_and_has_no_byte_order_mark_is_refused() -> None:
    with pytest.raises(InputError, match="is nothing in utf-16"):
        read(b"\x01\xd8a;b\n1;2\n", encoding="utf-16")


def test_a_word_of_the_file_cannot_break_a_refusal_or_turn_it_around() -> None:
    header = 'Fecha,"y\n\x1b[2J\u202e","y\n\x1b[2J\u202e"\n2024-01-01,1,2\n2024-01-02,1,3\n'
    with pytest.raises(InputError) as refused:
        read(header, columns={"y\n\x1b[2J\u202e": "y"})
    assert str(refused.value).isprintable()


def test_a_currency_of_one_letter_and_a_sign_is_money() -> None:
    prices = "".join(f"2024-01-{day:02d};{day};R$ 1.25\n" for day in range(1, 15))
    assert list(read(f"Fecha;Unidades;Precio\n{prices}").frame["price"]) == [1.25] * 14


def test_a_product_called_total_that_once_adds_up_stays_a_product() -> None:
    rows = "".join(
        f"2024-01-{day:02d};{name};{units}\n"
        for day in range(1, 10)
        for name, units in (("a", 3), ("b", 4), ("Total Clean", 7 if day == 5 else 2))
    )
    reading = read(f"Fecha;Producto;Ventas\n{rows}")
    assert (reading.lines.footer, reading.lines.accepted) == (0, 27)


def test_amounts_of_five_digits_are_no_dates_in_a_wide_file() -> None:
    days = ";".join(f"2024-01-{day:02d}" for day in range(1, 7))
    rows = "a;98060,41;34884,27;46727,48;55832,27;29350,72;14761\nb;47940,54;76909,87;48026,95;9,5;1,25;3\n"
    reading = read(f"Informe;;;;;;\nVentas;;;;;;\n\nProducto;{days}\n{rows}")
    assert (reading.shape, len(reading.frame)) == ("wide", 12)


@pytest.mark.parametrize("column", ["y", "expiry", "as_of", "on_hand"])
def test_items_may_keep_texts_under_any_name(column: str) -> None:
    rows = "".join(f"p{i};x{i}\n" for i in range(30))
    assert read(f"unique_id;{column}\n{rows}", Table.ITEMS).lines.accepted == 30


def test_repeated_lines_cannot_be_kept_where_there_is_one_row_per_key() -> None:
    twice = "unique_id;price\na;1\nb;2\na;1\n"
    assert read(twice, Table.ITEMS).lines.duplicate == 1
    with pytest.raises(InputError, match="line 4: the line repeats an earlier one, and items has one row"):
        read(twice, Table.ITEMS, duplicates="keep")


def test_more_columns_than_a_spreadsheet_has_are_refused() -> None:
    cells = '<c r="A1"><v>1</v></c><c r="XFE1"><v>1</v></c>'
    with pytest.raises(InputError, match=r"16,385 columns and 16,384 are the most"):
        read(workbooks.xlsx_of_parts(f'<row r="1">{cells}</row>'), name="v.xlsx")


def test_an_encoding_of_xml_that_is_none_is_damage() -> None:
    book = workbooks.ods({"S": [["Fecha", "Ventas"], ["2024-01-01", 1]]})
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(b"UTF-8", b"UTF-none")
    with pytest.raises(InputError, match="damaged"):
        read(workbooks.zipped(dict(parts)), name="v.ods")


def test_folders_of_an_xls_that_are_in_each_other_are_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: object) -> list[list[str]]:
        raise RecursionError

    monkeypatch.setattr(olefile.OleFileIO, "listdir", endless)
    with pytest.raises(InputError, match="damaged"):
        scan_xls(workbooks.xls({"S": [["Fecha", "Ventas"], ["2024-01-01", 1]]}), "v.xls")


def test_the_rhythm_of_quarters_goes_before_how_close_dates_lie() -> None:
    quarters = "".join(f"{year}-{month:02d}-01;5\n" for year in (22, 23, 24, 25) for month in (1, 4, 7, 10))
    reading = read(f"Fecha;Ventas\n{quarters}")
    assert (reading.freq, str(reading.frame["ds"].max().date())) == ("QS", "2025-10-01")


def test_an_attribute_that_is_called_weekday_is_text() -> None:
    rows = "".join(f"p{i};x;y\n" for i in range(5))
    frame = read(f"unique_id;a;ds\n{rows}", Table.ITEMS, columns={"a": "weekday"}).frame
    assert list(frame["weekday"]) == ["x"] * 5


@pytest.mark.parametrize(
    "place", ["ccccccccccccD6", "AAAA6", "A9999999999", "A10000000005", "ZZZZ99999999999"]
)
def test_a_place_beyond_every_spreadsheet_is_refused_before_its_reader_runs_over(place: str) -> None:
    row = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="6"><c r="{place}"><v>1</v></c></row>'
    with pytest.raises(InputError, match=r"spread over|are the most that are read"):
        read(workbooks.xlsx_of_parts(row), name="v.xlsx")


def test_millions_of_lines_that_are_no_rows_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.layout.cutting.MOST_MISFITS", 50)
    for line in ("x", "2024-01-01;1;2", '2024-01-01;"1'):
        with pytest.raises(InputError, match="of 74 rows most, or more than 50, have other than the 2 cells"):
            read(f"Fecha;Ventas\n{DAYS}" + f"{line}\n" * 60)


@pytest.mark.parametrize("run", [" ", "1", "1 ", "1'", "1,", "-", "(", "a ", "\u0301"])
def test_a_long_run_of_signs_takes_no_time_where_a_header_is_looked_for(run: str) -> None:
    started = time.process_time()
    reading = read(f"Fecha;Producto;Ventas\n2024-01-01;1{run * 2_000}x;3\n2024-01-02;b;4\n2024-01-03;c;4\n")
    assert (reading.lines.accepted, time.process_time() - started < 2) == (3, True)


def test_thousands_of_columns_that_are_no_periods_are_refused() -> None:
    names = ";".join(f"x{i}" for i in range(2_100))
    row = ";".join(["1"] * 2_100)
    with pytest.raises(InputError, match=r"2,102 columns that are no periods"):
        read(f"Fecha;Ventas;{names}\n2024-01-01;2;{row}\n2024-01-02;3;{row}\n")


def test_a_stated_frequency_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"v\.csv: 'h' is not a frequency; use one of D"):
        read(f"Fecha;Ventas\n{DAYS}", freq="h")

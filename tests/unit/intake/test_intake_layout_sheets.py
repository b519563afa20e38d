"""Workbooks and archives with several sheets: the right one, or all of them, or a question."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest

from intake.errors import InputError
from intake.mapping import FileMapping
from intake.reading import Reading, read_table
from intake.tables import Table

Rows = Sequence[Sequence[object]]


def workbook(**sheets: Rows) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(content: bytes, name: str = "v.xlsx", share: float = 0.05, **stated: object) -> Reading:
    mapping = FileMapping(**stated)  # type: ignore[arg-type]
    return read_table(content, name, Table.SALES, mapping=mapping, rejected_share=share)


HEAD = ["Fecha", "Producto", "Unidades"]
JANUARY = [HEAD, ["2026-01-05", "Pan", 3], ["2026-01-06", "Sal", 4]]
FEBRUARY = [["Informe"], [], HEAD, ["2026-02-05", "Pan", 5], ["2026-02-06", "Sal", "x"], ["Total", None, 5]]
OTHER = [["Fecha", "Artículo", "Ventas", "Motivo"], ["2026-01-05", "Pan", 9, "rotura"]]
NOTES = [["Leyenda"], ["Los datos son del TPV"], ["y nada más"]]


def test_the_sheet_with_the_table_is_found_and_the_others_are_named() -> None:
    reading = read(workbook(Portada=NOTES, Datos=JANUARY))
    assert reading.quantity_in == 7
    assert any(note == "sheets that are not read: 'Portada'" for note in reading.notes)


def test_sheets_with_the_same_columns_are_one_table() -> None:
    reading = read(workbook(Enero=JANUARY, Febrero=FEBRUARY, Leyenda=NOTES), share=0.5)
    assert reading.quantity_accepted == 12
    assert list(reading.rejected["file"]) == ["v.xlsx, sheet 'Febrero'"]
    assert list(reading.rejected["line"]) == [5]
    lines = reading.lines
    assert (lines.header, lines.blank, lines.footer, lines.rejected, lines.accepted) == (3, 1, 1, 1, 3)
    assert set(reading.frame["unique_id"]) == {"Pan", "Sal"}


def test_sheets_of_the_same_dates_are_shops() -> None:
    south = [HEAD, ["2026-01-05", "Pan", 1], ["2026-01-06", "Sal", 2]]
    reading = read(workbook(Norte=JANUARY, Sur=south))
    assert set(reading.frame["unique_id"]) == {"Norte/Pan", "Norte/Sal", "Sur/Pan", "Sur/Sal"}
    assert [finding.suspicious for finding in reading.findings if "is a shop" in finding.sentence] == [True]


def test_two_different_tables_are_a_question_that_the_mapping_answers() -> None:
    content = workbook(Ventas=JANUARY, Mermas=[["Fecha", "Producto", "Cantidad"], ["2026-01-05", "Pan", 9]])
    with pytest.raises(InputError, match="'Ventas' and 'Mermas' both look like sales") as refused:
        read(content)
    assert 'sheet = "Ventas" or sheet = "Mermas"' in str(refused.value)
    assert read(content, sheet="Mermas").quantity_in == 9


def test_files_of_an_archive_are_stacked_as_sheets_are() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("enero.csv", "Fecha;Producto;Unidades\n2026-01-05;Pan;3\n")
        archive.writestr("febrero.csv", "Producto;Fecha;Unidades\nPan;2026-02-05;4\nPan;x;4\n")
    reading = read(stream.getvalue(), "v.zip", share=0.5)
    assert list(reading.frame["y"]) == [3, 4]
    assert list(reading.rejected["file"]) == ["v.zip/febrero.csv"]


def test_wide_sheets_of_different_years_are_one_table() -> None:
    years = {
        f"Y{year}": [["Product", *(f"{year}-0{m}-01" for m in (1, 2, 3))], ["a", 1, 2, 3], ["b", 4, 5, 6]]
        for year in (2024, 2025)
    }
    reading = read(workbook(**years))
    assert (len(reading.frame), reading.quantity_in, reading.freq) == (12, 42, "MS")
    assert set(reading.frame["unique_id"]) == {"a", "b"}

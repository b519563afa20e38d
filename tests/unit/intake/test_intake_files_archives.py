"""Archives and kinds of files: what is in them is read, what cannot be read is said in one sentence."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from intake.errors import InputError
from intake.files.grid import Grid
from intake.files.opening import open_file
from intake.mapping import NOTHING_STATED, FileMapping
from intake.tables import Table

SALES = b"ds;y\n2026-01-05;1\n2026-01-12;2\n"
MORE = b"ds,y\n2026-01-19,3\n"


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def opened(content: bytes, name: str, mapping: FileMapping = NOTHING_STATED) -> tuple[Grid, ...]:
    return open_file(content, name, Table.SALES, mapping)


def cells(grid: Grid) -> list[tuple[str, ...] | None]:
    return [grid.row(row) for row in range(len(grid))]


PLAIN = cells(opened(SALES, "ventas.csv")[0])


def refusal(content: bytes, name: str, mapping: FileMapping = NOTHING_STATED) -> str:
    with pytest.raises(InputError) as caught:
        opened(content, name, mapping)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_gz_is_the_file_in_it() -> None:
    (grid,) = opened(gzip.compress(SALES), "ventas.csv.gz")
    assert (grid.name, cells(grid)) == ("ventas.csv", PLAIN)


def test_a_gz_of_two_parts_is_one_file() -> None:
    (grid,) = opened(gzip.compress(SALES[:10]) + gzip.compress(SALES[10:]), "ventas.csv.gz")
    assert cells(grid) == PLAIN


def test_a_zip_with_one_file_is_that_file() -> None:
    (grid,) = opened(zipped({"enero/ventas.csv": SALES}), "ventas.zip")
    assert (grid.name, cells(grid)) == ("ventas.zip/enero/ventas.csv", PLAIN)


def test_every_file_of_a_zip_is_a_grid_and_what_is_no_data_is_said() -> None:
    archive = zipped(
        {
            "a.csv": SALES,
            "__MACOSX/._a.csv": b"\0\5\26\7",
            ".hidden": b"x",
            "LEEME.txt": b"hola",
            "mapeo.toml": b"",
            "b.csv": MORE,
        }
    )
    grids = opened(archive, "x.zip")
    assert [grid.name for grid in grids] == ["x.zip/a.csv", "x.zip/b.csv"]
    for left_out in ("__MACOSX/._a.csv", ".hidden", "LEEME.txt", "mapeo.toml"):
        assert all(left_out in grid.findings[0].sentence for grid in grids)


def test_the_stated_file_of_a_zip_is_read_and_the_others_are_said() -> None:
    archive = zipped({"a.csv": MORE, "b.csv": SALES})
    (grid,) = opened(archive, "x.zip", FileMapping(member="b.csv"))
    assert cells(grid) == PLAIN
    assert "'a.csv' is not read" in grid.findings[0].sentence
    assert "'c.csv'" in refusal(archive, "x.zip", FileMapping(member="c.csv"))
    assert "in a ZIP, and this is none" in refusal(SALES, "x.csv", FileMapping(member="c.csv"))


def test_a_picture_beside_the_sales_is_left_out_and_looked_at() -> None:
    (grid,) = opened(zipped({"a.csv": SALES, "logo.png": b"\x89PNG\r\n"}), "x.zip")
    assert grid.findings[0].suspicious
    assert "logo.png" in grid.findings[0].sentence


@pytest.mark.parametrize(
    ("filename", "label"),
    [
        ("../../etc/ventas.csv", "etc/ventas.csv"),
        ("/ventas.csv", "ventas.csv"),
        ("C:\\datos\\ventas.csv", "datos/ventas.csv"),
        ("a\nb.csv", "a_b.csv"),
    ],
)
def test_a_name_never_leads_out_of_its_folder(filename: str, label: str) -> None:
    (grid,) = opened(zipped({filename: SALES}), "x.zip")
    assert grid.name == f"x.zip/{label}"


def test_a_name_with_nul_is_a_label_without() -> None:
    archive = zipped({"aXb.csv": SALES}).replace(b"aXb.csv", b"a\0b.csv")
    (grid,) = opened(archive, "x.zip")
    assert "\0" not in grid.name


def test_two_files_of_one_name_are_refused() -> None:
    archive = zipped({"a.csv": SALES, "b.csv": MORE}).replace(b"b.csv", b"a.csv")
    assert "same name" in refusal(archive, "x.zip")


def test_an_archive_in_an_archive_is_refused() -> None:
    inner = zipped({"a.csv": SALES})
    assert "archive in the archive" in refusal(zipped({"inner.zip": inner}), "x.zip")
    assert "archive in the archive" in refusal(gzip.compress(inner), "x.zip.gz")
    assert "archive in the archive" in refusal(zipped({"a.csv.gz": gzip.compress(SALES)}), "x.zip")


@pytest.mark.parametrize("cut", [10, 40, -30, -5])
def test_what_is_cut_off_is_refused(cut: int) -> None:
    refusal(gzip.compress(SALES * 9)[:cut], "x.csv.gz")
    refusal(zipped({"a.csv": SALES * 9})[:cut], "x.zip")


def test_what_an_archive_says_of_its_size_is_checked() -> None:
    archive = bytearray(zipped({"a.csv": b"ds,y\n" + b"2026-01-05,1\n" * 999}))
    at = archive.index(b"PK\1\2") + 24
    archive[at : at + 4] = (40).to_bytes(4, "little")
    assert "damaged" in refusal(bytes(archive), "x.zip")


def test_an_archive_with_a_password_is_refused() -> None:
    archive = bytearray(zipped({"a.csv": SALES}))
    archive[archive.index(b"PK\1\2") + 8] |= 1
    assert "password" in refusal(bytes(archive), "x.zip")


def test_an_empty_archive_is_refused() -> None:
    assert "no file with data" in refusal(zipped({}), "x.zip")
    assert "no file with data" in refusal(zipped({"LEEME.txt": b"hola"}), "x.zip")


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (b"%PDF-1.7 ...", "ventas.csv", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "ventas.csv", "picture"),
        (b"\xff\xd8\xff\xe0", "ventas.xlsx", "picture"),
        (b"Rar!\x1a\x07\x01\x00", "ventas.zip", "archive"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "ventas.xls", "web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><table>", "ventas.xls", "web page"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "ventas.xls", "web page"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "v.xls", "XML of 2003"),
        (b'<?xml version="1.0"?><ventas/>', "ventas.csv", "XML"),
        (b'[{"ds": "2026-01-05", "y": 1}]', "ventas.json", "JSON"),
        (b"SQLite format 3\0", "ventas.db", "database"),
        (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "ventas.xlsx", "no workbook"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "ventas.xlsx", "XLSB"),
        (b"PAR1" + b"\0" * 40, "ventas.parquet", "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ventas.xls", "damaged"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, name: str, word: str) -> None:
    assert word in refusal(content, name)


@pytest.mark.parametrize("name", ["ventas.xls", "ventas.xlsx", "ventas.zip", "ventas.parquet"])
def test_text_with_another_name_is_text(name: str) -> None:
    (grid,) = opened(SALES.replace(b";", b"\t"), name)
    assert (cells(grid), grid.delimiter) == (PLAIN, "\t")

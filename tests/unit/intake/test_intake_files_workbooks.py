"""Workbooks and Parquet: what was in a cell is in the grid, in one way of writing for each type."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import io
import struct
from collections.abc import Callable

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import Rows, Value, ods, ods_of, saved, xls, xlsx, xlsx_of_parts, zipped

from intake.errors import InputError
from intake.files.grid import Grid
from intake.files.opening import open_file
from intake.mapping import NOTHING_STATED, FileMapping
from intake.tables import Table

WRITERS: dict[str, Callable[..., bytes]] = {"xlsx": xlsx, "xls": xls, "ods": ods}


def opened(content: bytes, name: str, mapping: FileMapping = NOTHING_STATED) -> tuple[Grid, ...]:
    return open_file(content, name, Table.SALES, mapping)


def cells(grid: Grid) -> list[tuple[str, ...] | None]:
    return [grid.row(row) for row in range(len(grid))]


def exact(grid: Grid, row: int) -> list[bool]:
    return [column.exact is not None and bool(column.exact[column.codes[row]]) for column in grid.columns]


def as_text(value: Value) -> str:
    """What a cell has to say, told apart type by type and not as the reader does it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return {True: "true", False: "false"}[value]
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d}" if (value.hour, value.minute, value.second) == (0, 0, 0) else str(value)
    if isinstance(value, float) and value == int(value):
        return f"{value:.0f}".replace("-0", "0") if value == 0 else f"{value:.0f}"
    return str(value).strip()


texts = (
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
# Fifteen digits are what a workbook keeps.
numbers = st.one_of(st.integers(-(10**14), 10**14), st.integers(-(10**8), 10**8).map(lambda n: n / 64))
days = st.dates(datetime.date(1901, 1, 1), datetime.date(2199, 12, 31))
moments = st.datetimes(datetime.datetime(1980, 1, 1), datetime.datetime(2100, 1, 1)).map(
    lambda each: each.replace(microsecond=0)
)
values = st.one_of(st.none(), texts, numbers, days, moments, st.booleans())
tables = (
    st.integers(1, 4)
    .flatmap(lambda width: st.lists(st.lists(values, min_size=width, max_size=width), min_size=1, max_size=6))
    .filter(lambda rows: rows[0][0] is not None and all(rows[-1]) and None not in rows[0])
)


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=60)
@given(rows=tables, top=st.integers(1, 5), left=st.integers(1, 4), packed=st.sampled_from(["", "zip", "gz"]))
def test_a_workbook_comes_back_cell_by_cell(kind: str, rows: Rows, top: int, left: int, packed: str) -> None:
    content = WRITERS[kind]({"Hoja": rows}, top, left)
    if packed:
        content = zipped({f"v.{kind}": content}) if packed == "zip" else gzip.compress(content)
    (grid,) = opened(content, f"v.{kind}" + (f".{packed}" if packed else ""))
    assert grid.first_lines.tolist() == list(range(1, top + len(rows)))
    assert all(not any(row or ()) for row in cells(grid)[: top - 1])
    assert cells(grid)[top - 1 :] == [tuple(map(as_text, row)) for row in rows]
    for number, row in enumerate(rows, start=top - 1):
        typed = [value is not None and not isinstance(value, str) for value in row]
        assert exact(grid, number) == typed
        assert grid.original_text(number) == "\t".join(map(as_text, row))


columns = {
    pa.string(): texts,
    pa.int64(): st.integers(-(2**60), 2**60),
    pa.float64(): st.integers(-(10**8), 10**8).map(lambda n: n / 64),
    pa.date32(): days,
    pa.timestamp("ns"): moments,
    pa.bool_(): st.booleans(),
}


@settings(max_examples=60)
@given(chosen=st.lists(st.sampled_from(list(columns)), min_size=1, max_size=5), draw=st.data())
def test_parquet_comes_back_cell_by_cell(chosen: list[pa.DataType], draw: st.DataObject) -> None:
    height = draw.draw(st.integers(1, 8))
    written = [
        draw.draw(st.lists(st.none() | columns[kind], min_size=height, max_size=height)) for kind in chosen
    ]
    names = [f"c{number}" for number in range(len(chosen))]
    table = pa.table([pa.array(each, kind) for each, kind in zip(written, chosen, strict=True)], names=names)
    packed = io.BytesIO()
    pq.write_table(table, packed)
    (grid,) = opened(packed.getvalue(), "v.parquet")
    assert cells(grid) == [tuple(names), *(tuple(map(as_text, row)) for row in zip(*written, strict=True))]
    for number, row in enumerate(zip(*written, strict=True), start=1):
        assert exact(grid, number) == [value is not None and not isinstance(value, str) for value in row]


def test_a_text_that_looks_like_a_number_is_told_from_the_number() -> None:
    (grid,) = opened(xlsx({"S": [["y"], ["12"], [12], ["007"], ["1.234,5"]]}), "v.xlsx")
    assert cells(grid) == [("y",), ("12",), ("12",), ("007",), ("1.234,5",)]
    assert [exact(grid, row)[0] for row in range(5)] == [False, False, True, False, False]


def test_every_sheet_is_a_grid_and_a_hidden_one_is_marked() -> None:
    book = openpyxl.Workbook()
    book["Sheet"].append(["ds", "y"])
    book.create_sheet("Vacía")
    book.create_chartsheet("Gráfico")
    hidden = book.create_sheet("Borrador")
    hidden.append([1])
    hidden.sheet_state = "hidden"
    grids = opened(saved(book), "v.xlsx")
    assert [grid.sheet for grid in grids] == ["Sheet", "Borrador"]
    assert [finding.suspicious for grid in grids for finding in grid.findings] == [False, True]
    assert grids[1].findings[0].overrule == 'sheet = "Borrador"'


@pytest.mark.parametrize("kind", WRITERS)
def test_the_stated_sheet_is_the_only_one(kind: str) -> None:
    content = WRITERS[kind]({"Uno": [["a"]], "Dos": [["b"]]})
    (grid,) = opened(content, f"v.{kind}", FileMapping(sheet="dos"))
    assert (grid.sheet, grid.row(0)) == ("Dos", ("b",))
    with pytest.raises(InputError, match=r"'Tres' is stated .* 'Uno', 'Dos'"):
        opened(content, f"v.{kind}", FileMapping(sheet="Tres"))
    with pytest.raises(InputError, match="no workbook"):
        opened(b"ds,y\n2026-01-05,1\n", "v.csv", FileMapping(sheet="Uno"))


@pytest.mark.parametrize("kind", WRITERS)
def test_a_workbook_without_cells_is_refused(kind: str) -> None:
    with pytest.raises(InputError, match="no filled cell"):
        opened(WRITERS[kind]({"Uno": []}), f"v.{kind}")


def merged_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row in (
        ["Ventas 2026", None, None, None],
        ["Tienda", "Q1", None, "Total"],
        [None, "Enero", "Febrero", None],
        ["Centro", 1, 2, 7],
        [None, 3, 4, None],
    ):
        sheet.append(row)
    for area in ("A1:D1", "A2:A3", "B2:C2", "A4:A5", "D4:D5"):
        sheet.merge_cells(area)
    return saved(book)


def merged_ods() -> bytes:
    def cell(text: str, columns: int = 1, rows: int = 1) -> str:
        return (
            f'<table:table-cell office:value-type="string" table:number-columns-spanned="{columns}" '
            f'table:number-rows-spanned="{rows}"><text:p>{text}</text:p></table:table-cell>'
        )

    def number(value: int, rows: int = 1) -> str:
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}" '
            f'table:number-rows-spanned="{rows}"><text:p>{value}</text:p></table:table-cell>'
        )

    covered = "<table:covered-table-cell/>"
    rows = (
        cell("Ventas 2026", 4) + '<table:covered-table-cell table:number-columns-repeated="3"/>',
        cell("Tienda", 1, 2) + cell("Q1", 2) + covered + cell("Total"),
        covered + cell("Enero") + cell("Febrero"),
        cell("Centro", 1, 2) + number(1) + number(2) + number(7, 2),
        covered + number(3) + number(4) + covered,
    )
    written = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return ods_of(f'<table:table table:name="S">{written}</table:table>')


@pytest.mark.parametrize(("content", "name"), [(merged_xlsx(), "v.xlsx"), (merged_ods(), "v.ods")])
def test_merged_labels_are_repeated_and_quantities_and_titles_are_not(content: bytes, name: str) -> None:
    (grid,) = opened(content, name)
    assert cells(grid) == [
        ("Ventas 2026", "", "", ""),
        ("Tienda", "Q1", "Q1", "Total"),
        ("Tienda", "Enero", "Febrero", ""),
        ("Centro", "1", "2", "7"),
        ("Centro", "3", "4", ""),
    ]
    repeated, left = grid.findings
    assert repeated.evidence == "A2:A3, B2:C2, A4:A5"
    assert (left.evidence, left.suspicious) == ("D4:D5", True)


def test_a_number_that_groups_rows_is_a_label() -> None:
    book = openpyxl.Workbook()
    for row in (["shop", "y"], [101, 5], [None, 6]):
        book["Sheet"].append(row)
    book["Sheet"].merge_cells("A2:A3")
    (grid,) = opened(saved(book), "v.xlsx")
    assert cells(grid) == [("shop", "y"), ("101", "5"), ("101", "6")]
    assert exact(grid, 2) == [True, True]


def test_errors_and_formulas_without_a_value_are_said() -> None:
    (grid,) = opened(
        xlsx_of_parts(
            '<row r="3"><c r="B3" t="inlineStr"><is><t>y</t></is></c>'
            '<c r="C3" t="inlineStr"><is><t>z</t></is></c></row>'
            '<row r="4"><c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C4"><f>SUM(A1:A2)</f></c></row>'
            '<row r="5"><c r="B5" s="0" t="e"><v>#N/A</v></c><c r="C5"><f>A1</f><v>5</v></c></row>'
        ),
        "v.xlsx",
    )
    assert cells(grid)[2:] == [("y", "z"), ("#DIV/0!", ""), ("#N/A", "5")]
    errors, empty = grid.findings
    assert (errors.evidence, errors.suspicious) == ("B4 #DIV/0!, B5 #N/A", True)
    assert (empty.evidence, empty.suspicious) == ("C4", True)


def test_parquet_says_what_it_leaves_out_and_whose_clock_it_keeps() -> None:
    table = pa.table(
        {
            "ds": pa.array([datetime.datetime(2026, 1, 1, 23)], pa.timestamp("us", "Europe/Madrid")),
            "y": pa.array([0.1], pa.float32()),
            "tags": [["a"]],
            "raw": [b"\xff"],
            "text": [b"abc"],
            "kind": pa.array(["x"]).dictionary_encode(),
        }
    )
    packed = io.BytesIO()
    pq.write_table(table, packed)
    (grid,) = opened(packed.getvalue(), "v.parquet")
    assert cells(grid) == [("ds", "y", "text", "kind"), ("2026-01-02 00:00:00"[:10], "0.1", "abc", "x")]
    left_out, clock = grid.findings
    assert ("'tags', 'raw'" in left_out.sentence, left_out.suspicious) == (True, True)
    assert "Europe/Madrid" in clock.sentence


def test_a_password_is_named() -> None:
    book = xls({"S": [["a"]]})
    at = book.index(struct.pack("<HH", 0x0809, 16))  # the records begin; a FILEPASS follows the first
    locked = book[: at + 20] + struct.pack("<HHH", 0x2F, 2, 0) + book[at + 26 :]
    with pytest.raises(InputError, match="take the password off"):
        opened(locked, "v.xls")


@pytest.mark.parametrize(
    ("stream", "way_out"), [("EncryptedPackage", "password"), ("WordDocument", "no workbook")]
)
def test_what_else_comes_in_the_wrapping_of_an_xls_is_named(stream: str, way_out: str) -> None:
    content = bytearray(xls({"S": [["a"]]}))
    at = content.index("Workbook".encode("utf-16-le"))
    name = stream.encode("utf-16-le")
    content[at : at + 66] = name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2)
    with pytest.raises(InputError, match=way_out):
        opened(bytes(content), "v.xlsx")


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=40)
@given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_damaged_workbook_is_read_or_refused_in_one_sentence(kind: str, at: int, flip: int) -> None:
    content = bytearray(WORKBOOKS[kind])
    content[at % len(content)] ^= flip
    with contextlib.suppress(InputError):
        opened(bytes(content), f"v.{kind}")


WORKBOOKS = {
    kind: write({"Uno": [["ds", "y"], [datetime.date(2026, 1, 5), 3]]}) for kind, write in WRITERS.items()
}

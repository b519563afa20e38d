"""Small files that ask for enormous amounts of memory or time, made here and opened in this process.

Run as a program it opens each of them, and prints name, MB of memory at the peak so far, seconds and answer,
as one line of JSON each.
"""

from __future__ import annotations

import gzip
import io
import json
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlwt
from workbooks import ods_of, xlsx_of_parts, zipped

from intake.errors import InputError
from intake.files.opening import open_file
from intake.mapping import NOTHING_STATED
from intake.tables import Table

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONG = "x" * 32_000


def zip_bomb() -> bytes:
    return zipped({"ventas.csv": b"0" * (101 << 20)})


def zip_that_lies() -> bytes:
    archive = bytearray(zip_bomb())
    at = archive.index(b"PK\1\2") + 24
    archive[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(archive)


def zip_of_overlapping_files() -> bytes:
    archive = zipped(
        {f"{number:04d}.csv": b"ds,y\n" * 400_000 if not number else b"" for number in range(900)}
    )
    content = bytearray(archive)
    first = content.index(b"PK\1\2")
    entry = bytes(content[first + 10 : first + 28])  # method to sizes of the first file, for all of them
    at = first
    while (at := content.find(b"PK\1\2", at + 4)) > 0:
        content[at + 10 : at + 28] = entry
        content[at + 42 : at + 46] = b"\0\0\0\0"
    return bytes(content)


def zip_of_many_files() -> bytes:
    return zipped({f"{number}.csv": b"" for number in range(11_000)})


def gz_bomb() -> bytes:
    return gzip.compress(b"0" * (101 << 20), 6)


def xlsx_of_spaces() -> bytes:
    return xlsx_of_parts(" " * (101 << 20))


def xlsx_with_two_far_cells() -> bytes:
    return xlsx_of_parts(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def xlsx_with_far_cells_hidden() -> bytes:
    return xlsx_of_parts(
        f"<row r='1'><c r='A1'><v>1</v></c></row><row{' ' * 70_000}r='1048576'>"
        f"<c{' ' * 70_000}r{' ' * 70_000}=  'xfd1048576'><v>1</v></c></row>"
    )


def xlsx_of_one_long_text() -> bytes:
    cells = "".join(
        f'<c r="{letter}{row}" t="s"><v>0</v></c>' for row in range(1, 10_001) for letter in LETTERS[:10]
    )
    return xlsx_of_parts(f"<row>{cells}</row>", f"<si><t>{LONG}</t></si>")


def xlsx_with_a_last_row() -> bytes:
    cells = "".join(f'<c r="{letter}{other}1048576"><v>1</v></c>' for letter in LETTERS for other in LETTERS)
    return xlsx_of_parts(f'<row r="1048576">{cells}</row>')


def xlsx_of_one_sheet_many_times() -> bytes:
    book = xlsx_of_parts(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    )
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheets = "".join(f'<sheet name="S{number}" sheetId="{number}" r:id="r1"/>' for number in range(1, 999))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        '<sheet name="S" sheetId="1" r:id="r1"/>', sheets
    )
    return zipped(dict(parts))


def ods_that_repeats() -> bytes:
    return ods_of(
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384">'
        "<text:p>1</text:p></table:table-cell></table:table-row></table:table>"
    )


def ods_of_spaces() -> bytes:
    return ods_of(
        '<table:table table:name="S"><table:table-row><table:table-cell office:value-type="string">'
        '<text:p>a<text:s text:c="4000000000"/></text:p></table:table-cell></table:table-row></table:table>'
    )


def ods_of_one_long_text() -> bytes:
    return ods_of(
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="100000">'
        f'<table:table-cell office:value-type="string"><text:p>{LONG}</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )


def with_entities(content: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    head, _, rest = parts[part].partition("?>") if parts[part].startswith("<?") else ("", "", parts[part])
    parts[part] = (f"{head}?>" if head else "") + LAUGHS + rest.replace("<si><t>", "<si><t>&j;")
    return zipped(dict(parts))


def xlsx_of_laughs() -> bytes:
    plain = xlsx_of_parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "<si><t>a</t></si>")
    return with_entities(plain, "xl/sharedStrings.xml")


def ods_of_laughs() -> bytes:
    return with_entities(ods_that_repeats(), "content.xml")


def xls_with_far_cells() -> bytes:
    book = xlwt.Workbook()
    for number in range(60):
        sheet = book.add_sheet(str(number))
        sheet.write(0, 0, 1)
        sheet.write(65_535, 255, 1)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def xls_of_one_long_text() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for row in range(60_000):
        sheet.write(row, 0, LONG)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def parquet_of_nothing() -> bytes:
    column = pa.nulls((1 << 21) + 1, pa.int8())
    written = io.BytesIO()
    pq.write_table(pa.table({str(number): column for number in range(64)}), written)
    return written.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip_bomb.zip": zip_bomb,
    "zip_that_lies.zip": zip_that_lies,
    "zip_of_overlapping_files.zip": zip_of_overlapping_files,
    "zip_of_many_files.zip": zip_of_many_files,
    "gz_bomb.csv.gz": gz_bomb,
    "xlsx_of_spaces.xlsx": xlsx_of_spaces,
    "xlsx_of_laughs.xlsx": xlsx_of_laughs,
    "xlsx_with_two_far_cells.xlsx": xlsx_with_two_far_cells,
    "xlsx_with_far_cells_hidden.xlsx": xlsx_with_far_cells_hidden,
    "xlsx_with_a_last_row.xlsx": xlsx_with_a_last_row,
    "xlsx_of_one_sheet_many_times.xlsx": xlsx_of_one_sheet_many_times,
    "xlsx_of_one_long_text.xlsx": xlsx_of_one_long_text,
    "ods_that_repeats.ods": ods_that_repeats,
    "ods_of_spaces.ods": ods_of_spaces,
    "ods_of_one_long_text.ods": ods_of_one_long_text,
    "ods_of_laughs.ods": ods_of_laughs,
    "xls_with_far_cells.xls": xls_with_far_cells,
    "xls_of_one_long_text.xls": xls_of_one_long_text,
    "parquet_of_nothing.parquet": parquet_of_nothing,
}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def answers(folder: str) -> Iterator[dict[str, object]]:
    for name in HOSTILE:
        content = Path(folder, name).read_bytes()
        started = time.process_time()
        try:
            open_file(content, name, Table.SALES, NOTHING_STATED)
            answer = ""
        except InputError as error:
            answer = str(error)
        yield {
            "name": name,
            "kb": len(content) // 1024,
            "peak_mb": round(peak_mb()),
            "seconds": round(time.process_time() - started, 2),
            "answer": answer,
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"name": "start", "peak_mb": round(peak_mb())}) + "\n")
    for each in answers(sys.argv[1]):
        sys.stdout.write(json.dumps(each) + "\n")
        sys.stdout.flush()

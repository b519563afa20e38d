"""Small workbooks of every kind, written by hand or by libraries that write and nothing else."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlwt

Value = str | int | float | bool | datetime.date | datetime.datetime | None
Rows = Sequence[Sequence[Value]]

EPOCH = datetime.datetime(1899, 12, 30)


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def xlsx(sheets: dict[str, Rows], top: int = 1, left: int = 1) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(rows, start=top):
            for column, value in enumerate(cells, start=left):
                cell = sheet.cell(row=row, column=column)
                if isinstance(value, str):
                    cell.value, cell.data_type = value, "s"
                else:
                    cell.value = value
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def xlsx_of_parts(sheet: str, strings: str = "") -> bytes:
    """A workbook whose one sheet has this XML below its root."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{types}"/>',
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>",
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">'
            f"<sheetData>{sheet}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
        }
    )


def xls(sheets: dict[str, Rows], top: int = 1, left: int = 1) -> bytes:
    book = xlwt.Workbook()
    day, moment = xlwt.easyxf(num_format_str="yyyy-mm-dd"), xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for row, cells in enumerate(rows, start=top - 1):
            for column, value in enumerate(cells, start=left - 1):
                if isinstance(value, datetime.datetime):
                    sheet.write(row, column, value, moment)
                elif isinstance(value, datetime.date):
                    sheet.write(row, column, value, day)
                elif value is not None:
                    sheet.write(row, column, value)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def ods(sheets: dict[str, Rows], top: int = 1, left: int = 1) -> bytes:
    tables = []
    for name, rows in sheets.items():
        above = (
            f'<table:table-row table:number-rows-repeated="{top - 1}"><table:table-cell/></table:table-row>'
        )
        before = f'<table:table-cell table:number-columns-repeated="{left - 1}"/>' if left > 1 else ""
        lines = [above] if top > 1 else []
        lines += [
            f"<table:table-row>{before}{''.join(map(ods_cell, cells))}</table:table-row>" for cells in rows
        ]
        tables.append(f"<table:table table:name={quoteattr(name)}>{''.join(lines)}</table:table>")
    return ods_of("".join(tables))


def ods_of(tables: str) -> bytes:
    spaces = "".join(
        f' xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"'
        for each in ("office", "table", "text")
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}>'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        }
    )


def ods_cell(value: Value) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind = f'"boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, (int, float)):
        kind = f'"float" office:value="{value!r}"'
    elif isinstance(value, datetime.date):
        kind = f'"date" office:date-value="{value.isoformat()}"'
    else:
        kind = '"string"'
    return (
        f"<table:table-cell office:value-type={kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"
    )

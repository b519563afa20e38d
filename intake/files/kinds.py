"""What kind of file this is, told by its first bytes: names lie."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from intake.errors import InputError
from intake.files.zip_parts import zip_entries

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class FileKind(Enum):
    """What can be read."""

    TEXT = "text"
    GZ = "gz"
    ZIP = "zip"
    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    PARQUET = "parquet"


_AS_TABLE: Final = "export the table as CSV or XLSX and upload that"
_PICTURE: Final = f"this is a picture; {_AS_TABLE}"
_PACKED: Final = "this archive is neither ZIP nor GZ; pack it as ZIP"
_WEB_PAGE: Final = (
    "this is a web page, whatever its name; open it in a spreadsheet program and save it as XLSX or CSV"
)
_REFUSED: Final = (
    (rb"\s*%PDF-", f"this is a PDF; {_AS_TABLE}"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP", _PICTURE),
    (rb"BM....\0\0\0\0|II\*\0|MM\0\*", _PICTURE),
    (rb"\{\\rtf", f"this is a text document; {_AS_TABLE}"),
    (rb"Rar!|7z\xbc\xaf\x27\x1c|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x28\xb5\x2f\xfd", _PACKED),
    (rb"SQLite format 3\0", f"this is a database; {_AS_TABLE}"),
    (rb"ARROW1|ORC|Obj\x01", "this is a columnar file other than Parquet; save it as Parquet or CSV"),
    (rb"PARE", "this Parquet file is encrypted; save it without encryption"),
)
_MARKUP: Final = (
    (
        r"<\?mso-application|=\"urn:schemas-microsoft-com:office:spreadsheet\"",
        "this is a workbook in XML of 2003; open it in a spreadsheet program and save it as XLSX",
    ),
    (r"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style)\b", _WEB_PAGE),
    (r"^\s*MIME-Version:\s", _WEB_PAGE),
    (r"^\s*<\?xml\b", f"this is XML; {_AS_TABLE}"),
    (r"^\s*(?:\[\s*\{\s*\"|\{\s*\")", f"this is JSON; {_AS_TABLE}"),
)
_TAR_AT: Final = 257


def kind_of(content: bytes, name: str) -> FileKind:
    """The kind of a file; InputError, with the way out, if it is of one that cannot be read."""
    for magic, sentence in _REFUSED:
        if re.match(magic, content[:64], re.DOTALL):
            raise InputError(sentence, file=name)
    if content[_TAR_AT : _TAR_AT + 5] == b"ustar":
        raise InputError("this is a TAR archive; pack the files as ZIP", file=name)
    if content.startswith(b"\x1f\x8b"):
        return FileKind.GZ
    if content.startswith(OLE):
        return FileKind.XLS
    if content.startswith(b"PAR1"):
        return FileKind.PARQUET
    if content.startswith((b"PK\3\4", b"PK\5\6")):
        return _kind_of_zip(content, name)
    start = _start_of_text(content)
    for pattern, sentence in _MARKUP:
        if re.search(pattern, start, re.IGNORECASE | re.DOTALL):
            raise InputError(sentence, file=name)
    return FileKind.TEXT


def _start_of_text(content: bytes) -> str:
    """The first characters, in whichever encoding as long as they are ASCII."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return content[:2048].decode(encoding, "ignore").lstrip("\ufeff")


def _kind_of_zip(content: bytes, name: str) -> FileKind:
    names = {entry.filename for entry in zip_entries(content, name)}
    if "xl/workbook.bin" in names:
        raise InputError("XLSB is not read; save the workbook as XLSX", file=name)
    if "[Content_Types].xml" in names:
        if any(each.startswith("xl/") for each in names):
            return FileKind.XLSX
        raise InputError(f"this is a document and no workbook; {_AS_TABLE}", file=name)
    if "mimetype" in names and "content.xml" in names:
        return FileKind.ODS
    if any(each.endswith(".iwa") for each in names):
        raise InputError("this is a workbook of Numbers; export it as XLSX or CSV", file=name)
    return FileKind.ZIP

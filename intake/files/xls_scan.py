"""An XLS workbook looked over before it is opened: whether it is one, and whether it is safe."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Final

import olefile

from intake.errors import InputError
from intake.files.limits import refuse_sparse, refuse_too_much_text

_BOF, _FILEPASS, _SST, _CONTINUE, _MULRK, _LABELSST = 0x809, 0x2F, 0xFC, 0x3C, 0xBD, 0xFD
_FILLED: Final = frozenset({0x06, 0x203, 0x27E, _MULRK, _LABELSST, 0x204, 0x205, 0xD6})
_HEADER: Final = struct.Struct("<HH")
_PLACE: Final = struct.Struct("<HH")
_RICH, _PHONETIC, _WIDE = 8, 4, 1


def scan_xls(content: bytes, name: str) -> None:
    """InputError if an OLE file is no XLS workbook, has a password, or is not safe to open."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            streams = {"/".join(path) for path in file.listdir()}
            book = next((each for each in ("Workbook", "Book") if each in streams), None)
            records = file.openstream(book).read() if book else b""
    # A directory that leads back to itself is followed until Python gives up.
    except (OSError, IndexError, struct.error, ValueError, RecursionError) as error:
        raise InputError("the workbook is damaged; open it and save it as XLSX", file=name) from error
    if "EncryptedPackage" in streams:
        raise InputError("the workbook has a password; take the password off and save it", file=name)
    if not book:
        raise InputError(
            "this is a document of an office program and no workbook; save the table as XLSX or CSV",
            file=name,
        )
    _look(records, name)


class _Sheet:
    """The filled cells of one sheet, as its records go by."""

    def __init__(self) -> None:
        self.filled = 0
        self.left = 1 << 16
        self.bottom = self.right = -1

    @property
    def area(self) -> int:
        """The cells from row 1 to the last filled one, in the filled columns."""
        return (self.bottom + 1) * max(self.right - self.left + 1, 0)

    def fill(self, kind: int, body: memoryview) -> None:
        if len(body) >= _PLACE.size:
            row, column = _PLACE.unpack_from(body)
            last = column + max((len(body) - 6) // 6 - 1, 0) if kind == _MULRK else column
            self.filled += last - column + 1
            self.left = min(self.left, column)
            self.bottom, self.right = max(self.bottom, row), max(self.right, last)


def _look(content: bytes, name: str) -> None:
    sheets = [_Sheet()]
    shared: list[memoryview] = []
    follows_strings = False
    strings = 0
    for kind, body in _records(content):
        if kind in _FILLED:
            sheets[-1].fill(kind, body)
            strings += kind == _LABELSST
        elif kind == _BOF:
            sheets.append(_Sheet())
        elif kind == _FILEPASS:
            raise InputError("the workbook has a password; take the password off and save it", file=name)
        elif kind == _SST or (kind == _CONTINUE and follows_strings):
            shared.append(body)
        follows_strings = kind == _SST or (kind == _CONTINUE and follows_strings)
    refuse_sparse(
        sum(sheet.area for sheet in sheets),
        max(sheet.bottom + 1 for sheet in sheets),
        max(sheet.right - sheet.left + 1 for sheet in sheets),
        sum(sheet.filled for sheet in sheets),
        name,
    )
    refuse_too_much_text(strings * _longest_string(shared), name)


def _records(content: bytes) -> Iterator[tuple[int, memoryview]]:
    view = memoryview(content)
    at = 0
    while at + _HEADER.size <= len(content):
        kind, length = _HEADER.unpack_from(content, at)
        at += _HEADER.size
        yield kind, view[at : at + length]
        at += length


def _longest_string(records: list[memoryview]) -> int:
    """The most characters of one shared string; where a record ends within a string, the next repeats
    whether its characters are wide.
    """
    longest = 0
    if not records:
        return 0
    number, at = 0, 8
    try:
        while number < len(records):
            if at >= len(records[number]):
                number, at = number + 1, 0
                continue
            count, flags = struct.unpack_from("<HB", records[number], at)
            longest = max(longest, count)
            at += 3
            after = 0
            if flags & _RICH:
                after += 4 * struct.unpack_from("<H", records[number], at)[0]
                at += 2
            if flags & _PHONETIC:
                after += int(struct.unpack_from("<I", records[number], at)[0])
                at += 4
            width = 2 if flags & _WIDE else 1
            while count:
                here = min(count, (len(records[number]) - at) // width)
                count, at = count - here, at + here * width
                if count:
                    number, at = number + 1, 1
                    width = 2 if records[number][0] & _WIDE else 1
            while after > len(records[number]) - at:
                after -= len(records[number]) - at
                number, at = number + 1, 0
            at += after
    except (struct.error, IndexError):
        # Not as the format says: then a string can be as long as the format lets it be.
        return 0xFFFF
    return longest

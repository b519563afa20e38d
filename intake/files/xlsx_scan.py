"""An XLSX workbook looked over before it is opened: whether it is safe, and what its reader would not tell.

The reader lays out every sheet as a full rectangle and gives every cell a text of its own, so a file of a
kilobyte can ask for a terabyte. It also shows neither the errors in cells nor formulas without a value.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from intake.files.limits import (
    LARGEST_TEXT,
    MOST_CELLS,
    MOST_SPARSE_CELLS,
    SPARSE,
    refuse_sparse,
    refuse_too_much_text,
)
from intake.files.xml_parts import parse, refuse_entities
from intake.files.zip_parts import pieces

Place = tuple[int, int]  # row and column, both from 0

_REFERENCE: Final = re.compile(rb"r\s*=\s*[\"']([A-Za-z]+)([0-9]+)")
_ERROR: Final = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]*\br=\"([A-Z]+)([0-9]+)\")[^<>]*\bt=\"e\"[^<>]*>"
    rb"(?:\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]{1,40})<"
)
_UNCALCULATED: Final = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]*\br=\"([A-Z]+)([0-9]+)\")[^<>]*>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>\s*|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*)?</"
)
_PLACE: Final = re.compile(r"([A-Za-z]+)([0-9]+)")
_NOWHERE: Final = 1 << 32
_STRING_END: Final = re.compile(rb"</(?:[\w.-]+:)?si\s*>")
_CELL_STARTS: Final = (b"<c ", b"<c>", b"<c/", b"<c\n", b"<c\t", b"<c\r", b":c ", b":c>", b":c/", b":c\n")
_OVERLAP: Final = 1 << 16  # bytes of a piece that are looked at again with the next
_MOST_NOTED: Final = 100_000


@dataclass
class SheetScan:
    """What a part of the workbook says of its cells; `errors` and `uncalculated` where there are such."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    references: int = 0
    strings: int = 0
    errors: dict[Place, str] = field(default_factory=dict)
    uncalculated: set[Place] = field(default_factory=set)


def scan_xlsx(content: bytes, entries: list[zipfile.ZipInfo], name: str) -> dict[str, SheetScan]:
    """Sheet -> what was seen in it, of a workbook that is safe to open.

    InputError if a part declares entities, a sheet spreads few cells over a vast rectangle, or its cells
    repeat more text than can be held.
    """
    scans = {}
    longest = 0
    for entry in entries:
        if entry.filename.lower().endswith((".bin", ".png", ".jpeg", ".jpg", ".emf", ".vml", ".gif")):
            continue
        scan = scans[entry.filename] = SheetScan()
        for piece in _whole_cells(content, entry, name):
            refuse_entities(piece, name)
            _look(piece, scan)
        if _holds_strings(entry):
            longest = max(longest, _longest_string(content, entry, name))
    sheets = _sheet_parts(content, entries, name)
    if _is_doubtful(list(scans.values()), len(sheets), longest):
        _look_exactly(content, [entry for entry in entries if entry.filename in scans], sheets, name)
    return {sheet: scans[part] for sheet, part in sheets.items() if part in scans}


def _longest_string(content: bytes, entry: zipfile.ZipInfo, name: str) -> int:
    """No shared string has more bytes than this."""
    longest = since_end = 0
    for piece in pieces(content, entry, name):
        ends = [end.end() for end in _STRING_END.finditer(piece)]
        if ends:
            longest = max(longest, since_end + ends[0], *(b - a for a, b in pairwise(ends)))
            since_end = len(piece) - ends[-1]
        else:
            since_end += len(piece)
    return max(longest, since_end)


def _look(piece: bytes, scan: SheetScan) -> None:
    found = _REFERENCE.findall(piece)
    if not found:
        scan.cells += sum(piece.count(start) for start in _CELL_STARTS)
        return
    columns, rows = zip(*found, strict=True)
    scan.references += len(found)
    scan.cells += sum(piece.count(start) for start in _CELL_STARTS)
    scan.columns = max(scan.columns, *(_column(letters) + 1 for letters in set(columns)))
    scan.rows = max(scan.rows, *map(_row, set(rows)))
    scan.strings += piece.count(b't="s"') + piece.count(b"t='s'")
    if b't="e"' in piece:
        for letters, digits, text in _ERROR.findall(piece):
            if len(scan.errors) < _MOST_NOTED:
                scan.errors[_row(digits) - 1, _column(letters)] = text.decode("utf-8", "replace")
    if b"<f" in piece or b":f" in piece:
        for letters, digits in _UNCALCULATED.findall(piece):
            if len(scan.uncalculated) < _MOST_NOTED:
                scan.uncalculated.add((_row(digits) - 1, _column(letters)))


def _column(letters: bytes) -> int:
    """0 for A; with more letters than XFD has, it lies wherever its reader's numbers run over to."""
    if len(letters) > 3:
        return _NOWHERE
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _row(digits: bytes) -> int:
    """1 for the first row; a number of ten digits stands for those of more, which nobody reads rightly."""
    return int(digits.lstrip(b"0")[:10] or b"0")


def _is_doubtful(scans: Sequence[SheetScan], sheets: int, longest: int) -> bool:
    """Whether a quick look could not tell that a workbook is safe; several sheets may be of one part."""
    areas = [scan.rows * scan.columns for scan in scans]
    cells = sum(scan.cells for scan in scans)
    area = max(sum(areas), sheets * max(areas, default=0))
    strings = max(
        sum(scan.strings for scan in scans), sheets * max((scan.strings for scan in scans), default=0)
    )
    return (
        any(scan.references < scan.cells for scan in scans)
        or area > MOST_CELLS
        or (area > MOST_SPARSE_CELLS and cells < SPARSE * area)
        or strings * longest > LARGEST_TEXT
    )


def _whole_cells(content: bytes, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """A part in pieces that end where a cell does; where none ends for long, pieces overlap instead."""
    rest = b""
    for piece in pieces(content, entry, name):
        joined = rest + piece
        cut = joined.rfind(b"c>", -_OVERLAP) + 2
        if cut > 1:
            yield joined[:cut]
            rest = joined[cut:]
        else:
            yield joined
            rest = joined[-_OVERLAP:]
    yield rest


def _string_lengths(content: bytes, entries: list[zipfile.ZipInfo], name: str) -> list[int]:
    """The length of every shared string."""
    lengths: list[int] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def text(characters: str) -> None:
        if lengths:
            lengths[-1] += len(characters)

    for entry in entries:
        if _holds_strings(entry):
            parse(content, entry, name, start=start, text=text)
    return lengths


class _ExactSheet:
    """The rectangle and the text of a sheet as its reader will find them; slow, for parts in doubt."""

    def __init__(self, lengths: list[int]) -> None:
        self.lengths = lengths
        self.row = self.column = self.bottom = self.right = -1
        self.left = 1 << 62
        self.filled = self.characters = 0
        self.is_string = self.in_value = False
        self.value = ""

    @property
    def area(self) -> int:
        """The cells from row 1 to the last filled one, in the filled columns."""
        return (self.bottom + 1) * max(self.right - self.left + 1, 0)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "row":
            self.row, self.column = int(attributes.get("r", "")[:10] or self.row + 2) - 1, -1
        elif kind == "c":
            self.column += 1
            if place := _PLACE.fullmatch(attributes.get("r", "")):
                self.row, self.column = _row(place[2].encode()) - 1, _column(place[1].encode())
            self.is_string = attributes.get("t") == "s"
        elif kind in ("v", "is"):
            self.filled += 1
            self.left = min(self.left, self.column)
            self.bottom, self.right = max(self.bottom, self.row), max(self.right, self.column)
            self.in_value, self.value = kind == "v", ""

    def text(self, said: str) -> None:
        if self.in_value and len(self.value) < 20:
            self.value += said

    def end(self, _: str) -> None:
        if self.in_value and self.is_string and self.value.isdecimal():
            number = int(self.value)
            self.characters += self.lengths[number] if number < len(self.lengths) else 0
        self.in_value = False


def _look_exactly(
    content: bytes, entries: list[zipfile.ZipInfo], sheets: Mapping[str, str], name: str
) -> None:
    lengths = _string_lengths(content, entries, name)
    seen = {}
    for entry in entries:
        if not _holds_strings(entry):
            sheet = seen[entry.filename] = _ExactSheet(lengths)
            parse(content, entry, name, start=sheet.start, text=sheet.text, end=sheet.end)
    # A sheet whose part is not found under its name is as large as the largest.
    largest = max(seen.values(), key=lambda sheet: sheet.area)
    chosen = [seen.get(part, largest) for part in sheets.values()] or [largest]
    refuse_sparse(
        sum(sheet.area for sheet in chosen),
        max(sheet.bottom + 1 for sheet in chosen),
        max(sheet.right - sheet.left + 1 for sheet in chosen),
        sum(sheet.filled for sheet in chosen),
        name,
    )
    refuse_too_much_text(sum(sheet.characters for sheet in chosen), name)


def _sheet_parts(content: bytes, entries: list[zipfile.ZipInfo], name: str) -> dict[str, str]:
    """Sheet -> the part that holds its cells."""
    parts = {entry.filename: entry for entry in entries}
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            relation = next((text for key, text in attributes.items() if key.endswith(":id")), "")
            sheets[attributes.get("name", "")] = relation

    def relation_of(_: str, attributes: dict[str, str]) -> None:
        if "Id" in attributes:
            path = posixpath.join("/xl", attributes.get("Target", ""))
            targets[attributes["Id"]] = posixpath.normpath(path).lstrip("/")

    for part, start in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", relation_of)):
        if part in parts:
            parse(content, parts[part], name, start=start)
    return {each: targets[relation] for each, relation in sheets.items() if relation in targets}


def _holds_strings(entry: zipfile.ZipInfo) -> bool:
    return "sharedstrings" in entry.filename.lower()

"""What must be true of every reading, whatever the input was: nothing lost and nothing invented."""

from __future__ import annotations

import gzip
import io
import itertools
import math
import re
import warnings
import zipfile
import zlib
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import python_calamine as calamine

from benchmarks.fuzz_inputs import Input
from intake.errors import AbastoError
from intake.reading import Reading, read_table
from intake.tables import Table, schema_of
from tests.unit.intake import written_tables

_LINE_END = re.compile(r"\r\n|\r|\n")
_LONGEST_SENTENCE = 3000


def judge(given: Input) -> tuple[str, list[str]]:
    """'read' or 'refused', and everything that is wrong with the answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if given.clean is not None:
            differs = written_tables.difference(given.clean)
            return "exact", [differs] if differs else []
        try:
            reading = read_table(
                *(given.content, given.name, given.table),
                mapping=given.mapping,
                rejected_share=given.rejected_share,
            )
        except AbastoError as error:
            return "refused", list(_against_sentence(str(error)))
    return "read", [
        *_against_lines(given, reading),
        *_against_quantities(reading),
        *_against_rejected(given, reading),
        *_against_rows(given, reading),
    ]


def _against_sentence(sentence: str) -> list[str]:
    faults = []
    if _LINE_END.search(sentence):
        faults.append(f"the refusal has several lines: {sentence!r}")
    if len(sentence) > _LONGEST_SENTENCE:
        faults.append(f"the refusal has {len(sentence)} characters: {sentence[:200]!r}")
    return faults


def _against_lines(given: Input, reading: Reading) -> list[str]:
    lines = reading.lines
    faults = []
    counts = (lines.header, lines.blank, lines.footer, lines.duplicate, lines.rejected, lines.accepted)
    if min(counts) < 0:
        faults.append(f"negative count: {lines}")
    if sum(counts) != lines.total:
        faults.append(f"counts do not add up: {lines}")
    physical = _physical_lines(given.content, reading)
    if lines.total not in physical:
        faults.append(f"{lines.total} lines are accounted for, and there are {sorted(physical)[:20]}")
    return faults


def _against_quantities(reading: Reading) -> list[str]:
    parts = (reading.quantity_accepted, reading.quantity_duplicate, reading.quantity_rejected)
    if reading.quantity_in is None:
        return [] if parts == (None, None, None) else [f"quantities of nothing: {parts}"]
    if not all(part is not None and math.isfinite(part) for part in (*parts, reading.quantity_in)):
        return [f"quantities are not finite: {parts}"]
    largest = max(abs(part) for part in (*parts, reading.quantity_in) if part is not None)
    if abs(math.fsum(part for part in parts if part is not None) - reading.quantity_in) > 1e-9 * (
        1 + largest
    ):
        return [f"quantities do not balance: {reading.quantity_in} and {parts}"]
    measure = "y" if "y" in reading.frame else "on_hand"
    kept = math.fsum(reading.frame[measure].dropna())
    magnitude = 1 + float(reading.frame[measure].abs().sum())
    if abs(kept - (reading.quantity_accepted or 0)) > 1e-9 * magnitude:
        return [f"the table has {kept} and {reading.quantity_accepted} was accepted"]
    return []


def _against_rejected(given: Input, reading: Reading) -> list[str]:
    rejected = reading.rejected
    faults = []
    if list(rejected) != ["file", "line", "column", "reason", "text"]:
        faults.append(f"the rejected table has the columns {list(rejected)}")
    if (rejected["reason"] == "").any():
        faults.append("a rejected record has no reason")
    if reading.shape == "wide":
        return faults
    text = given.name.endswith((".csv", ".txt", ".gz", ".zip"))
    lines = sum(len(_LINE_END.findall(text)) + 1 for text in rejected["text"]) if text else len(rejected)
    if lines != reading.lines.rejected and not given.content.startswith(b"PK"):
        faults.append(f"{lines} lines in the rejected table and {reading.lines.rejected} in the count")
    if len(reading.frame) > reading.lines.accepted:
        faults.append(f"{len(reading.frame)} rows of {reading.lines.accepted} accepted lines")
    return faults


def _against_rows(given: Input, reading: Reading) -> list[str]:
    frame = reading.frame
    faults = [fault for name in frame for fault in _against_column(name, frame[name].to_numpy())]
    if not len(frame):
        faults.append("no row was accepted")
    if "ds" in frame and given.table is not Table.ITEMS and frame["ds"].isna().any():
        faults.append("a row has no date")
    key = [name for name in schema_of(given.table).key if name in frame]
    if key and frame.duplicated(key).any():
        faults.append(f"{key} is there twice")
    if not all(note and "\n" not in note for note in reading.notes):
        faults.append("a note is not a sentence")
    return faults


def _against_column(name: str, values: np.typing.NDArray[Any]) -> list[str]:
    if values.dtype == object:
        return [] if all(isinstance(value, str) for value in values) else [f"{name} is not all text"]
    if values.dtype == np.float64:
        return [f"{name} is not finite"] if np.isinf(values).any() else []
    return [] if values.dtype == np.dtype("datetime64[ns]") else [f"{name} is of the kind {values.dtype}"]


def _physical_lines(content: bytes, reading: Reading) -> set[int]:
    """How many lines there may be, counted without any code of the door; several where sheets are several."""
    if content.startswith(b"\x1f\x8b"):
        return _physical_lines(gzip.decompress(content), reading)
    if content.startswith((b"PK\3\4", b"PK\5\6", b"\xd0\xcf\x11\xe0")):
        return _lines_packed(content, reading)
    if content.startswith(b"PAR1"):
        return {pq.read_metadata(io.BytesIO(content)).num_rows + 1}
    return {_lines_of_text(content, reading)}


def _lines_packed(content: bytes, reading: Reading) -> set[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        except (calamine.CalamineError, zlib.error, OSError, ValueError):
            pass
        else:
            return _sums([_rows_of_sheet(book, name) for name in book.sheet_names])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [_part(archive, name) for name in archive.namelist()]
        if b"" in parts:  # it was read all the same: the door needs only the directory at the end of the ZIP
            return {reading.lines.total}
    return _sums([{_lines_of_text(part, reading)} for part in parts])  # there is no archive in an archive


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError):
        return b""


def _rows_of_sheet(book: calamine.CalamineWorkbook, name: str) -> set[int]:
    try:
        sheet = book.get_sheet_by_name(name)
    except (calamine.CalamineError, ValueError):
        return set()
    return {sheet.start[0] + sheet.height} if sheet.start else set()


def _sums(options: list[set[int]]) -> set[int]:
    """The sums of some of them."""
    found = {0}
    for each in itertools.islice(options, 8):
        found |= {one + other for one in found for other in each}
    return found - {0}


def _lines_of_text(content: bytes, reading: Reading) -> int:
    (encoding,) = {
        match[1] for note in reading.notes if (match := re.fullmatch(r"the file is (\S+) text", note))
    } or {"utf-8"}
    text = content.decode(encoding, "replace")  # of an archive, also files that are not read
    ends = len(_LINE_END.findall(text))
    return ends + (re.search(r"[\r\n]\Z", text) is None)

"""What stands between the cells of a text file."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from intake.errors import InputError
from intake.files.lines import Lines
from intake.files.records import cut_records
from intake.findings import Finding
from intake.mapping import FileMapping
from intake.tables import Table
from intake.words.headers import recognised

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SEPARATOR_LINE: Final = re.compile(r'\s*"?sep=(.)"?[\s,;|]*', re.IGNORECASE)
_SAMPLE_LINES: Final = 100
_MOST_JUDGED: Final = 200  # cells of a line: the headers that we know are not all behind so many
_SAMPLE_BYTES: Final = 1 << 18

Merit = tuple[int, int, int, int]


def separator_line(lines: Lines) -> str | None:
    """The delimiter that the first line states as spreadsheets write it (sep=;), else None."""
    if not len(lines) or lines.bounds[1] > 20:
        return None
    stated = _SEPARATOR_LINE.fullmatch(lines.text(0))
    return stated[1] if stated else None


def find_delimiter(lines: Lines, name: str, table: Table, mapping: FileMapping) -> tuple[str, Finding]:
    """The delimiter that is stated, in the mapping or in the first line, or else makes the best table.

    Best has a record with the most headers that we know, then the most records of the same width, then the
    widest; a comma wins a tie. Known headers go first because a decimal comma also cuts every record in equal
    parts; but the header must be about as wide as the records, which titles above it are not.
    """
    if mapping.delimiter is not None:
        delimiter = mapping.delimiter
        if len(delimiter) != 1 or delimiter in '"\r\n\0':
            raise InputError(
                f"the delimiter {delimiter!r} cannot be used; state one character, such as ';'", file=name
            )
        return delimiter, Finding("file", _sentence(delimiter), "stated in the mapping")
    stated = separator_line(lines)
    if stated in DELIMITERS:
        return stated, Finding("file", _sentence(stated), "the first line states it", _overrule(stated))
    merits = {each: _merit(lines, each, name, table) for each in DELIMITERS}
    best = max(merits, key=lambda each: merits[each])
    known, alike, _, width = merits[best]
    evidence = f"{alike} of the first records have {width} cells"
    if known:
        evidence += f", and {known} headers are known"
    return best, Finding("file", _sentence(best), evidence, _overrule(best))


def _sentence(delimiter: str) -> str:
    return f"there are {DELIMITERS.get(delimiter, repr(delimiter))}s between the cells"


def _overrule(delimiter: str) -> str:
    return "delimiter = " + ('"\\t"' if delimiter == "\t" else f"'{delimiter}'")


def _merit(lines: Lines, delimiter: str, name: str, table: Table) -> Merit:
    """Known headers in a record about as wide as the usual one; records of the usual width; known; width."""
    stop = 1
    while stop < min(len(lines), _SAMPLE_LINES) and lines.bounds[stop + 1] <= _SAMPLE_BYTES:
        stop += 1
    stop = min(stop, len(lines))
    sample = Lines(lines.octets[: lines.bounds[stop]], lines.bounds[: stop + 1])
    records = cut_records(sample, delimiter, name, most_cells=len(sample.octets) + 1)
    filled = [
        cells for row in range(len(records)) if not records.blank[row] and (cells := records.cells(row))
    ]
    widths = Counter(len(cells) for cells in filled if len(cells) > 1)
    if not widths:
        return (0, 0, 0, 1)
    usual = max(widths, key=lambda width: (widths[width], width))
    known = [(recognised(cells[:_MOST_JUDGED], table), len(cells)) for cells in filled if len(cells) > 1]
    near = max((count for count, width in known if abs(width - usual) <= 1), default=0)
    return (near, widths[usual], max(count for count, _ in known), usual)

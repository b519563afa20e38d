"""Text to records: the cells between delimiters, and exactly which physical lines each record came from."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from intake.tables import Table
from intake.words.headers import recognised

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_NOTHING: Final = re.compile(r"[\s,;|]*")
_SAMPLE_RECORDS: Final = 100


@dataclass(frozen=True)
class Records:
    """The records of a file, in order; together they cover every physical line exactly once.

    Record i begins at physical line `first_lines[i]` (1 = first of the file) and covers `spans[i]` lines:
    more than one if a quoted cell contains line breaks. `cells[i]` is None where the quotes do not match;
    such a record is one line, and reading goes on with the next.
    """

    cells: list[list[str] | None]
    first_lines: list[int]
    spans: list[int]


def physical_lines(text: str) -> list[str]:
    """The lines of `text` with their ends; CR, LF and CRLF end a line, other separators do not."""
    return list(io.StringIO(text, newline=""))


def read_records(lines: Sequence[str], delimiter: str) -> Records:
    """Cut physical lines into records of cells; nothing is trimmed or skipped."""
    cells: list[list[str] | None] = []
    ends = [0]
    while ends[-1] < len(lines):
        start = ends[-1]
        reader = csv.reader(
            map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter, strict=True
        )
        try:
            for record in reader:
                cells.append(record)
                ends.append(start + reader.line_num)
        except csv.Error:
            # A quote that opens and never closes would swallow the rest of the file: give up this line only.
            cells.append(None)
            ends.append(ends[-1] + 1)
    return Records(
        cells=cells,
        first_lines=[end + 1 for end in ends[:-1]],
        spans=[after - before for before, after in pairwise(ends)],
    )


def find_delimiter(lines: Sequence[str], table: Table) -> str:
    """The delimiter that makes the best table of the first records.

    Best has a row with the most headers that we know (titles may stand above it), then the most records of
    one width, then the widest ones; a comma wins a tie. Known headers go first because a decimal comma also
    cuts every record in equal parts.
    """

    def merit(delimiter: str) -> tuple[int, int, int]:
        records = read_records(lines[:_SAMPLE_RECORDS], delimiter)
        filled = [cells for cells in records.cells if cells and not is_blank(cells)]
        words = max((recognised(cells, table) for cells in filled), default=0)
        widths = Counter(len(cells) for cells in filled if len(cells) > 1)
        return (words, *max(((count, width) for width, count in widths.items()), default=(0, 0)))

    return max(DELIMITERS, key=merit)


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a record holds nothing but white space and delimiters, of whichever kind."""
    return _NOTHING.fullmatch("".join(cells)) is not None

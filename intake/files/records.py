"""Lines to records: how many cells each has, which of them go over several lines, and which are blank.

Lines in which quotes are evidently balanced, or only meant as inches, are counted all at once on the bytes;
the csv module reads the others, one record at a time. Both say the same of every line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.limits import LONGEST_LINE, MOST_COLUMNS
from intake.files.lines import BLOCK, CR, LF, QUOTE, Lines
from intake.text_columns import BLANKS

Mask = npt.NDArray[np.bool_]

_NOTHING: Final = re.compile(rf"[\s,;|{BLANKS}]*")
_FAR: Final = 64  # bytes of a line looked at together before it is looked at alone
_CONTENT, _NO_CONTENT, _UNSURE = 0, 1, 2
_KINDS: Final = np.zeros(256, dtype=np.uint8)
_KINDS[[*b" \t\r\n\v\f\x1c\x1d\x1e\x1f,;|"]] = _NO_CONTENT
_KINDS[[QUOTE, *range(0x80, 0x100)]] = _UNSURE


@dataclass(frozen=True, eq=False)
class Records:
    """The records of a text, in order; together they cover every physical line exactly once.

    Record i begins at line `first[i]` (0 = first) and covers `spans[i]` lines, more than one where a quoted
    cell contains line breaks. `widths` counts its cells, 0 where the quotes do not match: such a record is
    one line, and reading goes on with the next. `blank` ones hold nothing but white space and delimiters,
    `apart` are those that only the csv module can cut.
    """

    lines: Lines
    delimiter: str
    first: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    widths: npt.NDArray[np.int32]
    blank: Mask
    apart: Mask

    def __len__(self) -> int:
        return len(self.first)

    def text(self, row: int) -> str:
        """A record as it came, with its line end."""
        return self.lines.text(int(self.first[row]), int(self.spans[row]))

    def cells(self, row: int) -> list[str] | None:
        """The cells of a record as they came; None where the quotes do not match."""
        if not self.widths[row]:
            return None
        first = int(self.first[row])
        return _cut_one(self.lines, first, first + int(self.spans[row]), self.delimiter)[0]


def cut_records(lines: Lines, delimiter: str, name: str, most_cells: int = MOST_COLUMNS) -> Records:
    """Cut lines into records; InputError at the first one that has more than `most_cells` cells."""
    widths, doubtful = _count_cells(lines, delimiter)
    blank = _blank_lines(lines, ~doubtful, delimiter)
    begins = np.ones(len(lines), dtype=np.bool_)
    spans = np.broadcast_to(np.int64(1), len(lines))
    done = hopeless = 0
    for line in np.flatnonzero(doubtful).tolist():
        if line < done:
            continue
        # A record that never closes makes every later one hopeless that is still open at the end of a line
        # which it went through: only one-line records are left there, and no text is read twice for nothing.
        cells, done, given_up = _cut_one(
            lines, line, line + 1 if line + 1 <= hopeless else len(lines), delimiter
        )
        hopeless = max(hopeless, given_up)
        widths[line] = 0 if cells is None else len(cells)
        blank[line] = cells is not None and is_blank(cells)
        if done > line + 1:
            begins[line + 1 : done] = False
    if not begins.all():
        first = np.flatnonzero(begins)
        spans = np.diff(first, append=len(lines))
        widths, blank, doubtful = widths[first], blank[first], doubtful[first]
    else:
        first = np.arange(len(lines))
    if len(widths) and widths.max() > most_cells:
        row = int(np.argmax(widths > most_cells))
        raise InputError(
            f"the line has {widths[row]:,} cells and at most {most_cells:,} are read; "
            "check what separates the cells, and leave out columns",
            file=name,
            line=int(first[row]) + 1,
        )
    return Records(lines, delimiter, first, spans, widths, blank, doubtful)


def is_blank(cells: list[str]) -> bool:
    """Whether a record holds nothing but white space and delimiters, of whichever kind."""
    return _NOTHING.fullmatch("".join(cells)) is not None


def _cut_one(lines: Lines, first: int, stop: int, delimiter: str) -> tuple[list[str] | None, int, int]:
    """Cut the record that begins at line `first` and ends before `stop`.

    Returns its cells, the line after it, and, where its quotes do not match (no cells, one line), the line
    where it was given up.
    """
    limit = lines.bounds[first] + LONGEST_LINE

    def following() -> Iterator[str]:
        for line in range(first, stop):
            if lines.bounds[line + 1] > limit and line > first:
                return
            yield lines.text(line)

    reader = csv.reader(following(), delimiter=delimiter, strict=True)
    try:
        return next(reader), first + reader.line_num, 0
    except csv.Error:
        # A quote that opens and never closes would swallow the rest of the file: give up this line only.
        return None, first + 1, first + reader.line_num - 1


def _count_cells(lines: Lines, delimiter: str) -> tuple[npt.NDArray[np.int32], Mask]:
    """The cells of each line, and in which lines the quotes make that doubtful."""
    widths = np.ones(len(lines), dtype=np.int32)
    if not delimiter.isascii():
        return widths, np.ones(len(lines), dtype=np.bool_)
    doubtful = np.zeros(len(lines), dtype=np.bool_)
    line = 0
    while line < len(lines):
        stop = int(np.searchsorted(lines.bounds, lines.bounds[line] + BLOCK, side="right")) - 1
        stop = max(stop, line + 1)
        begin = lines.bounds[line]
        octets = lines.octets[begin : lines.bounds[stop]]
        starts = lines.bounds[line:stop] - begin
        separates = octets == ord(delimiter)
        quotes = octets == QUOTE
        if quotes.any():
            doubtful[line:stop] = _look_at_quotes(
                octets, starts, separates, np.flatnonzero(quotes), delimiter
            )
        widths[line:stop] += np.add.reduceat(separates.view(np.uint8), starts, dtype=np.int32)
        line = stop
    return widths, doubtful


def _look_at_quotes(
    octets: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    separates: Mask,
    quotes: npt.NDArray[np.intp],
    delimiter: str,
) -> Mask:
    """Take delimiters between quotes out of `separates`; return the lines whose quotes are not evident.

    Evident is a line of which every odd quote opens a cell and every even one closes it, or both are a
    doubled quote inside of one; also one in which no quote opens a cell, so that all mean themselves.
    """
    line = np.searchsorted(starts, quotes, side="right") - 1
    before_line = np.searchsorted(quotes, starts)
    count = np.diff(before_line, append=len(quotes))
    opening = (np.arange(len(quotes)) - before_line[line]) % 2 == 0
    before = octets[quotes - 1]
    after = octets[np.minimum(quotes + 1, len(octets) - 1)]
    begins_cell = (quotes == starts[line]) | (before == ord(delimiter))
    ends_cell = (after == ord(delimiter)) | (after == LF) | (after == CR) | (quotes + 1 == len(octets))
    doubled = np.where(opening, before == QUOTE, after == QUOTE)
    evident = np.where(opening, begins_cell, ends_cell) | doubled
    lines = len(starts)
    literal = np.bincount(line, begins_cell, lines) == 0
    balanced = (np.bincount(line, ~evident, lines) == 0) & (count % 2 == 0)
    around = quotes[(balanced & ~literal)[line]]
    delimiters = np.flatnonzero(separates)
    separates[delimiters[np.searchsorted(around, delimiters) % 2 == 1]] = False
    return np.asarray(~(balanced | literal), dtype=np.bool_)


def _blank_lines(lines: Lines, among: Mask, delimiter: str) -> Mask:
    """Which lines hold nothing but white space and delimiters of whichever kind."""
    blank = np.zeros(len(lines), dtype=np.bool_)
    starts, stops = lines.bounds[:-1], lines.bounds[1:]
    left = np.flatnonzero(among & (_KINDS[lines.octets[starts]] != _CONTENT))
    worst = _KINDS[lines.octets[starts[left]]]
    unsure: list[npt.NDArray[np.intp]] = []
    for distance in range(1, _FAR):
        over = starts[left] + distance >= stops[left]
        blank[left[over & (worst == _NO_CONTENT)]] = True
        unsure.append(left[over & (worst == _UNSURE)])
        left, worst = left[~over], worst[~over]
        if not len(left):
            break
        kinds = _KINDS[lines.octets[starts[left] + distance]]
        left, worst = left[kinds != _CONTENT], np.maximum(worst, kinds)[kinds != _CONTENT]
    for line in np.concatenate([*unsure, left]).tolist():
        cells, _, _ = _cut_one(lines, line, line + 1, delimiter)
        blank[line] = cells is not None and is_blank(cells)
    return blank

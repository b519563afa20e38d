"""A sheet with products down the side and quarters, and weeks below them, along the top."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from intake.files.grid import Cells, Grid
from intake.words.headers import snake_case

_QUARTER: Final = re.compile(
    r"[qt]\s*(?P<number>[1-4])[\s'/.-]*(?P<year>\d{4}|\d{2})|(?P<year2>\d{4})[\s/.-]*[qt](?P<number2>[1-4])",
    re.IGNORECASE,
)
_WEEK: Final = re.compile(r"(ww|wk|week|w|kw|semana|sem|s)[\s_.-]*\d{1,3}", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_HEADER_WITHIN: Final = 12  # rows from the top


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter; ordered in time."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Quarter | None:
        """The quarter of a label like 'Q3 95', 'T3 1995' or '1995-Q3'; None for any other text."""
        match = _QUARTER.fullmatch(text.strip())
        if match is None:
            return None
        year = int(match["year"] or match["year2"])
        if year < 100:
            year += 1900 if year >= 70 else 2000
        return cls(year, int(match["number"] or match["number2"]))

    @property
    def start(self) -> date:
        """Its first calendar day."""
        return date(self.year, 3 * self.number - 2, 1)

    def next(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def __str__(self) -> str:
        return f"Q{self.number} {self.year % 100:02d}"

    def __lt__(self, other: Quarter) -> bool:
        return (self.year, self.number) < (other.year, other.number)


@dataclass(frozen=True)
class CrossRow:
    """One row below the header: what it is of, what it says, where it stands, and its cells."""

    product: str
    attribute: str
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class CrossTable:
    """`quarters` and `weeks`: one label per cell of a row; `weeks` is empty where quarters stand alone.

    `header_line` and `header`: the line of the quarters, and the first of them as it is written there.
    """

    sheet: str
    header_line: int
    header: str
    quarters: tuple[Quarter, ...]
    weeks: tuple[str, ...]
    rows: tuple[CrossRow, ...]

    def row(self, product: str, *words: str) -> CrossRow | None:
        """The row of a product whose attribute has all these words; '-word' is one that it must not have."""
        for row in self.rows:
            if row.product == product and has_words(row.attribute, *words):
                return row
        return None

    @property
    def attributes(self) -> tuple[str, ...]:
        """The distinct attributes, in their order."""
        return tuple(dict.fromkeys(row.attribute for row in self.rows))

    @property
    def starts(self) -> dict[Quarter, int]:
        """The position of the first week of each quarter."""
        first: dict[Quarter, int] = {}
        for position, quarter in enumerate(self.quarters):
            first.setdefault(quarter, position)
        return first


def has_words(text: str, *words: str) -> bool:
    """Whether a text has all these words (each may be several, parted by '|'), and none that begin with '-'.

    >>> has_words("Safety Stock Target", "target|objetivo", "-wos"), has_words("Target (WOS)", "-wos")
    (True, False)
    """
    said = set(snake_case(text).split("_"))
    return all(
        not said & set(word[1:].split("|")) if word.startswith("-") else bool(said & set(word.split("|")))
        for word in words
    )


def cross_table(grid: Grid) -> CrossTable | None:
    """The cross table of a sheet, or None where no row near its top has two quarters or more."""
    rows = [grid.row(number) or () for number in range(len(grid))]
    counts = [sum(Quarter.read(cell) is not None for cell in row) for row in rows[:_HEADER_WITHIN]]
    if not counts or max(counts) < 2:
        return None
    top = counts.index(max(counts))
    left = next(at for at, cell in enumerate(rows[top]) if Quarter.read(cell) is not None)
    below = rows[top + 1] if top + 1 < len(rows) else ()
    labels = [cell for cell in below[left:] if cell]
    has_weeks = bool(labels) and all(_WEEK.fullmatch(cell) or _DATE.fullmatch(cell) for cell in labels)
    width = max(_width(rows[top]), _width(below) if has_weeks else 0)
    quarters: list[Quarter] = []
    for cell in _padded(rows[top], width)[left:]:
        quarter = Quarter.read(cell)  # a merged cell stands in its first column alone
        quarters.append(quarter if quarter is not None else quarters[-1])
    first = top + (2 if has_weeks else 1)
    return CrossTable(
        grid.sheet,
        int(grid.first_lines[top]),
        rows[top][left],
        tuple(quarters),
        tuple(_padded(below, width)[left:]) if has_weeks else (),
        _rows(grid, rows, first, left, width),
    )


def labelled_row(grid: Grid, labels: re.Pattern[str] | frozenset[str]) -> dict[str, str]:
    """The cells below a row of labels (of a pattern, or of these names), by label; {} if there is none."""
    rows = [grid.row(number) or () for number in range(min(len(grid), _HEADER_WITHIN))]
    for header, below in pairwise(rows):
        named = [
            at
            for at, cell in enumerate(header)
            if (cell in labels if isinstance(labels, frozenset) else labels.fullmatch(cell))
        ]
        filled = [cell for cell in header if cell]
        if len(named) >= 2 and len(named) >= len(filled) - 1:
            return {header[at]: below[at] if at < len(below) else "" for at in named}
    return {}


def is_date(text: str) -> bool:
    """Whether a text looks like a date in numbers."""
    return _DATE.fullmatch(text) is not None


def _rows(grid: Grid, rows: list[Cells], first: int, left: int, width: int) -> tuple[CrossRow, ...]:
    found = []
    product = ""
    for number in range(first, len(rows)):
        cells = _padded(rows[number], width)
        leads = [cell for cell in cells[:left] if cell]
        if not leads:
            continue
        product = cells[0] or product
        attribute = leads[-1] if left > 1 and len([c for c in cells[1:left] if c]) else ""
        found.append(CrossRow(product, attribute, int(grid.first_lines[number]), tuple(cells[left:])))
    return tuple(found)


def _width(row: Cells) -> int:
    return max((at + 1 for at, cell in enumerate(row) if cell), default=0)


def _padded(row: Cells, width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]

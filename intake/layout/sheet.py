"""A grid of which is known where the header stands: named columns, and rows below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from intake.findings import Finding
from intake.mapping import Shape
from intake.problems import Problem
from intake.text_columns import TextColumn


@dataclass(frozen=True, eq=False)
class Sheet:
    """The rows of a table. Row i comes from line `first_lines[i]` on and covers `spans[i]` lines.

    Rows that come from one record of the file (a wide file has one per period) have the same number in
    `records`; where each row is its own record, `records` counts 0, 1, 2, ...
    `header_span` counts the lines of header, titles and repeated headers, `blank_lines` the blank ones,
    `footer_lines` those of notes below the table, `silent_lines` those of records of a wide file that
    name a series and have no cell filled.
    A row that has not the header's width is empty in all `columns` and named in `malformed`.
    `original_text(row)` is the record of a row as it came.

    `shape` is 'long' or 'wide'; whether the lines of a long sheet are tickets, their values tell. In a wide
    sheet, `cells` is the header of the column that each row's cell stands under, and `made` are the columns
    that the file does not have. `measure`: the canonical column that the cells of a wide sheet are about.
    `meanings`: header -> canonical column, where the shape of the sheet tells it. `places`: the name of the
    file and of the sheet, where rows come from several sheets, and `place_of` each row's position in it.
    """

    name: str
    delimiter: str
    header_line: int
    header_span: int
    blank_lines: int
    columns: tuple[TextColumn, ...]
    first_lines: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    records: npt.NDArray[np.intp]
    malformed: Problem
    original_text: Callable[[int], str]
    findings: tuple[Finding, ...] = ()
    footer_lines: int = 0
    silent_lines: int = 0
    shape: Shape = "long"
    cells: TextColumn | None = None
    made: tuple[str, ...] = ()
    measure: str | None = None
    meanings: Mapping[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    place_of: npt.NDArray[np.intp] | None = None

    def without(self, gone: npt.NDArray[np.bool_], *, footer: bool) -> Sheet:
        """The sheet without rows that are no data; their lines count as footers, or else with the header.

        Only for a sheet whose rows are their own records.
        """
        kept, position = np.flatnonzero(~gone), np.cumsum(~gone) - 1
        lines, original_text = int(self.spans[gone].sum()), self.original_text
        stays = ~gone[self.malformed.rows]
        return replace(
            self,
            columns=tuple(column.take(kept) for column in self.columns),
            first_lines=self.first_lines[kept],
            spans=self.spans[kept],
            records=np.arange(len(kept)),
            malformed=Problem(
                self.malformed.column,
                position[self.malformed.rows[stays]].astype(np.intp),
                self.malformed.reasons[stays],
            ),
            original_text=lambda row: original_text(int(kept[row])),
            footer_lines=self.footer_lines + lines * footer,
            header_span=self.header_span + lines * (not footer),
            place_of=None if self.place_of is None else self.place_of[kept],
        )

    def place(self, row: int) -> str:
        """The name of the file, and of the sheet if there are several, that a row comes from."""
        return self.name if self.place_of is None else self.places[self.place_of[row]]

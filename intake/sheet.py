"""Text to a sheet: one header, and below it columns of text in which every row is as wide as the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.problems import Problem
from intake.records import find_delimiter, is_blank, physical_lines, read_records
from intake.tables import Table
from intake.text_columns import TextColumn


@dataclass(frozen=True, eq=False)
class Sheet:
    """A file cut into cells. Row i begins at physical line `first_lines[i]` and covers `spans[i]` lines.

    A row that has not the header's width is empty in all `columns` and named in `malformed`.
    """

    name: str
    lines: Sequence[str]
    delimiter: str
    header_line: int
    header_span: int
    blank_lines: int
    columns: tuple[TextColumn, ...]
    first_lines: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    malformed: Problem

    def original_text(self, row: int) -> str:
        """The physical lines of a row as they came, without the last line end."""
        first = self.first_lines[row] - 1
        return "".join(self.lines[first : first + self.spans[row]]).rstrip("\r\n")


def read_sheet(text: str, name: str, table: Table) -> Sheet:
    """Cut `text` into the cells of a sheet; the first line that is not blank is the header.

    InputError if there is no such line, if its quotes do not match, or if nothing follows.
    """
    lines = physical_lines(text)
    delimiter = find_delimiter(lines, table)
    records = read_records(lines, delimiter)
    filled = [i for i, cells in enumerate(records.cells) if cells is None or not is_blank(cells)]
    if not filled:
        raise InputError(
            "the file has only blank lines; export it again and check that it has rows", file=name
        )
    first_lines = np.array(records.first_lines, dtype=np.int64)
    spans = np.array(records.spans, dtype=np.int64)
    top, rows = filled[0], filled[1:]
    headers = records.cells[top]
    if headers is None:
        raise InputError(
            "the quotes of the header do not match; correct them", file=name, line=records.first_lines[top]
        )
    if not rows:
        raise InputError(
            "there is a header and no row below it; export the file again and check that it has rows",
            file=name,
            line=records.first_lines[top],
        )
    cells, malformed = _fit([records.cells[row] for row in rows], len(headers))
    grid = np.array(cells, dtype=object).reshape(len(rows), len(headers))
    return Sheet(
        name=name,
        lines=lines,
        delimiter=delimiter,
        header_line=records.first_lines[top],
        header_span=records.spans[top],
        blank_lines=len(lines) - int(spans[filled].sum()),
        columns=tuple(TextColumn.of(header.strip(), grid[:, i]) for i, header in enumerate(headers)),
        first_lines=first_lines[rows],
        spans=spans[rows],
        malformed=malformed,
    )


def _fit(records: Sequence[list[str] | None], width: int) -> tuple[list[list[str]], Problem]:
    """Records of exactly `width` cells; empty cells beyond it are nothing, other misfits are problems."""
    fitted: list[list[str]] = []
    reasons: dict[int, str] = {}
    for row, cells in enumerate(records):
        if cells is not None and len(cells) == width:
            fitted.append(cells)
            continue
        if cells is not None and len(cells) > width and not any(map(str.strip, cells[width:])):
            fitted.append(cells[:width])
            continue
        fitted.append([""] * width)
        reasons[row] = (
            "the quotes do not match" if cells is None else f"{len(cells)} cells where the header has {width}"
        )
    return fitted, Problem.of("", reasons)

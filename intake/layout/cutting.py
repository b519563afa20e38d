"""The columns below a header: rows of its width, without the headers, titles and columns that say nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.grid import Cells, Grid
from intake.files.limits import MOST_MISFITS
from intake.findings import Finding
from intake.layout.header import Header
from intake.layout.kinds import Kind, kinds_of
from intake.problems import Problem
from intake.text_columns import TextColumn, quoted

_NAMELESS: Final = re.compile(r"(?:unnamed(?:: ?\d+)?|index)?", re.IGNORECASE)  # as pandas and R write it


@dataclass(frozen=True, eq=False)
class Cut:
    """The `columns` below a header and the label over each (`groups`); `rows` are their rows in the grid.

    `repeats`: rows of the grid that repeat the header or a title. Rows in `malformed` are counted from 0.
    """

    columns: tuple[TextColumn, ...]
    groups: Cells
    rows: npt.NDArray[np.intp]
    repeats: npt.NDArray[np.intp]
    malformed: Problem
    findings: tuple[Finding, ...]


def cut(grid: Grid, header: Header) -> Cut:
    """The rows below the header as columns."""
    repeated = _repeats(grid, header)
    rows, repeats = header.body[~repeated], header.body[repeated]
    own = [len(cells) for row in header.rows if (cells := grid.row(row)) is not None]
    width = max(own, default=len(grid.columns))
    names = (*header.names[:width], *("",) * (width - len(header.names)))
    groups = (*header.groups[:width], *("",) * (width - len(header.groups)))
    columns, malformed = _fit(grid, names, rows)
    kept = [i for i, column in enumerate(columns) if names[i] or groups[i] or not column.blank.all()]
    findings = []
    if len(repeats):
        findings.append(
            Finding(
                "header",
                f"the header or a title is repeated in {len(repeats)} rows; they are not data",
                f"line {int(grid.first_lines[repeats[0]])}",
            )
        )
    if len(kept) > 1 and _counts_rows(columns[kept[0]]):
        name = quoted(names[kept[0]])
        findings.append(
            Finding(
                names[kept[0]] or "header",
                f"the first column, headed {name}, only counts the rows, so it is not kept",
                ", ".join(columns[kept[0]].texts[:3]) + ", ...",
            )
        )
        kept = kept[1:]
    return Cut(
        columns=tuple(columns[i] for i in kept),
        groups=tuple(groups[i] for i in kept),
        rows=rows,
        repeats=repeats,
        malformed=malformed,
        findings=tuple(findings),
    )


def _fit(grid: Grid, names: Cells, rows: npt.NDArray[np.intp]) -> tuple[list[TextColumn], Problem]:
    """Rows of exactly the header's width; empty cells beyond it are nothing, other misfits are problems."""
    width = len(names)
    position = _positions(grid, rows)
    replaced: dict[int, Cells] = {}
    reasons: dict[int, str] = {}
    narrow = _not_fitting(grid, width, rows)
    if max(len(narrow), len(position)) > MOST_MISFITS:
        raise InputError(
            f"of {len(rows):,} rows most, or more than {MOST_MISFITS:,}, have other than the {width} cells "
            "of the header; export the file again, or state its delimiter or header_line",
            file=grid.name,
        )
    for i in narrow:
        reasons[int(i)] = f"{len(grid.columns)} cells where the header has {width}"
    for row, i in position.items():
        cells = grid.misfits[row]
        if cells is not None and (len(cells) == width or (len(cells) > width and not any(cells[width:]))):
            replaced[i] = cells[:width]
            reasons.pop(i, None)
        else:
            reasons[i] = (
                "the quotes do not match"
                if cells is None
                else f"{len(cells)} cells where the header has {width}"
            )
    reasons = dict(sorted(reasons.items()))
    columns = []
    for i, name in enumerate(names):
        changes = {row: cells[i] for row, cells in replaced.items()} | dict.fromkeys(reasons, "")
        if i < len(grid.columns):
            columns.append(_changed(grid.columns[i].take(rows).renamed(name), changes))
        else:
            texts = np.full(len(rows), "", dtype=object)
            texts[list(changes)] = list(changes.values())
            columns.append(TextColumn.of(name, texts))
    return columns, Problem.of("", reasons)


def _not_fitting(grid: Grid, width: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Which of the rows, all as wide as the grid, have not the width of the header."""
    if width > len(grid.columns):
        return np.arange(len(rows))
    beyond = np.zeros(len(rows), dtype=np.bool_)
    for column in grid.columns[width:]:
        beyond |= ~column.blank_rows()[rows]
    return np.flatnonzero(beyond)


def _changed(column: TextColumn, changes: Mapping[int, str]) -> TextColumn:
    """The column with other texts in some rows."""
    if not changes:
        return column
    known = {text: code for code, text in enumerate(column.texts)}
    added: list[str] = []
    codes = column.codes.copy()
    for row, text in changes.items():
        if text not in known:
            known[text] = len(known)
            added.append(text)
        codes[row] = known[text]
    texts = np.concatenate([column.texts, np.array(added, dtype=object)])
    exact = None if column.exact is None else np.concatenate([column.exact, np.zeros(len(added), np.bool_)])
    return TextColumn(column.header, texts, codes, exact).take(np.arange(len(codes)))


def _repeats(grid: Grid, header: Header) -> npt.NDArray[np.bool_]:
    """Which rows of the body are the header or a title again, or a title right above such a header."""
    repeated = np.zeros(len(header.body), dtype=np.bool_)
    for row in (*header.rows, *header.titles):
        repeated |= _same(grid, row, header.body)
    if header.rows and len([name for name in header.names if name]) > 2:
        main = np.flatnonzero(_same(grid, header.rows[-1], header.body))
        for i in main.tolist():
            while i > 0 and (repeated[i - 1] or _is_single(grid, int(header.body[i - 1]))):
                i -= 1
                repeated[i] = True
    return repeated


def _same(grid: Grid, row: int, among: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    cells = grid.row(row)
    same = np.zeros(len(among), dtype=np.bool_)
    if cells is None:
        return same
    if row in grid.misfits:
        position = _positions(grid, among)
        same[[i for each, i in position.items() if grid.misfits[each] == cells]] = True
        return same
    left: npt.NDArray[np.intp] | None = None
    for column, cell in sorted(
        zip(grid.columns, cells, strict=True), key=lambda pair: pair[0].cells is not None
    ):
        if left is None:
            left = np.flatnonzero(column.rows_with(cell, among))
        elif len(left):
            left = left[column.rows_with(cell, among[left])]
    same[slice(None) if left is None else left] = True
    same[list(_positions(grid, among).values())] = False
    return same


def _positions(grid: Grid, among: npt.NDArray[np.intp]) -> dict[int, int]:
    """Where the rows of the grid that do not fit are among these."""
    misfits = np.fromiter(grid.misfits, dtype=np.intp, count=len(grid.misfits))
    if not len(misfits):
        return {}
    order = np.argsort(among, kind="stable")
    found = np.searchsorted(among, misfits, sorter=order)
    there = found < len(among)
    there[there] = among[order[found[there]]] == misfits[there]
    return dict(zip(misfits[there].tolist(), order[found[there]].tolist(), strict=True))


def _is_single(grid: Grid, row: int) -> bool:
    cells = grid.row(row)
    filled = [cell for cell in cells or () if cell]
    return len(filled) == 1 and kinds_of(filled)[0] == Kind.WORDS


def _counts_rows(column: TextColumn) -> bool:
    """Whether a nameless column is 0, 1, 2, ... or 1, 2, 3, ... in the order of the rows."""
    if not _NAMELESS.fullmatch(column.header) or len(column) < 2:
        return False
    if not all(text == "" or (text.isascii() and text.isdigit() and len(text) < 16) for text in column.texts):
        return False
    values = np.array([int(text) if text else -1 for text in column.texts], dtype=np.int64)[column.codes]
    values = values[values >= 0]  # totals and notes below have no number
    return bool(len(values) > 1 and values[0] in (0, 1) and (np.diff(values) == 1).all())

"""Which grid is the table, where it begins, and what shape it has."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.grid import Grid
from intake.findings import Finding
from intake.layout.cutting import Cut, cut
from intake.layout.footers import without_notes
from intake.layout.grouped import fill_down
from intake.layout.header import Header, find_header, known_words
from intake.layout.meanings import meaning_of
from intake.layout.sections import with_block_labels, with_sections
from intake.layout.sheet import Sheet
from intake.layout.stacking import Part, stack
from intake.layout.title_years import with_year
from intake.layout.wide import CELLS, to_rows
from intake.mapping import FileMapping, toml_text
from intake.tables import SCHEMAS, Table
from intake.text_columns import quoted, span_of

_RULE: Final = re.compile(r"[-=_*+|]{2,}")


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A grid with a header. `fit`: how many of the required columns it has, then how many known words."""

    grid: Grid
    header: Header
    blank: npt.NDArray[np.bool_]
    fit: tuple[int, int]


def find_sheet(grids: Sequence[Grid], table: Table, mapping: FileMapping) -> Sheet:
    """The rows of `table` in these grids; what `mapping` states about sheet, header and shape wins.

    Of several sheets (or files of an archive), the one that is best recognised as the `table`; those that
    have the same columns are one table. InputError if there is no header, if nothing follows it, or if two
    different sheets fit equally well.
    """
    if len(grids) == 1:
        return _rows_of(_candidate(grids[0], table, mapping), table, mapping)
    candidates, errors = [], []
    for grid in grids:
        try:
            candidates.append(_candidate(grid, table, mapping))
        except InputError as error:
            errors.append(error)
    if not candidates:
        raise errors[0]
    best = max(each.fit for each in candidates)
    if best == (0, 0) and len(candidates) > 1:
        raise InputError(
            f"none of the sheets {_listed(candidates)} has columns of {table}; name its columns, or say "
            f"which sheet it is in mapeo.toml: {_overrule(candidates[0])}",
            file=grids[0].name,
        )
    fitting = [each for each in candidates if each.fit[0] == best[0] and (each.fit[0] or each.fit == best)]
    sheets = [(each, _rows_of(each, table, mapping)) for each in fitting if each.fit == best]
    columns = _headers(sheets[0][1])
    different = [each for each, sheet in sheets if _headers(sheet) != columns]
    if different:
        raise InputError(
            f"the sheets {_name(sheets[0][0])} and {_name(different[0])} both look like {table} and have "
            f"different columns; say which one to read in mapeo.toml: {_overrule(sheets[0][0])} or "
            f"{_overrule(different[0])}",
            file=grids[0].name,
        )
    left = [each for each in candidates if each.fit != best]
    parts = [Part(each.grid.name, each.grid.sheet, sheet) for each, sheet in sheets]
    together = stack(parts, table, mapping) if len(parts) > 1 else sheets[0][1]
    if not left:
        return together
    alike = [each for each in left if each.fit[0] == best[0] and best[0]]
    finding = Finding(
        "file",
        f"sheets that are not read: {_listed(left)}",
        f"{_name(sheets[0][0])} has more columns of {table}",
        _overrule((alike or left)[0]),
        suspicious=bool(alike),
    )
    return replace(together, findings=(*together.findings, finding))


def _candidate(grid: Grid, table: Table, mapping: FileMapping) -> _Candidate:
    blank = _blank(grid)
    filled = np.flatnonzero(~blank)
    if not len(filled):
        raise InputError(
            "the file has only blank lines; export it again and check that it has rows", file=grid.name
        )
    header = find_header(grid, filled, table, mapping)
    meanings = {meaning_of(name, table, mapping) for name in header.names}
    schema = SCHEMAS[table]
    if header.periods and table in CELLS:
        meanings |= {"ds", CELLS[table]}
    if meanings & set(schema.unique_id_parts):
        meanings.add("unique_id")
    if meanings & {"year", "month", "week"}:
        meanings.add("ds")
    met = sum(column.name in meanings for column in schema.required)
    return _Candidate(grid, header, blank, (met, known_words(header.names, table, mapping)))


def _rows_of(candidate: _Candidate, table: Table, mapping: FileMapping) -> Sheet:
    grid, header = candidate.grid, candidate.header
    below = cut(grid, header)
    lines = [*header.rows, *header.titles, *below.repeats.tolist()]
    rows = below.rows
    there = rows if (span := span_of(rows)) is None else span
    sheet = Sheet(
        name=grid.name,
        delimiter=grid.delimiter,
        header_line=int(grid.first_lines[header.rows[0]]) if header.rows else 1,
        header_span=int(grid.spans[lines].sum()),
        blank_lines=int(grid.spans[candidate.blank].sum()),
        columns=below.columns,
        first_lines=grid.first_lines[there],
        spans=grid.spans[there],
        records=np.arange(len(rows)),
        malformed=below.malformed,
        original_text=lambda row: grid.original_text(int(rows[row])),
        findings=(*grid.findings, *header.findings, *below.findings),
    )
    titles = _titles(grid, header, below)
    sheet = with_block_labels(without_notes(sheet, table), titles, table, mapping)
    sheet = fill_down(with_sections(sheet, table, mapping), table, mapping)
    sheet = with_year(sheet, titles[0][1] if titles else (), grid.sheet, table, mapping)
    groups = (*below.groups, *("",) * (len(sheet.columns) - len(below.groups)))
    told = replace(mapping, columns={**sheet.meanings, **mapping.columns})
    return to_rows(sheet, groups, table, told)


def _titles(grid: Grid, header: Header, below: Cut) -> list[tuple[int, list[str]]]:
    """The line of the header, and of each repetition of it, with the titles between it and the one before."""
    if not header.rows:
        return []
    cells = grid.row(header.rows[-1])
    repeats = below.repeats.tolist()
    starts = [header.rows[-1], *(row for row in repeats if grid.row(row) == cells)]
    titles: list[list[str]] = [[] for _ in starts]
    for row in sorted({*header.titles, *repeats} - set(starts)):
        block = bisect_left(starts, row)
        filled = [cell for cell in grid.row(row) or () if cell]
        if block < len(starts) and (len(filled) == 1 or (len(filled) == 2 and filled[0].endswith(":"))):
            titles[block].append(" ".join(filled))
    return [
        (int(grid.first_lines[start]), texts)
        for start, texts in zip(starts, titles, strict=True)
        if texts or len(starts) > 1
    ]


def _headers(sheet: Sheet) -> list[str]:
    return sorted(column.header.lower() for column in sheet.columns)


def _name(candidate: _Candidate) -> str:
    return quoted(candidate.grid.sheet or candidate.grid.name)


def _listed(candidates: Sequence[_Candidate]) -> str:
    return ", ".join(_name(each) for each in candidates[:8])


def _overrule(candidate: _Candidate) -> str:
    if candidate.grid.sheet:
        return f"sheet = {toml_text(candidate.grid.sheet)}"
    return f"member = {toml_text(re.split(r'[.]zip/', candidate.grid.name, flags=re.IGNORECASE)[-1])}"


def _blank(grid: Grid) -> npt.NDArray[np.bool_]:
    """Which rows hold nothing, or nothing but the lines that a printed list draws with hyphens."""
    blank = np.ones(len(grid), dtype=np.bool_)
    for column in sorted(grid.columns, key=lambda column: column.cells is not None):
        if not blank.any():
            break
        if column.cells is not None:  # nearly every cell is another, so they are no drawn lines
            blank &= column.blank_rows()
            continue
        empty = [text == "" or _RULE.fullmatch(text) is not None for text in column.texts]
        blank &= column.rows_where(np.array(empty, dtype=np.bool_))
    for row, cells in grid.misfits.items():
        blank[row] = cells is not None and all(cell == "" or _RULE.fullmatch(cell) for cell in cells)
    return blank

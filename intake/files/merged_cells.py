"""Merged cells of a sheet: which of them say something of every cell they cover.

A spreadsheet keeps the value of a merged area in its first cell. Headers ("Q1" above three months) and labels
(a shop beside its products) hold for the whole area, so they are repeated. Two kinds are not: a title over
the whole width of the sheet, which labels nothing, and a number that may be a quantity for all the rows
together, which repeated would count several times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intake.findings import Finding
from intake.text_columns import TextColumn

Range = tuple[tuple[int, int], tuple[int, int]]  # first and last row and column, from 0

_SHOWN = 5


def cell_name(row: int, column: int) -> str:
    """The name of a cell as a spreadsheet shows it, from its row and column counted from 0.

    >>> cell_name(0, 0), cell_name(9, 27)
    ('A1', 'AB10')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def repeat_merged(
    columns: Sequence[TextColumn], merged: Sequence[Range], left: int, about: str
) -> tuple[list[TextColumn], list[Finding]]:
    """The columns of a sheet, the first of which is column `left`, with merged labels repeated."""
    width, height = len(columns), len(columns[0].codes)
    inside = sorted(
        (max(top, 0), max(first - left, 0), min(bottom, height - 1), min(last - left, width - 1))
        for (top, first), (bottom, last) in merged
    )
    areas = [
        (top, first, bottom, last)
        for top, first, bottom, last in inside
        if top <= bottom and first <= last and (bottom, last) != (top, first)
    ]
    repeated: list[tuple[int, int, int, int]] = []
    numbers: list[tuple[int, int, int, int]] = []
    budget = width * height  # areas of a sheet do not overlap; those of a hostile one may
    written = [column.codes.copy() for column in columns] if areas else []
    copied = list(columns)
    for area in areas:
        top, first, bottom, last = area
        budget -= (bottom - top + 1) * (last - first + 1)
        code = columns[first].codes[top]
        if budget < 0 or not columns[first].texts[code]:
            continue
        if top == bottom and last - first + 1 == width:
            continue
        if bottom > top and _is_number(columns[first], int(code)) and not _groups(area, areas):
            numbers.append(area)
            continue
        for position in range(first, last + 1):
            copied[position], own = _with_text(copied[position], columns[first], int(code))
            written[position][top : bottom + 1] = own
        repeated.append(area)
    if written:
        copied = [
            TextColumn(column.header, column.texts, codes, column.exact)
            for column, codes in zip(copied, written, strict=True)
        ]
    return copied, _findings(repeated, numbers, left, about)


def _is_number(column: TextColumn, code: int) -> bool:
    text = str(column.texts[code])
    return (
        column.exact is not None and bool(column.exact[code]) and text[-1:].isdigit() and "-" not in text[1:]
    )


def _groups(area: tuple[int, int, int, int], areas: Sequence[tuple[int, int, int, int]]) -> bool:
    """Whether all that stands left of an area is merged over its rows too: then it is a label."""
    top, first, bottom, _ = area
    covered = {
        position
        for other_top, other_first, other_bottom, other_last in areas
        if other_top <= top and bottom <= other_bottom
        for position in range(other_first, min(other_last + 1, first))
    }
    return len(covered) == first


def _with_text(column: TextColumn, source: TextColumn, code: int) -> tuple[TextColumn, int]:
    """The column with a text of another among its texts, and the code of it there."""
    text = source.texts[code]
    exact = bool(source.exact[code]) if source.exact is not None else False
    own = column.exact if column.exact is not None else np.zeros(len(column.texts), dtype=np.bool_)
    known = np.flatnonzero((column.texts == text) & (own == exact))
    if len(known):
        return column, int(known[0])
    added = TextColumn(column.header, np.append(column.texts, text), column.codes, np.append(own, exact))
    return added, len(column.texts)


def _findings(
    repeated: Sequence[tuple[int, int, int, int]],
    numbers: Sequence[tuple[int, int, int, int]],
    left: int,
    about: str,
) -> list[Finding]:
    findings = []
    if repeated:
        findings.append(
            Finding(
                "file",
                f"merged cells of the sheet {about} that hold for all they cover, and are repeated: "
                f"{len(repeated)}",
                _shown(repeated, left),
            )
        )
    if numbers:
        findings.append(
            Finding(
                "file",
                f"merged cells of the sheet {about} with a number for several rows, which is left in the "
                f"first of them: {len(numbers)}",
                _shown(numbers, left),
                suspicious=True,
            )
        )
    return findings


def _shown(areas: Sequence[tuple[int, int, int, int]], left: int) -> str:
    names = [
        f"{cell_name(top, first + left)}:{cell_name(bottom, last + left)}"
        for top, first, bottom, last in areas[:_SHOWN]
    ]
    return ", ".join(names) + (" and more" if len(areas) > _SHOWN else "")

"""Where the header of a grid stands: told by the words we know, and by names above dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.grid import Cells, Grid
from intake.findings import Finding
from intake.layout.kinds import Kind, Kinds, Mask, are_dates, kinds_of, period_headers
from intake.mapping import FileMapping
from intake.tables import Table
from intake.text_columns import quoted
from intake.words.headers import recognised
from intake.words.stated import stated_for

_CANDIDATES: Final = 60  # filled rows that may be the header; titles are not longer
_BELOW: Final = 30  # filled rows below a candidate that are compared with it
_PERIODS: Final = 3  # as many columns headed by dates are a wide table
_UNITS: Final = re.compile(
    r"[(\[]?\s*(?:€|\$|£|%|r\$|eur|usd|gbp|brl|euros?|uds?|unid(?:ades|ad|s)?|units?|unités?|pcs|pzs?|st(?:ck|k|ück)?|"
    r"einheiten|stück|kg|g|gr|l|lt|ml|un|u|cajas|boxes|kartons|°c|°f|date|fecha|datum|data|dd/mm/(?:yy){1,2}|"
    r"dd/mm/a+|jj/mm/a+|tt\.mm\.j+|yyyy-mm-dd|text|texto|number|n[uú]mero)\.?\s*[)\]]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Header:
    """The header of a grid: its `rows` (none where the file has no header), and the `body` below it.

    `names`: a name per column, '' where there is none; `groups`: the label that stands over it, where the
    header has two rows. `titles`: filled rows above that are no data. `words`: how many of the names are
    known. `periods`: whether enough of them are dates for a wide table.
    """

    rows: tuple[int, ...]
    names: Cells
    groups: Cells
    titles: tuple[int, ...]
    body: npt.NDArray[np.intp]
    words: int
    periods: bool
    findings: tuple[Finding, ...] = ()


def find_header(grid: Grid, filled: npt.NDArray[np.intp], table: Table, mapping: FileMapping) -> Header:
    """The header among the `filled` rows; the one that `mapping` states, if it does.

    InputError if no row can be the header, if its quotes do not match, or if nothing follows.
    """
    if mapping.header_line == 0:
        return _by_position(grid, filled)
    above = np.searchsorted(grid.first_lines[filled], mapping.header_line or 0, side="right")
    sample = filled[: max(_CANDIDATES, int(above)) + _BELOW]
    rows = [grid.row(int(row)) for row in sample]
    width = max((_used(cells) for cells in rows if cells), default=0)
    padded = [_padded(cells or (), width) for cells in rows]
    kinds = kinds_of([cell for cells in padded for cell in cells]).reshape(len(padded), width)
    if mapping.header_line is None:
        top = _best(padded, kinds, table, mapping)
        if not known_words(padded[top], table, mapping):
            top = next((row for row in range(top) if rows[row] is None), top)
    else:
        top = _stated(grid, sample, mapping.header_line)
    line = int(grid.first_lines[sample[top]])
    if rows[top] is None:
        raise InputError("the quotes of the header do not match; correct them", file=grid.name, line=line)
    if mapping.header_line is None:
        _refuse_data(grid, padded[top], kinds, top, line, table, mapping)
    return _with_neighbours(grid, filled, padded, kinds, top, table, mapping)


def _with_neighbours(
    grid: Grid,
    filled: npt.NDArray[np.intp],
    padded: Sequence[Cells],
    kinds: Kinds,
    top: int,
    table: Table,
    mapping: FileMapping,
) -> Header:
    """The header with the labels above it, the second row and the row of units below it, if there are any."""
    findings: list[Finding] = []
    names, groups, parts = padded[top], ("",) * len(padded[top]), [top]
    above = top - 1
    if mapping.header_line is None and above >= 0 and filled[above] == filled[top] - 1:
        labels = _spread_labels(padded[above], names)
        if _is_group_row(padded[above], kinds[above], names, labels):
            groups, parts = labels, [above, top]
            # A name that is merged over both rows stands in the upper one alone.
            merged = [label and not name for label, name in zip(padded[above], names, strict=True)]
            names = tuple(n or label for n, label in zip(names, padded[above], strict=True))
            groups = tuple("" if m else group for m, group in zip(merged, groups, strict=True))
    after = top + 1
    if len(parts) == 1 and after < len(padded) - 1 and _is_second_row(padded, kinds, top):
        lower = padded[after]
        spread = _spread_labels(names, lower)
        groups = tuple(label if name else "" for label, name in zip(spread, lower, strict=True))
        names = tuple(name or upper for name, upper in zip(lower, names, strict=True))
        parts, after = [top, after], after + 1
    if len(parts) == 2:
        lines = " and ".join(str(int(grid.first_lines[filled[part]])) for part in parts)
        shown = [f"{group} {name}" for group, name in zip(groups, names, strict=True) if group][:3]
        findings.append(
            Finding(
                "header",
                f"the header is over two lines, {lines}: {', '.join(map(quoted, shown))}",
                overrule=f"header_line = {int(grid.first_lines[filled[parts[-1]]])}",
            )
        )
    if after < len(padded) - 1 and _is_units_row(padded, kinds, after, names):
        parts.append(after)
        units = [cell for cell in padded[after] if cell]
        findings.append(
            Finding(
                "header",
                f"line {int(grid.first_lines[filled[after]])} gives units or formats, not data: "
                + ", ".join(map(quoted, units[:5])),
            )
        )
    first = parts[0]
    columns = _value_columns(kinds[top + 1 :])
    data_above = [row for row in range(first) if _is_data(kinds[row], columns)]
    titles = tuple(int(filled[row]) for row in range(first) if row not in data_above)
    if titles:
        texts = [
            next((cell for cell in padded[row] if cell), "") for row in range(first) if row not in data_above
        ]
        findings.append(
            Finding(
                "header",
                f"the header is in line {int(grid.first_lines[filled[top]])}; above it are titles",
                f"{', '.join(map(quoted, texts[:3]))}",
                f"header_line = {int(grid.first_lines[filled[top]])}",
            )
        )
    if data_above:
        findings.append(
            Finding(
                "header",
                f"{len(data_above)} rows above the header look like data and are read as such",
                f"line {int(grid.first_lines[filled[data_above[0]]])}",
                suspicious=True,
            )
        )
    body = np.concatenate([filled[np.array(data_above, dtype=np.intp)], filled[parts[-1] + 1 :]])
    if not len(body):
        raise InputError(
            "there is a header and no row below it; export the file again and check that it has rows",
            file=grid.name,
            line=int(grid.first_lines[filled[top]]),
        )
    return Header(
        rows=tuple(int(filled[part]) for part in parts),
        names=names,
        groups=groups,
        titles=titles,
        body=body,
        words=known_words(names, table, mapping),
        periods=has_periods(names, groups),
        findings=tuple(findings),
    )


def known_words(names: Sequence[str], table: Table, mapping: FileMapping) -> int:
    """How many of the names are headers of `table`, or stated."""
    unstated = [name for name in names if name and stated_for(name, mapping) is None]
    return sum(map(bool, names)) - len(unstated) + recognised(unstated, table)


def has_periods(names: Sequence[str], groups: Sequence[str]) -> bool:
    """Whether enough headers are dates for a wide table."""
    joined = [f"{name} {group}".strip() for name, group in zip(names, groups, strict=True)]
    return any(period_headers(each).sum() >= _PERIODS for each in (names, joined, groups))


def _by_position(grid: Grid, filled: npt.NDArray[np.intp]) -> Header:
    names = tuple(str(position + 1) for position in range(len(grid.columns)))
    return Header((), names, ("",) * len(names), (), filled, 0, periods=False)


def _stated(grid: Grid, sample: npt.NDArray[np.intp], line: int) -> int:
    first = grid.first_lines[sample]
    found = np.flatnonzero((first <= line) & (line < first + grid.spans[sample]))
    if not len(found):
        raise InputError(
            f"the mapping says header_line = {line}, and that line is blank or not there; "
            f"the first filled line is {int(first[0])}",
            file=grid.name,
            line=line,
        )
    return int(found[0])


def _best(padded: Sequence[Cells], kinds: Kinds, table: Table, mapping: FileMapping) -> int:
    """The position of the likeliest header: the earliest of the best."""
    candidates = padded[:_CANDIDATES]
    dates = are_dates(np.array([cell for cells in candidates for cell in cells], dtype=np.object_))
    dates = dates.reshape(len(candidates), -1)
    scores = [_score(padded, kinds, dates[row], row, table, mapping) for row in range(len(candidates))]
    best = padded[int(np.argmax(scores))]
    return next(row for row, cells in enumerate(padded) if cells == best)  # the others repeat it


def _score(
    padded: Sequence[Cells], kinds: Kinds, dates: Mask, row: int, table: Table, mapping: FileMapping
) -> float:
    cells = padded[row]
    below = kinds[row + 1 : row + 1 + _BELOW]
    used = (below != Kind.EMPTY).sum(axis=0) > 0.3 * max(len(below), 1) if len(below) else kinds[row] > 0
    named = np.array([cell != "" for cell in cells], dtype=np.bool_)
    coverage = (used & named).sum() / max(used.sum(), 1) if len(below) or row == 0 else 0
    labels = sum(cell.endswith(":") for cell in cells)
    words = known_words(cells, table, mapping)
    return float(2 * words + _contrast(cells, kinds[row], below, dates) + 3 * coverage - 2 * labels)


def _contrast(cells: Cells, kinds: Kinds, below: Kinds, dates: Mask | None = None) -> int:
    """Columns with a name above values, less those with a value above values."""
    periods = period_headers(cells, dates)
    values = _value_columns(below)
    numeric = (below == Kind.NUMBER).sum(axis=0) + (below == Kind.TRUTH).sum(axis=0)
    dated = (below == Kind.DATE).sum(axis=0)
    many = periods.sum() >= _PERIODS
    named = (kinds == Kind.WORDS) | (many & periods & (numeric > dated))
    valued = ~named & (kinds != Kind.EMPTY)
    return int((values & named).sum()) - int((values & valued).sum())


def _value_columns(below: Kinds) -> npt.NDArray[np.bool_]:
    """Columns of which most filled cells are dates, numbers or yes and no."""
    filled = (below != Kind.EMPTY).sum(axis=0)
    values = filled - (below == Kind.WORDS).sum(axis=0)
    return np.asarray((filled > 0) & (values * 2 > filled), dtype=np.bool_)


def _is_data(kinds: Kinds, columns: npt.NDArray[np.bool_]) -> bool:
    """Whether a row above the header has values in all (two or more) columns that have values below it."""
    values = (kinds != Kind.WORDS) & (kinds != Kind.EMPTY)
    return bool(columns.sum() >= 2 and values[columns].all())


def _refuse_data(
    grid: Grid, cells: Cells, kinds: Kinds, top: int, line: int, table: Table, mapping: FileMapping
) -> None:
    """InputError where even the best row is a row like the others: the file has no header."""
    below = kinds[top + 1 : top + 1 + _BELOW]
    if known_words(cells, table, mapping) or not len(below) or not _value_columns(below).any():
        return
    if _contrast(cells, kinds[top], below) <= 0:
        shown = ", ".join(map(quoted, [cell for cell in cells if cell][:6]))
        raise InputError(
            f"no line names the columns: the first row is {shown}; write a header above it, or state "
            'header_line = 0 and name the columns by their position ("1" = "ds")',
            file=grid.name,
            line=line,
        )


def _spread_labels(labels: Cells, names: Cells) -> Cells:
    """Labels of merged cells, each over the columns up to the next one; only where there is a name below."""
    spread, current = [], ""
    for label, name in zip(labels, names, strict=True):
        current = label or current
        spread.append(current if name else label)
    return tuple(spread)


def _is_group_row(labels: Cells, kinds: Kinds, names: Cells, spread: Cells) -> bool:
    """Whether the row above says what the header alone does not: its names repeat, or lack a year."""
    filled = [label for label in labels if label]
    if len(filled) < 1 or len([name for name in names if name]) < 3 or (kinds == Kind.TRUTH).any():
        return False
    joined = [f"{group} {name}" for group, name in zip(spread, names, strict=True)]
    told = [name for name in names if name]
    told_joined = [text for text, name in zip(joined, names, strict=True) if name]
    if len(set(told)) < len(told) and len(set(told_joined)) == len(told_joined):
        return True
    reversed_ = [f"{name} {group}" for group, name in zip(spread, names, strict=True)]
    alone = period_headers(names).sum()
    return bool(
        alone < _PERIODS and max(period_headers(joined).sum(), period_headers(reversed_).sum()) >= _PERIODS
    )


def _is_second_row(padded: Sequence[Cells], kinds: Kinds, top: int) -> bool:
    """Whether the row below the header goes on with it: names under merged cells and above values."""
    upper, lower, below = padded[top], padded[top + 1], kinds[top + 2 : top + 2 + _BELOW]
    values = _value_columns(below)
    named = np.array([cell != "" for cell in lower], dtype=np.bool_)
    under_merged = [not above and bool(name) for above, name in zip(upper, lower, strict=True)]
    over_values = named & values
    numbers = (below == Kind.NUMBER).sum(axis=0) * 2 > (below != Kind.EMPTY).sum(axis=0)
    fits = (kinds[top + 1] == Kind.WORDS) | ((kinds[top + 1] == Kind.DATE) & numbers)
    return bool(any(under_merged) and over_values.sum() >= 2 and fits[over_values].all())


def _is_units_row(padded: Sequence[Cells], kinds: Kinds, row: int, names: Cells) -> bool:
    filled = [cell for cell in padded[row] if cell]
    values = _value_columns(kinds[row + 1 :])
    over = [bool(padded[row][column]) and bool(names[column]) for column in np.flatnonzero(values)]
    return bool(filled) and any(over) and all(_UNITS.fullmatch(cell) for cell in filled)


def _used(cells: Cells) -> int:
    return max((position + 1 for position, cell in enumerate(cells) if cell), default=0)


def _padded(cells: Cells, width: int) -> Cells:
    return (*cells[:width], *("",) * (width - len(cells)))

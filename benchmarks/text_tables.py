"""Tables in plain text."""

from __future__ import annotations

from collections.abc import Sequence


def text_table(rows: Sequence[Sequence[object]]) -> str:
    """Rows as lines, the first one being the header; a column of numbers is aligned to the right."""
    cells = [[str(value) for value in row] for row in rows]
    columns = [list(column) for column in zip(*cells, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    to_the_right = [all(map(_is_number, column[1:])) for column in columns]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_the_right, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def _is_number(cell: str) -> bool:
    return not cell or cell.lstrip("+-").replace(",", "").replace(".", "", 1).isdigit()

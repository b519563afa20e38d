"""How much is read at most, so that no file takes the machine down."""

from __future__ import annotations

from typing import Final

from intake.errors import InputError

LARGEST_FILE: Final = 1 << 30  # bytes, of a file as it came and of what is packed in it, unpacked
LARGEST_TEXT: Final = 1 << 30  # characters in all cells of a workbook
LARGEST_RATIO: Final = 250  # unpacked to packed; sales in XML or CSV shrink to a tenth or a fiftieth
RATIO_COUNTS_FROM: Final = 100 << 20  # bytes: small files may be as repetitive as they like
MOST_CELLS: Final = 1 << 27
MOST_SPARSE_CELLS: Final = 1 << 23  # around the filled cells of all sheets, if nearly all are empty
SPARSE: Final = 1 / 20  # the share of filled cells below which a sheet is nearly empty
MOST_MEMBERS: Final = 10_000
LONGEST_LINE: Final = 1 << 20  # bytes of a line of text, and of a record over several lines
MOST_MISFITS: Final = (
    1 << 20
)  # rows that have not as many cells as the header: nobody would look them through
MOST_NAMED: Final = 2_000  # columns that are no periods: each is read, checked and kept by its name
MOST_COLUMNS: Final = 16_384  # a spreadsheet has no more


def refuse_oversized(size: int, name: str) -> None:
    """InputError if a file of `size` bytes is larger than can be read safely."""
    if size > LARGEST_FILE:
        raise InputError(
            f"the file has {size / (1 << 20):,.0f} MB and {LARGEST_FILE >> 20:,} MB is the most that is "
            "read; export it in parts, a year in each",
            file=name,
        )


def refuse_bomb(packed: int, unpacked: int, name: str) -> None:
    """InputError if `packed` bytes grow to more `unpacked` bytes than sales ever do, or than can be read."""
    if unpacked > LARGEST_FILE or (unpacked > RATIO_COUNTS_FROM and unpacked > LARGEST_RATIO * packed):
        raise InputError(
            f"what is packed in it grows from {packed:,} bytes beyond {unpacked / (1 << 20):,.0f} MB, as no "
            "sales do; unpack it yourself, and upload the file inside if it is yours",
            file=name,
        )


def refuse_too_many_cells(cells: int, name: str) -> None:
    """InputError if a sheet or table has more cells than can be held."""
    if cells > MOST_CELLS:
        raise InputError(
            f"it has {cells:,} cells and {MOST_CELLS:,} are the most that are read; export it in parts",
            file=name,
        )


def refuse_too_many_columns(columns: int, name: str) -> None:
    """InputError if a sheet or table has more columns than a spreadsheet."""
    if columns > MOST_COLUMNS:
        raise InputError(
            f"it has {columns:,} columns and {MOST_COLUMNS:,} are the most that are read; leave columns out",
            file=name,
        )


def refuse_too_many_names(columns: int, name: str) -> None:
    """InputError if a table has more columns that are no periods than anybody means."""
    if columns > MOST_NAMED:
        raise InputError(
            f"it has {columns:,} columns that are no periods and {MOST_NAMED:,} are the most that are read; "
            "leave columns out",
            file=name,
        )


def refuse_sparse(area: int, rows: int, columns: int, filled: int, name: str) -> None:
    """InputError if the rectangles around the `filled` cells of all sheets, `area` cells in all, are too
    large, or vast and nearly empty; the largest has so many `rows` and `columns`.
    """
    refuse_too_many_cells(area, name)
    if area > MOST_SPARSE_CELLS and filled < SPARSE * area:
        raise InputError(
            f"{filled:,} filled cells are spread over {area:,}, in sheets of up to {rows:,} rows and "
            f"{columns:,} columns; delete what lies far from the table and save it again",
            file=name,
        )


def refuse_too_much_text(characters: int, name: str) -> None:
    """InputError if the cells of a workbook together say more than can be held."""
    if characters > LARGEST_TEXT:
        raise InputError(
            f"its cells repeat {characters:,} characters and {LARGEST_TEXT:,} are the most that are read; "
            "leave the columns of long texts out",
            file=name,
        )


def refuse_long_line(content: bytes, name: str, longest: int = LONGEST_LINE) -> None:
    """InputError if there is a line so long that no look at the rest of the text is needed.

    A line beyond twice `longest` is always found, one up to `longest` never.
    """
    for start in range(0, len(content) - longest + 1, longest):
        if (
            content.find(b"\n", start, start + longest) < 0
            and content.find(b"\r", start, start + longest) < 0
        ):
            raise long_line(name, content.count(b"\n", 0, start) + 1, longest)


def long_line(name: str, line: int, longest: int) -> InputError:
    """The refusal of a line that is too long."""
    return InputError(
        f"the line is longer than {longest:,} bytes; save the file as CSV with one line per row",
        file=name,
        line=line,
    )

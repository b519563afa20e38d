"""How the command line talks: one console, one look for tables, one line for the next step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

console = Console(highlight=False)
_GAP = "  "  # between two columns
_LEAST_FOLDED = 30  # characters
errors = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Print one plain sentence."""
    console.print(escape(text), soft_wrap=True)


def progress(text: str) -> None:
    """Print what is going on, quietly."""
    console.print(f"[dim]{escape(text)}[/dim]", soft_wrap=True)


def headline(text: str) -> None:
    """Print the beginning of a new part."""
    console.print(f"\n[bold]{escape(text)}[/bold]")


def show_reason(fact: str, reason: str) -> None:
    """Print a fact and, indented below it, why."""
    console.print(escape(fact))
    console.print(Padding(f"[dim]{escape(reason)}[/dim]", (0, 0, 0, 8)))


def next_step(text: str) -> None:
    """Print what the user may want to do now."""
    console.print(f"[dim]Next:[/dim] {escape(text)}", soft_wrap=True)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table, numbers to the right.

    Where it is too wide, its widest column is folded; where that would leave too little of it, nothing is.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, (column, *texts))) for column, *texts in zip(columns, *cells, strict=True)]
    widest = widths.index(max(widths))
    room = console.width - sum(widths) - len(_GAP) * (len(columns) - 1) + widths[widest]
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        numeric = bool(cells) and all(_is_number(row[position]) for row in cells)
        table.add_column(
            column,
            justify="right" if numeric else "left",
            overflow="fold",
            width=room if position == widest and _LEAST_FOLDED <= room < widths[widest] else widths[position],
        )
    for row in cells:
        table.add_row(*map(escape, row))
    natural = console.width - room + widths[widest]
    Console(highlight=False, width=console.width if room >= _LEAST_FOLDED else natural).print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").replace("-", "").replace("%", "").isdigit() or not cell

"""The look of every plot, and PNG bytes that depend on nothing but what is drawn.

Colours are those of Okabe and Ito (2008), told apart by colour-blind people. Everything is set on the artists
themselves: no pyplot, no global state, no style file of the machine.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from io import BytesIO
from typing import Final, Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

INK: Final = "#1F2933"
QUIET: Final = "#6B7280"
GRID: Final = "#E5E7EB"
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
ORANGE: Final = "#E69F00"
VERMILLION: Final = "#D55E00"

DOTS_PER_INCH: Final = 120
WIDTH: Final = 10.0  # inches: 1,200 pixels, sharp in a browser and on A4


def figure(height: float) -> Figure:
    """An empty white figure of the house's width; `height` in inches."""
    return Figure(figsize=(WIDTH, height), dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")


def overview() -> tuple[Figure, Axes, list[Axes]]:
    """A drawing with one wide plot on top and four small ones below."""
    drawing = figure(8.6)
    grid = drawing.add_gridspec(3, 2, height_ratios=[1.5, 1, 1])
    small = [drawing.add_subplot(grid[row, column]) for row in (1, 2) for column in (0, 1)]
    return drawing, drawing.add_subplot(grid[0, :]), small


def dress(
    axes: Axes,
    title: str,
    *,
    y_label: str = "",
    x_label: str = "",
    grid: Literal["x", "y"] = "y",
    keys: bool = False,
    small: bool = False,
) -> None:
    """Title at the left, its keys below it, labels, a thin grid behind, no box. Call it after drawing."""
    size, pad = (9, 6) if small else (12, 26 if keys else 10)
    axes.set_title(title, loc="left", fontsize=size, fontweight="bold", color=INK, pad=pad)
    axes.set_xlabel(x_label, fontsize=9, color=INK)
    axes.set_ylabel(y_label, fontsize=9, color=INK)
    axes.tick_params(labelsize=8.5, labelcolor=INK, color=QUIET, length=3)
    axes.set_axisbelow(True)
    axes.grid(visible=True, axis=grid, color=GRID, linewidth=0.8)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(QUIET)
    if keys:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.01, 1.0),
            borderaxespad=0.2,
            ncols=4,
            frameon=False,
            fontsize=8.5,
            labelcolor=INK,
            columnspacing=1.5,
        )


def number_axis(axes: Axes, *, along: Literal["x", "y"] = "y") -> None:
    """Thousands separators, no scientific notation, few ticks."""
    axis = axes.yaxis if along == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def date_axis(axes: Axes) -> None:
    """Dates that name each year and month once."""
    locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def label(text: str, longest: int = 34) -> str:
    """Somebody's text as a label: shortened in the middle, and with dollar signs that are no formulas.

    >>> label("new-york/" + "x" * 40, 21)
    'new-york/x…xxxxxxxxxx'
    >>> label("$5 soap")
    '\\\\$5 soap'
    """
    text = " ".join(text.split())
    if len(text) > longest:
        head = longest // 2
        text = f"{text[:head]}…{text[len(text) - (longest - head - 1) :]}"
    return text.replace("$", r"\$")


def summed(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """`column` of all series added: ds, `column`; NaN where none is known."""
    return frame.groupby("ds")[column].sum(min_count=1).reset_index()


def period_name(ds: Iterable[pd.Timestamp]) -> str:
    """Day, week, month or quarter: what lies between neighbouring dates; 'period' if there is only one.

    >>> period_name(pd.date_range("2026-01-05", periods=3, freq="W-MON"))
    'week'
    """
    steps = pd.Series(sorted(set(ds))).diff().dt.days.dropna()
    if steps.empty:
        return "period"
    days = float(steps.median())
    return "day" if days < 4 else "week" if days < 20 else "month" if days < 60 else "quarter"


def count(number: int, noun: str) -> str:
    """
    >>> count(1, "week"), count(1200, "week")
    ('1 week', '1,200 weeks')
    """
    plural = noun if number == 1 or noun.endswith("series") else f"{noun}s"
    return f"{number:,} {plural}"


def png(drawing: Figure) -> bytes:
    """The same picture gives the same bytes: no date and no software version inside."""
    buffer = BytesIO()
    with warnings.catch_warnings():
        # A product named in a script that the font lacks shows boxes; that is no reason to lose the plot.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        drawing.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()

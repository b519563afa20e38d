"""What a plan may cost beside what a what-if makes of it, as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from artifacts.canvas import BLUE, INK, ORANGE, QUIET, SKY, VERMILLION, dress, figure, label, number_axis, png

_CAUSES: Final = {"holding": SKY, "shortage": VERMILLION, "waste": ORANGE}
_BINS: Final = 40
_HEIGHT: Final = 0.72  # of a hill; rows are 1 apart


def costs_side_by_side(
    totals: pd.DataFrame, joint_cost: Mapping[str, npt.NDArray[np.float64]], currency: str
) -> bytes:
    """Above each other: the distribution of the cost of every plan with its mean, the range from P10 to P90
    and the mean of the worst tenth; beside it what the mean is made of.

    totals: the base plan, what the what-if asks for, and the base orders kept: rows of scope 'total' of one
    currency, with plan, holding, shortage, waste, cost, cost_p10, cost_p90 and cost_cvar. joint_cost: by
    plan, the cost path by path. PNG.
    """
    drawing = figure(1.9 + 1.1 * len(totals))
    hills, bars = drawing.subplots(1, 2, sharey=True, width_ratios=[1.6, 1])
    rows = list(reversed(totals.to_dict("records")))
    names = [str(row["plan"]) for row in rows]
    end = max((float(np.quantile(cost, 0.995)) for cost in joint_cost.values()), default=0.0) or 1.0
    for place, row in enumerate(rows):
        cost = joint_cost[str(row["plan"])]
        _hill(hills, place, cost, end)
        low, high, mean, tail = (float(row[name]) for name in ("cost_p10", "cost_p90", "cost", "cost_cvar"))
        first = place == len(rows) - 1
        hills.plot(
            [low, high], [place, place], color=INK, linewidth=2.2, label="P10 to P90" if first else None
        )
        hills.plot(mean, place, "o", color=INK, markersize=6, label="mean" if first else None)
        hills.plot(
            tail,
            place,
            "D",
            color=VERMILLION,
            markersize=6,
            label="mean of the worst tenth" if first else None,
        )
        hills.annotate(
            f"{mean:,.0f}",
            (mean, place),
            xytext=(0, -14),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=INK,
        )
    _stacked(bars, rows)
    hills.set_yticks(range(len(names)), [label(name, 24) for name in names])
    hills.set_ylim(-0.45, len(names) - 0.05)
    hills.set_xlim(left=0, right=end * 1.02)
    number_axis(hills, along="x")
    number_axis(bars, along="x")
    unit = f"{currency} until the next order can arrive".strip()
    dress(hills, _title(totals["cost"].tolist(), currency), grid="x", x_label=unit, keys=True)
    dress(bars, "What the mean is made of", grid="x", x_label=currency, keys=True)
    return png(drawing)


def _title(cost: list[float], currency: str) -> str:
    """What the second and third plan cost beyond the first."""
    again, kept = (f"{each - cost[0]:+,.0f}" for each in cost[1:])
    return f"Planned again {again}, base orders kept {kept} {currency}".rstrip()


def _hill(axes: Axes, place: int, cost: npt.NDArray[np.float64], end: float) -> None:
    """The shares of the paths by cost, as high as the fullest bin allows; the tail beyond is cut."""
    counts, edges = np.histogram(np.minimum(cost, end), bins=_BINS, range=(0.0, end))
    heights = place + _HEIGHT * counts / max(int(counts.max()), 1)
    axes.stairs(heights, edges, baseline=place, fill=True, color=BLUE, alpha=0.28)
    axes.stairs(heights, edges, baseline=place, color=BLUE, linewidth=1.1)


def _stacked(axes: Axes, rows: list[dict[str, object]]) -> None:
    places = np.arange(len(rows))
    left = np.zeros(len(rows))
    for cause, colour in _CAUSES.items():
        money = np.array([float(str(row[cause])) for row in rows])
        axes.barh(places + 0.3, money, left=left, height=0.5, color=colour, label=cause)
        left = left + money
    for place, total in zip(places, left, strict=True):
        axes.text(total, place + 0.3, f" {total:,.0f}", va="center", fontsize=8.5, color=QUIET)
    axes.margins(x=0.16)

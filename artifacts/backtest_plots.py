"""Plots of a backtest: what recipes cost, six series as fans, calibration, and where the forecast loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from artifacts.canvas import (
    BLUE,
    INK,
    ORANGE,
    QUIET,
    SKY,
    VERMILLION,
    count,
    date_axis,
    dress,
    figure,
    label,
    number_axis,
    period_name,
    png,
)
from artifacts.item_names import NO_NAMES, named

PIT: Final = [f"pit_{number}" for number in range(10)]
LEAST_CASES: Final = 100  # fewer make a histogram of chance
CLASS_WORDS: Final = {"all": "All series", "A": "A, the largest", "B": "B", "C": "C, the smallest"}
KINDS: Final = ("smooth", "erratic", "intermittent", "lumpy")


def money(overall: pd.DataFrame, by_window: pd.DataFrame) -> bytes:
    """What each recipe would have cost, split into leftovers and lost sales, and how it did in each window.

    overall: recipe, holding, shortage, cost, the cheapest first. by_window: cutoff, recipe, cost.
    """
    shown = overall[::-1]
    drawing = figure(1.9 + 0.34 * len(shown))
    axes, windows = drawing.subplots(1, 2, width_ratios=[3, 2], sharey=True)
    places = np.arange(len(shown))
    axes.barh(places, shown["holding"], color=BLUE, height=0.7, label="leftovers")
    axes.barh(places, shown["shortage"], left=shown["holding"], color=ORANGE, height=0.7, label="lost sales")
    cheapest = float(overall["cost"].iloc[0])
    for place, cost in zip(places, shown["cost"], strict=True):
        more = f" {cost / cheapest - 1:+.0%}" if cheapest > 0 and cost > cheapest else f" {cost:,.0f}"
        axes.text(cost, place, more, va="center", fontsize=8.5, color=INK)
    axes.set_yticks(places, [label(str(name).replace("_", " ")) for name in shown["recipe"]])
    axes.margins(x=0.14, y=0.02)
    number_axis(axes, along="x")
    first = str(overall["recipe"].iloc[0]).replace("_", " ")
    dress(axes, f"{label(first)} would have cost least", grid="x", x_label="money, all windows", keys=True)
    wide = by_window.pivot_table(index="recipe", columns="cutoff", values="cost").reindex(shown["recipe"])
    share = 100 * wide / wide.mean().where(wide.mean() > 0)
    for number, column in enumerate(share):
        name = "a window" if number == 0 else None
        windows.plot(share[column], places, "o", color=SKY, markersize=5, alpha=0.8, label=name)
    middle = share.mean(axis=1)
    windows.plot(middle, places, "|", color=VERMILLION, markersize=14, markeredgewidth=2, label="mean")
    windows.axvline(100, color=QUIET, linewidth=0.8, linestyle=":")
    number_axis(windows, along="x")
    x_label = "cost, % of the mean of all recipes in the window"
    dress(windows, f"In each of {count(wide.shape[1], 'window')}", grid="x", x_label=x_label, keys=True)
    return png(drawing)


def fans(
    history: pd.DataFrame,
    outlook: pd.DataFrame,
    examples: Mapping[str, str],
    *,
    unit: str = "units",
    names: Mapping[str, str] = NO_NAMES,
) -> bytes:
    """Up to six series of different kinds: sold before the cutoff, forecast after it, and what came.

    history: unique_id, ds, y. outlook: ds, unique_id, mean, p10, p90, p95 from one cutoff. examples: what a
    series is an example of -> unique_id.
    """
    rows = -(-len(examples) // 2)
    drawing = figure(0.7 + 2.4 * rows)
    _apart(drawing)
    grid = np.atleast_1d(drawing.subplots(rows, 2 if len(examples) > 1 else 1)).reshape(-1)
    for axes, (kind, unique_id) in zip(grid, examples.items(), strict=False):
        coming = outlook[outlook["unique_id"] == unique_id]
        one = history[history["unique_id"] == unique_id].sort_values("ds")
        start = coming["ds"].min()
        past = one[one["ds"] < start].tail(max(26, 2 * len(coming)))
        came = one[(one["ds"] >= start) & (one["ds"] <= coming["ds"].max())]
        axes.fill_between(
            coming["ds"], coming["p10"], coming["p90"], color=SKY, alpha=0.35, linewidth=0, label="P10 to P90"
        )
        axes.plot(coming["ds"], coming["p95"], color=BLUE, linewidth=1, linestyle=(0, (4, 2)), label="P95")
        axes.plot(past["ds"], past["y"], color=INK, linewidth=1, label="sold")
        axes.plot(came["ds"], came["y"], "o", color=INK, markersize=3, label="sold afterwards")
        axes.plot(coming["ds"], coming["mean"], color=ORANGE, linewidth=1.6, label="expected")
        axes.axvline(start, color=QUIET, linewidth=0.8, linestyle=":")
        axes.set_ylim(bottom=0)
        axes.margins(x=0.01)
        number_axis(axes)
        date_axis(axes)
        title = label(named(unique_id, names), 36)
        dress(axes, f"{kind}: {title}" if len(examples) > 1 else title, small=True)
        axes.set_ylabel(f"{unit} per {period_name(history['ds'])}", fontsize=8, color=INK)
        axes.xaxis.get_offset_text().set_size(8)
    for axes in grid[len(examples) :]:
        axes.set_axis_off()
    handles, labels = grid[0].get_legend_handles_labels()
    drawing.legend(
        handles, labels, loc="outside upper left", ncols=5, frameon=False, fontsize=8.5, labelcolor=INK
    )
    return png(drawing)


def examples_of(classes: pd.DataFrame, history: pd.DataFrame) -> Mapping[str, str]:
    """Up to six series: the largest, the largest of each other kind, the newest, then the next largest.

    classes: unique_id, intermittency, value (what it sold), one row per series. history: unique_id, ds.
    """
    ranked = classes.sort_values("value", ascending=False, kind="stable")
    chosen: dict[str, str] = {}

    def add(kind: str, series: Sequence[str]) -> None:
        fresh = [name for name in series if name not in chosen.values()]
        if fresh and len(chosen) < 6:
            chosen[kind] = str(fresh[0])

    add("Largest", ranked["unique_id"].tolist())
    begun = history.groupby("unique_id")["ds"].min().reindex(ranked["unique_id"])
    if begun.max() > begun.min():
        add("Newest", begun.sort_values(ascending=False, kind="stable").index.tolist())
    for kind in KINDS:
        add(kind.capitalize(), ranked.loc[ranked["intermittency"] == kind, "unique_id"].tolist())
    for place, name in enumerate(ranked["unique_id"].tolist(), start=1):
        add(f"Number {place} by sales", [name])
    return chosen


def calibration_by_class(by_class: pd.DataFrame) -> bytes:
    """Do probabilities happen as often as promised? A histogram per class, and intervals of 50, 80, 95 %.

    by_class: a name, rows (cases), pit_0 to pit_9 (cases by tenth of probability), coverage_50, _80, _95
    (shares); classes with few cases are left out, except the first row, which is of all.
    """
    every = by_class["rows"].iloc[0]
    enough = by_class["rows"].between(LEAST_CASES, every - 1) | (np.arange(len(by_class)) == 0)
    shown = by_class[enough]
    drawing = figure(1.0 + 1.6 * len(shown))
    _apart(drawing)
    grid = drawing.subplots(len(shown), 2, width_ratios=[3, 2], squeeze=False)
    name = str(shown.columns[0])
    for (left, right), row in zip(grid, shown.to_dict("records"), strict=True):
        cases = max(float(row["rows"]), 1.0)
        shares = 100 * np.array([float(row[column]) for column in PIT]) / cases
        spread = 196 * np.sqrt(0.09 / cases)
        left.axhspan(10 - spread, 10 + spread, color=QUIET, alpha=0.15, linewidth=0)
        left.bar(np.arange(10) * 10 + 5, shares, width=9, color=BLUE)
        left.axhline(10, color=QUIET, linewidth=1)
        left.set_xticks(range(0, 101, 20))
        left.set_ylim(0, max(20.0, 1.1 * float(shares.max())))
        worst = float(np.abs(shares - 10).max())
        words = CLASS_WORDS.get(str(row[name]), str(row[name]).capitalize())
        title = f"{words}: at most {worst:.1f} points off 10 %, {count(int(row['rows']), 'case')}"
        dress(left, title, small=True)
        left.set_ylabel("cases, %", fontsize=8, color=INK)
        for place, promised in enumerate((50, 80, 95)):
            found = 100 * float(row[f"coverage_{promised}"])
            right.plot([promised, found], [place, place], color=QUIET, linewidth=2)
            right.plot(promised, place, "|", color=INK, markersize=13, markeredgewidth=2)
            right.plot(found, place, "o", color=BLUE, markersize=7)
            side = -1 if found < promised else 1
            right.annotate(
                f"{found:.0f} %",
                (found, place),
                xytext=(9 * side, -3),
                textcoords="offset points",
                ha="right" if side < 0 else "left",
                fontsize=8,
                color=INK,
            )
        right.set_yticks(range(3), ["50 %", "80 %", "95 %"])
        right.set_ylim(-0.5, 2.7)
        right.set_xlim(0, 110)
        dress(right, "held by intervals of", small=True, grid="x")
    grid[-1][0].set_xlabel("probability of what happened, %", fontsize=9, color=INK)
    grid[-1][1].set_xlabel("observed (dot) and promised (line), %", fontsize=9, color=INK)
    return png(drawing)


@dataclass(frozen=True)
class Loss:
    """What is lost: the column `total`, its parts (words -> column), what to call it and its unit."""

    total: str
    parts: Mapping[str, str]
    noun: str
    axis: str


MONEY_LOST: Final = Loss(
    "cost", {"leftovers": "holding", "lost sales": "shortage"}, "money lost", "money, all windows"
)
MISSED: Final = Loss("absolute", {"missed": "absolute"}, "error", "sum of absolute errors, units")


def where_we_lose(
    tables: Mapping[str, pd.DataFrame],
    recipe: str,
    *,
    loss: Loss = MONEY_LOST,
    top: int = 10,
    names: Mapping[str, str] = NO_NAMES,
) -> bytes:
    """Where one recipe loses: by ABC-XYZ, by kind of demand, by horizon, by window, and in which series.

    `tables` as `judged_windows.loss_tables` makes them, the worst series of the recipe first. One series
    alone has neither classes nor worst series.
    """
    own = {name: rows[rows["recipe"] == recipe] for name, rows in tables.items()}
    series = own["by_series"]["unique_id"].nunique()
    if series == 1:
        drawing = figure(3.4)
        left, right = drawing.subplots(1, 2)
        _over_time(left, right, own)
        return png(drawing)
    worst = own["by_series"].head(top)
    drawing = figure(6.2 + 0.24 * len(worst))
    _apart(drawing)
    grid = drawing.add_gridspec(3, 2, height_ratios=[1.1, 1.1, 0.35 + 0.11 * len(worst)])
    by_abc, by_kind, by_horizon, by_window = (
        drawing.add_subplot(grid[row, column]) for row in (0, 1) for column in (0, 1)
    )
    _shares(by_abc, own["by_abc_xyz"], loss, "ABC-XYZ class")
    kinds = own["by_intermittency"].set_index("intermittency")
    in_order = [kind for kind in (*KINDS, "no sales") if kind in kinds.index]
    _shares(by_kind, kinds.loc[in_order].reset_index(), loss, "kind of demand")
    _over_time(by_horizon, by_window, own)
    axes = drawing.add_subplot(grid[2, :])
    shown = worst[::-1]
    places = np.arange(len(shown))
    so_far = np.zeros(len(shown))
    for (words, column), colour in zip(loss.parts.items(), (BLUE, ORANGE), strict=False):
        axes.barh(places, shown[column], left=so_far, color=colour, height=0.7, label=words)
        so_far += shown[column].to_numpy(np.float64)
    axes.set_yticks(places, [label(named(str(name), names), 40) for name in shown["unique_id"]])
    for place, (end, wape) in enumerate(zip(so_far, shown["wape"], strict=True)):
        text = f" missed by {wape:.0%}" if np.isfinite(wape) else " nothing sold"
        axes.text(end, place, text, va="center", fontsize=8.5, color=INK)
    axes.margins(x=0.14, y=0.02)
    number_axis(axes, along="x")
    part = _part(worst[loss.total], own["by_series"][loss.total])
    title = f"{len(worst)} of {count(series, 'series')} make {part:.0%} of the {loss.noun}"
    dress(axes, title, grid="x", x_label=loss.axis, keys=len(loss.parts) > 1)
    return png(drawing)


def _shares(axes: Axes, rows: pd.DataFrame, loss: Loss, words: str) -> None:
    """Share of the loss beside that of the forecasts, by the class in the first column of `rows`."""
    places = np.arange(len(rows))
    for offset, column, colour, name in (
        (-0.2, loss.total, VERMILLION, f"of the {loss.noun}"),
        (0.2, "rows", SKY, "of all forecasts"),
    ):
        share = 100 * rows[column] / max(float(rows[column].sum()), 1e-9)
        axes.bar(places + offset, share, width=0.38, color=colour, label=name)
    axes.set_xticks(places, rows.iloc[:, 0].tolist())
    number_axis(axes)
    worst = rows.loc[rows[loss.total].idxmax()]
    part = _part(worst[loss.total], rows[loss.total])
    name = str(worst.iloc[0])
    title = f"{name[:1].upper()}{name[1:]}: {part:.0%} of the {loss.noun}"
    dress(axes, title, y_label="%", x_label=words, keys=True)


def _over_time(by_horizon: Axes, by_window: Axes, own: Mapping[str, pd.DataFrame]) -> None:
    """WAPE of one recipe by horizon and by window."""
    for axes, rows, key in (
        (by_horizon, own["by_horizon"], "horizon"),
        (by_window, own["by_window"], "cutoff"),
    ):
        axes.plot(rows[key], 100 * rows["wape"], "o-", color=BLUE, markersize=4, linewidth=1.4)
        axes.set_ylim(0, max(1.0, 115 * float(rows["wape"].max())))
        number_axis(axes)
    wape = own["by_horizon"]["wape"]
    half = max(1, len(wape) // 2)
    near, far = wape.head(half).mean(), wape.tail(half).mean()
    title = f"Near: missed by {near:.0%}, far: by {far:.0%}" if np.isfinite(near + far) else "By horizon"
    dress(by_horizon, title, y_label="error, % of sales", x_label="periods ahead")
    date_axis(by_window)
    least, most = own["by_window"]["wape"].min(), own["by_window"]["wape"].max()
    title = f"From window to window: {least:.0%} to {most:.0%}" if np.isfinite(most) else "By window"
    dress(by_window, title, y_label="error, % of sales", x_label="cutoff")


def _part(some: float | pd.Series[float], every: pd.Series[float]) -> float:
    return float(np.sum(some)) / max(float(every.sum()), 1e-9)


def _apart(drawing: Figure) -> None:
    """More room between rows of plots than between the words of one."""
    engine = drawing.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.1)


def backtest_plots(
    tables: Mapping[str, pd.DataFrame],
    classes: pd.DataFrame,
    history: pd.DataFrame,
    outlook: pd.DataFrame,
    *,
    names: Mapping[str, str] = NO_NAMES,
) -> Mapping[str, bytes]:
    """All plots of a backtest by name; those of one recipe are of the cheapest.

    tables: of `planning.priced_backtest.backtest_tables`. classes: unique_id, intermittency, value, of the
    last cutoff. history: unique_id, ds, y. outlook: recipe and the forecasts from the last cutoff.
    """
    best = str(tables["overall"]["recipe"].iloc[0])
    calibration = tables["calibration"]
    return {
        "money": money(tables["overall"], tables["by_window"]),
        "fans": fans(history, outlook[outlook["recipe"] == best], examples_of(classes, history), names=names),
        "calibration": calibration_by_class(calibration[calibration["recipe"] == best]),
        "where_we_lose": where_we_lose(tables, best, names=names),
    }

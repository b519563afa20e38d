"""Plots of how good a model is: each takes frames and gives PNG bytes, with its finding as the title.

`predictions` has columns unique_id, ds, y, y_hat and optional recipe, cutoff, horizon, p10, p90; where
several cutoffs predicted the same period, the latest one counts. Rows without an observed y are left out.
Plots of what will be (fan, staffing) are in forecast_plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

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
    overview,
    period_name,
    png,
    summed,
)
from artifacts.feature_words import feature_words
from artifacts.item_names import NO_NAMES, named
from intake.errors import MissingError

WEEKDAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def actual_against_forecast(
    history: pd.DataFrame,
    predictions: pd.DataFrame,
    *,
    unit: str = "units",
    names: Mapping[str, str] = NO_NAMES,
) -> bytes:
    """What was sold and what had been forecast; with P10 to P90 where the predictions carry it.

    One series fills the plot. Many are shown as their total (without interval: quantiles do not add up) and
    four examples: the largest series and the most, the typically and the least exactly forecast.
    `history`: unique_id, ds, y. MissingError if no prediction has an observed y.
    """
    observed = latest(predictions)
    series = observed["unique_id"].nunique()
    if series == 1:
        drawing = figure(5.0)
        wide, small = drawing.subplots(), list[Axes]()
        _actual_and_forecast(wide, history, observed)
        title = f"{_recipe(observed)} missed by {_wape(observed):.1%} of sales over {_span(observed)}"
    else:
        drawing, wide, small = overview()
        total = summed(observed, "y").assign(y_hat=summed(observed, "y_hat")["y_hat"])
        _actual_and_forecast(wide, summed(history, "y"), total)
        title = f"{_recipe(observed)} missed the sum of {series:,} series by {_wape(total):.1%}"
        title += f", single ones by {_wape(observed):.0%}"
    dress(wide, title, y_label=_per(observed, unit), keys=True)
    for axes, (why, unique_id) in zip(small, _examples(observed).items(), strict=False):
        one = observed[observed["unique_id"] == unique_id]
        _actual_and_forecast(axes, history[history["unique_id"] == unique_id], one)
        dress(axes, f"{why}: {label(named(unique_id, names))}, missed by {_wape(one):.0%}", small=True)
    return png(drawing)


def residuals(predictions: pd.DataFrame, *, unit: str = "units") -> bytes:
    """Forecast minus actual over time (all series added) and the distribution of every single one.

    The distribution leaves out the outermost 1 %, which would squeeze the rest. MissingError as above.
    """
    observed = latest(predictions)
    errors = observed["y_hat"] - observed["y"]
    drawing = figure(4.6)
    over_time, distribution = drawing.subplots(1, 2, width_ratios=[3, 2])

    by_period = errors.groupby(observed["ds"]).sum()
    days = np.diff(by_period.index.to_numpy()) / np.timedelta64(1, "D")
    width = 0.8 * (float(np.median(days)) if len(days) else 1.0)
    for name, colour, side in (("too high", VERMILLION, by_period > 0), ("too low", BLUE, by_period < 0)):
        over_time.bar(by_period.index[side], by_period[side], width=width, color=colour, label=name)
    over_time.axhline(0, color=INK, linewidth=0.8)
    number_axis(over_time)
    date_axis(over_time)
    share = errors.sum() / max(observed["y"].abs().sum(), 1e-9)
    finding = f"{abs(share):.1%} too {'high' if share > 0 else 'low'}" if abs(share) >= 5e-4 else "unbiased"
    series = observed["unique_id"].nunique()
    y_label = f"forecast - actual, {_per(observed, unit)}" + (
        f", {series:,} series added" if series > 1 else ""
    )
    dress(over_time, f"On average the forecast was {finding}", y_label=y_label, keys=True)

    low, high = np.quantile(errors, [0.005, 0.995])
    usual = errors[errors.between(low, high)]
    bins = _bins(low, high, len(usual))
    distribution.hist(usual, bins=bins, color=SKY, edgecolor="white", linewidth=0.5)
    distribution.axvline(0, color=INK, linewidth=0.8)
    middle = errors.median()
    distribution.axvline(middle, color=VERMILLION, linewidth=1.5, label=f"median {middle:+,.1f}")
    number_axis(distribution)
    number_axis(distribution, along="x")
    title = f"Half of the errors are within ±{errors.abs().median():,.3g}"
    x_label = f"forecast - actual, {unit} per series and {period_name(observed['ds'])}"
    dress(distribution, title, x_label=x_label, y_label="number of forecasts", keys=True)
    return png(drawing)


def error_by_series(
    predictions: pd.DataFrame,
    *,
    top: int = 20,
    unit: str = "units",
    names: Mapping[str, str] = NO_NAMES,
) -> bytes:
    """The `top` series with the largest sum of absolute errors, and their error as a share of sales.

    A single series is cut by weekday if daily, by horizon otherwise. MissingError as above.
    """
    observed = latest(predictions)
    series = observed["unique_id"].nunique()
    noun, groups = _groups(observed)
    absolute = (observed["y_hat"] - observed["y"]).abs()
    table = (
        pd.DataFrame({"error": absolute, "sales": observed["y"].abs()}).groupby(groups, observed=True).sum()
    )
    shown = table.sort_values("error", kind="stable").tail(top) if series > 1 else table[::-1]
    drawing = figure(1.6 + 0.26 * len(shown))
    axes = drawing.subplots()
    positions = np.arange(len(shown))
    axes.barh(positions, shown["error"], color=BLUE, height=0.7)
    axes.set_yticks(positions, [label(named(str(name), names)) for name in shown.index])
    for position, (error, sales) in enumerate(zip(shown["error"], shown["sales"], strict=True)):
        text = f" {error / sales:.0%} of sales" if sales > 0 else " nothing sold"
        axes.text(error, position, text, va="center", fontsize=8.5, color=INK)
    axes.margins(x=0.14, y=0.02)
    if series > 1:
        part = shown["error"].sum() / max(table["error"].sum(), 1e-9)
        title = f"{len(shown)} of {count(series, 'series')} make {part:.0%} of the error"
    else:
        worst = (table["error"] / table["sales"].where(table["sales"] > 0)).idxmax()
        title = f"Relative to sales, the forecast misses most on {worst}"
    number_axis(axes, along="x")
    dress(axes, title, grid="x", x_label=f"sum of absolute errors over {_span(observed)}, {unit} (by {noun})")
    return png(drawing)


def feature_importance(importance: pd.DataFrame, *, top: int = 20, period: str = "period") -> bytes:
    """The `top` features by importance, as shares of all. `importance`: feature, importance (any one scale).

    `period` (day, week, ...) is what the windows of features count; those of one meaning are added. A recipe
    without features (a baseline) gives a plot that says so.
    """
    words = [feature_words(str(name), period) for name in importance["feature"]]
    weights = (
        importance["importance"].abs().groupby(pd.Series(words, index=importance.index, dtype=object)).sum()
    )
    drawing = figure(1.6 + 0.26 * max(1, min(top, len(weights))))
    axes = drawing.subplots()
    if weights.sum() == 0:
        dress(axes, "This recipe uses no features: it repeats what was sold before")
        axes.set_axis_off()
        return png(drawing)
    shares = (weights / weights.sum()).sort_values(kind="stable")
    shown = shares.tail(top)
    positions = np.arange(len(shown))
    axes.barh(positions, 100 * shown, color=BLUE, height=0.7)
    axes.set_yticks(positions, [label(str(name), 48) for name in shown.index])
    axes.margins(y=0.02)
    number_axis(axes, along="x")
    rest = (
        f"; {len(shares) - len(shown)} more features share {shares[:-top].sum():.0%}"
        if len(shares) > top
        else ""
    )
    dress(
        axes,
        f"Most weight: {label(str(shown.index[-1]), 48)}",
        grid="x",
        x_label=f"share of all importance, %{rest}",
    )
    return png(drawing)


def calibration(calibration: pd.DataFrame) -> bytes:
    """Promised shares against observed ones. `calibration`: nominal, empirical (0 to 1), cases.

    The band is where nineteen of twenty points of a perfect forecast of as many independent cases would lie.
    """
    table = calibration.sort_values("nominal")
    drawing = figure(5.4)
    axes = drawing.subplots()
    axes.set_aspect("equal")
    if len(table):
        grid = np.linspace(0, 1, 101)
        spread = 1.96 * np.sqrt(grid * (1 - grid) / max(float(table["cases"].min()), 1.0))
        low, high = np.clip(grid - spread, 0, 1), np.clip(grid + spread, 0, 1)
        axes.fill_between(
            100 * grid, 100 * low, 100 * high, color=QUIET, alpha=0.2, linewidth=0, label="chance"
        )
    axes.plot([0, 100], [0, 100], color=QUIET, linewidth=1, label="as promised")
    axes.plot(
        100 * table["nominal"], 100 * table["empirical"], "o-", color=BLUE, label="observed", markersize=6
    )
    for nominal, empirical in zip(table["nominal"], table["empirical"], strict=True):
        axes.annotate(
            f"{empirical:.0%}",
            (100 * nominal, 100 * empirical),
            xytext=(7, -11),
            textcoords="offset points",
            fontsize=8.5,
            color=INK,
        )
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    number_axis(axes)
    number_axis(axes, along="x")
    title = "No case to judge the intervals by"
    if len(table):
        worst = table.loc[(table["nominal"] - table["empirical"]).abs().idxmax()]
        title = (
            f"At worst, what is promised in {worst['nominal']:.0%} of cases holds in {worst['empirical']:.0%}"
        )
    dress(axes, title, x_label="promised, % of cases", y_label="observed, % of cases", keys=True)
    return png(drawing)


def latest(predictions: pd.DataFrame) -> pd.DataFrame:
    """Rows with an observed y, one per series and period: that of the latest cutoff; sorted by both.

    MissingError if none is left.
    """
    observed = predictions.dropna(subset=["y", "y_hat"])
    if observed.empty:
        raise MissingError(
            "no prediction has an actual to be compared with; evaluate on periods that have passed"
        )
    if "cutoff" in observed:
        observed = observed.sort_values("cutoff", kind="stable")
    observed = observed.drop_duplicates(["unique_id", "ds"], keep="last")
    return observed.sort_values(["unique_id", "ds"], ignore_index=True)


def _actual_and_forecast(axes: Axes, history: pd.DataFrame, observed: pd.DataFrame) -> None:
    start = observed["ds"].min()
    before = history[history["ds"] < start].sort_values("ds").tail(max(13, observed["ds"].nunique()))
    actual = pd.concat([before[["ds", "y"]], observed[["ds", "y"]]])
    if {"p10", "p90"} <= set(observed.columns):
        low, high = observed["p10"], observed["p90"]
        axes.fill_between(observed["ds"], low, high, color=SKY, alpha=0.35, linewidth=0, label="P10 to P90")
    axes.plot(actual["ds"], actual["y"], color=INK, linewidth=1.1, label="actual")
    axes.plot(observed["ds"], observed["y_hat"], color=ORANGE, linewidth=1.6, label="forecast")
    axes.axvline(start, color=QUIET, linewidth=0.8, linestyle=":")
    axes.set_ylim(bottom=min(0.0, float(actual["y"].min())))
    axes.margins(x=0.01)
    number_axis(axes)
    date_axis(axes)


def _examples(observed: pd.DataFrame) -> dict[str, str]:
    by_series = observed.assign(error=(observed["y_hat"] - observed["y"]).abs(), sales=observed["y"].abs())
    sums = by_series.groupby("unique_id")[["error", "sales"]].sum()
    exactness = (sums["error"] / sums["sales"].where(sums["sales"] > 0)).dropna().sort_values(kind="stable")
    largest = str(sums["sales"].idxmax())
    others = [str(name) for name in exactness.index if name != largest]
    chosen = {"Largest": largest}
    if others:
        chosen |= {"Most exact": others[0], "Typical": others[len(others) // 2], "Least exact": others[-1]}
    return chosen


def _groups(observed: pd.DataFrame) -> tuple[str, pd.Series]:
    series = observed["unique_id"].nunique()
    if series > 1:
        return "series", observed["unique_id"]
    if period_name(observed["ds"]) == "day":
        days = observed["ds"].dt.dayofweek.map(dict(enumerate(WEEKDAYS)))
        return "weekday", days.astype(
            pd.CategoricalDtype(WEEKDAYS, ordered=True)
        ).cat.remove_unused_categories()
    return "horizon", observed["horizon"]


def _wape(observed: pd.DataFrame) -> float:
    return float((observed["y_hat"] - observed["y"]).abs().sum() / max(observed["y"].abs().sum(), 1e-9))


def _recipe(observed: pd.DataFrame) -> str:
    return str(observed["recipe"].iloc[0]) if "recipe" in observed else "The forecast"


def _span(observed: pd.DataFrame) -> str:
    return count(observed["ds"].nunique(), period_name(observed["ds"]))


def _per(observed: pd.DataFrame, unit: str) -> str:
    return f"{unit} per {period_name(observed['ds'])}"


def _bins(low: float, high: float, cases: int) -> list[float] | int:
    """Whole units while they are few, else equal bins: about the root of the cases, between 12 and 40."""
    if 0 < high - low <= 40:
        return [float(edge) for edge in np.arange(np.floor(low) - 0.5, np.ceil(high) + 1.5)]
    return int(np.clip(np.sqrt(cases), 12, 40))

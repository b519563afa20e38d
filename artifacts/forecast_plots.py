"""Plots of what will be: the forecast as a fan, and the people that a day needs. Frames in, PNG bytes out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from artifacts.canvas import (
    BLUE,
    INK,
    ORANGE,
    QUIET,
    SKY,
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
from artifacts.item_names import NO_NAMES, named
from artifacts.plan_words import Language, Speech
from intake.errors import MissingError


def fan(
    history: pd.DataFrame,
    prediction_table: pd.DataFrame,
    *,
    total: pd.DataFrame | None = None,
    unit: str = "units",
    names: Mapping[str, str] = NO_NAMES,
) -> bytes:
    """Past sales and the forecast with P10 to P90 and P95; in brackets the change on as many periods before.

    `history`: unique_id, ds, y. `prediction_table`: ds, unique_id, mean, p10, p50, p80, p90, p95. Many series
    are shown as their total and the four largest. `total` has the columns of `prediction_table` for the sum
    of all series, read off summed paths; without it the total shows its mean alone: quantiles do not add up.
    MissingError if there is no forecast.
    """
    if prediction_table.empty:
        raise MissingError("there is no forecast to draw; ask for a horizon of at least one period")
    span = count(prediction_table["ds"].nunique(), period_name(prediction_table["ds"]))
    volume = prediction_table.groupby("unique_id")["mean"].sum().sort_values(ascending=False, kind="stable")
    if len(volume) == 1:
        drawing = figure(5.0)
        wide, small = drawing.subplots(), list[Axes]()
        _fan(wide, history, prediction_table)
        title = f"{_outlook(history, prediction_table, unit)} over the next {span}"
    else:
        drawing, wide, small = overview()
        sold, expected = summed(history, "y"), summed(prediction_table, "mean")
        _fan(wide, sold, expected if total is None else total)
        title = f"{_outlook(sold, expected, unit)} over the next {span}, all {len(volume):,} series"
    dress(wide, title, y_label=f"{unit} per {period_name(history['ds'])}", keys=True)
    for axes, unique_id in zip(small, volume.index, strict=False):
        one = history[history["unique_id"] == unique_id]
        coming = prediction_table[prediction_table["unique_id"] == unique_id]
        _fan(axes, one, coming)
        dress(axes, f"{label(named(str(unique_id), names), 26)}: {_outlook(one, coming, unit)}", small=True)
    return png(drawing)


def staffing(by_weekday: pd.DataFrame, by_date: pd.DataFrame) -> bytes:
    """People needed by weekday and by date, on an expected and on a busy day (one in ten is busier).

    by_weekday: weekday, people_expected, people_busy_day; by_date: ds and the same two.
    """
    drawing = figure(4.4)
    left, right = drawing.subplots(1, 2, width_ratios=[2, 3])
    most = by_weekday.loc[by_weekday["people_busy_day"].idxmax()]
    _people(left, np.arange(len(by_weekday)), by_weekday)
    left.set_xticks(np.arange(len(by_weekday)), [str(day)[:3] for day in by_weekday["weekday"]])
    title = f"{most['weekday']} needs {most['people_expected']} people, {most['people_busy_day']} if busy"
    dress(left, title, y_label="people", keys=True)
    _people(right, by_date["ds"], by_date)
    date_axis(right)
    first, last = by_date["ds"].min(), by_date["ds"].max()
    dress(right, f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}", keys=True)
    for axes in (left, right):
        number_axis(axes)
        axes.set_ylim(0, 1.05 * float(by_date["people_busy_day"].max()))
    return png(drawing)


def _fan(axes: Axes, history: pd.DataFrame, coming: pd.DataFrame) -> None:
    horizon = coming["ds"].nunique()
    past = history.sort_values("ds").tail(max(26, 3 * horizon))
    if {"p10", "p90", "p95"} <= set(coming.columns):
        low, high = coming["p10"], coming["p90"]
        axes.fill_between(coming["ds"], low, high, color=SKY, alpha=0.35, linewidth=0, label="P10 to P90")
        axes.plot(coming["ds"], coming["p95"], color=BLUE, linewidth=1, linestyle=(0, (4, 2)), label="P95")
    axes.plot(past["ds"], past["y"], color=INK, linewidth=1.1, label="sold")
    axes.plot(coming["ds"], coming["mean"], color=ORANGE, linewidth=1.8, label="expected")
    axes.axvline(coming["ds"].min(), color=QUIET, linewidth=0.8, linestyle=":")
    lowest = past["y"].min()
    axes.set_ylim(bottom=min(0.0, float(lowest) if pd.notna(lowest) else 0.0))
    axes.margins(x=0.01)
    number_axis(axes)
    date_axis(axes)


def _outlook(history: pd.DataFrame, coming: pd.DataFrame, unit: str) -> str:
    """What is expected in sum, and against the same number of periods before."""
    expected = float(coming["mean"].sum())
    horizon = coming["ds"].nunique()
    before = history.sort_values("ds")["y"].dropna().tail(horizon)
    if len(before) < horizon:
        return f"{expected:,.0f} {unit} expected"
    return f"{expected:,.0f} {unit} expected ({Speech(Language.EN).change(expected, float(before.sum()))})"


def _people(axes: Axes, positions: np.ndarray | pd.Series, table: pd.DataFrame) -> None:
    more = table["people_busy_day"] - table["people_expected"]
    axes.bar(positions, table["people_expected"], width=0.75, color=BLUE, label="expected day")
    axes.bar(
        positions, more, bottom=table["people_expected"], width=0.75, color=ORANGE, label="more on a busy day"
    )

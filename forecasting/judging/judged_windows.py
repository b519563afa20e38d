"""Windows judged: the demand paths of what was known at each cutoff, held against what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.judging.classes import series_classes
from forecasting.judging.losses import PIT, losses, measures
from forecasting.paths.demand_law import paths_around
from forecasting.paths.demand_paths import DemandPaths
from forecasting.paths.prediction import prediction_table
from forecasting.series.history import Array, History
from intake.errors import InputError


@dataclass(frozen=True)
class JudgedWindows:
    """Sums of `losses.losses`, to be read by `losses.measures`.

    by_series: recipe, cutoff, unique_id, abc_xyz, intermittency, the sums. by_horizon: recipe, cutoff,
    horizon, the sums. outlook: recipe and the columns of `prediction.prediction_table`, of the last cutoff.
    classes: `classes.series_classes` at that cutoff.
    """

    by_series: pd.DataFrame
    by_horizon: pd.DataFrame
    outlook: pd.DataFrame
    classes: pd.DataFrame


@dataclass(frozen=True)
class Window:
    """One recipe at one cutoff, at the position `origin` of a history.

    `series`: positions of those begun by then, in the order of `drawn`; `y`, `y_hat`: (series, horizon).
    """

    recipe: str
    cutoff: pd.Timestamp
    origin: int
    series: np.ndarray
    y: Array
    y_hat: Array
    drawn: DemandPaths


def drawn_windows(
    predictions: pd.DataFrame,
    cutoffs: Sequence[pd.Timestamp],
    history: History,
    whole_units: Mapping[pd.Timestamp, pd.Series[bool]],
    *,
    paths: int,
    seed: int,
) -> Iterator[Window]:
    """Every recipe of `predictions` (`backtest.evaluate`) at each of `cutoffs`, with its demand paths.

    They follow the law of errors that were known at the cutoff: those of windows that had ended by then, also
    of other cutoffs than these. `whole_units` says, by cutoff, whose sales were integers so far.
    """
    for recipe, own in predictions.groupby("recipe", sort=False):
        until = own.groupby("cutoff")["ds"].transform("max")
        for cutoff in cutoffs:
            now = own[own["cutoff"] == cutoff]
            unique_id = now["unique_id"].unique()
            y, y_hat = (
                now[name].to_numpy(dtype=np.float64).reshape(len(unique_id), -1) for name in ("y", "y_hat")
            )
            values = paths_around(now, own[until <= cutoff], whole_units[cutoff], paths, seed)
            ds = pd.DatetimeIndex(now["ds"].iloc[: y.shape[1]])
            origin = history.position(cutoff)
            drawn = DemandPaths(values, tuple(unique_id), ds)
            yield Window(str(recipe), cutoff, origin, history.begun(origin), y, y_hat, drawn)


def judge_windows(
    windows: Iterable[Window],
    history: History,
    *,
    unit_value: Array | None = None,
    seed: int = 0,
    also: Callable[[Window], Mapping[str, Array]] = lambda _: {},
) -> JudgedWindows:
    """Losses of the windows, which come recipe by recipe and each in order of time; InputError without one.

    `unit_value` (by series of the history) is what ABC is told by, units where it is None; `also` gives
    further columns by series of a window.
    """
    by_series, by_horizon = [], []
    classes: dict[pd.Timestamp, pd.DataFrame] = {}
    outlook: dict[str, pd.DataFrame] = {}
    for window in windows:
        cutoff, recipe = window.cutoff, window.recipe
        if cutoff not in classes:
            known = series_classes(history, window.origin, unit_value).iloc[window.series]
            classes[cutoff] = known.reset_index(drop=True)
        past = history.demand[window.series, : window.origin + 1]
        # Ties are broken alike for all recipes of a window, and anew in the next.
        draw = seed + window.origin
        one, other = losses(window.y, window.y_hat, window.drawn.values, past, history.season_length, draw)
        named = classes[cutoff].drop(columns="value").assign(recipe=recipe, cutoff=cutoff)
        by_series.append(named.join(one.assign(**also(window))))
        by_horizon.append(other.assign(recipe=recipe, cutoff=cutoff))
        outlook[recipe] = prediction_table(window.drawn).assign(recipe=recipe)
    if not classes:
        raise InputError("there is no window to judge; ask for one or more")
    return JudgedWindows(
        by_series=pd.concat(by_series, ignore_index=True),
        by_horizon=pd.concat(by_horizon, ignore_index=True),
        outlook=pd.concat(outlook.values(), ignore_index=True),
        classes=classes[max(classes)],
    )


def loss_tables(
    judged: JudgedWindows, *, also: Sequence[str] = (), worst: str = "absolute"
) -> Mapping[str, pd.DataFrame]:
    """Tables by name; the columns are the key, recipe, `losses.MEASURES` and the sums that `also` names.

    overall: the lowest sum of `worst` (one of `also`, or the absolute error) first, which is the order of
    recipes everywhere. by_abc_xyz, by_intermittency, by_window (cutoff) and by_horizon: sorted by key.
    by_series (unique_id): the worst of the first recipe first. calibration: class (all, A to C by size, the
    kinds of demand), recipe, MEASURES and how many outcomes fell into each tenth of probability (pit_0 to
    pit_9). by_horizon has no column of `also`: what an order costs is not of one horizon.
    """
    sums = list(dict.fromkeys([*also, worst]))
    overall = measures(judged.by_series, ["recipe"], also=sums)
    overall = overall.sort_values(worst, kind="stable", ignore_index=True)
    order = {recipe: place for place, recipe in enumerate(overall["recipe"])}
    keys = {"abc_xyz": "abc_xyz", "intermittency": "intermittency", "window": "cutoff", "series": "unique_id"}
    tables = {
        f"by_{name}": _sorted(measures(judged.by_series, [key, "recipe"], also=sums), key, order)
        for name, key in keys.items()
    }
    by_series = tables["by_series"]
    first = by_series[by_series["recipe"] == overall["recipe"].iloc[0]]
    dearest = first.sort_values(worst, ascending=False, kind="stable")["unique_id"]
    rank = {unique_id: place for place, unique_id in enumerate(dearest)}
    tables["by_series"] = by_series.sort_values(
        "unique_id", key=lambda ids: ids.map(rank), kind="stable", ignore_index=True
    )
    tables["by_horizon"] = _sorted(measures(judged.by_horizon, ["horizon", "recipe"]), "horizon", order)
    return {"overall": overall, **tables, "calibration": _calibration(judged.by_series, order)}


def _calibration(by_series: pd.DataFrame, order: Mapping[str, int]) -> pd.DataFrame:
    classes = (
        pd.Series("all", index=by_series.index),
        by_series["abc_xyz"].str[0],
        by_series["intermittency"],
    )
    parts = [
        _sorted(measures(by_series.assign(**{"class": each}), ["class", "recipe"], also=PIT), "class", order)
        for each in classes
    ]
    return pd.concat(parts, ignore_index=True)


def _sorted(table: pd.DataFrame, key: str, order: Mapping[str, int]) -> pd.DataFrame:
    place = table["recipe"].map(order)
    return (
        table.assign(place=place)
        .sort_values([key, "place"], kind="stable", ignore_index=True)
        .drop(columns="place")
    )

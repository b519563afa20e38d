"""What a backtest says, as tables: overall and by class, window, horizon and series."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forecasting.judging.losses import PINBALL, PIT, measures
from planning.judged_windows import INTERVAL, MONEY, JudgedWindows


def backtest_tables(judged: JudgedWindows) -> Mapping[str, pd.DataFrame]:
    """Tables by name; the columns are the key, recipe, `losses.MEASURES`, `interval_*` means and MONEY.

    overall: cheapest recipe first, which is the order of recipes everywhere. by_abc_xyz, by_intermittency,
    by_window (cutoff), by_series (unique_id): sorted by key; series by what the cheapest recipe costs in
    them, the dearest first. by_horizon has no money: an order is not for one horizon. calibration: class
    (all, A to C by size, the kinds of demand), recipe, MEASURES and how many outcomes fell into each tenth of
    probability (pit_0 to pit_9).
    """
    overall = _with_money(judged.by_series, ["recipe"])
    overall = overall.sort_values("cost", kind="stable", ignore_index=True)
    order = {recipe: place for place, recipe in enumerate(overall["recipe"])}
    keys = {"abc_xyz": "abc_xyz", "intermittency": "intermittency", "window": "cutoff", "series": "unique_id"}
    tables = {
        f"by_{name}": _sorted(_with_money(judged.by_series, [key, "recipe"]), key, order)
        for name, key in keys.items()
    }
    by_series = tables["by_series"]
    cheapest = by_series[by_series["recipe"] == overall["recipe"].iloc[0]]
    dearest = cheapest.sort_values("cost", ascending=False, kind="stable")["unique_id"]
    rank = {unique_id: place for place, unique_id in enumerate(dearest)}
    tables["by_series"] = by_series.sort_values(
        "unique_id", key=lambda ids: ids.map(rank), kind="stable", ignore_index=True
    )
    tables["by_horizon"] = _sorted(measures(judged.by_horizon, ["horizon", "recipe"]), "horizon", order)
    return {"overall": overall, **tables, "calibration": _calibration(judged.by_series, order)}


def _with_money(by_series: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    table = measures(by_series, by, also=[*INTERVAL, *MONEY])
    rows = table["interval_rows"].where(table["interval_rows"] > 0)
    means = {f"interval_{name}": table[f"interval_{name}"] / rows for name in (*PINBALL, "crps")}
    return table.assign(**means).drop(columns="interval_rows")


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

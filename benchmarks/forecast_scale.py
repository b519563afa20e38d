"""Seconds and memory of a forecast from a thousand series to a hundred thousand, beside mlforecast.

    python -m benchmarks.forecast_scale [--series 1000 3000 10000 30000 100000] [--peer] [--plot FILE]

Made-up weekly retail (benchmarks/weekly_retail.py). Every size runs in a process of its own, after a small
one that warms it up: the sales frame becomes a panel, a model with its five error windows, and 200 paths of
13 weeks for every series. `train` is the whole of `forecasting.model.fit`; history, rows, features and learn
are those of its last fit, made once more to time them; the rest of `train` are the error windows. `cpu` is
what panel, train and paths took of all cores, `peak` the memory of the process, sales frame included. With
--peer, mlforecast (extra `bench`) does the same with the same XGBoost, its lags and means of the same
lengths, as many windows, refitted as ours, and a point forecast instead of paths; it learns from all rows
and may use two threads.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pandas as pd

from benchmarks.text_tables import text_table
from benchmarks.weekly_retail import weekly_retail
from forecasting.features.rows import training_rows
from forecasting.features.table import WINDOWS, feature_table
from forecasting.model import ModelSettings, fit
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import RECIPES
from forecasting.recipes.regressions import XGBOOST
from forecasting.series.history import History
from forecasting.series.panel import build_panel

SIZES: Final = (1_000, 3_000, 10_000, 30_000, 100_000)
FREQ: Final = "W-MON"
HORIZON: Final = 13
ERROR_WINDOWS: Final = 5
PATHS: Final = 200
WARM_UP: Final = 60
STAGES: Final = ("panel", "train", "paths", "history", "rows", "features", "learn")
TOTAL: Final = ("panel", "train", "paths")

Seconds = dict[str, float]


def main() -> int:
    """Measure, print, plot."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.forecast_scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--series", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--weeks", type=int, default=156)
    parser.add_argument("--recipe", default="xgboost", choices=[*RECIPES])
    parser.add_argument("--peer", action="store_true", help="measure mlforecast, too")
    parser.add_argument("--plot", type=Path, help="PNG of the CPU seconds per series")
    parser.add_argument("--in-process", choices=["abasto", "mlforecast"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.in_process:
        print(json.dumps(_in_process(given.in_process, given.series[0], given.weeks, given.recipe)))
        return 0
    engines = ["abasto", "mlforecast"] if given.peer else ["abasto"]
    table = [["engine", "series", "rows", *STAGES, "total s", "cpu s", "ms/series", "peak GB"]]
    measured: dict[str, list[tuple[int, float]]] = {engine: [] for engine in engines}
    for series in given.series:
        for engine in engines:
            found = _measured(engine, series, given)
            total = sum(found.get(stage, 0.0) for stage in TOTAL)
            measured[engine].append((series, found["busy"] / series))
            stages = [f"{found[stage]:.1f}" if stage in found else "" for stage in STAGES]
            size = [f"{series:,}", f"{found['learned']:,.0f}"]
            sums = [
                f"{total:.1f}",
                f"{found['busy']:.1f}",
                f"{1000 * total / series:.2f}",
                f"{found['peak']:.2f}",
            ]
            table.append([engine, *size, *stages, *sums])
            print(text_table([table[0], table[-1]]), flush=True)
    print(f"\n{text_table(table)}")
    if given.plot:
        _plot(measured, given.plot)
    return 0


def _measured(engine: str, series: int, given: argparse.Namespace) -> Mapping[str, float]:
    # A waiting OpenMP thread that spins would take the core of the one it waits for.
    stated = {"--in-process": engine, "--series": series, "--weeks": given.weeks, "--recipe": given.recipe}
    process = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.forecast_scale",
            *(str(part) for pair in stated.items() for part in pair),
        ],
        env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: Mapping[str, float] = json.loads(process.stdout.splitlines()[-1])
    return found


def _in_process(engine: str, series: int, weeks: int, recipe: str) -> Seconds:
    runs: Mapping[str, Callable[[pd.DataFrame, str], Seconds]] = {"abasto": abasto, "mlforecast": mlforecast}
    run = runs[engine]
    run(weekly_retail(WARM_UP, weeks, seed=1), recipe)
    found = run(weekly_retail(series, weeks), recipe)
    return found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def abasto(sales: pd.DataFrame, recipe: str) -> Seconds:
    """Seconds of each stage; `learned`: rows that the last fit learns from."""
    seconds: Seconds = {}
    with timed(seconds, "panel"):
        panel = build_panel(sales, freq=FREQ)
    cutoff = panel.last_observation
    settings = ModelSettings(recipe, horizon=HORIZON, windows=ERROR_WINDOWS)
    with timed(seconds, "train"):
        model = fit(panel, cutoff, settings)
    with timed(seconds, "paths"):
        model.demand_paths(panel, cutoff, HORIZON, PATHS)
    with timed(seconds, "history"):
        history = History.of(panel.upto(cutoff))
        _ = history.sums
    standing = Standing(history, history.position(cutoff), HORIZON, settings.limits)
    with timed(seconds, "rows"):
        rows = training_rows(history, standing.origin, HORIZON, settings.limits)
    with timed(seconds, "features"):
        feature_table(history, rows)
    _ = standing.lesson
    with timed(seconds, "learn"):
        settings.candidate.fit(standing, settings.seed)
    return seconds | {"learned": len(rows)}


def mlforecast(sales: pd.DataFrame, recipe: str) -> Seconds:
    """The same by mlforecast, whose forecasts are recursive: each week ahead is a feature of the next."""
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExponentiallyWeightedMean, RollingMean, RollingStd
    from xgboost import XGBRegressor

    if recipe != "xgboost":
        raise SystemExit("mlforecast is measured with xgboost alone")
    windows = WINDOWS["W"]
    near: list[Any] = [RollingMean(width, min_samples=1) for width in windows.means]
    near += [ExponentiallyWeightedMean(2.0 / (span + 1.0)) for span in windows.exponential]
    near += [RollingStd(width, min_samples=2) for width in windows.spread]
    year_ago = [RollingMean(width, min_samples=1) for width in (3, 5, 13)]
    engine = MLForecast(
        models={"xgboost": XGBRegressor(**_parameters(), n_jobs=2)},
        freq=FREQ,
        lags=[*range(1, windows.lags + 1), 52, 104],
        lag_transforms={1: near, 51: year_ago},
        date_features=["week"],
        num_threads=2,
    )
    seconds: Seconds = {}
    frame = sales[["unique_id", "ds", "y"]]
    long = frame.groupby("unique_id")["y"].transform("size") > (ERROR_WINDOWS + 1) * HORIZON
    stated = {"static_features": [], "dropna": False}
    warnings.simplefilter("ignore")  # it tells of each lag that reaches before the first week
    with timed(seconds, "train"):
        engine.cross_validation(frame[long], n_windows=ERROR_WINDOWS, h=HORIZON, refit=True, **stated)
        engine.fit(frame, **stated)
    with timed(seconds, "paths"):
        engine.predict(HORIZON)
    return seconds | {"learned": len(frame)}


def _parameters() -> dict[str, Any]:
    """Those of our own first candidate, as its pipeline states them."""
    regressor = XGBOOST.build(XGBOOST.search[0], 0).named_steps["regressor"]
    stated = regressor.get_params()
    return {name: value for name, value in stated.items() if value is not None and name != "n_jobs"}


@contextmanager
def timed(seconds: Seconds, stage: str) -> Iterator[None]:
    """Write how long the block took, and add what the cores did meanwhile if it counts towards the total."""
    begun, busy = time.perf_counter(), time.process_time()
    yield
    seconds[stage] = time.perf_counter() - begun
    if stage in TOTAL:
        seconds["busy"] = seconds.get("busy", 0.0) + time.process_time() - busy


def _plot(measured: Mapping[str, list[tuple[int, float]]], file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for engine, points in ((engine, sorted(found)) for engine, found in measured.items()):
        axes.plot(
            [series for series, _ in points], [1000 * each for _, each in points], marker="o", label=engine
        )
    axes.set(xscale="log", xlabel="series", ylabel="CPU milliseconds per series", ylim=(0, None))
    axes.set_title("Panel, training and 200 paths of 13 weeks")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(file, dpi=130)


if __name__ == "__main__":
    sys.exit(main())

"""Money, quantiles and calibration of every recipe on the weekly ordering contest VN2, and how long it takes.

    python -m benchmarks.vn2 --data FOLDER [--recipes xgboost ridge ...] [--every 6] [--most-rows 40000]

FOLDER holds sales.csv, in_stock.csv and master.csv, or a folder vn2 with them. Every recipe is refitted at
the end of each of 60 weeks, or of every so many of them, on what was known then, with the first of its
hyperparameters; its demand paths are made of the errors of its earlier forecasts, and the order is what
`planning` takes from them at the critical ratio of the costs. `rel` is the mean over the ten windows of cost
over cost of the public benchmark policy. Nothing is chosen here.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.text_tables import text_table
from benchmarks.vn2_protocol import (
    HOLDING_COST,
    LEAD_TIME,
    ORDERS,
    PUBLISHED,
    SHORTAGE_COST,
    WINDOWS,
    Array,
    Contest,
    Order,
    average_order,
    benchmark_forecast,
    benchmark_order,
    play,
    read_contest,
)
from forecasting.features.rows import MOST_ROWS, RowLimits, forecast_rows
from forecasting.judging.calibration import randomised_pit
from forecasting.judging.metrics import pinball_loss
from forecasting.model import ModelSettings, fit
from forecasting.paths.demand_law import draw_paths, learn_law
from forecasting.paths.sample_quantiles import sample_quantiles
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import RECIPES, Candidate
from forecasting.series.history import History
from forecasting.series.panel import Panel, build_panel
from intake.periods import shift
from planning.order_up_to import critical_ratio, project
from planning.plan import PlanSettings

INTERVAL: Final = LEAD_TIME + 1  # weeks that an order must last for
EARLIER: Final = range(77, 92, 3)  # windows before the first order, whose errors make its demand paths
DECISIONS: Final = tuple(week for origin in WINDOWS for week in range(origin, origin + ORDERS))
PATHS: Final = 200  # 1,000, as a plan takes, changed the cost of six earlier windows by 0.02 %
QUANTILE: Final = SHORTAGE_COST / (SHORTAGE_COST + HOLDING_COST)
SIMPLE: Final = {
    "mean of a year, 3 weeks": None,
    "mean of a year, service level 83 %": 0.83,
    "mean of a year, service level 95 %": 0.95,
}
LARGE_CLASS: Final = 500
SIZES: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, np.inf)  # of the forecast of a week, in units


Spread = Callable[[Array], Array]
CONSTANT_SPREAD: Final[Sequence[Spread]] = (np.ones_like,)
ANY_SPREAD: Final[Sequence[Spread]] = (np.ones_like, np.asarray, np.sqrt)


@dataclass(frozen=True)
class Score:
    """What a recipe comes to: windows' costs, pinball losses (third week, three weeks), PIT, seconds."""

    costs: Array
    pinball: tuple[float, float]
    pit: Mapping[str, Array]
    seconds: float


def forecast(panel: Panel, candidate: Candidate, every: int, limits: RowLimits) -> pd.DataFrame:
    """Forecasts of all weeks, columns as `backtest.evaluate`; fitted again `every` so many of them.

    One History serves all origins: what a row holds depends on nothing after its origin.
    """
    history = History.of(panel, until=shift(panel.last_observation, INTERVAL, panel.freq))
    frames = []
    for weeks in (*_runs(EARLIER, len(EARLIER)), *_runs(DECISIONS, every)):
        fitted = candidate.fit(Standing(history, weeks[0], INTERVAL, limits), seed=0)
        for week in weeks:
            rows = forecast_rows(history, week, INTERVAL)
            values = {
                "cutoff": pd.Series(history.ds[week], index=range(len(rows))),
                "horizon": rows.horizon,
                "unique_id": np.array(history.unique_id, dtype=object)[rows.series],
                "ds": history.ds[rows.period],
                "y": history.demand[rows.series, rows.period],
                "y_hat": candidate.expected(fitted, Standing(history, week, INTERVAL)),
            }
            frames.append(pd.DataFrame(values))
    return pd.concat(frames, ignore_index=True)


def _runs(weeks: Sequence[int], length: int) -> list[Sequence[int]]:
    return [weeks[start : start + length] for start in range(0, len(weeks), length)]


def score(
    contest: Contest,
    panel: Panel,
    recipe: str,
    hyperparameters: Mapping[str, float],
    every: int,
    limits: RowLimits,
) -> Score:
    """Forecast, draw paths and order in all windows with one recipe."""
    began = time.perf_counter()
    candidate = Candidate(recipe, hyperparameters)
    forecasts = forecast(panel, candidate, every, limits)
    whole = pd.Series(True, index=contest.unique_id)
    drawn, means = {}, {}
    for week in DECISIONS:
        known = forecasts[forecasts["cutoff"] <= contest.ds[week - INTERVAL]]
        now = forecasts[forecasts["cutoff"] == contest.ds[week]]
        y_hat = now["y_hat"].to_numpy(dtype=np.float64).reshape(-1, INTERVAL)
        means[week] = y_hat
        law = learn_law(known, whole)
        drawn[week] = draw_paths(law, y_hat, whole.to_numpy(), contest.unique_id, PATHS, seed=week)
    costs = np.array([play(contest.demand, origin, order_of(drawn)) for origin in WINDOWS])
    return Score(
        costs, path_pinball(contest, drawn), pit_of(contest, drawn, means), time.perf_counter() - began
    )


def order_of(drawn: Mapping[int, Array]) -> Order:
    """The order that `planning` takes from the demand paths of each week."""

    def order(week: int, on_hand: Array, receipts: Array) -> Array:
        series = len(on_hand)
        ratio = critical_ratio(
            np.full(series, SHORTAGE_COST),
            np.full(series, HOLDING_COST),
            lead_time=LEAD_TIME,
            carry_over_factor=PlanSettings().carry_over_factor,
        )
        wanted = project(
            drawn[week],
            on_hand=on_hand,
            expiring=np.zeros((series, INTERVAL)),
            receipts=np.concatenate([receipts, np.zeros((series, 1))], axis=1),
            lead_time=np.full(series, LEAD_TIME),
            review_period=1,
            ratio=ratio,
        )
        return np.maximum(wanted.required, 0).astype(np.float64)

    return order


def path_pinball(contest: Contest, drawn: Mapping[int, Array]) -> tuple[float, float]:
    """Pinball loss of the paths at p / (p + h): of the third week, and of the sum over three weeks."""
    third, total = [], []
    for paths in drawn.values():
        third.append(sample_quantiles(paths[:, :, -1], (QUANTILE,))[0])
        total.append(sample_quantiles(paths.sum(axis=2), (QUANTILE,))[0])
    y = outcome(contest)
    return (
        pinball_loss(y[:, :, -1], np.stack(third), QUANTILE),
        pinball_loss(y.sum(axis=2), np.stack(total), QUANTILE),
    )


def benchmark_pinball(contest: Contest, spreads: Sequence[Spread]) -> tuple[float, float]:
    """The same of the benchmark's forecast f with the best of the quantiles f + k spread(f).

    The spread and k are chosen in hindsight, on these very weeks.
    """
    forecast = np.stack(
        [benchmark_forecast(contest.demand, contest.ds, week, INTERVAL) for week in DECISIONS]
    )
    y = outcome(contest)
    third, total = (
        min(
            pinball_loss(observed, f + k * spread(f), QUANTILE)
            for spread in spreads
            for k in np.arange(0.0, 6.0, 0.05)
        )
        for f, observed in ((forecast[:, :, -1], y[:, :, -1]), (forecast.sum(axis=2), y.sum(axis=2)))
    )
    return third, total


def outcome(contest: Contest) -> Array:
    """Demand of the weeks after each decision, shape (decisions, series, weeks)."""
    return np.stack([contest.demand[:, week + 1 : week + 1 + INTERVAL] for week in DECISIONS])


def pit_of(contest: Contest, drawn: Mapping[int, Array], means: Mapping[int, Array]) -> dict[str, Array]:
    """Randomised PIT of single weeks by the size of their forecast, and of sums over the interval."""
    single = np.stack([randomised_pit(drawn[week], y, week) for week, y in _weeks(contest)])
    sums = np.stack(
        [
            randomised_pit(drawn[week].sum(axis=2, keepdims=True), y.sum(axis=1, keepdims=True), week)[:, 0]
            for week, y in _weeks(contest)
        ]
    )
    size = np.stack(list(means.values()))
    size_of_sum = size.mean(axis=2)
    found = {"all weeks": single.reshape(-1), "all sums": sums.reshape(-1)}
    for low, high in pairwise(SIZES):
        found[f"weeks {low:g}-{high:g}"] = single[(size >= low) & (size < high)]
        found[f"sums {low:g}-{high:g}"] = sums[(size_of_sum >= low) & (size_of_sum < high)]
    return {name: values[~np.isnan(values)] for name, values in found.items()}


def _weeks(contest: Contest) -> list[tuple[int, Array]]:
    return list(zip(DECISIONS, outcome(contest), strict=True))


def deciles(pit: Array) -> Array:
    """Share of probabilities in each tenth of 0 to 1: a tenth each where paths are right."""
    return np.asarray(np.histogram(pit, bins=10, range=(0, 1))[0] / max(pit.size, 1))


def seconds_to_forecast(panel: Panel, recipe: str, hyperparameters: Mapping[str, float]) -> tuple[float, ...]:
    """Seconds of fitting (its error windows included), of 200 paths over 13 weeks, and CPU time of both."""
    cutoff = panel.last_observation
    settings = ModelSettings(recipe, hyperparameters, horizon=13, windows=2)
    began, cpu = time.perf_counter(), time.process_time()
    model = fit(panel, cutoff, settings)
    fitted = time.perf_counter()
    model.demand_paths(panel, cutoff, 13, 200, 0)
    return fitted - began, time.perf_counter() - fitted, time.process_time() - cpu


def run(folder: Path, recipes: Sequence[str], every: int, rows_cap: RowLimits) -> bool:
    """Measure and print; False where the benchmark policy does not cost what it was published to."""
    contest = read_contest(folder / "vn2" if (folder / "vn2").is_dir() else folder)
    benchmark = np.array([play(contest.demand, origin, benchmark_order(contest)) for origin in WINDOWS])
    reproduced = bool((np.round(benchmark) == PUBLISHED).all())
    print(f"benchmark policy: {', '.join(f'{cost:,.0f}' for cost in benchmark)}; as published: {reproduced}")
    panel = build_panel(contest.sales, freq="W-MON", attributes=contest.attributes)
    constant = benchmark_pinball(contest, CONSTANT_SPREAD)
    limits = benchmark_pinball(contest, ANY_SPREAD)
    rows: list[tuple[object, ...]] = [
        (
            "recipe",
            "rel",
            "pinball week 3",
            "less",
            "pinball 3 weeks",
            "less",
            "PIT",
            "fit s",
            "paths s",
            "CPU s",
            "load",
        ),
        ("benchmark + k", "1.000", f"{constant[0]:.4f}", "", f"{constant[1]:.4f}", *[""] * 6),
        ("benchmark, any spread", "1.000", f"{limits[0]:.4f}", "", f"{limits[1]:.4f}", *[""] * 6),
    ]
    for name, service_level in SIMPLE.items():
        order = average_order(contest, service_level)
        costs = np.array([play(contest.demand, origin, order) for origin in WINDOWS])
        rows.append((name, f"{(costs / benchmark).mean():.4f}", *[""] * 9))
    for recipe in recipes:
        hyperparameters = RECIPES[recipe].search[0]
        seconds = seconds_to_forecast(panel, recipe, hyperparameters)
        found = score(contest, panel, recipe, hyperparameters, every, rows_cap)
        each = found.costs / benchmark
        off = max(_worst(pit) for pit in found.pit.values() if pit.size > LARGE_CLASS)
        less = [
            f"{100 * (1 - ours / theirs):.1f} %" for ours, theirs in zip(found.pinball, limits, strict=True)
        ]
        pinball = [f"{value:.4f}" for value in found.pinball]
        rows.append(
            (
                recipe,
                f"{each.mean():.4f}",
                *(word for pair in zip(pinball, less, strict=True) for word in pair),
                f"{off:.1f}",
                *(f"{value:.1f}" for value in (*seconds, os.getloadavg()[0])),
            )
        )
        print(
            f"\n{recipe}: rel by window {' '.join(f'{value:.3f}' for value in each)}; {found.seconds:.0f} s"
        )
        for name, pit in found.pit.items():
            shares = " ".join(f"{100 * share:.1f}" for share in deciles(pit))
            print(f"  PIT {name}, {pit.size:,} cases, % by decile: {shares}", flush=True)
    print("\n+ k: the best constant above the forecast; less: than with any spread, the best in hindsight.")
    print(f"PIT: most that a decile of a class of over {LARGE_CLASS} cases is off 10 %, in points.")
    print(text_table(rows))
    return reproduced


def _worst(pit: Array) -> float:
    return float(100 * np.abs(deciles(pit) - 0.1).max())


def main() -> int:
    """Measure and print; exit status 1 where the protocol does not give the published costs."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.vn2",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with sales.csv or vn2/sales.csv")
    parser.add_argument("--recipes", nargs="+", choices=list(RECIPES), default=list(RECIPES))
    parser.add_argument("--every", type=int, default=1, help="weeks from one fit to the next (6: quick)")
    parser.add_argument("--most-rows", type=int, default=MOST_ROWS, help="the cap on rows to learn from")
    given = parser.parse_args()
    limits = RowLimits(most_rows=given.most_rows)
    return 0 if run(given.data, given.recipes, given.every, limits) else 1


if __name__ == "__main__":
    sys.exit(main())

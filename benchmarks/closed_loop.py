"""What it costs to see only what was sold: sixty weeks of orders from sales that our own stockouts cut off.

    python -m benchmarks.closed_loop [--recipe exponential_level] [--seeds 5] [--series 150]

Demand is generated: negative binomial weeks around a season and a level that drifts. After two years in which
everything was seen, a shop orders every week for three weeks (lead time two) at the critical ratio of its
costs, and forecasts from what it sold. Compared is what is taken for the demand of a week that sold out; a
shelf that was empty all week is missing for all of them. `cost` is that of the shop over the one that sees
the true demand, `learned` what is forecast in the end over the true mean.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.text_tables import text_table
from forecasting.features.rows import RowLimits
from forecasting.recipes.contract import Standing
from forecasting.recipes.registry import RECIPES, Candidate
from forecasting.series.censoring import FIRST_SPREAD, LEAST_SPREAD, expected_demand, replace_sold_out
from forecasting.series.history import Array, History
from planning.order_up_to import critical_ratio, project

WARM, LOOP, INTERVAL = 104, 60, 3
HOLDING, SHORTAGE = 0.2, 1.0
PATHS: Final = 200
REFIT: Final = 6
WAYS: Final = (
    "demand seen",
    "model's law",
    "smoothed law",
    "the larger of sold and forecast",
    "sales",
    "masked",
)
PART: Final = 0.5  # in_stock of a week that sold out


def generated(series: int, seed: int, spread: float) -> tuple[Array, Array]:
    """Demand (series, weeks) and its mean: gamma levels that drift, a shared season, NB noise."""
    generator = np.random.default_rng(seed)
    weeks = WARM + LOOP
    drift = np.exp(np.cumsum(generator.normal(0, 0.02, (series, weeks)), axis=1))
    season = 1 + 0.4 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    mean = generator.gamma(1.5, 3.0, (series, 1)) * drift * season + 0.1
    variance = FIRST_SPREAD[0] * mean + spread * mean**2
    size = mean**2 / (variance - mean)
    return generator.negative_binomial(size, mean / variance).astype(np.float64), mean


def play(demand: Array, way: str, candidate: Candidate, seed: int) -> tuple[float, Array]:
    """Cost of sixty weeks, and the last forecasts of the week ahead."""
    series = len(demand)
    sold = np.full_like(demand, np.nan)
    sold[:, :WARM] = demand[:, :WARM]
    in_stock = np.where(np.isnan(sold), np.nan, 1.0)
    treated = sold.copy()
    start = demand[:, WARM - 52 : WARM].mean(axis=1)
    on_hand, receipts = np.ceil(2 * start), np.tile(np.ceil(start)[:, None], (1, 2))
    cost, fitted, ahead = 0.0, None, np.zeros((series, INTERVAL))
    for week in range(WARM - 1, WARM + LOOP - 1):
        standing = Standing(_history(treated), week, INTERVAL, RowLimits(seed=seed))
        if fitted is None or (week - WARM + 1) % REFIT == 0:
            fitted = candidate.fit(standing, seed)
        ahead = candidate.expected(fitted, standing).reshape(series, INTERVAL)
        order = _order(ahead, on_hand, receipts, week)
        wanted = demand[:, week + 1]
        there = on_hand + receipts[:, 0]
        sales = np.minimum(wanted, there)
        on_hand = there - sales
        receipts = np.stack([receipts[:, 1], order], axis=1)
        if week - WARM + 1 >= INTERVAL:  # the first weeks' stock was not ordered here
            cost += float(HOLDING * on_hand.sum() + SHORTAGE * (wanted - sales).sum())
        sold[:, week + 1] = np.where(there > 0, sales, np.nan)
        in_stock[:, week + 1] = np.where(there <= 0, 0.0, np.where(on_hand > 0, 1.0, PART))
        treated = _treated(way, demand, sold, in_stock, treated, ahead[:, 0], week + 1)
    return cost, ahead[:, 0]


def _treated(
    way: str, demand: Array, sold: Array, in_stock: Array, before: Array, forecast: Array, week: int
) -> Array:
    """What is taken for demand up to `week`, of which `forecast` was expected the week before."""
    out = in_stock[:, week] == PART
    now = sold[:, week]
    if way == "demand seen":
        now = demand[:, week]
    elif way == "model's law":
        variance = FIRST_SPREAD[0] * forecast + FIRST_SPREAD[1] * forecast**2
        now = np.where(out, expected_demand(now, forecast, variance), now)
    elif way == "smoothed law":
        return replace_sold_out(sold, in_stock, phases=1)
    elif way == "the larger of sold and forecast":
        now = np.where(out, np.maximum(now, forecast), now)
    elif way == "masked":
        now = np.where(out, np.nan, now)
    treated = before.copy()
    treated[:, week] = now
    return treated


def _order(ahead: Array, on_hand: Array, receipts: Array, seed: int) -> Array:
    """What `planning` orders on paths of independent weeks."""
    series = len(ahead)
    mean = np.maximum(ahead, 1e-6)[:, None, :]
    variance = np.maximum(FIRST_SPREAD[0] * mean + FIRST_SPREAD[1] * mean**2, LEAST_SPREAD * mean)
    generator = np.random.default_rng(seed)
    shape = (series, PATHS, INTERVAL)
    paths = generator.negative_binomial(mean**2 / (variance - mean), mean / variance, shape)
    wanted = project(
        paths.astype(np.float64),
        on_hand=on_hand,
        expiring=np.zeros((series, INTERVAL)),
        receipts=np.concatenate([receipts, np.zeros((series, 1))], axis=1),
        lead_time=np.full(series, INTERVAL - 1),
        review_period=1,
        ratio=critical_ratio(np.full(series, SHORTAGE), np.full(series, HOLDING), lead_time=INTERVAL - 1),
    )
    return np.maximum(wanted.required, 0).astype(np.float64)


def _history(demand: Array) -> History:
    series, weeks = demand.shape
    ds = pd.date_range("2023-01-02", periods=weeks + INTERVAL, freq="W-MON")
    wide = np.concatenate([demand, np.full((series, INTERVAL), np.nan)], axis=1)
    return History(
        unique_id=tuple(f"s{number:04d}" for number in range(series)),
        ds=ds,
        freq="W-MON",
        season_length=52,
        demand=wide,
        spoken=np.tile(np.arange(weeks + INTERVAL), (series, 1)),
        closed=np.zeros_like(wide, dtype=np.bool_),
        exog={},
        categories={},
    )


def run(recipe: str, seeds: int, series: int, spread: float) -> None:
    """Measure and print."""
    candidate = Candidate(recipe)
    costs, learned = ({way: [] for way in WAYS} for _ in range(2))
    began = time.perf_counter()
    for seed in range(seeds):
        demand, mean = generated(series, seed, spread)
        for way in WAYS:
            cost, last = play(demand, way, candidate, seed)
            costs[way].append(cost)
            learned[way].append(last.sum() / mean[:, -1].sum())
    seen = np.array(costs[WAYS[0]])
    rows = [("sold-out week", "cost", "least", "most", "learned")]
    for way in WAYS:
        each = 100 * (np.array(costs[way]) / seen - 1)
        rows.append(
            (
                way,
                *(f"{v:+.1f} %" for v in (each.mean(), each.min(), each.max())),
                f"{np.mean(learned[way]):.2f}",
            )
        )
    print(f"{recipe}, {series} series, spread {spread}, {seeds} seeds, {time.perf_counter() - began:.0f} s")
    print(text_table(rows))


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.closed_loop",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", choices=list(RECIPES), default="exponential_level")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--series", type=int, default=150)
    parser.add_argument(
        "--spread", type=float, default=FIRST_SPREAD[1], help="a of the variance c m + a m^2 of demand"
    )
    given = parser.parse_args(arguments)
    run(given.recipe, given.seeds, given.series, given.spread)
    return 0


if __name__ == "__main__":
    sys.exit(main())

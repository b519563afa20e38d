"""How far below the newsvendor's ratio orders are cheapest, by lead time and review period.

    python -m benchmarks.carry_over [--shops 200] [--paths 200]

Demand is independent from period to period and its law is known: negative binomial, as slow retail is spread,
with means of 1, 3 and 12 a review period, at three holding costs. Orders are those of
`planning.order_up_to.project` at the ratio r - (k - 1) min(1 - r, r / 3), for each k with the same demand.
The table has the change of the cost in % against k = 1 (the newsvendor), on average over means and holding
costs; `best` the k of least cost (a cubic through them), `near` those within a quarter of a percent of it,
`used` what `planning` takes. Then, for Poisson demand with a mean of 5, what the orders used cost more than
the best there are, in %.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import poisson

from benchmarks.text_tables import text_table
from forecasting.series.censoring import FIRST_SPREAD
from planning.inventory_simulator import simulate
from planning.order_up_to import critical_ratio
from planning.plan import PlanSettings
from planning.policies.demand_laws import law_of
from planning.policies.lost_sales_optimum import lost_sales_optimum
from planning.policies.newsvendor import OneOrderCosts
from planning.policies.projected_orders import ProjectedOrders
from planning.simulation.stock_rules import StockRules

Array = npt.NDArray[np.float64]

FACTORS: Final = (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0)
TIMES: Final = ((0, 1), (1, 4), (1, 2), (1, 1), (3, 2), (2, 1), (3, 1), (4, 1), (6, 1), (8, 1))
MEANS: Final = (1.0, 3.0, 12.0)
HOLDING: Final = (0.05, 0.2, 0.5)
DECISIONS: Final = 60
WARM_UP: Final = 10


def mean_cost(
    demand: Array, future: Array, lead_time: int, review_period: int, holding_cost: float, ratio: Array
) -> Array:
    """Cost per period at each ratio: one lost sale costs 1. `demand`: shop x period, `future`: what the order
    rule expects at each decision, decision x path x period."""
    shops, periods = demand.shape
    interval = lead_time + review_period
    received = np.zeros((shops, periods))
    played = simulate(
        np.repeat(demand[:, None, :], len(ratio), axis=1),
        on_hand=np.full(shops, np.ceil(demand.mean() * interval)),
        receipts=received,
        policy=ProjectedOrders(
            [np.broadcast_to(paths, (shops, *paths.shape)) for paths in future],
            receipts=received,
            lead_time=lead_time,
            review_period=review_period,
            ratio=np.tile(ratio, (shops, 1)),
        ),
        lead_time=lead_time,
        rules=StockRules(review_period=review_period),
    )
    cost = holding_cost * played.on_hand + played.lost_sales
    return np.asarray(cost[:, :, WARM_UP * review_period + lead_time :].mean(axis=(0, 2)))


def negative_binomial(mean: float, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Demand of periods, spread as that of slow retail."""
    variance = FIRST_SPREAD[0] * mean + FIRST_SPREAD[1] * mean**2
    drawn = generator.negative_binomial(mean**2 / (variance - mean), mean / variance, shape)
    return drawn.astype(np.float64)


def change_by_factor(lead_time: int, review_period: int, shops: int, paths: int) -> Array:
    """Change of the cost in % against the newsvendor's ratio, at each of FACTORS."""
    changes = []
    for number, (mean, holding) in enumerate((m, h) for m in MEANS for h in HOLDING):
        generator = np.random.default_rng([number, lead_time, review_period])
        each = mean / review_period, generator
        demand = negative_binomial(*each, (shops, DECISIONS * review_period))
        future = negative_binomial(*each, (DECISIONS, paths, lead_time + review_period))
        textbook = 1 / (1 + holding)
        ratio = textbook - (np.array(FACTORS) - 1) * min(1 - textbook, textbook / 3)
        cost = mean_cost(demand, future, lead_time, review_period, holding / review_period, ratio)
        changes.append(100 * (cost / cost[0] - 1))
    return np.asarray(np.mean(changes, axis=0))


def factor_used(lead_time: int, review_period: int) -> float:
    """k of `planning`, read off its ratio."""
    textbook = 5 / 6
    used = critical_ratio(
        np.ones(1),
        np.full(1, 0.2 / review_period),
        lead_time=lead_time,
        review_period=review_period,
        carry_over_factor=PlanSettings().carry_over_factor,
    )
    return float(1 + (textbook - used[0]) / (1 - textbook))


def over_the_optimum(lead_time: int, shortage: float, shops: int, paths: int) -> tuple[float, float]:
    """What orders cost in % more than the best there are, Poisson demand of 5: at k = 1, and as used."""
    generator = np.random.default_rng([lead_time, int(shortage)])
    demand = generator.poisson(5, (shops, 2 * DECISIONS)).astype(np.float64)
    future = generator.poisson(5, (2 * DECISIONS, paths, lead_time + 1)).astype(np.float64)
    textbook = shortage / (shortage + 1)
    ratio = textbook - (np.array([1.0, factor_used(lead_time, 1)]) - 1) * min(1 - textbook, textbook / 3)
    cost = shortage * mean_cost(demand, future, lead_time, 1, 1 / shortage, ratio)
    best = lost_sales_optimum(
        law_of(poisson(5)), OneOrderCosts(holding_cost=1, shortage_cost=shortage), lead_time=lead_time
    ).cost
    plain, used = (float(value) for value in 100 * (cost / best - 1))
    return plain, used


def run(shops: int, paths: int) -> None:
    """Measure and print."""
    rows: list[tuple[object, ...]] = [("L", "R", *FACTORS[1:], "best", "near", "used")]
    fine = np.linspace(FACTORS[0], FACTORS[-1], 101)
    for lead_time, review_period in TIMES:
        change = change_by_factor(lead_time, review_period, shops, paths)
        curve = np.polyval(np.polyfit(FACTORS, change, 3), fine)
        near = fine[curve <= curve.min() + 0.25]
        rows.append(
            (
                lead_time,
                review_period,
                *(f"{value:+.1f}" for value in change[1:]),
                f"{fine[curve.argmin()]:.2f}",
                f"{near.min():.2f}-{near.max():.2f}",
                f"{factor_used(lead_time, review_period):.2f}",
            )
        )
    print(text_table(rows))
    beyond: list[tuple[object, ...]] = [("L", "p / h", "k = 1", "used")]
    for lead_time in (1, 2, 3):
        for shortage in (4.0, 9.0, 19.0):
            plain, used = over_the_optimum(lead_time, shortage, shops, paths)
            beyond.append((lead_time, f"{shortage:g}", f"{plain:+.1f} %", f"{used:+.1f} %"))
    print("\nPoisson demand with a mean of 5, cost over that of the best orders:")
    print(text_table(beyond))


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.carry_over",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--shops", type=int, default=200)
    parser.add_argument("--paths", type=int, default=200)
    given = parser.parse_args(arguments)
    run(given.shops, given.paths)
    return 0


if __name__ == "__main__":
    sys.exit(main())

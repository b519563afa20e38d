"""How many items x paths x weeks the inventory simulator plays in a minute, beside a plain loop over items.

    python -m benchmarks.simulator_speed [--items 100 1000 10000 100000] [--paths 500] [--plot FILE]

Every item orders up to a level of its own with a lead time of two weeks; only sums are kept, and the items
are played some at a time (`planning.inventory_simulator.parts`). Cases: lost sales; backorders; packs; units
that keep for four weeks, first in first out and last in first out; lead times of one to three weeks drawn for
each path and order. `plain loop` is lost sales as one writes it first, item by item and week by week with an
array of the paths, and its money must be the same. Demand is Poisson, drawn outside the clock; to draw it
would take longer than to play it, so the parts take turns with eight draws. `peak` is the memory of the
process so far. One core is used.
"""

from __future__ import annotations

import argparse
import resource
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.text_tables import text_table
from planning.inventory_simulator import USUAL_RULES, parts, simulate_totals
from planning.policies.order_rules import order_up_to
from planning.simulation.money import Costs, money
from planning.simulation.pipeline import Integers
from planning.simulation.stock_rules import Issuing, Quantities, StockRules

ITEMS: Final = (100, 1_000, 10_000, 100_000)
DRAWS: Final = 8
MEAN, LEAD_TIME = 5.0, 2
COSTS: Final = Costs(holding_cost=0.2, shortage_cost=1.0)
PLAIN_LOOP: Final = "plain loop"
CASES: Final = {
    "lost sales": StockRules(),
    "backorders": StockRules(backorders=True),
    "packs of 6, minimum 12": StockRules(pack_size=6, minimum_order_quantity=12),
    "shelf life 4, FIFO": StockRules(shelf_life=4),
    "shelf life 4, LIFO": StockRules(shelf_life=4, issuing=Issuing.LIFO),
    "lead times drawn": StockRules(),
}


def simulated(
    demand: Quantities,
    up_to: Quantities,
    lead_time: int | Integers = LEAD_TIME,
    rules: StockRules = USUAL_RULES,
) -> Quantities:
    """Money by item, mean over the paths."""
    totals = simulate_totals(
        demand, on_hand=up_to / 2, policy=order_up_to(up_to), lead_time=lead_time, rules=rules
    )
    return np.asarray(money(totals, COSTS).total.mean(axis=1), dtype=np.float64)


def looped(demand: Quantities, up_to: Quantities) -> Quantities:
    """The same for lost sales, item by item."""
    cost = np.zeros(len(demand))
    for item, wanted in enumerate(demand):
        shelf = np.full(len(wanted), up_to[item] / 2)
        coming = [np.zeros(len(wanted)) for _ in range(LEAD_TIME)]
        held, lost = np.zeros(len(wanted)), np.zeros(len(wanted))
        for week in range(wanted.shape[1]):
            coming.append(np.maximum(up_to[item] - shelf - sum(coming), 0))
            shelf = shelf + coming.pop(0)
            sold = np.minimum(shelf, wanted[:, week])
            shelf = shelf - sold
            held += shelf
            lost += wanted[:, week] - sold
        cost[item] = (0.2 * held + 1.0 * lost).mean()
    return cost


def seconds(case: str, items: int, paths: int, weeks: int) -> float:
    """Of the processor, to play all items."""
    generator = np.random.default_rng(0)
    slices = list(parts(items, paths))
    most = slices[0].stop
    draws = [generator.poisson(MEAN, (most, paths, weeks)).astype(np.float64) for _ in range(DRAWS)]
    up_to = np.round(generator.uniform(14, 24, items) / 2) * 2
    drawn = generator.integers(1, 4, (most, paths, weeks))
    spent = 0.0
    for rows, demand in zip(slices, islice(cycle(draws), len(slices)), strict=True):
        given = demand[: rows.stop - rows.start], up_to[rows]
        lead_time = drawn[: len(given[0])] if case == "lead times drawn" else LEAD_TIME
        begun = time.process_time()
        if case == PLAIN_LOOP:
            cost = looped(*given)
        else:
            simulated(*given, lead_time, CASES[case])
        spent += time.process_time() - begun
        if case == PLAIN_LOOP:
            assert np.allclose(cost, simulated(*given))
    return spent


def main() -> None:
    """Measure, print, plot."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.simulator_speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--items", type=int, nargs="+", default=list(ITEMS))
    parser.add_argument("--paths", type=int, default=500)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--plot", type=Path, help="PNG of the seconds of one core by number of items")
    given = parser.parse_args()
    rows: list[tuple[object, ...]] = [("case", "items", "CPU s", "per minute", "peak MB")]
    measured: dict[str, list[tuple[int, float]]] = {}
    for case in (*CASES, PLAIN_LOOP):
        for items in given.items:
            spent = seconds(case, items, given.paths, given.weeks)
            measured.setdefault(case, []).append((items, spent))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            speed = 60 * items * given.paths * given.weeks / spent
            rows.append((case, f"{items:,}", f"{spent:.3f}", f"{speed:.1e}", f"{peak:.0f}"))
            print(text_table([rows[0], rows[-1]]), flush=True)
    print(f"\n{given.paths} paths x {given.weeks} weeks\n{text_table(rows)}")
    if given.plot:
        _plot(measured, given.plot)


def _plot(measured: dict[str, list[tuple[int, float]]], file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    for case, points in measured.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=case, ls="--" if case == PLAIN_LOOP else "-")
    axes.set(xscale="log", yscale="log", xlabel="items", ylabel="seconds of one core")
    axes.set_title("Inventory simulator: seconds of one core by number of items", loc="left")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(file, dpi=130)


if __name__ == "__main__":
    main()

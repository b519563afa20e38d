"""Purchase orders of many items, suppliers and weeks to a proven gap, beside a plain PuLP model.

    python -m benchmarks.purchase_orders [--items 10000] [--weeks 26] [--plain 60] [--plot FILE]

The instance is made by a seeded generator, fifty items to a supplier. Units are worth what they cost, so the
cost is that of holding, waiting and ordering alone; the gap is told of it, and of it with the purchases.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import pulp
from matplotlib.figure import Figure

from planning.purchasing.curves import CostCurves
from planning.purchasing.evaluation import Cause
from planning.purchasing.expected_costs import curves_of_gamma
from planning.purchasing.model import build
from planning.purchasing.plan import plan_purchases
from planning.purchasing.problem import Offers, PurchaseProblem, Suppliers

POINTS = 12
HOLDING, BACKORDER = 0.006, 0.05  # of the unit cost, per week
PACKS = np.array([1, 2, 3, 4, 6, 8, 10, 12, 20, 24, 36, 48, 60, 72, 100, 144, 200, 288, 500, 1000])


def instance(lines: int, suppliers: int, weeks: int, seed: int = 0) -> PurchaseProblem:
    """Weekly demand from 1 to some hundreds, gamma; packs of a quarter of a week to two weeks.

    A third of the items has a minimum of 2 to 4 packs; lead times are 0 to 2 weeks, by supplier; a supplier's
    minimum is half a week to two weeks of its items, an order costs 10 to 60; a week's budget is 1 to 1.3
    times what mean demand costs. Units are worth what they cost.
    """
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.normal(2.5, 1.0, lines)).clip(1, 400)
    weekly = mean[:, None] * (
        1 + 0.2 * np.sin(np.arange(weeks) / 52 * 2 * np.pi + rng.uniform(0, 6, (lines, 1)))
    )
    unit_cost = np.round(np.exp(rng.normal(1.5, 0.8, lines)), 2) + 0.05
    wanted = mean * np.exp(rng.uniform(np.log(0.25), np.log(2.0), lines))
    pack = PACKS[np.abs(np.log(PACKS[None] / wanted[:, None])).argmin(axis=1)]
    supplier = np.sort(rng.choice(suppliers, lines, p=rng.dirichlet(np.full(suppliers, 5.0))))
    curves = _curves(rng, weekly, pack, unit_cost)
    money = np.bincount(supplier, mean * unit_cost, minlength=suppliers)
    spent = float((mean * unit_cost).sum())
    return PurchaseProblem(
        periods=tuple(f"week {t + 1}" for t in range(weeks)),
        lines=tuple(f"item {i}" for i in range(lines)),
        curves=curves,
        offers=Offers(
            np.arange(lines),
            supplier,
            pack,
            unit_cost,
            minimum_order_quantity=np.where(rng.random(lines) < 1 / 3, rng.integers(2, 5, lines) * pack, 0),
            lead_time=rng.integers(0, 3, suppliers)[supplier],
        ),
        suppliers=Suppliers(
            tuple(f"supplier {s}" for s in range(suppliers)),
            np.round(money * rng.uniform(0.5, 2.0, suppliers)),
            np.round(rng.uniform(10, 60, suppliers)),
            np.ones((suppliers, weeks), dtype=bool),
        ),
        value=unit_cost,
        budget=np.round(spent * rng.uniform(1.0, 1.3, weeks)),
    )


def _curves(
    rng: np.random.Generator, weekly: np.ndarray, pack: np.ndarray, unit_cost: np.ndarray
) -> CostCurves:
    """Points at quantiles of what demand leaves to be supplied, and three weeks of demand beyond."""
    mean = np.cumsum(weekly, axis=1)
    variance = np.cumsum((0.4 * weekly) ** 2 + weekly, axis=1)
    on_hand = np.round(weekly[:, 0] * rng.uniform(0.5, 4.0, len(weekly)))
    spread = np.linspace(-2.5, 3.5, POINTS - 2)
    middle = np.maximum(mean[..., None] - on_hand[:, None, None] + spread * np.sqrt(variance)[..., None], 0.0)
    far = middle[..., -1:] + 3 * weekly.max(axis=1)[:, None, None] + 4 * pack[:, None, None]
    supply = np.concatenate([np.zeros_like(far), middle, np.maximum.accumulate(far, axis=1)], axis=2)
    return curves_of_gamma(
        mean,
        variance,
        on_hand=on_hand,
        supply=supply,
        holding_cost=HOLDING * unit_cost,
        backorder_cost=BACKORDER * unit_cost,
    )


def measured(asked: PurchaseProblem) -> dict[str, float]:
    """Seconds on the clock and of processor time, cost and bound of the plan by prices."""
    started, worked = time.perf_counter(), time.process_time()
    plan = plan_purchases(asked, exact_up_to=0)
    clock, worked = time.perf_counter() - started, time.process_time() - worked
    assert plan.feasible, plan.slacks
    return {
        "clock": clock,
        "core": worked,
        "cost": plan.cost,
        "bound": plan.bound,
        "purchases": plan.causes[Cause.PURCHASE],
        "full": float((plan.evaluation.spent > 0.99 * asked.budget).sum()),
    }


def told(who: str, found: dict[str, float]) -> str:
    gap = (found["cost"] - found["bound"]) / found["cost"]
    of_all = (found["cost"] - found["bound"]) / (found["cost"] + found["purchases"])
    return (
        f"{who}: {found['clock']:.1f} s on the clock, {found['core']:.1f} s of processor time; cost "
        f"{found['cost']:,.0f} beside purchases of {found['purchases']:,.0f}; proven gap {gap:.2%} of the "
        f"cost, {of_all:.3%} with the purchases"
    )


def plain(asked: PurchaseProblem, seconds: float) -> str:
    """The programme as it is written, by PuLP and HiGHS, as far as it comes in that time."""
    started = time.perf_counter()
    model = build(asked)
    for slack in model.slacks.values():
        slack.bounds(0, 0)
    built = time.perf_counter() - started
    if built >= seconds:
        return f"plain PuLP: {built:.1f} s to write the programme down, nothing solved in {seconds:g} s"
    model.problem.solve(pulp.HiGHS(msg=False, timeLimit=seconds - built))
    clock = time.perf_counter() - started
    info = model.problem.solverModel.getInfo()
    fixed = float(asked.curves.cost[..., 0].sum())
    if info.primal_solution_status != 2 or not math.isfinite(info.objective_function_value):
        return f"plain PuLP: {built:.1f} s to write the programme down, no plan at all after {clock:.1f} s"
    cost, bound = info.objective_function_value + fixed, info.mip_dual_bound + fixed
    return (
        f"plain PuLP: {built:.1f} s to write the programme down, after {clock:.1f} s cost {cost:,.0f}, gap "
        f"{(cost - bound) / cost:.2%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000])
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", type=float, help="seconds for the plain PuLP model of the first instance")
    parser.add_argument("--plot", type=Path, help="where to draw seconds by number of items")
    options = parser.parse_args()
    clocks = []
    for number, items in enumerate(options.items):
        asked = instance(items, max(items // 50, 1), options.weeks, options.seed)
        found = measured(asked)
        clocks.append((items, found["clock"], found["core"]))
        print(
            f"{items:,} items, {len(asked.suppliers.names)} suppliers, {options.weeks} weeks, "
            f"{found['full']:.0f} budgets used up"
        )
        print(told("by prices", found))
        if options.plain and number == 0:
            print(plain(asked, options.plain))
    if options.plot:
        draw(clocks, options.weeks, options.plot)


def draw(clocks: list[tuple[int, float, float]], weeks: int, path: Path) -> None:
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    items, clock, core = zip(*clocks, strict=True)
    axes.loglog(items, clock, "o-", label="on the clock")
    axes.loglog(items, core, "s--", label="of processor time")
    axes.set(xlabel="items", ylabel="seconds", title=f"Purchase orders of {weeks} weeks")
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    main()

"""Explode and net a large bill of materials, five levels and 50,000 links over 52 weeks, beside a plain loop.

    python -m benchmarks.material_requirements [--links 50000] [--levels 5] [--weeks 52] [--loop]

The instance is made by a seeded generator. `--loop` also runs a record by record loop over the same
instance and compares the answers. Set OMP_NUM_THREADS=1 to measure one core.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake.periods import following
from planning.materials.material_plan import MaterialPlan, plan_materials
from planning.materials.pegging import pegging

CUTOFF, FREQ = pd.Timestamp("2026-01-05"), "W-MON"


@dataclass(frozen=True)
class Instance:
    links: pd.DataFrame
    required: pd.DataFrame
    materials: pd.DataFrame
    stock: pd.DataFrame
    open_orders: pd.DataFrame
    weeks: int

    def plan(self) -> MaterialPlan:
        return plan_materials(
            self.links,
            self.required,
            materials=self.materials,
            stock=self.stock,
            open_orders=self.open_orders,
            cutoff=CUTOFF,
            horizon=self.weeks,
            freq=FREQ,
        )


def instance(links: int, levels: int, weeks: int, seed: int = 0) -> Instance:
    """A fifth as many things as links on each of `levels` + 1 floors; a link goes from one floor to any
    below."""
    rng = np.random.default_rng(seed)
    each, wanted = max(links // (2 * levels), 1), links
    links += links // 50 + 1  # a few come out twice
    floor = np.concatenate([np.arange(levels), rng.integers(0, levels, size=links - levels)])
    below = rng.integers(floor + 1, levels + 1)
    below[:levels] = floor[:levels] + 1  # a chain through all floors
    parent, component = rng.integers(0, each, size=(2, links))
    parent[:levels] = component[:levels] = 0
    names = np.array(
        [[f"{code}-{number:05d}" for number in range(each)] for code in range(levels + 1)], dtype=object
    )
    table = pd.DataFrame(
        {
            "parent": names[floor, parent],
            "component": names[below, component],
            "quantity_per": rng.integers(1, 5, links).astype(float),
            "scrap_rate": rng.choice([0.0, 0.02, 0.05], links),
            "yield_rate": rng.choice([1.0, 0.95], links),
        }
    ).drop_duplicates(["parent", "component"])[:wanted]
    everything = names.reshape(-1)
    things = len(everything)
    ds = following(CUTOFF, weeks, FREQ)
    return Instance(
        table,
        pd.DataFrame(
            {
                "unique_id": np.repeat(names[0], weeks),
                "ds": np.tile(ds, each),
                "quantity": rng.poisson(3, each * weeks).astype(float),
            }
        ),
        pd.DataFrame(
            {
                "unique_id": everything,
                "lead_time": rng.integers(0, 5, things),
                "minimum_order_quantity": rng.choice([0.0, 50.0], things),
                "pack_size": rng.choice([0.0, 1.0, 12.0], things),
                "safety_stock": rng.choice([0.0, 10.0], things),
                "shelf_life": rng.choice([0, 0, 0, 6], things),
            }
        ),
        pd.DataFrame(
            {
                "unique_id": everything,
                "on_hand": rng.integers(0, 200, things).astype(float),
                "expiry": pd.Series(ds[rng.integers(2, weeks, things)]).where(rng.random(things) < 0.2),
            }
        ),
        pd.DataFrame(
            {
                "unique_id": everything[::3],
                "quantity": rng.integers(0, 100, len(everything[::3])).astype(float),
                "due": ds[rng.integers(0, weeks, len(everything[::3]))],
            }
        ),
        weeks,
    )


def gross_by_loop(plan: MaterialPlan) -> dict[str, np.ndarray]:
    """The gross requirements again, one planned order and one link at a time, from the plan's own orders."""
    bill = plan.bill
    made_of = defaultdict(list)
    for parent, component, units in zip(
        bill.parent.tolist(), bill.component.tolist(), bill.units, strict=True
    ):
        made_of[parent].append((component, units))
    gross = plan.independent.copy()
    for thing in range(len(bill.unique_id)):
        for needed, quantity in enumerate(plan.netting.planned_receipts[thing].tolist()):
            if quantity:
                release = max(needed - int(plan.rules.lead_time[thing]), 0)
                for component, units in made_of[thing]:
                    gross[component, release] += units * quantity
    return dict(zip(bill.unique_id, gross, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=50_000)
    parser.add_argument("--levels", type=int, default=5)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--loop", action="store_true")
    options = parser.parse_args()
    made = instance(options.links, options.levels, options.weeks)
    times, plan = [], made.plan()
    for _ in range(3):
        started, worked = time.perf_counter(), time.process_time()
        plan = made.plan()
        times.append((time.perf_counter() - started, time.process_time() - worked))
    (clock, core), size = min(times), len(plan.bill.unique_id)
    print(
        f"{len(made.links):,} links, {size:,} things, {plan.bill.levels} low-level codes, {made.weeks} weeks"
    )
    print(f"plan, best of three: {clock:.2f} s on the clock, {core:.2f} s of processor time")
    started = time.perf_counter()
    rows = len(pegging(plan))
    print(f"pegging of everything, {rows:,} rows: {time.perf_counter() - started:.2f} s")
    if options.loop:
        started = time.perf_counter()
        slow = gross_by_loop(plan)
        print(f"explosion alone by a plain loop: {time.perf_counter() - started:.2f} s")
        for name, gross in zip(plan.bill.unique_id, plan.gross_requirements, strict=True):
            assert np.allclose(slow[name], gross), name


if __name__ == "__main__":
    main()

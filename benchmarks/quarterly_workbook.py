"""A real quarterly workbook: what is understood of it, what contradicts itself, and its plans.

    python -m benchmarks.quarterly_workbook --data FOLDER

FOLDER holds the workbook (the first .xlsx, .xls or .ods in it, or below it, that looks like one). The plans
of three windows stand beside the values that two other solvers agreed on, in millions at quarter ends:
backorders of each product by priority, then what is short of the wanted stock.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Final

import pulp
from pulp.apis.coin_api import pulp_cbc_path

from intake.files.opening import open_file
from intake.mapping import NOTHING_STATED
from intake.tables import Table
from intake.workbooks.cross_table import Quarter
from intake.workbooks.quarterly_plan import QuarterlyPlan
from intake.workbooks.quarterly_sheets import looks_like, read_quarterly_plan
from planning.production.quarterly import plan_quarters
from planning.production.quarterly_rules import Capacity, QuarterlyRules, window_of
from planning.production.quarterly_sentences import sentences

FIRST_YEAR: Final = (Quarter(1995, 3), Quarter(1996, 2))
ROLLED: Final = (Quarter(1995, 4), Quarter(1996, 3))
CHECKS: Final = {
    "Q3 95 to Q2 96": (QuarterlyRules(*FIRST_YEAR), (0.0, 0.0, 30_133.11, 34_090.56)),
    "the same, opening 0": (
        QuarterlyRules(*FIRST_YEAR, opening_balance=0.0),
        (0.0, 0.0, 30_869.64, 34_827.09),
    ),
    "Q4 95 to Q3 96": (QuarterlyRules(*ROLLED), (657.27, 0.0, 32_210.58, 37_414.15)),
}
OTHERS: Final = {
    "Q4 95 to Q3 96, capacity handed down": QuarterlyRules(*ROLLED, capacity=Capacity.CASCADE),
    "Q4 95 to Q3 96, in batches of 5": QuarterlyRules(*ROLLED, batch=5),
    "all that can be planned": QuarterlyRules(),
}
SOLVERS: Final = {
    "HiGHS": pulp.HiGHS(msg=False),
    "CBC": pulp.COIN_CMD(path=pulp_cbc_path, msg=False),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder: Path = parser.parse_args().data
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".xlsx", ".xls", ".ods")):
        started = time.perf_counter()
        grids = open_file(path.read_bytes(), path.name, Table.CAPACITY, NOTHING_STATED)
        if not looks_like(grids):
            continue
        plan = read_quarterly_plan(grids)
        print(f"{path.name}: read in {time.perf_counter() - started:.2f} s")
        for finding in plan.findings:
            evidence = f" [{finding.evidence}]" if finding.evidence else ""
            print(f"{'!' if finding.suspicious else ' '} {finding.sentence}{evidence}")
        for name in ("products", "demand", "weeks", "weekly"):
            print(f"\n{name}: {len(getattr(plan, name))} rows")
            print(getattr(plan, name).head(3).to_string(index=False))
        compare(plan)
        return
    raise SystemExit(f"there is no quarterly workbook in {folder}")


def compare(plan: QuarterlyPlan) -> None:
    """Print our values beside the known ones, for each window and solver, and what the plan says."""
    print(f"\n{'window':40}{'solver':8}{'seconds':>8}   backorders by product, short (millions)")
    for what, (rules, known) in CHECKS.items():
        print(f"{what:40}{'known':8}{'':8}   {_shown(known)}")
        for solver in SOLVERS:
            ours = _solved(plan, what, rules, solver)
            apart = max(abs(one - other) for one, other in zip(ours, known, strict=True))
            print(f"{'':40}largest difference {apart:.4f} ({'agrees' if apart <= 0.01 else 'DIFFERS'})")
    for what, rules in OTHERS.items():
        _solved(plan, what, rules, "HiGHS", says=True)


def _solved(
    plan: QuarterlyPlan, what: str, rules: QuarterlyRules, solver: str, *, says: bool = False
) -> tuple[float, ...]:
    started = time.perf_counter()
    made = plan_quarters(window_of(plan, rules), rules, SOLVERS[solver])
    seconds = time.perf_counter() - started
    values = tuple(
        value / 1e6 for name, value in made.goals.items() if name == "short" or name.startswith("backorders")
    )
    print(f"{what:40}{solver:8}{seconds:8.2f}   {_shown(values)}")
    for sentence in sentences(made) if says else ():
        print(f"    {sentence}")
    return values


def _shown(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:14,.3f}" for value in values)


if __name__ == "__main__":
    main()

"""Plans of random instances, a third of which ask for more than can be had: `make bench-fuzz`.

  python -m benchmarks.planning_fuzz [--instances 10000] [--seed 0]
  python -m benchmarks.planning_fuzz --only 1234       one shop again

A third are weekly orders of shops with everything that can bend an order, a third purchase problems small
enough to try every plan, a third production problems. Every one must come back as a plan that keeps the laws
of the tests in tests/unit/planning; anything else is a fault. A seed makes the same instances everywhere.
Exit status 1 with faults.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import hypothesis

from benchmarks.text_tables import text_table

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "unit/planning")]  # as the files there import each other

import shop_case  # noqa: E402
import test_production  # noqa: E402
import test_purchasing  # noqa: E402

_OF_PURCHASES = test_purchasing.test_a_plan_is_as_good_as_any_and_says_so
_OF_PRODUCTION = test_production.test_a_plan_always_comes_back_and_its_stock_adds_up
_SHOWN = 20


def of_shop(seed: int) -> list[str]:
    """The laws that the weekly orders of a shop break."""
    asked = shop_case.shop(seed)
    return list(shop_case.broken(asked, asked.plan()))


def of_purchases(seed: int) -> list[str]:
    """Nothing, or AssertionError where a purchase plan breaks a law."""
    _OF_PURCHASES.hypothesis.inner_test(seed)
    return []


def faults(judge: Callable[[int], list[str]], seeds: range) -> list[str]:
    """One sentence for every instance that broke a law, or broke."""
    found = []
    for seed in seeds:
        try:
            broken = judge(seed)
        except Exception as error:  # noqa: BLE001 - any of them is a fault
            files = [
                (Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)
            ]
            place = next(
                (f"{file.name}:{line}" for file, line in files[::-1] if "planning" in file.parts), ""
            )
            broken = [f"{type(error).__name__} at {place}: {str(error)[:200]}"]
        found += [f"{seed}: {law}" for law in broken]
    return found


def faults_of_production(instances: int, seed: int) -> list[str]:
    """At most one sentence: the simplest production problem whose plan breaks a law."""
    all_of_them = hypothesis.settings(
        max_examples=instances,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    drawn = hypothesis.given(test_production.problems())(_OF_PRODUCTION.hypothesis.inner_test)
    judge = hypothesis.seed(seed)(all_of_them(drawn))
    try:
        judge()
    except Exception as error:  # noqa: BLE001 - any of them is a fault
        return ["".join(traceback.format_exception_only(error))[-500:]]
    return []


def main() -> int:
    """Plan them all, and print what broke."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.planning_fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, default=None)
    asked = parser.parse_args()
    if asked.only is not None:
        print("\n".join(of_shop(asked.only)) or "keeps all laws")
        return 0
    each = asked.instances // 3
    seeds = range(asked.seed * asked.instances, asked.seed * asked.instances + asked.instances - 2 * each)
    kinds: tuple[tuple[str, int, Callable[[], list[str]]], ...] = (
        ("weekly orders", len(seeds), lambda: faults(of_shop, seeds)),
        ("purchases", each, lambda: faults(of_purchases, seeds[:each])),
        ("production", each, lambda: faults_of_production(each, asked.seed)),
    )
    rows: list[tuple[str, ...]] = [("plans of", "instances", "faults", "s")]
    broken: list[str] = []
    for kind, count, judged in kinds:
        started = time.perf_counter()
        found = judged()
        rows.append((kind, f"{count:,}", f"{len(found):,}", f"{time.perf_counter() - started:.0f}"))
        broken += [f"{kind} {each_fault}" for each_fault in found]
    print(text_table(rows))
    print("\n".join(broken[:_SHOWN]))
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())

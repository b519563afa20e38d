"""Our champion beside other methods, on the same windows of four data sets.

    python -m benchmarks.forecast_contest --data FOLDER [--only vn2 ...] [--methods AutoETS ...]

Data: the daily shop FOLDER/ventas, the daily bakery FOLDER/bakery (days without a row sold nothing), the
weekly contest FOLDER/vn2 (weeks with an empty shelf are known to nobody and judge nobody), and the weekly
samples of this repository. What is not there is left out. Files are read as the flows read them.

Windows: daily horizons of 14 days and weekly ones of 8 weeks; ten cutoffs, up to 30 where series are few,
evenly spaced over the last 30 % of the periods; on vn2 the ten of its published protocol. The champion is the
recipe, with its hyperparameters, that a training chooses at the first of these cutoffs, knowing nothing after
it; every method is fitted again at every cutoff. mlforecast has the first settings of our XGBoost.

Distributions: AutoETS simulates its own paths. The paths of all others come from one law, ours, out of the
errors that the method itself made in windows that were over: forecasts are compared, not packaging. Pinball
losses and CRPS are those of demand summed over the protection interval, 3 weeks or 7 days, in units.

Every method runs in a process of its own: CPU seconds per window fitted, and the most memory it had.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from benchmarks.contest_data import DATA_SETS, Race, is_there, read_race
from benchmarks.contest_methods import CHAMPION, METHODS, names_of
from benchmarks.contest_score import (
    LOWER_IS_BETTER,
    Score,
    less,
    ranks,
    score,
    worst_decile,
    worst_decile_by_chance,
)
from benchmarks.text_tables import text_table

_KILOBYTES: Final = 1024 if sys.platform == "linux" else 1  # unit of ru_maxrss in bytes
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Entry:
    """A method's score, CPU seconds per window, peak memory in MB, and what it decided."""

    method: str
    score: Score
    seconds: float
    memory: float
    chosen: str


def run(data: Path, sets: Sequence[str], methods: Sequence[str]) -> None:
    """Let the methods compete on every data set and print a table of each."""
    for name in sets:
        if not is_there(name, data):
            print(f"\n{name}: not in {data}, left out")
            continue
        race = _apart(read_race, name, data)
        print(f"\n== {name}: {_described(race)}", flush=True)
        entries = []
        for method in methods:
            began = time.perf_counter()
            entries.append(_apart(enter, race, method))
            print(f"  {method}: {time.perf_counter() - began:.0f} s {entries[-1].chosen}", flush=True)
        print(f"\n{text_table(_rows(entries))}\n{_verdict(race, entries)}", flush=True)


def enter(race: Race, method: str) -> Entry:
    """Forecast with one method and judge it; meant for a process of its own."""
    began = time.process_time()
    forecasts = METHODS[method](race)
    seconds = (time.process_time() - began - forecasts.choosing) / forecasts.windows
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTES / 1e6
    return Entry(method, score(race, forecasts), seconds, memory, forecasts.chosen)


def _apart(task: Callable[Asked, Answer], *given: Asked.args, **named: Asked.kwargs) -> Answer:
    """What `task` returns, run in a fresh process, so that nobody's memory is another's."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(task, *given, **named).result()


def _described(race: Race) -> str:
    frame = race.panel.frame
    first, last = race.reported[0], race.reported[-1]
    return (
        f"{frame['unique_id'].nunique():,} series of {race.panel.freq}; {len(race.reported)} windows of "
        f"{race.horizon} from {first:%Y-%m-%d} to {last:%Y-%m-%d}; sums over {race.interval}; known in "
        f"advance: {', '.join(race.panel.exog) or 'nothing'}"
    )


def _rows(entries: Sequence[Entry]) -> list[tuple[object, ...]]:
    places = ranks([entry.score.errors for entry in entries])
    rows: list[tuple[object, ...]] = [
        ("method", "rank", *LOWER_IS_BETTER, "PIT sums", "PIT periods", "s/window", "MB")
    ]
    for entry, place in sorted(zip(entries, places, strict=True), key=lambda pair: pair[1]):
        errors = [f"{entry.score.errors[name]:.4g}" for name in LOWER_IS_BETTER]
        pits = [f"{worst_decile(pit):.1f}" for pit in (entry.score.pit_of_sums, entry.score.pit_of_periods)]
        rows.append((entry.method, place, *errors, *pits, f"{entry.seconds:.2f}", f"{entry.memory:.0f}"))
    return rows


def _verdict(race: Race, entries: Sequence[Entry]) -> str:
    """How sure it is, and where the champion is not first."""
    ours = next((entry for entry in entries if entry.method == CHAMPION), None)
    cases = [entries[0].score.pit_of_sums.size, entries[0].score.pit_of_periods.size]
    chance = " and ".join(f"{worst_decile_by_chance(count):.1f} of {count:,}" for count in cases)
    lines = [
        f"PIT: points that the worst decile is off; independent cases and right paths: {chance}.",
        "CRPS of the champion below another's: share, +- standard error over windows.",
    ]
    if ours is None:
        return lines[0]
    for entry in entries:
        if entry is not ours:
            share, error = less(ours.score.crps_by_window, entry.score.crps_by_window)
            lines.append(f"CRPS below {entry.method}: {100 * share:.1f} % +- {100 * error:.1f}")
    lost = []
    for name in LOWER_IS_BETTER:
        best = min(entries, key=lambda entry: entry.score.errors[name])
        if best.score.errors[name] < ours.score.errors[name]:
            lost.append(f"{name} ({best.method} {best.score.errors[name]:.4g})")
    place = "not first on " + ", ".join(lost) if lost else "first on all"
    return "\n".join([*lines, f"{race.name}: the champion is {place}."])


def main() -> int:
    """Run the contest."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.forecast_contest",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="the folder that holds ventas/, bakery/, vn2/"
    )
    parser.add_argument("--only", nargs="+", choices=list(DATA_SETS), default=list(DATA_SETS))
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=[])
    given = parser.parse_args()
    run(given.data, given.only, names_of(given.methods))
    return 0


if __name__ == "__main__":
    sys.exit(main())

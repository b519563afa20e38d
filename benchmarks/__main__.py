"""Measurements, never tests: `make bench`, `make bench DATA=folder`, or one by one.

  python -m benchmarks [--data FOLDER]     overhead, daily_shop and real_files
  python -m benchmarks.overhead            what Prefect and the store cost a weekly plan
  python -m benchmarks.daily_shop --data FOLDER
                                           errors on FOLDER/ventas/Ventas.csv, next month, time, memory
  python -m benchmarks.vn2 --data FOLDER   money, quantiles and calibration on a weekly ordering contest
  python -m benchmarks.forecast_contest --data FOLDER
                                           forecasts beside statsforecast and mlforecast, four data sets
                                           (make bench-forecast DATA=folder)
  python -m benchmarks.real_files --data FOLDER
                                           every real export in FOLDER: understood, lines, quantities, time
  python -m benchmarks.database_load [--url URL]
                                           100,000 rows of sales into SQLite, or into the server of URL
  python -m benchmarks.ticket_lines        ten million ticket lines to a weekly panel, beside polars
  python -m benchmarks.material_requirements
                                           50,000 links of a bill of materials exploded over 52 weeks
  python -m benchmarks.simulator_speed     how many weeks the inventory simulator plays in a minute
  python -m benchmarks.promotion_level     how often a promotion is luck, and how often a better model waits
  python -m benchmarks.chaos               kills at every write; about 20 minutes (make chaos)
  python -m benchmarks.fuzz                damaged files into the door; 10 minutes (make bench-fuzz)
  python -m benchmarks.planning_fuzz       10,000 random instances into the plans (make bench-fuzz)

Each starts a store and a Prefect server of its own in a temporary home and removes it. Timings are those of
this machine now: run twice, and compare on an idle one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import daily_shop, overhead, real_files


def main() -> int:
    """Run the measurements one after the other."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, help="a folder that holds ventas/Ventas.csv: adds the daily shop's measurements"
    )
    data = parser.parse_args().data
    _title(
        "Overhead", "Wall time of one weekly plan: pure functions, with the store, as a flow, by a worker."
    )
    overhead.show(overhead.run())
    if data is None:
        print("\nThe daily shop was left out: give the folder that holds ventas/Ventas.csv,")
        print("`make bench DATA=folder` or `python -m benchmarks --data folder`.")
        return 0
    _title("Daily shop", "Test errors of every recipe on a year of daily sales, next month, time and memory.")
    met = daily_shop.run(data)
    _title("Real files", "What is understood of every file, lines in and out, quantities, seconds.")
    real_files.run(data)
    return 0 if met else 1


def _title(name: str, measures: str) -> None:
    print(f"\n== {name}\n{measures}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

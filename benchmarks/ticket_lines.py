"""Ticket lines to a weekly panel: time and memory of the whole reading, beside polars' bare read of the file.

The file is made by a seeded generator in a temporary folder. Each candidate reads it in a process of its own,
so that the peak of memory is its own; `polars` does nothing but parse it.

  python -m benchmarks.ticket_lines [--lines 10000000]      needs: pip install 'abasto[bench]'
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.text_tables import text_table
from intake import reading
from intake.mapping import FileMapping
from intake.tables import Table

STAGES = (
    "open_file",
    "find_sheet",
    "convert",
    "find_footers",
    "repeats",
    "_to_periods",
    "decide_fates",
    "_summed",
)
STORES, PRODUCTS = 20, 500
YEARS = 2
BLOCK = 500_000


def write_tickets(path: Path, lines: int) -> None:
    """A file of `lines` ticket lines, three to a ticket, in the order of their times; the same every time."""
    rng = np.random.default_rng(20260105)
    begin = np.datetime64("2024-01-01T08:00:00")
    with path.open("w", encoding="utf-8") as file:
        file.write("ticket,date,store,product,quantity,unit_price\n")
        for first in range(0, lines, BLOCK):
            ticket = np.arange(first, min(first + BLOCK, lines)) // 3
            seconds = ticket * (YEARS * 365 * 86_400) * 3 // max(lines, 1)
            columns = zip(
                ticket.tolist(),
                np.datetime_as_string(begin + seconds.astype("timedelta64[s]")).tolist(),
                rng.integers(STORES, size=len(ticket)).tolist(),
                rng.integers(PRODUCTS, size=len(ticket)).tolist(),
                rng.integers(1, 9, size=len(ticket)).tolist(),
                rng.integers(50, 3000, size=len(ticket)).tolist(),
                strict=True,
            )
            file.writelines(
                f"T{number:09d},{at.replace('T', ' ')},S{store:03d},P{product:05d},{units},{cents / 100}\n"
                for number, at, store, product, units, cents in columns
            )


def read_as_we_do(path: Path) -> list[tuple[str, float]]:
    """Seconds of each stage of the whole reading, in its order."""
    stages: dict[str, float] = {}
    for name in STAGES:
        setattr(reading, name, _timed(name, getattr(reading, name), stages))
    began = time.perf_counter()
    content = path.read_bytes()
    loaded = time.perf_counter()
    panel = reading.read_table(
        content, path.name, Table.SALES, mapping=FileMapping(freq="W-MON", shape="tickets")
    )
    done = time.perf_counter()
    assert panel.lines.accepted + panel.lines.duplicate == panel.lines.total - 1
    rest = done - loaded - sum(stages.values())
    return [("read the bytes", loaded - began), *stages.items(), ("rest", rest), ("in all", done - began)]


def _timed(name, stage, stages):
    def timed(*arguments, **options):
        began = time.perf_counter()
        try:
            return stage(*arguments, **options)
        finally:
            stages[name] = stages.get(name, 0.0) + time.perf_counter() - began

    return timed


def read_by_polars(path: Path) -> list[tuple[str, float]]:
    """Seconds of polars' bare read."""
    import polars

    began = time.perf_counter()
    polars.read_csv(path)
    return [("in all", time.perf_counter() - began)]


CANDIDATES = {"abasto": read_as_we_do, "polars": read_by_polars}


def measure(candidate: str, path: Path) -> tuple[list[tuple[str, float]], float]:
    """Stages of a candidate in a process of its own, and the peak of that process in GB."""
    command = [sys.executable, "-m", "benchmarks.ticket_lines", "--read", str(path), "--by", candidate]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [(str(name), float(seconds)) for name, seconds in answer["stages"]], float(answer["peak"])


def show(lines: int) -> None:
    """Make the file, read it in every way, and print the stages."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        write_tickets(path, lines)
        print(f"{lines:,} lines, {path.stat().st_size / 1e6:,.0f} MB")
        measured = {candidate: measure(candidate, path) for candidate in ("polars", "abasto", "polars")}
    base = measured["polars"][0][-1][1]
    rows: list[tuple[object, ...]] = [("who", "stage", "seconds", "times polars", "peak GB")]
    for candidate, (stages, peak) in measured.items():
        for name, seconds in stages:
            last = name == "in all"
            shown = (f"{seconds / base:.1f}", f"{peak:.2f}") if last else ("", "")
            rows.append((candidate, name.strip("_"), f"{seconds:.2f}", *shown))
    print(text_table(rows))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ticket_lines")
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--by", choices=CANDIDATES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read is None:
        show(asked.lines)
        return 0
    stages = CANDIDATES[asked.by](asked.read)
    unit = 1e9 if sys.platform == "darwin" else 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps({"stages": stages, "peak": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What is understood of a real quarterly workbook, and what contradicts itself in it.

    python benchmarks/quarterly_workbook.py --data FOLDER

FOLDER holds the workbook (the first .xlsx, .xls or .ods in it, or below it, that looks like one).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from intake.files.opening import open_file
from intake.mapping import NOTHING_STATED
from intake.tables import Table
from intake.workbooks.quarterly_sheets import looks_like, read_quarterly_plan


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
        return
    raise SystemExit(f"there is no quarterly workbook in {folder}")


if __name__ == "__main__":
    main()

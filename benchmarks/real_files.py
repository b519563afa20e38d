"""Real exports, as a planner uses them: what is understood of each, lines in and out, quantities, seconds.

DATA holds the folders bakery (daily sales per Menu_Code, names and prices, temperature), vn2 (weekly sales in
a wide file, flags of what was on the shelf, stock with orders in transit, attributes), ventas, linealytics (a
quarterly production plan) and frepple (a model); what is not there is left out. Every file is read by
itself; then the files of each dataset are uploaded and go through the `abasto` commands, each in a process
of its own. The orders of vn2 need a supplier, which nobody exported: one with a lead time of two weeks
stands in.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from benchmarks.daily_shop import Step, abasto, step_row
from benchmarks.own_servers import OwnServers, own_servers
from benchmarks.text_tables import text_table
from intake.errors import InputError
from intake.findings import Finding
from intake.planning_models import convert_model, model_in
from intake.reading import Reading, read_table
from intake.tables import SCHEMAS, Table
from storage.datasets import Datasets
from storage.manifests import Published
from storage.objects import ObjectStore
from storage.plans import Plans

FILES: Final[Mapping[str, Table]] = {
    "bakery/data_bakery_prep.csv": Table.SALES,
    "bakery/train.csv": Table.SALES,
    "bakery/val.csv": Table.SALES,
    "bakery/test.csv": Table.SALES,
    "bakery/menu_codes.csv": Table.ITEMS,
    "bakery/TempTot.csv": Table.CALENDAR,
    "vn2/sales.csv": Table.SALES,
    "vn2/in_stock.csv": Table.SALES,
    "vn2/initial_state.csv": Table.STOCK,
    "vn2/master.csv": Table.ITEMS,
    "ventas/Ventas.csv": Table.SALES,
}
_STAND_IN: Final = {
    "proveedores": ("suppliers.csv", "supplier_id,name,lead_time,currency\nstand-in,Stand-in,14,EUR\n"),
}
_QUICK: Final = ("-o", "windows=2", "-o", "trials=1", "-o", 'recipes=["seasonal_naive","moving_average"]')


@dataclass(frozen=True)
class Job:
    """The files of a dataset by the folder they are uploaded to, the day to which they are complete, and
    whether orders are planned."""

    dataset: str
    files: tuple[tuple[str, str], ...]
    as_of: str
    orders: bool = False


JOBS: Final = (
    Job(
        "bakery",
        (
            ("bakery/data_bakery_prep.csv", "ventas"),
            ("bakery/menu_codes.csv", "productos"),
            ("bakery/TempTot.csv", "calendario"),
        ),
        "2022-09-30",
    ),
    Job(
        "bakery-parts",
        tuple((f"bakery/{part}.csv", "ventas") for part in ("train", "val", "test")),
        "2022-09-30",
    ),
    Job(
        "vn2",
        (
            ("vn2/sales.csv", "ventas"),
            ("vn2/in_stock.csv", "ventas"),
            ("vn2/initial_state.csv", "inventario"),
            ("vn2/master.csv", "productos"),
        ),
        "2024-04-14",
        orders=True,
    ),
    Job("ventas", (("ventas/Ventas.csv", "ventas"),), "2022-12-31"),
)


def run(data: Path, *, flows: bool = True) -> None:
    """Read every file, then take the datasets through the flows; ends with what failed."""
    if not data.is_dir():
        sys.exit(f"There is no folder {data}.")
    show_files(data)
    show_models(data)
    jobs = [job for job in JOBS if all((data / name).is_file() for name, _ in job.files)]
    if not flows or not jobs:
        return
    with own_servers() as servers, ObjectStore(servers.settings.store_address()) as store:
        steps = [step for job in jobs for step in _run(servers, store, data, job)]
    print(f"\n{text_table([('command', 'seconds', 'peak MB'), *map(step_row, steps)])}")


def show_files(data: Path) -> None:
    """One line per file, then what should be looked at in each."""
    rows: list[Sequence[object]] = []
    doubts: list[str] = []
    for name, table in FILES.items():
        if (data / name).is_file():
            content = (data / name).read_bytes()
            began = time.perf_counter()
            reading = read_table(content, Path(name).name, table)
            rows.append(file_row(name, reading, time.perf_counter() - began))
            doubts += [f"  ! {name}: {finding.sentence}" for finding in _doubtful(reading.findings)]
    header = (
        "file",
        "read as",
        "shape",
        "series",
        "periods",
        "lines",
        "accounted for",
        "quantity",
        "seconds",
    )
    print("\n".join([text_table([header, *rows]), *doubts]))


def file_row(name: str, reading: Reading, seconds: float) -> tuple[object, ...]:
    """What a reading is, and where its lines and its quantity went."""
    frame, lines = reading.frame, reading.lines
    kept = {field.name: getattr(lines, field.name) for field in fields(lines)}
    periods = f"{frame['ds'].nunique():,} of {reading.freq or 'days'}" if "ds" in frame else ""
    balance = ""
    if reading.quantity_in is not None:
        measure = SCHEMAS[reading.table].measure
        balance = f"{measure} {reading.quantity_in:,.10g} = {reading.quantity_accepted:,.10g} accepted"
        others = (("duplicate", reading.quantity_duplicate), ("rejected", reading.quantity_rejected))
        for fate, amount in others:
            balance += f" + {amount:,.10g} {fate}" if amount else ""
    return (
        name,
        reading.table,
        reading.shape,
        f"{frame['unique_id'].nunique():,}" if "unique_id" in frame else "",
        periods,
        f"{lines.total:,}",
        " + ".join(f"{count:,} {fate}" for fate, count in kept.items() if count),
        balance,
        f"{seconds:.2f}",
    )


def show_models(data: Path) -> None:
    """The tables of every planning model below the folder, and what contradicts itself in it."""
    for file in sorted(data.rglob("*")):
        if file.suffix not in (".json", ".xlsx", ".xls", ".ods"):
            continue
        content, began = file.read_bytes(), time.perf_counter()
        kind = model_in(content, file.name)
        if not kind:
            continue
        tables, findings = convert_model(content, file.name)
        rows = ", ".join(f"{len(frame):,} rows of {table}" for table, frame in tables.items())
        print(f"\n{file.relative_to(data)}: {kind}, {rows}; {time.perf_counter() - began:.2f} s")
        print("\n".join(f"  {'!' if each.suspicious else '-'} {each.sentence}" for each in findings))
        try:
            read_table(content, file.name, Table.SALES)
        except InputError as refusal:
            print(f"  uploaded as sales: {refusal}")


def _run(servers: OwnServers, store: ObjectStore, data: Path, job: Job) -> Iterator[Step]:
    flags = ("--dataset", job.dataset)
    for name, folder in job.files:
        yield abasto(servers, "upload", str(data / name), "--as", folder, *flags)
    if job.orders:
        yield from _stand_in(servers, job.dataset, data / job.files[0][0])
    yield abasto(servers, "run", "ingest", *flags, "-o", f"as_of={job.as_of}")
    _show_dataset(Datasets(store, servers.settings.keys).published(job.dataset), job)
    if job.dataset == "bakery-parts":
        return
    yield abasto(servers, "run", "train", *flags, *_QUICK)
    if job.orders:
        yield abasto(servers, "run", "replenish", *flags)
        _show_plan(Plans(store, servers.settings.keys).published(job.dataset))


def _show_dataset(published: Published, job: Job) -> None:
    """What became of the files of a dataset together, and what the run says about them."""
    manifest = published.manifest
    metrics: Mapping[str, Any] = manifest.metrics
    parameters = manifest.provenance.parameters
    print(
        f"\n{job.dataset}: {metrics['series']:,} series, {metrics['rows']:,} rows of {parameters['freq']}, "
        f"{metrics['quantity']:,.10g} units, complete to the period of {parameters['cutoff']}"
    )
    for name, account in metrics["files"].items():
        lines = {fate: count for fate, count in account["lines"].items() if count}
        total = sum(lines.values())
        print(f"  {name}: {total:,} = {' + '.join(f'{count:,} {fate}' for fate, count in lines.items())}")
    print("\n".join(f"  - {note}" for note in manifest.notes))


def _show_plan(published: Published) -> None:
    metrics: Mapping[str, Any] = published.manifest.metrics
    print(
        f"\n{published.folder.name}: {metrics['ordered_lines']:,} of {metrics['lines']:,} lines ordered for "
        f"{metrics['amounts']}, {metrics['exceptions']:,} exceptions"
    )
    print("\n".join(f"  - {note}" for note in published.manifest.notes))


def _doubtful(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.suspicious]


def _stand_in(servers: OwnServers, dataset: str, sales: Path) -> Iterator[Step]:
    """Upload a supplier and its terms for every product of a sales file."""
    products = read_table(sales.read_bytes(), sales.name, Table.SALES).frame["unique_id"].unique()
    terms = "supplier_id,unique_id,unit_cost,pack_size\n" + "".join(
        f"stand-in,{unique_id},1,1\n" for unique_id in products
    )
    with tempfile.TemporaryDirectory() as folder:
        for prefix, (name, text) in {**_STAND_IN, "condiciones": ("terms.csv", terms)}.items():
            file = Path(folder) / name
            file.write_text(text, encoding="utf-8")
            yield abasto(servers, "upload", str(file), "--as", prefix, "--dataset", dataset)


def main() -> int:
    """Read, run and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_files",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds bakery/, vn2/, ...")
    parser.add_argument("--files-only", action="store_true", help="read the files and start no server")
    stated = parser.parse_args()
    run(stated.data, flows=not stated.files_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`abasto demo`: the whole way once, on the samples."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any, Final

from artifacts.purchase_orders import order_lines
from cli.connection import connected
from cli.console import headline, next_step, say, show_reason, show_table
from cli.run import request_model, run_here
from cli.tables import ERRORS, error_cells
from cli.transfer import send
from intake.errors import MissingError
from storage.datasets import from_parquet
from storage.keys import Ref
from storage.manifests import Published, read_file, read_published
from storage.objects import ObjectStore
from storage.settings import Settings
from tasks.connection import folder_of

SAMPLES: Final = Path(__file__).resolve().parent.parent / "samples"
DAILY: Final = "ventas"
WEEKLY: Final = "cosmetics"
_UPLOADS: Final = (
    ("Ventas.csv", "ventas", None),
    ("sales.csv", "ventas", WEEKLY),
    ("stock.csv", "inventario", WEEKLY),
    ("items.csv", "productos", WEEKLY),
    ("suppliers.csv", "proveedores", WEEKLY),
    ("terms.csv", "condiciones", WEEKLY),
    ("bill_of_materials.csv", "recetas", WEEKLY),
    ("capacity.csv", "capacidad", WEEKLY),
    ("calendar.csv", "calendario", WEEKLY),
)
_RUNS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("ingest", {"dataset": DAILY, "as_of": "2025-12-31"}),
    ("ingest", {"dataset": WEEKLY}),
    ("train", {"dataset": DAILY}),
    ("train", {"dataset": WEEKLY}),
    (
        "forecast",
        {"dataset": DAILY, "assume": {"promotion": 0, "holiday": "by_weekday"}, "sales_per_person": 500},
    ),
    ("forecast", {"dataset": WEEKLY}),
    ("replenish", {"dataset": WEEKLY}),
)


def run_demo() -> None:
    """Upload the samples, run all flows on them, and show what came of it and where it lies."""
    began = time.monotonic()
    if not SAMPLES.is_dir():
        raise MissingError(f"the samples are not at {SAMPLES}; run the demo from a clone of the project")
    headline("1 of 4  Servers")
    with connected():
        settings = Settings.load()
        store, keys = ObjectStore(settings.store_address()), settings.keys
        headline(f"2 of 4  Uploading the samples to {keys.datasets}")
        for name, folder, dataset in _UPLOADS:
            say(f"  {send(store, keys, SAMPLES / name, folder, dataset)}")
        headline("3 of 4  Running the flows")
        published: dict[tuple[str, str], Published] = {}
        for kind, parameters in _RUNS:
            say(f"{kind} {parameters['dataset']}")
            made = run_here(kind, request_model(kind)(**parameters))
            manifest: Ref = made[0] if isinstance(made, list) else made
            published[kind, parameters["dataset"]] = read_published(store, folder_of(manifest))
        headline("4 of 4  What came of it")
        for dataset in (DAILY, WEEKLY):
            _show_metrics(published["train", dataset])
        _show_orders(store, published["replenish", WEEKLY])
        show_table(
            "\nWhere everything lies (bucket/folder)",
            ["made by", "place"],
            [[f"{kind} {dataset}", str(each.folder)] for (kind, dataset), each in published.items()],
        )
        say(f"Data, keys and logs are kept in {settings.home}.")
    say(f"Done in {time.monotonic() - began:.0f} s.")
    next_step("`abasto up` keeps everything running: these runs are in the Prefect UI it prints.")
    next_step(f"`abasto pull plan --dataset {WEEKLY}` downloads the orders and the report.")


def _show_metrics(model: Published) -> None:
    facts: dict[str, Any] = dict(model.manifest.metrics)
    show_table(
        f"\n{model.manifest.provenance.dataset} {model.folder.name}: errors on the last periods, "
        f"{facts['recipe']} chosen on earlier windows",
        ["recipe", *ERRORS],
        [
            [row["recipe"], *error_cells(row, ERRORS)]
            for row in sorted(facts["test"], key=lambda row: math.inf if row["mae"] is None else row["mae"])
        ],
    )


def _show_orders(store: ObjectStore, plan: Published) -> None:
    planned = from_parquet(read_file(store, plan, "plan.parquet"))
    orders = order_lines(planned, planned)
    for (number, supplier), lines in orders.groupby(["purchase_order", "supplier_name"]):
        amount, currency = lines["amount"].sum(), lines["currency"].iloc[0]
        headline(f"{number}: {supplier}, {amount:,.2f} {currency}, due {lines['due_date'].min():%Y-%m-%d}")
        for line in lines.itertuples():
            item = f"{line.unique_id} {line.item_name}".rstrip()
            show_reason(f"{line.order_quantity:>6.10g} {line.unit}  {item}", str(line.explanation))

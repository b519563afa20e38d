"""The week's orders without Prefect: the same functions that the flow calls, in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from artifacts.csv_files import csv_bytes
from artifacts.forecast_plots import fan
from artifacts.plan_header import PlanHeader
from artifacts.purchase_orders import purchase_orders_csv
from artifacts.report import report_html
from artifacts.workbook import purchase_orders_xlsx
from forecasting.paths.prediction import prediction_table, total_table
from forecasting.series.panel import build_panel, extend
from intake.assembly import assemble_table
from intake.periods import following, iso_week, period_end
from intake.reading import read_table
from intake.tables import Table
from planning.open_orders import OPEN_ORDER_COLUMNS, resolve_open_orders
from planning.plan import PlanSettings
from planning.replenishment import horizon_needed, replenish
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import SALES, Datasets, from_parquet, to_parquet
from storage.keys import UPLOAD_FOLDERS
from storage.manifests import Input, Provenance, Published, read_file
from storage.objects import ObjectStore
from storage.plans import Plans
from storage.registry import LoadedModel, ModelRegistry
from storage.settings import Settings
from storage.signing import load_signing_keys

SETTINGS: Final = PlanSettings(review_period=1, service_level=0.95, paths=1000, seed=1)
_OWN_ORDER_COLUMNS: Final = [*OPEN_ORDER_COLUMNS, "state", "received_on"]


@dataclass(frozen=True)
class Inputs:
    """What a plan is made from, as bytes; the model was loaded."""

    dataset: str
    parameters: dict[str, Any]
    sales: bytes
    files: dict[Table, bytes]
    model: LoadedModel

    @property
    def cutoff(self) -> pd.Timestamp:
        """The last complete period."""
        return pd.Timestamp(str(self.parameters["cutoff"]))

    @property
    def plan_id(self) -> str:
        """The first revision of the week after the cutoff."""
        week = following(self.cutoff, 1, str(self.parameters["freq"]))[0]
        return ids.plan_id(iso_week(week), 1)


def read_inputs(dataset: str) -> Inputs:
    """Everything that the plan of a dataset needs, from the store."""
    settings = Settings.load()
    with ObjectStore(settings.store_address()) as store:
        return _inputs(store, settings, dataset)[0]


def decide(inputs: Inputs) -> dict[str, bytes]:
    """Bytes in, the plan's files out: nothing but the pure functions."""
    freq, cutoff = str(inputs.parameters["freq"]), inputs.cutoff
    tables = {
        table: assemble_table(table, [read_table(content, f"{table}.csv", table)])
        for table, content in inputs.files.items()
    }
    items, suppliers, terms = (tables[table] for table in (Table.ITEMS, Table.SUPPLIERS, Table.TERMS))
    panel = build_panel(
        from_parquet(inputs.sales),
        freq=freq,
        attributes=items[["unique_id", "location", "product", "category"]],
        calendar=tables[Table.CALENDAR],
        missing_periods=inputs.parameters["missing_periods"],
    )
    horizon = horizon_needed(suppliers=suppliers, terms=terms, freq=freq, settings=SETTINGS)
    extended = extend(panel, cutoff, horizon, {"price": "last"})
    paths = inputs.model.model.demand_paths(extended, cutoff, horizon, SETTINGS.paths, SETTINGS.seed)
    no_orders = pd.DataFrame(columns=_OWN_ORDER_COLUMNS).astype(
        {"quantity": "float64", "purchase_order": str}
    )
    open_orders = resolve_open_orders(tables[Table.STOCK], no_orders, cutoff=cutoff, freq=freq)
    plan = replenish(
        paths,
        stock=tables[Table.STOCK],
        items=items,
        suppliers=suppliers,
        terms=terms,
        open_orders=open_orders.frame,
        cutoff=cutoff,
        freq=freq,
        settings=SETTINGS,
        plan_id=inputs.plan_id,
    )
    table, total = prediction_table(paths), total_table(paths)
    history = panel.frame.dropna(subset=["y"])
    header = PlanHeader(
        dataset=inputs.dataset,
        plan_id=inputs.plan_id,
        week=iso_week(paths.ds[0]),
        cutoff=period_end(cutoff, freq).date(),
        model_version=inputs.model.model_version,
        recipe=str(inputs.model.published.manifest.metrics["recipe"]),
        on_order_source=str(open_orders.source),
        links={},
    )
    report = report_html(
        header,
        plan.lines,
        plan.exceptions,
        (*plan.notes, *extended.notes),
        suppliers=suppliers,
        prediction_table=table,
        history=history,
        forecast_plot=fan(history, table, total=total),
    )
    return {
        "demand.parquet": to_parquet(paths.to_frame()),
        "plan.parquet": to_parquet(plan.lines),
        "exceptions.csv": csv_bytes(plan.exceptions),
        "purchase_orders.csv": purchase_orders_csv(plan.lines, suppliers),
        "purchase_orders.xlsx": purchase_orders_xlsx(header, plan.lines, suppliers),
        "report.html": report.encode(),
    }


def decide_and_publish(dataset: str) -> Published:
    """The same with everything read from the store and the plan published in it."""
    settings = Settings.load()
    with ObjectStore(settings.store_address()) as store:
        inputs, made_from = _inputs(store, settings, dataset)
        provenance = Provenance(
            kind="plan",
            dataset=dataset,
            inputs=made_from,
            parameters={"paths": SETTINGS.paths, "cutoff": f"{inputs.cutoff:%Y-%m-%d}"},
            seeds={"seed": SETTINGS.seed},
            code=code_identity(("intake", "forecasting", "planning")),
        )
        plans = Plans(store, settings.keys)
        claim = plans.claim(dataset, inputs.plan_id.rpartition("-r")[0], provenance.input_hash)
        published = plans.publish(claim, decide(inputs), provenance)
        plans.make_latest(published)
        return published


def _inputs(store: ObjectStore, settings: Settings, dataset: str) -> tuple[Inputs, dict[str, Input]]:
    keys = settings.keys
    datasets = Datasets(store, keys)
    files: dict[Table, bytes] = {}
    for folder, table in UPLOAD_FOLDERS.items():
        for upload in store.list_objects(keys.uploads(folder)):
            kept = datasets.keep_snapshot(upload.ref.name, store.get(upload.ref))
            files[Table(table)] = datasets.read_snapshot(kept)
    del files[Table.SALES]  # the dataset version holds them
    sales = datasets.published(dataset)
    loaded = ModelRegistry(store, keys, load_signing_keys(settings.signing_key_path)).load_model(dataset)
    inputs = Inputs(
        dataset=dataset,
        parameters=dict(sales.manifest.provenance.parameters),
        sales=read_file(store, sales, f"{SALES}.parquet"),
        files=files,
        model=loaded,
    )
    made_from = {"dataset": sales.as_input, "model": loaded.published.as_input}
    made_from |= {str(table): Input(sha256=ids.sha256(content)) for table, content in files.items()}
    return inputs, made_from

"""What a run shows on its page in the Prefect UI: tables, plots, and where everything lies."""

from __future__ import annotations

from dataclasses import fields
from io import BytesIO
from typing import Any, cast

import pandas as pd
from prefect.artifacts import create_markdown_artifact

from artifacts.backtest_page import with_pictures
from artifacts.markdown_text import escaped, table
from artifacts.prefect_markdown import gallery, ingest_markdown, objects_markdown, page, training_markdown
from artifacts.purchase_orders import order_lines, order_totals
from forecasting.explaining.effects import COLUMNS, effect_sentences
from intake.rejection import LineCount
from storage.datasets import INSPECTION, from_parquet
from storage.keys import RUN_LOG, Ref
from storage.manifests import Published, read_file, read_published
from storage.objects import ObjectStore
from tasks.connection import connection, folder_of
from tasks.retrying import step

_METRICS = ["recipe", "mae", "mse", "rmse", "wape", "mase", "bias", "rows"]  # as people read them


_KINDS_OF_LINES = tuple(field.name for field in fields(LineCount))  # a manifest keeps them by name


@step
def show_dataset(dataset: Ref) -> None:
    """Line counts of every file, what was inferred, the first rejected rows, where the tables lie."""
    store, keys = connection()
    published = read_published(store, folder_of(dataset))
    facts = published.manifest
    files: dict[str, Any] = cast("dict[str, Any]", facts.metrics["files"])
    rejected = []
    for file in files.values():
        quarantine = store.find(keys.rejected(file["snapshot_id"], published.folder.name))
        if quarantine is not None:
            rows = pd.read_csv(BytesIO(quarantine.content), dtype={"column": str, "text": str}).fillna("")
            rejected.append(rows.assign(file=rows["file"].map(_without_bucket)))
    _show(
        "dataset",
        published,
        ingest_markdown(
            f"{facts.provenance.dataset}: dataset version {published.folder.name}, "
            f"complete to {facts.provenance.parameters['cutoff']}",
            {
                _without_bucket(name): {kind: file["lines"][kind] for kind in _KINDS_OF_LINES}
                for name, file in files.items()
            },
            facts.notes,
            read_file(store, published, INSPECTION).decode(),
            pd.concat(rejected) if rejected else pd.DataFrame(),
            _objects(published),
        ),
    )


@step
def show_model(model: Ref) -> None:
    """Errors of every recipe on the same periods, the decision, the plots."""
    store, _ = connection()
    published = read_published(store, folder_of(model))
    facts = published.manifest
    decision = facts.decision
    _show(
        "model",
        published,
        training_markdown(
            f"{facts.provenance.dataset}: model {published.folder.name}",
            pd.DataFrame(cast("list[dict[str, Any]]", facts.metrics["test"]), columns=_METRICS),
            str(facts.metrics["recipe"]),
            decision.reason if decision else "",
            _plots(store, published),
            _objects(published),
            effect_sentences(
                pd.DataFrame(cast("list[dict[str, Any]]", facts.metrics.get("effects", [])), columns=COLUMNS)
            ),
        ),
    )


@step
def show_prediction(prediction: Ref) -> None:
    """The fan plot, the staffing plot where there is one, and where the files lie."""
    store, _ = connection()
    published = read_published(store, folder_of(prediction))
    facts = published.manifest
    title = f"{facts.provenance.dataset}: {facts.metrics['first']} to {facts.metrics['last']}"
    assumed = "\n".join(f"- {note}" for note in facts.notes)
    sections = [gallery(_plots(store, published)), assumed, objects_markdown(_objects(published))]
    _show("prediction", published, page(title, sections))


@step
def show_backtest(backtest: Ref) -> None:
    """Errors, calibration and money of every recipe, where the cheapest loses, and where the tables lie."""
    store, _ = connection()
    published = read_published(store, folder_of(backtest))
    text = read_file(store, published, "backtest.md").decode()
    plots = {
        name: read_file(store, published, name) for name in published.manifest.files if name.endswith(".png")
    }
    objects = objects_markdown(_objects(published, folders=("windows/", "plots/")))
    _show("backtest", published, f"{with_pictures(text, plots)}\n{objects}\n")


@step
def show_what_if(what_if: Ref) -> None:
    """What is supposed, three plans side by side, the lines that change most, and where the tables lie."""
    store, _ = connection()
    published = read_published(store, folder_of(what_if))
    text = read_file(store, published, "what_if.md").decode()
    plots = {
        name: read_file(store, published, name) for name in published.manifest.files if name.endswith(".png")
    }
    objects = objects_markdown(_objects(published, folders=("plots/",)))
    _show("whatif", published, f"{with_pictures(text, plots)}\n{objects}\n")


@step
def show_plan(plan: Ref) -> None:
    """The orders by supplier, every line with its reason, the exceptions, and where the documents lie."""
    store, _ = connection()
    published = read_published(store, folder_of(plan))
    facts = published.manifest
    lines = from_parquet(read_file(store, published, "plan.parquet"))
    orders = order_lines(lines, lines)
    exceptions = pd.read_csv(BytesIO(read_file(store, published, "exceptions.csv")), dtype=str).fillna("")
    sections = [
        table(order_totals(orders), {"amount": ",.2f"}),
        *_risk(store, published),
        *_reasons(orders),
        f"**{len(exceptions)} exceptions**" if len(exceptions) else "",
        table(exceptions) if len(exceptions) else "",
        objects_markdown(_objects(published, folders=("orders/",))),
    ]
    _show(
        "plan",
        published,
        page(f"{facts.provenance.dataset}: purchase orders {published.folder.name}", sections),
    )


def _without_bucket(name: str) -> str:
    """`ventas/tienda/Ventas.csv`: all uploads lie in one bucket, and the page is narrow."""
    return name.partition("/")[2] or name


def _reasons(orders: pd.DataFrame) -> list[str]:
    """A heading per order and an item per line: in a table the sentences would be cut off at its edge."""
    sections = []
    for (number, supplier), lines in orders.groupby(["purchase_order", "supplier_name"]):
        sections.append(f"### {escaped(str(supplier))}: {escaped(str(number))}")
        items = [
            f"- **{line.order_quantity:.10g} {escaped(str(line.unit))} {escaped(_item(line))}** "
            f"{escaped(str(line.explanation))}"
            for line in lines.itertuples()
        ]
        sections.append("\n".join(items))
    return sections


def _risk(store: ObjectStore, published: Published) -> list[str]:
    """What the orders may cost until the next ones arrive, by supplier and in all; plans of old have no such
    file."""
    if "risk.csv" not in published.manifest.files:
        return []
    risk = pd.read_csv(BytesIO(read_file(store, published, "risk.csv")))
    soon = risk[(risk["until"] == "next order") & (risk["scope"] != "line")].fillna({"supplier_id": "all"})
    money = dict.fromkeys(("cost", "cost_p10", "cost_p90", "cost_cvar"), ",.2f")
    columns = ["supplier_id", "currency", *money, "lines_out"]
    return ["### What it may cost until the next order", table(soon[columns], money | {"lines_out": ".1f"})]


def _item(line: Any) -> str:
    return f"{line.unique_id} {line.item_name}".rstrip()


def _show(kind: str, published: Published, markdown: str) -> None:
    dataset = published.manifest.provenance.dataset
    if kind != "dataset":
        version = published.folder.name
        markdown += f"\nDownload: `abasto pull {kind} --dataset {dataset} --version {version}`\n"
    create_markdown_artifact(
        markdown,
        key=f"{kind}-{dataset}".replace("_", "-"),
        description=f"{kind} {published.folder.name} of {dataset}",
    )


def _plots(store: ObjectStore, published: Published) -> dict[str, bytes]:
    return {
        name.removeprefix("plots/").removesuffix(".png").replace("_", " "): read_file(store, published, name)
        for name in published.manifest.files
        if name.endswith(".png")
    }


def _objects(published: Published, *, folders: tuple[str, ...] = ()) -> dict[str, str]:
    """Where the files lie; of `folders`, which may hold very many, only where they begin."""
    names = [*published.manifest.files, RUN_LOG]
    single = {name: str(published.folder / name) for name in names if not name.startswith(folders)}
    begun = [folder for folder in folders if any(name.startswith(folder) for name in names)]
    return single | {folder: f"{published.folder}{folder}" for folder in begun}

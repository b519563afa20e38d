"""A plan that stands -> what would be ordered, and what it would cost, if something were otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any, Final

import pandas as pd

from artifacts.csv_files import csv_bytes
from artifacts.item_names import item_names
from artifacts.what_if_page import PLOT, what_if_markdown
from artifacts.what_if_plot import costs_side_by_side
from forecasting.model import checked
from forecasting.series.dataset_panel import with_prices_kept
from forecasting.series.panel import extend
from intake.errors import ConflictError, MissingError
from intake.tables import Table
from planning.plan import PlanSettings
from planning.plan_comparison import Comparison, Planned, compare, planned
from planning.what_if import PlanTables, WhatIf
from storage.code_identity import code_identity
from storage.datasets import Datasets, from_parquet
from storage.keys import MANIFEST, Folder, Ref
from storage.manifests import Provenance, Published, find_published, publish, read_file, read_published
from storage.plans import Plans
from tasks.chain import CHAIN_TABLES, chain_settings, horizon_of_plan, read_chain_tables
from tasks.connection import connection, folder_of, registry
from tasks.dataset_files import kept_uploads
from tasks.datasets import cutoff_of
from tasks.logs import logger, recorded
from tasks.panels import read_panel
from tasks.plan_inputs import PLANNING_TABLES
from tasks.readings import required_table
from tasks.retrying import step
from tasks.run_requests import WhatifRequest, by_currency
from tasks.uploads import Upload

CODE = ("intake", "forecasting", "planning")
PAGE: Final = "what_if.md"


@step
def find_plan(dataset: str, plan_id: str | None) -> Ref:
    """The manifest of a plan, the latest where none is named; MissingError where there is none."""
    return Plans(*connection()).published(dataset, plan_id or "latest").folder / MANIFEST


@step
def publish_what_if(plan: Ref, request: WhatifRequest) -> Ref:
    """Plan the week of a plan again with what is supposed, and publish the comparison beside the plan.

    The plan stays as it is. The same what-if of the same plan is found again; another one of the same name is
    a ConflictError. Returns the manifest.
    """
    store, keys = connection()
    standing = read_published(store, folder_of(plan))
    name = standing.manifest.provenance.dataset
    what_if = _what_if(request)
    provenance = Provenance(
        kind="what_if",
        dataset=name,
        inputs={"plan": standing.as_input},
        parameters=request.model_dump(mode="json", exclude={"dataset", "plan"}),
        seeds=standing.manifest.provenance.seeds,
        code=code_identity(CODE),
    )
    folder = keys.what_if(name, standing.folder.name, request.name)
    published = find_published(store, folder)
    if published is None:
        published = _publish(folder, provenance, standing, what_if)
    elif published.manifest.input_hash != provenance.input_hash:
        raise ConflictError(
            f"The plan {standing.folder.name} has a what-if '{request.name}' that supposes something else or "
            "was made by other code: choose another name."
        )
    logger.info(
        "%s: what if %s: %s; cost %s, against %s with the base plan and %s with its orders kept",
        name,
        request.name,
        "; ".join(what_if.sentences()),
        *(published.manifest.metrics[figure] for figure in ("cost", "base_cost", "kept_cost")),
    )
    return folder / MANIFEST


def _what_if(request: WhatifRequest) -> WhatIf:
    asked = request.model_dump(exclude={"dataset", "plan", "budget"})
    return WhatIf(**asked, budget=by_currency(request.budget))


def _publish(folder: Folder, provenance: Provenance, standing: Published, what_if: WhatIf) -> Published:
    store, _ = connection()
    with recorded() as log:
        logger.info("%s: planning %s again", provenance.dataset, standing.folder.name)
        comparison, notes, items = _compared(standing, what_if)
        totals = comparison.totals[comparison.totals["scope"] == "total"]
        currency = str(totals.loc[totals["cost"].idxmax(), "currency"])
        shown = totals[totals["currency"] == currency]
        joint = {plan: by_currency[currency] for plan, by_currency in comparison.joint_cost.items()}
        title = f"{provenance.dataset}: {standing.folder.name}, what if {what_if.name}"
        supposed, names = what_if.sentences(), item_names(items)
        page = what_if_markdown(
            title, supposed, comparison.totals, comparison.lines, comparison.chain, notes, names=names
        )
        return publish(
            store,
            folder,
            {
                "comparison.csv": csv_bytes(comparison.totals.round(4)),
                "lines.csv": csv_bytes(comparison.lines.round(4)),
                "chain.csv": csv_bytes(comparison.chain.round(3)),
                PLOT: costs_side_by_side(shown, joint, currency),
                PAGE: page.encode(),
            },
            provenance,
            log=log.json_lines(),
            metrics={
                figure: _money(totals, plan)
                for figure, plan in zip(("base_cost", "cost", "kept_cost"), joint, strict=True)
            },
            notes=(*supposed, *notes),
        )


def _money(totals: pd.DataFrame, plan: str) -> str:
    rows = totals[totals["plan"] == plan]
    return ", ".join(f"{row.cost:,.2f} {row.currency}".strip() for row in rows.itertuples())


def _compared(standing: Published, what_if: WhatIf) -> tuple[Comparison, tuple[str, ...], pd.DataFrame]:
    """The comparison, what is to be said about it, and the items of the plan."""
    store, keys = connection()
    facts = standing.manifest.provenance
    parameters: Mapping[str, Any] = facts.parameters
    sales = Datasets(store, keys).published(facts.dataset, str(parameters["dataset_version"]))
    cutoff, freq = cutoff_of(sales), str(sales.manifest.provenance.parameters["freq"])
    uploads = kept_uploads(standing)
    tables = _tables(standing, uploads)
    stated = {**parameters, **facts.seeds}
    settings = PlanSettings(
        **{each.name: stated[each.name] for each in fields(PlanSettings) if each.name in stated}
    )
    chain = chain_settings(parameters.get("priority", ()))
    lines = from_parquet(read_file(store, standing, "plan.parquet"))
    supplier_of = dict(zip(lines["unique_id"], lines["supplier_id"], strict=True))
    changed_tables = what_if.tables(tables, supplier_of)

    needed = [horizon_of_plan(_by_name(each), freq, settings, chain) for each in (tables, changed_tables)]
    horizon, furthest = (max(each) for each in zip(*needed, strict=True))
    panel = read_panel(sales, uploads, furthest)
    assumed = with_prices_kept(dict(parameters["assume"]), panel)
    extended = extend(panel, cutoff, furthest, assumed)
    model = checked(registry().load_model(facts.dataset, str(parameters["model_version"])).model)
    paths = model.demand_paths(extended, cutoff, furthest, settings.paths, settings.seed)
    changed_paths = paths
    if what_if.about_demand:
        supposed = what_if.panel(panel, extended, cutoff, furthest, assumed)
        changed_paths = model.demand_paths(supposed, cutoff, furthest, settings.paths, settings.seed)
    decide = partial(planned, chain=chain, cutoff=cutoff, freq=freq, plan_id=standing.folder.name)
    base = decide(paths, horizon, tables, settings)
    changed = decide(what_if.paths(changed_paths), horizon, changed_tables, what_if.settings(settings))
    comparison = compare(what_if.name, base, changed, cutoff=cutoff, freq=freq)
    return comparison, (*_about_base(base, lines, horizon), *changed.chain.sentences), tables.items


def _by_name(tables: PlanTables) -> dict[Table, pd.DataFrame]:
    return {
        table: getattr(tables, table)
        for table in (*PLANNING_TABLES, *CHAIN_TABLES)
        if getattr(tables, table) is not None
    }


def _tables(standing: Published, uploads: list[Upload]) -> PlanTables:
    """The tables as the plan read them, and the open orders that it counted."""
    store, _ = connection()
    dataset = standing.manifest.provenance.dataset
    if "open_orders.parquet" not in standing.manifest.files:
        raise MissingError(
            f"the plan {standing.folder.name} was made before plans kept the open orders that they counted: "
            f"`abasto run replenish --dataset {dataset} --option revise=true`"
        )
    required = {table: required_table(uploads, table, dataset) for table in PLANNING_TABLES}
    return PlanTables(
        **{str(table): frame for table, frame in read_chain_tables(uploads, required).items()},
        open_orders=from_parquet(read_file(store, standing, "open_orders.parquet")),
    )


def _about_base(base: Planned, lines: pd.DataFrame, horizon: int) -> tuple[str, ...]:
    """Whether the base plan, decided again, is the one that stands."""
    again = base.lines.set_index("unique_id")["order_quantity"]
    stood = lines[lines["unique_id"].isin(base.paths.unique_id)].set_index("unique_id")["order_quantity"]
    other = int((again.reindex(stood.index) != stood).sum())
    if not other:
        return ("The base plan, decided again, is the plan that stands.",)
    return (
        f"The base plan was decided again, on demand paths over {horizon} periods and by the code as it is: "
        f"{other} of {len(stood)} lines differ from the plan that stands.",
    )

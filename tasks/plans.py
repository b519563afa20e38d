"""Models, stock and terms -> plans."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from prefect.runtime import flow_run

from artifacts.csv_files import csv_bytes
from artifacts.forecast_plots import fan
from artifacts.item_names import item_names, name_of
from artifacts.plan_header import PlanHeader
from artifacts.purchase_orders import purchase_orders_csv, supplier_names
from artifacts.report import report_html
from artifacts.workbook import purchase_orders_xlsx
from forecasting.model import Model, checked
from forecasting.paths.demand_paths import DemandPaths
from forecasting.paths.prediction import prediction_table, total_table
from forecasting.series.panel import Panel, extend
from intake.coherence import check_coherence
from intake.errors import ConflictError, InputError, MissingError
from intake.periods import following, iso_week, period_end, period_number
from intake.tables import Table
from planning.open_orders import OpenOrderSource, resolve_open_orders
from planning.order_states import OrderState
from planning.plan import Plan, PlanSettings, usual_review_period, with_exceptions
from planning.replenishment import horizon_needed, replenish
from planning.revisions import revise
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import Datasets, from_parquet, to_parquet
from storage.keys import MANIFEST, Ref
from storage.manifests import Input, Provenance, Published, read_file, read_published
from storage.plans import PlanClaim, Plans
from storage.settings import Settings
from tasks.connection import connection, folder_of, registry
from tasks.datasets import cutoff_of
from tasks.explanations import with_reasons
from tasks.logs import logger, recorded
from tasks.orders import own_orders
from tasks.panels import read_panel, with_prices_kept
from tasks.progress import Progress
from tasks.readings import as_inputs, read_uploads, required_table
from tasks.retrying import step
from tasks.run_requests import ReplenishRequest
from tasks.uploads import Upload, of_table, uploads_of

CODE = ("intake", "forecasting", "planning")
_TABLES = (Table.STOCK, Table.ITEMS, Table.SUPPLIERS, Table.TERMS)
_SOURCES = {
    OpenOrderSource.STOCK_FILE: "Open orders are those of the stock file.",
    OpenOrderSource.OWN_ORDERS: "Open orders are our own, issued and not yet received.",
}


@step
def datasets_to_replenish(dataset: str | None) -> list[str]:
    """The dataset asked for, else every dataset that has a promoted model and a stock file."""
    if dataset is not None:
        return [dataset]
    store, keys = connection()
    models = registry()
    ready = [
        name
        for name in Datasets(store, keys).datasets()
        if name in models.datasets() and uploads_of(store, keys, name, "inventario")
    ]
    if not ready:
        raise MissingError(
            "No dataset has both a model and a stock file: `abasto run train --dataset NAME`, then "
            "`abasto upload FILE --as inventario --dataset NAME`."
        )
    return ready


@step
def refuse_old_sales(dataset: Ref) -> None:
    """In a scheduled run, raise InputError where the cutoff is not the period before the scheduled one.

    Only a scheduled run knows which week it is for; one that a person starts plans the week after the data.
    """
    published = read_published(connection()[0], folder_of(dataset))
    scheduled: datetime | None = flow_run.scheduled_start_time if _started_by_schedule() else None
    if scheduled is None:
        return
    freq = str(published.manifest.provenance.parameters["freq"])
    cutoff = cutoff_of(published)
    today = scheduled.astimezone(ZoneInfo(Settings.load().timezone)).date()
    missing = complete_periods_missing(cutoff, freq, today)
    if missing > 0:
        raise InputError(
            f"the sales of '{published.manifest.provenance.dataset}' end on "
            f"{period_end(cutoff, freq):%Y-%m-%d}, {missing} complete periods before this run of "
            f"{today:%Y-%m-%d}; upload the missing sales and run again"
        )


def complete_periods_missing(cutoff: pd.Timestamp, freq: str, today: date) -> int:
    """How many periods were over on the morning of `today` and come after the cutoff.

    >>> complete_periods_missing(pd.Timestamp("2026-02-02"), "W-MON", date(2026, 2, 9))
    0
    """
    age = period_number(pd.Timestamp(today), freq) - period_number(cutoff, freq)
    return max(0, int(age[0]) - 1)


@step
def publish_plan(dataset: Ref, model: Ref, uploads: list[Upload], request: ReplenishRequest) -> Ref:
    """Decide the orders of the week after the cutoff and publish the plan, or find the one that stands.

    A plan that was made from other inputs stands until `revise` asks for the next revision, which never
    orders again what was issued. Returns the manifest.
    """
    store, keys = connection()
    sales, fitted = (read_published(store, folder_of(manifest)) for manifest in (dataset, model))
    name = sales.manifest.provenance.dataset
    cutoff, freq = cutoff_of(sales), str(sales.manifest.provenance.parameters["freq"])
    week = iso_week(following(cutoff, 1, freq)[0])
    settings = PlanSettings(
        review_period=request.review_period or usual_review_period(freq),
        service_level=request.service_level,
        paths=request.paths,
        seed=request.seed,
    )
    plans = Plans(store, keys)
    _refuse_used_count(plans, name, week, cutoff, uploads, revise=request.revise)
    orders = own_orders(name)
    provenance = _provenance(sales, fitted, uploads, request, settings, _orders_that_matter(orders, week))
    claim = plans.claim(name, week, provenance.input_hash, revise=request.revise)
    published = claim.published
    if published is None:
        # Read after the week was claimed: whoever issues an order of a plan before this one is refused now.
        orders = own_orders(name)
        if _orders_that_matter(orders, week) != provenance.inputs["orders"].sha256:
            raise ConflictError(f"The orders of '{name}' changed while the plan was made: run again.")
        published = _make(plans, claim, provenance, sales, fitted, uploads, request, settings, orders)
    plans.make_latest(published)
    if claim.inputs_changed and not request.revise:
        logger.warning(
            "%s: the plan %s stands; its inputs have changed since. To plan the week again: "
            "`abasto run replenish --dataset %s --option revise=true`.",
            name,
            claim.plan_id,
            name,
        )
    logger.info(
        "%s: plan %s %s: %s orders for %s; %s exceptions to look at first",
        name,
        claim.plan_id,
        "published" if published.written else "was there already, nothing changed",
        published.manifest.metrics["purchase_orders"],
        published.manifest.metrics["amounts"],
        published.manifest.metrics["exceptions"] or "no",
    )
    return published.folder / MANIFEST


def _make(
    plans: Plans,
    claim: PlanClaim,
    provenance: Provenance,
    sales: Published,
    fitted: Published,
    uploads: list[Upload],
    request: ReplenishRequest,
    settings: PlanSettings,
    orders: pd.DataFrame,
) -> Published:
    name = claim.dataset
    with recorded() as log:
        progress = Progress(f"replenish-{name}", f"Plan {claim.plan_id} of {name}")
        progress.reached(0.0, f"{name}: reading the tables, drawing {settings.paths} demand paths")
        inputs = _read(sales, fitted, uploads, request, settings)
        progress.reached(0.5, f"{name}: deciding what to order")
        plan, source = _decide(
            inputs, settings, claim.plan_id, orders, _revisions_before(plans, claim, uploads)
        )
        plan = with_reasons(plan, inputs.model, inputs.extended, inputs.cutoff, inputs.paths)
        progress.reached(0.8, f"{name}: writing purchase orders and the report")
        published = plans.publish(
            claim,
            _documents(plan, source, inputs, claim, fitted),
            provenance,
            log=log.json_lines(),
            metrics=_metrics(plan, source),
            notes=(*plan.notes, *inputs.extended.notes, _SOURCES[source]),
        )
        progress.reached(1.0, f"{name}: {claim.plan_id} is published")
    return published


@dataclass(frozen=True)
class _PlanInputs:
    """What a plan is decided from; `tables` by name, `extended` is the panel with what is known ahead."""

    tables: dict[Table, pd.DataFrame]
    panel: Panel
    extended: Panel
    model: Model
    paths: DemandPaths
    cutoff: pd.Timestamp


@dataclass(frozen=True)
class _RevisionsBefore:
    """The lines of the revision before, and the plans of this week made from the same stock file."""

    lines: pd.DataFrame | None = None
    same_stock: tuple[str, ...] = ()


def _read(
    sales: Published,
    fitted: Published,
    uploads: list[Upload],
    request: ReplenishRequest,
    settings: PlanSettings,
) -> _PlanInputs:
    name, cutoff = sales.manifest.provenance.dataset, cutoff_of(sales)
    tables = {table: required_table(uploads, table, name) for table in _TABLES}
    horizon = horizon_needed(
        suppliers=tables[Table.SUPPLIERS],
        terms=tables[Table.TERMS],
        freq=str(sales.manifest.provenance.parameters["freq"]),
        settings=settings,
    )
    panel = read_panel(sales, uploads, horizon)
    extended = extend(panel, cutoff, horizon, with_prices_kept(dict(request.assume), panel))
    model = checked(registry().load_model(name, fitted.folder.name).model)
    paths = model.demand_paths(extended, cutoff, horizon, settings.paths, settings.seed)
    return _PlanInputs(tables, panel, extended, model, paths, cutoff)


def _revisions_before(plans: Plans, claim: PlanClaim, uploads: list[Upload]) -> _RevisionsBefore:
    week, revision = ids.plan_week_and_revision(claim.plan_id)
    before = [plans.published(claim.dataset, ids.plan_id(week, each)) for each in range(1, revision)]
    if not before:
        return _RevisionsBefore()
    return _RevisionsBefore(
        from_parquet(read_file(plans.store, before[-1], "plan.parquet")),
        tuple(plan.folder.name for plan in before if len(_used(plan, uploads)) == len(_stock_files(uploads))),
    )


def _decide(
    inputs: _PlanInputs,
    settings: PlanSettings,
    plan_id: str,
    orders: pd.DataFrame,
    before: _RevisionsBefore,
) -> tuple[Plan, OpenOrderSource]:
    """The plan, with what it changes where the week had one before, and who said what is on order. Pure."""
    stock, freq = inputs.tables[Table.STOCK], inputs.panel.freq
    open_orders = resolve_open_orders(
        stock, orders, cutoff=inputs.cutoff, freq=freq, same_stock=before.same_stock
    )
    plan = replenish(
        inputs.paths,
        stock=stock,
        items=inputs.tables[Table.ITEMS],
        suppliers=inputs.tables[Table.SUPPLIERS],
        terms=inputs.tables[Table.TERMS],
        open_orders=open_orders.frame,
        cutoff=inputs.cutoff,
        freq=freq,
        settings=settings,
        plan_id=plan_id,
    )
    plan = with_exceptions(plan, list(open_orders.exceptions))
    incoherent = check_coherence(inputs.tables, inputs.paths.unique_id)
    plan = replace(plan, notes=(*plan.notes, *(finding.sentence for finding in incoherent)))
    if before.lines is not None:
        week, _ = ids.plan_week_and_revision(plan_id)
        this_week = orders["purchase_order"].str.startswith(f"{week}-r")
        issued = orders[this_week & (orders["state"] != OrderState.CANCELLED)]
        plan = revise(before.lines, issued, plan, held=open_orders.held)
    return plan, open_orders.source


def _documents(
    plan: Plan, source: OpenOrderSource, inputs: _PlanInputs, claim: PlanClaim, fitted: Published
) -> dict[str, bytes]:
    suppliers, paths = inputs.tables[Table.SUPPLIERS], inputs.paths
    names = item_names(inputs.tables[Table.ITEMS])
    lines = plan.lines.assign(
        supplier_name=supplier_names(plan.lines, suppliers),
        item_name=[name_of(unique_id, names) for unique_id in plan.lines["unique_id"]],
    )
    table, total = prediction_table(paths), total_table(paths)
    history = inputs.panel.frame.dropna(subset=["y"])
    header = PlanHeader(
        dataset=claim.dataset,
        plan_id=claim.plan_id,
        week=iso_week(paths.ds[0]),
        cutoff=period_end(inputs.cutoff, inputs.panel.freq).date(),
        model_version=fitted.folder.name,
        recipe=str(fitted.manifest.metrics["recipe"]),
        on_order_source=_SOURCES[source],
        links={
            "Purchase orders (CSV)": "purchase_orders.csv",
            "Purchase orders (Excel)": "purchase_orders.xlsx",
        },
    )
    report = report_html(
        header,
        lines,
        plan.exceptions,
        (*plan.notes, *inputs.extended.notes),
        suppliers=suppliers,
        prediction_table=table,
        history=history,
        forecast_plot=fan(history, table, total=total, names=names),
    )
    return {
        "demand.parquet": to_parquet(paths.to_frame()),
        "plan.parquet": to_parquet(lines),
        "exceptions.csv": csv_bytes(plan.exceptions),
        "purchase_orders.csv": purchase_orders_csv(lines, suppliers),
        "purchase_orders.xlsx": purchase_orders_xlsx(header, lines, suppliers),
        "report.html": report.encode(),
    }


def _provenance(
    sales: Published,
    fitted: Published,
    uploads: list[Upload],
    request: ReplenishRequest,
    settings: PlanSettings,
    orders: str,
) -> Provenance:
    return Provenance(
        kind="plan",
        dataset=sales.manifest.provenance.dataset,
        inputs={
            "dataset": sales.as_input,
            "model": fitted.as_input,
            "orders": Input(sha256=orders),
            **as_inputs(uploads, *_TABLES, Table.CALENDAR),
        },
        parameters={
            "review_period": settings.review_period,
            "service_level": settings.service_level,
            "assume": dict(request.assume),
            "paths": settings.paths,
            "cutoff": f"{cutoff_of(sales):%Y-%m-%d}",
            "model_version": fitted.folder.name,
            "dataset_version": sales.folder.name,
        },
        seeds={"seed": settings.seed},
        code=code_identity(CODE),
    )


def _refuse_used_count(
    plans: Plans, dataset: str, week: str, cutoff: pd.Timestamp, uploads: list[Upload], *, revise: bool
) -> None:
    """Raise InputError for a stock file without as_of that a plan of earlier sales was made from."""
    try:
        latest = plans.published(dataset)
    except MissingError:
        return
    planned_week, _ = ids.plan_week_and_revision(latest.folder.name)
    stands = planned_week == week and not revise
    if stands or pd.Timestamp(str(latest.manifest.provenance.parameters["cutoff"])) >= cutoff:
        return
    for upload in _used(latest, uploads):
        (reading,) = read_uploads([upload])
        if "as_of" not in reading.frame or reading.frame["as_of"].isna().all():
            raise InputError(
                f"the stock file {upload.source} was counted for the plan {latest.folder.name} already and "
                "cannot hold what was sold and received since: upload a new count, or one with as_of"
            )


def _used(plan: Published, uploads: list[Upload]) -> list[Upload]:
    """The stock files that a plan was made from."""
    used = {each.sha256 for each in plan.manifest.provenance.inputs.values()}
    return [upload for upload in _stock_files(uploads) if upload.snapshot_id in used]


def _stock_files(uploads: list[Upload]) -> list[Upload]:
    return list(of_table(uploads, Table.STOCK))


def _orders_that_matter(orders: pd.DataFrame, week: str) -> str:
    """Hash of the orders that a plan depends on.

    Issuing what this week's plan proposed changes nothing that the plan decided; cancelling it does, and so
    does every order of another week.
    """
    this_week = orders["purchase_order"].str.startswith(f"{week}-r")
    matter = orders[~this_week | (orders["state"] == OrderState.CANCELLED)]
    return ids.input_hash({"orders": matter.to_dict("records")})


def _metrics(plan: Plan, source: OpenOrderSource) -> dict[str, Any]:
    ordered = plan.lines[plan.lines["order_quantity"] > 0]
    amounts = ordered.groupby("currency")["amount"].sum()
    return {
        "purchase_orders": int(ordered["purchase_order"].nunique()),
        "lines": len(plan.lines),
        "ordered_lines": len(ordered),
        "exceptions": len(plan.exceptions),
        "amounts": ", ".join(f"{amount:,.2f} {currency}" for currency, amount in amounts.items())
        or "nothing",
        "on_order": str(source),
    }


def _started_by_schedule() -> bool:
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.auto_scheduled)

"""Models, stock and terms -> plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from prefect.runtime import flow_run

from artifacts.forecast_plots import fan
from artifacts.plan_header import PlanHeader
from artifacts.purchase_orders import purchase_orders_csv
from artifacts.report import report_html
from artifacts.workbook import purchase_orders_xlsx
from forecasting.model import checked
from forecasting.panel import extend
from forecasting.prediction import prediction_table, total_table
from intake.errors import InputError, MissingError
from intake.periods import following, iso_week, period_end, period_number
from intake.tables import Table
from planning.open_orders import OpenOrderSource, resolve_open_orders
from planning.order_states import OrderState
from planning.plan import Plan, PlanSettings
from planning.replenishment import horizon_needed, replenish
from planning.revisions import revise
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import Datasets, from_parquet, to_csv, to_parquet
from storage.keys import MANIFEST, Ref
from storage.manifests import Input, Provenance, Published, read_file, read_published
from storage.plans import PlanClaim, Plans
from storage.settings import Settings
from tasks.connection import connection, folder_of, registry
from tasks.datasets import cutoff_of
from tasks.logs import logger, recorded
from tasks.orders import own_orders
from tasks.panels import read_panel, with_prices_kept
from tasks.progress import Progress
from tasks.readings import as_inputs, required_table
from tasks.retrying import step
from tasks.run_requests import ReplenishRequest
from tasks.uploads import Upload, uploads_of

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
        review_period=request.review_period,
        service_level=request.service_level,
        paths=request.paths,
        seed=request.seed,
    )
    orders = own_orders(name)
    provenance = Provenance(
        kind="plan",
        dataset=name,
        inputs={
            "dataset": sales.as_input,
            "model": fitted.as_input,
            "orders": Input(sha256=_orders_that_matter(orders, week)),
            **as_inputs(uploads, *_TABLES, Table.CALENDAR),
        },
        parameters={
            "review_period": request.review_period,
            "service_level": request.service_level,
            "assume": dict(request.assume),
            "paths": request.paths,
            "cutoff": f"{cutoff:%Y-%m-%d}",
            "model_version": fitted.folder.name,
            "dataset_version": sales.folder.name,
        },
        seeds={"seed": request.seed},
        code=code_identity(CODE),
    )
    plans = Plans(store, keys)
    claim = plans.claim(name, week, provenance.input_hash, revise=request.revise)
    published = claim.published or _decide(
        plans, claim, provenance, sales, fitted, uploads, request, settings
    )
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
        "%s: plan %s %s: %s orders for %s",
        name,
        claim.plan_id,
        "published" if published.written else "was there already, nothing changed",
        published.manifest.metrics["purchase_orders"],
        published.manifest.metrics["amounts"],
    )
    return published.folder / MANIFEST


def _decide(
    plans: Plans,
    claim: PlanClaim,
    provenance: Provenance,
    sales: Published,
    fitted: Published,
    uploads: list[Upload],
    request: ReplenishRequest,
    settings: PlanSettings,
) -> Published:
    name = claim.dataset
    cutoff, freq = cutoff_of(sales), str(sales.manifest.provenance.parameters["freq"])
    with recorded() as log:
        progress = Progress(f"replenish-{name}", f"Plan {claim.plan_id} of {name}")
        progress.reached(0.0, f"{name}: reading stock, items, suppliers and terms")
        stock, items, suppliers, terms = (required_table(uploads, table, name) for table in _TABLES)
        panel = read_panel(sales, uploads)
        horizon = horizon_needed(suppliers=suppliers, terms=terms, freq=freq, settings=settings)
        extended = extend(panel, cutoff, horizon, with_prices_kept(dict(request.assume), panel))
        progress.reached(0.2, f"{name}: drawing {settings.paths} demand paths over {horizon} periods")
        loaded = registry().load_model(name, fitted.folder.name)
        paths = checked(loaded.model).demand_paths(extended, cutoff, horizon, settings.paths, settings.seed)
        progress.reached(0.5, f"{name}: deciding what to order")
        # Read after the week was claimed: whoever issues an order of the revision before now is refused.
        orders = own_orders(name)
        open_orders = resolve_open_orders(stock, orders, plan_id=claim.plan_id, cutoff=cutoff, freq=freq)
        plan = replenish(
            paths,
            stock=stock,
            items=items,
            suppliers=suppliers,
            terms=terms,
            open_orders=open_orders.frame,
            cutoff=cutoff,
            freq=freq,
            settings=settings,
            plan_id=claim.plan_id,
        )
        plan = _as_revision(plans, claim, plan, orders)
        progress.reached(0.8, f"{name}: writing purchase orders and the report")
        table, total = prediction_table(paths), total_table(paths)
        history = panel.frame.dropna(subset=["y"])
        header = PlanHeader(
            dataset=name,
            plan_id=claim.plan_id,
            week=iso_week(paths.ds[0]),
            cutoff=period_end(cutoff, freq).date(),
            model_version=fitted.folder.name,
            recipe=str(fitted.manifest.metrics["recipe"]),
            on_order_source=_SOURCES[open_orders.source],
            links={
                "Purchase orders (CSV)": "purchase_orders.csv",
                "Purchase orders (Excel)": "purchase_orders.xlsx",
            },
        )
        notes = (*plan.notes, *extended.notes, _SOURCES[open_orders.source])
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
        files = {
            "demand.parquet": to_parquet(paths.to_frame()),
            "plan.parquet": to_parquet(plan.lines),
            "exceptions.csv": to_csv(plan.exceptions),
            "purchase_orders.csv": purchase_orders_csv(plan.lines, suppliers),
            "purchase_orders.xlsx": purchase_orders_xlsx(header, plan.lines, suppliers),
            "report.html": report.encode(),
        }
        published = plans.publish(
            claim,
            files,
            provenance,
            log=log.json_lines(),
            metrics=_metrics(plan, open_orders.source),
            notes=notes,
        )
        progress.reached(1.0, f"{name}: {claim.plan_id} is published")
    return published


def _as_revision(plans: Plans, claim: PlanClaim, plan: Plan, orders: pd.DataFrame) -> Plan:
    """The plan with what it changes, where the week had a plan before."""
    week, revision = ids.plan_week_and_revision(claim.plan_id)
    if revision == 1:
        return plan
    before = plans.published(claim.dataset, ids.plan_id(week, revision - 1))
    previous_lines = from_parquet(read_file(plans.store, before, "plan.parquet"))
    issued = orders[
        orders["purchase_order"].str.startswith(f"{week}-r") & (orders["state"] != OrderState.CANCELLED)
    ]
    return revise(previous_lines, issued, plan)


def _orders_that_matter(orders: pd.DataFrame, week: str) -> str:
    """Hash of the orders that a plan depends on.

    Issuing what this week's plan proposed changes nothing that the plan decided; cancelling it does, and so
    does every order of another week.
    """
    this_week = orders["purchase_order"].str.startswith(f"{week}-r")
    matter = orders[~this_week | (orders["state"] == OrderState.CANCELLED)]
    return ids.sha256(to_csv(matter))


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

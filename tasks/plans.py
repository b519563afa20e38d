"""Models, stock and terms -> plans."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
from prefect.runtime import flow_run

from intake.errors import ConflictError, InputError, MissingError
from intake.periods import following, iso_week, period_end, period_number
from intake.tables import Table
from planning.order_states import OrderState
from planning.plan import PlanSettings, usual_review_period
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import Datasets
from storage.keys import MANIFEST, Ref
from storage.manifests import Input, Provenance, Published, read_published
from storage.plans import PlanClaim, Plans
from storage.settings import Settings
from tasks.chain import CHAIN_TABLES
from tasks.connection import connection, folder_of, registry
from tasks.datasets import cutoff_of
from tasks.logs import logger, recorded
from tasks.orders import own_orders
from tasks.plan_decision import decide_plan
from tasks.plan_documents import plan_documents, plan_metrics, plan_notes
from tasks.plan_inputs import PLANNING_TABLES, read_plan_inputs, refuse_used_count, revisions_before
from tasks.progress import Progress
from tasks.readings import as_inputs
from tasks.retrying import step
from tasks.risk import last_plan
from tasks.run_requests import ReplenishRequest, by_currency
from tasks.uploads import Upload, uploads_of

CODE = ("intake", "forecasting", "planning")


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
        holding_share=request.holding_share,
        budget=by_currency(request.budget),
        below_minimum=request.below_minimum,
        pins=request.pins,
        paths=request.paths,
        seed=request.seed,
    )
    plans = Plans(store, keys)
    refuse_used_count(plans, name, week, cutoff, uploads, revise=request.revise)
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
        inputs = read_plan_inputs(sales, fitted, uploads, request, settings)
        progress.reached(0.5, f"{name}: deciding what to order")
        before = revisions_before(plans, claim, uploads)
        last = last_plan(plans, name, claim.plan_id)
        decided = decide_plan(inputs, settings, claim.plan_id, orders, before, last)
        progress.reached(0.8, f"{name}: writing purchase orders and the report")
        published = plans.publish(
            claim,
            plan_documents(decided, inputs, claim, fitted),
            provenance,
            log=log.json_lines(),
            metrics=plan_metrics(decided),
            notes=plan_notes(decided, inputs),
        )
        progress.reached(1.0, f"{name}: {claim.plan_id} is published")
    return published


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
            **as_inputs(uploads, *PLANNING_TABLES, *CHAIN_TABLES, Table.CALENDAR),
        },
        parameters={
            "review_period": settings.review_period,
            "service_level": settings.service_level,
            "holding_share": settings.holding_share,
            "budget": dict(sorted(settings.budget.items())),
            "below_minimum": settings.below_minimum,
            "pins": dict(sorted(settings.pins.items())),
            "priority": list(request.priority),
            "assume": dict(request.assume),
            "paths": settings.paths,
            "cutoff": f"{cutoff_of(sales):%Y-%m-%d}",
            "model_version": fitted.folder.name,
            "dataset_version": sales.folder.name,
        },
        seeds={"seed": settings.seed},
        code=code_identity(CODE),
    )


def _orders_that_matter(orders: pd.DataFrame, week: str) -> str:
    """Hash of the orders that a plan depends on.

    Issuing what this week's plan proposed changes nothing that the plan decided; cancelling it does, and so
    does every order of another week.
    """
    this_week = orders["purchase_order"].str.startswith(f"{week}-r")
    matter = orders[~this_week | (orders["state"] == OrderState.CANCELLED)]
    return ids.input_hash({"orders": matter.to_dict("records")})


def _started_by_schedule() -> bool:
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.auto_scheduled)

"""What a plan is decided from: tables, sales, the model's demand paths, the revisions before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from forecasting.model import Model, checked
from forecasting.paths.demand_paths import DemandPaths
from forecasting.series.dataset_panel import with_prices_kept
from forecasting.series.panel import Panel, extend
from intake.errors import InputError, MissingError
from intake.tables import Table
from planning.chain.chain_plan import ChainSettings
from planning.plan import PlanSettings
from storage import ids
from storage.datasets import from_parquet
from storage.manifests import Published, read_file
from storage.plans import PlanClaim, Plans
from tasks.chain import chain_settings, horizon_of_plan, read_chain_tables
from tasks.connection import registry
from tasks.datasets import cutoff_of
from tasks.panels import read_panel
from tasks.readings import read_uploads, required_table
from tasks.run_requests import ReplenishRequest
from tasks.uploads import Upload, of_table

PLANNING_TABLES = (Table.STOCK, Table.ITEMS, Table.SUPPLIERS, Table.TERMS)


@dataclass(frozen=True)
class PlanInputs:
    """What a plan is decided from; `tables` by name, `extended` is the panel with what is known ahead.

    paths: as far as the orders need; `further`: the same, as far as the chain behind them looks.
    """

    tables: dict[Table, pd.DataFrame]
    panel: Panel
    extended: Panel
    model: Model
    paths: DemandPaths
    cutoff: pd.Timestamp
    chain: ChainSettings
    further: DemandPaths


@dataclass(frozen=True)
class RevisionsBefore:
    """The lines of the revision before, and the plans of this week made from the same stock file."""

    lines: pd.DataFrame | None = None
    same_stock: tuple[str, ...] = ()


def read_plan_inputs(
    sales: Published,
    fitted: Published,
    uploads: list[Upload],
    request: ReplenishRequest,
    settings: PlanSettings,
) -> PlanInputs:
    """Read the tables of a plan and draw the demand paths that its longest protection interval needs."""
    name, cutoff = sales.manifest.provenance.dataset, cutoff_of(sales)
    required = {table: required_table(uploads, table, name) for table in PLANNING_TABLES}
    tables, chain = read_chain_tables(uploads, required), chain_settings(request.priority)
    freq = str(sales.manifest.provenance.parameters["freq"])
    horizon, furthest = horizon_of_plan(tables, freq, settings, chain)
    panel = read_panel(sales, uploads, furthest)
    extended = extend(panel, cutoff, furthest, with_prices_kept(dict(request.assume), panel))
    model = checked(registry().load_model(name, fitted.folder.name).model)
    further = model.demand_paths(extended, cutoff, furthest, settings.paths, settings.seed)
    paths = replace(further, values=further.values[:, :, :horizon], ds=further.ds[:horizon])
    return PlanInputs(tables, panel, extended, model, paths, cutoff, chain, further)


def revisions_before(plans: Plans, claim: PlanClaim, uploads: list[Upload]) -> RevisionsBefore:
    """What the earlier revisions of the claimed week say; empty for the first."""
    week, revision = ids.plan_week_and_revision(claim.plan_id)
    before = [plans.published(claim.dataset, ids.plan_id(week, each)) for each in range(1, revision)]
    if not before:
        return RevisionsBefore()
    return RevisionsBefore(
        from_parquet(read_file(plans.store, before[-1], "plan.parquet")),
        tuple(
            plan.folder.name
            for plan in before
            if len(used_stock_files(plan, uploads)) == len(_stock_files(uploads))
        ),
    )


def refuse_used_count(
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
    for upload in used_stock_files(latest, uploads):
        (reading,) = read_uploads([upload])
        if "as_of" not in reading.frame or reading.frame["as_of"].isna().all():
            raise InputError(
                f"the stock file {upload.source} was counted for the plan {latest.folder.name} already and "
                "cannot hold what was sold and received since: upload a new count, or one with as_of"
            )


def used_stock_files(plan: Published, uploads: list[Upload]) -> list[Upload]:
    """The stock files that a plan was made from."""
    used = {each.sha256 for each in plan.manifest.provenance.inputs.values()}
    return [upload for upload in _stock_files(uploads) if upload.snapshot_id in used]


def _stock_files(uploads: list[Upload]) -> list[Upload]:
    return list(of_table(uploads, Table.STOCK))
